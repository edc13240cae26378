"""A disk that is full, or not ours to write: one message, and the taught model is as it was."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from edgeclassify.errors import ExitStatus, StorageError
from edgeclassify.model.taught.places import find_taught, taught_names
from edgeclassify.model.taught.reading import read_taught
from edgeclassify.teaching.store import TaughtFolder, export_taught, import_taught
from tests.support.small_disk import small_disk_at
from tests.teaching.store.examples import BASE, JPEG, example, fit


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of models on a disk of 256 KB."""
    with small_disk_at(tmp_path / "disk", "256k") as disk:
        monkeypatch.setenv("EDGECLASSIFY_MODELS", str(disk))
        yield disk


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def filled(disk: Path) -> None:
    """The rest of the disk is taken, but for a block or two."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            ballast.truncate(max(0, ballast.tell() - 4096))


def test_examples_that_there_is_no_room_for(disk: Path) -> None:
    with TaughtFolder.create("gate", BASE) as gate:
        gate.add([example("open", 1, jpeg=JPEG), example("closed", 2)])
        fit(gate)
        before, there = gate.manifest, files(gate.path)
        many = [example("open", i, jpeg=JPEG.ljust(20_000)) for i in range(10, 40)]
        full = rf"^{gate.path}: the disk is full \(No space left on device\)\. Nothing of the taught model was"
        with pytest.raises(StorageError, match=full) as raised:
            gate.add(many)
        assert raised.value.exit_status == ExitStatus.CANNOT_WRITE
        assert gate.manifest is before
        assert files(gate.path) == there
        assert read_taught(gate.path).manifest == before
        # What takes less room is made as ever.
        gate.add(many[:3])
        assert len(gate.manifest.examples) == 5


def test_a_fit_on_a_full_disk(disk: Path) -> None:
    with TaughtFolder.create("gate", BASE) as gate:
        gate.add([example("open", 1), example("closed", 2)])
        fit(gate)
        filled(disk)
        there = files(gate.path)
        with pytest.raises(StorageError, match="the disk is full"):
            fit(gate, os.urandom(100_000))
        assert files(gate.path) == there
        assert read_taught(gate.path).head == b"a head"
        (disk / "ballast").unlink()
        fit(gate, b"another")
        assert read_taught(gate.path).head == b"another"


def test_any_step_may_be_the_one_that_finds_no_room(disk: Path) -> None:
    with TaughtFolder.create("gate", BASE) as gate:
        gate.add([example("open", 1), example("closed", 2)])
        filled(disk)
        made = []
        for left in range(0, 60_000, 2048):
            os.truncate(disk / "ballast", max(0, (disk / "ballast").stat().st_size - 2048))
            there = files(gate.path)
            try:
                gate.add([example("open", left >> 11, 7, jpeg=JPEG)])
                made.append(True)
            except StorageError:
                made.append(False)
                assert files(gate.path) == there
            assert read_taught(gate.path).manifest == gate.manifest
    assert made[0] is False
    assert made[-1] is True


def test_a_new_one_on_a_full_disk(disk: Path, tmp_path: Path) -> None:
    with TaughtFolder.create("gate", BASE) as gate:
        gate.add([example("open", i, jpeg=JPEG.ljust(9000)) for i in range(4)])
    export = export_taught(gate.path, tmp_path / "gate.zip")
    filled(disk)
    with pytest.raises(StorageError, match="the disk is full"):
        import_taught(export, "door")
    assert taught_names() == ("gate",)
    assert [path for path in (disk / "taught" / "door").rglob("*") if path.is_file() and path.name != "lock"] == []
    (disk / "ballast").unlink()
    import_taught(export, "door")
    assert taught_names() == ("door", "gate")


def test_one_that_is_not_ours_to_write(
    gate: TaughtFolder, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    gate.add([example("open", 1)])
    gate.close()
    with unprivileged():
        with TaughtFolder.open("gate") as folder:
            assert len(folder.lesson().units) == 1
            with pytest.raises(StorageError, match=r"can't be written: Permission denied\. .*: with sudo"):
                folder.add([example("open", 2)])
            assert len(folder.manifest.examples) == 1
        with pytest.raises(StorageError, match="door: can't be written: Permission denied"):
            TaughtFolder.create("door", BASE)
    assert find_taught("door") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give files away")
def test_what_root_writes_belongs_to_who_owns_the_models(models: Path) -> None:
    service = 4711
    models.mkdir()
    os.chown(models, service, service + 1)
    mask = os.umask(0o077)
    try:
        with TaughtFolder.create("gate", BASE) as gate:
            gate.add([example("open", 1, jpeg=JPEG)])
            fit(gate)
            gate.undo()
    finally:
        os.umask(mask)
    made = [models / "taught", *(models / "taught").rglob("*")]
    assert len(made) == 15
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(service, service + 1)}
    modes = {path.name if path.suffix != ".json" else ".json": path.stat().st_mode & 0o777 for path in made}
    assert {mode for path in made if path.is_dir() for mode in [path.stat().st_mode & 0o777]} == {0o755}
    assert {modes[name] for name in modes if name.endswith((".npy", ".npz", ".json"))} == {0o644}
    assert {modes[name] for name in modes if name.endswith(".jpg")} == {0o640}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give a link away")
def test_a_link_of_the_service_is_not_followed_by_root(models: Path, tmp_path: Path) -> None:
    (tmp_path / "aim").mkdir()
    with TaughtFolder.create("gate", BASE) as gate:
        (gate.path / "examples").symlink_to(tmp_path / "aim")
        os.lchown(gate.path / "examples", 4711, 4711)
        with pytest.raises(StorageError, match=r"the link examples .* \(uid 4711\): it is not followed"):
            gate.add([example("open", 1)])
    assert list((tmp_path / "aim").iterdir()) == []
