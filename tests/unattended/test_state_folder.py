"""The daemon whose state folder is read-only, full, gone, or in memory: it works, and says so in `health`."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edgeclassify.errors import ExitStatus
from tests.daemon.service import START_S
from tests.support.broker import Mosquitto, Observer
from tests.support.small_disk import small_disk_at
from tests.support.waiting import wait_for
from tests.unattended.conftest import MakeNode
from tests.unattended.node import await_events, events, health, numbers

pytestmark = [pytest.mark.broker, pytest.mark.slow]


def remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Until there is no room for another byte; the file that takes it."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return ballast


@contextmanager
def ext4_at(folder: Path) -> Iterator[Path]:
    """A file system in a file, that its next error makes read-only."""
    image, mounted = folder / "image", folder / "disk"
    mounted.mkdir()
    with image.open("wb") as file:
        file.truncate(24 << 20)
    program = shutil.which("mkfs.ext4", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    mount = ["mount", "-o", "loop,errors=remount-ro", str(image), str(mounted)]
    if os.geteuid() != 0 or program is None:
        pytest.skip("needs root, and mkfs.ext4")
    subprocess.run([program, "-q", str(image)], check=True)
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a file")
    try:
        yield mounted
    finally:
        subprocess.run(["umount", "-l", str(mounted)], check=True)


def check_all_came(observer: Observer) -> None:
    """No number is missing, and none is of two events."""
    said: dict[int, set[tuple[str, str]]] = {}
    for event in events(observer):
        said.setdefault(event["seq"], set()).add((event["id"], event["event_type"]))
    assert sorted(said) == list(range(1, len(said) + 1))
    assert {number: what for number, what in said.items() if len(what) > 1} == {}


def test_read_only_from_the_start_on(tmp_path: Path, make_node: MakeNode, observer: Observer) -> None:
    with small_disk_at(tmp_path / "disk", "24m") as disk:
        remount(disk, "ro")
        node = make_node(disk)
        node.start().ready()
        await_events(observer)
        figures = health(observer, state_folder="read-only", spool_on_disk=False)
        assert figures["cameras"][0]["error"] is None
        assert list(disk.iterdir()) == []
        (said,) = node.said("ERROR")
        assert "spool.sqlite3: the disk is read-only: mount it writable" in said
        assert not node.said("order to record")
        remount(disk, "rw")
        health(observer, state_folder="volatile", spool_on_disk=True)
        assert len(node.said("spool.sqlite3: written again")) == 1
        assert node.end()[0] == ExitStatus.OK
        check_all_came(observer)
        assert not node.said("are lost")


def test_read_only_while_it_runs_and_at_its_end(tmp_path: Path, make_node: MakeNode, observer: Observer) -> None:
    """As ext4 becomes where a card fails."""
    with ext4_at(tmp_path) as disk:
        node = make_node(disk)
        node.start().ready()
        await_events(observer)
        health(observer, state_folder="ok", spool_on_disk=True)
        remount(disk, "abort")
        await_events(observer)
        health(observer, state_folder="read-only", spool_on_disk=False)
        status, seconds = node.end()
        assert status == ExitStatus.OK
        assert seconds < 6  # the process's own patience
        check_all_came(observer)


def test_full_from_the_start_on_then_again(tmp_path: Path, make_node: MakeNode, observer: Observer) -> None:
    with small_disk_at(tmp_path / "disk", "24m") as disk:
        ballast = fill(disk)
        node = make_node(disk)
        node.start().ready()
        await_events(observer)
        health(observer, state_folder="full", spool_on_disk=False)
        assert len(node.said("the disk is full: make room. New events wait in memory")) == 1
        ballast.unlink()
        health(observer, state_folder="volatile", spool_on_disk=True)
        fill(disk)
        health(observer, state_folder="full", spool_on_disk=False)
        await_events(observer)
        assert node.end()[0] == ExitStatus.OK
        check_all_came(observer)
        # The broker has had them all; the history is on the disk that is full.
        assert node.said("events waited in memory only and are lost, history lacks")
        assert not node.said("mqtt lacks")


def test_a_folder_that_can_not_be_made(tmp_path: Path, make_node: MakeNode, observer: Observer) -> None:
    with small_disk_at(tmp_path / "disk", "24m") as disk:
        remount(disk, "ro")
        node = make_node(disk / "state")
        node.start().ready()
        await_events(observer)
        health(observer, state_folder="missing", spool_on_disk=False)
        assert node.said("spool.sqlite3: its folder is missing and can't be made")
        remount(disk, "rw")
        health(observer, state_folder="volatile", spool_on_disk=True)
        assert node.end()[0] == ExitStatus.OK
        check_all_came(observer)


def test_below_an_overlay_in_memory(tmp_path: Path, make_node: MakeNode, observer: Observer) -> None:
    """As raspi-config lays it over the root: a restart of the daemon loses nothing, a power cut does."""
    lower, root = tmp_path / "lower", tmp_path / "root"
    for folder in (lower / "state", root):
        folder.mkdir(parents=True)
    with small_disk_at(tmp_path / "memory", "24m") as memory:
        for name in ("upper", "work"):
            (memory / name).mkdir()
        parts = f"lowerdir={lower},upperdir={memory / 'upper'},workdir={memory / 'work'}"
        done = subprocess.run(["mount", "-t", "overlay", "overlay", "-o", parts, str(root)], check=False)
        if done.returncode:
            pytest.skip("needs root, and the right to mount an overlay")
        try:
            node = make_node(root / "state")
            node.start().ready()
            await_events(observer)
            health(observer, state_folder="volatile", spool_on_disk=True)
            assert node.said("is in memory, by itself or below an overlay: a power cut takes")
            node.end(signal.SIGKILL)
            before = max(numbers(observer))
            node.start()
            await_events(observer)
            assert node.end()[0] == ExitStatus.OK
            assert max(numbers(observer)) > before
            check_all_came(observer)
            assert list((lower / "state").iterdir()) == []
        finally:
            subprocess.run(["umount", "-l", str(root)], check=True)


@pytest.mark.parametrize("how", ["read-only", "full"])
def test_a_kill_with_events_in_the_spool_then_a_disk_that_takes_nothing(
    how: str, tmp_path: Path, broker: Mosquitto, make_node: MakeNode, observer: Observer
) -> None:
    """As after a power cut, when the card is found to be damaged, or full: numbers go on, nothing is lost."""
    with small_disk_at(tmp_path / "disk", "24m") as disk:
        node = make_node(disk)
        broker.stop()
        node.start().ready()
        node.await_said("seq 9)")
        node.end(signal.SIGKILL)
        before = len(node.said("(seq "))
        ballast = None
        if how == "read-only":
            remount(disk, "ro")
        else:
            ballast = fill(disk)
        broker.start()
        observer.await_subscription()
        node.start()
        wait_for(lambda: len(observer.of("gate/event")) > 5, START_S)
        health(observer, state_folder=how, spool_on_disk=False)
        # What it sees before it is connected comes as history, later than what is live.
        wait_for(lambda: before + 1 in numbers(observer), START_S)
        assert not node.said("does not hold what was last written")
        if ballast is None:
            remount(disk, "rw")
        else:
            ballast.unlink()
        health(observer, spool_on_disk=True)
        wait_for(lambda: set(range(1, before + 1)) <= set(numbers(observer)), START_S)
        assert node.end()[0] == ExitStatus.OK
        check_all_came(observer)
