"""Bars are as long as what they stand for, and nothing is drawn elsewhere."""

import math

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.pictures.stacked_bars import COLOURS, Bar, StackedBars, bars_png, drawn_bars, ticks


def chart(*bars: Bar, mark: str = "") -> StackedBars:
    return StackedBars("Title", "below it", "ms", ("one", "two", "three"), bars, mark)


def lengths(image: NDArray[np.uint8], colour: tuple[int, int, int]) -> list[int]:
    """How many pixels of that colour each row has, of rows with more than a swatch of it."""
    counts = (image == colour).all(axis=2).sum(axis=1)
    return [int(count) for count in counts if count > 12]


def test_parts_are_as_long_as_their_share() -> None:
    image = drawn_bars(chart(Bar("a", (4.0, 1.0, 3.0)), Bar("b", (0.0, 6.0, 0.0))))
    first, second, third = (lengths(image, colour) for colour in COLOURS[:3])
    pixel = first[0] / 4.0
    assert set(first) == {round(4 * pixel)}
    assert set(third) == {round(3 * pixel)}
    assert sorted(set(second)) == [pytest.approx(pixel, abs=1), pytest.approx(6 * pixel, abs=1)]
    assert len(first) == len(third) == 22
    assert len(second) == 44


def test_a_mark_stands_at_its_value() -> None:
    plain = drawn_bars(chart(Bar("a", (4.0, 1.0, 3.0))))
    marked = drawn_bars(chart(Bar("a", (4.0, 1.0, 3.0), mark=6.0)))
    columns = np.nonzero((plain != marked).any(axis=(0, 2)))[0]
    left = int(np.nonzero((plain[100:] == COLOURS[0]).all(axis=2).any(axis=0))[0][0])
    pixel = lengths(plain, COLOURS[0])[0] / 4.0
    assert len(columns) == 3
    assert columns[1] == left + round(6 * pixel)


def test_the_axis_ends_behind_the_longest() -> None:
    assert ticks(8.4) == [0, 2, 4, 6, 8, 10]
    assert ticks(6.0) == [0, 1, 2, 3, 4, 5, 6]
    assert ticks(0.0) == [0.0, 1.0]
    for longest in (1e-6, 0.07, 0.9999, 1.0, 1.0001, 12.5, 60, 61, 1e9):
        found = ticks(longest)
        assert found[-1] >= longest * (1 - 1e-9)
        assert found[-2] < longest
        assert 3 <= len(found) <= 8


def test_as_a_png() -> None:
    one = chart(
        Bar("ä long name " * 20, (1.0, 1.0, 1.0), 9.0, "note " * 100), Bar("", (0.0, 0.0, 0.0)), mark="whole"
    )
    image = np.asarray(cv2.imdecode(np.frombuffer(bars_png(one), np.uint8), cv2.IMREAD_COLOR))
    assert np.array_equal(image, drawn_bars(one))
    assert (image[:, -5:] == 255).all(), "long words end before the edge"
    assert drawn_bars(chart()).shape[2] == 3


@pytest.mark.parametrize(
    "bar",
    [
        Bar("a", (1.0, 2.0)),
        Bar("a", (1.0, -2.0, 1.0)),
        Bar("a", (1.0, math.nan, 1.0)),
        Bar("a", (1.0, 1.0, 1.0), math.inf),
    ],
)
def test_what_is_no_length_is_refused(bar: Bar) -> None:
    with pytest.raises(ValueError, match="bar 'a'"):
        chart(bar)
