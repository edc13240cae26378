"""Depthwise-separable blocks: what they save against standard convolutions.

A standard k x k convolution from M to N channels costs k*k*M*N multiply-adds per output pixel. A depthwise
convolution (k*k*M) followed by a pointwise one (M*N) does its work for 1/N + 1/(k*k) of that: section 3.1 of
"MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications", arXiv:1704.04861.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.tflite.graph import Operator, Tensor

_PASS_THROUGH = frozenset({"QUANTIZE", "DEQUANTIZE", "RELU", "RELU6", "RELU_N1_TO_1", "HARD_SWISH", "LEAKY_RELU"})
"""Operators that may stand between the two halves of a block without changing the shape."""


@dataclass(frozen=True, slots=True)
class Separable:
    """A depthwise convolution and the pointwise one that takes its output; both by operator index."""

    depthwise: int
    pointwise: int
    kernel: tuple[int, int]
    channels_in: int
    channels_out: int
    pixels_out: int

    @property
    def standard_multiply_adds(self) -> int:
        """Multiply-adds of one standard convolution from the block's input to its output."""
        return self.pixels_out * self._standard_weights

    @property
    def standard_parameters(self) -> int:
        """Weights and biases of that standard convolution."""
        return self._standard_weights + self.channels_out

    @property
    def _standard_weights(self) -> int:
        return self.kernel[0] * self.kernel[1] * self.channels_in * self.channels_out


def separable_blocks(operators: Sequence[Operator], tensors: Sequence[Tensor]) -> tuple[Separable, ...]:
    """The blocks of a graph, in its order."""
    return tuple(_blocks(operators, tensors))


def _blocks(operators: Sequence[Operator], tensors: Sequence[Tensor]) -> Iterator[Separable]:
    consumers: dict[int, list[int]] = defaultdict(list)
    for i, operator in enumerate(operators):
        for index in operator.inputs:
            consumers[index].append(i)
    for i, operator in enumerate(operators):
        if operator.name != "DEPTHWISE_CONV_2D" or len(operator.inputs) < 2 or not operator.outputs:
            continue
        pointwise = _pointwise_after(operators, tensors, consumers, operator.outputs[0])
        if pointwise is None:
            continue
        source, kernel = tensors[operator.inputs[0]].shape, tensors[operator.inputs[1]].shape
        out = tensors[operators[pointwise].outputs[0]].shape
        if len(source) == len(kernel) == len(out) == 4:
            yield Separable(i, pointwise, (kernel[1], kernel[2]), source[3], out[3], out[0] * out[1] * out[2])


def _pointwise_after(
    operators: Sequence[Operator], tensors: Sequence[Tensor], consumers: dict[int, list[int]], tensor: int
) -> int | None:
    """Index of the 1x1 convolution that alone takes `tensor`, directly or behind an activation function."""
    for _ in range(len(operators)):
        if len(consumers[tensor]) != 1:
            return None
        index = consumers[tensor][0]
        operator = operators[index]
        if not operator.outputs:
            return None
        if operator.name == "CONV_2D" and len(operator.inputs) > 1:
            shape = tensors[operator.inputs[1]].shape
            return index if len(shape) == 4 and shape[1:3] == (1, 1) else None
        if operator.name not in _PASS_THROUGH:
            return None
        tensor = operator.outputs[0]
    return None
