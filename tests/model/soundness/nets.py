"""Two small image classifiers with the operators that such models are made of: one quantized, one of floats."""

from collections.abc import Sequence

import numpy as np

from tests.model.tflite_files import ModelDef, OperatorDef, TensorDef

SIDE, CHANNELS, CLASSES = 8, 4, 5
CONV, DEPTHWISE, POOL, DENSE, CONCATENATION, ADD = 1, 2, 5, 8, 10, 11
GATHER, REDUCER, STRIDED_SLICE, SPLIT, PACK, PAD, TRANSPOSE, RESIZE = 23, 27, 32, 35, 59, 22, 26, 15
SPACE_TO_DEPTH, DEPTH_TO_SPACE, MIRROR_PAD, NEAREST, UNPACK = 19, 94, 77, 74, 64
STRIDES = ((1, "int32", 1), (2, "int32", 1))
VALID = 1


class Net:
    """Collects tensors and operators; each method returns the number of the tensor that it adds."""

    def __init__(self, dtype: str, shape: Sequence[int]) -> None:
        self.dtype = dtype
        self.tensors: list[TensorDef] = []
        self.operators: list[OperatorDef] = []
        self.last = self.result("image", shape)

    def result(self, name: str, shape: Sequence[int], scale: float = 0.05, zero_point: int = 3) -> int:
        quantization = (0.0, 0) if self.dtype == "float32" else (scale, zero_point)
        return self._add(TensorDef(name, shape, self.dtype, *quantization))

    def constant(self, name: str, values: object, dtype: str = "int32", scale: float = 0.0) -> int:
        array = np.asarray(values, dtype)
        return self._add(TensorDef(name, array.shape, dtype, scale, 0, array.tobytes()))

    def weights(self, name: str, *shape: int) -> int:
        values = np.random.default_rng(len(self.tensors)).integers(-9, 9, shape)
        return self.constant(name, values, self.dtype, 0.0 if self.dtype == "float32" else 0.02)

    def bias(self, count: int) -> int:
        if self.dtype == "float32":
            return self.constant("bias", np.zeros(count), "float32")
        return self.constant("bias", np.zeros(count), "int32", 0.05 * 0.02)

    def step(
        self,
        name: str,
        inputs: Sequence[int],
        output: int | Sequence[int],
        kind: int = 0,
        options: Sequence[tuple[int, str, float]] = (),
        version: int = 1,
    ) -> int:
        outputs = [output] if isinstance(output, int) else list(output)
        self.operators.append(
            OperatorDef(name, inputs, outputs, version=version, options_kind=kind, options=tuple(options))
        )
        self.last = outputs[0]
        return self.last

    def model(self) -> ModelDef:
        return ModelDef(self.tensors, self.operators, [0], [self.last])

    def _add(self, tensor: TensorDef) -> int:
        self.tensors.append(tensor)
        return len(self.tensors) - 1


def quantized_net() -> ModelDef:
    """int8: convolution, depthwise convolution, a sum, a pool, a dense layer, softmax."""
    net = Net("int8", [1, SIDE, SIDE, 3])
    half = [1, SIDE // 2, SIDE // 2, CHANNELS]
    two = ((1, "int32", 2), (2, "int32", 2))
    convolved = net.step(
        "CONV_2D",
        [0, net.weights("w", CHANNELS, 3, 3, 3), net.bias(CHANNELS)],
        net.result("conv", half),
        CONV,
        two,
        3,
    )
    deep = net.step(
        "DEPTHWISE_CONV_2D",
        [convolved, net.weights("dw", 1, 3, 3, CHANNELS), net.bias(CHANNELS)],
        net.result("depthwise", half),
        DEPTHWISE,
        (*STRIDES, (3, "int32", 1)),
        3,
    )
    net.step("ADD", [convolved, deep], net.result("sum", half), ADD, (), 2)
    pool = ((0, "int8", VALID), *STRIDES, (3, "int32", SIDE // 2), (4, "int32", SIDE // 2))
    net.step("AVERAGE_POOL_2D", [net.last], net.result("pooled", [1, 1, 1, CHANNELS]), POOL, pool, 2)
    net.step("RESHAPE", [net.last, net.constant("flat", [1, CHANNELS])], net.result("flat", [1, CHANNELS]))
    dense = [net.last, net.weights("fc", CLASSES, CHANNELS), net.bias(CLASSES)]
    net.step("FULLY_CONNECTED", dense, net.result("logits", [1, CLASSES]), DENSE, (), 4)
    net.step("SOFTMAX", [net.last], net.result("scores", [1, CLASSES], 1 / 256, -128), version=2)
    return net.model()


def moving_net() -> ModelDef:
    """float32: what moves pixels and values about without computing much."""
    net = Net("float32", [1, SIDE, SIDE, 3])
    half, block = SIDE // 2, ((0, "int32", 2),)
    net.step("SPACE_TO_DEPTH", [0], net.result("deep", [1, half, half, 12]), SPACE_TO_DEPTH, block)
    net.step("DEPTH_TO_SPACE", [net.last], net.result("wide", [1, SIDE, SIDE, 3]), DEPTH_TO_SPACE, block)
    net.step("TILE", [net.last, net.constant("times", [1, 1, 1, 2])], net.result("twice", [1, SIDE, SIDE, 6]))
    corner = [net.constant("begin", [0, 0, 0, 1]), net.constant("size", [1, SIDE, SIDE, 2])]
    net.step("SLICE", [net.last, *corner], net.result("corner", [1, SIDE, SIDE, 2]))
    pads = net.constant("pads", [[0, 0], [1, 1], [1, 1], [0, 0]])
    net.step("MIRROR_PAD", [net.last, pads], net.result("mirrored", [1, SIDE + 2, SIDE + 2, 2]), MIRROR_PAD)
    size = net.constant("size", [half, half])
    net.step("RESIZE_NEAREST_NEIGHBOR", [net.last, size], net.result("small", [1, half, half, 2]), NEAREST)
    two, none = net.constant("two", [2, 2]), net.constant("none", [[0, 0], [0, 0]])
    quarter = [4, half // 2, half // 2, 2]
    net.step("SPACE_TO_BATCH_ND", [net.last, two, none], net.result("batch", quarter))
    crops = net.constant("crops", [[0, 0], [0, 0]])
    net.step("BATCH_TO_SPACE_ND", [net.last, two, crops], net.result("space", [1, half, half, 2]))
    target, weights = net.constant("target", [1, SIDE, SIDE, 4]), net.weights("w", 4, 3, 3, 2)
    twofold = ((0, "int8", 0), (1, "int32", 2), (2, "int32", 2))
    net.step("TRANSPOSE_CONV", [target, weights, net.last], net.result("up", [1, SIDE, SIDE, 4]), 49, twofold)
    rows = [net.result(f"row{i}", [1, SIDE, 4]) for i in range(SIDE)]
    net.step("UNPACK", [net.last], rows, UNPACK, ((0, "int32", SIDE), (1, "int32", 1)))
    net.step("REDUCE_MAX", [rows[1], net.constant("axes", [1])], net.result("most", [1, 4]), REDUCER)
    net.step(
        "FULLY_CONNECTED", [net.last, net.weights("fc", CLASSES, 4)], net.result("scores", [1, CLASSES]), DENSE
    )
    return net.model()


def float_net() -> ModelDef:
    """float32: what joins, splits, pads, picks and turns, then a mean and a sigmoid."""
    net = Net("float32", [1, SIDE, SIDE, 3])
    wide, all_of_it = [1, SIDE + 2, SIDE + 2, 3], [1, SIDE, SIDE, 3]
    pads = net.constant("pads", [[0, 0], [1, 1], [1, 1], [0, 0]])
    net.step("PAD", [0, pads], net.result("padded", wide), PAD)
    pool = ((0, "int8", VALID), *STRIDES, (3, "int32", 3), (4, "int32", 3))
    pooled = net.step("MAX_POOL_2D", [net.last], net.result("pooled", all_of_it), POOL, pool)
    joined = net.step(
        "CONCATENATION", [0, pooled], net.result("joined", [1, SIDE, SIDE, 6]), CONCATENATION, ((0, "int32", 3),)
    )
    parts = [net.result(f"part{i}", [1, SIDE, SIDE, 2]) for i in range(3)]
    net.step("SPLIT", [net.constant("axis", 3), joined], parts, SPLIT, ((0, "int32", 3),))
    packed = net.step(
        "PACK", parts[:2], net.result("packed", [2, 1, SIDE, SIDE, 2]), PACK, ((0, "int32", 2), (1, "int32", 0))
    )
    picked = net.step(
        "GATHER", [packed, net.constant("which", [1])], net.result("picked", [1, 1, SIDE, SIDE, 2]), GATHER
    )
    flat = net.constant("shape", [1, SIDE, SIDE, 2])
    net.step("RESHAPE", [picked, flat], net.result("image2", [1, SIDE, SIDE, 2]))
    turned = [1, 2, SIDE, SIDE]
    net.step("TRANSPOSE", [net.last, net.constant("order", [0, 3, 1, 2])], net.result("turned", turned), TRANSPOSE)
    back = net.constant("back", [0, 2, 3, 1])
    net.step("TRANSPOSE", [net.last, back], net.result("again", [1, SIDE, SIDE, 2]), TRANSPOSE)
    size = net.constant("size", [4, 4])
    net.step("RESIZE_BILINEAR", [net.last, size], net.result("small", [1, 4, 4, 2]), RESIZE)
    corner = [
        net.constant(name, values) for name, values in (("from", [0] * 4), ("to", [1, 2, 2, 2]), ("by", [1] * 4))
    ]
    net.step("STRIDED_SLICE", [net.last, *corner], net.result("corner", [1, 2, 2, 2]), STRIDED_SLICE)
    convolution = [net.last, net.weights("w", CLASSES, 1, 1, 2), net.bias(CLASSES)]
    net.step("CONV_2D", convolution, net.result("conv", [1, 2, 2, CLASSES]), CONV, STRIDES)
    net.step("MUL", [net.last, net.constant("half", 0.5, "float32")], net.result("scaled", [1, 2, 2, CLASSES]), 21)
    net.step("MEAN", [net.last, net.constant("axes", [1, 2])], net.result("mean", [1, CLASSES]), REDUCER)
    net.step("LOGISTIC", [net.last], net.result("scores", [1, CLASSES]))
    return net.model()
