"""MobileNetV1 as its paper defines it (arXiv:1704.04861, table 1), written as a .tflite file of zeros."""

from tests.model.tflite_files import ModelDef, OperatorDef, TensorDef

# Stride of the depthwise convolution and output channels of the pointwise one, block by block.
BLOCKS = [(1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512), *[(1, 512)] * 5, (2, 1024), (1, 1024)]
CLASSES = 1001


class _Network:
    def __init__(self, size: int) -> None:
        self.tensors = [TensorDef("image", [1, size, size, 3])]
        self.operators: list[OperatorDef] = []
        self.shape = [size, size, 3]

    def layer(self, name: str, weights: list[int], channels: int, stride: int) -> None:
        """A convolution of the last tensor, with "SAME" padding."""
        height, width, _ = self.shape
        self.shape = [-(-height // stride), -(-width // stride), channels]
        count = weights[0] * weights[1] * weights[2] * weights[3]
        source = self.operators[-1].outputs[0] if self.operators else 0
        first = len(self.tensors)
        self.tensors += [
            TensorDef(f"weights{first}", weights, data=bytes(count)),
            TensorDef(f"biases{first}", [channels], "int32", data=bytes(4 * channels)),
            TensorDef(f"output{first}", [1, *self.shape]),
        ]
        self.operators.append(OperatorDef(name, [source, first, first + 1], [first + 2]))

    def pool(self) -> None:
        """The mean over height and width."""
        self.shape = [1, 1, self.shape[2]]
        self.tensors.append(TensorDef("pooled", [1, *self.shape]))
        self.operators.append(OperatorDef("AVERAGE_POOL_2D", self.operators[-1].outputs, [len(self.tensors) - 1]))


def mobilenet_v1(alpha: float, size: int) -> ModelDef:
    """MobileNetV1 of a width multiplier and an input size, with 1001 classes."""
    network = _Network(size)
    channels = int(32 * alpha)
    network.layer("CONV_2D", [channels, 3, 3, 3], channels, stride=2)
    for stride, out in BLOCKS:
        network.layer("DEPTHWISE_CONV_2D", [1, 3, 3, channels], channels, stride)
        network.layer("CONV_2D", [int(out * alpha), 1, 1, channels], int(out * alpha), stride=1)
        channels = int(out * alpha)
    network.pool()
    network.layer("CONV_2D", [CLASSES, 1, 1, channels], CLASSES, stride=1)
    return ModelDef(network.tensors, network.operators, [0], network.operators[-1].outputs)
