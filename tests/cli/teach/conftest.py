"""A folder of models of its own, and pictures to teach."""

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


@pytest.fixture
def taught(pictures: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The name of a model that knows cat and espresso, fitted."""
    for label in ("cat", "espresso"):
        assert main(["teach", "pets", "add", label, str(pictures / label)]) == 0
    assert main(["teach", "pets", "fit"]) == 0
    capsys.readouterr()
    return "pets"
