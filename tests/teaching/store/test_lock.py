"""One process at a time changes a taught model; who reads it waits for nobody."""

import errno
import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from edgeclassify.errors import ExitStatus, StorageError, TeachingBusyError, UnknownModelError, UsageError
from edgeclassify.model.taught.places import resolve_taught
from edgeclassify.model.taught.reading import read_taught
from edgeclassify.teaching.store import TaughtFolder, read_lesson
from tests.teaching.store.examples import BASE, example

_HOLDER = """
import sys
from edgeclassify.teaching.store import TaughtFolder
with TaughtFolder.open("gate"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere() -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the taught model "gate"."""
    command = [sys.executable, "-c", _HOLDER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


def test_the_second_one_is_told_who_is_first(gate: TaughtFolder) -> None:
    gate.add([example("open", 1)])
    gate.close()
    with held_elsewhere() as holder:
        said = rf"^gate: another edgeclassify \(process {holder.pid}\) is changing this taught model now"
        with pytest.raises(TeachingBusyError, match=said) as raised:
            TaughtFolder.open("gate")
        assert raised.value.exit_status == ExitStatus.UNAVAILABLE
        taught = read_taught(resolve_taught("gate"))
        assert len(read_lesson(taught.folder, taught.manifest).units) == 1
    with TaughtFolder.open("gate") as folder:  # it was killed, and holds nothing any more
        folder.add([example("open", 2)])
    assert f"{os.getpid()}" in (folder.path / "lock").read_text()


def test_within_one_process_too(gate: TaughtFolder) -> None:
    with pytest.raises(TeachingBusyError, match=f"process {os.getpid()}"):
        TaughtFolder.open("gate")
    with pytest.raises(TeachingBusyError):
        TaughtFolder.create("gate", BASE)


def test_the_end_of_another_is_waited_for(gate: TaughtFolder) -> None:
    gate.close()
    with held_elsewhere() as holder:
        assert holder.stdin is not None
        ending = threading.Timer(0.3, holder.stdin.close)
        ending.start()
        with TaughtFolder.open("gate", wait_s=30.0) as folder:
            folder.add([example("open", 1)])
        ending.join()


def test_not_for_ever(gate: TaughtFolder) -> None:
    with pytest.raises(TeachingBusyError):
        TaughtFolder.open("gate", wait_s=0.2)


def test_one_that_was_taken_away_meanwhile(gate: TaughtFolder) -> None:
    """Who waited for its lock finds that there is nothing any more."""

    def taken_away() -> None:
        gate.path.rename(gate.path.with_name(".removed"))
        gate.close()

    timer = threading.Timer(0.3, taken_away)
    timer.start()
    with pytest.raises(UnknownModelError):
        TaughtFolder.open("gate", wait_s=30.0)
    timer.join()
    assert not gate.path.exists()


def test_one_that_was_begun_anew_meanwhile(gate: TaughtFolder) -> None:
    def begun_anew() -> None:
        gate.path.rename(gate.path.with_name(".removed"))
        with TaughtFolder.create("gate", BASE) as another:
            another.add([example("open", 1)])
        gate.close()

    timer = threading.Timer(0.3, begun_anew)
    timer.start()
    with TaughtFolder.open("gate", wait_s=30.0) as folder:
        assert folder.manifest.labels == ("open",)
        with pytest.raises(TeachingBusyError):
            TaughtFolder.open("gate")
    timer.join()


def test_two_that_make_the_same_one(models: Path) -> None:
    """Of many that begin at once one makes it; each of the others is told so."""
    barrier, made, said = threading.Barrier(8), [], []

    def make() -> None:
        barrier.wait()
        try:
            TaughtFolder.create("gate", BASE).close()
            made.append(1)
        except (TeachingBusyError, UsageError) as error:
            said.append(str(error))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(said)) == (1, 7)
    assert read_taught(resolve_taught("gate")).manifest.version == 1


def test_the_end_of_who_makes_the_same_one_is_waited_for(
    gate: TaughtFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgeclassify.teaching.store.taught_folder.find_taught", lambda _: None)
    monkeypatch.setattr("time.sleep", lambda _: gate.close())
    TaughtFolder.create("gate", BASE, wait_s=30.0).close()


def test_nothing_stays_open(gate: TaughtFolder) -> None:
    gate.close()

    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = descriptors()
    with TaughtFolder.open("gate") as folder:
        folder.add([example("open", 1)])
        with pytest.raises(TeachingBusyError):
            TaughtFolder.open("gate")
        with pytest.raises(UsageError):
            folder.add([example("", 2)])
    with pytest.raises(UsageError):
        TaughtFolder.create("gate", BASE)
    assert descriptors() == before


def test_one_that_may_only_be_read_is_held_as_well(
    gate: TaughtFolder, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    with unprivileged(), pytest.raises(TeachingBusyError, match=f"process {os.getpid()}"):
        TaughtFolder.open("gate")


def test_who_holds_it_may_be_unknown(gate: TaughtFolder) -> None:
    (gate.path / "lock").write_bytes(b"")
    with pytest.raises(TeachingBusyError, match="process unknown"):
        TaughtFolder.open("gate")


@pytest.mark.parametrize(("code", "is_held"), [(errno.ENOLCK, True), (errno.ENOTSUP, True), (errno.EIO, False)])
def test_a_file_system_on_which_nobody_can_lock(
    gate: TaughtFolder, monkeypatch: pytest.MonkeyPatch, code: int, is_held: bool
) -> None:
    gate.close()

    def refused(descriptor: int, how: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", refused)
    if is_held:
        with TaughtFolder.open("gate") as folder:
            folder.add([example("open", 1)])
    else:
        with pytest.raises(StorageError, match="Input/output error"):
            TaughtFolder.open("gate")


def test_what_is_in_the_file(gate: TaughtFolder) -> None:
    lock = gate.path / "lock"
    assert lock.read_text() == f"{os.getpid():<19}\n"
    assert lock.stat().st_mode & 0o777 == 0o644
    gate.close()
    lock.write_text(f"{'1' * 20} and much else")
    with TaughtFolder.open("gate"), pytest.raises(TeachingBusyError, match=rf"\(process {os.getpid()}\)"):
        TaughtFolder.open("gate")


def test_a_link_in_the_place_of_the_lock_is_not_followed(gate: TaughtFolder, tmp_path: Path) -> None:
    gate.close()
    (tmp_path / "victim").write_bytes(b"precious")
    (gate.path / "lock").unlink()
    (gate.path / "lock").symlink_to(tmp_path / "victim")
    with pytest.raises(StorageError, match="Too many levels"):
        TaughtFolder.open("gate")
    assert (tmp_path / "victim").read_bytes() == b"precious"
