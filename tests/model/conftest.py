"""Fixtures of the model tests: the runtimes, small .tflite files, frames with known pixels."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edgeclassify.model.runtime.runtimes import available_runtimes
from edgeclassify.types.model_choice import RuntimeName
from tests.model.tflite_files import ModelDef, tflite_bytes

RUNTIMES: tuple[RuntimeName, ...] = ("litert", "tflite-runtime")

WriteModel = Callable[..., Path]


@pytest.fixture(params=RUNTIMES)
def runtime(request: pytest.FixtureRequest) -> RuntimeName:
    """Each runtime in turn; skips where it is not installed."""
    name: RuntimeName = request.param
    if name not in available_runtimes():
        pytest.skip(f"{name} is not installed")
    return name


@pytest.fixture
def write_model(tmp_path: Path) -> WriteModel:
    """Writes a model definition (or bytes) to a file, with labels and a sidecar beside it where given."""

    def write(model: ModelDef | bytes, *, sidecar: str | None = None, labels: list[str] | None = None) -> Path:
        path = tmp_path / "model.tflite"
        path.write_bytes(model if isinstance(model, bytes) else tflite_bytes(model))
        if labels is not None:
            (tmp_path / "labels.txt").write_text("\n".join(labels) + "\n", encoding="utf-8")
        if sidecar is not None:
            path.with_suffix(".toml").write_text(sidecar, encoding="utf-8")
        return path

    return write
