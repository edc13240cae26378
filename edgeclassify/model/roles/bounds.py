"""Bounds of a tensor: what its values can be at most.

A softmax gives values of 0-1 that add up to one, a sigmoid values of 0-1, a layer with weights anything; what
comes behind them (a mean, a clip, a choice of classes, several heads side by side) keeps or changes these
bounds by rules of its own.
"""

import math

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.tflite.graph import Operator, Tensor

_LARGEST_CONSTANT = 1 << 18
"""Elements; larger ones are weights, whose values say nothing here."""

_READABLE = ("float32", "float64", "float16", "int8", "uint8", "int16", "int32", "int64", "bool")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of a tensor's values.

    `low`, `high`: the least and the largest that one of them can be. `most`: what all of them can add up to.
    `is_log`: they are logarithms of values of 0-1, which add up to `most`. `is_constant`: the file holds them.
    `is_sure`: False behind an operator that is not understood, so that the values may be better than they look.
    """

    low: float = -math.inf
    high: float = math.inf
    most: float = math.inf
    is_log: bool = False
    is_constant: bool = False
    is_sure: bool = True

    @property
    def is_unit(self) -> bool:
        """True where each value is in 0-1, but for what rounding adds."""
        return self.low >= -_ROUNDING and self.high <= 1 + _ROUNDING


_ROUNDING = 0.01
"""What eight bits and a clip leave of 0 and 1."""

ANYTHING = Bounds()
UNCLEAR = Bounds(is_sure=False)


@dataclass(frozen=True, slots=True)
class OperatorBounds:
    """One operator with the bounds of its inputs. `sizes`: their elements; `size`, `width`: elements and last
    dimension of its output. `made_by`: the operators that made the inputs, None for what is no one's output."""

    operator: Operator
    inputs: tuple[Bounds, ...]
    sizes: tuple[int, ...]
    size: int
    width: int
    made_by: tuple[Operator | None, ...]
    tensors: tuple[Tensor, ...]


def constant_values(tensor: Tensor) -> NDArray[np.float64] | None:
    """The real values of a small constant; None of a tensor that is none, or of a type that numpy lacks."""
    if not tensor.is_constant or tensor.elements > _LARGEST_CONSTANT or tensor.is_per_channel:
        return None
    if tensor.dtype not in _READABLE:
        return None
    try:
        values = np.frombuffer(tensor.data(), np.dtype(tensor.dtype)).astype(np.float64)
    except ValueError:
        return None  # sparse: fewer bytes than its shape has
    if len(values) != tensor.elements or not len(values) or not np.isfinite(values).all():
        return None
    if tensor.scales and tensor.dtype not in ("float32", "float16"):
        values = (values - (tensor.zero_points[0] if tensor.zero_points else 0)) * tensor.scales[0]
    return values


def clipped(bounds: Bounds, low: float, high: float) -> Bounds:
    """What is left between two limits."""
    most = bounds.most if bounds.low >= low else math.inf
    least, largest = (min(max(bound, low), high) for bound in (bounds.low, bounds.high))
    return Bounds(least, largest, most, is_sure=bounds.is_sure)
