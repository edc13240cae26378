from dataclasses import replace
from typing import Any

import pytest

from edgeclassify.daemon.assembly.checks import nothing_known, plan_checks
from edgeclassify.daemon.assembly.parts import NO_PARTS, Parts, PlannedChecks
from edgeclassify.scene.checks.reference import Reference
from edgeclassify.types import Problem
from tests.daemon.running_parts import config_of
from tests.scene.checks.drawn import picture, scene, statistics_of

ALL = tuple(Problem)
BUT_FROZEN = tuple(problem for problem in Problem if problem is not Problem.FROZEN)


def planned(before: Parts = NO_PARTS, **changes: Any) -> tuple[PlannedChecks, ...]:
    config = config_of(camera=[{"name": "front", "source": "v4l2:/dev/video0", **changes}])
    return plan_checks(config, before, nothing_known)


def running(**changes: Any) -> Parts:
    config = config_of(camera=[{"name": "front", "source": "v4l2:/dev/video0", **changes}])
    return replace(NO_PARTS, config=config, checks=plan_checks(config, NO_PARTS, nothing_known))


def learn(parts: Parts) -> Reference:
    (one,) = parts.checks
    for second in range(12):
        one.checks.judge(statistics_of(picture(scene()), second), second * 10**9)
    assert one.checks.reference is not None
    return one.checks.reference


@pytest.mark.parametrize(
    ("camera", "looked_for"),
    [
        ({"source": "picamera:0"}, ALL),
        ({"source": "v4l2:/dev/video0"}, ALL),
        ({"source": "v4l2:/dev/video0", "freeze_timeout_s": 0}, BUT_FROZEN),
        ({"source": "rtsp://camera/stream"}, BUT_FROZEN),
        ({"source": "http://camera/stream", "freeze_timeout_s": 30}, ALL),
        ({"source": "video:film.mp4"}, BUT_FROZEN),
        ({"source": "synthetic:"}, ()),
        ({"source": "images:photos"}, ()),
        ({"source": "watch:photos"}, ()),
        ({"source": "synthetic:", "scene_checks": ["dark", "frozen"]}, (Problem.DARK, Problem.FROZEN)),
        ({"source": "picamera:0", "scene_checks": []}, ()),
    ],
)
def test_what_is_looked_for_follows_from_the_kind_of_camera(
    camera: dict[str, Any], looked_for: tuple[Problem, ...]
) -> None:
    config = config_of(camera=[{"name": "front", **camera}])
    assert config.camera[0].problems_looked_for == looked_for
    assert [one.camera for one in plan_checks(config, NO_PARTS, nothing_known)] == (
        ["front"] if looked_for else []
    )


def test_checks_go_on_over_a_reload_that_leaves_the_camera_as_it_is() -> None:
    before = running()
    assert planned(before) == before.checks
    assert planned(before, interval_s=3.0) == before.checks


@pytest.mark.parametrize("change", [{"realign": True}, {"realign_limit": 0.2}, {"scene_checks": ["moved"]}])
def test_what_was_learned_stays_where_only_the_checks_change(change: dict[str, Any]) -> None:
    before = running()
    known = learn(before)
    (after,) = planned(before, **change)
    assert after.checks is not before.checks[0].checks
    assert after.checks.reference is known


@pytest.mark.parametrize(
    "change",
    [{"source": "v4l2:/dev/video1"}, {"rotation": 90}, {"hflip": True}, {"vflip": True}],
)
def test_another_picture_is_learned_anew(change: dict[str, Any]) -> None:
    before = running()
    learn(before)
    (after,) = planned(before, **change)
    assert after.checks.reference is None


def test_a_camera_that_did_not_run_is_known_from_before_the_restart() -> None:
    parts = running()
    known = learn(parts)
    asked: list[tuple[str, str]] = []

    def kept(camera: str, taken_by: str) -> Reference:
        asked.append((camera, taken_by))
        return known

    (one,) = plan_checks(parts.config, NO_PARTS, kept)
    assert one.checks.reference is known
    assert asked == [("front", parts.checks[0].taken_by)]
    assert parts.usual_pictures["front"].reference is known
    assert parts.usual_pictures["front"].taken_by == one.taken_by


def test_a_camera_that_has_not_been_seen_for_long_enough_is_not_kept() -> None:
    assert running().usual_pictures == {}


def test_passwords_are_not_kept() -> None:
    config = config_of(camera=[{"name": "front", "source": "rtsp://user:secret@camera/stream"}])
    (one,) = plan_checks(config, NO_PARTS, nothing_known)
    assert "secret" not in one.taken_by


def test_regions_go_along_only_where_the_config_says_so() -> None:
    moved = picture(scene(), 0.05)
    for change, realigned in (
        ({}, False),
        ({"realign": True}, True),
        ({"realign": True, "realign_limit": 0.02}, False),
    ):
        parts = running(**change)
        learn(parts)
        for second in range(12, 24):
            judged = parts.checks[0].checks.judge(statistics_of(moved, second), second * 10**9)
        assert judged.condition.realigned is realigned
