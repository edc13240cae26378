"""What was of late in each view: its label over time, the best scores, events. In memory, and bounded."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Any

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import Event, ViewState
from edgeclassify.web.live import messages
from edgeclassify.web.live.score_ring import ScoreRing

MOST_MINUTES = 60
MOST_BANDS, MOST_EVENTS = 500, 200
MOST_POINTS, MOST_LABELS = 600, 8
"""Of one answer."""


@dataclass(frozen=True, slots=True)
class Band:
    """A label over time; None: nobody could tell. Monotonic seconds; `end` None: it is there still."""

    label: str | None
    begin: float
    end: float | None = None


class Timeline:
    """Of one view. Thread-safe. All times by the monotonic clock, so that no jump of the other one tears it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._scores = ScoreRing()
        self._bands: deque[Band] = deque(maxlen=MOST_BANDS)
        self._events: deque[tuple[float, Event]] = deque(maxlen=MOST_EVENTS)

    def note(self, state: ViewState, at: float) -> None:
        """What it shows now."""
        label = state.label if state.known else None
        with self._lock:
            if not self._bands or self._bands[-1].label != label:
                # The first band began before anybody noted it.
                begin = at if self._bands else at - max(0.0, state.ts - state.since)
                if self._bands:
                    self._bands[-1] = replace(self._bands[-1], end=at)
                self._bands.append(Band(label, begin))
            if state.known and self._scores.is_due(at):
                self._scores.note(at, state.top)

    def note_event(self, event: Event, at: float) -> None:
        """What happened in it."""
        with self._lock:
            self._events.append((at, event))

    def over(self, minutes: float, at: float, offset: float) -> dict[str, Any]:
        """The last minutes, in JSON's types. `offset`: what makes seconds since the epoch of monotonic ones."""
        since = at - minutes * 60
        with self._lock:
            series = self._scores.series(since, MOST_LABELS, MOST_POINTS)
            bands = [band for band in self._bands if band.end is None or band.end > since]
            events = [(when, event) for when, event in self._events if when >= since]
        return {
            "from": round(since + offset, 3),
            "to": round(at + offset, 3),
            "t": [round(when + offset, 3) for when in series.at],
            "labels": series.labels,
            "scores": series.scores,
            "bands": [
                {
                    "label": band.label,
                    "from": round(max(band.begin, since) + offset, 3),
                    "to": None if band.end is None else round(band.end + offset, 3),
                }
                for band in bands
            ],
            "events": [{"at": round(when + offset, 3), **messages.of_event(event)} for when, event in events],
        }


class Timelines:
    """Of all views, by their names. `steady`: monotonic seconds, `wall`: since the epoch."""

    def __init__(
        self, steady: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time
    ) -> None:
        self._steady, self._wall = steady, wall
        self._views: dict[str, Timeline] = {}

    def note(self, state: ViewState) -> None:
        """What a view shows now."""
        self._of(state.view).note(state, self._steady())

    def note_event(self, event: Event) -> None:
        """What happened in a view."""
        self._of(event.view).note_event(event, self._steady())

    def over(self, view: str, minutes: float) -> dict[str, Any]:
        """The last minutes of a view, `MOST_MINUTES` at most; nothing of one of which nothing was told."""
        now = self._steady()
        return self._of(view).over(min(minutes, MOST_MINUTES), now, self._wall() - now)

    def _of(self, view: str) -> Timeline:
        found = self._views.get(view)
        return self._views.setdefault(view, Timeline()) if found is None else found
