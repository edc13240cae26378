"""A node whose models and looks lie in the test's folder."""

from pathlib import Path

import pytest

from tests.web.api.teaching.taught_node import Asking, TaughtNode


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of models."""
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def ask(tmp_path: Path) -> Asking:
    """Asks a node that keeps looks, and shows pictures."""
    return Asking(TaughtNode(tmp_path))
