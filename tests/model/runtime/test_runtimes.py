"""Which runtime is used, and what is said where there is none."""

import sys

import pytest

from edgeclassify.errors import ExitStatus, RuntimeMissingError
from edgeclassify.model.runtime.interpreter import open_interpreter
from edgeclassify.model.runtime.runtimes import available_runtimes, in_words, runtime_name
from edgeclassify.types.model_choice import RuntimeName
from tests.model.conftest import WriteModel
from tests.model.tflite_files import flatten_model


@pytest.mark.parametrize(
    ("runtime_is", "shown"), [("litert 2.3.0", "LiteRT 2.3.0"), ("tflite-runtime 2.14.0", "tflite-runtime 2.14.0")]
)
def test_a_runtime_in_words(runtime_is: str, shown: str) -> None:
    assert in_words(runtime_is) == shown


def test_what_would_run_a_model_is_known_without_one(write_model: WriteModel, runtime: RuntimeName) -> None:
    assert runtime_name(runtime) == open_interpreter(write_model(flatten_model()), runtime).runtime


@pytest.mark.parametrize(
    ("wanted", "hint"), [("litert", "ai-edge-litert"), ("tflite-runtime", "edgeclassify[tflite-runtime]")]
)
def test_a_runtime_that_is_not_there(
    write_model: WriteModel, monkeypatch: pytest.MonkeyPatch, wanted: RuntimeName, hint: str
) -> None:
    for package in ("ai_edge_litert", "tflite_runtime"):
        monkeypatch.setitem(sys.modules, package, None)
        monkeypatch.setitem(sys.modules, f"{package}.interpreter", None)
    with pytest.raises(RuntimeMissingError) as caught:
        open_interpreter(write_model(flatten_model()), wanted)
    assert f"the runtime {wanted!r} is not usable here" in str(caught.value)
    assert hint in str(caught.value)
    assert caught.value.exit_status == ExitStatus.UNAVAILABLE
    with pytest.raises(RuntimeMissingError, match=r"no runtime for \.tflite models here .* or pip install"):
        open_interpreter(write_model(flatten_model()), "auto")


def test_auto_goes_on_where_litert_can_not_be_loaded(
    write_model: WriteModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "tflite-runtime" not in available_runtimes():
        pytest.skip("tflite-runtime is not installed")
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    assert open_interpreter(write_model(flatten_model())).runtime.startswith("tflite-runtime ")


def test_the_version_is_the_packages_or_what_was_installed(
    monkeypatch: pytest.MonkeyPatch, runtime: RuntimeName
) -> None:
    said = runtime_name(runtime)
    package = sys.modules[{"litert": "ai_edge_litert", "tflite-runtime": "tflite_runtime"}[runtime]]
    monkeypatch.delattr(package, "__version__")
    assert runtime_name(runtime) == said
    monkeypatch.setattr(package, "__version__", "9.9", raising=False)
    assert runtime_name(runtime) == f"{runtime} 9.9"
