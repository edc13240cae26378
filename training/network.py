"""MobileNetV2 for small pictures, with TensorFlow's "SAME" padding so that it exports without PAD operators.

Source of the architecture: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018),
table 2. At 64 pixels the first convolution keeps its stride of 1, so that the last feature map is 4x4
(as a 128-pixel picture gives with the usual stride of 2).
"""

from __future__ import annotations

import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

# expansion, output channels, repeats of each stage, and the stride of each stage's first repeat
STAGES = ((1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1))
STRIDES = (1, 2, 2, 2, 1, 2, 1)


def scaled(channels: int, width: float) -> int:
    """Channels at this width multiplier, rounded to a multiple of 8 and never more than 10 % down."""
    rounded = max(8, int(channels * width + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels * width else rounded


class ConvBN(nn.Module):
    """Convolution, batch normalization and, where asked for, ReLU6.

    `taps` computes a depthwise convolution as a sum of nine shifted products, which a compiler fuses with
    its neighbours; the numbers are those of the convolution.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 1,
        stride: int = 1,
        depthwise: bool = False,
        relu6: bool = True,
    ) -> None:
        super().__init__()
        groups = inputs if depthwise else 1
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, 0, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)
        self.kernel, self.stride, self.depthwise, self.relu6 = kernel, stride, depthwise, relu6
        self.taps = False

    def convolve(self, x: Tensor) -> Tensor:
        return same_conv(x, self.conv.weight, None, self.stride, self.depthwise, self.taps)

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn(self.convolve(x))
        return F.relu6(y) if self.relu6 else y


def same_conv(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: int, depthwise: bool, taps: bool = False
) -> Tensor:
    """Convolution with TensorFlow's "SAME" padding (even sizes: stride 2 pads below and right only)."""
    kernel = weight.shape[-1]
    groups = x.shape[1] if depthwise else 1
    if kernel == 1:
        return F.conv2d(x, weight, bias, stride)
    if depthwise and taps:
        return _tap_sum(x, weight, bias, stride)
    if stride == 1:
        return F.conv2d(x, weight, bias, 1, kernel // 2, groups=groups)
    if x.shape[-1] % 2 or x.shape[-2] % 2:
        raise ValueError(f"stride 2 needs even sizes, got {tuple(x.shape[-2:])}; choose an input of 32 n pixels")
    return F.conv2d(F.pad(x, (0, 1, 0, 1)), weight, bias, stride, groups=groups)


def _tap_sum(x: Tensor, weight: Tensor, bias: Tensor | None, stride: int) -> Tensor:
    height, width = x.shape[-2] // stride, x.shape[-1] // stride
    padded = F.pad(x, (1, 1, 1, 1) if stride == 1 else (0, 1, 0, 1))
    weight = weight.to(x.dtype)
    total = None
    for dy in range(3):
        for dx in range(3):
            part = padded[:, :, dy : dy + stride * height : stride, dx : dx + stride * width : stride]
            part = part * weight[:, 0, dy, dx][None, :, None, None]
            total = part if total is None else total + part
    assert total is not None
    return total if bias is None else total + bias[None, :, None, None]


class Block(nn.Module):
    """Inverted residual: expand (1x1), depthwise (3x3), project (1x1, linear), and the sum where shapes allow."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        layers = [] if expansion == 1 else [ConvBN(inputs, hidden)]
        layers += [ConvBN(hidden, hidden, 3, stride, depthwise=True), ConvBN(hidden, outputs, relu6=False)]
        self.layers = nn.Sequential(*layers)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = self.layers(x)
        return x + y if self.residual else y


class MobileNetV2(nn.Module):
    """Input Nx3xHxW in [-1, 1), RGB, H and W multiples of 16 (32 with a stem stride of 2); output NxC logits."""

    def __init__(
        self,
        classes: int,
        width: float = 1.0,
        stem_stride: int = 1,
        head: int = 1280,
        dropout: float = 0.0,
        strides: tuple[int, ...] = STRIDES,
    ) -> None:
        super().__init__()
        channels = scaled(32, width)
        self.stem = ConvBN(3, channels, 3, stem_stride)
        blocks = []
        for (expansion, outputs, repeats), stride in zip(STAGES, strides, strict=True):
            for index in range(repeats):
                blocks.append(Block(channels, scaled(outputs, width), expansion, stride if index == 0 else 1))
                channels = scaled(outputs, width)
        self.blocks = nn.Sequential(*blocks)
        self.head = ConvBN(channels, head)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(head, classes)
        self._start()

    def _start(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
            elif isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.01)
                nn.init.zeros_(module.bias)

    def forward(self, x: Tensor) -> Tensor:
        y = self.head(self.blocks(self.stem(x)))
        return self.classifier(self.dropout(y.mean((2, 3))))

    def convolutions(self) -> list[ConvBN]:
        """Every ConvBN in the order of execution."""
        return [module for module in self.modules() if isinstance(module, ConvBN)]

    def use_taps(self, taps: bool) -> None:
        for module in self.convolutions():
            module.taps = taps


def decay_groups(model: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Parameter groups: decay for dense and pointwise weights, none for BN, biases and depthwise filters."""
    decayed: list[nn.Parameter] = []
    free: list[nn.Parameter] = []
    for module in model.modules():
        for name, parameter in module.named_parameters(recurse=False):
            depthwise = isinstance(module, nn.Conv2d) and module.groups > 1
            decays = name == "weight" and not depthwise and not isinstance(module, nn.BatchNorm2d)
            (decayed if decays else free).append(parameter)
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": free, "weight_decay": 0.0}]
