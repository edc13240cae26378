"""The service's own environment: made beside the one before, and in its place at once."""

import shutil
import subprocess
from pathlib import Path

import pytest

from edgeclassify.errors import ServiceError, StorageError
from edgeclassify.service.installing import environment, running_copy
from edgeclassify.service.installing.environment import Swap
from edgeclassify.service.installing.running_copy import stage_running
from tests.support.data import ROOT


def places(folder: Path) -> tuple[Path, Path, Path]:
    return folder / "home", folder / "staged", folder / "before"


def test_what_runs_here_runs_from_the_copy(tmp_path: Path) -> None:
    """Without a package index, and from another place than it was made at."""
    home, staged, before = places(tmp_path)
    try:
        stage_running(home, staged)
    except ServiceError as error:
        pytest.skip(f"no Python outside of home folders: {error}")
    swap = Swap(home, staged, before)
    swap.put()
    swap.finish()
    photo = ROOT / "edgeclassify/demo/photos/espresso.jpg"
    done = subprocess.run(
        [home / "bin/edgeclassify", "classify", photo],
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "espresso" in done.stdout, done.stderr
    done = subprocess.run(
        [home / "bin/python", "-c", "import edgeclassify, uvicorn; print(edgeclassify.__file__)"],
        cwd="/", env={}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.startswith(str(home)), done.stderr


def test_undone_the_one_before_is_there_again(tmp_path: Path) -> None:
    home, staged, before = places(tmp_path)
    for folder, word in ((home, "old"), (staged, "new")):
        folder.mkdir()
        (folder / "word").write_text(word)
    swap = Swap(home, staged, before)
    swap.put()
    assert (home / "word").read_text() == "new"
    swap.undo()
    assert (home / "word").read_text() == "old"
    assert not before.exists()


def test_where_there_was_none_there_is_none_again(tmp_path: Path) -> None:
    home, staged, before = places(tmp_path)
    staged.mkdir()
    swap = Swap(home, staged, before)
    swap.put()
    swap.undo()
    assert list(tmp_path.iterdir()) == []


def test_one_that_was_not_staged_leaves_the_one_before(tmp_path: Path) -> None:
    home, staged, before = places(tmp_path)
    home.mkdir()
    with pytest.raises(StorageError, match="Nothing was changed"):
        Swap(home, staged, before).put()
    assert home.exists()
    assert not before.exists()


def test_without_room_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", full)
    home, staged, _ = places(tmp_path)
    with pytest.raises((StorageError, ServiceError), match=r"No space left|home folder"):
        stage_running(home, staged)
    assert not staged.exists()


def test_where_no_environment_can_be_made_it_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_copy, "_base_python", lambda: "/bin/false")
    _, staged, _ = places(tmp_path)
    with pytest.raises(ServiceError, match="no environment can be made for the service") as error:
        stage_running(staged, staged)
    assert "sudo apt install python3-venv" in str(error.value)
    assert environment.python_of(staged) == ""
