"""A daemon with models of each kind: of the catalog (some of them on a server), a file, one that was taught."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edgeclassify.model.catalog import resolve_model
from tests.browser.served_nodes import ServedNode
from tests.model.catalog.file_server import FileServer, serving
from tests.model.known import ALL_KNOWN
from tests.support.taught_models import teach

MODEL = resolve_model("builtin").read_bytes()
LABELS = resolve_model("builtin").with_name("labels.txt").read_bytes()


@contextmanager
def models_served() -> Iterator[FileServer]:
    """Has the files of `net` and of `far`, and the labels of `gone`."""
    with serving() as state:
        state.files.update({"net.tflite": MODEL, "labels.txt": LABELS})
        yield state


@contextmanager
def node_with_models(folder: Path, server: FileServer, *, more: str = "") -> Iterator[ServedNode]:
    """`net`, `far` and `gone` can be fetched, `broken` can't be read; `own.tflite` and `damaged.tflite` are files;
    `gates` was taught. `more`: text of the config."""
    entries, models = folder / "config/edgeclassify/models.d", folder / "models"
    entries.mkdir(parents=True)
    models.mkdir()
    for name, file in (("net", "net.tflite"), ("far", "net.tflite"), ("gone", "gone.tflite")):
        (entries / f"{name}.toml").write_text(_entry(server, file), encoding="utf-8")
    (entries / "broken.toml").write_text("description = 3", encoding="utf-8")
    shutil.copy(resolve_model("builtin"), models / "own.tflite")
    (models / "own.labels.txt").write_bytes(LABELS)
    (models / "own.toml").write_text('labels = "own.labels.txt"', encoding="utf-8")
    (models / "damaged.tflite").write_bytes(MODEL[:1000])
    node = ServedNode(folder, more=more)
    try:
        # The process that is started keeps these; other tests of this one must not.
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
            patch.setenv("EDGECLASSIFY_MODELS", str(models))
            patch.setattr("edgeclassify.model.opening.tried_interpreter.usual_trials", lambda: ALL_KNOWN)
            teach("gates")
            node.start()
        yield node
    finally:
        node.stop()


def _entry(server: FileServer, file: str) -> str:
    return f"""
description = "a test's model"
url = "{server.url}/{file}"
sha256 = "{hashlib.sha256(MODEL).hexdigest()}"
size = {len(MODEL)}
license = "CC0-1.0"
[labels]
url = "{server.url}/labels.txt"
sha256 = "{hashlib.sha256(LABELS).hexdigest()}"
"""
