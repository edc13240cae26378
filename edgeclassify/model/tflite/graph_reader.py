"""The .tflite file's tables as operators and tensors, each index and size checked.

Slot numbers are those of TensorFlow's schema.fbs (version 3).
"""

import math
from collections.abc import Sequence
from typing import TypeVar

from edgeclassify.model.tflite.graph import Operator, OperatorOptions, Subgraph, Tensor
from edgeclassify.model.tflite.schema import (
    ACTIVATIONS,
    CUSTOM_OPERATOR,
    EXTENDED_CODE,
    OPERATOR_NAMES,
    PADDINGS,
    TENSOR_TYPES,
    TYPE_BITS,
)
from edgeclassify.model.tflite.tables import (
    INT8,
    INT32,
    UINT8,
    UINT32,
    UINT64,
    DamagedTableError,
    Table,
    TableBuffer,
)

_LARGEST_TENSOR = 1 << 31  # bytes; also what the format's 32-bit offsets can reach
_MOST_DIMENSIONS = 16

Code = tuple[str, int, bool]
"""An operator's name, its version, and whether it is a custom one."""

_T = TypeVar("_T")


def item(items: Sequence[_T], index: int, what: str) -> _T:
    """`items[index]`; raises DamagedTableError where the file names one that is not there."""
    if not 0 <= index < len(items):
        raise DamagedTableError(f"it names {what} {index} of {len(items)}")
    return items[index]


def read_blob(table: Table, buffer: TableBuffer) -> memoryview:
    """A buffer's bytes; those of models above 2 GB stand behind the tables and are named by file offset."""
    offset, size = table.number(1, UINT64), table.number(2, UINT64)
    if offset > 1:
        buffer.check(offset, size, "a block of data")
        return buffer.data[offset : offset + size]
    return table.blob(0)


def read_code(table: Table) -> Code:
    """One entry of the file's list of operators in use."""
    # Codes from 127 on don't fit the old 8-bit field; files older than the new field leave that at 0.
    old, new = table.number(0, INT8), table.number(3, INT32)
    code = new if old == EXTENDED_CODE else max(old, new)
    version = table.number(2, INT32, 1)
    if code == CUSTOM_OPERATOR:
        return table.text(1) or "CUSTOM", version, True
    return OPERATOR_NAMES[code] if 0 <= code < len(OPERATOR_NAMES) else f"OPERATOR_{code}", version, False


def read_subgraph(table: Table, codes: Sequence[Code], blobs: Sequence[memoryview]) -> Subgraph:
    """One graph; `codes` and `blobs` are the file's lists of operators in use and of buffers."""
    tensors = tuple(_tensor(entry, i, blobs) for i, entry in enumerate(table.tables(0)))
    inputs, outputs = table.numbers(1, "i"), table.numbers(2, "i")
    for index in (*inputs, *outputs):
        item(tensors, index, "tensor")
    operators = tuple(_operator(entry, codes, len(tensors)) for entry in table.tables(3))
    table.text(4)
    return Subgraph(operators, tensors, inputs, outputs)


def _tensor(table: Table, index: int, blobs: Sequence[memoryview]) -> Tensor:
    kind = table.number(1, INT8)
    quantization = table.table(4)
    scales: tuple[float, ...] = ()
    zero_points: tuple[int, ...] = ()
    if quantization is not None:
        scales, zero_points = quantization.numbers(2, "f"), quantization.numbers(3, "q")
    tensor = Tensor(
        index=index,
        name=table.text(3),
        shape=table.numbers(0, "i"),
        shape_signature=table.numbers(7, "i"),
        dtype=item(TENSOR_TYPES, kind, "element type"),
        scales=scales,
        zero_points=zero_points,
        quantized_dimension=0 if quantization is None else quantization.number(6, INT32),
        is_variable=bool(table.number(5, UINT8)),
        content=item(blobs, table.number(2, UINT32), "buffer"),
    )
    _check_size(tensor, is_sparse=table.table(6) is not None)
    _check_quantization(tensor)
    return tensor


def _check_size(tensor: Tensor, is_sparse: bool) -> None:
    """A constant must hold what its shape needs: a runtime reads that far."""
    bits = TYPE_BITS.get(tensor.dtype, 0)
    is_possible = len(tensor.shape) <= _MOST_DIMENSIONS and all(size >= 0 for size in tensor.shape)
    needed = (tensor.elements * bits + 7) // 8 if is_possible else 0
    if not is_possible or needed > _LARGEST_TENSOR:
        shape = ", ".join(map(str, tensor.shape[:_MOST_DIMENSIONS]))
        raise DamagedTableError(f"{_called(tensor)} has the impossible shape [{shape}]")
    if bits and tensor.is_constant and not is_sparse and len(tensor.content) != needed:
        raise DamagedTableError(f"{_called(tensor)} holds {len(tensor.content)} bytes of {needed}")


def _check_quantization(tensor: Tensor) -> None:
    # Converters leave the zero points out where there is nothing to quantize, never the other way round. Which
    # dimension several scales belong to is checked by the runtimes, which have words of their own for it.
    consistent = not tensor.zero_points or len(tensor.zero_points) == len(tensor.scales)
    if not consistent or not all(map(math.isfinite, tensor.scales)):
        raise DamagedTableError(f"{_called(tensor)} has quantization that does not fit it")


def _called(tensor: Tensor) -> str:
    return f"tensor {tensor.index} ({tensor.name[:60]})"


def _operator(table: Table, codes: Sequence[Code], tensors: int) -> Operator:
    name, version, is_custom = item(codes, table.number(0, UINT32), "operator code")
    inputs, outputs = table.numbers(1, "i"), table.numbers(2, "i")
    for index in (*inputs, *outputs, *table.numbers(8, "i")):
        if not -1 <= index < tensors:
            raise DamagedTableError(f"an operator {name[:60]} names tensor {index} of {tensors}")
    table.blob(5)
    table.table(12)
    options = table.table(4)
    settings = OperatorOptions() if options is None else _options(table.number(3, UINT8), options)
    return Operator(name, version, inputs, outputs, settings, is_custom)


# Slots of the option tables, by the number of their kind in the schema's union BuiltinOptions.
_CONV_2D, _DEPTHWISE_CONV_2D, _POOL_2D, _FULLY_CONNECTED, _TRANSPOSE_CONV = 1, 2, 5, 8, 49
_ADD, _MUL, _RESHAPE, _SQUEEZE = 11, 21, 17, 30
_ACTIVATION_SLOTS = {
    _CONV_2D: 3,
    _DEPTHWISE_CONV_2D: 4,
    _POOL_2D: 5,
    _TRANSPOSE_CONV: 3,
    _FULLY_CONNECTED: 0,
    _ADD: 0,
    _MUL: 0,
}
_DILATION_SLOTS = {_CONV_2D: (5, 4), _DEPTHWISE_CONV_2D: (6, 5)}
_CONCATENATION, _GATHER, _STRIDED_SLICE, _SPLIT, _PACK, _UNPACK = 10, 23, 32, 35, 59, 64
_AXIS_SLOTS = {_CONCATENATION: 0, _GATHER: 0, _PACK: 1, _UNPACK: 1}
_SPACE_TO_DEPTH, _DEPTH_TO_SPACE = 19, 94
_COUNTED = (_SPLIT, _PACK, _UNPACK, _SPACE_TO_DEPTH, _DEPTH_TO_SPACE)
_WINDOWED = (_CONV_2D, _DEPTHWISE_CONV_2D, _POOL_2D, _TRANSPOSE_CONV)


def _options(kind: int, table: Table) -> OperatorOptions:
    if kind in (_RESHAPE, _SQUEEZE):
        table.numbers(0, "i")
    activation = ACTIVATIONS[0]
    if kind in _ACTIVATION_SLOTS:
        activation = item(ACTIVATIONS, table.number(_ACTIVATION_SLOTS[kind], INT8), "activation function")
    if kind not in _WINDOWED:
        return OperatorOptions(
            activation=activation,
            kind=kind,
            axis=table.number(_AXIS_SLOTS[kind], INT32) if kind in _AXIS_SLOTS else 0,
            count=table.number(0, INT32) if kind in _COUNTED else 0,
            masks=tuple(table.number(slot, INT32) for slot in range(5)) if kind == _STRIDED_SLICE else (),
        )
    down, across = _DILATION_SLOTS.get(kind, (-1, -1))
    return OperatorOptions(
        padding=item(PADDINGS, table.number(0, INT8), "padding"),
        stride=(table.number(2, INT32), table.number(1, INT32)),
        dilation=(1, 1) if down < 0 else (table.number(down, INT32, 1), table.number(across, INT32, 1)),
        window=(table.number(4, INT32), table.number(3, INT32)) if kind == _POOL_2D else (1, 1),
        depth_multiplier=table.number(3, INT32) if kind == _DEPTHWISE_CONV_2D else 1,
        activation=activation,
        kind=kind,
    )
