"""Who asked for a view's next frame."""

import pytest

from edgeclassify.errors import ModelError
from edgeclassify.pipeline.frame_waiters import FrameWaiters
from edgeclassify.pipeline.interface import ViewResult
from edgeclassify.types import ViewState
from tests.support.classifiers import BrightnessClassifier
from tests.support.frames import make_frame


def result() -> ViewResult:
    frame = make_frame(255)
    state = ViewState("gate", "day", 1.0, 0.0, 0.0, 0, None, (), "m")
    return ViewResult(frame, BrightnessClassifier().classify(frame), state)


def test_all_who_asked_are_answered_once() -> None:
    waiters, told = FrameWaiters(), result()
    assert not waiters
    first, second = waiters.add(), waiters.add()
    assert waiters
    waiters.answer(told)
    assert not waiters
    waiters.answer(result())
    assert (first.result(0), second.result(0)) == (told, told)


def test_who_has_cancelled_costs_the_others_nothing() -> None:
    waiters, told = FrameWaiters(), result()
    cancelled, other = waiters.add(), waiters.add()
    assert cancelled.cancel()
    waiters.answer(told)
    assert cancelled.cancelled()
    assert other.result(0) is told


def test_all_are_told_why_there_is_nothing() -> None:
    waiters = FrameWaiters()
    first, second = waiters.add(), waiters.add()
    assert first.cancel()
    waiters.refuse(ModelError("too dark"))
    assert not waiters
    with pytest.raises(ModelError, match="too dark"):
        second.result(0)


def test_who_is_answered_can_go_no_more() -> None:
    waiters = FrameWaiters()
    future = waiters.add()
    waiters.answer(result())
    assert not future.cancel()


def test_who_asks_later_waits_for_the_next_frame() -> None:
    waiters = FrameWaiters()
    waiters.add()
    waiters.answer(result())
    assert not waiters.add().done()
