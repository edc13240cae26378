"""Pictures of letters."""

import re
import time

import numpy as np
import pytest

from edgeclassify.setup.terminal.picture import picture_lines
from edgeclassify.setup.terminal.screen import Colours, Screen
from edgeclassify.types import Frame, PixelFormat, Pixels


def screen(colours: Colours, *, unicode: bool = True, width: int = 80, height: int = 24) -> Screen:
    return Screen(colours, unicode, width, height, True)


def frame(pixels: Pixels) -> Frame:
    height, width = pixels.shape[:2]
    return Frame(pixels, PixelFormat.BGR, width, height, "front", 0, time.monotonic_ns(), time.time())


def two_halves() -> Frame:
    """Red above blue."""
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:24, :, 2] = 255
    pixels[24:, :, 0] = 255
    return frame(pixels)


@pytest.mark.parametrize(
    ("colours", "red", "blue"), [(Colours.TRUE, "2;255;0;0", "2;0;0;255"), (Colours.INDEXED, "5;196", "5;21")]
)
def test_half_blocks_have_the_colours_of_the_frame(colours: Colours, red: str, blue: str) -> None:
    lines = picture_lines(two_halves(), screen(colours))
    assert lines[0].startswith(f"\x1b[38;{red};48;{red}m▀")
    assert lines[-1].startswith(f"\x1b[38;{blue};48;{blue}m▀")
    assert all(line.endswith("\x1b[0m") for line in lines)


@pytest.mark.parametrize("shape", [(480, 640), (640, 480), (10, 3000), (3000, 10), (1, 1), (2, 2)])
@pytest.mark.parametrize("width", [20, 80, 300])
@pytest.mark.parametrize("height", [10, 24, 100])
@pytest.mark.parametrize("colours", Colours)
def test_it_fits_on_the_screen(shape: tuple[int, int], width: int, height: int, colours: Colours) -> None:
    lines = picture_lines(frame(np.full((*shape, 3), 90, np.uint8)), screen(colours, width=width, height=height))
    assert 1 <= len(lines) <= height - 5
    for line in lines:
        assert len(re.sub(r"\x1b\[[0-9;]*m", "", line)) <= width - 4


def test_without_colours_it_is_letters() -> None:
    lines = picture_lines(two_halves(), screen(Colours.NONE, unicode=False))
    assert all(line.isascii() for line in lines)
    assert set(lines[0]) == {"@"}
    assert set(lines[-1]) <= {" "}


def test_where_nobody_looks_there_is_none() -> None:
    assert picture_lines(two_halves(), Screen(Colours.NONE, True, 80, 24, False)) == []
