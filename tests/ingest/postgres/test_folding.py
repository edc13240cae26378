"""Batches folded into a real PostgreSQL: the same events give the same rows, in any order and however often."""

import itertools
import random
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.ingest.interface import EventRow, FiguresRow, PresenceRow, RefusedRow, Row
from edgeclassify.ingest.postgres import statements
from edgeclassify.ingest.postgres.address import address_of
from edgeclassify.ingest.postgres.store import PAYLOAD_KEPT, PostgresStore
from tests.support.postgres import Cluster

T0 = 1_795_418_199.0
DIFFERENCES: list[dict[str, Any]] = [
    {}, {}, {}, {"score": 0.25}, {"score": 0.75}, {"label": "bat"}, {"label": "dog"}, {"view": "drive"},
    {"view": "yard"}, {"event_type": "end"}, {"event_type": "update"}, {"label": "dog", "score": 0.25},
]  # fmt: skip
"""What copies of an event never differ in, unless somebody else has sent one of them."""


def row(seq: int, life: int = 1, node: str = "porch", **changes: Any) -> EventRow:
    """The event with that number of a node's so-many-th life, each an hour later than the one before."""
    made = EventRow(
        node, seq, f"{life}-{seq}", "gate", "start", "cat", 0.5, T0 + 3600 * life + seq, '{"why":{}}', True,
        T0 + 90_000 + seq,
    )  # fmt: skip
    return replace(made, **changes)


def asked(url: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query, values).fetchall()


def numbers(url: str) -> list[tuple[Any, ...]]:
    return asked(
        url,
        "SELECT node, incarnation, seq, id, live, late, extract(epoch FROM received_at)::float, details::text, "
        "extract(epoch FROM ts)::float, label, score, view, event_type "
        "FROM edgeclassify_events ORDER BY node, incarnation, seq",
    )


def expected(rows: Sequence[EventRow]) -> list[tuple[Any, ...]]:
    """What has to come of a set of events, without a database."""
    copies: dict[tuple[str, int, str], list[EventRow]] = defaultdict(list)
    for one in rows:
        copies[one.node, one.seq, one.id].append(one)
    namesakes: dict[tuple[str, int], list[EventRow]] = defaultdict(list)
    for same in copies.values():
        earliest = min(same, key=lambda one: one.ts)
        namesakes[earliest.node, earliest.seq].append(earliest)
    begins: dict[tuple[str, int], float] = {}
    for (node, _), ones in namesakes.items():
        ones.sort(key=lambda one: (one.ts, one.id))
        for place, one in enumerate(ones[1:], 2):
            begins[node, place] = min(begins.get((node, place), one.ts), one.ts)
    found = []
    for (node, seq), ones in namesakes.items():
        before = 0
        for one in ones:
            by_time = 1 + sum(whose == node and begin <= one.ts for (whose, _), begin in begins.items())
            before = max(by_time, before + 1)
            same = copies[node, seq, one.id]
            details, label, score, view, kind = max(
                ((one.details, one.label, one.score, one.view, one.event_type) for one in same),
                key=lambda copy: (len(copy[0]), copy),
            )
            found.append((
                node, before, seq, one.id, any(copy.live for copy in same), not all(copy.live for copy in same),
                min(copy.received_at for copy in same), details.replace(":", ": "), one.ts,
                label, score, view, kind,
            ))  # fmt: skip
    return sorted(found)


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[EventRow]]:
    """Events of two nodes with up to three lives: some are missing, sent again, late, cut short; in batches."""
    rows = []
    for node in ("porch", "yard"):
        for life in range(1, draw(st.integers(1, 3)) + 1):
            for seq in draw(st.sets(st.integers(1, 6))):
                one = row(seq, life, node)
                rows.append(one)
                for at, live, short in draw(
                    st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), max_size=2)
                ):
                    copy = replace(one, live=live, received_at=one.received_at + at)
                    copy = replace(copy, **draw(st.sampled_from(DIFFERENCES)))
                    copy = replace(copy, ts=copy.ts + draw(st.sampled_from([0, 0, 0, -4000, 2])))
                    rows.append(replace(copy, details="{}") if short else copy)
    rows = draw(st.permutations(rows))
    ends = sorted(draw(st.sets(st.integers(0, len(rows)), max_size=4)) | {0, len(rows)})
    return [list(rows[begin:end]) for begin, end in itertools.pairwise(ends)]


@given(deliveries())
@settings(max_examples=30)
def test_any_order_gives_the_same_table(folding: tuple[PostgresStore, str], batches: list[list[EventRow]]) -> None:
    store, url = folding
    with psycopg.connect(url) as connection:
        connection.execute("TRUNCATE edgeclassify_events, edgeclassify_incarnations")
    for batch in batches:
        store.write(batch)
    everything = [one for batch in batches for one in batch]
    assert numbers(url) == expected(everything)
    # Again, in one: nothing changes, not even a row's place on the disk.
    places = asked(url, "SELECT ctid::text FROM edgeclassify_events ORDER BY 1")
    store.write(everything[::-1])
    assert asked(url, "SELECT ctid::text FROM edgeclassify_events ORDER BY 1") == places


@pytest.fixture(scope="module")
def folding(cluster: Cluster) -> Any:
    url = cluster.new_database("folding")
    store = PostgresStore(address_of(url))
    store.prepare()
    yield store, url
    store.close()


def test_copies_of_an_event_are_one_row(store: PostgresStore, url: str) -> None:
    store.write([row(1), row(1, live=False, received_at=T0 + 5), row(2, live=False)])
    assert [found[2:6] for found in numbers(url)] == [(1, "1-1", True, True), (2, "1-2", False, True)]
    assert numbers(url)[0][6] == T0 + 5
    store.write([row(2)])
    assert numbers(url)[1][4:6] == (True, True)


def test_an_earlier_time_of_an_event_may_be_of_another_incarnation(store: PostgresStore, url: str) -> None:
    store.write([row(1), row(1, 2)])
    store.write([row(3, 2)])
    assert numbers(url)[2][1:3] == (2, 3)
    store.write([row(3, 2, ts=T0 + 3603)])
    assert [found[1:3] for found in numbers(url)] == [(1, 1), (1, 3), (2, 1)]


def test_numbers_that_begin_anew_are_another_incarnation(store: PostgresStore, url: str) -> None:
    store.write([row(seq) for seq in (1, 2, 3)])
    store.write([row(1, 2)])
    store.write([row(4, 2), row(2, 2)])
    # A straggler of the first life; it belongs there, though its number was never used again.
    store.write([row(5, ts=T0 + 3600 + 5)])
    found = [(incarnation, seq, name) for _, incarnation, seq, name, *_ in numbers(url)]
    assert found == [
        (1, 1, "1-1"), (1, 2, "1-2"), (1, 3, "1-3"), (1, 5, "1-5"), (2, 1, "2-1"), (2, 2, "2-2"), (2, 4, "2-4"),
    ]  # fmt: skip
    holes = asked(
        url, "SELECT incarnation, first, last, missing, is_certain FROM edgeclassify_holes ORDER BY 1, 2"
    )
    assert holes == [(1, 4, 4, 1, True), (2, 3, 3, 1, True)]


def test_a_count_that_began_anew_without_meeting_its_like_is_no_certain_hole(
    store: PostgresStore, url: str
) -> None:
    store.write([row(100), row(101), row(1, 2), row(2, 2)])
    holes = asked(url, "SELECT first, last, is_certain FROM edgeclassify_holes")
    assert holes == [(3, 99, False)]


def test_several_ingests_fold_into_one_table_at_once(url: str) -> None:
    everything = [row(seq, life) for life in (1, 2) for seq in range(1, 51)]
    faults: list[BaseException] = []

    def ingest(number: int) -> None:
        chance = random.Random(number)
        store = PostgresStore(address_of(url))
        try:
            for _ in range(15):
                store.write(chance.sample(everything, 20))
            store.write(everything[number::3])
        except BaseException as error:
            faults.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=ingest, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert numbers(url) == expected(everything)


def presence(online: bool | None, at: float, *, kept: bool = False, view: str = "") -> PresenceRow:
    return PresenceRow("porch", view, online, kept, T0 + at)


def test_who_comes_and_goes(store: PostgresStore, url: str) -> None:
    # Two members of a group heard the same, a little apart, and wrote it in another order.
    store.write([presence(True, 10), presence(False, 0), presence(True, 10.1)])
    store.write([presence(False, 0.1), presence(False, 20), presence(False, 5, view="gate")])
    changes = asked(
        url, "SELECT view, online, extract(epoch FROM at)::float FROM edgeclassify_changes ORDER BY at"
    )
    assert changes == [(None, False, T0), ("gate", False, T0 + 5), (None, True, T0 + 10), (None, False, T0 + 20)]
    offline = asked(url, "SELECT view, since_is_exact FROM edgeclassify_offline ORDER BY since")
    assert offline == [("gate", True), (None, True)]
    assert asked(url, "SELECT view, changes FROM edgeclassify_flapping ORDER BY changes") == [
        ("gate", 1),
        (None, 3),
    ]
    store.write([presence(None, 30)])
    assert asked(url, "SELECT view FROM edgeclassify_offline") == [("gate",)]


def test_what_the_broker_had_kept_tells_only_what_is_not_known(store: PostgresStore, url: str) -> None:
    store.write([presence(False, 0, kept=True)])
    store.write([presence(False, 50, kept=True)])
    assert asked(url, "SELECT count(*) FROM edgeclassify_presence") == [(1,)]
    assert asked(url, "SELECT since_is_exact FROM edgeclassify_offline") == [(False,)]
    store.write([presence(True, 60, kept=True)])
    assert asked(url, "SELECT online, since_is_exact FROM edgeclassify_now") == [(True, False)]
    assert asked(url, "SELECT count(*) FROM edgeclassify_flapping") == [(0,)]


def test_the_newest_figures_stay(store: PostgresStore, url: str) -> None:
    def figures(fps: object, at: float) -> FiguresRow:
        return FiguresRow("porch", "health", f'{{"fps":{fps}}}', T0 + at)

    store.write([figures(2, 5), figures(1, 0)])
    store.write([figures(3, 4)])
    assert asked(url, "SELECT node, fps FROM edgeclassify_health") == [("porch", 2.0)]
    store.write([figures('"much"', 9), FiguresRow("porch", "info", '{"version":"1.2"}', T0)])
    assert asked(url, "SELECT version, fps FROM edgeclassify_health") == [("1.2", None)]


def test_refused_ones_are_kept_and_counted_once(
    store: PostgresStore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[Row] = [RefusedRow("porch", "a/b", b"\0%d" % number, "why", T0 + number) for number in range(5)]
    store.write(rows)
    monkeypatch.setattr(statements, "REFUSED_KEPT", 3)
    store.write([*rows, RefusedRow("yard", "a/b", b"x" * (PAYLOAD_KEPT + 1), "why", T0)])
    assert asked(url, "SELECT node, messages FROM edgeclassify_refusals ORDER BY 1") == [("porch", 5), ("yard", 1)]
    kept = asked(url, "SELECT bytes, length(payload) FROM edgeclassify_refused ORDER BY number")
    assert kept[-1] == (PAYLOAD_KEPT + 1, PAYLOAD_KEPT)
    assert len(kept) < len(rows)
    store.write([RefusedRow("yard", "a/b", b"%d" % number, "why", T0 + number) for number in range(9)])
    assert asked(url, "SELECT count(*) FROM edgeclassify_refused") == [(3,)]


def test_days_and_late_ones(store: PostgresStore, url: str) -> None:
    store.write([row(1), row(2), row(3, event_type="end"), row(4, ts=T0 + 86_400, live=False)])
    days = asked(url, "SELECT node, view, label, starts FROM edgeclassify_labels_per_day ORDER BY day")
    assert days == [("porch", "gate", "cat", 2), ("porch", "gate", "cat", 1)]
    late = asked(url, "SELECT seq, extract(epoch FROM late_by)::float FROM edgeclassify_late")
    assert late == [(4, 90_004.0 - 86_400.0)]
