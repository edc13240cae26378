"""The folders that models are added to, none of this machine's own."""

from pathlib import Path

import pytest

from edgeclassify.model.catalog import places
from tests.model.catalog.conftest import Places


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """Nothing is read from, or put into, this machine's own folders."""
    found = Places(tmp_path / "own/models", tmp_path / "config/edgeclassify/models.d", tmp_path / "etc/models.d")
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(found.models))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setattr(places, "SYSTEM_ENTRIES", found.system_entries)
    monkeypatch.setattr(places, "SYSTEM_MODELS", tmp_path / "var/models")
    return found
