"""What is counted of the labels in a node's views: how new a start is, and the day's counts of a state."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from edgeclassify.tallies.counting import lasted, novelty, started, tally_of
from edgeclassify.tallies.day_of_view import DayOfView, Stay
from edgeclassify.tallies.days import LocalDay, LocalDays
from edgeclassify.tallies.set_clock import SetClock
from edgeclassify.types import (
    ClockState,
    Event,
    EventType,
    OpenOccurrence,
    TallyRecord,
    Today,
    ViewState,
)


class Kept(Protocol):
    """What events have said of labels, in this run and earlier ones."""

    def tally(self, view: str, label: str) -> TallyRecord | None:
        """Of one label; None: nothing."""

    def tallies_of(self, view: str) -> Iterable[TallyRecord]:
        """Of all labels of a view."""

    @property
    def tallies_known(self) -> bool:
        """True where what earlier runs have counted is known: until then nothing is told of counts."""


class Tallies:
    """Thread-safe, where the events and states of one view come one after the other.

    An event is counted by what it carries (`Event.tally`) once it is kept: one that is not leaves nothing behind.
    Days are those of the moments that events and states tell (`ts`), while the clock is set.
    """

    def __init__(self, kept: Kept, days: LocalDays, clock: SetClock) -> None:
        self._kept, self._days, self.clock = kept, days, clock
        self._lock = threading.Lock()
        self._of_views: dict[str, DayOfView] = {}
        self._stays: dict[str, Stay] = {}
        self._turned: dict[str, int | None] = {}

    @property
    def zone(self) -> str | None:
        """The time zone by which days begin; None: the machine's."""
        return self._days.zone

    def adopt(self, zone: str | None) -> None:
        """Days begin by this zone from now on; what was counted stays."""
        if zone != self.zone:
            with self._lock:
                self._days = LocalDays(zone)
                self._of_views.clear()

    def take_up(self, occurrences: Iterable[OpenOccurrence], now_at: float) -> None:
        """At the start: these were open before it, and count as far as they were seen."""
        for one in occurrences:
            self._stays[one.view] = Stay(one.label, one.started_at, one.age_s, now_at - one.quiet_s)

    # --- events ----------------------------------------------------------------------------------------

    def counted(self, event: Event) -> Event:
        """The event with what is counted of its label: of starts and ends, the others change nothing."""
        if event.event_type not in (EventType.START, EventType.END):
            return event
        is_known = self._kept.tallies_known  # asked first: it may become so at any time
        record = self._kept.tally(event.view, event.label)
        record = record or TallyRecord(event.view, event.label, partial=not is_known)
        day = self._day(event.ts)
        if event.event_type is EventType.END:
            if day is None or event.why.duration_s is None:
                return event
            until = self._seen_until(event, event.why.duration_s)
            return replace(event, tally=lasted(record, until - event.why.duration_s, until, self._days))
        if day is None:
            return replace(event, tally=replace(record, undated=True))
        if record.partial:
            return replace(event, tally=started(record, day.number, event.ts))
        new, days_since = novelty(record, day.number)
        record = started(record, day.number, event.ts)
        count = tally_of(record, day.number).count
        return replace(event, novelty=new, days_since=days_since, count_today=count, tally=record)

    def keep(self, event: Event) -> None:
        """The event is kept, and with it what is counted."""
        if event.event_type in (EventType.START, EventType.END):
            with self._lock:
                self._stays.pop(event.view, None)
                if event.tally is not None and event.tally.partial:
                    self._of_views.pop(event.view, None)
                known = self._of_views.get(event.view)
                if known is not None and event.tally is not None:
                    known.follow(event.tally, starts=event.event_type is EventType.START)

    def _seen_until(self, event: Event, duration_s: float) -> float:
        """When the label was last there: before its end, where that shows behind a gap only."""
        until = event.ts - (event.why.gap_s or 0.0)
        stay = self._stays.get(event.view)
        if stay is None or stay.label != event.label:
            return until
        return min(until, stay.until + duration_s - stay.seconds)

    # --- states ----------------------------------------------------------------------------------------

    def today(self, state: ViewState, now_at: float | None = None) -> Today:
        """The day's counts of the state's view, those of what is in it included as of the state's `ts`.

        `now_at`: tell those of this moment's day; None: of that of the state.
        """
        seen: Stay | None
        if state.event_id is not None and state.duration_s is not None:
            self._stays[state.view] = seen = Stay(state.label, state.since, state.duration_s, state.ts)
        else:  # nothing, or what nobody has seen since
            seen = self._stays.get(state.view)
        day = self._day(state.ts if now_at is None else now_at)
        if day is None:
            return UNSET
        if not self._kept.tallies_known:
            return UNREAD
        with self._lock:
            known = self._of_views.get(state.view)
            if known is None or known.day.number != day.number:
                known = self._of_views[state.view] = DayOfView(day, self._kept.tallies_of(state.view))
            return Today(known.text, known.labels(seen))

    def turns(self, view: str, now_at: float) -> bool:
        """True where another day has begun for this view, or counts can be told, since this was asked last."""
        day = self._day(now_at)
        number = None if day is None or not self._kept.tallies_known else day.number
        before = self._turned.setdefault(view, number)
        self._turned[view] = number
        return before != number

    def _day(self, at: float) -> LocalDay | None:
        """The day of a moment; None while the clock is not set, and for what is no date."""
        if not self.clock.is_set:
            return None
        try:
            return self._days.of(at)
        except (ValueError, OverflowError, OSError):
            return None


UNSET = Today(clock=ClockState.UNSET)
UNREAD = Today()
