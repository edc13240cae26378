"""The teacher: the 1001-class MobileNetV2 as a PyTorch module over the 200 classes, seeing enlarged pictures.

Its int8 weights are read from the .tflite file and dequantized. The file has its batch normalizations
folded; for fine-tuning they are put back (`unfold`): mean and variance of every convolution's output are
measured on training pictures, and gamma and beta are chosen so that the function stays the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray
from torch import Tensor, nn

from training.network import ConvBN, MobileNetV2

OP = schema.BuiltinOperator


class Teacher(nn.Module):
    """Input: the student's, Nx3xHxW in [-1, 1). Enlarges it to `size` pixels; output Nx200 logits."""

    def __init__(self, net: MobileNetV2, size: int) -> None:
        super().__init__()
        self.net, self.size = net, size

    def forward(self, x: Tensor) -> Tensor:
        enlarged = F.interpolate(x, size=(self.size, self.size), mode="bilinear", align_corners=False)
        return self.net((enlarged * 128 + 1) / 127.5)  # the file's input: scale 1/127.5, zero point 127


def _dequantized(model: Any, tensor: Any) -> NDArray[Any]:
    """A constant tensor's real values as float32."""
    kinds = {schema.TensorType.INT8: np.int8, schema.TensorType.INT32: np.int32}
    stored = np.frombuffer(bytes(model.buffers[tensor.buffer].data), kinds[tensor.type]).reshape(tensor.shape)
    shape = [1] * stored.ndim
    shape[tensor.quantization.quantizedDimension] = -1
    return stored.astype(np.float32) * np.asarray(tensor.quantization.scale, np.float32).reshape(shape)


def read_convolutions(path: Path) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """(weight, bias) of every convolution in order, in PyTorch's layout [out, in / groups, kernel, kernel]."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes(), 0))
    graph, found = model.subgraphs[0], []
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex].builtinCode
        if code not in (OP.CONV_2D, OP.DEPTHWISE_CONV_2D):
            continue
        weight = _dequantized(model, graph.tensors[operator.inputs[1]])
        bias = _dequantized(model, graph.tensors[operator.inputs[2]])
        order = (3, 0, 1, 2) if code == OP.DEPTHWISE_CONV_2D else (0, 3, 1, 2)
        found.append((weight.transpose(order).copy(), bias))
    return found


def load_teacher(path: Path, rows: list[int], size: int, dropout: float = 0.2) -> Teacher:
    """The file's network restricted to these rows of its output; BN is the bias alone until `unfold`."""
    net = MobileNetV2(len(rows), stem_stride=2, dropout=dropout)
    parts = read_convolutions(path)
    layers = net.convolutions()
    if len(parts) != len(layers) + 1:
        raise ValueError(f"{path}: expected {len(layers) + 1} convolutions of MobileNetV2 1.0, found {len(parts)}")
    with torch.no_grad():
        for layer, (weight, bias) in zip(layers, parts, strict=False):
            layer.conv.weight.copy_(torch.from_numpy(weight))
            layer.bn.bias.copy_(torch.from_numpy(bias))
            layer.bn.running_var.fill_(1 - layer.bn.eps)
        weight, bias = parts[-1]
        net.classifier.weight.copy_(torch.from_numpy(weight[rows, :, 0, 0]))
        net.classifier.bias.copy_(torch.from_numpy(bias[rows]))
    teacher: Teacher = Teacher(net, size).eval()
    return teacher


@torch.no_grad()
def unfold(teacher: Teacher, batches: list[Tensor]) -> None:
    """Gives every batch normalization the statistics of these inputs, leaving the function as it is."""
    sums: dict[ConvBN, list[Tensor]] = {}

    def observe(layer: nn.Module, inputs: tuple[Tensor, ...], _: Tensor) -> None:
        assert isinstance(layer, ConvBN)
        y = layer.convolve(inputs[0]).float()
        sums.setdefault(layer, []).append(torch.stack((y.mean((0, 2, 3)), y.square().mean((0, 2, 3)))))

    handles = [layer.register_forward_hook(observe) for layer in teacher.net.convolutions()]
    for batch in batches:
        teacher(batch)
    for handle in handles:
        handle.remove()
    for layer, moments in sums.items():
        mean, square = torch.stack(moments).mean(0)
        variance = (square - mean.square()).clamp_min(0)
        # Folded filters are small, and the step of a filter before a batch normalization counts by its norm.
        factor = 1.0 / layer.conv.weight.flatten(1).norm(dim=1).clamp_min(1e-3)
        layer.conv.weight.mul_(factor[:, None, None, None])
        layer.bn.running_mean.copy_(mean * factor)
        layer.bn.running_var.copy_(variance * factor.square())
        layer.bn.weight.copy_(torch.sqrt(layer.bn.running_var + layer.bn.eps) / factor)
        layer.bn.bias.add_(mean)
