"""A file's next content beside it: two who write one do not meet, and what is in its place is there."""

import errno
import os
import time
from pathlib import Path

import pytest

from edgeclassify.files import StagedFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "c.toml"
    path.write_bytes(b"old")
    return path


def beside(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir())


def test_two_at_once_do_not_meet(path: Path) -> None:
    with StagedFile(path, b"one") as one, StagedFile(path, b"two") as two:
        assert len(beside(path)) == 3
        one.put_in_place()
        assert path.read_bytes() == b"one"
        two.put_in_place()
        assert path.read_bytes() == b"two"
    assert beside(path) == ["c.toml"]


def test_what_is_not_put_in_place_goes(path: Path) -> None:
    with StagedFile(path, b"one"):
        pass
    assert (path.read_bytes(), beside(path)) == (b"old", ["c.toml"])


def test_what_a_power_cut_left_is_swept(path: Path) -> None:
    now = time.time()
    for name, age_s in (
        ("c.toml.00000000.tmp", 4000),
        ("c.toml.11111111.tmp", 3000),
        ("d.toml.00000000.tmp", 4000),
    ):
        left = path.with_name(name)
        left.write_bytes(b"")
        os.utime(left, (now - age_s, now - age_s))
    with StagedFile(path, b"new") as staged:
        staged.put_in_place()
    assert beside(path) == ["c.toml", "c.toml.11111111.tmp", "d.toml.00000000.tmp"]


def test_what_is_in_its_place_is_there_whatever_its_folder_says(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(folder: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("edgeclassify.files.staged.sync_folder", broken)
    with StagedFile(path, b"new") as staged:
        staged.put_in_place()
    assert path.read_bytes() == b"new"
    assert caplog.messages == [f"{path}: was written, and may be as before after a power cut: Input/output error"]
