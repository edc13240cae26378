"""The same inputs decided on twice: by the rules that hold, and by others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import tee

from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.interface import (
    DeciderFactory,
    Input,
    Record,
    Seen,
    ViewFacts,
    WatchingEnded,
    time_of,
)
from edgeclassify.recording.recent.outcome import Outcome, Stay, Told
from edgeclassify.recording.recent.recent_inputs import Stretch
from edgeclassify.recording.recent.score_lines import Lines, ScoreLines
from edgeclassify.recording.replay.replaying import NewRules, Replay, recorded_rules
from edgeclassify.types import Reason

Made = tuple[ViewFacts, Rules]
"""What a decider is made of."""


@dataclass(frozen=True, slots=True)
class Compared:
    """`since`, `until`: seconds since the epoch, of what was decided on; `frames`: predictions in it.

    `gone`: stays by the present rules alone; `new`: by the others alone.
    """

    since: float
    until: float
    frames: int
    now: Outcome
    then: Outcome
    gone: Sequence[Stay]
    new: Sequence[Stay]
    lines: Lines


def compare(
    stretch: Stretch,
    since: float,
    present: Made,
    tried: Made,
    make: DeciderFactory,
    breathe: Callable[[], None] = lambda: None,
) -> Compared:
    """Decide again, from `since` on (seconds since the epoch), as far as there is something.

    It may take seconds, in a process that has better to do: `breathe` is called after each input.
    """
    since, until = max(since, stretch.since), stretch.until
    now, then = Told(since), Told(since)
    lines = ScoreLines(tried[0].shown_labels, since, until)
    is_as_live = _is_as_live(stretch, present)
    rules: NewRules = recorded_rules if is_as_live else lambda _: present
    records = stretch.records() if is_as_live else filter(_is_no_reload, stretch.records())
    ones, others = tee(records)
    by_present, by_tried = Replay(make, rules).run(ones), Replay(make, lambda _: tried).run(others)
    frames = 0
    for as_it_is, as_tried in zip(by_present, by_tried, strict=True):
        now.note(as_it_is)
        then.note(as_tried)
        moment = time_of(as_tried.what)
        if isinstance(as_tried.what, Seen) and moment is not None and moment.at >= since:
            frames += 1
            if as_tried.step.state is not None:
                lines.note(as_tried.step.state)
        breathe()
    was, would_be = now.outcome.stays, then.outcome.stays
    wanted = dict.fromkeys(stay.label for stay in (*would_be, *was))
    return Compared(
        since=since,
        until=until,
        frames=frames,
        now=now.outcome,
        then=then.outcome,
        gone=_without(was, would_be),
        new=_without(would_be, was),
        lines=lines.lines(list(wanted)),
    )


def _is_as_live(stretch: Stretch, present: Made) -> bool:
    """True where it was decided by the present rules all the time: then the very same events follow."""
    facts, rules = present
    return facts == stretch.facts and all(one == rules for piece in stretch.pieces for one in piece.rules)


def _is_no_reload(record: Record) -> bool:
    """An end that came of other rules being taken over says nothing of these ones."""
    if not isinstance(record, Input) or not isinstance(record.what, WatchingEnded):
        return True
    return record.what.reason is not Reason.CONFIG_RELOADED


def _without(stays: Sequence[Stay], others: Sequence[Stay]) -> Sequence[Stay]:
    return [one for one in stays if not any(one.overlaps(other) for other in others)]
