"""A folder of models of its own, and pictures to teach."""

import shutil
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from tests.support.lessons import CAT, ESPRESSO, TRIPOD, write_parts


@pytest.fixture(autouse=True)
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where what is taught goes: nothing is there yet."""
    folder = tmp_path / "models"
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(folder))
    monkeypatch.delenv("EDGECLASSIFY_MODEL", raising=False)
    return folder


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """cat/ and espresso/ with five pictures each, other/ with three."""
    folder = tmp_path / "pictures"
    write_parts(folder / "cat", CAT, 5)
    write_parts(folder / "espresso", ESPRESSO, 5)
    write_parts(folder / "other", TRIPOD, 3)
    return folder


@pytest.fixture(scope="session")
def taught_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models with one that knows cat and espresso, fitted: to be copied."""
    folder = tmp_path_factory.mktemp("taught")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDGECLASSIFY_MODELS", str(folder / "models"))
        for label, photo in (("cat", CAT), ("espresso", ESPRESSO)):
            parts = write_parts(folder / "pictures" / label, photo, 5)
            assert main(["teach", "pets", "add", label, str(parts)]) == 0
        assert main(["teach", "pets", "fit"]) == 0
    return folder / "models"


@pytest.fixture
def taught(pictures: Path, taught_once: Path, models_folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The name of a model that knows the pictures of cat and espresso, fitted."""
    shutil.copytree(taught_once, models_folder)
    capsys.readouterr()
    return "pets"
