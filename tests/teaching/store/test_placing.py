"""Files on their way into a folder: what is there already stays, what is not finished leaves nothing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.errors import StorageError
from edgeclassify.model.catalog.own_folder import OwnFolder
from edgeclassify.teaching.store.placing import PRIVATE, Placing

OURS = (-1, -1)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[OwnFolder]:
    """An open folder."""
    with OwnFolder(tmp_path / "gate", OURS) as folder:
        yield folder


def files(root: OwnFolder) -> dict[str, bytes]:
    return {str(path.relative_to(root.path)): path.read_bytes() for path in root.path.rglob("*") if path.is_file()}


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def put(root: OwnFolder, **contents: bytes) -> None:
    with Placing(root, OURS) as placing:
        for name, content in contents.items():
            placing.put(f"examples/{name}", content)
        placing.finish(b"it", "versions/000001.json")


def test_all_of_a_change(root: OwnFolder) -> None:
    with Placing(root, OURS) as placing:
        placing.put("examples/a", b"one")
        placing.put("pictures/b", b"two", PRIVATE)
        assert set(files(root)) == {"examples/.a.tmp", "pictures/.b.tmp"}
        placing.finish(b"it", "versions/000001.json")
    assert files(root) == {
        "examples/a": b"one",
        "pictures/b": b"two",
        "versions/000001.json": b"it",
        "manifest.json": b"it",
    }
    modes = {path: (root.path / path).stat().st_mode & 0o777 for path in files(root)}
    assert modes.pop("pictures/b") == 0o640
    assert set(modes.values()) == {0o644}


def test_what_is_there_stays_as_it_is(root: OwnFolder) -> None:
    put(root, a=b"one", b=b"")
    before = {path.name: path.stat().st_ino for path in (root.path / "examples").iterdir()}
    put(root, a=b"one", b=b"", c=b"three")
    after = {path.name: path.stat().st_ino for path in (root.path / "examples").iterdir()}
    assert after.items() >= before.items()
    assert files(root)["examples/c"] == b"three"


@pytest.mark.parametrize("found", [b"", b"on", b"one more", b"two"])
def test_what_is_there_and_is_something_else_is_replaced(root: OwnFolder, found: bytes) -> None:
    put(root, a=found)
    put(root, a=b"one")
    assert files(root)["examples/a"] == b"one"


def test_what_is_there_and_is_no_file_is_replaced(root: OwnFolder, tmp_path: Path) -> None:
    put(root)
    (tmp_path / "victim").write_bytes(b"one")
    (root.path / "examples").mkdir()
    (root.path / "examples" / "a").symlink_to(tmp_path / "victim")
    put(root, a=b"one")
    assert not (root.path / "examples" / "a").is_symlink()
    assert (tmp_path / "victim").read_bytes() == b"one"


@pytest.mark.parametrize("count", [1, 63, 64, 65, 200])
@pytest.mark.parametrize("error", [KeyError("a"), OSError(5, "Input/output error")])
def test_a_change_that_is_not_finished_leaves_nothing(root: OwnFolder, error: Exception, count: int) -> None:
    put(root, a=b"one")
    there, before = files(root), descriptors()

    def change() -> None:
        with Placing(root, OURS) as placing:
            for number in range(count):
                placing.put(f"examples/{number}", b"%d" % number)
            raise error

    with pytest.raises(StorageError if isinstance(error, OSError) else KeyError):
        change()
    assert files(root) == there
    assert descriptors() == before


def test_not_many_files_are_open_at_once(root: OwnFolder) -> None:
    before, most = descriptors(), 0
    with Placing(root, OURS) as placing:
        for number in range(300):
            placing.put(f"examples/{number}", b"%d" % number)
            most = max(most, descriptors() - before)
        assert 60 < most < 70
        placing.finish(b"it", "versions/000001.json")
    assert descriptors() == before
    assert len(files(root)) == 302


def test_what_is_mended_is_no_change(root: OwnFolder) -> None:
    put(root, a=b"one")
    (root.path / "examples" / "a").write_bytes(b"")
    with Placing(root, OURS) as placing:
        placing.put("examples/a", b"one")
        placing.mend()
    assert files(root) == {"examples/a": b"one", "versions/000001.json": b"it", "manifest.json": b"it"}


def test_an_error_behind_the_manifest_takes_nothing_away(root: OwnFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The change is made: only that it is on disk is not known."""
    monkeypatch.setattr(root, "sync", lambda: os.fstat(-1))
    with pytest.raises(StorageError, match="Bad file descriptor"):
        put(root, a=b"one")
    assert files(root) == {"examples/a": b"one", "versions/000001.json": b"it", "manifest.json": b"it"}
