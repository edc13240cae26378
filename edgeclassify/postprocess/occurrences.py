"""What is in a view: labels start, stay for a while, and end; each start has one end.

It is told once, and not again after a restart, that a label has been there for so long: where it is known to be
there then, and its end is not being confirmed.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from edgeclassify.postprocess.blocks import Blocks, LocalTime
from edgeclassify.postprocess.confirmation import Claim, Confirmation, nearest
from edgeclassify.postprocess.gaps import Gap
from edgeclassify.postprocess.interface import Rules
from edgeclassify.postprocess.scores.observation import Observation
from edgeclassify.postprocess.sight import Sight
from edgeclassify.postprocess.telling import Occurrence, Teller
from edgeclassify.postprocess.timer import NS_PER_S
from edgeclassify.types import Block, Candidate, Event, OpenOccurrence, Reason, Why

_HALF_A_QUANTIZATION_STEP = 1 / 512
"""Of an 8-bit output: 0.2 + 0.1 must reach 0.3 in floating point too."""


class Occurrences:
    """The occurrences of one view, one after the other: `now` is the one that is open.

    `labels`: by class index.
    """

    def __init__(self, view: str, labels: Sequence[str], new_id: Callable[[], str], local_time: LocalTime) -> None:
        self.now: Occurrence | None = None
        self.candidate: Candidate | None = None
        """The change that is nearest, by the newest observation."""
        self._labels, self._new_id = labels, new_id
        self._confirmation, self._blocks = Confirmation(), Blocks(local_time)
        self._teller = Teller(view, labels)
        self._is_leaving = False  # by the newest observation the label's end is being confirmed

    def note_frame(self, observation: Observation, rules: Rules) -> None:
        """A frame came, with its own scores: no filter over time has had it yet."""
        self._blocks.note_frame(observation, rules)

    def judge(self, observation: Observation, sight: Sight, gap: Gap | None, rules: Rules) -> list[Event]:
        """What an observation leads to: another label, none any more, or a higher score of the same.

        `gap`: it is still open, since the label that is there has not been seen again.
        """
        inside = None if self.now is None else self.now.index
        entering = self._confirmation.entering(observation, inside, rules)
        leaving = None if inside is None else self._confirmation.leaving(observation, inside, rules)
        # Across a gap nobody knows that it has stayed: its minimum time protects it no more.
        is_held = gap is None and (
            self._is_held(observation.scene_ns, rules) or self._is_rare_and_stays(leaving, rules)
        )
        claim, events = entering or leaving, list[Event]()
        if entering is not None and entering.is_confirmed:
            block = Block.HOLD if is_held else self._blocks.of_start(entering.index, observation, rules)
            if block is None:
                events = self._enter(entering, sight, gap)
            else:
                claim = self._confirmation.blocked(entering, block)
        if not events and leaving is not None and leaving.is_confirmed:
            if not is_held:
                events = self.end(sight, gap, _reason(gap, Reason.BELOW_THRESHOLD), claim=leaving)
            else:
                blocked = self._confirmation.blocked(leaving, Block.HOLD)
                claim = blocked if claim is leaving else claim
        if events or claim is None:
            claim = nearest(observation, None if self.now is None else self.now.index, rules)
        self.candidate = self._teller.candidate(claim)
        self._is_leaving = not events and leaving is not None and not is_held
        if gap is not None:
            return events
        return [*(events or self._update(observation, sight, rules)), *self.lasting(sight, rules)]

    def lasting(self, sight: Sight, rules: Rules) -> list[Event]:
        """That the label has been there for so long by now, which was not told yet.

        Of several times that have passed unseen each is told: who waits for one of them must not miss it.
        """
        occurrence = self.now
        if occurrence is None or self._is_leaving:
            return []
        told_s, lasted_s = occurrence.lasting_told_s, occurrence.lasted_s(sight.ns)
        events = list[Event]()
        for mark_s in rules.of(occurrence.index).lasting:
            if told_s < mark_s <= lasted_s:
                occurrence.lasting_told_s = mark_s
                events.append(self._teller.lasting(occurrence, mark_s, sight))
        return events

    def end(
        self,
        sight: Sight,
        gap: Gap | None,
        reason: Reason,
        *,
        gap_s: float | None = None,
        claim: Claim | None = None,
    ) -> list[Event]:
        """What is there leaves, if anything is. `claim`: what was confirmed; None: no frame shows it."""
        occurrence = self.now
        if occurrence is None:
            return []
        self.now = None
        self._confirmation.note_end()
        self._blocks.note_end(occurrence.index, sight.ns)
        last_ns = sight.ns if gap is None else gap.since_ns  # nobody knows whether it was there in the gap
        return [self._teller.end(occurrence, last_ns, Why(reason, gap_s=gap_s), sight, claim)]

    def break_off(self, by: Block) -> None:
        """Whatever is being confirmed must last for the whole time from now on, because of that."""
        self._confirmation.break_off(by)
        self._blocks.forget_frames()
        if self.candidate is not None:
            self.candidate = replace(self.candidate, held_s=0.0, blocked_by=by)

    def begin_anew(self) -> None:
        """Nothing that is being confirmed counts."""
        self._confirmation.begin_anew()

    def shift(self, by_ns: int) -> None:
        """Another time line begins: how long the label has been there stays, what is confirmed begins anew."""
        if self.now is not None:
            self.now.started_ns += by_ns
        self._blocks.shift(by_ns)
        self._confirmation.begin_anew()

    def kept(self, last_ns: int, quiet_s: float) -> OpenOccurrence | None:
        """What is kept of the one that is open over a restart: last seen at `last_ns`, `quiet_s` seconds ago."""
        return None if self.now is None else self._teller.kept(self.now, last_ns, quiet_s)

    def resume(self, kept: OpenOccurrence, last_ns: int) -> bool:
        """Go on with one that was kept, last seen at `last_ns`. False where the model has no such label."""
        if kept.label not in self._labels:
            return False
        started_ns = last_ns - round(kept.age_s * NS_PER_S)
        index = list(self._labels).index(kept.label)
        self.now = Occurrence(index, kept.id, kept.started_at, started_ns, kept.score, kept.lasting_told_s)
        return True

    def _is_rare_and_stays(self, leaving: Claim | None, rules: Rules) -> bool:
        """True while a rare label is there that would not end by itself: what it took the place of is as sure of
        itself in the next frame as it was before."""
        if self.now is None or not rules.of(self.now.index).rare:
            return False
        return leaving is None or not leaving.is_confirmed

    def _is_held(self, now_ns: int, rules: Rules) -> bool:
        """True while the label that is there has not been there for its minimum time."""
        occurrence = self.now
        if occurrence is None:
            return False
        # Time that runs back (files out of their order) prolongs it by no more than itself.
        occurrence.started_ns = min(occurrence.started_ns, now_ns)
        return occurrence.lasted_s(now_ns) < rules.of(occurrence.index).hold_s

    def _enter(self, claim: Claim, sight: Sight, gap: Gap | None) -> list[Event]:
        """A label enters, and takes the place of what is there."""
        ends = self.end(sight, gap, _reason(gap, Reason.REPLACED), claim=claim)
        self.now = Occurrence(claim.index, self._new_id(), sight.at, sight.ns, claim.score)
        return [*ends, self._teller.start(self.now, claim, sight)]

    def _update(self, observation: Observation, sight: Sight, rules: Rules) -> list[Event]:
        """A score that has risen by a step is told."""
        occurrence, step = self.now, rules.update_step
        if occurrence is None or step == 0:
            return []
        score, before = float(observation.scores[occurrence.index]), occurrence.reported_score
        if score < before + step - _HALF_A_QUANTIZATION_STEP:
            return []
        occurrence.reported_score = score
        return [self._teller.update(occurrence, before, sight)]


def _reason(gap: Gap | None, usual: Reason) -> Reason:
    """After a restart nobody knows when it left: only that it was not there any more."""
    return gap.reason if gap is not None and gap.reason is Reason.GONE_AFTER_RESTART else usual
