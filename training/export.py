"""Writes a quantized `Graph` as a .tflite file.

Input uint8 [1, size, size, 3] RGB, output uint8 [1, classes] probabilities (scale 1/256). Operators and
their versions are those that tflite-runtime 2.14 and LiteRT both accept: QUANTIZE 1, CONV_2D 3,
DEPTHWISE_CONV_2D 3, ADD 2, MEAN 2, RESHAPE 1, SOFTMAX 2. The classifier is a 1x1 convolution, since a
fully connected layer with per-channel weights is newer than tflite-runtime 2.14.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from training.arithmetic import (
    Quantization,
    bias_scales,
    quantize_bias,
    quantize_weight,
    weight_scales,
)
from training.graph import Graph, Layer

OP = schema.BuiltinOperator
VERSIONS = {
    OP.QUANTIZE: 1,
    OP.CONV_2D: 3,
    OP.DEPTHWISE_CONV_2D: 3,
    OP.ADD: 2,
    OP.MEAN: 2,
    OP.RESHAPE: 1,
    OP.SOFTMAX: 2,
}
PROBABILITY = Quantization(1 / 256, -128)
SHIFT = 128  # uint8 = int8 + 128


class _SharingBuilder(flatbuffers.Builder):
    """Stores equal vectors once: the zero points of per-channel weights are 8 bytes a channel, all 0."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self._known: dict[tuple[str, bytes], int] = {}

    def CreateNumpyVector(self, x: Any) -> int:  # noqa: N802 - overrides
        key = (x.dtype.str, x.tobytes())
        if key not in self._known:
            self._known[key] = super().CreateNumpyVector(x)
        return self._known[key]


class _Writer:
    """Collects tensors, buffers and operators of one subgraph."""

    def __init__(self) -> None:
        self.buffers = [schema.BufferT()]
        self.tensors: list[Any] = []
        self.operators: list[Any] = []
        self.codes: dict[int, int] = {}

    def tensor(self, name: str, shape: tuple[int, ...], kind: int, data: Any = None, **quantization: Any) -> int:
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name.encode(), np.array(shape, np.int32), kind
        tensor.buffer = 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
            self.buffers.append(buffer)
            tensor.buffer = len(self.buffers) - 1
        if quantization:
            tensor.quantization = _quantization(**quantization)
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def activation(self, name: str, shape: tuple[int, ...], q: Quantization, unsigned: bool = False) -> int:
        kind = schema.TensorType.UINT8 if unsigned else schema.TensorType.INT8
        zero_point = q.zero_point + (SHIFT if unsigned else 0)
        return self.tensor(name, shape, kind, scales=[q.scale], zero_points=[zero_point])

    def operator(self, code: int, inputs: list[int], outputs: list[int], kind: int, options: Any) -> None:
        operator = schema.OperatorT()
        operator.opcodeIndex = self.codes.setdefault(code, len(self.codes))
        operator.inputs, operator.outputs = np.array(inputs, np.int32), np.array(outputs, np.int32)
        operator.builtinOptionsType, operator.builtinOptions = kind, options
        self.operators.append(operator)


def _quantization(scales: Any, zero_points: Any, axis: int = 0) -> Any:
    parameters = schema.QuantizationParametersT()
    parameters.scale = np.asarray(scales, np.float32)
    parameters.zeroPoint = np.asarray(zero_points, np.int64)
    parameters.quantizedDimension = axis
    return parameters


def _stored(layer: Layer, scales: Any) -> tuple[Any, int]:
    """The int8 weight in the file's layout, and its axis of output channels."""
    assert layer.weight is not None
    integers = quantize_weight(layer.weight, scales)
    if layer.kind == "depthwise":
        return integers.transpose(1, 2, 0)[None], 3
    return integers, 0


def _convolution(writer: _Writer, layer: Layer, source: int, entry: Quantization, shape: tuple[int, ...]) -> int:
    assert layer.weight is not None
    assert layer.bias is not None
    scales = weight_scales(layer.weight)
    zeros = np.zeros(len(scales), np.int64)
    integers, axis = _stored(layer, scales)
    weight = writer.tensor(
        f"{layer.name}/weight", integers.shape, schema.TensorType.INT8, integers,
        scales=scales, zero_points=zeros, axis=axis,
    )  # fmt: skip
    units = bias_scales(entry, scales)
    bias = writer.tensor(
        f"{layer.name}/bias", (len(scales),), schema.TensorType.INT32, quantize_bias(layer.bias, units),
        scales=units, zero_points=zeros,
    )  # fmt: skip
    output = writer.activation(layer.name, shape, layer.output)
    depthwise = layer.kind == "depthwise"
    options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
    options.padding = schema.Padding.SAME
    options.strideW = options.strideH = layer.stride
    options.dilationWFactor = options.dilationHFactor = 1
    activations = schema.ActivationFunctionType
    options.fusedActivationFunction = activations.RELU6 if layer.relu6 else activations.NONE
    if depthwise:
        options.depthMultiplier = 1
    kinds = schema.BuiltinOptions
    writer.operator(
        OP.DEPTHWISE_CONV_2D if depthwise else OP.CONV_2D, [source, weight, bias], [output],
        kinds.DepthwiseConv2DOptions if depthwise else kinds.Conv2DOptions, options,
    )  # fmt: skip
    return output


def _layer(writer: _Writer, layer: Layer, sources: list[int], quantizations: list[Quantization]) -> int:
    shape = tuple(int(n) for n in writer.tensors[sources[0]].shape)
    if layer.kind in ("conv", "depthwise", "dense"):
        assert layer.weight is not None
        side = -(-shape[1] // layer.stride)
        return _convolution(writer, layer, sources[0], quantizations[0], (1, side, side, layer.weight.shape[0]))
    if layer.kind == "add":
        output = writer.activation(layer.name, shape, layer.output)
        writer.operator(OP.ADD, sources, [output], schema.BuiltinOptions.AddOptions, schema.AddOptionsT())
        return output
    if layer.kind == "mean":
        output = writer.activation(layer.name, (1, 1, 1, shape[3]), layer.output)
        axes = writer.tensor(f"{layer.name}/axes", (2,), schema.TensorType.INT32, np.array([1, 2], np.int32))
        options = schema.ReducerOptionsT()
        options.keepDims = True
        writer.operator(OP.MEAN, [sources[0], axes], [output], schema.BuiltinOptions.ReducerOptions, options)
        return output
    raise ValueError(f"layer {layer.name}: unknown kind {layer.kind!r}")


def _shift(writer: _Writer, source: int, output: int) -> None:
    """Between uint8 and int8 of one scale."""
    kind = schema.BuiltinOptions.QuantizeOptions
    writer.operator(OP.QUANTIZE, [source], [output], kind, schema.QuantizeOptionsT())


def _probabilities(writer: _Writer, logits: int, quantization: Quantization) -> int:
    classes = int(writer.tensors[logits].shape[3])
    shape = writer.tensor("shape", (2,), schema.TensorType.INT32, np.array([1, classes], np.int32))
    flat = writer.activation("logits", (1, classes), quantization)
    options = schema.ReshapeOptionsT()
    options.newShape = np.array([1, classes], np.int32)
    writer.operator(OP.RESHAPE, [logits, shape], [flat], schema.BuiltinOptions.ReshapeOptions, options)
    signed = writer.activation("softmax", (1, classes), PROBABILITY)
    softmax = schema.SoftmaxOptionsT()
    softmax.beta = 1.0
    writer.operator(OP.SOFTMAX, [flat], [signed], schema.BuiltinOptions.SoftmaxOptions, softmax)
    output = writer.activation("probabilities", (1, classes), PROBABILITY, unsigned=True)
    _shift(writer, signed, output)
    return output


def write_tflite(graph: Graph, path: Path, description: str = "edgeclassify MobileNetV2") -> int:
    """Writes the file and returns its size in bytes."""
    writer = _Writer()
    shape = (1, graph.size, graph.size, 3)
    image = writer.activation("image", shape, graph.image, unsigned=True)
    signed = writer.activation("image/int8", shape, graph.image)
    _shift(writer, image, signed)
    known, quantizations = {"image": signed}, {"image": graph.image}
    for layer in graph.layers:
        sources = [known[name] for name in layer.inputs]
        known[layer.name] = _layer(writer, layer, sources, [quantizations[name] for name in layer.inputs])
        quantizations[layer.name] = layer.output
    last = graph.layers[-1].name
    output = _probabilities(writer, known[last], quantizations[last])
    data = _pack(writer, image, output, description)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return len(data)


def _pack(writer: _Writer, image: int, output: int, description: str) -> bytes:
    subgraph = schema.SubGraphT()
    subgraph.name = b"main"
    subgraph.inputs, subgraph.outputs = np.array([image], np.int32), np.array([output], np.int32)
    subgraph.tensors, subgraph.operators = writer.tensors, writer.operators
    model = schema.ModelT()
    model.version, model.description = 3, description.encode()
    model.buffers, model.subgraphs, model.operatorCodes = writer.buffers, [subgraph], []
    for code in writer.codes:
        entry = schema.OperatorCodeT()
        entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = code, min(code, 127), VERSIONS[code]
        model.operatorCodes.append(entry)
    builder = _SharingBuilder(4 << 20)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())
