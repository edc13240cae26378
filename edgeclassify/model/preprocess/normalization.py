"""From a pixel (0-255) to the value that stands for it in the input tensor, as a table computed once.

Where the model takes pixels as they are, there is no table and no work per frame.
"""

import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.tensors import InputTensor

logger = logging.getLogger(__name__)

LEVELS = 256


@dataclass(frozen=True, slots=True)
class Normalization:
    """real = (pixel - mean) / std, in pixel units (0-255); one value for all channels, or one per channel, RGB."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def of_unit_range(cls, mean: tuple[float, ...], std: tuple[float, ...]) -> "Normalization":
        """From means and deviations of pixels scaled to 0-1, as training code writes them."""
        return cls(tuple(255 * value for value in mean), tuple(255 * value for value in std))

    def reversed(self) -> "Normalization":
        """The same for channels in the order B, G, R."""
        return Normalization(self.mean[::-1], self.std[::-1])

    def real(self, channels: int) -> NDArray[np.float64]:
        """Real value of each pixel value: shape (256, channels)."""
        mean = np.broadcast_to(np.asarray(self.mean, dtype=np.float64), (channels,))
        std = np.broadcast_to(np.asarray(self.std, dtype=np.float64), (channels,))
        pixels: NDArray[np.float64] = np.arange(LEVELS, dtype=np.float64)[:, np.newaxis]
        return (pixels - mean) / std


SYMMETRIC = Normalization((127.5,), (127.5,))
"""-1 to 1: what MobileNet V1 and V2 are trained on (TF-Slim and Keras alike)."""

UNIT = Normalization((0.0,), (255.0,))
"""0 to 1: what PyTorch's models take where nothing is taken off."""

NONE = Normalization((0.0,), (1.0,))
"""Pixels as they are."""


def normalization_to(low: float, high: float) -> Normalization | None:
    """The usual normalization that brings pixels to this range, give or take a twentieth; None where none does."""
    for usual in (SYMMETRIC, UNIT, NONE):
        least, largest = (float(value) for value in usual.real(1)[[0, -1], 0])
        slack = (largest - least) / 20
        if abs(low - least) <= slack and abs(high - largest) <= slack:
            return usual
    return None


@dataclass(frozen=True, slots=True, eq=False)
class InputTable:
    """How pixels become tensor values.

    `shift` True: value = pixel - 128 (int8). `values`: shape (1, 256, 1 or channels), dtype of the tensor.
    Neither: the pixel itself (uint8).
    """

    shift: bool = False
    values: NDArray[Any] | None = None


def input_table(tensor: InputTensor, normalization: Normalization | None, model: str) -> InputTable:
    """The table of an input tensor, from the model's normalization (None: the file does not say).

    A quantized input without normalization takes pixels as they are (less 128 for int8): its quantization
    was calibrated on the training images, whose darkest and brightest pixels lie at the two ends. A float
    input takes them as they are too where the graph normalizes them itself, else it gets -1 to 1, MobileNet's
    own range, and a warning, since nothing in the file can confirm it. A uint8 input that is not quantized can
    take nothing but pixels as they are. `model` names the model in warnings.
    """
    if tensor.dtype == "float32":
        if normalization is None and tensor.normalizes:
            normalization = NONE
        if normalization is None:
            logger.warning(
                "%s does not say how its float input is normalized; assuming -1 to 1. If it is another range, "
                "say so in the sidecar: [normalization] mean and std",
                model,
            )
        return _compact((normalization or SYMMETRIC).real(tensor.channels).astype(np.float32))
    if normalization is None or not tensor.scale:
        if normalization not in (None, NONE):
            logger.warning(
                "%s: its input takes whole numbers of 0-255, so the normalization that its sidecar or its "
                "metadata gives is left out",
                model,
            )
        return _raw(tensor)
    return _quantized(tensor, normalization, model)


def _raw(tensor: InputTensor) -> InputTable:
    return InputTable(shift=tensor.dtype == "int8")


def _quantized(tensor: InputTensor, normalization: Normalization, model: str) -> InputTable:
    """Metadata has two habits: the float model's mean and std, or 0 and 1 for "pixels go in as they are"."""
    low, high = (-128, 127) if tensor.dtype == "int8" else (0, 255)
    exact = normalization.real(tensor.channels) / tensor.scale + tensor.zero_point
    saturated = np.mean((exact < low - 1) | (exact > high + 1))
    if normalization == NONE and saturated > 0.25:
        return _raw(tensor)
    if saturated > 0.25:
        logger.warning(
            "%s: %.0f %% of all pixel values leave its input's range when normalized; check mean and std",
            model,
            100 * saturated,
        )
    # One level is what the quantization itself rounds away: then the pixel itself is as good, and free.
    pixels = np.arange(LEVELS, dtype=np.float64)[:, np.newaxis] + low
    if np.abs(exact.clip(low, high) - pixels).max() <= 1.0:
        return _raw(tensor)
    return _compact(np.rint(exact).clip(low, high).astype(tensor.dtype))


def _compact(values: NDArray[Any]) -> InputTable:
    """As OpenCV's LUT wants it; one column where all channels are alike."""
    if (values == values[:, :1]).all():
        values = values[:, :1]
    return InputTable(values=np.ascontiguousarray(values)[np.newaxis])
