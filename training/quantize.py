"""Batch normalization folded into the convolutions, ranges calibrated, weights fine-tuned under quantization.

`FoldedNet` is the network as the .tflite file will compute it: convolutions with biases, fused ReLU6 and,
when `quantized` is on, weights and activations rounded to what int8 can store. Gradients pass straight
through the rounding where the value was in range.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.arithmetic import Quantization, activation_quantization
from training.graph import Graph, Layer
from training.network import ConvBN, MobileNetV2, same_conv

IMAGE = Quantization(1 / 128, 0)  # uint8 128 is 0.0: frames go in as they are


class _RoundThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        return x.round()

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        return gradient


def fake_quantize(x: Tensor, scale: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """x rounded to the grid of `scale` and clipped to [low, high] (both on the grid)."""
    return torch.clamp(_RoundThrough.apply(x / scale) * scale, low, high)


def fake_weight(weight: Tensor) -> Tensor:
    """The weight as int8 with one scale per output channel stores it."""
    scale = weight.detach().abs().amax(dim=tuple(range(1, weight.ndim)), keepdim=True).clamp_min(1e-6) / 127.0
    return _RoundThrough.apply(weight / scale) * scale


class Activation(nn.Module):
    """The quantization of one tensor: observes its range, then rounds to it."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("low", "high", "scale"):
            self.register_buffer(name, torch.zeros(()))
        self.mode = "float"
        self.samples: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        if self.mode == "observe":
            flat = x.detach().float().flatten()
            self.samples.append(flat[torch.randint(len(flat), (min(len(flat), 100_000),), device=x.device)])
            self.samples.append(torch.stack((flat.min(), flat.max())))
        return fake_quantize(x, self.scale, self.low, self.high) if self.mode == "quantize" else x

    def settle(self, clip: bool) -> None:
        """Fixes the range: the observed extremes, or the clip of them with the least squared error."""
        values = torch.cat(self.samples)
        self.samples = []
        low, high = float(values.min().clamp_max(0)), float(values.max().clamp_min(0))
        best, chosen = float("inf"), 1.0
        for fraction in [1.0] if not clip else [1.0 - 0.025 * step for step in range(24)]:
            self._set(activation_quantization(low * fraction, high * fraction))
            error = float((fake_quantize(values, self.scale, self.low, self.high) - values).square().mean())
            if error < best:
                best, chosen = error, fraction
        self._set(activation_quantization(low * chosen, high * chosen))

    def _set(self, q: Quantization) -> None:
        self.scale.fill_(q.scale)
        self.low.fill_(q.low)
        self.high.fill_(q.high)

    def quantization(self) -> Quantization:
        scale = float(self.scale)
        return Quantization(scale, round(-128 - float(self.low) / scale))


class FoldedConv(nn.Module):
    """A convolution with its batch normalization folded in."""

    def __init__(self, source: ConvBN) -> None:
        super().__init__()
        bn = source.bn
        factor = bn.weight.detach() / torch.sqrt(bn.running_var + bn.eps)
        self.weight = nn.Parameter(source.conv.weight.detach() * factor[:, None, None, None])
        self.bias = nn.Parameter(bn.bias.detach() - bn.running_mean * factor)
        self.stride, self.depthwise, self.relu6 = source.stride, source.depthwise, source.relu6
        self.taps = source.taps
        self.activation = Activation()
        self.quantized = False

    def forward(self, x: Tensor) -> Tensor:
        weight = fake_weight(self.weight) if self.quantized else self.weight
        y = same_conv(x, weight, self.bias, self.stride, self.depthwise, self.taps)
        return self.activation(torch.clamp(y, 0.0, 6.0) if self.relu6 else y)


class FoldedBlock(nn.Module):
    def __init__(self, layers: list[FoldedConv], residual: bool) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)
        self.residual = residual
        self.activation = Activation() if residual else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.layers(x)
        return self.activation(x + y) if self.activation is not None else y


class FoldedNet(nn.Module):
    """Input Nx3xHxW in [-1, 1), output NxC logits, as the exported file computes them."""

    def __init__(self, model: MobileNetV2) -> None:
        super().__init__()
        self.stem = FoldedConv(model.stem)
        self.blocks = nn.Sequential(
            *(FoldedBlock([FoldedConv(layer) for layer in block.layers], block.residual) for block in model.blocks)
        )
        self.head = FoldedConv(model.head)
        self.mean = Activation()
        self.weight = nn.Parameter(model.classifier.weight.detach().clone())
        self.bias = nn.Parameter(model.classifier.bias.detach().clone())
        self.logits = Activation()
        self.quantized = False

    def forward(self, x: Tensor) -> Tensor:
        y = self.mean(self.head(self.blocks(self.stem(x))).mean((2, 3)))
        weight = fake_weight(self.weight) if self.quantized else self.weight
        return self.logits(nn.functional.linear(y, weight, self.bias))

    def activations(self) -> list[Activation]:
        return [module for module in self.modules() if isinstance(module, Activation)]

    def set_mode(self, mode: str) -> None:
        """ "float", "observe" (float, remembering ranges) or "quantize"."""
        for module in self.modules():
            if isinstance(module, Activation):
                module.mode = mode
            elif isinstance(module, FoldedConv):
                module.quantized = mode == "quantize"
        self.quantized = mode == "quantize"


@torch.no_grad()
def calibrate(net: FoldedNet, batches: list[Tensor], clip: bool = True) -> None:
    """Fixes every activation's range on these network inputs. Logits and mean keep their extremes."""
    net.set_mode("observe")
    for batch in batches:
        net(batch)
    for activation in net.activations():
        activation.settle(clip and activation is not net.logits)
    net.set_mode("quantize")


def to_graph(net: FoldedNet, size: int) -> Graph:
    """The network as data for the exporter."""
    layers: list[Layer] = []

    def conv(module: FoldedConv, name: str, source: str) -> str:
        weight = module.weight.detach().float().cpu()
        stored = weight[:, 0] if module.depthwise else weight.permute(0, 2, 3, 1)
        kind = "depthwise" if module.depthwise else "conv"
        layers.append(
            Layer(
                name, kind, (source,), module.activation.quantization(), stored.contiguous().numpy(),
                module.bias.detach().float().cpu().numpy(), module.stride, module.relu6,
            )
        )  # fmt: skip
        return name

    last = conv(net.stem, "stem", "image")
    for index, block in enumerate(net.blocks):
        entry = last
        for step, module in enumerate(block.layers):
            last = conv(module, f"block{index}/{step}", last)
        if block.activation is not None:
            layers.append(Layer(f"block{index}/sum", "add", (entry, last), block.activation.quantization()))
            last = f"block{index}/sum"
    last = conv(net.head, "head", last)
    layers.append(Layer("mean", "mean", (last,), net.mean.quantization()))
    weight = net.weight.detach().float().cpu().numpy()[:, None, None, :]
    bias = net.bias.detach().float().cpu().numpy()
    layers.append(Layer("classifier", "dense", ("mean",), net.logits.quantization(), weight, bias))
    return Graph(size, IMAGE, tuple(layers))
