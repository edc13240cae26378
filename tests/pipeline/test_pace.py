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
