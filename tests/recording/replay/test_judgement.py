"""How decisions are judged, on scenes of ten seconds."""

import math

import pytest

from edgeclassify.recording.replay.judgement import NOTHING_JUDGED, Judgement, Scene, Stay, judge

SCENES = [Scene("cat", 0, 10), Scene(None, 10, 20), Scene("dog", 20, 30)]


def judged(*stays: Stay) -> Judgement:
    return judge(stays, SCENES, 3600.0)


def test_all_right() -> None:
    found = judged(Stay("cat", 2, 11), Stay("dog", 23))
    assert found == Judgement(3600.0, 2, 2, 0, 0, 0, 0, (2, 3))
    assert found.mean_delay_s == 2.5


def test_nothing_found() -> None:
    found = judged()
    assert (found.missed, found.delays_s, found.mean_delay_s, found.extra) == (2, (), None, 0)


@pytest.mark.parametrize(
    ("stay", "false", "repeated", "missed"),
    [
        (Stay("cat", 12, 13), 1, 0, 2),  # nothing was there
        (Stay("cat", 20, 29), 1, 0, 2),  # the other one was
        (Stay("dog", 20, 29), 0, 0, 1),
        (Stay("dog", 19.9, 20), 1, 0, 2),  # gone when its scene begins
        (Stay("dog", 19.9, 20.1), 1, 0, 1),
        (Stay("dog", 30), 0, 0, 2),  # its scene has ended
        (Stay("dog", -1, 50), 1, 0, 1),
    ],
)
def test_one_start(stay: Stay, false: int, repeated: int, missed: int) -> None:
    found = judged(stay)
    assert (found.false, found.repeated, found.missed) == (false, repeated, missed)


def test_a_label_that_comes_back_is_repeated_and_beyond_the_scenes_extra() -> None:
    found = judged(Stay("cat", 1, 3), Stay("cat", 4, 5), Stay("cat", 6, 7), Stay("dog", 21))
    assert (found.repeated, found.false, found.extra, found.missed) == (2, 0, 2, 0)
    assert found.repeated_per_hour == found.extra_per_hour == 2
    assert found.delays_s == (1, 1)


def test_what_was_there_before_the_scene_has_no_delay() -> None:
    assert judged(Stay("cat", -5, math.inf)).delays_s == (0,)


def test_streams_add_up_and_none_makes_up_for_another() -> None:
    """Extra starts of one are not taken back by those that another one lacks."""
    both = judged(*(Stay("cat", i, i + 0.5) for i in range(5))) + judged()
    assert (both.extra, both.missed, both.scenes, both.lasted_s) == (3, 3, 4, 7200.0)
    assert both.extra_per_hour == 1.5
    assert NOTHING_JUDGED + both == both
    assert NOTHING_JUDGED.extra_per_hour == 0
