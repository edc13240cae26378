"""A daemon with models of each kind: of the catalog (some of them on a server), a file, one that was taught."""

import hashlib
import shutil
from collections.abc import Iterator

import httpx
import pytest

from edgeclassify.model.catalog import resolve_model
from tests.browser.served_nodes import ServedNode
from tests.model.catalog.file_server import FileServer, serving
from tests.model.known import ALL_KNOWN
from tests.support.taught_models import teach
from tests.web.api.conftest import asking

MODEL = resolve_model("builtin").read_bytes()
LABELS = resolve_model("builtin").with_name("labels.txt").read_bytes()


@pytest.fixture(scope="session")
def server() -> Iterator[FileServer]:
    """Has the files of `net`, and the labels of `gone`."""
    with serving() as state:
        state.files.update({"net.tflite": MODEL, "labels.txt": LABELS})
        yield state


def entry(server: FileServer, file: str) -> str:
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


@pytest.fixture(scope="session")
def models_node(server: FileServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedNode]:
    folder = tmp_path_factory.mktemp("models")
    entries, models = folder / "config/edgeclassify/models.d", folder / "models"
    entries.mkdir(parents=True)
    models.mkdir()
    (entries / "net.toml").write_text(entry(server, "net.tflite"), encoding="utf-8")
    (entries / "far.toml").write_text(entry(server, "net.tflite"), encoding="utf-8")
    (entries / "gone.toml").write_text(entry(server, "gone.tflite"), encoding="utf-8")
    (entries / "broken.toml").write_text("description = 3", encoding="utf-8")
    shutil.copy(resolve_model("builtin"), models / "own.tflite")
    (models / "own.labels.txt").write_bytes(LABELS)
    (models / "own.toml").write_text('labels = "own.labels.txt"', encoding="utf-8")
    (models / "damaged.tflite").write_bytes(MODEL[:1000])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setenv("EDGECLASSIFY_MODELS", str(models))
        patch.setattr("edgeclassify.model.opening.tried_interpreter.usual_trials", lambda: ALL_KNOWN)
        teach("gates")
        node = ServedNode(folder)
        try:
            yield node.start()
        finally:
            node.stop()


@pytest.fixture
def api(models_node: ServedNode) -> Iterator[httpx.Client]:
    with asking(models_node) as client:
        yield client
