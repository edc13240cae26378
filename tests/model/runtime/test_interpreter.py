"""The two runtimes: opening, views, threads, refusals in one line, a quiet stderr."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeclassify.errors import ExitStatus, ModelError
from edgeclassify.model.catalog import resolve_model
from edgeclassify.model.runtime.interpreter import open_interpreter
from edgeclassify.model.runtime.runtimes import available_runtimes
from edgeclassify.types.model_choice import RuntimeName
from tests.model.conftest import WriteModel
from tests.model.tflite_files import OperatorDef, flatten_model
from tests.support.photos import TF2_V2, model_path
from tests.support.waiting import patient

BUILTIN = resolve_model("builtin")


def test_specs_and_views(write_model: WriteModel, runtime: RuntimeName) -> None:
    opened = open_interpreter(write_model(flatten_model(scale=0.5, zero_point=3)), runtime, 1)
    assert opened.runtime.startswith(f"{runtime} ")
    spec = opened.inputs[0]
    assert (spec.name, spec.shape, spec.dtype) == ("image", (1, 2, 2, 3), np.dtype(np.uint8))
    assert (spec.scale, spec.zero_point) == (0.5, 3)
    assert spec.is_quantized
    assert opened.outputs[0].shape == (1, 12)
    opened.input_view()[...] = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3)
    opened.invoke()
    assert opened.output_views[0].tolist() == [list(range(12))]


def test_views_are_the_runtimes_own_memory(write_model: WriteModel, runtime: RuntimeName) -> None:
    opened = open_interpreter(write_model(flatten_model()), runtime)
    opened.input_view()[...] = 9
    assert (opened.input_view() == 9).all()
    addresses = {opened.input_view().ctypes.data for _ in range(3)}
    opened.invoke()
    assert {opened.input_view().ctypes.data} == addresses


def test_invoking_again_and_again_with_fresh_views(write_model: WriteModel, runtime: RuntimeName) -> None:
    opened = open_interpreter(write_model(flatten_model()), runtime)
    for value in range(50):
        opened.input_view().fill(value)
        opened.invoke()
        assert (opened.output_views[0] == value).all()


def test_auto_takes_litert_where_it_is(write_model: WriteModel) -> None:
    available = available_runtimes()
    if not available:
        pytest.skip("neither litert nor tflite-runtime is installed")
    assert open_interpreter(write_model(flatten_model())).runtime.split()[0] == available[0]
    assert available == tuple(name for name in ("litert", "tflite-runtime") if name in available)


@pytest.mark.parametrize(
    ("operator", "summary"),
    [
        (
            OperatorDef("RESHAPE", [0, 1], [2], version=99),
            "it has no version 99 of the operator RESHAPE. Use the other",
        ),
        (OperatorDef("", [0, 1], [2], custom="FlexErf"), "the operator FlexErf is one of TensorFlow's own"),
        (OperatorDef("", [0, 1], [2], custom="edgetpu-custom-op"), "operator edgetpu-custom-op"),
        (OperatorDef("RESHAPE", [0, 1], [2]), "can't be prepared ("),
    ],
)
def test_refusals_take_one_short_line(
    write_model: WriteModel, runtime: RuntimeName, operator: OperatorDef, summary: str
) -> None:
    model = flatten_model()
    thirteen = replace(model.tensors[1], data=np.array([1, 13], np.int32).tobytes())  # of 12 elements
    path = write_model(
        replace(model, tensors=[model.tensors[0], thirteen, model.tensors[2]], operators=[operator])
    )
    with pytest.raises(ModelError) as caught:
        open_interpreter(path, runtime)
    message = str(caught.value)
    assert message.startswith(f"{path}: {runtime} ")
    assert " refuses this model: " in message
    assert summary in message
    assert "\n" not in message
    assert len(message) < len(str(path)) + 250
    assert caught.value.exit_status == ExitStatus.DATA


@pytest.mark.data
def test_stderr_stays_quiet_and_stays_open(test_data: Path, runtime: RuntimeName) -> None:
    """XNNPACK announces itself on file descriptor 2 while a model is loaded; what others say must arrive."""
    program = (
        "import os, sys; from pathlib import Path\n"
        "from edgeclassify.model.runtime.interpreter import open_interpreter\n"
        "from edgeclassify.native_stderr import diverted_native_stderr\n"
        "with diverted_native_stderr():\n"
        "    os.write(2, b'before\\n'); open_interpreter(Path(sys.argv[1]), sys.argv[2]); os.write(2, b'after\\n')"
    )
    command = [sys.executable, "-c", program, str(model_path(test_data, TF2_V2)), runtime]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(60), check=True)
    assert done.stderr == "before\nafter\n"
    assert done.stdout == ""


def test_a_file_that_is_written_over_in_place_changes_nothing(tmp_path: Path, runtime: RuntimeName) -> None:
    """A runtime that had it mapped would end with SIGBUS, or go on with other weights."""
    program = (
        "import os, sys; from pathlib import Path\n"
        "from edgeclassify.model.runtime.interpreter import open_interpreter\n"
        "path = Path(sys.argv[1]); opened = open_interpreter(path, sys.argv[2], 1)\n"
        "def answer():\n"
        "    opened.input_view()[...] = 7; opened.invoke(); return opened.output_views[0].tobytes()\n"
        "first = answer(); os.truncate(path, 0); assert answer() == first\n"
        "path.write_bytes(bytes(700_000)); assert answer() == first; print('goes on')"
    )
    path = tmp_path / "model.tflite"
    path.write_bytes(BUILTIN.read_bytes())
    command = [sys.executable, "-c", program, str(path), runtime]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(60), check=False)
    assert (done.returncode, done.stdout) == (0, "goes on\n"), done.stderr
