"""Files that come all together or not at all."""

import errno
import os
from pathlib import Path

import pytest

from edgeclassify.errors import StorageError
from edgeclassify.service.files import ServiceFile
from edgeclassify.service.installing.changes import Changes, Link


def tree(folder: Path) -> dict[str, str]:
    """Everything below it: a file's text, a link's target."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = path.read_text()
    return found


def changes(folder: Path) -> Changes:
    files = [ServiceFile(folder / "units/a", "a\n"), ServiceFile(folder / "units/b", "b\n"),
             ServiceFile(folder / "old", "new\n")]  # fmt: skip
    return Changes(files, [Link(folder / "bin/command", Path("/opt/x"))])


def test_they_are_put_in_place(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old\n")
    made = changes(tmp_path)
    made.stage()
    assert (tmp_path / "old").read_text() == "old\n", "not yet"
    made.put()
    assert tree(tmp_path) == {"bin/command": "-> /opt/x", "old": "new\n", "units/a": "a\n", "units/b": "b\n"}
    assert changes(tmp_path).paths == [], "a second time there is nothing to do"


def test_undone_all_is_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/command").symlink_to("/usr/elsewhere")
    before = tree(tmp_path)
    made = changes(tmp_path)
    made.stage()
    made.put()
    made.undo()
    assert tree(tmp_path) == before
    assert not (tmp_path / "units").exists()


def test_on_a_full_disk_nothing_is_half_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old").write_text("old\n")
    written = 0

    def full(descriptor: int) -> None:
        nonlocal written
        written += 1
        if written == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match=r"No space left on device.*Nothing was changed"):
        changes(tmp_path).stage()
    assert tree(tmp_path) == {"old": "old\n"}
    assert not (tmp_path / "units").exists()


def test_where_one_can_not_take_its_place_none_does(tmp_path: Path) -> None:
    made = changes(tmp_path)
    made.stage()
    (tmp_path / "units/b").mkdir()  # somebody was quicker
    with pytest.raises(StorageError, match="Nothing was changed"):
        made.put()
    assert tree(tmp_path) == {}


def test_what_changes_is_shown(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old\n")
    shown = "\n".join(changes(tmp_path).shown())
    assert f"new: {tmp_path}/units/a (mode 644)\n    a" in shown
    assert f"changed: {tmp_path}/old\n" in shown
    assert "    -old\n    +new" in shown
    assert f"link: {tmp_path}/bin/command -> /opt/x" in shown
