"""Decisions in words."""

from dataclasses import replace
from typing import Any

import pytest

from edgeclassify.sentences import LEAST_SHOWN, is_far, newness, seconds, sentence_of, sentence_on_waiting, waiting
from edgeclassify.types import (
    Block,
    Candidate,
    Event,
    EventType,
    LabelScore,
    Novelty,
    Problem,
    Reason,
    Shift,
    ViewState,
    Why,
)

START = Event("a", 1, "gate", EventType.START, "open", 0.72, 0.0)


def said(kind: EventType, **why: Any) -> str:
    return sentence_of(replace(START, event_type=kind, why=Why(**why)))


def test_why_a_label_starts() -> None:
    text = said(EventType.START, threshold_enter=0.6, confirm_s=1.0, held_s=1.25, score=0.72, raw_score=0.81)
    assert text == "0.72 of 0.60 needed, for 1.2 s (1 s needed); the model's own score 0.81"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"novelty": Novelty.FIRST_EVER, "count_today": 1}, "first ever"),
        ({"novelty": Novelty.FIRST_TODAY, "days_since": 1, "count_today": 1}, "first today"),
        ({"novelty": Novelty.FIRST_IN_DAYS, "days_since": 12, "count_today": 1}, "first in 12 days"),
        ({"novelty": Novelty.FIRST_IN_DAYS}, "first in days"),
        ({"count_today": 1}, None),  # once on a day by a clock that was not set, which may have been today
        ({"count_today": 2}, "2nd today"),
        ({}, None),
    ],
)
def test_how_new_a_start_is_stands_first(changes: dict[str, Any], text: str | None) -> None:
    start = replace(START, why=Why(threshold_enter=0.6), **changes)
    assert newness(start.novelty, start.days_since, start.count_today) == text
    assert sentence_of(start) == ("0.72 of 0.60 needed" if text is None else f"{text}; 0.72 of 0.60 needed")


def test_how_often_it_came_today() -> None:
    numbers = (2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 101, 102, 111, 112, 113, 121)
    said = [(newness(None, None, number) or "").partition(" ") for number in numbers]
    assert {today for _, _, today in said} == {"today"}
    assert " ".join(ordinal for ordinal, _, _ in said) == (
        "2nd 3rd 4th 10th 11th 12th 13th 14th 20th 21st 22nd 23rd 24th 101st 102nd 111th 112th 113th 121st"
    )


def test_what_held_it_back_and_what_else_there_was() -> None:
    text = said(
        EventType.START, threshold_enter=0.6, blocked_by=Block.COOLDOWN, blocked_s=3.0, light_changed_s=20.0,
        best=(LabelScore(1, "open", 0.72), LabelScore(0, "closed", 0.2), LabelScore(2, "cat", 0.01)),
        shifted=Shift(0.03, -0.01),
    )  # fmt: skip
    assert text == (
        "0.72 of 0.60 needed; held back for 3 s before: it had ended a short while before; next best closed 0.20; "
        "the light had changed 20 s before; the camera was moved by +3% and -1% of the picture"
    )


def test_two_labels_beside_are_named_and_none_that_has_next_to_nothing() -> None:
    best = (
        LabelScore(1, "open", 0.5),
        LabelScore(0, "closed", 0.2),
        LabelScore(2, "cat", 0.1),
        LabelScore(3, "dog", 0.06),
    )
    assert said(EventType.START, best=best) == "0.72; next best closed 0.20, cat 0.10"
    little = (LabelScore(0, "closed", LEAST_SHOWN), LabelScore(2, "cat", 0.049))
    assert said(EventType.START, best=little) == "0.72; next best closed 0.05"


@pytest.mark.parametrize(
    ("score", "raw_score", "is_said"),
    [(0.72, 0.724, False), (0.72, 0.729, True), (None, 0.724, False), (None, 0.74, True)],
)
def test_the_models_own_score_is_said_where_it_is_another_one(
    score: float | None, raw_score: float, is_said: bool
) -> None:
    """Where the trace has no score, the event's own is meant."""
    text = said(EventType.START, score=score, raw_score=raw_score)
    assert text == ("0.72" + f"; the model's own score {raw_score:.2f}" * is_said)


@pytest.mark.parametrize(
    ("confirm_s", "held_s", "text"),
    [
        (0.0, 0.04, "0.72"),
        (0.0, 0.1, "0.72, for 0.1 s (0 s needed)"),
        (0.5, 0.0, "0.72, for 0 s (0.5 s needed)"),
        (1.0, 0.0, "0.72, for 0 s (1 s needed)"),
        (None, 0.0, "0.72, for 0 s"),
        (1.0, None, "0.72"),
    ],
)
def test_how_long_it_had_lasted_is_said_where_that_was_asked(
    confirm_s: float | None, held_s: float | None, text: str
) -> None:
    assert said(EventType.START, confirm_s=confirm_s, held_s=held_s) == text


def test_scores_are_the_same_where_two_digits_of_them_are() -> None:
    event = replace(START, score=0.7241, why=Why(raw_score=0.7238))
    assert sentence_of(event) == "0.72"


@pytest.mark.parametrize(
    ("duration_s", "lasting_s", "text"),
    [
        (61.0, 60.0, "it has been there for 61 s; 60 s were asked for"),
        (60.0, 60.04, "it has been there for 60 s"),
        (61.0, None, "it has been there for 61 s"),
        (None, 60.0, "60 s were asked for"),
        (None, None, ""),
    ],
)
def test_how_long_it_has_been_there_and_what_was_asked_for(
    duration_s: float | None, lasting_s: float | None, text: str
) -> None:
    assert said(EventType.LASTING, duration_s=duration_s, lasting_s=lasting_s) == text


def test_an_end_without_scores_has_the_events_own() -> None:
    assert said(EventType.END, reason=Reason.BELOW_THRESHOLD) == "0.72"
    assert said(EventType.END, reason=Reason.REPLACED) == "another label took its place"
    assert said(EventType.UPDATE) == "0.72, told before unknown"


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ({"reason": Reason.REPLACED, "by": "cat", "duration_s": 7.0}, "cat took its place; it was there for 7 s"),
        (
            {
                "reason": Reason.BELOW_THRESHOLD,
                "threshold_exit": 0.4,
                "score": 0.31,
                "held_s": 2.0,
                "confirm_s": 2.0,
            },
            "0.31, below 0.40, for 2 s (2 s needed)",
        ),
        ({"reason": Reason.NO_FRAMES, "gap_s": 301.0}, "no frame has come; not seen for 5.02 min"),
        ({"reason": Reason.PAUSED}, "the view was switched off"),
        ({}, ""),
    ],
)
def test_why_a_label_ends(why: dict[str, Any], text: str) -> None:
    assert said(EventType.END, **why) == text


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ({"lasting_s": 600.0, "duration_s": 600.41}, "it has been there for 10 min"),
        ({"lasting_s": 5.0, "duration_s": 5.04}, "it has been there for 5 s"),
        ({"lasting_s": 600.0, "duration_s": 1020.0}, "it has been there for 17 min; 10 min were asked for"),
        ({"lasting_s": 600.0}, "10 min were asked for"),
        ({}, ""),
    ],
)
def test_that_a_label_is_still_there(why: dict[str, Any], text: str) -> None:
    assert said(EventType.LASTING, **why) == text


def test_a_score_that_rose() -> None:
    assert said(EventType.UPDATE, reason=Reason.SCORE_ROSE, score_before=0.6) == "0.72, told before 0.60"


def test_a_frame_that_can_not_be_trusted_is_said() -> None:
    event = replace(START, problems=(Problem.DARK, Problem.MOVED))
    assert sentence_of(event) == "0.72; SUSPECT, the camera is dark, moved"


@pytest.mark.parametrize("block", list(Block))
def test_every_block_has_words(block: Block) -> None:
    assert (
        f"held back: {waiting(Candidate(EventType.START, 'open', 0.7, 0.6, 1, 2, block), 'unknown')}".count(":")
        == 2
    )
    assert "before: " in said(EventType.START, blocked_by=block)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words(reason: Reason) -> None:
    assert said(EventType.END, reason=reason)


def test_what_a_view_waits_for() -> None:
    near = Candidate(EventType.START, "open", 0.54, 0.6, 1.2, 2.0)
    assert waiting(near, "unknown") == "open has 0.54 of 0.60 needed, for 1.2 s of 2 s"
    end = Candidate(EventType.END, "open", 0.3, 0.4, 0.5, 2.0, Block.HOLD)
    assert waiting(end, "open") == (
        "it has 0.30 and ends below 0.40, for 0.5 s of 2 s; "
        "held back: the label that is there has its minimum time"
    )


def test_what_is_nearly_enough_is_told_to_as_many_digits_as_differ() -> None:
    def told(score: float, threshold: float) -> str:
        return waiting(Candidate(EventType.START, "open", score, threshold, 0.0, 0.0), "unknown")

    assert told(0.9668, 0.97) == "open has 0.967 of 0.970 needed"
    assert told(0.9649, 0.97) == "open has 0.96 of 0.97 needed"
    assert told(0.97, 0.97) == "open has 0.97 of 0.97 needed"
    assert told(0.98, 0.974) == "open has 0.98 of 0.97 needed"


def test_a_change_that_needs_no_time_has_none_in_words() -> None:
    at_once = Candidate(EventType.END, "open", 0.5, 0.4, 0.7, 0.0)
    assert waiting(at_once, "open") == "it has 0.50 and ends below 0.40"
    assert waiting(at_once, "cat") == "open has 0.50 and ends below 0.40"
    half = replace(at_once, confirm_s=0.5)
    assert waiting(half, "open") == "it has 0.50 and ends below 0.40, for 0.7 s of 0.5 s"


def test_a_view_that_waits_says_so_and_one_that_does_not_says_nothing() -> None:
    near = Candidate(EventType.START, "open", 0.54, 0.6, 1.2, 2.0)
    state = ViewState("gate", "unknown", 0.0, 0.0, 0.0, 0, None, (), "m", candidate=near)
    text = sentence_on_waiting("gate", state)
    assert text == "gate stays unknown: open has 0.54 of 0.60 needed, for 1.2 s of 2 s"
    assert sentence_on_waiting("gate", replace(state, candidate=None)) is None


@pytest.mark.parametrize(
    ("change", "score", "far"),
    [
        (EventType.END, 0.5, True),
        (EventType.END, 0.4, True),
        (EventType.END, 0.39, False),
        (EventType.START, 0.5, False),
        (EventType.START, 0.3, False),
    ],
)
def test_an_end_is_far_while_the_label_has_its_score(change: EventType, score: float, far: bool) -> None:
    assert is_far(Candidate(change, "open", score, 0.4, 0.0, 1.0)) is far


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 s"),
        (1.25, "1.2 s"),
        (1.26, "1.3 s"),
        (299, "299 s"),
        (300, "5 min"),
        (301, "5.02 min"),
        (3599, "60 min"),
        (3600, "1 h"),
        (5400, "1.5 h"),
        (44444, "12.3 h"),
    ],
)
def test_times(value: float, text: str) -> None:
    assert seconds(value) == text
