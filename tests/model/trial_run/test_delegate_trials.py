"""A delegate is tried with its model in a process of its own, and its answers are held against the CPU's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeclassify.errors import DelegateError, ModelError
from edgeclassify.model.runtime.delegates import DelegateChoice
from edgeclassify.model.runtime.interpreter import TensorSpec
from edgeclassify.model.soundness.check import check_soundness
from edgeclassify.model.tflite.model_file import parse_model
from edgeclassify.model.trial_run.answers import difference, noise
from edgeclassify.model.trial_run.interface import RunBy
from edgeclassify.model.trial_run.trial import TimedModel, time_model, try_model
from edgeclassify.types.model_choice import RuntimeName
from tests.model.runtime.test_delegates import ACCELERATED
from tests.model.tflite_files import ModelDef, flatten_model, tflite_bytes
from tests.support.delegates import delegate

NET = flatten_model(softmax=True)
SAMPLE = bytes(range(0, 120, 10))


def tried(name: str, folder: Path, runtime: RuntimeName, model: ModelDef = NET) -> bool:
    file = parse_model(Path("m.tflite"), tflite_bytes(model))
    choice = DelegateChoice(str(delegate(name, folder)))
    return try_model(file, check_soundness(file), RunBy(runtime, 1, choice), SAMPLE)


@pytest.mark.parametrize("name", ["copying", "nothing"])
def test_one_that_answers_as_the_cpu_does(runtime: RuntimeName, name: str, tmp_path: Path) -> None:
    assert tried(name, tmp_path, runtime)


def test_one_that_answers_wrongly(runtime: RuntimeName, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"libwrong\.so answers wrongly: 0\.\d+ where the CPU says 0\.\d+"):
        tried("wrong", tmp_path, runtime)


def test_one_that_crashes(runtime: RuntimeName, tmp_path: Path) -> None:
    with pytest.raises(DelegateError, match=r"libcrashing\.so crashed \(SIGABRT\) when it was tried"):
        tried("crashing", tmp_path, runtime)


def test_one_that_does_not_start(runtime: RuntimeName, tmp_path: Path) -> None:
    with pytest.raises(DelegateError, match=r"librefusing\.so: the delegate does not start: no accelerator"):
        tried("refusing", tmp_path, runtime)


def test_one_that_fails_at_a_run(runtime: RuntimeName, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the accelerator does not answer"):
        tried("failing", tmp_path, runtime)


def test_what_the_cpu_can_not_run_is_not_compared(
    runtime: RuntimeName, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "edgeclassify")
    assert tried("copying", tmp_path, runtime, ACCELERATED)
    assert "could not be compared" in caplog.text


def test_how_fast_another_runtime_is(runtime: RuntimeName) -> None:
    file = parse_model(Path("m.tflite"), tflite_bytes(flatten_model()))
    need = check_soundness(file)
    ms = time_model(file, need, RunBy(runtime), (1, 2), limit_s=60).ms
    assert set(ms) == {1, 2}
    assert all(0 < one < 1000 for one in ms.values())
    nowhere = time_model(file, need, RunBy(runtime), (1,), limit_s=60, command=lambda: ["/no/such/python"])
    assert nowhere == TimedModel({}, is_refused=False)
    assert time_model(file, need, RunBy(runtime), (1,), limit_s=1e-3) == TimedModel({}, is_refused=False)
    refused = replace(flatten_model(), operators=ACCELERATED.operators)
    bad = parse_model(Path("m.tflite"), tflite_bytes(refused))
    assert time_model(bad, need, RunBy(runtime), (1,), limit_s=60) == TimedModel({}, is_refused=True)


def spec(dtype: str = "uint8", scale: float = 0.0) -> TensorSpec:
    return TensorSpec(0, "scores", (1, 4), np.dtype(dtype), scale, 0)


@pytest.mark.parametrize(
    ("found", "is_right"),
    [
        ([0.0, 0.2, 0.8, 0.0], True),
        ([0.07, 0.2, 0.73, 0.0], True),  # within a tenth of the span
        ([0.0, 0.2, 0.71, 0.09], False),
        ([0.0, 0.2, float("nan"), 0.0], False),
        ([0.0, 0.2, float("inf"), 0.0], False),
        ([0.8, 0.0, 0.0, 0.2], False),
    ],
)
def test_how_far_an_answer_may_be_off(found: list[float], is_right: bool) -> None:
    said = difference([np.array([0.0, 0.2, 0.8, 0.0])], [np.array(found)], [spec("float32")])
    assert (said is None) is is_right, said


def test_flat_answers_may_be_off_by_steps() -> None:
    flat, off = [np.full(4, 0.25)], [np.array([0.25, 0.25, 0.25, 0.261])]
    assert difference(flat, off, [spec("uint8", 1 / 256)]) is None
    assert difference(flat, off, [spec("float32")]) == "0.261 where the CPU says 0.25 (value 3 of scores)"


def test_noise_is_of_the_tensors_type_and_always_the_same() -> None:
    for dtype, size in (("uint8", 4), ("int8", 4), ("float32", 16)):
        made = noise(spec(dtype))
        assert (len(made), made) == (size, noise(spec(dtype)))
        assert np.isfinite(np.frombuffer(made, dtype).astype(np.float64)).all()
        assert len(set(made)) > 1
