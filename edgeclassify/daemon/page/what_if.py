"""What a view would have told by other rules, as the page shows it."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.assembly.parts import Parts
from edgeclassify.daemon.assembly.tried_rules import tried_rules
from edgeclassify.errors import ConfigError, HistoryMissingError
from edgeclassify.recording.recent.outcome import Outcome, Stay
from edgeclassify.recording.recent.recent_inputs import RecentInputs
from edgeclassify.recording.recent.what_if import Compared, compare
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import Event

WORK_S, REST_S = 0.01, 0.005
"""After so long at work it rests for so long: inference goes first, and both are Python."""


class WhatIfs:
    """Thread-safe: one at a time, the others wait."""

    def __init__(
        self, inputs: RecentInputs, parts: Callable[[], Parts], clock: Callable[[], float] = time.time
    ) -> None:
        self._inputs, self._parts, self._clock = inputs, parts, clock
        self._lock = threading.Lock()

    def answer(self, view: str, rules: Mapping[str, Any], hours: float) -> dict[str, Any]:
        """Raises ConfigError where the rules are wrong, or there is no such view; HistoryMissingError where
        nothing is recorded of it yet."""
        parts = self._parts()
        if view not in parts.taps:
            names = list(parts.taps)
            raise ConfigError(
                f"view: expected one of {', '.join(names)}, found {view}. {did_you_mean(view, names)}"
            )
        tried = tried_rules(parts, view, rules)
        present = parts.taps[view].facts, next(one for one in parts.views if one.name == view).rules
        since = self._clock() - hours * 3600
        stretch = self._inputs.since(view, since)
        if stretch is None:
            raise HistoryMissingError(
                f"view {view}: nothing is recorded yet: that begins with the page. Try again in a minute."
            )
        with self._lock:
            return _shown(compare(stretch, since, present, tried, decider_of, _Breath().take))


class _Breath:
    """Rests now and then."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def take(self) -> None:
        if time.monotonic() - self._since > WORK_S:
            time.sleep(REST_S)
            self._since = time.monotonic()


def _shown(found: Compared) -> dict[str, Any]:
    lines = found.lines
    return {
        "recorded": {"from": found.since, "to": found.until, "frames": found.frames},
        "now": _told(found.now),
        "then": _told(found.then),
        "gone": [_band(one) for one in found.gone],
        "new": [_band(one) for one in found.new],
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
