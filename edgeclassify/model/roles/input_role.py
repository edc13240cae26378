"""What a graph does with its input first: normalize pixels itself, or take them as whole numbers of 0-255."""

from collections.abc import Iterator, Mapping

from edgeclassify.model.roles.bounds import ANYTHING, Bounds, constant_values
from edgeclassify.model.roles.graph_bounds import tensor_bounds
from edgeclassify.model.tflite.graph import Operator
from edgeclassify.model.tflite.model_file import ModelFile

# Pixels are brought from 0-255 to about 1 by a factor near 1/255 or 1/127, or by means near 100. Models that
# expect values around 1 and adjust them further do so by far smaller means and far larger factors.
_SMALLEST_MEAN, _LARGEST_FACTOR = 16.0, 1 / 32

_MEANS_OF_UNIT = (0.2, 0.8)
"""Between these lie the means of images whose pixels are 0-1."""

_LEVELS = {"int8": (-128, 127), "uint8": (0, 255)}

_ONE_PIXEL = ((1, 1, 1, 1), (1, 1, 1, 3), (3, 1, 1, 3))
"""Shapes of weights that give each channel a factor."""

_HANDS_ON = frozenset(
    [
        "QUANTIZE",
        "DEQUANTIZE",
        "CAST",
        "RESIZE_BILINEAR",
        "RESIZE_NEAREST_NEIGHBOR",
        "PAD",
        "PADV2",
        "MIRROR_PAD",
        "TRANSPOSE",
        "RESHAPE",
        "SQUEEZE",
        "EXPAND_DIMS",
        "SLICE",
        "STRIDED_SLICE",
        "GATHER",
        "GATHER_ND",
        "REVERSE_V2",
        "SPLIT",
        "SPLIT_V",
        "UNPACK",
        "PACK",
        "CONCATENATION",
        "BROADCAST_TO",
        "TILE",
        "MINIMUM",
        "MAXIMUM",
        "RELU",
        "SPACE_TO_DEPTH",
        "FAKE_QUANT",
        "STABLEHLO_RESHAPE",
        "STABLEHLO_TRANSPOSE",
        "STABLEHLO_SLICE",
        "STABLEHLO_CONVERT",
        "STABLEHLO_CONCATENATE",
        "STABLEHLO_PAD",
    ]
)
"""Operators that may stand before the normalization: pixels stay pixels, in another type, size or order."""


def graph_normalizes(model: ModelFile) -> bool:
    """True where the graph begins by scaling or shifting its input as only pixels of 0-255 need it."""
    bounds = tensor_bounds(model)
    return any(_is_normalization(model, operator, tensor, bounds) for operator, tensor in _first_steps(model))


def takes_unit_range(model: ModelFile) -> bool:
    """True where the graph begins by taking off means as images of 0-1 have them (ImageNet's 0.485, or 0.5)."""
    bounds = tensor_bounds(model)
    for operator, tensor in _first_steps(model):
        others = [bounds.get(index, ANYTHING) for index in operator.inputs if index != tensor and index >= 0]
        if len(others) != 1 or not others[0].is_constant:
            continue
        low, high = others[0].low, others[0].high
        if operator.name in ("ADD", "STABLEHLO_ADD"):
            low, high = -high, -low
        elif operator.name not in ("SUB", "STABLEHLO_SUBTRACT") or operator.inputs[0] != tensor:
            continue
        if _MEANS_OF_UNIT[0] <= low and high <= _MEANS_OF_UNIT[1]:
            return True
    return False


def is_cast_first(model: ModelFile) -> bool:
    """True where the graph takes its input's whole numbers as they are, by a cast to another type."""
    return any(operator.name in ("CAST", "STABLEHLO_CONVERT") for operator, _ in _first_steps(model))


def quantized_range(model: ModelFile) -> tuple[float, float] | None:
    """The least and the largest value that a float input is made for, where the graph begins by quantizing it to 8
    bits: that was calibrated on normalized images. None where it does not."""
    for operator, tensor in _first_steps(model):
        target = model.tensors[operator.outputs[0]] if operator.name == "QUANTIZE" and operator.outputs else None
        if target is None or model.tensors[tensor].dtype != "float32" or len(target.scales) != 1:
            continue
        if target.dtype in _LEVELS:
            zero_point = target.zero_points[0] if target.zero_points else 0
            low, high = (target.scales[0] * (level - zero_point) for level in _LEVELS[target.dtype])
            return low, high
    return None


def _first_steps(model: ModelFile) -> Iterator[tuple[Operator, int]]:
    """The operators that see the pixels, each with the tensor that holds them: as long as pixels are handed on,
    and what comes right behind that."""
    pixels = {model.inputs[0]}
    for operator in model.operators:
        for tensor in operator.inputs:
            if tensor in pixels:
                yield operator, tensor
                if operator.name in _HANDS_ON:
                    pixels.update(operator.outputs)


def _is_normalization(model: ModelFile, operator: Operator, tensor: int, bounds: Mapping[int, Bounds]) -> bool:
    others = [bounds.get(index, ANYTHING) for index in operator.inputs if index != tensor and index >= 0]
    if operator.name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        return _is_factor_per_channel(model, operator)
    if len(others) != 1 or not others[0].is_constant:
        return False
    low, high = others[0].low, others[0].high
    least, largest = 0.0 if low <= 0 <= high else min(abs(low), abs(high)), max(abs(low), abs(high))
    match operator.name:
        case "MUL" | "STABLEHLO_MULTIPLY":
            return largest <= _LARGEST_FACTOR
        case "DIV" | "STABLEHLO_DIVIDE":
            return least >= 1 / _LARGEST_FACTOR
        case "SUB" | "ADD" | "STABLEHLO_SUBTRACT" | "STABLEHLO_ADD":
            return least >= _SMALLEST_MEAN
    return False


def _is_factor_per_channel(model: ModelFile, operator: Operator) -> bool:
    """A convolution that looks at one pixel and keeps the channels: a factor, as some converters write it."""
    if len(operator.inputs) < 2 or operator.inputs[1] < 0:
        return False
    weights = model.tensors[operator.inputs[1]]
    values = constant_values(weights) if weights.shape in _ONE_PIXEL else None
    return values is not None and float(abs(values).max()) <= _LARGEST_FACTOR
