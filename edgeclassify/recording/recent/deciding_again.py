"""What was heard decided on again: by the rules that hold, or by others."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.interface import (
    DeciderFactory,
    Input,
    Record,
    Seen,
    ViewFacts,
    WatchingEnded,
)
from edgeclassify.recording.recent.outcome import Outcome, Stay, Told
from edgeclassify.recording.recent.recent_inputs import Stretch
from edgeclassify.recording.recent.score_lines import ScoreLines
from edgeclassify.recording.replay.replaying import Replay, Replayed, recorded_rules
from edgeclassify.types import Reason

Made = tuple[ViewFacts, Rules]
"""What a decider is made of."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of it from `since` to `until` (seconds since the epoch). `frames`: predictions in it; `lines`: its
    scores."""

    since: float
    until: float
    frames: int
    outcome: Outcome
    lines: ScoreLines


def decide_again(
    stretch: Stretch,
    since: float,
    made: Made,
    make: DeciderFactory,
    breathe: Callable[[], None] = lambda: None,
) -> Decided:
    """Decide again by these rules, from `since` on (seconds since the epoch), as far as there is something.

    By those that held all the time the very same events follow as live. It may take seconds, in a process that has
    better to do: `breathe` is called after each input, and what it raises ends it.
    """
    since, until = max(since, stretch.since), stretch.until
    told, lines, frames = Told(since), ScoreLines(made[0].shown_labels, since, until), 0
    for one in _replayed(stretch, made, make):
        told.note(one)
        if isinstance(one.what, Seen) and one.what.at >= since:
            frames += 1
            if one.step.state is not None:
                lines.note(one.step.state)
        breathe()
    return Decided(since, until, frames, told.outcome, lines)


def without(stays: Sequence[Stay], others: Sequence[Stay]) -> Sequence[Stay]:
    """Those that overlap none of the others with the same label."""
    spans: dict[str, list[tuple[float, float]]] = {}
    for one in others:
        spans.setdefault(one.label, []).append((one.since, one.end))
    times = {label: _Times(of_label) for label, of_label in spans.items()}
    return [one for one in stays if one.label not in times or not times[one.label].overlap(one.since, one.end)]


class _Times:
    """Spans of time, as from and until: there may be thousands, and each is asked for among all of the others."""

    def __init__(self, spans: Sequence[tuple[float, float]]) -> None:
        ordered = sorted(spans)
        self._begins = [since for since, _ in ordered]
        self._latest_ends = list(accumulate((end for _, end in ordered), max))

    def overlap(self, since: float, end: float) -> bool:
        """True where one of them does."""
        begun = bisect_right(self._begins, end)
        return begun > 0 and self._latest_ends[begun - 1] >= since


def _replayed(stretch: Stretch, made: Made, make: DeciderFactory) -> Iterator[Replayed]:
    facts, rules = made
    if facts == stretch.facts and all(one == rules for piece in stretch.pieces for one in piece.rules):
        return Replay(make, recorded_rules).run(stretch.records())
    return Replay(make, lambda _: made).run(filter(_is_no_reload, stretch.records()))


def _is_no_reload(record: Record) -> bool:
    """An end that came of other rules being taken over says nothing of these ones."""
    if not isinstance(record, Input) or not isinstance(record.what, WatchingEnded):
        return True
    return record.what.reason is not Reason.CONFIG_RELOADED
