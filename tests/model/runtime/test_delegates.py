"""Delegates: what loads and what does not, in one message each; what they take of a model, on both runtimes."""

import gc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeclassify.errors import DelegateError, ExitStatus, ModelError
from edgeclassify.model.runtime.delegates import DelegateChoice, ExternalDelegate, is_in_use
from edgeclassify.model.runtime.interpreter import Interpreter, open_interpreter
from edgeclassify.types.model_choice import RuntimeName
from tests.model.conftest import WriteModel
from tests.model.tflite_files import ModelDef, OperatorDef, flatten_model
from tests.support.delegates import delegate

FLAT = flatten_model()
ACCELERATED = replace(FLAT, operators=[OperatorDef("", [0, 1], [2], custom="edgetpu-custom-op")])
"""As a compiler for an accelerator leaves it: what its delegate knows alone."""


def opened(
    write_model: WriteModel, runtime: RuntimeName, library: Path | None, model: ModelDef = FLAT
) -> Interpreter:
    choice = None if library is None else DelegateChoice(str(library))
    return open_interpreter(write_model(model), runtime, 1, None, choice)


def refusal(choice: DelegateChoice) -> str:
    with pytest.raises(DelegateError) as caught:
        ExternalDelegate(choice)
    assert caught.value.exit_status == ExitStatus.UNAVAILABLE
    message = str(caught.value)
    assert message.startswith(f"{choice.library}: ")
    assert "\n" not in message
    assert message.endswith('delegate = "none".')
    return message


@pytest.mark.parametrize("model", [flatten_model(softmax=True), ACCELERATED])
def test_what_a_delegate_takes_it_runs(
    write_model: WriteModel, runtime: RuntimeName, model: ModelDef, tmp_path: Path
) -> None:
    found = opened(write_model, runtime, delegate("copying", tmp_path), model)
    found.input_view()[...] = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3)
    for _ in range(2):
        found.invoke()
    answer = found.output_views[0].tolist()[0]
    assert answer == sorted(answer)
    assert len(set(answer)) > 1
    assert found.delegated is not None
    assert found.delegated.takes_part is True


def test_one_that_takes_nothing_leaves_all_to_the_cpu(
    write_model: WriteModel, runtime: RuntimeName, tmp_path: Path
) -> None:
    library = delegate("nothing", tmp_path)
    found = opened(write_model, runtime, library, flatten_model(softmax=True))
    assert found.delegated is not None
    assert (found.delegated.takes_part, found.delegated.library) == (False, str(library))
    assert opened(write_model, runtime, None).delegated is None


def test_a_model_of_an_accelerator_without_it(
    write_model: WriteModel, runtime: RuntimeName, tmp_path: Path
) -> None:
    for library in (None, delegate("nothing", tmp_path)):
        with pytest.raises(ModelError, match=r"edgetpu-custom-op is not available.*\(model\.delegate\)"):
            opened(write_model, runtime, library, ACCELERATED)


def test_one_that_fails_at_a_run_is_named(write_model: WriteModel, runtime: RuntimeName, tmp_path: Path) -> None:
    library = delegate("failing", tmp_path)
    with pytest.raises(ModelError) as caught:
        opened(write_model, runtime, library)
    said = str(caught.value)
    assert f"with the delegate {library} refuses this model" in said
    assert "its operator TestDelegate can't be run (the accelerator does not answer" in said


def test_what_is_not_there(tmp_path: Path) -> None:
    assert "found nothing there" in refusal(DelegateChoice(str(tmp_path / "libgone.so")))
    assert "that the system's loader finds, found none" in refusal(DelegateChoice("libno-such-accelerator.so.1"))


def test_what_is_no_delegate(tmp_path: Path) -> None:
    text = tmp_path / "liba.so"
    text.write_text("no library")
    assert "can't be loaded: " in refusal(DelegateChoice(str(text)))
    said = refusal(DelegateChoice(str(delegate("no_plugin", tmp_path))))
    assert "found a library without tflite_plugin_create_delegate" in said


def test_one_that_does_not_start_says_why(tmp_path: Path) -> None:
    """It is not given back what it never made: that library would end the process."""
    library = str(delegate("refusing", tmp_path))
    assert "does not start: no accelerator was found. " in refusal(DelegateChoice(library))
    said = refusal(DelegateChoice(library, (("device", "usb:1"), ("level", "2"))))
    assert "unknown option device with the value usb:1, of 2" in said
    assert "(device=usb:1, level=2)" in said
    gc.collect()


def test_one_that_does_not_say_why(tmp_path: Path) -> None:
    assert "it does not say why" in refusal(DelegateChoice(str(delegate("silent", tmp_path))))


def test_in_use_as_long_as_an_interpreter_has_it(
    write_model: WriteModel, runtime: RuntimeName, tmp_path: Path
) -> None:
    library = delegate("copying", tmp_path)
    assert not is_in_use(str(library))
    found = opened(write_model, runtime, library)
    assert is_in_use(str(library))
    assert not is_in_use(f"{tmp_path}/libother.so")
    del found
    gc.collect()
    assert not is_in_use(str(library))


def test_one_that_serves_one_at_a_time(tmp_path: Path) -> None:
    library = str(delegate("single", tmp_path))
    first = ExternalDelegate(DelegateChoice(library))
    said = refusal(DelegateChoice(library, (("device", "usb"),)))
    assert "the delegate does not start: its device is busy" in said
    assert "restart it instead of a reload" in said
    del first
    gc.collect()
    assert ExternalDelegate(DelegateChoice(library, (("device", "usb"),)))
    assert "reload" not in refusal(DelegateChoice(str(delegate("silent", tmp_path))))
