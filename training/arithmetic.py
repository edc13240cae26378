"""The arithmetic of 8-bit quantization as TensorFlow Lite specifies it (numpy only).

Source: the TensorFlow Lite 8-bit quantization specification: int8 activations with one scale and zero
point per tensor, int8 weights with one scale per output channel and zero point 0 in [-127, 127], int32
biases with scale input_scale * weight_scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class Quantization:
    """real = scale * (stored - zero_point), stored in [-128, 127]."""

    scale: float
    zero_point: int

    @property
    def low(self) -> float:
        """The smallest real value that can be stored."""
        return self.scale * (-128 - self.zero_point)

    @property
    def high(self) -> float:
        """The largest real value that can be stored."""
        return self.scale * (127 - self.zero_point)


def activation_quantization(low: float, high: float) -> Quantization:
    """Scale and zero point that cover [low, high] and store 0.0 exactly (padding must be exact)."""
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    scale = float(np.float32(max((high - low) / 255.0, 1e-6)))
    return Quantization(scale, int(np.clip(round(-128 - low / scale), -128, 127)))


def weight_scales(weight: FloatArray) -> FloatArray:
    """One scale per output channel (the first axis): the largest magnitude becomes 127."""
    largest = np.abs(weight.reshape(weight.shape[0], -1)).max(axis=1)
    return np.asarray(np.maximum(largest, 1e-6) / 127.0, np.float32)


def quantize_weight(weight: FloatArray, scales: FloatArray) -> NDArray[np.int8]:
    """Weights (output channel first) as int8 in [-127, 127]."""
    shaped = scales.reshape((-1,) + (1,) * (weight.ndim - 1))
    return np.clip(np.rint(weight / shaped), -127, 127).astype(np.int8)


def bias_scales(source: Quantization, scales: FloatArray) -> FloatArray:
    """The scale of each channel's bias: that of its accumulator."""
    return (np.float64(source.scale) * scales.astype(np.float64)).astype(np.float32)


def quantize_bias(bias: FloatArray, scales: FloatArray) -> NDArray[np.int32]:
    """Biases as int32 in units of the accumulator."""
    limit = 2**31 - 1
    units = np.rint(bias.astype(np.float64) / scales.astype(np.float64))
    return np.asarray(np.clip(units, -limit, limit), np.int32)
