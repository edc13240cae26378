"""Which frames are due."""

from dataclasses import replace

import pytest

from edgeclassify.pipeline.pace import FramePace
from edgeclassify.types import Frame
from tests.support.frames import make_frame


def at(seconds: float) -> Frame:
    return replace(make_frame(), captured_at_ns=round(seconds * 1e9))


def seen_at(*seconds: float, interval_s: float = 1.0) -> FramePace:
    pace = FramePace()
    for second in seconds:
        pace.seen(at(second), interval_s)
    return pace


def test_the_first_frame_is_due() -> None:
    assert FramePace().is_due(at(0.0), 3600.0)


@pytest.mark.parametrize(("second", "due"), [(10.74, False), (10.75, True), (11.0, True)])
def test_a_frame_may_come_a_quarter_of_an_interval_early(second: float, due: bool) -> None:
    assert seen_at(10.0).is_due(at(second), 1.0) is due


def test_frames_that_are_unfinished_can_be_thought_of_as_seen() -> None:
    pace = seen_at(10.0)
    assert pace.is_due_after([], at(11.0), 1.0)
    assert not pace.is_due_after([at(11.0)], at(11.1), 1.0)
    assert pace.is_due_after([at(11.0)], at(12.0), 1.0)
    assert pace.is_due(at(11.0), 1.0)  # it is as before


def test_early_frames_do_not_add_up() -> None:
    """Each interval is counted from when the last one was due, not from when it came."""
    assert not seen_at(10.0, 10.8).is_due(at(11.7), 1.0)
    assert seen_at(10.0, 10.8).is_due(at(11.75), 1.0)


def test_after_a_late_frame_the_next_one_is_due_at_once_and_no_more_are() -> None:
    assert seen_at(10.0, 14.0).is_due(at(14.1), 1.0)
    assert not seen_at(10.0, 14.0, 14.1).is_due(at(14.74), 1.0)
    assert seen_at(10.0, 14.0, 14.1).is_due(at(14.75), 1.0)


def test_an_interval_that_was_shortened_counts_from_the_last_frame() -> None:
    pace = seen_at(10.0, interval_s=600.0)
    assert not pace.is_due(at(11.9), 2.0)
    assert pace.is_due(at(12.0), 2.0)


def test_without_an_interval_each_frame_is_due() -> None:
    assert seen_at(10.0, interval_s=0.0).is_due(at(10.0), 0.0)


def test_a_time_line_that_runs_back_begins_anew() -> None:
    pace = seen_at(10.0)
    assert pace.is_due(at(3.0), 1.0)
    pace.seen(at(3.0), 1.0)
    assert not pace.is_due(at(3.7), 1.0)


def looked_at(interval_s: float, *seconds: float) -> list[float]:
    """Those of the frames that are due, each of which is then seen."""
    pace, due = FramePace(), list[float]()
    for second in seconds:
        if pace.is_due(at(second), interval_s):
            pace.seen(at(second), interval_s)
            due.append(second)
    return due


def test_frames_that_come_early_bring_no_more_frames_in_the_long_run() -> None:
    assert len(looked_at(1.0, *(100 + 0.8 * number for number in range(101)))) == 81


def test_a_frame_that_comes_a_little_late_does_not_shift_the_pace() -> None:
    assert looked_at(10.0, 100.0, 112.0, 117.25, 117.5) == [100.0, 112.0, 117.5]


def test_a_film_that_begins_again_has_a_pace_of_its_own() -> None:
    assert looked_at(10.0, 100.0, 110.0, 3.0, 10.0, 10.5, 13.0) == [100.0, 110.0, 3.0, 10.5]


def test_frames_that_somebody_asked_for_put_the_next_one_off_by_little() -> None:
    pace = seen_at(100.0, 101.0, 102.0, 103.0, interval_s=10.0)
    assert not pace.is_due(at(112.75), 10.0)
    assert pace.is_due(at(113.0), 10.0)


def test_a_frame_that_is_seen_twice_counts_as_two() -> None:
    pace = seen_at(100.0, 110.0, 110.0, interval_s=10.0)
    assert not pace.is_due(at(119.75), 10.0)
    assert pace.is_due(at(120.0), 10.0)


def test_a_frame_at_the_time_of_the_last_one_is_not_due() -> None:
    assert not seen_at(100.0, interval_s=10.0).is_due(at(100.0), 10.0)
