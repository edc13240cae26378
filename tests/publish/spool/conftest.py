"""Fixtures of the spool's tests."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def killed(tmp_path: Path) -> Callable[[], Path]:
    """The folder "state" as a kill would leave it now."""
    copies = itertools.count()
    return lambda: Path(shutil.copytree(tmp_path / "state", tmp_path / f"killed-{next(copies)}"))
