"""Which tensors an operator reads and writes: as many as it needs, and each written before it is read."""

from collections.abc import Iterator

from edgeclassify.model.soundness.numbered_operator import NumberedOperator, UnsoundError
from edgeclassify.model.tflite.graph import Subgraph, Tensor

_ONE = "ABS CAST CEIL COS DEPTH_TO_SPACE DEQUANTIZE ELU EXP FAKE_QUANT FLOOR GELU HARD_SWISH L2_NORMALIZATION"
_ONE += " L2_POOL_2D AVERAGE_POOL_2D MAX_POOL_2D LEAKY_RELU LOCAL_RESPONSE_NORMALIZATION LOG LOGISTIC LOGICAL_NOT"
_ONE += " LOG_SOFTMAX NEG QUANTIZE RANK RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 ROUND RSQRT SHAPE SIGN SIN SOFTMAX"
_ONE += " SPACE_TO_DEPTH SQRT SQUARE SQUEEZE TANH UNPACK ZEROS_LIKE"
_TWO = "ADD ARG_MAX ARG_MIN ATAN2 BATCH_MATMUL BROADCAST_TO CUMSUM DIV EQUAL EXPAND_DIMS FILL FLOOR_DIV FLOOR_MOD"
_TWO += " GATHER GATHER_ND GREATER GREATER_EQUAL LESS LESS_EQUAL LOGICAL_AND LOGICAL_OR MAXIMUM MEAN MINIMUM"
_TWO += " MIRROR_PAD MUL NOT_EQUAL PAD POW PRELU REDUCE_ALL REDUCE_ANY REDUCE_MAX REDUCE_MIN REDUCE_PROD"
_TWO += (
    " RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR REVERSE_V2 SPLIT SQUARED_DIFFERENCE SUB SUM TILE TOPK_V2 TRANSPOSE"
)
_THREE = "BATCH_TO_SPACE_ND PADV2 RANGE SELECT SELECT_V2 SLICE SPACE_TO_BATCH_ND SPLIT_V"
_NEEDED = {
    **dict.fromkeys(_ONE.split(), 1),
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_THREE.split(), 3),
    "STRIDED_SLICE": 4,
    "ONE_HOT": 4,
}
"""How many inputs an operator has, none of which may be left out."""

_WITH_BIAS = {
    "CONV_2D": (2, 3),
    "DEPTHWISE_CONV_2D": (2, 3),
    "FULLY_CONNECTED": (2, 3),
    "TRANSPOSE_CONV": (3, 4),
    "CONV_3D": (2, 3),
}
"""How many inputs a layer needs and may have; those that it does not need may be left out."""

_LOOSE = ("RESHAPE",)
"""One input, and a second one that the runtimes do without."""

_RECURRENT = ("LSTM", "RNN", "SVDF")
"""What has one of these in its name may leave out inputs at many places."""

_SEVERAL_OUTPUTS = ("SPLIT", "SPLIT_V", "UNPACK", "TOPK_V2")
_MAIN_OUTPUTS = 1


def check_wiring(graph: Subgraph) -> None:
    """Raise UnsoundError where a tensor is missing, written twice, or read before it is written."""
    known = {tensor.index for tensor in graph.tensors if _has_values(tensor)}
    for index in graph.inputs:
        if graph.tensors[index].is_constant:
            raise UnsoundError(f"its input, tensor {index}, is a constant")
        known.add(index)
    if len(set(graph.inputs)) != len(graph.inputs):
        raise UnsoundError("one tensor is two of its inputs")
    for number, operator in enumerate(graph.operators):
        step = NumberedOperator(number, operator, graph.tensors)
        _check_count(step)
        _check_read(step, known)
        for index in operator.outputs:
            if index < 0:
                raise step.fault("an output is missing")
            if index in known and not graph.tensors[index].is_variable:
                raise step.fault(f"it writes tensor {index}, which has its values from elsewhere")
            known.add(index)
    for index in graph.outputs:
        if index not in known:
            raise UnsoundError(f"nothing writes its output, tensor {index}")


def _has_values(tensor: Tensor) -> bool:
    """Without an operator that writes it: a constant, a variable, or nothing at all (the shape of a scalar)."""
    return tensor.is_constant or tensor.is_variable or tensor.elements == 0


def check_computed(graph: Subgraph) -> None:
    """Raise UnsoundError where an output of the main graph does not come of its input: it would never change."""
    reached = set(graph.inputs)
    written: set[int] = set()
    for operator in graph.operators:
        if reached & set(operator.inputs):
            reached.update(operator.outputs)
            written.update(operator.outputs)
    for index in graph.outputs:
        if index not in written:
            raise UnsoundError(f"its output, tensor {index}, is not computed from its input")


def steps_of(graph: Subgraph) -> Iterator[NumberedOperator]:
    """The operators in order, with their tensors."""
    for number, operator in enumerate(graph.operators):
        yield NumberedOperator(number, operator, graph.tensors)


def _check_read(step: NumberedOperator, known: set[int]) -> None:
    operator = step.operator
    _, needed = _bounds(step)
    for place, index in enumerate(operator.inputs):
        if index < 0 and place < needed:
            raise step.fault(f"its input {place} is missing")
        if index >= 0 and index not in known:
            raise step.fault(f"it reads tensor {index}, which nothing has written before")


def _check_count(step: NumberedOperator) -> None:
    most, needed = _bounds(step)
    given, written = len(step.operator.inputs), len(step.operator.outputs)
    if not needed <= given <= most:
        raise step.fault(f"it has {given} inputs, not {needed if needed == most else f'{needed} to {most}'}")
    if written == 0 and _is_known(step):
        raise step.fault("it has no output")
    if written > _MAIN_OUTPUTS and _is_known(step) and step.operator.name not in _SEVERAL_OUTPUTS:
        raise step.fault(f"it has {written} outputs, not one")


def _is_known(step: NumberedOperator) -> bool:
    name = step.operator.name
    return not step.operator.is_custom and (name in _NEEDED or name in _WITH_BIAS or name in _LOOSE)


def _bounds(step: NumberedOperator) -> tuple[int, int]:
    """How many inputs the operator may have, and how many of them, from the first on, must not be left out."""
    name, given = step.operator.name, len(step.operator.inputs)
    if step.operator.is_custom or any(word in name for word in _RECURRENT):
        return given, min(given, 1)
    if name in _WITH_BIAS:
        needed, most = _WITH_BIAS[name]
        return most, needed
    if name in _LOOSE:
        return 2, 1
    needed = _NEEDED.get(name, given)
    return needed, needed
