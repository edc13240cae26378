"""What makes a .tflite file an image classifier; checked once, when it is loaded.

One input [1, height, width, channels] or [1, channels, height, width] of uint8, int8 or float32, with 1 or 3
channels; one output of uint8, int8 or float32 with one score per class.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from edgeclassify.errors import ModelError
from edgeclassify.model.tflite.model_file import ModelFile, Operator, Tensor

CHANNELS = (1, 3)
DTYPES = ("uint8", "int8", "float32")


class Activation(StrEnum):
    """What the graph's output is, and so what turns it into scores of 0-1."""

    PROBABILITIES = "probabilities"  # nothing left to do
    LOGITS = "logits"  # softmax
    LOG_PROBABILITIES = "log probabilities"  # exp


@dataclass(frozen=True, slots=True)
class InputContract:
    """The input tensor: an image of `height` x `width` pixels. scale 0: not quantized.

    `normalizes`: the graph itself begins by scaling pixels of 0-255, so they go in as they are.
    """

    width: int
    height: int
    channels: int
    is_nchw: bool
    dtype: str
    scale: float
    zero_point: int
    normalizes: bool = False


@dataclass(frozen=True, slots=True)
class OutputContract:
    """The output tensor: `classes` values, in any shape of that many elements. scale 0: not quantized."""

    classes: int
    dtype: str
    scale: float
    zero_point: int
    activation: Activation


@dataclass(frozen=True, slots=True)
class ClassifierContract:
    """Input and output of an image classifier."""

    input: InputContract
    output: OutputContract


def check_classifier(model: ModelFile) -> ClassifierContract:
    """The contract of an image classifier; raises ModelError where the file is something else."""
    return ClassifierContract(_input(model), _output(model))


def _fault(path: Path, text: str, hint: str = "") -> ModelError:
    return ModelError(f"{path}: not an image classifier: {text}.{' ' + hint if hint else ''}")


def _shape(shape: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, shape))}]"


def _only(model: ModelFile, tensors: tuple[Tensor, ...], what: str, hint: str) -> Tensor:
    if len(tensors) != 1:
        names = ", ".join(f"{tensor.name} {_shape(tensor.shape)}" for tensor in tensors[:4])
        more = ", …" if len(tensors) > 4 else ""
        found = f"{len(tensors)} ({names}{more})" if tensors else "none"
        raise _fault(model.path, f"it must have one {what} but got {found}", hint)
    return tensors[0]


def _quantization(model: ModelFile, tensor: Tensor, what: str) -> tuple[float, int]:
    if tensor.dtype not in DTYPES:
        raise _fault(model.path, f"the {what} must be uint8, int8 or float32 but got {tensor.dtype}")
    if tensor.dtype == "float32":
        return 0.0, 0
    if len(tensor.scales) != 1 or not (tensor.scales[0] > 0 and math.isfinite(tensor.scales[0])):
        found = f"{len(tensor.scales)} scales" if len(tensor.scales) != 1 else f"the scale {tensor.scales[0]}"
        raise _fault(model.path, f"the {tensor.dtype} {what} must have one positive scale but got {found}")
    return float(tensor.scales[0]), int(tensor.zero_points[0]) if tensor.zero_points else 0


def _input(model: ModelFile) -> InputContract:
    hint = "Recurrent models and models of several inputs can't be used." if len(model.inputs) > 1 else ""
    tensor = _only(model, model.input_tensors, "input", hint)
    shape = tensor.shape
    if len(shape) != 4:
        raise _fault(model.path, f"the input must be [1, height, width, channels] but got shape {_shape(shape)}")
    if shape[0] != 1:
        found = f"the batch size must be 1 but got {shape[0]} ({_shape(shape)})"
        raise _fault(model.path, found, "Convert it with batch size 1.")
    is_nchw = shape[3] not in CHANNELS
    channels, height, width = (shape[1], shape[2], shape[3]) if is_nchw else (shape[3], shape[1], shape[2])
    if channels not in CHANNELS:
        raise _fault(
            model.path, f"the input must have 1 or 3 channels, first or last, but got shape {_shape(shape)}"
        )
    open_sides = [size for size in tensor.shape_signature[1:] if size < 0]
    if min(height, width) < 1 or (open_sides and min(height, width) == 1):
        raise _fault(
            model.path,
            f"height and width must be fixed but got {_shape(tensor.shape_signature or shape)}",
            "Convert it with a fixed input size.",
        )
    scale, zero_point = _quantization(model, tensor, "input")
    normalizes = graph_normalizes(model)
    return InputContract(width, height, channels, is_nchw, tensor.dtype, scale, zero_point, normalizes)


def _output(model: ModelFile) -> OutputContract:
    is_detector = len(model.outputs) >= 3
    hint = "It looks like an object detector." if is_detector else "Convert it with its class scores alone."
    tensor = _only(model, model.output_tensors, "output", hint)
    shape = tensor.shape
    classes = math.prod(shape)
    if not shape or max(shape) != classes:
        raise _fault(
            model.path,
            f"the output must be [1, classes] but got shape {_shape(shape)}",
            "It looks like a model for segmentation, detection or embeddings.",
        )
    if classes < 2:
        raise _fault(model.path, f"the output must have at least 2 classes but got {classes}")
    scale, zero_point = _quantization(model, tensor, "output")
    return OutputContract(classes, tensor.dtype, scale, zero_point, output_activation(model))


# Pixels are brought from 0-255 to about 1 by a factor near 1/255 or 1/127, or by means near 100. Models that
# expect values around 1 and adjust them further do so by far smaller means and far larger factors.
_SMALLEST_MEAN, _LARGEST_FACTOR = 16.0, 1 / 32


def graph_normalizes(model: ModelFile) -> bool:
    """Whether the graph begins by scaling or shifting its input as only pixels of 0-255 need it."""
    tensor = model.inputs[0]
    for operator in model.operators:
        if tensor not in operator.inputs:
            continue
        if operator.name not in ("QUANTIZE", "DEQUANTIZE", "CAST"):
            return _is_normalization(model, operator, tensor)
        tensor = operator.outputs[0]
    return False


def _is_normalization(model: ModelFile, operator: Operator, tensor: int) -> bool:
    constants = [model.tensors[i] for i in operator.inputs if i != tensor and i >= 0]
    if len(constants) != 1 or constants[0].dtype != "float32" or not constants[0].is_constant:
        return False
    sizes = np.abs(np.frombuffer(constants[0].data(), np.float32))
    match operator.name:
        case "MUL":
            return bool(sizes.max() <= _LARGEST_FACTOR)
        case "DIV":
            return bool(sizes.min() >= 1 / _LARGEST_FACTOR)
        case "SUB" | "ADD":
            return bool(sizes.min() >= _SMALLEST_MEAN)
    return False


# What may stand between the softmax and the output without changing the values.
_TRANSPARENT = frozenset(
    {"QUANTIZE", "DEQUANTIZE", "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "CAST", "TRANSPOSE", "SLICE", "STRIDED_SLICE"}
)
_ACTIVATIONS = {
    "SOFTMAX": Activation.PROBABILITIES,
    "LOGISTIC": Activation.PROBABILITIES,
    "STABLEHLO_LOGISTIC": Activation.PROBABILITIES,
    "LOG_SOFTMAX": Activation.LOG_PROBABILITIES,
}


def output_activation(model: ModelFile) -> Activation:
    """What the output is, by the operator that computes it: values alone can't tell logits from scores."""
    producers = {tensor: operator for operator in model.operators for tensor in operator.outputs}
    operator = producers.get(model.outputs[0])
    for _ in model.operators:
        if operator is None or operator.name not in _TRANSPARENT or not operator.inputs:
            break
        operator = producers.get(operator.inputs[0])
    if operator is None:
        return Activation.LOGITS
    if operator.name == "DIV" and _is_exponential(operator, producers):
        return Activation.PROBABILITIES  # a softmax that the converter wrote out: exp(x) / sum(exp(x))
    return _ACTIVATIONS.get(operator.name, Activation.LOGITS)


def _is_exponential(division: Operator, producers: dict[int, Operator]) -> bool:
    if not division.inputs:
        return False
    numerator = producers.get(division.inputs[0])
    return numerator is not None and numerator.name == "EXP"
