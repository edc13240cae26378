"""Which frames of a recording get an image."""

import pytest

from edgeclassify.recording.running.frame_pace import RecordedPace
from tests.recording.shown_frames import shown


def taken(pace: RecordedPace, *seconds: float, camera: str = "front") -> list[float]:
    return [one for one in seconds if pace.is_due(shown(one, camera), made_events=False)]


def test_one_in_an_interval() -> None:
    assert taken(RecordedPace(1.0), 10, 10.2, 10.4, 10.6, 11, 11.2, 11.9, 12.3) == [10, 11, 11.9]


def test_frames_that_come_at_the_interval_are_all_taken_though_not_exactly_in_time() -> None:
    times = [10, 10.9, 12.05, 12.98, 14.0, 14.9]
    assert taken(RecordedPace(1.0), *times) == times


@pytest.mark.parametrize(("gap_s", "count"), [(0.75, 1), (0.74, 0)])
def test_so_early_and_no_earlier(gap_s: float, count: int) -> None:
    pace = RecordedPace(1.0)
    assert taken(pace, 10) == [10]
    assert len(taken(pace, 10 + gap_s)) == count


def test_that_frames_may_come_early_makes_no_more_of_them() -> None:
    seconds = [10 + i / 100 for i in range(6000)]
    assert len(taken(RecordedPace(1.0), *seconds)) <= 61


def test_after_a_pause_there_are_not_more_of_them() -> None:
    pace = RecordedPace(1.0)
    assert taken(pace, 10, 60, 60.1, 60.5, 60.74, 60.75) == [10, 60, 60.75]


def test_no_interval_means_every_frame() -> None:
    assert taken(RecordedPace(0), 10, 10.001, 10.002) == [10, 10.001, 10.002]


def test_each_camera_has_its_own() -> None:
    pace = RecordedPace(1.0)
    assert taken(pace, 10) == [10]
    assert taken(pace, 10.1, camera="back") == [10.1]
    assert taken(pace, 10.2, camera="back") == []


def test_a_frame_of_an_event_comes_in_any_case_and_counts() -> None:
    pace = RecordedPace(1.0)
    assert pace.is_due(shown(10), made_events=True)
    assert pace.is_due(shown(10.1), made_events=True)
    assert not pace.is_due(shown(10.9), made_events=False)
    assert not pace.is_due(shown(11.7), made_events=False)
    assert pace.is_due(shown(11.75), made_events=False)


def test_a_frame_that_two_views_were_shown_has_one_image() -> None:
    pace = RecordedPace(0)
    assert pace.is_due(shown(10), made_events=False)
    assert not pace.is_due(shown(10), made_events=False)
    assert not pace.is_due(shown(10), made_events=True)


def test_what_was_passed_over_for_one_view_and_made_an_event_in_the_other_has_one() -> None:
    pace = RecordedPace(1.0)
    assert pace.is_due(shown(10), made_events=False)
    assert not pace.is_due(shown(10.2), made_events=False)
    assert pace.is_due(shown(10.2), made_events=True)


def test_of_a_film_the_time_of_its_scene_counts() -> None:
    pace = RecordedPace(1.0)
    due = [(10, 0), (10.1, 1), (10.2, 1.5), (10.3, 2)]
    assert [pace.is_due(shown(at, scene_s=s), made_events=False) for at, s in due] == [True, True, False, True]
    # It begins anew.
    assert pace.is_due(shown(10.4, scene_s=0.1), made_events=False)
    assert not pace.is_due(shown(10.5, scene_s=0.8), made_events=False)
    assert pace.is_due(shown(10.6, scene_s=0.9), made_events=False)
