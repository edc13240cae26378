"""Which pixels of a frame become the model's input: region of interest, crop, letterbox. Pure arithmetic."""

import math

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.pixels import Rect
from edgeclassify.types import Roi
from edgeclassify.types.model_choice import Fit


@dataclass(frozen=True, slots=True)
class Fitting:
    """The part of the frame that is taken, and the part of the model's image that it fills."""

    source: Rect
    target: Rect


def wanted_side(width: int, height: int, fit: Fit, crop: float, roi: Roi) -> int:
    """Pixels that a frame's shorter side needs so that an image of `width` x `height` is not scaled up."""
    taken = crop if fit == "crop" else 1.0
    return math.ceil(max(width, height) / taken / min(roi.width, roi.height) - 1e-6)


def fit_rects(region: Rect, width: int, height: int, fit: Fit, crop: float) -> Fitting:
    """How `region` of a frame fills an image of `width` x `height`.

    crop: the centre with the image's proportions, `crop` of the largest such (0.875 of the shorter side, for
    a square). letterbox: the whole region, centred, with bars. squash: the whole region, distorted.
    """
    whole = Rect(0, 0, width, height)
    if fit == "squash":
        return Fitting(region, whole)
    if fit == "letterbox":
        scale = min(width / region.width, height / region.height)
        return Fitting(region, _centred(whole, region.width * scale, region.height * scale, even=True))
    scale = crop * min(region.width / width, region.height / height)
    return Fitting(_centred(region, width * scale, height * scale), whole)


def even_rect(rect: Rect, width: int, height: int) -> Rect:
    """`rect` moved and trimmed to even pixels, for planes of half resolution; at least two by two."""
    x, y = min(rect.x // 2 * 2, width - 2), min(rect.y // 2 * 2, height - 2)
    return Rect(x, y, max(2, rect.width // 2 * 2), max(2, rect.height // 2 * 2))


def _centred(outer: Rect, width: float, height: float, even: bool = False) -> Rect:
    w, h = _length(width, outer.width, even), _length(height, outer.height, even)
    x, y = (outer.width - w) // 2, (outer.height - h) // 2
    if even:
        x, y = x // 2 * 2, y // 2 * 2
    return Rect(outer.x + x, outer.y + y, w, h)


def _length(wanted: float, limit: int, even: bool) -> int:
    length = min(max(1, round(wanted)), limit)
    return max(2, length // 2 * 2) if even and length < limit and limit > 1 else length
