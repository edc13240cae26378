"""Frames of a camera that a command has opened: at equal distances, fresh, to the end of what has one."""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from edgeclassify.errors import ImageError, SourceError
from edgeclassify.preflight import one_frame
from edgeclassify.preflight.one_frame import frames_over, next_frame
from tests.support.sources import ReadOutcome, ReadStep, ScriptedSource


def opened(source: ScriptedSource) -> ScriptedSource:
    source.open()
    return source


def numbers(source: ScriptedSource, most: int, seconds: float = 0.0, settle: float = 0.0) -> list[int]:
    return [frame.sequence for frame in frames_over(source, most, seconds, settle)]


def every_10_ms() -> Iterator[Callable[[], ReadOutcome]]:
    for number in range(10_000):

        def frame(number: int = number) -> ReadOutcome:
            time.sleep(0.01)
            return number

        yield frame


def test_frames_of_a_camera_are_spread_over_the_time_and_fresh() -> None:
    found = numbers(opened(ScriptedSource(every_10_ms())), 4, seconds=0.4)
    assert len(found) == 4
    # What came in between was let go by.
    assert min(later - earlier for earlier, later in pairwise(found)) >= 3
    assert found[-1] >= 15


def test_a_camera_settles_first() -> None:
    assert numbers(opened(ScriptedSource(every_10_ms())), 1, settle=0.2)[0] >= 8


def test_of_what_is_no_camera_every_picture_counts_to_its_end() -> None:
    script: list[ReadStep] = [0, 1, ImageError("bad"), 3, None]
    assert numbers(opened(ScriptedSource(script, live=False)), 10, seconds=60.0) == [0, 1, 3]
    assert numbers(opened(ScriptedSource(script, live=False)), 2, seconds=60.0) == [0, 1]


def test_a_bad_picture_at_the_beginning_is_left_out() -> None:
    assert numbers(opened(ScriptedSource([ImageError("bad"), 1, None], live=False)), 10) == [1]


def test_nothing_at_all_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="has ended without a frame"):
        numbers(opened(ScriptedSource([None], live=False)), 10)
    monkeypatch.setattr(one_frame, "PATIENCE_S", 0.05)
    with pytest.raises(SourceError, match=r"no frame within 0\.05 s"):
        next_frame(opened(ScriptedSource([])))


def test_a_camera_that_breaks_is_no_end() -> None:
    with pytest.raises(SourceError, match="unplugged"):
        numbers(opened(ScriptedSource([0, SourceError("unplugged")])), 3)
