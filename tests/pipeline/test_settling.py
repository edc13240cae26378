"""Whether what a view shows agrees with what it saw last."""

from dataclasses import replace

import numpy as np
import pytest

from edgeclassify.pipeline.settling import Settling
from edgeclassify.types import Block, Candidate, EventType, Prediction, ViewState

SHOWN = ViewState("gate", "day", 0.9, 1.0, 2.0, 1, "id", (), "m")


def seen(*scores: float) -> Prediction:
    return Prediction(np.array(scores, np.float32), ("night", "day"), 0.0, 0.0, 1, 0, 0.0)


def settling(*predictions: Prediction) -> Settling:
    made = Settling()
    for prediction in predictions:
        made.note(prediction)
    return made


def candidate(change: EventType, score: float) -> Candidate:
    return Candidate(change, "day", score, 0.5, 0.0, 1.0)


def test_nothing_is_settled_before_anything_is_told_nor_while_nobody_knows() -> None:
    assert settling().is_settled(SHOWN)
    assert not settling(seen(0.1, 0.9)).is_settled(None)
    assert not settling(seen(0.1, 0.9)).is_settled(replace(SHOWN, known=False))


@pytest.mark.parametrize(
    ("scores", "settled"),
    [
        ((0.375, 0.649), True),  # another one, by not so much
        ((0.375, 0.651), False),
        ((0.099, 0.25), False),
        ((0.25, 0.25), True),  # of equal scores the first is the best one, as before
        ((0.999, 0.849), True),  # the same one, by not so much
        ((0.999, 0.851), False),
    ],
)
def test_another_label_on_top_or_a_score_that_is_quite_another_asks_for_more_frames(
    scores: tuple[float, float], settled: bool
) -> None:
    assert settling(seen(0.5, 0.25), seen(*scores)).is_settled(SHOWN) is settled


def test_the_same_label_may_lose_more_than_another_one_may_gain() -> None:
    assert settling(seen(0.95, 0.0), seen(0.36, 0.0)).is_settled(SHOWN)
    assert not settling(seen(0.95, 0.0), seen(0.34, 0.0)).is_settled(SHOWN)


@pytest.mark.parametrize(("before", "after"), [((0.3, 0.0), (0.0, 0.4)), ((0.7, 0.6), (0.7, 0.0))])
def test_just_so_much_is_enough(before: tuple[float, float], after: tuple[float, float]) -> None:
    assert not settling(seen(*before), seen(*after)).is_settled(SHOWN)


def test_it_is_settled_when_the_next_frame_is_alike() -> None:
    assert settling(seen(0.1, 0.9), seen(0.9, 0.1), seen(0.9, 0.1)).is_settled(SHOWN)


@pytest.mark.parametrize(
    ("change", "score", "settled"),
    [
        (EventType.START, 0.499, True),
        (EventType.START, 0.5, False),
        (EventType.START, 0.7, False),
        (EventType.END, 0.499, False),
        (EventType.END, 0.5, True),
    ],
)
def test_a_change_whose_score_is_there_is_waited_for(change: EventType, score: float, settled: bool) -> None:
    shown = replace(SHOWN, candidate=candidate(change, score))
    assert settling(seen(0.1, 0.9)).is_settled(shown) is settled
    held = replace(SHOWN, candidate=replace(candidate(change, score), blocked_by=Block.HOLD))
    assert settling(seen(0.1, 0.9)).is_settled(held) is settled


def test_scores_that_are_no_numbers_are_nothing_new() -> None:
    assert settling(seen(0.1, float("inf")), seen(0.1, float("inf"))).is_settled(SHOWN)
