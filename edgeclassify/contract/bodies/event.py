"""Events: as they happen, and those that could not be sent then."""

from typing import Any, Literal, Self

from edgeclassify import types
from edgeclassify.contract.bodies.base import Amount, Body, Count, Label, Occurrence, Score, Time, Versioned, about
from edgeclassify.contract.bodies.decisions import Block, LabelScore, Problem, Shift
from edgeclassify.contract.encoding import rfc3339, rounded, seconds_of

Novelty = Literal["first ever", "first in days", "first today"]


class Why(Body):
    """The figures behind a decision; which of them are there depends on the event."""

    reason: (
        Literal[
            "score rose", "below threshold", "replaced", "no frames", "gone after restart", "paused", "stopped",
            "config reloaded",
        ]
        | None
    ) = about("update: score rose; end: why it ended.", default=None)  # fmt: skip
    threshold_enter: Score | None = about("start: the score that a label needs to enter.", default=None)
    threshold_exit: Score | None = about("end: the score below which it leaves.", default=None)
    confirm_s: Amount | None = about("Seconds that a change must last before it counts.", default=None)
    held_s: Amount | None = about("Seconds that it had lasted.", default=None)
    by: Label | None = about("end, replaced: the label that took its place.", default=None)
    from_: Score | None = about("update: the score that was reported before.", default=None, alias="from")
    gap_s: Amount | None = about("end, without a frame that shows it: seconds since the last one.", default=None)
    duration_s: Amount | None = about(
        "lasting: seconds since its start; end: from its start until it was last seen.", default=None
    )
    lasting_s: Amount | None = about("lasting: the time that was asked for in the config.", default=None)
    score: Score | None = about("What was compared with the threshold.", default=None)
    raw_score: Score | None = about("The model's own score of the label in that frame.", default=None)
    best: list[LabelScore] | None = about("The best labels by then, best first.", default=None)
    blocked_by: Block | None = about("What held the change back last.", default=None)
    blocked_s: Amount | None = about("Seconds for which it did.", default=None)
    light_changed_s: Amount | None = about("Seconds since the light changed, where it did of late.", default=None)
    shifted: Shift | None = about("How far the view's region was shifted with its scene.", default=None)

    @classmethod
    def of(cls, why: types.Why) -> Self:
        """From the record."""
        return cls.made(
            reason=why.reason,
            threshold_enter=why.threshold_enter,
            threshold_exit=why.threshold_exit,
            confirm_s=why.confirm_s,
            held_s=why.held_s,
            by=why.by,
            from_=why.score_before,
            gap_s=why.gap_s,
            duration_s=why.duration_s,
            lasting_s=why.lasting_s,
            score=None if why.score is None else rounded(why.score, "why score"),
            raw_score=None if why.raw_score is None else rounded(why.raw_score, "why raw_score"),
            best=[LabelScore.of(row) for row in why.best] or None,
            blocked_by=why.blocked_by,
            blocked_s=why.blocked_s,
            light_changed_s=why.light_changed_s,
            shifted=None if why.shifted is None else Shift.of(why.shifted),
        )

    def to_why(self) -> types.Why:
        """The record again."""
        return types.Why(
            reason=None if self.reason is None else types.Reason(self.reason),
            by=self.by,
            threshold_enter=self.threshold_enter,
            threshold_exit=self.threshold_exit,
            confirm_s=self.confirm_s,
            held_s=self.held_s,
            score_before=self.from_,
            gap_s=self.gap_s,
            duration_s=self.duration_s,
            lasting_s=self.lasting_s,
            score=self.score,
            raw_score=self.raw_score,
            # Of the rows only what is told is known again: no class index.
            best=tuple(types.LabelScore(-1, row.label, row.score) for row in self.best or ()),
            blocked_by=None if self.blocked_by is None else types.Block(self.blocked_by),
            blocked_s=self.blocked_s,
            light_changed_s=self.light_changed_s,
            shifted=None if self.shifted is None else self.shifted.to_shift(),
        )


class Event(Versioned):
    """A label entered (start), its score rose (update), it has been there for so long (lasting), or it left (end).

    Later versions may know more types: who does not know one passes it over.
    """

    # What a person looks for stands first: a terminal cuts long lines.
    event_type: Literal["start", "update", "lasting", "end"] = about("What happened.")
    label: Label = about("The label.")
    score: Score = about("Its score, 0-1.")
    seq: int = about("Number of the message: grows by one per node, across restarts.", ge=1)
    id: Occurrence = about("Names the occurrence: all of its events share it.")
    ts: Time = about("When the frame behind it was captured.")
    why: Why = about("The figures behind the decision.")
    origin: str | None = about("File or URL of the picture behind it; absent for cameras.", default=None)
    suspect: Literal[True] | None = about("Its frame can't be trusted; absent: it can.", default=None)
    problems: list[Problem] | None = about("Why it can't; absent: it can.", default=None)
    novelty: Novelty | None = about("start: how new the label is in its view; absent: not at all.", default=None)
    days_since: Count | None = about(
        "start: local days since the label last started; absent: never, today already, or not known.", default=None
    )
    count_today: Count | None = about(
        "start: how often the label has started today, this one included; absent while the clock is not set, or "
        "the disk can't be read since the start.",
        default=None,
    )

    @classmethod
    def of(cls, event: types.Event) -> Self:
        """From the record. Raises PublishError for a score or time that is not finite."""
        return cls.made(
            event_type=event.event_type,
            label=event.label,
            score=rounded(event.score, "score"),
            seq=event.seq,
            id=event.id,
            ts=rfc3339(event.ts),
            why=Why.of(event.why),
            origin=event.origin,
            suspect=True if event.problems else None,
            problems=list(event.problems) or None,
            novelty=event.novelty,
            days_since=event.days_since,
            count_today=event.count_today,
        )

    def to_event(self, view: str) -> types.Event:
        """The record again, as far as it was written: of `model_validate_json`, or as it was made.

        `of` and `encode` make the same bytes of it.
        """
        return types.Event(
            id=self.id,
            seq=self.seq,
            view=view,
            event_type=types.EventType(self.event_type),
            label=self.label,
            score=self.score,
            ts=seconds_of(self.ts),
            why=self.why.to_why(),
            origin=self.origin,
            problems=tuple(types.Problem(problem) for problem in self.problems or ()),
            novelty=None if self.novelty is None else types.Novelty(self.novelty),
            days_since=self.days_since,
            count_today=self.count_today,
        )


class HistoricalEvent(Event):
    """An event that could not be sent when it happened."""

    historical: Literal[True] = about("Always true: it says that this is late.")

    @classmethod
    def made(cls, **values: Any) -> Self:
        """A body of our own."""
        return super().made(historical=True, **values)

    @staticmethod
    def of_stored(event: bytes) -> bytes:
        """The bytes of an event as it was kept, now late: those that `of` and `encode` make, without reading it.

        A backlog of many thousand events is sent this way.
        """
        return event[:-1] + b',"historical":true}'
