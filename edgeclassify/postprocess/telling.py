"""The occurrence of a label, and the events that tell of it."""

from collections.abc import Sequence
from dataclasses import replace

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.postprocess.confirmation import Claim
from edgeclassify.postprocess.sight import Sight
from edgeclassify.postprocess.timer import NS_PER_S
from edgeclassify.types import Candidate, Event, EventType, OpenOccurrence, Reason, Why


@dataclass(slots=True)
class Occurrence:
    """The label that is in the view. `started_ns`: on the time line of the observations.

    `lasting_told_s`: the longest time of which it has been told that the label has been there so long.
    """

    index: int
    id: str
    started_at: float
    started_ns: int
    reported_score: float
    lasting_told_s: float = 0.0

    def lasted_s(self, until_ns: int) -> float:
        """Seconds from its start until then."""
        return max(0, until_ns - self.started_ns) / NS_PER_S


class Teller:
    """Tells what happens in one view. `labels`: by class index."""

    def __init__(self, view: str, labels: Sequence[str]) -> None:
        self._view, self._labels = view, labels

    def start(self, occurrence: Occurrence, claim: Claim, sight: Sight) -> Event:
        """It has begun."""
        why = Why(threshold_enter=claim.threshold, confirm_s=claim.confirm_s, held_s=round(claim.held_s, 3))
        return self._open_event(EventType.START, occurrence, sight, why, claim)

    def update(self, occurrence: Occurrence, score_before: float, sight: Sight) -> Event:
        """Its score has risen since it was told last."""
        why = Why(Reason.SCORE_ROSE, score_before=round(score_before, 4))
        return self._open_event(EventType.UPDATE, occurrence, sight, why)

    def lasting(self, occurrence: Occurrence, mark_s: float, sight: Sight) -> Event:
        """It has been there for that long, or longer."""
        why = Why(lasting_s=mark_s, duration_s=round(occurrence.lasted_s(sight.ns), 3))
        made = self._open_event(EventType.LASTING, occurrence, sight, why)
        return made if sight.observation is None else replace(made, score=sight.score(occurrence.index))

    def end(
        self, occurrence: Occurrence, last_ns: int, why: Why, sight: Sight, claim: Claim | None = None
    ) -> Event:
        """It has ended, and was last seen at `last_ns`. `claim`: what was confirmed, its end or another start."""
        why = replace(why, duration_s=round(occurrence.lasted_s(last_ns), 3))
        if claim is not None and claim.change is EventType.END:
            held_s = round(claim.held_s, 3)
            why = replace(why, threshold_exit=round(claim.threshold, 4), confirm_s=claim.confirm_s, held_s=held_s)
        elif claim is not None:
            why = replace(why, by=self._labels[claim.index])
        # Of a change that no frame shows, the label's score is what was told of it last.
        score = occurrence.reported_score if claim is None else sight.score(occurrence.index)
        return self._event(EventType.END, occurrence, score, sight, why, claim)

    def candidate(self, claim: Claim) -> Candidate:
        """What has not happened yet."""
        return Candidate(
            claim.change,
            self._labels[claim.index],
            claim.score,
            claim.threshold,
            round(claim.held_s, 3),
            claim.confirm_s,
            claim.blocked_by,
        )

    def kept(self, occurrence: Occurrence, last_ns: int, quiet_s: float = 0.0) -> OpenOccurrence:
        """What is kept of it over a restart: last seen at `last_ns`, `quiet_s` seconds ago."""
        return OpenOccurrence(
            view=self._view,
            id=occurrence.id,
            label=self._labels[occurrence.index],
            score=occurrence.reported_score,
            started_at=occurrence.started_at,
            age_s=occurrence.lasted_s(last_ns),
            quiet_s=quiet_s,
            lasting_told_s=occurrence.lasting_told_s,
        )

    def _open_event(
        self, kind: EventType, occurrence: Occurrence, sight: Sight, why: Why, claim: Claim | None = None
    ) -> Event:
        made = self._event(kind, occurrence, occurrence.reported_score, sight, why, claim)
        return replace(made, open=self.kept(occurrence, sight.ns))

    def _event(
        self,
        kind: EventType,
        occurrence: Occurrence,
        score: float,
        sight: Sight,
        why: Why,
        claim: Claim | None,
    ) -> Event:
        """`claim`: what was confirmed, and has been held back perhaps."""
        if claim is not None and claim.blocked_by is not None:
            why = replace(why, blocked_by=claim.blocked_by, blocked_s=round(claim.blocked_s, 3))
        return Event(
            id=occurrence.id,
            seq=0,
            view=self._view,
            event_type=kind,
            label=self._labels[occurrence.index],
            score=score,
            ts=sight.at,
            why=sight.explain(why, occurrence.index, self._labels),
            origin=sight.origin,
            problems=sight.problems,
        )
