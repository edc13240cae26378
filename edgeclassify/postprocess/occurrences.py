"""What is in a view: a label's stay from its start to its end, and the events that tell of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from edgeclassify.postprocess.confirmation import Confirmation, Confirmed
from edgeclassify.postprocess.gaps import Gap
from edgeclassify.postprocess.interface import Rules
from edgeclassify.postprocess.observation import Observation
from edgeclassify.postprocess.timer import NS_PER_S
from edgeclassify.types import Event, EventType, OpenOccurrence, Reason, Why

_HALF_A_QUANTIZATION_STEP = 1 / 512
"""Of an 8-bit output: 0.2 + 0.1 must reach 0.3 in floating point too."""


@dataclass(slots=True)
class Occurrence:
    """The label that is in the view. `started_ns`: on the time line of the observations."""

    index: int
    id: str
    started_at: float
    started_ns: int
    reported_score: float

    def lasted_s(self, until_ns: int) -> float:
        """Seconds from its start until then."""
        return max(0, until_ns - self.started_ns) / NS_PER_S


@dataclass(frozen=True, slots=True)
class Sight:
    """What an event goes by: when (on the observations' time line, and since the epoch), and from which file."""

    ns: int
    at: float
    origin: str | None

    @classmethod
    def of(cls, observation: Observation) -> "Sight":
        """What an observation shows."""
        return cls(observation.scene_ns, observation.captured_at, observation.origin)


class Occurrences:
    """The occurrences of one view, one after the other: `now` is the one that is open.

    `labels`: by class index. Each start has one end, with the same id.
    """

    def __init__(self, view: str, labels: Sequence[str], new_id: Callable[[], str]) -> None:
        self.now: Occurrence | None = None
        self._view, self._labels, self._new_id = view, labels, new_id
        self._confirmation = Confirmation()

    def judge(self, observation: Observation, gap: Gap | None, rules: Rules) -> list[Event]:
        """What an observation leads to: another label, none any more, or a higher score of the same.

        `gap`: it is still open, since the label that is there has not been seen again.
        """
        occurrence = self.now
        entering = self._confirmation.entering(
            observation, None if occurrence is None else occurrence.index, rules
        )
        if entering is not None:
            why = Why(_reason(gap, Reason.REPLACED), by=self._labels[entering.index])
            score = 0.0 if occurrence is None else float(observation.scores[occurrence.index])
            sight = Sight.of(observation)
            return [*self.end(sight, gap, why, score), self._start(sight, entering, rules)]
        if occurrence is None:
            return []
        leaving = self._confirmation.leaving(observation, occurrence.index, rules)
        if leaving is not None:
            why = Why(
                _reason(gap, Reason.BELOW_THRESHOLD),
                threshold_exit=round(rules.exit_score, 4),
                confirm_s=rules.confirm_s,
                held_s=leaving.held_s,
            )
            return self.end(Sight.of(observation), gap, why, leaving.score)
        if gap is not None:
            return []
        return self._update(occurrence, observation, rules)

    def end(self, sight: Sight, gap: Gap | None, why: Why, score: float | None = None) -> list[Event]:
        """What is there leaves, if anything is. `score`: its own by now; None: what was told of it last."""
        occurrence = self.now
        if occurrence is None:
            return []
        self.now = None
        self._confirmation.begin_anew()
        last_ns = sight.ns if gap is None else gap.since_ns  # nobody knows whether it was there in the gap
        why = replace(why, duration_s=round(occurrence.lasted_s(last_ns), 3))
        score = occurrence.reported_score if score is None else score
        return [self._event(EventType.END, occurrence, score, sight, why)]

    def break_off(self) -> None:
        """Whatever is being confirmed begins anew."""
        self._confirmation.begin_anew()

    def shift(self, by_ns: int) -> None:
        """Another time line begins: how long the label has been there stays."""
        if self.now is not None:
            self.now.started_ns += by_ns

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
        )

    def resume(self, kept: OpenOccurrence, last_ns: int) -> bool:
        """Go on with one that was kept, last seen at `last_ns`. False where the model has no such label."""
        if kept.label not in self._labels:
            return False
        started_ns = last_ns - round(kept.age_s * NS_PER_S)
        index = list(self._labels).index(kept.label)
        self.now = Occurrence(index, kept.id, kept.started_at, started_ns, kept.score)
        return True

    def _start(self, sight: Sight, entering: Confirmed, rules: Rules) -> Event:
        self.now = Occurrence(entering.index, self._new_id(), sight.at, sight.ns, entering.score)
        why = Why(threshold_enter=rules.threshold_enter, confirm_s=rules.confirm_s, held_s=entering.held_s)
        return self._open_event(EventType.START, self.now, sight, why)

    def _update(self, occurrence: Occurrence, observation: Observation, rules: Rules) -> list[Event]:
        score, before, step = (
            float(observation.scores[occurrence.index]),
            occurrence.reported_score,
            rules.update_step,
        )
        if step == 0 or score < before + step - _HALF_A_QUANTIZATION_STEP:
            return []
        occurrence.reported_score = score
        why = Why(Reason.SCORE_ROSE, score_before=round(before, 4))
        return [self._open_event(EventType.UPDATE, occurrence, Sight.of(observation), why)]

    def _open_event(self, kind: EventType, occurrence: Occurrence, sight: Sight, why: Why) -> Event:
        made = self._event(kind, occurrence, occurrence.reported_score, sight, why)
        return replace(made, open=self.kept(occurrence, sight.ns))

    def _event(self, kind: EventType, occurrence: Occurrence, score: float, sight: Sight, why: Why) -> Event:
        label = self._labels[occurrence.index]
        return Event(occurrence.id, 0, self._view, kind, label, score, sight.at, why, sight.origin)


def _reason(gap: Gap | None, usual: Reason) -> Reason:
    """After a restart nobody knows when it left: only that it was not there any more."""
    return gap.reason if gap is not None and gap.reason is Reason.GONE_AFTER_RESTART else usual
