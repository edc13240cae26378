"""What a model's graph is made of: operators and tensors, as the .tflite file states them."""

import math
from dataclasses import field

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class OperatorOptions:
    """The settings of a convolution or pooling; defaults where an operator has no such setting.

    `kind` is the number of the table they stand in (the schema's union BuiltinOptions), 0 where there is none.
    `axis` and `count` are those of operators that join, split or pick along a dimension (`count`: into how
    many; or the side of the blocks of SPACE_TO_DEPTH).
    `masks`: a STRIDED_SLICE's five, one bit per dimension (begin, end, ellipsis, new axis, shrink).
    `stride` and `dilation` are (vertical, horizontal) in pixels, `window` the size of a pooling window.
    """

    padding: str = ""
    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    window: tuple[int, int] = (1, 1)
    depth_multiplier: int = 1
    activation: str = ""
    kind: int = 0
    axis: int = 0
    count: int = 0
    masks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Operator:
    """One step of the graph. `inputs` and `outputs` are tensor indices; -1 is an optional input left out."""

    name: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: OperatorOptions
    is_custom: bool = False


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: its shape, element type and quantization, and its bytes where it is a constant.

    `shape_signature` has -1 for dimensions that may be resized (empty where the file has none).
    Quantized values stand for scale * (value - zero_point); one pair holds for the whole tensor, several for
    the slices along `quantized_dimension`.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    shape_signature: tuple[int, ...]
    dtype: str
    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    quantized_dimension: int
    is_variable: bool
    content: memoryview = field(repr=False, compare=False)

    @property
    def is_constant(self) -> bool:
        """True where the file holds the tensor's values (weights, biases, shapes)."""
        return len(self.content) > 0

    @property
    def is_quantized(self) -> bool:
        """True where the tensor has a scale and zero point."""
        return bool(self.scales)

    @property
    def is_per_channel(self) -> bool:
        """True where each slice along `quantized_dimension` has a scale of its own."""
        return len(self.scales) > 1

    @property
    def elements(self) -> int:
        """Number of values: the product of the shape."""
        return math.prod(self.shape)

    def data(self) -> memoryview:
        """The constant's bytes as they are in the file, not copied; empty for activations."""
        return self.content


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One graph of the file: its operators in order, and the tensors they name by index."""

    operators: tuple[Operator, ...]
    tensors: tuple[Tensor, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
