"""Small networks with the ends that exporters give theirs: a body that sees a feature map, then classes of it."""

from collections.abc import Callable

import numpy as np

from tests.model.colour_nets import ADD, CONCATENATION, REDUCER, SIDE, Net
from tests.model.tflite_files import ModelDef, TensorDef

CHANNELS, CLASSES = 8, 5
MAP = [1, 4, 4, CHANNELS]
ONE_PIXEL = [1, 1, 1, CHANNELS]
CONV_2D, POOL_2D, FULLY_CONNECTED = 1, 5, 8
SAME, VALID = 0, 1

Build = Callable[[], tuple[ModelDef, int]]
"""A network, and the index of the tensor that holds its embedding."""


class BodyNet(Net):
    """A net whose weights are drawn, always the same."""

    def __init__(self) -> None:
        super().__init__()
        self._rng = np.random.default_rng(5)

    def weights(self, *shape: int) -> int:
        return self.constant(self._rng.normal(0, 0.5, shape))

    def conv(self, source: int, channels: int, kernel: int = 1, stride: int = 1) -> int:
        """A convolution with "same" padding."""
        _, height, width, before = self.tensors[source].shape
        return self.add(
            "CONV_2D",
            [source, self.weights(channels, kernel, kernel, before), self.weights(channels)],
            [1, -(-height // stride), -(-width // stride), channels],
            options_kind=CONV_2D,
            options=[(0, "int8", SAME), (1, "int32", stride), (2, "int32", stride)],
        )

    def dense(self, source: int, channels: int) -> int:
        """A fully connected layer on the last dimension."""
        shape = self.tensors[source].shape
        rows = int(np.prod(shape[:-1]))
        inputs = [source, self.weights(channels, shape[-1]), self.weights(channels)]
        return self.add("FULLY_CONNECTED", inputs, [rows, channels])

    def body(self) -> int:
        """A feature map, with a residual block and a squeeze-and-excitation block on the way."""
        first = self.conv(self.image, CHANNELS, kernel=3, stride=2)
        added = self.add("ADD", [first, self.conv(first, CHANNELS)], MAP, options_kind=ADD)
        share = self.add("LOGISTIC", [self.conv(self.mean(added), CHANNELS)], ONE_PIXEL)
        return self.conv(self.add("MUL", [added, share], MAP), CHANNELS)

    def mean(self, source: int, *, keep: bool = True) -> int:
        shape = ONE_PIXEL if keep else [1, CHANNELS]
        axes = self.constant([1, 2], "int32")
        return self.add("MEAN", [source, axes], shape, options_kind=REDUCER, options=[(0, "uint8", int(keep))])

    def average_pool(self, source: int) -> int:
        _, height, width, channels = self.tensors[source].shape
        options = [(0, "int8", VALID), (1, "int32", 1), (2, "int32", 1), (3, "int32", width), (4, "int32", height)]
        return self.add("AVERAGE_POOL_2D", [source], [1, 1, 1, channels], options_kind=POOL_2D, options=options)

    def reshape(self, source: int, shape: list[int]) -> int:
        return self.add("RESHAPE", [source, self.constant(shape, "int32")], shape)


def mobilenet_v1() -> tuple[ModelDef, int]:
    """Pooled, a convolution of one pixel, squeezed."""
    net = BodyNet()
    pooled = net.average_pool(net.body())
    return net.model(net.softmax(net.reshape(net.conv(pooled, CLASSES), [1, CLASSES]))), pooled


def keras() -> tuple[ModelDef, int]:
    """The mean without its dimensions, a fully connected layer."""
    net = BodyNet()
    pooled = net.mean(net.body(), keep=False)
    return net.model(net.softmax(net.dense(pooled, CLASSES))), pooled


def squeezed_before() -> tuple[ModelDef, int]:
    """Shapes change between pooling and layer; logits come out."""
    net = BodyNet()
    pooled = net.mean(net.body())
    flat = net.reshape(net.reshape(pooled, [1, CHANNELS, 1, 1]), [1, CHANNELS])
    return net.model(net.dense(flat, CLASSES)), pooled


def teachable_machine() -> tuple[ModelDef, int]:
    """A head of two layers, the first of which was fitted to the user's classes."""
    net = BodyNet()
    pooled = net.mean(net.body(), keep=False)
    hidden = net.add("RELU", [net.dense(pooled, 6)], [1, 6])
    return net.model(net.softmax(net.dense(hidden, CLASSES))), pooled


def mobilenet_v3() -> tuple[ModelDef, int]:
    """A wide layer and a hard swish, written out, between pooling and classes."""
    net = BodyNet()
    pooled = net.mean(net.body())
    wide = net.conv(pooled, 12)
    shape = net.tensors[wide].shape
    shifted = net.add("RELU6", [net.add("ADD", [wide, net.constant([3.0])], shape, options_kind=ADD)], shape)
    swish = net.add("MUL", [wide, net.add("MUL", [shifted, net.constant([1 / 6])], shape)], shape)
    return net.model(net.softmax(net.reshape(net.conv(swish, CLASSES), [1, CLASSES]))), pooled


def two_heads() -> tuple[ModelDef, int]:
    """Two groups of classes side by side."""
    net = BodyNet()
    pooled = net.mean(net.body(), keep=False)
    heads = [net.softmax(net.dense(pooled, CLASSES)), net.sigmoid(net.dense(pooled, 2))]
    options = [(0, "int32", 1)]
    return net.model(
        net.add("CONCATENATION", heads, [1, CLASSES + 2], options_kind=CONCATENATION, options=options)
    ), pooled


def flattened() -> tuple[ModelDef, int]:
    """The whole feature map is what the only layer reads."""
    net = BodyNet()
    flat = net.reshape(net.body(), [1, 16 * CHANNELS])
    return net.model(net.softmax(net.dense(flat, CLASSES))), flat


def flattened_with_hidden_layer() -> tuple[ModelDef, int]:
    """The feature map, a hidden layer, classes."""
    net = BodyNet()
    hidden = net.dense(net.reshape(net.body(), [1, 16 * CHANNELS]), 6)
    return net.model(net.softmax(net.dense(hidden, CLASSES))), hidden


def edge_impulse() -> tuple[ModelDef, int]:
    """A layer on each place of the feature map, then all of it flat."""
    net = BodyNet()
    places = net.dense(net.reshape(net.body(), [16, CHANNELS]), 4)
    flat = net.reshape(places, [1, 64])
    return net.model(net.softmax(net.dense(flat, CLASSES))), flat


def squeezenet() -> tuple[ModelDef, int]:
    """Each place has classes, which are pooled: nothing but a softmax is behind."""
    net = BodyNet()
    pooled = net.average_pool(net.conv(net.body(), CLASSES))
    return net.model(net.softmax(net.reshape(pooled, [1, CLASSES]))), pooled


def extractor() -> tuple[ModelDef, int]:
    """What is pooled is the output."""
    net = BodyNet()
    pooled = net.mean(net.body())
    return net.model(pooled), pooled


def extractor_of_length_one() -> tuple[ModelDef, int]:
    net = BodyNet()
    pooled = net.mean(net.body(), keep=False)
    return net.model(net.add("L2_NORMALIZATION", [pooled], [1, CHANNELS])), pooled


def half_floats() -> tuple[ModelDef, int]:
    """Weights of 16 bits are made floats first, and something is computed that nobody reads."""
    net = BodyNet()
    pooled = net.mean(net.body(), keep=False)
    net.add("RELU", [pooled], [1, CHANNELS])
    halves = net.constant(np.linspace(-1, 1, CLASSES * CHANNELS).reshape(CLASSES, CHANNELS), "float16")
    weights = net.add("DEQUANTIZE", [halves], [CLASSES, CHANNELS])
    return net.model(net.add("FULLY_CONNECTED", [pooled, weights, net.weights(CLASSES)], [1, CLASSES])), pooled


def colours() -> tuple[ModelDef, int]:
    """The mean of the image itself: three values."""
    net = Net()
    scores = net.softmax()
    return net.model(scores), next(i for i, one in enumerate(net.tensors) if one.name.startswith("mean"))


WITH_EMBEDDING: dict[str, Build] = {
    build.__name__: build
    for build in (
        mobilenet_v1,
        keras,
        squeezed_before,
        teachable_machine,
        mobilenet_v3,
        two_heads,
        flattened,
        flattened_with_hidden_layer,
        edge_impulse,
        squeezenet,
        extractor,
        extractor_of_length_one,
        half_floats,
        colours,
    )
}


def linear_on_pixels() -> ModelDef:
    """One layer on the pixels: nothing has looked at them before."""
    net = BodyNet()
    return net.model(net.softmax(net.dense(net.reshape(0, [1, SIDE * SIDE * 3]), CLASSES)))


def whole_map() -> ModelDef:
    """A feature map of 64 x 64 x 8, flattened, is what the only layer reads."""
    net = BodyNet()
    net.tensors[0] = TensorDef("image", [1, 64, 64, 3], "float32")
    flat = net.reshape(net.conv(0, CHANNELS), [1, 64 * 64 * CHANNELS])
    return net.model(net.softmax(net.dense(flat, 2)))
