"""Who asked for a view's next frame."""

import pytest

from edgeclassify.errors import ModelError
from edgeclassify.pipeline.asks import Asks
from edgeclassify.pipeline.interface import ViewResult
from edgeclassify.types import ViewState
from tests.support.classifiers import BrightnessClassifier
from tests.support.frames import make_frame


def result() -> ViewResult:
    frame = make_frame(255)
    state = ViewState("gate", "day", 1.0, 0.0, 0.0, 0, None, (), "m")
    return ViewResult(frame, BrightnessClassifier().classify(frame), state)


def test_all_who_asked_are_answered_once() -> None:
    asks, told = Asks(), result()
    assert not asks
    first, second = asks.add(), asks.add()
    assert asks
    asks.answer(told)
    assert not asks
    asks.answer(result())
    assert (first.result(0), second.result(0)) == (told, told)


def test_who_has_cancelled_costs_the_others_nothing() -> None:
    asks, told = Asks(), result()
    cancelled, other = asks.add(), asks.add()
    assert cancelled.cancel()
    asks.answer(told)
    assert cancelled.cancelled()
    assert other.result(0) is told


def test_all_are_told_why_there_is_nothing() -> None:
    asks = Asks()
    first, second = asks.add(), asks.add()
    assert first.cancel()
    asks.refuse(ModelError("too dark"))
    assert not asks
    with pytest.raises(ModelError, match="too dark"):
        second.result(0)


def test_who_is_answered_can_go_no_more() -> None:
    asks = Asks()
    future = asks.add()
    asks.answer(result())
    assert not future.cancel()


def test_who_asks_later_waits_for_the_next_frame() -> None:
    asks = Asks()
    asks.add()
    asks.answer(result())
    assert not asks.add().done()
