"""What a view shows: its state, and the raw prediction of one frame."""

from typing import Literal, Self

from edgeclassify import types
from edgeclassify.contract.bodies.base import (
    Amount,
    Body,
    Count,
    Day,
    Label,
    Occurrence,
    Score,
    Time,
    Versioned,
    about,
)
from edgeclassify.contract.bodies.decisions import Block, LabelScore, Problem
from edgeclassify.contract.encoding import rfc3339, rounded
from edgeclassify.late_model import model_validator
from edgeclassify.types import UNKNOWN

RESULT_TOP = 5
"""Labels that a raw result lists."""


class Candidate(Body):
    """The change that the view is nearest to, while it has not come."""

    change: Literal["start", "end"] = about("What would happen to the label.")
    label: Label = about("The label.")
    score: Score = about("Its score, 0-1.")
    threshold: Score = about("What it needs: at least that to start, less than that to end.")
    held_s: Amount = about("Seconds for which it has had that.")
    confirm_s: Amount = about("Seconds that it must have it.")
    blocked_by: Block | None = about("What else holds it back; absent: nothing.", default=None)

    @classmethod
    def of(cls, candidate: types.Candidate) -> Self:
        """From the record. Raises PublishError for a score that is not finite."""
        return cls.made(
            change=candidate.change,
            label=candidate.label,
            score=rounded(candidate.score, "score"),
            threshold=candidate.threshold,
            held_s=candidate.held_s,
            confirm_s=candidate.confirm_s,
            blocked_by=candidate.blocked_by,
        )


class LabelToday(Body):
    """A label's day in a view."""

    count: Count = about("How often it has started today.")
    seconds: Amount = about("Seconds that it has been there today, as of the state's ts.")
    last: Time = about("When it started last; before midnight where it was there over that.")

    @classmethod
    def of(cls, today: types.LabelToday) -> Self:
        """From the record. Raises PublishError for a time that is not finite."""
        return cls.made(count=today.count, seconds=today.seconds, last=rfc3339(today.last))


class State(Versioned):
    """What the view shows now."""

    label: Label = about(f'The label; "{UNKNOWN}" while none is above its threshold, or nobody can tell.')
    score: Score = about("Its score, 0-1, that decisions go by; while unknown that of the best label.")
    since: Time = about("When the label entered, the last one left, or nothing was known any more.")
    ts: Time = about("When the frame was captured.")
    seq: Count = about("Number of the view's last event, across restarts; 0: none yet.")
    duration_s: Amount | None = about(
        "Seconds that the label has been there at ts, by a clock that does not jump; absent while unknown.",
        default=None,
    )
    event_id: Occurrence | None = about("The occurrence that the label belongs to; null while unknown.")
    top: list[LabelScore] = about(
        "The best labels, best first; empty while nobody can tell: the view rests, or its camera gives no frames."
    )
    model: str = about("Name of the model.")
    origin: str | None = about("File or URL of the picture; absent for cameras.", default=None)
    raw_score: Score | None = about(
        "The model's own score of the label in that frame; absent without a frame.", default=None
    )
    suspect: Literal[True] | None = about("The camera's frames can't be trusted; absent: they can.", default=None)
    problems: list[Problem] | None = about("Why they can't; absent: they can.", default=None)
    candidate: Candidate | None = about("The change that is nearest; absent: none is near.", default=None)
    day: Day | None = about("The local day that today counts; absent where nothing is counted.", default=None)
    today: dict[Label, LabelToday] | None = about(
        "The labels of this day, at most 50, those that started last first; absent while the clock is not set, or "
        "the disk can't be read since the start.",
        default=None,
    )
    clock: Literal["unset"] | None = about(
        "unset: the node's clock is not set, so that it can't tell days; absent: it is.", default=None
    )

    @model_validator(mode="after")
    def _label_has_an_occurrence(self) -> Self:
        if self.event_id is None and self.label != UNKNOWN:
            raise ValueError(f'expected an event_id for label "{self.label}"')
        return self

    @classmethod
    def of(cls, state: types.ViewState) -> Self:
        """From the record. Raises PublishError for a score or time that is not finite."""
        return cls.made(
            label=state.label,
            score=rounded(state.score, "score"),
            since=rfc3339(state.since),
            ts=rfc3339(state.ts),
            seq=state.seq,
            duration_s=state.duration_s,
            event_id=state.event_id,
            top=[LabelScore.of(row) for row in state.top],
            model=state.model,
            origin=state.origin,
            raw_score=None if state.raw_score is None else rounded(state.raw_score, "raw_score"),
            suspect=True if state.problems else None,
            problems=list(state.problems) or None,
            candidate=None if state.candidate is None else Candidate.of(state.candidate),
            day=state.day,
            today=None if state.today is None else {one.label: LabelToday.of(one) for one in state.today},
            clock=state.clock,
        )


class IndexedScore(Body):
    """A row of the model's output."""

    index: Count = about("Class index: the row of the output.")
    label: Label = about("The label.")
    score: Score = about("Its score, 0-1.")

    @classmethod
    def of(cls, row: types.LabelScore) -> Self:
        """From the record. Raises PublishError for a score that is not finite."""
        return cls.made(index=row.index, label=row.label, score=rounded(row.score, "score"))


class Result(Versioned):
    """The raw prediction of one frame."""

    ts: Time = about("When the frame was captured.")
    frame: Count = about("Sequence number of the frame.")
    top: list[IndexedScore] = about("The best labels, best first.")
    preprocess_ms: Amount = about("Milliseconds from frame to input tensor.")
    invoke_ms: Amount = about("Milliseconds of the model.")
    origin: str | None = about("File or URL of the picture; absent for cameras.", default=None)

    @classmethod
    def of(cls, prediction: types.Prediction) -> Self:
        """From the record. Raises PublishError for a score or time that is not finite."""
        return cls.made(
            ts=rfc3339(prediction.captured_at),
            frame=prediction.frame_sequence,
            top=[IndexedScore.of(row) for row in prediction.top(RESULT_TOP)],
            preprocess_ms=prediction.preprocess_ms,
            invoke_ms=prediction.invoke_ms,
            origin=prediction.origin,
        )
