"""A history and what has not come into it yet, as one: to be read while a daemon writes."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import tzinfo

from edgeclassify.history.interface import Answer, Count, LoggedEvent, Overview, Page
from edgeclassify.history.log import HistoryLog
from edgeclassify.history.reading import MOST_COUNTS, HistoryReader
from edgeclassify.types import HistoryQuery
from edgeclassify.types.history import MOST_EVENTS


class WholeHistory:
    """`connection`: of the history, None: there is none yet; `waiting`: events that may not be in it yet.

    Not thread-safe; every method may raise sqlite3.Error. Of two events with one number the history's counts.
    """

    def __init__(self, connection: sqlite3.Connection | None, waiting: Sequence[LoggedEvent]) -> None:
        self._connection = connection
        self._waiting: HistoryLog | None = None
        self._numbers = {event.seq for event in waiting}
        if waiting or connection is None:
            self._waiting = HistoryLog(None)
            self._waiting.write(waiting)

    def answer(self, query: HistoryQuery, zone: tzinfo | None) -> Answer:
        """What the query asks for. `zone`: whose days and hours count; None: the machine's."""
        connection, waiting = self._connection, self._waiting
        if connection is None:
            assert waiting is not None, "made where there is no history"
            return waiting.reader.answer(query, zone)
        if waiting is None:
            return HistoryReader(connection).answer(query, zone)
        with _one_moment(connection):
            self._let_go(connection, waiting)
            kept, others = HistoryReader(connection).answer(query, zone), waiting.reader.answer(query, zone)
        if isinstance(kept, Page) and isinstance(others, Page):
            return _page(kept, others, query)
        if isinstance(kept, Overview) and isinstance(others, Overview):
            return _overview(kept, others)
        raise AssertionError("both are asked the same")

    def close(self) -> None:
        """Never raises. The connection is its maker's."""
        if self._waiting is not None:
            self._waiting.close()

    def _let_go(self, connection: sqlite3.Connection, waiting: HistoryLog) -> None:
        """Some have come into the history meanwhile."""
        sql = "SELECT 1 FROM events WHERE seq = ?"
        come = [seq for seq in self._numbers if connection.execute(sql, (seq,)).fetchone() is not None]
        waiting.let_go(come)
        self._numbers.difference_update(come)


@contextmanager
def _one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is read within it is as it was at one moment."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        with suppress(sqlite3.Error):
            connection.execute("COMMIT")


def _page(one: Page, other: Page, query: HistoryQuery) -> Page:
    """Up to the first of the ends behind which one of them has more."""
    sign = -1 if query.after_seq is None else 1
    ends = [sign * page.events[-1].seq for page in (one, other) if page.more]
    events = sorted((*one.events, *other.events), key=lambda event: sign * event.seq)
    within = [event for event in events if all(sign * event.seq <= end for end in ends)][
        : max(1, min(query.limit, MOST_EVENTS))
    ]
    return Page(tuple(within), more=bool(ends) or len(within) < len(events))


def _overview(one: Overview, other: Overview) -> Overview:
    found: dict[tuple[float, str, str], Count] = {}
    for count in (*one.counts, *other.counts):
        key = (count.begin, count.view, count.label)
        found[key] = replace(count, starts=count.starts + (found[key].starts if key in found else 0))
    counts = [found[key] for key in sorted(found)]
    # Where one of them left older ones out, those of the other would be shown without them.
    begins = [answer.counts[0].begin for answer in (one, other) if answer.more]
    counts = [count for count in counts if all(count.begin >= begin for begin in begins)]
    return Overview(tuple(counts[-MOST_COUNTS:]), more=bool(begins) or len(counts) > MOST_COUNTS)
