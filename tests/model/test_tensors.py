"""What is and what is not an image classifier, told from the file alone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from edgeclassify.errors import ModelError
from edgeclassify.model.roles.output_role import Activation
from edgeclassify.model.tensors import (
    ClassifierTensors,
    InputTensor,
    OutputTensor,
    classifier_tensors,
    output_tensor,
)
from edgeclassify.model.tflite.model_file import read_model_file
from tests.model.conftest import WriteModel
from tests.model.networks_of import EMBEDDING, SCORES, two_outputs
from tests.model.tflite_files import ModelDef, OperatorDef, TensorDef, flatten_model


def checked(write_model: WriteModel, model: ModelDef) -> ClassifierTensors:
    return classifier_tensors(read_model_file(write_model(model)))


def chain(names: Sequence[str], constants: Sequence[float] = ()) -> ModelDef:
    """A float model of these operators in a row; the first also takes the constants."""
    shape = [1, 2, 2, 3]
    data = np.array(constants, np.float32).tobytes()
    tensors = [TensorDef(f"t{i}", shape, "float32") for i in range(len(names))]
    tensors += [TensorDef("out", [1, 12], "float32"), TensorDef("c", [len(constants)], "float32", data=data)]
    operators = [OperatorDef(name, [i], [i + 1]) for i, name in enumerate(names)]
    if constants:
        operators[0] = replace(operators[0], inputs=[0, len(names) + 1])
    return ModelDef(tensors, operators, [0], [len(names)])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((1, 20, 30, 3), (30, 20, 3, False)),
        ((1, 3, 20, 30), (30, 20, 3, True)),
        ((1, 20, 30, 1), (30, 20, 1, False)),
        ((1, 1, 20, 30), (30, 20, 1, True)),
        ((1, 3, 3, 3), (3, 3, 3, False)),
    ],
)
def test_layouts(write_model: WriteModel, shape: tuple[int, ...], expected: tuple[int, int, int, bool]) -> None:
    found = checked(write_model, flatten_model(shape)).input
    assert (found.width, found.height, found.channels, found.is_nchw) == expected


def test_quantization_comes_from_the_file(write_model: WriteModel) -> None:
    found = checked(write_model, flatten_model(dtype="int8", scale=0.5, zero_point=-3, softmax=True))
    assert found.input == InputTensor(2, 2, 3, False, "int8", 0.5, -3)
    assert (found.output.elements, found.output.scale, found.output.zero_point) == (12, 1 / 256, -128)


def test_batch_that_may_be_resized_is_1(write_model: WriteModel) -> None:
    assert checked(write_model, flatten_model(signature=(-1, 2, 2, 3))).input.height == 2


@pytest.mark.parametrize(
    ("names", "activation"),
    [
        (["SOFTMAX"], Activation.PROBABILITIES),
        (["SOFTMAX", "QUANTIZE"], Activation.PROBABILITIES),
        (["LOGISTIC", "DEQUANTIZE", "RESHAPE"], Activation.PROBABILITIES),
        (["LOG_SOFTMAX", "SQUEEZE"], Activation.LOG_PROBABILITIES),
        (["SOFTMAX", "FULLY_CONNECTED"], Activation.LOGITS),
        (["CONV_2D", "RESHAPE"], Activation.LOGITS),
        (["EXP", "DIV"], Activation.PROBABILITIES),
        (["RELU", "DIV"], Activation.LOGITS),
    ],
)
def test_softmax_is_told_by_the_last_operator(
    write_model: WriteModel, names: list[str], activation: Activation
) -> None:
    assert checked(write_model, chain(names)).role.activation is activation


@pytest.mark.parametrize(
    ("name", "constants", "normalizes"),
    [
        ("MUL", [1 / 255], True),
        ("MUL", [2.0], False),
        ("DIV", [127.5], True),
        ("DIV", [0.229, 0.224, 0.225], False),
        ("SUB", [103.939, 116.779, 123.68], True),
        ("SUB", [0.485, 0.456, 0.406], False),
        ("CONV_2D", [1 / 255], False),
    ],
)
def test_graphs_that_normalize_pixels_themselves(
    write_model: WriteModel, name: str, constants: list[float], normalizes: bool
) -> None:
    model = chain([name, "SOFTMAX"], constants)
    assert checked(write_model, model).input.normalizes is normalizes


def with_outputs(count: int) -> ModelDef:
    model = flatten_model()
    return replace(model, outputs=[2] * count)


def with_input(
    shape: Sequence[int], dtype: str = "float32", scale: float = 0.0, signature: Sequence[int] = ()
) -> ModelDef:
    image = TensorDef("image", shape, dtype, scale, signature=signature)
    return replace(flatten_model(), tensors=[image, *flatten_model().tensors[1:]])


def with_output(shape: Sequence[int], dtype: str = "float32", scale: float = 0.0) -> ModelDef:
    return replace(flatten_model(), tensors=[*flatten_model().tensors[:2], TensorDef("out", shape, dtype, scale)])


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        (with_outputs(4), r"must have one output but got 4 \(flat \[1, 12\].*looks like an object detector"),
        (with_outputs(2), "must have one output but got 2 .*its class scores alone"),
        (replace(flatten_model(), inputs=[0, 0]), "must have one input but got 2"),
        (replace(flatten_model(), inputs=[]), "must have one input but got none"),
        (with_input([1, 12]), r"\[1, height, width, channels\] but got shape \[1, 12\]"),
        (with_input([4, 2, 2, 3]), r"the batch size must be 1 but got 4"),
        (with_input([1, 8, 8, 4]), r"1 or 3 channels, first or last, but got shape \[1, 8, 8, 4\]"),
        (with_input([1, 1, 1, 3], signature=(-1, -1, -1, 3)), r"must be fixed but got \[-1, -1, -1, 3\]"),
        (with_input([1, 0, 8, 3]), "must be fixed but got"),
        (with_input([1, 8, 8, 3], "int16"), "the input must be uint8, int8 or float32 but got int16"),
        (with_input([1, 8, 8, 3], "uint8"), "the uint8 input must have one positive scale but got 0 scales"),
        (with_input([1, 8, 8, 3], "uint8", scale=-1.0), r"one positive scale but got the scale -1"),
        (with_output([1, 8, 8, 21]), r"must be \[1, classes\] but got shape \[1, 8, 8, 21\].*segmentation"),
        (with_output([]), r"must be \[1, classes\] but got shape \[\]"),
        (with_output([1, 9], "int64"), "the output must be uint8, int8 or float32 but got int64"),
        (with_output([1, 9], "uint8"), "the uint8 output must have one positive scale"),
    ],
)
def test_what_is_no_classifier(write_model: WriteModel, model: ModelDef, fault: str) -> None:
    path = write_model(model)
    with pytest.raises(ModelError, match=f"^{path}: not an image classifier: .*{fault}"):
        classifier_tensors(read_model_file(path))


@pytest.mark.parametrize("shape", [[1, 12], [12], [1, 1, 1, 12], [1, 12, 1]])
def test_shapes_of_the_output(write_model: WriteModel, shape: list[int]) -> None:
    assert checked(write_model, with_output(shape)).output.elements == 12


def test_an_output_by_its_index(write_model: WriteModel) -> None:
    """Of a network that some other head reads."""
    model = read_model_file(write_model(two_outputs("int8")))
    assert output_tensor(model, SCORES) == OutputTensor(12, "int8", 1 / 256, -128, SCORES)
    assert output_tensor(model, EMBEDDING) == OutputTensor(12, "int8", 1 / 64, -128, EMBEDDING)
    for index in (2, -1):
        with pytest.raises(ModelError, match=f"must have an output {index} but got outputs 0 to 1"):
            output_tensor(model, index)
