"""What the inference thread leaves: bounded, at once, and none of a camera's own pixels."""

from dataclasses import replace
from threading import Condition

import numpy as np
import pytest

from edgeclassify.teaching.looks.hand_off import APART_S, EVENTS_PER_VIEW, HandOff, Offered
from edgeclassify.teaching.looks.interface import LookRules
from edgeclassify.types import Event, EventType, Frame, PixelFormat, Prediction, Problem, Roi
from tests.teaching.looks.looks import FACTS, NOON, REGION, event, frame, prediction, rules, state

SURE, UNSURE = (0.05, 0.95), (0.45, 0.55)


class Handed:
    """A hand-off, and somebody who takes from it."""

    def __init__(self, rules: LookRules) -> None:
        self.changed = Condition()
        self.hand_off = HandOff(rules, self.changed)

    def offer(
        self, seconds: float = 0.0, seen: Prediction | None = None, *, view: str = "gate",
        events: tuple[Event, ...] = (), shown: Frame | None = None, picture: bool = True,
        problems: tuple[Problem, ...] = (), still: bool = False, region: Roi = REGION,
    ) -> None:  # fmt: skip
        seen = prediction(seconds=seconds) if seen is None else seen
        self.hand_off.offer(
            view, frame(seconds) if shown is None else shown, region, None if still else seen,
            state(problems=problems), events, picture=picture,
        )  # fmt: skip

    def taken(self) -> list[Offered]:
        with self.changed:
            return self.hand_off.take()


def test_a_start_is_handed_over_with_what_was_seen() -> None:
    handed, seen = Handed(rules()), prediction(30)
    handed.offer(3.0, seen, events=(event(7),))
    (one,) = handed.taken()
    assert (one.view, one.prediction, one.events, one.at) == ("gate", seen, (event(7),), NOON + 3)
    assert one.brightness == pytest.approx(90 / 255)
    assert one.frame is not None
    assert (one.is_unsure, one.may_wait) == (False, False)
    assert handed.taken() == []


@pytest.mark.parametrize("kind", list(EventType))
def test_events_whose_label_is_there_to_be_seen(kind: EventType) -> None:
    handed = Handed(rules())
    handed.offer(events=(event(1, kind),))
    assert bool(handed.taken()) is (kind is not EventType.END)


def test_what_was_seen_last_is_there_still_where_nothing_moves() -> None:
    handed, seen = Handed(rules()), prediction(30)
    handed.offer(1.0, seen)
    handed.offer(9.0, still=True, events=(event(7, EventType.LASTING),))
    (one,) = handed.taken()
    assert one.prediction is seen
    assert one.at == NOON + 9  # the picture is of now


def test_nothing_of_a_view_that_has_seen_nothing_yet_or_is_not_to_be_kept() -> None:
    handed = Handed(rules())
    handed.offer(still=True, events=(event(7, EventType.LASTING),))
    handed.offer(view="attic", events=(event(7),))
    handed.offer(seen=replace(prediction(), embedding=None), events=(event(7),))
    handed.offer(seen=replace(prediction(), embedding=np.zeros(5, np.uint8)), events=(event(7),))
    assert handed.taken() == []
    assert not handed.hand_off


def test_what_another_network_saw_is_no_look_of_this_one() -> None:
    handed = Handed(rules())
    handed.offer(1.0, prediction(30))
    handed.hand_off.adopt(rules(facts=replace(FACTS, sha256="cd" * 32)))
    handed.offer(9.0, still=True, events=(event(7, EventType.LASTING),))
    assert handed.taken() == []


def test_unsure_frames_where_a_view_has_a_queue_of_them() -> None:
    handed = Handed(rules(review=5))
    handed.offer(0.0, prediction(scores=SURE))
    assert handed.taken() == []
    handed.offer(0.1, prediction(scores=UNSURE))
    (one,) = handed.taken()
    assert one.is_unsure
    assert one.may_wait
    without = Handed(rules(review=0))
    without.offer(0.1, prediction(scores=UNSURE))
    assert without.taken() == []


def test_they_are_some_seconds_apart_and_each_view_by_itself() -> None:
    handed = Handed(rules(review=5))
    taken = []
    for tenth in range(round(APART_S * 10) + 1):
        handed.offer(tenth / 10, prediction(scores=UNSURE))
        taken += [tenth for _ in handed.taken()]
    assert taken == [0, round(APART_S * 10)]
    handed.offer(0.2, prediction(scores=UNSURE), view="yard")
    assert len(handed.taken()) == 1


def test_a_view_of_which_frames_are_gathered() -> None:
    handed = Handed(rules())
    handed.hand_off.gathered_views = frozenset({"gate"})
    handed.offer(0.0, prediction(scores=SURE))
    handed.offer(0.0, prediction(scores=SURE), view="yard")
    (one,) = handed.taken()
    assert (one.view, one.may_wait, one.is_unsure) == ("gate", True, False)
    handed.offer(60.0, still=True)  # nothing has moved: it is there already
    assert handed.taken() == []


@pytest.mark.parametrize(
    ("problem", "handed_over"),
    [(Problem.COVERED, False), (Problem.DEFOCUSED, False), (Problem.FROZEN, False), (Problem.DARK, True)],
)
def test_pictures_on_which_nobody_sees_anything(problem: Problem, handed_over: bool) -> None:
    handed = Handed(rules(review=5))
    handed.offer(0.0, prediction(scores=UNSURE), problems=(problem,))
    assert bool(handed.taken()) is handed_over
    handed.offer(1.0, events=(event(1),), problems=(problem,))
    assert len(handed.taken()) == 1  # an event may be wrong for that very reason


def test_the_newest_of_those_that_may_wait_and_a_few_with_events() -> None:
    handed = Handed(rules(review=5))
    for number in range(EVENTS_PER_VIEW + 2):
        handed.offer(number, events=(event(number),))
        handed.offer(10.0 * number, prediction(scores=UNSURE))
    handed.offer(1.0, view="yard", events=(event(50),))
    taken = handed.taken()
    with_events = [one.events[0].seq for one in taken if one.events]
    assert with_events == [*range(2, EVENTS_PER_VIEW + 2), 50]
    assert [one.at for one in taken if not one.events] == [NOON + 10.0 * (EVENTS_PER_VIEW + 1)]
    assert handed.hand_off.dropped == 2


def test_who_takes_is_woken() -> None:
    handed = Handed(rules())
    with handed.changed:
        assert not handed.hand_off
    handed.offer(events=(event(1),))
    with handed.changed:
        assert handed.hand_off


def test_pixels_that_are_lent_are_given_back_at_once() -> None:
    handed, lent = Handed(rules()), frame(1.0, lent=True)
    handed.offer(1.0, events=(event(1),), shown=lent)
    (one,) = handed.taken()
    assert one.frame is not None
    assert not np.shares_memory(one.frame.pixels, lent.pixels)
    own = frame(1.0)
    handed.offer(1.0, events=(event(1),), shown=own)
    (one,) = handed.taken()
    assert one.frame is own


def test_where_no_picture_may_be_kept_no_pixel_is() -> None:
    for handed, picture in ((Handed(rules()), False), (Handed(rules(pictures=False)), True)):
        handed.offer(1.0, events=(event(1),), picture=picture)
        (one,) = handed.taken()
        assert one.frame is None
        assert one.brightness == pytest.approx(90 / 255)


def test_the_brightness_is_that_of_the_region() -> None:
    pixels = np.zeros((72, 64), np.uint8)
    pixels[24:48, :32] = 235
    planar = frame(1.0, pixels=pixels, pixel_format=PixelFormat.YUV420)
    handed = Handed(rules())
    for region, expected in ((Roi(0, 0.5, 0.5, 0.5), 1.0), (Roi(0, 0, 1, 0.5), 0.0), (Roi(0, 0.5, 1, 0.5), 0.463)):
        handed.offer(1.0, events=(event(1),), shown=planar, region=region)
        assert handed.taken()[0].brightness == pytest.approx(expected, abs=0.01)
