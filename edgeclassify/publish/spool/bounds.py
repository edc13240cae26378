"""What a spool drops: its oldest events, where they take too much room, are too old, or too many wait."""

import sqlite3
from collections.abc import Callable
from itertools import islice

from edgeclassify.config import SpoolConfig
from edgeclassify.publish.spool.acknowledgements import Acknowledgements
from edgeclassify.publish.spool.clocks import RunningTime
from edgeclassify.publish.spool.drops import Drops
from edgeclassify.publish.spool.store import Store
from edgeclassify.publish.spool.undelivered import Undelivered

_AT_ONCE = 1024  # dropped, so that others get the lock


class SpoolBounds:
    """Not thread-safe. `store`: what of the events is on disk."""

    def __init__(
        self,
        config: SpoolConfig,
        store: Store,
        events: Undelivered,
        *,
        running: RunningTime,
        drops: Drops,
        acknowledgements: Acknowledgements,
    ) -> None:
        self._config, self._store = config, store
        self._events, self._waiting = events, events.waiting
        self._running, self._drops, self._acknowledgements = running, drops, acknowledgements

    def make_room(self) -> None:
        """Drop the oldest until all fits `max_bytes`, with the newest in any case."""
        limit, why = self._config.max_bytes, f"more than {self._config.max_bytes} bytes (spool.max_bytes)"
        if self._events.size > limit:
            self._drop_on_disk(lambda _: self._events.size > limit, why)
        while self._events.size > limit and not self._store.count and len(self._waiting) > 1:
            self._drop_waiting(why)

    def drop_aged(self) -> None:
        """Drop what is older than `max_age_s`."""
        limit = self._running.now_s - self._config.max_age_s
        why = f"older than {self._config.max_age_s:g} s of running time (spool.max_age_s)"
        self._drop_on_disk(lambda at: at < limit, why)
        while (oldest := self._waiting.first(1)) and oldest[0].at < limit:
            self._drop_waiting(why)

    def bound_waiting(self) -> None:
        """Drop the oldest that wait in memory, beyond `memory_events`."""
        while len(self._waiting) > self._config.memory_events:
            self._drop_waiting(f"more than {self._config.memory_events} wait in memory (spool.memory_events)")

    def _drop_on_disk(self, wanted: Callable[[int], bool], why: str) -> None:
        """Drop the oldest on disk as long as they are `wanted`, a function of when they were appended."""
        rows = self._store.rows
        if rows is None:
            return
        try:
            for seq, at in islice(rows.oldest(), _AT_ONCE):
                if not wanted(at):
                    break
                self._acknowledgements.drop(seq)
                rows.forget([seq])
                self._drops.add(seq, why)
        except sqlite3.Error as error:
            self._store.failed(error)

    def _drop_waiting(self, why: str) -> None:
        seq = self._waiting.first(1)[0].event.seq
        self._acknowledgements.drop(seq)
        self._waiting.take(seq)
        self._drops.add(seq, why)
