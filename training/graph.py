"""A trained network as data: what the quantizer hands to the exporter (numpy only)."""

from __future__ import annotations

from dataclasses import dataclass

from training.arithmetic import FloatArray, Quantization


@dataclass(frozen=True)
class Layer:
    """One operator with its output's name and quantization.

    kind: "conv", "depthwise", "add", "mean" or "dense". `inputs` are names of earlier layers or "image".
    `weight`: conv and dense [out, kernel, kernel, in], depthwise [channels, kernel, kernel]; `bias`: [out].
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    output: Quantization
    weight: FloatArray | None = None
    bias: FloatArray | None = None
    stride: int = 1
    relu6: bool = False


@dataclass(frozen=True)
class Graph:
    """Layers in the order of execution; the last is the dense one, whose output are the logits."""

    size: int
    image: Quantization
    layers: tuple[Layer, ...]
