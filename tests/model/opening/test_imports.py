"""What opening a model costs others: the packages that the daemon needs beside it stay unimported."""

import importlib.util
import json
import subprocess
import sys

import pytest

_HEAVY = ("pydantic", "pydantic_core", "requests", "urllib3", "paho", "click", "starlette", "uvicorn", "sqlite3")
_FOR_FEW = (
    "edgeclassify.model.opening.taught",
    "edgeclassify.model.taught.reading",
    "edgeclassify.model.trial_run.trial",
)
_OF_PYTHON = ("subprocess", "ssl", *(("urllib.parse",) if sys.version_info >= (3, 13) else ()))
"""What only models need that were taught here, are new here, or are fetched (before 3.13 paths need it too)."""
_OPENED = """
import json, sys
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.types import ModelChoice
classifier = open_classifier(ModelChoice("builtin"))
classifier.close()
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def modules() -> list[str]:
    """The names of all modules of a process that has opened the built-in model."""
    done = subprocess.run([sys.executable, "-c", _OPENED], capture_output=True, text=True, check=True)
    loaded: list[str] = json.loads(done.stdout.splitlines()[-1])
    return loaded


def test_a_model_opens_without_the_packages_of_the_daemon(modules: list[str]) -> None:
    assert {name.partition(".")[0] for name in modules}.isdisjoint(_HEAVY)


def test_a_model_opens_without_the_config_and_what_is_said_over_mqtt(modules: list[str]) -> None:
    rooms = {".".join(name.split(".")[:2]) for name in modules if name.startswith("edgeclassify.")}
    assert rooms.isdisjoint({"edgeclassify.config", "edgeclassify.contract", "edgeclassify.daemon"})


def test_a_known_model_opens_without_what_taught_and_new_ones_need(modules: list[str]) -> None:
    assert set(modules).isdisjoint((*_FOR_FEW, *_OF_PYTHON))


@pytest.mark.skipif(
    importlib.util.find_spec("tflite_runtime") is not None, reason="its version is looked up where it is installed"
)
def test_the_only_runtime_here_is_not_looked_up_among_installed_packages(modules: list[str]) -> None:
    assert "ai_edge_litert" in modules
    assert set(modules).isdisjoint(("importlib.metadata", "email", "csv"))
