"""Decisions in words."""

from dataclasses import replace
from typing import Any

import pytest

from edgeclassify.sentences import seconds, sentence_of, waiting
from edgeclassify.types import Block, Candidate, Event, EventType, LabelScore, Problem, Reason, Shift, Why

START = Event("a", 1, "gate", EventType.START, "open", 0.72, 0.0)


def said(kind: EventType, **why: Any) -> str:
    return sentence_of(replace(START, event_type=kind, why=Why(**why)))


def test_why_a_label_starts() -> None:
    text = said(EventType.START, threshold_enter=0.6, confirm_s=1.0, held_s=1.25, score=0.72, raw_score=0.81)
    assert text == "0.72 of 0.60 needed, for 1.2 s (1 s needed); the model's own score 0.81"


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


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 s"), (1.25, "1.2 s"), (299, "299 s"), (300, "5 min"), (5400, "1.5 h")],
)
def test_times(value: float, text: str) -> None:
    assert seconds(value) == text
