"""A folder for models of the test's own, and a taught model in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.teaching.store import TaughtFolder
from tests.teaching.store.examples import BASE


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of models."""
    folder = tmp_path / "models"
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(folder))
    return folder


@pytest.fixture
def gate() -> Iterator[TaughtFolder]:
    """A taught model without examples, held; its clock goes on by a second each time that it is looked at."""
    seconds = iter(range(1000, 9000))
    with TaughtFolder.create("gate", BASE, now=lambda: float(next(seconds))) as folder:
        yield folder
