"""Writes small .tflite files for tests, with the flatbuffers package alone: no converter, no runtime.

Slots and numbers are those of TensorFlow's schema.fbs and tflite-support's metadata_schema.fbs.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.tflite.schema import OPERATOR_NAMES, TENSOR_TYPES

SOFTMAX_OPTIONS = 9


@dataclass(frozen=True)
class TensorDef:
    """A tensor to write; `data` makes it a constant, `scale` 0 leaves it without quantization."""

    name: str
    shape: Sequence[int]
    dtype: str = "uint8"
    scale: float = 0.0
    zero_point: int = 0
    data: bytes = b""
    signature: Sequence[int] = ()


@dataclass(frozen=True)
class OperatorDef:
    """An operator to write; `custom` is the name of a custom one.

    `options`: (slot, kind, value) of its table of options, of the number `options_kind` in BuiltinOptions.
    """

    name: str
    inputs: Sequence[int]
    outputs: Sequence[int]
    version: int = 1
    custom: str = ""
    options_kind: int = 0
    options: Sequence[tuple[int, str, float]] = ()


@dataclass(frozen=True)
class ModelDef:
    """A model to write, of one subgraph."""

    tensors: Sequence[TensorDef]
    operators: Sequence[OperatorDef]
    inputs: Sequence[int]
    outputs: Sequence[int]
    metadata: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


def flatten_model(
    shape: Sequence[int] = (1, 2, 2, 3),
    dtype: str = "uint8",
    scale: float = 1 / 255,
    zero_point: int = 0,
    *,
    softmax: bool = False,
    signature: Sequence[int] = (),
    metadata: Mapping[str, bytes] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> ModelDef:
    """A model whose output is its input, laid out flat: what arrives in the tensor can be read from the scores.

    With `softmax` the graph ends in one (8-bit outputs then have scale 1/256, as the operator asks).
    """
    is_float = dtype == "float32"
    quantization = (0.0, 0) if is_float else (scale, zero_point)
    count = int(np.prod(shape))
    target = np.array([1, count], np.int32).tobytes()
    tensors = [
        TensorDef("image", shape, dtype, *quantization, signature=signature),
        TensorDef("flat_shape", [2], "int32", data=target),
        TensorDef("flat", [1, count], dtype, *quantization),
    ]
    operators = [OperatorDef("RESHAPE", [0, 1], [2])]
    if softmax:
        probability = (0.0, 0) if is_float else (1 / 256, -128 if dtype == "int8" else 0)
        tensors.append(TensorDef("scores", [1, count], dtype, *probability))
        operators.append(OperatorDef("SOFTMAX", [2], [3], version=2 if dtype == "int8" else 1))
    return ModelDef(tensors, operators, [0], [len(tensors) - 1 if softmax else 2], metadata or {}, files or {})


def tflite_bytes(model: ModelDef) -> bytes:
    """The model as a .tflite file, with its attached files as a zip behind it."""
    writer = _Writer(flatbuffers.Builder(1024))
    content = writer.model(model)
    return content + _zipped(model.files) if model.files else content


def metadata_bytes(
    mean: Sequence[float] = (), std: Sequence[float] = (), label_file: str = "", label_type: int = 2
) -> bytes:
    """A TFLITE_METADATA block with a normalization of the input and a label file of the output."""
    w = _Writer(flatbuffers.Builder(256))
    units, files = [], []
    if mean or std:
        options = w.table((0, "offset", w.floats(mean)), (1, "offset", w.floats(std)))
        units = [w.table((0, "uint8", 1), (1, "offset", options))]
    if label_file:
        files = [w.table((0, "offset", w.builder.CreateString(label_file)), (2, "uint8", label_type))]
    image = w.table((4, "offset", w.tables(units))) if units else w.table()
    scores = w.table((6, "offset", w.tables(files))) if files else w.table()
    subgraph = w.table((2, "offset", w.tables([image])), (3, "offset", w.tables([scores])))
    root = w.table((3, "offset", w.tables([subgraph])))
    w.builder.Finish(root, b"M001")
    return bytes(w.builder.Output())


def _zipped(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


class _Writer:
    """Tables by slot number instead of generated classes."""

    def __init__(self, builder: flatbuffers.Builder) -> None:
        self.builder = builder

    def table(self, *fields: tuple[int, str, float]) -> int:
        """A table with (slot, kind, value) fields."""
        b = self.builder
        add = {
            "int8": b.PrependInt8Slot,
            "uint8": b.PrependUint8Slot,
            "int32": b.PrependInt32Slot,
            "uint32": b.PrependUint32Slot,
            "float32": b.PrependFloat32Slot,
        }
        b.StartObject(16)
        for slot, kind, value in fields:
            if kind == "offset":
                b.PrependUOffsetTRelativeSlot(slot, int(value), 0)
            else:
                add[kind](slot, value, 0)
        return int(b.EndObject())

    def tables(self, offsets: Sequence[int]) -> int:
        """A vector of tables."""
        self.builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self.builder.PrependUOffsetTRelative(offset)
        return int(self.builder.EndVector())

    def array(self, values: NDArray[Any]) -> int:
        """A vector of numbers."""
        return int(self.builder.CreateNumpyVector(values))

    def ints(self, values: Sequence[int]) -> int:
        """A vector of int32."""
        return self.array(np.asarray(values, np.int32))

    def floats(self, values: Sequence[float]) -> int:
        """A vector of float32."""
        return self.array(np.asarray(values, np.float32))

    def blob(self, data: bytes) -> int:
        """A buffer's table; the data starts at a multiple of 16, as the runtimes ask."""
        self.builder.StartVector(1, len(data), 16)
        self.builder.head -= len(data)
        self.builder.Bytes[self.builder.head : self.builder.head + len(data)] = data
        return self.table((0, "offset", int(self.builder.EndVector())))

    def model(self, model: ModelDef) -> bytes:
        """The whole file."""
        blobs = [t.data for t in model.tensors if t.data] + list(model.metadata.values())
        buffers = [self.table(), *(self.blob(data) for data in blobs)]
        numbers = iter(range(1, len(buffers)))
        tensors = [self._tensor(t, next(numbers) if t.data else 0) for t in model.tensors]
        named = [
            self.table((0, "offset", name), (1, "uint32", next(numbers)))
            for name in [self.builder.CreateString(name) for name in model.metadata]
        ]
        codes = [self._code(operator) for operator in model.operators]
        operators = [self._operator(operator, i) for i, operator in enumerate(model.operators)]
        subgraph = self.table(
            (0, "offset", self.tables(tensors)),
            (1, "offset", self.ints(model.inputs)),
            (2, "offset", self.ints(model.outputs)),
            (3, "offset", self.tables(operators)),
        )
        root = self.table(
            (0, "uint32", 3),
            (1, "offset", self.tables(codes)),
            (2, "offset", self.tables([subgraph])),
            (3, "offset", self.builder.CreateString("written by a test")),
            (4, "offset", self.tables(buffers)),
            (6, "offset", self.tables(named)),
        )
        self.builder.Finish(root, b"TFL3")
        return bytes(self.builder.Output())

    def _tensor(self, tensor: TensorDef, buffer: int) -> int:
        fields: list[tuple[int, str, float]] = [
            (0, "offset", self.ints(tensor.shape)),
            (1, "int8", TENSOR_TYPES.index(tensor.dtype)),
            (2, "uint32", buffer),
            (3, "offset", self.builder.CreateString(tensor.name)),
        ]
        if tensor.scale:
            zero_points = self.array(np.array([tensor.zero_point], np.int64))
            scales = self.floats([tensor.scale])
            fields.append((4, "offset", self.table((2, "offset", scales), (3, "offset", zero_points))))
        if tensor.signature:
            fields.append((7, "offset", self.ints(tensor.signature)))
        return self.table(*fields)

    def _code(self, operator: OperatorDef) -> int:
        code = OPERATOR_NAMES.index("CUSTOM" if operator.custom else operator.name)
        fields: list[tuple[int, str, float]] = [
            (0, "int8", min(code, 127)),
            (2, "int32", operator.version),
            (3, "int32", code),
        ]
        if operator.custom:
            fields.append((1, "offset", self.builder.CreateString(operator.custom)))
        return self.table(*fields)

    def _operator(self, operator: OperatorDef, code: int) -> int:
        fields: list[tuple[int, str, float]] = [
            (0, "uint32", code),
            (1, "offset", self.ints(operator.inputs)),
            (2, "offset", self.ints(operator.outputs)),
        ]
        if operator.name == "SOFTMAX":
            fields += [(3, "uint8", SOFTMAX_OPTIONS), (4, "offset", self.table((0, "float32", 1.0)))]
        elif operator.options_kind:
            fields += [(3, "uint8", operator.options_kind), (4, "offset", self.table(*operator.options))]
        return self.table(*fields)
