"""Fixtures of the catalog tests: folders of their own, a file server, entries that point to it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edgeclassify.model.catalog import CatalogEntry, download, places
from edgeclassify.model.catalog.entry import read_entry
from tests.model.catalog.file_server import FileServer, serving
from tests.model.tflite_files import flatten_model, tflite_bytes

MODEL = tflite_bytes(flatten_model(softmax=True)) + bytes(200_000)
LABELS = "".join(f"label {i}\n" for i in range(12)).encode()


@dataclass(frozen=True)
class Places:
    """The folders of a test."""

    models: Path
    user_entries: Path
    system_entries: Path


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """Nothing is read from, or put into, this machine's own folders."""
    found = Places(tmp_path / "models", tmp_path / "config/edgeclassify/models.d", tmp_path / "etc/models.d")
    found.user_entries.mkdir(parents=True)
    found.system_entries.mkdir(parents=True)
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(found.models))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_DATA_HOME", "STATE_DIRECTORY", "EDGECLASSIFY_MODEL_MIRROR", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(places, "SYSTEM_ENTRIES", found.system_entries)
    monkeypatch.setattr(places, "SYSTEM_MODELS", tmp_path / "var/lib/edgeclassify/models")
    monkeypatch.setattr(download, "PAUSE_S", 0.0)
    return found


@pytest.fixture
def server() -> Iterator[FileServer]:
    """A server that has the model and the labels of `entry`."""
    with serving() as state:
        state.files.update({"net.tflite": MODEL, "net_labels.txt": LABELS})
        yield state


@dataclass(frozen=True)
class EntryText:
    """The parts of an entry's file; `extra` goes to the end."""

    url: str
    sha256: str = hashlib.sha256(MODEL).hexdigest()
    labels_sha256: str = hashlib.sha256(LABELS).hexdigest()
    size: int | None = len(MODEL)
    extra: str = field(default="")

    def text(self) -> str:
        size = "" if self.size is None else f"size = {self.size}"
        return f"""
description = "a test's model"
url = "{self.url}/net.tflite"
sha256 = "{self.sha256}"
{size}
license = "CC0-1.0"
crop = 0.5
temperature = 0.75
[labels]
url = "{self.url}/net_labels.txt"
sha256 = "{self.labels_sha256}"
{self.extra}
"""


def write_entry(folder: Path, text: str, name: str = "net") -> CatalogEntry:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return read_entry(path)


@pytest.fixture
def entry(server: FileServer, folders: Places) -> CatalogEntry:
    """The entry "net", whose files the server has."""
    return write_entry(folders.user_entries, EntryText(server.url).text())
