"""A few made images through a model when it is loaded: what its outputs look like where the graph can't tell."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.roles.output_role import ONE_LABEL
from edgeclassify.types import Frame, PixelFormat

_TOLERANCE = 0.02

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SampleOutputs:
    """What the outputs of all sample images had in common.

    `is_unit`: all in 0-1. `adds_up`: each image's to one; `is_exclusive`: to no more than that. `low`, `high`:
    the smallest and the largest value. What is no number is left out.
    """

    is_unit: bool
    adds_up: bool
    is_exclusive: bool
    low: float
    high: float


def sample_frames(width: int, height: int) -> Iterator[Frame]:
    """Noise, gray, black, white: the same ones each time."""
    shape = (height, width, 3)
    noise = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    for pixels in (noise, *(np.full(shape, level, np.uint8) for level in (128, 0, 255))):
        yield Frame(
            pixels=pixels,
            pixel_format=PixelFormat.BGR,
            width=width,
            height=height,
            camera="sample",
            sequence=0,
            captured_at_ns=0,
            captured_at=0.0,
        )


def judge(outputs: Sequence[Values]) -> SampleOutputs:
    """Compare the real values of the outputs, one array per sample image."""
    values = np.stack(outputs)
    # Minus infinity is what a mask leaves of a logit.
    is_sound = ~(np.isnan(values) | np.isposinf(values))
    known = values[is_sound]
    totals = np.where(is_sound, values, 0).sum(axis=1)
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    is_unit = bool(known.size) and low >= -_TOLERANCE and high <= 1 + _TOLERANCE
    return SampleOutputs(
        is_unit=is_unit,
        adds_up=is_unit and bool(np.abs(totals - 1).max() <= _TOLERANCE),
        is_exclusive=is_unit and bool(totals.max() <= ONE_LABEL),
        low=low,
        high=high,
    )
