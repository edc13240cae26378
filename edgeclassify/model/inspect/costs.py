"""What a layer costs, by definition, from the shapes in the file: parameters and multiply-adds.

* Multiply-adds of a convolution: one per output value and weight that it sees, taps on the padding included
  (output height x width x channels x kernel height x width x input channels / groups); of a fully connected
  layer: one per weight and row of input. Additions of biases, pooling, activation functions and elementwise
  operators are not counted. So count the tables published with the MobileNets.
* Parameters: weights and biases. A .tflite file has its batch normalization folded in, one bias a channel.
  Published counts treat it either way: MobileNetV1's have three numbers a channel (offset, mean, variance),
  MobileNetV2's none; the file's count lies within about 1 % of both.
"""

from collections.abc import Sequence

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.tflite.graph import Operator, Tensor

_OUT_FIRST = {"CONV_2D": 4, "FULLY_CONNECTED": 2, "TRANSPOSE_CONV": 4}
"""Operators whose weights have the output channels first, with the rank of their weights."""

COUNTED = frozenset({*_OUT_FIRST, "DEPTHWISE_CONV_2D"})

_FREE = """
    ABS ADD ADD_N ARG_MAX ARG_MIN AVERAGE_POOL_2D BATCH_TO_SPACE_ND BROADCAST_TO CAST CEIL CONCATENATION
    DEPTH_TO_SPACE DEQUANTIZE DIV ELU EQUAL EXP EXPAND_DIMS FAKE_QUANT FILL FLOOR GATHER GATHER_ND GELU
    GREATER HARD_SWISH L2_NORMALIZATION LEAKY_RELU LESS LOCAL_RESPONSE_NORMALIZATION LOG LOGISTIC
    LOG_SOFTMAX MAXIMUM MAX_POOL_2D MEAN MINIMUM MIRROR_PAD MUL NEG ONE_HOT PACK PAD PADV2 POW PRELU
    QUANTIZE RANGE REDUCE_MAX REDUCE_MIN RELU RELU6 RELU_N1_TO_1 RESHAPE RESIZE_BILINEAR
    RESIZE_NEAREST_NEIGHBOR ROUND RSQRT SELECT SHAPE SLICE SOFTMAX SPACE_TO_BATCH_ND SPACE_TO_DEPTH
    SPLIT SPLIT_V SQRT SQUARE SQUARED_DIFFERENCE SQUEEZE STRIDED_SLICE SUB SUM TANH TILE TOPK_V2
    TRANSPOSE UNPACK
"""

FREE = frozenset(_FREE.split())
"""Operators that move, compare, add or rescale values: no multiply-adds by the convention above."""

_INDEX_TYPES = frozenset({"int32", "int64", "bool", "string"})


@dataclass(frozen=True, slots=True)
class Cost:
    """What one operator costs. `multiply_adds` is None where this module can't count the operator."""

    parameters: int
    multiply_adds: int | None


class CostCounter:
    """Counts the operators of one graph. A constant that several operators share is counted once."""

    def __init__(self, tensors: Sequence[Tensor], operators: Sequence[Operator]) -> None:
        self._tensors = tensors
        self._seen: set[int] = set()
        # Weights stored as float16 reach their operator through a DEQUANTIZE.
        self._unpacked = {
            output: source
            for operator in operators
            if operator.name == "DEQUANTIZE"
            for output in operator.outputs[:1]
            for source in operator.inputs[:1]
            if source >= 0 and tensors[source].is_constant
        }

    def cost(self, operator: Operator) -> Cost:
        """The operator's parameters and multiply-adds."""
        return Cost(self._parameters(operator), self._multiply_adds(operator))

    def weights(self, operator: Operator) -> Tensor | None:
        """The weights of a convolution or fully connected layer; None for others and odd ones."""
        rank = 4 if operator.name == "DEPTHWISE_CONV_2D" else _OUT_FIRST.get(operator.name, 0)
        if not rank or len(operator.inputs) < 2 or operator.inputs[1] < 0:
            return None
        weights = self._tensors[operator.inputs[1]]
        return weights if len(weights.shape) == rank and weights.elements else None

    def _multiply_adds(self, operator: Operator) -> int | None:
        if operator.name in FREE and not operator.is_custom:
            return 0
        weights = self.weights(operator)
        if weights is None or not operator.outputs or operator.outputs[0] < 0:
            return None
        values = self._tensors[operator.outputs[0]].elements
        if operator.name == "DEPTHWISE_CONV_2D":
            return values * weights.shape[1] * weights.shape[2]
        if operator.name == "TRANSPOSE_CONV":
            # Each input value is spread over the kernel, for every output channel.
            given = self._tensors[operator.inputs[2]].elements if len(operator.inputs) > 2 else 0
            return given * (weights.elements // max(weights.shape[3], 1))
        return values * (weights.elements // weights.shape[0])

    def _parameters(self, operator: Operator) -> int:
        if operator.name == "DEQUANTIZE":
            return 0
        count = 0
        for given in operator.inputs:
            index = self._unpacked.get(given, given)
            if index < 0 or index in self._seen or not self._tensors[index].is_constant:
                continue
            # Elsewhere than in biases, whole numbers are shapes, axes and paddings.
            if operator.name in COUNTED or self._tensors[index].dtype not in _INDEX_TYPES:
                self._seen.add(index)
                count += self._tensors[index].elements
        return count
