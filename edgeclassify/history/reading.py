"""What a history says when it is asked: pages of events, and counts of starts per day or hour."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, tzinfo

from edgeclassify.history.hours import span_of
from edgeclassify.history.interface import Answer, Count, LoggedEvent, Overview, Page
from edgeclassify.history.packing import Packer, dictionary_of
from edgeclassify.types import EventType, HistoryQuery, Period
from edgeclassify.types.history import MOST_EVENTS

MOST_BYTES = 60_000
"""Of the bodies in one page: an answer over MQTT is one message."""
MOST_COUNTS = 500
"""In one overview."""
_QUARTER_MS = 900_000
"""Every time zone's offset is so many minutes: of a quarter of an hour all events are in one hour and one day."""

_Term = tuple[str, object]


class HistoryReader:
    """Reads an open history. Not thread-safe; every method may raise sqlite3.Error.

    Each is one statement: a daemon that writes meanwhile is not held up for longer.
    """

    def __init__(self, connection: sqlite3.Connection, packer: Packer | None = None) -> None:
        self._connection = connection
        self._packer = packer or Packer(dictionary_of(connection))

    def answer(self, query: HistoryQuery, zone: tzinfo | None) -> Answer:
        """What the query asks for. `zone`: whose days and hours count; None: the machine's."""
        return self.page(query) if query.per is None else self.overview(query, query.per, zone)

    def page(self, query: HistoryQuery) -> Page:
        """Events; at least one where there is one, and no more than make MOST_BYTES."""
        terms = self._terms(query)
        if terms is None:
            return Page(())
        if query.before_seq is not None:
            terms.append(("seq < ?", query.before_seq))
        if query.after_seq is not None:
            terms.append(("seq > ?", query.after_seq))
        order = "DESC" if query.after_seq is None else "ASC"
        limit = max(1, min(query.limit, MOST_EVENTS))
        sql = (
            "SELECT seq, (SELECT name FROM names WHERE number = view), body FROM events "
            f"{_where(terms)} ORDER BY seq {order} LIMIT {limit + 1}"
        )
        found: list[LoggedEvent] = []
        size = 0
        for seq, view, packed in self._connection.execute(sql, [value for _, value in terms]):
            body = self._packer.unpack(packed)
            size += len(body)
            if found and (len(found) == limit or size > MOST_BYTES):
                return Page(tuple(found), more=True)
            found.append(LoggedEvent(seq, view, body))
        return Page(tuple(found))

    def overview(self, query: HistoryQuery, per: Period, zone: tzinfo | None) -> Overview:
        """How often labels started in each day or hour, of the newest MOST_COUNTS."""
        terms = self._terms(query)
        start = self._number(EventType.START)
        if terms is None or start is None:
            return Overview(())
        terms.append(("event_type = ?", start))
        sql = (
            f"SELECT ts / {_QUARTER_MS}, (SELECT name FROM names WHERE number = view), "
            "(SELECT name FROM names WHERE number = label), COUNT(*) FROM events "
            f"{_where(terms)} GROUP BY 1, view, label"
        )
        rows = self._connection.execute(sql, [value for _, value in terms])
        counts = _by_period(rows.fetchall(), per, zone)
        return Overview(counts[-MOST_COUNTS:], more=len(counts) > MOST_COUNTS)

    def _terms(self, query: HistoryQuery) -> list[_Term] | None:
        """What an event must be; None: no event can be that."""
        terms: list[_Term] = []
        for column, name in (("label", query.label), ("view", query.view), ("event_type", query.event_type)):
            if name is None:
                continue
            number = self._number(name)
            if number is None:
                return None
            terms.append((f"{column} = ?", number))
        if query.since is None and query.until is None:
            return terms
        span = span_of(self._connection, query.since, query.until)
        if span is None:
            return None
        terms += [("seq >= ?", span[0]), ("seq <= ?", span[1])]
        if query.since is not None:
            terms.append(("ts >= ?", query.since * 1000))
        if query.until is not None:
            terms.append(("ts < ?", query.until * 1000))
        return terms

    def _number(self, name: str) -> int | None:
        row = self._connection.execute("SELECT number FROM names WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]


def _where(terms: Sequence[_Term]) -> str:
    return "WHERE " + " AND ".join(term for term, _ in terms) if terms else ""


def _by_period(rows: Sequence[tuple[int, str, str, int]], per: Period, zone: tzinfo | None) -> list[Count]:
    """The counts of quarters of an hour, added up, oldest first."""
    begin_of = _begin_of_day if per is Period.DAY else _begin_of_hour
    found: dict[tuple[float, str, str], Count] = {}
    for quarter, view, label, starts in rows:
        begin, name = begin_of(datetime.fromtimestamp(quarter * _QUARTER_MS / 1000, zone))
        before = found.get((begin, view, label))
        found[begin, view, label] = Count(begin, name, view, label, starts + (before.starts if before else 0))
    return [found[key] for key in sorted(found)]


def _begin_of_day(moment: datetime) -> tuple[float, str]:
    return moment.replace(hour=0, minute=0, second=0, fold=0).timestamp(), f"{moment:%Y-%m-%d}"


def _begin_of_hour(moment: datetime) -> tuple[float, str]:
    return moment.replace(minute=0, second=0).timestamp(), f"{moment:%Y-%m-%d %H:00}"
