"""What a view would have told by other rules, as the page shows it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.assembly.parts import Parts
from edgeclassify.daemon.assembly.tried_rules import tried_rules
from edgeclassify.errors import ConfigError, EdgeClassifyError, HistoryMissingError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.recording.recent.deciding_again import Decided, Made, decide_again, without
from edgeclassify.recording.recent.outcome import Outcome, Stay
from edgeclassify.recording.recent.recent_inputs import RecentInputs, Stretch
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import Event
from edgeclassify.web.interface import WhatIf

WORK_S, REST_S = 0.01, 0.005
"""After so long at work it rests for so long: inference goes first, and both are Python."""
DEAR_S = 0.5
"""What took longer is asked for again and again while a slider moves: it is kept for a while."""
KEPT_S = 20.0
AT_ONCE = 3
"""Questions, of which one is answered while the others wait; more are refused: other answers need threads too."""
LOOK_S = 0.1
"""How often one that waits looks whether it is still asked."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the present rules tell of. `made`: what the view is made of now."""

    view: str
    hours: float
    made: Made


class WhatIfs:
    """Thread-safe: one at a time, the others wait; of more than AT_ONCE the newest is refused.

    `clock`: seconds since the epoch.
    """

    def __init__(
        self, inputs: RecentInputs, parts: Callable[[], Parts], clock: Callable[[], float] = time.time
    ) -> None:
        self._inputs, self._parts, self._clock = inputs, parts, clock
        self._lock, self._places = threading.Lock(), threading.Semaphore(AT_ONCE)
        self._kept: tuple[_Asked, Stretch, Decided, float] | None = None

    def answer(self, question: WhatIf) -> dict[str, Any]:
        """Raises ConfigError where the rules are wrong, or there is no such view; HistoryMissingError where
        nothing is recorded of it yet; EdgeClassifyError where who asked has given up."""
        parts, name = self._parts(), question.view
        view = next((one for one in parts.views if one.name == name), None)
        if view is None:
            names = [one.name for one in parts.views]
            hint = did_you_mean(name, names)
            raise ConfigError(f"view: expected one of {', '.join(names)}, found {name}. {hint}".rstrip())
        tried = tried_rules(parts, name, question.rules)
        asked = _Asked(name, question.hours, (parts.taps[name].facts, view.rules))
        breath = Breath(question.given_up)
        with self._turn(breath):
            stretch, now = self._present(asked, breath.take)
            then = now if tried == asked.made else decide_again(stretch, now.since, tried, decider_of, breath.take)
        return _shown(now, then)

    @contextmanager
    def _turn(self, breath: "Breath") -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise EdgeClassifyError("others are asking what would have been: try again in a moment")
        try:
            while not self._lock.acquire(timeout=LOOK_S):
                breath.look()
            try:
                yield
            finally:
                self._lock.release()
        finally:
            self._places.release()

    def _present(self, asked: _Asked, breathe: Callable[[], None]) -> tuple[Stretch, Decided]:
        if self._kept is not None and self._kept[0] == asked and time.monotonic() < self._kept[3]:
            return self._kept[1], self._kept[2]
        self._kept = None
        began, since = time.monotonic(), self._clock() - asked.hours * 3600
        stretch = self._inputs.since(asked.view, since)
        if stretch is None:
            raise HistoryMissingError(
                f"view {asked.view}: nothing is recorded yet: that begins with the page. Try again in a minute."
            )
        now = decide_again(stretch, since, asked.made, decider_of, breathe)
        if time.monotonic() - began > DEAR_S:
            self._kept = asked, stretch, now, time.monotonic() + KEPT_S
        return stretch, now


class Breath:
    """Rests now and then, and ends what nobody waits for any more."""

    def __init__(self, given_up: Callable[[], bool]) -> None:
        self._given_up, self._since = given_up, time.monotonic()

    def look(self) -> None:
        """Raises EdgeClassifyError where nobody waits."""
        if self._given_up():
            raise EdgeClassifyError("nobody waits for the answer any more")

    def take(self) -> None:
        """Called again and again. Raises EdgeClassifyError."""
        if time.monotonic() - self._since <= WORK_S:
            return
        self.look()
        time.sleep(REST_S)
        self._since = time.monotonic()


def _shown(now: Decided, then: Decided) -> dict[str, Any]:
    was, would_be = now.outcome.stays, then.outcome.stays
    lines = then.lines.lines(list(dict.fromkeys(stay.label for stay in (*would_be, *was))))
    return {
        "recorded": {"from": now.since, "to": now.until, "frames": now.frames},
        "now": _told(now.outcome),
        "then": _told(then.outcome),
        "gone": [_band(one) for one in without(was, would_be)],
        "new": [_band(one) for one in without(would_be, was)],
        "series": {"t": lines.t, "labels": lines.labels, "scores": lines.scores},
    }


def _told(outcome: Outcome) -> dict[str, Any]:
    return {
        "starts": outcome.starts,
        "bands": [_band(one) for one in outcome.stays],
        "events": [_event(one) for one in outcome.events],
    }


def _band(stay: Stay) -> dict[str, Any]:
    until = None if stay.until is None else round(stay.until, 3)
    return {"label": stay.label, "from": round(stay.since, 3), "to": until}


def _event(event: Event) -> dict[str, Any]:
    reason = event.why.reason
    return {
        "ts": round(event.ts, 3),
        "type": str(event.event_type),
        "label": event.label,
        "score": round(event.score, 4),
        "reason": None if reason is None else str(reason),
    }
