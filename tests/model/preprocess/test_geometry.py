"""Region of interest, centre crop, letterbox and squash in whole pixels."""

import pytest
from hypothesis import given, strategies as st

from edgeclassify.model.preprocess.geometry import even_rect, fit_rects
from edgeclassify.pixels import Rect, roi_rect
from edgeclassify.types import FULL_FRAME, Roi
from edgeclassify.types.model_choice import Fit

sides = st.integers(1, 3000)
fractions = st.floats(0, 1, allow_nan=False)
fits = st.sampled_from(["crop", "letterbox", "squash"])


@pytest.mark.parametrize(
    ("roi", "rect"),
    [
        (FULL_FRAME, Rect(0, 0, 640, 480)),
        (Roi(0.1, 0.2, 0.5, 0.6), Rect(64, 96, 320, 288)),
        (Roi(0.9, 0.9, 0.1, 0.1), Rect(576, 432, 64, 48)),
        (Roi(1.0, 1.0, 0.0, 0.0), Rect(639, 479, 1, 1)),
        (Roi(0.5, 0.5, 0.00001, 0.00001), Rect(320, 240, 1, 1)),
    ],
)
def test_roi_in_pixels(roi: Roi, rect: Rect) -> None:
    assert roi_rect(640, 480, roi) == rect


@pytest.mark.parametrize(
    ("fit", "source", "target"),
    [
        ("crop", Rect(110, 30, 420, 420), Rect(0, 0, 224, 224)),
        ("letterbox", Rect(0, 0, 640, 480), Rect(0, 28, 224, 168)),
        ("squash", Rect(0, 0, 640, 480), Rect(0, 0, 224, 224)),
    ],
)
def test_fits_of_a_camera_frame(fit: Fit, source: Rect, target: Rect) -> None:
    fitting = fit_rects(Rect(0, 0, 640, 480), 224, 224, fit, 0.875)
    assert (fitting.source, fitting.target) == (source, target)


def test_crop_has_the_proportions_of_the_model() -> None:
    fitting = fit_rects(Rect(0, 0, 640, 480), 320, 160, "crop", 1.0)
    assert fitting.source == Rect(0, 80, 640, 320)


def test_crop_stays_in_the_middle_of_the_roi() -> None:
    fitting = fit_rects(Rect(200, 100, 101, 51), 10, 10, "crop", 1.0)
    assert fitting.source == Rect(225, 100, 51, 51)


@given(sides, sides, fractions, fractions, fractions, fractions)
def test_roi_is_inside_the_frame_and_never_empty(
    width: int, height: int, x: float, y: float, w: float, h: float
) -> None:
    rect = roi_rect(width, height, Roi(x, y, min(w, 1 - x), min(h, 1 - y)))
    assert 0 <= rect.x < rect.x + rect.width <= width
    assert 0 <= rect.y < rect.y + rect.height <= height


@given(sides, sides, st.integers(1, 512), st.integers(1, 512), fits, st.floats(0.01, 1))
def test_fits_stay_inside(width: int, height: int, model_w: int, model_h: int, fit: Fit, crop: float) -> None:
    region = Rect(5, 9, width, height)
    fitting = fit_rects(region, model_w, model_h, fit, crop)
    source, target = fitting.source, fitting.target
    assert region.x <= source.x < source.x + source.width <= region.x + width
    assert region.y <= source.y < source.y + source.height <= region.y + height
    assert 0 <= target.x < target.x + target.width <= model_w
    assert 0 <= target.y < target.y + target.height <= model_h


@given(st.integers(1, 500), st.integers(1, 500), st.integers(0, 400), st.integers(0, 400))
def test_even_rect_is_even_and_inside(half_width: int, half_height: int, x: int, y: int) -> None:
    width, height = 2 * half_width, 2 * half_height
    x, y = min(x, width - 1), min(y, height - 1)
    rect = even_rect(Rect(x, y, width - x, height - y), width, height)
    assert not any(value % 2 for value in (rect.x, rect.y, rect.width, rect.height))
    assert min(rect.width, rect.height) >= 2
    assert rect.x + rect.width <= width
    assert rect.y + rect.height <= height


@given(st.integers(0, 100), st.integers(1, 1000), st.integers(1, 1000), st.sampled_from([1, 2, 4, 8]))
def test_multiple_of_trims_evenly(x: int, width: int, height: int, step: int) -> None:
    rect = Rect(2 * x, 0, width, height)
    trimmed = rect.multiple_of(step)
    if min(width, height) < step:
        assert trimmed == rect
        return
    assert trimmed.width % step == trimmed.height % step == 0
    assert rect.x <= trimmed.x
    assert trimmed.x + trimmed.width <= rect.x + rect.width
    assert rect.width - trimmed.width < step
    assert step % 2 or trimmed.x % 2 == 0
