"""What the page hears of, where there is one."""

import logging
from typing import NoReturn

import pytest

from edgeclassify.daemon.page.taps import Taps
from edgeclassify.pipeline.interface import Onlookers
from edgeclassify.types import FULL_FRAME, Condition, Event, Frame, Option, Problem, Roi
from tests.publish.records import event, health, info, prediction, state
from tests.support.frames import make_frame
from tests.support.sinks import RecordingSink


class Looking(Onlookers):
    def __init__(self) -> None:
        self.heard: list[object] = []

    def offer(self, frame: Frame) -> None:
        self.heard.append(frame.sequence)

    def looked(self, view: str, frame: Frame, region: Roi) -> None:
        self.heard.append((view, frame.sequence, region))


class Broken(RecordingSink):
    def publish_event(self, event: Event) -> NoReturn:
        raise RuntimeError("a bug of the page")


def tell_all(taps: Taps) -> None:
    taps.publish_info(info())
    taps.publish_availability("gate", True)
    taps.publish_condition("gate", Condition((Problem.DARK,)))
    taps.publish_state(state())
    taps.publish_event(event(1))
    taps.publish_result("gate", prediction())
    taps.publish_health(health())
    taps.publish_option("gate", Option.ENABLED, True)
    taps.publish_snooze("gate", 5.0)
    taps.publish_profile("away")
    taps.publish_snapshot("gate", b"jpeg")


def test_where_nobody_listens_nothing_happens() -> None:
    taps = Taps()
    tell_all(taps)
    taps.offer(make_frame(255))
    taps.looked("gate", make_frame(255), FULL_FRAME)


def test_all_but_pictures_is_passed_on() -> None:
    taps, board = Taps(), RecordingSink()
    taps.listen(board, None)
    tell_all(taps)
    kinds = [
        "info",
        "availability",
        "condition",
        "state",
        "event",
        "result",
        "health",
        "option",
        "snooze",
        "profile",
    ]
    assert [kind for kind, _ in board.calls] == kinds
    assert board.of("event") == [event(1)]
    taps.listen(None, None)
    tell_all(taps)
    assert len(board.calls) == len(kinds)


def test_frames_are_passed_on_to_who_looks() -> None:
    taps, looking = Taps(), Looking()
    taps.listen(None, looking)
    taps.offer(make_frame(255, sequence=1))
    taps.looked("gate", make_frame(255, sequence=2), FULL_FRAME)
    assert looking.heard == [1, ("gate", 2, FULL_FRAME)]


def test_a_page_that_breaks_is_said_once_and_breaks_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    taps = Taps()
    taps.listen(Broken(), None)
    with caplog.at_level(logging.ERROR):
        taps.publish_event(event(1))
        taps.publish_event(event(2))
    assert caplog.text.count("the page failed on what it was told") == 1
