"""The part of a picture that a caller wants to have looked at."""

import math
from collections.abc import Sequence

from edgeclassify.errors import ArgumentError
from edgeclassify.types import FULL_FRAME, Roi

Region = Sequence[float]
"""x, y, width, height as fractions of the picture, from its upper left corner."""

_ROUNDING = 1e-6
"""Fractions that were computed may add up to a hair more than the whole."""


def roi_of(region: Region | None) -> Roi:
    """The region of interest; None: the whole picture. Raises ArgumentError for what is none."""
    if region is None:
        return FULL_FRAME
    try:
        x, y, width, height = (float(value) for value in region)
    except (TypeError, ValueError):
        raise _refused(region, "is not four numbers") from None
    if not all(map(math.isfinite, (x, y, width, height))):
        raise _refused(region, "has a value that is no number")
    if min(x, y) < 0 or max(x + width, y + height) > 1 + _ROUNDING:
        raise _refused(region, "leaves the picture: all are fractions of it, 0-1")
    if min(width, height) <= 0:
        raise _refused(region, "is empty")
    return Roi(x, y, width, height)


def _refused(region: object, why: str) -> ArgumentError:
    return ArgumentError(f"roi: expected (x, y, width, height), found {region!r}, which {why}.")
