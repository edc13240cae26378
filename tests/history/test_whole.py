"""The history and what waits for it, as one: it answers as a history that has all."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.history.file import FILE_NAME, open_to_read
from edgeclassify.history.interface import Count, LoggedEvent, Overview, Page
from edgeclassify.history.log import HistoryLog
from edgeclassify.history.reading import MOST_COUNTS
from edgeclassify.history.whole import WholeHistory
from edgeclassify.types import EventType, HistoryQuery, Period
from tests.history.logged import BERLIN, at, logged

BEGIN = at("2026-11-29T00:10")
LABELS = ("cat", "dog", "cat", "bird")


def one(seq: int) -> LoggedEvent:
    """An event every 20 minutes."""
    kind = EventType.END if seq % 5 == 4 else EventType.START
    return logged(seq, ts=BEGIN + 1200 * seq, label=LABELS[seq % 4], event_type=kind, view=f"v{seq % 2}")


def pages(answer: Callable[[HistoryQuery], Page], query: HistoryQuery) -> Iterator[Page]:
    while True:
        page = answer(query)
        yield page
        if not page.more:
            return
        assert page.events, "more of nothing"
        last = page.events[-1].seq
        query = replace(query, before_seq=last) if query.after_seq is None else replace(query, after_seq=last)


QUERIES = st.builds(
    HistoryQuery,
    view=st.sampled_from([None, "v0", "v2"]),
    label=st.sampled_from([None, "cat", "dog", "cow"]),
    event_type=st.sampled_from([None, EventType.START, EventType.END]),
    since=st.sampled_from([None, BEGIN + 20_000]),
    until=st.sampled_from([None, BEGIN + 50_000]),
    limit=st.integers(1, 9),
    after_seq=st.sampled_from([None, 0, 3]),
)


class Split:
    """A history's file as it is read while its writer writes it, and events that wait for it."""

    def __init__(self, kept: list[LoggedEvent], waiting: list[LoggedEvent]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / FILE_NAME
        self.log = HistoryLog(path)
        self.log.write(kept)
        self._connection = open_to_read(path)
        self._whole = WholeHistory(self._connection, waiting)

    def page(self, query: HistoryQuery) -> Page:
        page = self._whole.answer(query, BERLIN)
        assert isinstance(page, Page)
        return page

    def numbers(self, **asked: Any) -> list[int]:
        return [event.seq for event in self.page(HistoryQuery(**asked)).events]

    def overview(self, query: HistoryQuery, per: Period) -> tuple[list[Count], bool]:
        answer = self._whole.answer(replace(query, per=per), BERLIN)
        assert isinstance(answer, Overview)
        return list(answer.counts), answer.more

    def close(self) -> None:
        self._whole.close()
        self._connection.close()
        self.log.close()
        self._folder.cleanup()


@settings(deadline=None, max_examples=80)
@given(st.lists(st.sampled_from(["kept", "waiting", "both", "none"]), max_size=60), QUERIES)
def test_like_one_history(places: list[str], query: HistoryQuery) -> None:
    def those(*wanted: str) -> list[LoggedEvent]:
        return [one(seq) for seq, place in enumerate(places, 1) if place in wanted]

    with (
        closing(Split(those("kept", "both"), those("waiting", "both"))) as split,
        closing(HistoryLog(None)) as all_,
    ):
        all_.write(those("kept", "waiting", "both"))
        expected = [page.events for page in pages(all_.reader.page, query)]
        assert [page.events for page in pages(split.page, query)] == expected
        for per in Period:
            overview = all_.reader.overview(query, per, BERLIN)
            assert split.overview(query, per) == (list(overview.counts), overview.more)


def test_what_comes_into_the_history_meanwhile_counts_once() -> None:
    with closing(Split([one(1)], [one(2), one(3), one(5)])) as split:
        assert split.numbers() == [5, 3, 2, 1]
        split.log.write([one(2), logged(3, label="fish"), one(6)])
        page = split.page(HistoryQuery())
        assert [event.seq for event in page.events] == [6, 5, 3, 2, 1]
        assert page.events[2] == logged(3, label="fish"), "the history's counts"
        counts, _ = split.overview(HistoryQuery(label="dog"), Period.DAY)
        assert sum(count.starts for count in counts) == 2
        split.log.bound(0, 1e12, None)
        assert split.numbers() == [5], "what the history has had and let go does not come again"


def test_a_page_ends_where_one_of_the_two_can_tell_no_more() -> None:
    large = [logged(seq, label="x" * 3000) for seq in range(1, 200, 2)]
    small = [logged(seq) for seq in range(2, 200, 2)]
    for kept, waiting in ((large, small), (small, large)):
        with closing(Split(kept, waiting)) as split:
            for asked in (HistoryQuery(), HistoryQuery(after_seq=0)):
                found = list(pages(split.page, asked))
                numbers = [event.seq for page in found for event in page.events]
                assert numbers == sorted(numbers, reverse=asked.after_seq is None)
                assert sorted(numbers) == list(range(1, 200))
                assert len(found) > 5


def test_an_overview_leaves_out_what_is_older_than_either_can_tell() -> None:
    old = [logged(seq, ts=BEGIN + 3600 * seq) for seq in range(1, MOST_COUNTS + 11)]
    others = [
        logged(1000, ts=BEGIN + 3600),
        logged(1001, ts=BEGIN + 3600 * 11),
        logged(1002, ts=BEGIN + 3600 * 400),
    ]
    for kept, waiting in ((old, others), (others, old)):
        with closing(Split(kept, waiting)) as split:
            counts, more = split.overview(HistoryQuery(), Period.HOUR)
            assert more
            assert len(counts) == MOST_COUNTS
            assert [count.starts for count in counts] == [2, *[1] * 388, 2, *[1] * 110]


@pytest.mark.parametrize(("hours", "more"), [(MOST_COUNTS, False), (MOST_COUNTS + 1, True)])
def test_an_overview_of_both_has_so_many_counts(hours: int, more: bool) -> None:
    every = [logged(seq, ts=BEGIN + 3600 * seq) for seq in range(1, hours + 1)]
    with closing(Split(every[:300], every[300:])) as split:
        counts, is_more = split.overview(HistoryQuery(), Period.HOUR)
        assert (len(counts), is_more) == (MOST_COUNTS, more)
        assert counts[-1].begin == every_hour(hours)


def every_hour(number: int) -> float:
    return BEGIN - 600 + 3600 * number


def test_what_waits_is_let_go_at_the_end() -> None:
    whole = WholeHistory(None, [one(1)])
    whole.close()
    with pytest.raises(sqlite3.ProgrammingError):
        whole.answer(HistoryQuery(), BERLIN)


def test_without_a_history_there_is_what_waits() -> None:
    with closing(WholeHistory(None, [one(2), one(1)])) as whole:
        assert whole.answer(HistoryQuery(after_seq=0), BERLIN) == Page((one(1), one(2)))
    with closing(WholeHistory(None, [])) as whole:
        assert whole.answer(HistoryQuery(), BERLIN) == Page(())
