"""Frames turned and mirrored, in every pixel format, against the same done to the picture."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.pixels import check_frame, to_bgr
from edgeclassify.sources.rotation import RotatedSource, turned
from edgeclassify.sources.synthetic.pattern import as_half_nv12, as_yuv420, draw_pattern
from edgeclassify.sources.synthetic.source import SyntheticOptions, SyntheticSource
from edgeclassify.types import Frame, Outcome, PixelFormat
from tests.support.optional import present

SIZE = (64, 48)


def bgr() -> Frame:
    return Frame(draw_pattern(SIZE, 5), PixelFormat.BGR, *SIZE, "front", 7, 1, 2.0)


FRAMES = {
    "bgr": bgr(),
    "gray": replace(
        bgr(), pixels=cv2.cvtColor(draw_pattern(SIZE, 5), cv2.COLOR_BGR2GRAY), pixel_format=PixelFormat.GRAY
    ),
    "yuv420": as_yuv420(bgr()),
    "nv12": as_half_nv12(bgr()),
}
TURNS = [(0, True, False), (0, False, True), (0, True, True), (90, False, False), (180, False, False),
         (270, False, False), (90, True, False), (270, False, True)]  # fmt: skip


def expected(picture: NDArray[np.uint8], rotation: int, hflip: bool, vflip: bool) -> NDArray[np.uint8]:
    if hflip:
        picture = picture[:, ::-1]
    if vflip:
        picture = picture[::-1]
    return np.rot90(picture, -rotation // 90)


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("turn", TURNS)
def test_like_the_picture(kind: str, turn: tuple[int, bool, bool]) -> None:
    frame = FRAMES[kind]
    got = turned(frame, *turn)
    check_frame(got)
    assert np.array_equal(to_bgr(got), expected(to_bgr(frame), *turn))
    assert (got.sequence, got.captured_at_ns, got.captured_at) == (7, 1, 2.0)


def test_the_picture_for_people_is_turned_too() -> None:
    frame = replace(FRAMES["nv12"], main=bgr)
    assert turned(frame, 90).shown.pixels.shape == (64, 48, 3)


def test_source() -> None:
    inner = SyntheticSource("front", SyntheticOptions(size=SIZE, fps=100))
    source = RotatedSource(inner, 90, False, False)
    source.open()
    frame = present(source.read(1))
    assert (frame.width, frame.height) == (48, 64)
    assert source.skip(1)
    source.pause()
    source.resume()
    assert present(source.read(1)).sequence == 2
    assert (source.live, source.keeps_device, source.camera) == (True, True, "front")
    assert (source.clock, source.frame_interval_s) == (inner.clock, inner.frame_interval_s)
    assert (source.lux, source.copied, source.describe()) == (None, 0, inner.describe())
    assert not source.adopt(inner)
    source.processed(1, Outcome.SEEN)
    source.use_night_profile(True)
    source.close()
