"""A folder for models of the test's own, and a taught model in it."""

import os
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


@pytest.fixture(autouse=True)
def nothing_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of files are synced here, and no power is cut: when they are is looked at in test_kills alone."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def gate() -> Iterator[TaughtFolder]:
    """A taught model without examples, held; its clock goes on by a second each time that it is looked at."""
    seconds = iter(range(1000, 9000))
    with TaughtFolder.create("gate", BASE, now=lambda: float(next(seconds))) as folder:
        yield folder
