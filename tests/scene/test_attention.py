"""Where a view looks: at what moves in its region."""

import numpy as np
import pytest

from edgeclassify.scene.attention import Attention, Square
from edgeclassify.scene.motion.detector import Motion
from edgeclassify.types import FULL_FRAME, Frame, PixelFormat, Roi

Box = tuple[int, int, int, int]
"""Left, top, width, height in pixels of the small luma, 80x60; a frame's are 8 times as large."""


class Bench:
    def __init__(self, region: Roi = FULL_FRAME) -> None:
        self.attention, self.region, self.at_s = Attention(region), region, 10.0
        self.frame = Frame(np.zeros((480, 640), np.uint8), PixelFormat.GRAY, 640, 480, "front", 1, 0, 0.0)

    def look(self, *moving: Box, resting: tuple[Box, ...] = (), seconds: float = 0.5) -> Roi:
        self.at_s += seconds
        foreground, moved = np.zeros((60, 80), np.bool_), np.zeros((60, 80), np.bool_)
        for left, top, width, height in (*moving, *resting):
            foreground[top : top + height, left : left + width] = True
        for left, top, width, height in moving:
            moved[top : top + height, left : left + width] = True
        cells = moved.reshape(15, 4, 20, 4).any(axis=(1, 3))
        windows = cells[1:, 1:] | cells[1:, :-1] | cells[:-1, 1:] | cells[:-1, :-1]
        motion = Motion(windows, False, np.zeros((60, 80), np.float32), 1.0)
        return self.attention.look(self.frame, foreground, motion, round(self.at_s * 1e9))


def pixels(roi: Roi) -> tuple[float, float, float, float]:
    return roi.x * 640, roi.y * 480, roi.width * 640, roi.height * 480


def centre(roi: Roi) -> tuple[float, float]:
    x, y, width, height = pixels(roi)
    return x + width / 2, y + height / 2


def test_the_region_where_nothing_moves() -> None:
    assert Bench().look() == FULL_FRAME
    region = Roi(0.25, 0.25, 0.5, 0.5)
    assert Bench(region).look() == region
    assert Bench().look(resting=((20, 20, 10, 10),)) == FULL_FRAME


@pytest.mark.parametrize("box", [(20, 20, 16, 16), (20, 20, 16, 9), (20, 20, 7, 16)])
def test_a_square_around_what_moves(box: Box) -> None:
    look = Bench().look(box)
    left, top, width, height = box
    assert centre(look)[0] == pytest.approx(8 * (left + width / 2), abs=8)
    assert centre(look)[1] == pytest.approx(8 * (top + height / 2), abs=8)
    _, _, across, down = pixels(look)
    # At steps of a sixty-fourth of the frame: 10 pixels across, 7.5 down.
    assert across == pytest.approx(128, abs=10)
    assert across >= 128
    assert 128 <= down < 136


def test_of_what_is_tiny_a_fifth_of_the_shorter_side() -> None:
    _, _, across, down = pixels(Bench().look((40, 30, 2, 2)))
    assert 96 <= across < 106
    assert 96 <= down < 104


@pytest.mark.parametrize(("side", "whole"), [(45, False), (46, True)])
def test_what_takes_three_quarters_of_the_region_is_looked_at_as_a_whole(side: int, whole: bool) -> None:
    assert (Bench().look((10, 5, side, side)) == FULL_FRAME) is whole


@pytest.mark.parametrize("box", [(0, 0, 16, 16), (64, 44, 16, 16), (0, 44, 16, 16), (64, 0, 16, 16)])
def test_it_stays_within_the_frame(box: Box) -> None:
    look = Bench().look(box)
    assert look.x >= 0
    assert look.y >= 0
    assert look.x + look.width <= 1
    assert look.y + look.height <= 1
    assert (look.x == 0) is (box[0] == 0)
    assert (look.y == 0) is (box[1] == 0)
    assert (look.x + look.width == 1) is (box[0] == 64)
    assert (look.y + look.height == 1) is (box[1] == 44)


def test_it_stays_within_the_region_and_does_not_hear_of_what_moves_elsewhere() -> None:
    region = Roi(0.25, 0.25, 0.5, 0.5)
    bench = Bench(region)
    assert bench.look((0, 0, 16, 12)) == region
    look = bench.look((20, 15, 8, 8))
    assert (look.x, look.y) == (0.25, 0.25)
    look = Bench(region).look((50, 35, 10, 10))
    assert look.x + look.width == 0.75
    assert look.y + look.height == 0.75
    assert look.width * 640 >= 96
    assert look.height * 480 >= 96


@pytest.mark.parametrize("box", [(60, 20, 8, 8), (24, 45, 8, 8), (12, 20, 8, 8), (24, 7, 8, 8)])
def test_what_begins_where_the_region_ends_is_not_in_it(box: Box) -> None:
    region = Roi(0.25, 0.25, 0.5, 0.5)
    assert Bench(region).look(box) == region


def test_the_largest_of_what_moves() -> None:
    assert centre(Bench().look((4, 4, 8, 8), (48, 32, 16, 16)))[0] == pytest.approx(448, abs=6)


def test_of_what_rests_and_what_moves_the_latter() -> None:
    bench = Bench()
    bench.look((48, 32, 16, 16))
    look = bench.look((4, 4, 8, 8), resting=((48, 32, 16, 16),))
    assert centre(look)[0] < 100


def test_parts_that_are_close_are_one() -> None:
    _, _, across, _ = pixels(Bench().look((20, 20, 8, 16), (31, 20, 5, 16)))
    assert across == pytest.approx(128, abs=10)
    _, _, across, _ = pixels(Bench().look((20, 20, 6, 6), (32, 20, 12, 12)))
    assert across < 110


def test_it_follows_smoothly_what_moves_on_and_leaps_to_what_is_elsewhere() -> None:
    bench = Bench()
    first = bench.look((20, 20, 16, 16))
    on = bench.look((24, 20, 16, 16), seconds=0.1)
    share = (centre(on)[0] - centre(first)[0]) / 32
    assert 0.2 < share < 0.6
    assert centre(bench.look((60, 20, 16, 16), seconds=0.1))[0] == pytest.approx(544, abs=6)


def test_what_hardly_moves_is_looked_at_alike() -> None:
    bench = Bench()
    first = bench.look((20, 20, 16, 16))
    assert bench.look((21, 21, 17, 17)) == first
    assert bench.look((22, 20, 16, 16)) == first
    assert bench.look((20, 20, 20, 20), seconds=5.0) != first


def test_it_stays_with_what_has_come_to_rest_and_with_where_it_was_for_some_seconds() -> None:
    bench = Bench()
    first = bench.look((20, 20, 16, 16))
    for _ in range(40):
        assert bench.look(resting=((20, 20, 16, 16), (60, 40, 8, 8))) == first
    assert bench.look(seconds=3.0) == first
    assert bench.look(seconds=0.01) == FULL_FRAME
    assert bench.look(resting=((20, 20, 16, 16),)) == FULL_FRAME


def test_what_rests_elsewhere_does_not_hold_it() -> None:
    bench = Bench()
    first = bench.look((32, 22, 16, 16))
    assert bench.look(resting=((4, 4, 8, 8),)) == first
    assert bench.look(resting=((4, 4, 8, 8),), seconds=3.1) == FULL_FRAME


def test_where_time_goes_back_it_begins_anew() -> None:
    bench = Bench()
    bench.look((20, 20, 16, 16))
    assert bench.look(resting=((20, 20, 16, 16),), seconds=-4.0) == FULL_FRAME


def test_squares() -> None:
    square = Square(100, 100, 40)
    assert square.covers(Square(120, 80, 5))
    assert not square.covers(Square(121, 100, 5))
    assert not square.covers(Square(100, 121, 5))
    assert square.is_near(Square(106, 94, 40))
    assert not square.is_near(Square(106.1, 100, 40))
    assert not square.is_near(Square(100, 106.1, 40))
    assert square.is_near(Square(100, 100, 46))
    assert not square.is_near(Square(100, 100, 47))
    assert not square.is_near(Square(100, 100, 34))
    assert square.towards(Square(200, 0, 80), 0.25) == Square(125, 75, 50)
