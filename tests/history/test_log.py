"""The history's file: what was written is there, in any order of time, within its bounds."""

import json
import random
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.files.database import DamagedError
from edgeclassify.history.file import FILE_NAME, VERSION, open_to_read, open_to_write
from edgeclassify.history.interface import LoggedEvent, NewerHistoryError, Overview, Page
from edgeclassify.history.log import AT_ONCE, HistoryLog
from edgeclassify.history.packing import DICTIONARY, Packer
from edgeclassify.history.reading import MOST_BYTES, HistoryReader
from edgeclassify.types import EventType, HistoryQuery, Period
from tests.history.logged import BERLIN, at, logged

DAY_S = 86_400.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


@pytest.fixture
def log(path: Path) -> Iterator[HistoryLog]:
    opened = HistoryLog(path)
    yield opened
    opened.close()


def numbers(log: HistoryLog, **asked: object) -> list[int]:
    page = log.reader.page(HistoryQuery(**asked))  # type: ignore[arg-type]
    return [event.seq for event in page.events]


def test_an_event_is_there_as_it_was_spooled(log: HistoryLog) -> None:
    first, second = logged(1), logged(2, view="door", label="böse \N{CAT}")
    log.write([first, second])
    assert log.reader.page(HistoryQuery()) == Page((second, first))
    assert log.last_seq == 2


def test_each_filter_alone_and_all_together(log: HistoryLog) -> None:
    log.write([
        logged(1), logged(2, view="door"), logged(3, label="cat"), logged(4, event_type=EventType.END),
        logged(5, view="door", label="cat", event_type=EventType.END),
    ])  # fmt: skip
    assert numbers(log, view="door") == [5, 2]
    assert numbers(log, label="cat") == [5, 3]
    assert numbers(log, event_type=EventType.END) == [5, 4]
    assert numbers(log, view="door", label="cat", event_type=EventType.END) == [5]
    assert numbers(log, view="door", label="cat", event_type=EventType.START) == []
    assert numbers(log, view="attic") == numbers(log, label="dog") == []
    assert numbers(log, event_type=EventType.UPDATE) == []


def test_a_span_of_time_begins_with_its_first_millisecond_and_ends_before_its_last(log: HistoryLog) -> None:
    noon = at("2026-11-29T12:00")
    log.write([logged(seq, ts=noon + seq * 1800) for seq in range(1, 9)])
    assert numbers(log, since=noon + 3 * 1800) == [8, 7, 6, 5, 4, 3]
    assert numbers(log, until=noon + 3 * 1800) == [2, 1]
    assert numbers(log, since=noon + 3600, until=noon + 3600.001) == [2]
    assert numbers(log, since=noon + 3600.001, until=noon + 5400) == []
    assert numbers(log, since=noon + DAY_S) == numbers(log, until=noon - DAY_S) == []
    assert numbers(log, until=noon + DAY_S) == numbers(log)


@given(st.lists(st.integers(0, 200), min_size=1, max_size=60), st.integers(0, 200), st.integers(0, 200))
@settings(max_examples=60, deadline=None)
def test_however_the_clock_jumps_a_span_of_time_has_its_events(hours: list[int], since: int, until: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = HistoryLog(Path(folder) / FILE_NAME)
        for seq, hour in enumerate(hours, 1):
            log.write([logged(seq, ts=1.8e9 + hour * 1800)])
        low, high = 1.8e9 + since * 1800, 1.8e9 + until * 1800
        expected = [seq for seq, hour in enumerate(hours, 1) if low <= 1.8e9 + hour * 1800 < high]
        assert numbers(log, since=low, until=high) == expected[::-1]
        log.close()


def test_an_event_that_is_written_again_is_there_once(log: HistoryLog) -> None:
    log.write([logged(1), logged(2), logged(3)])
    log.write([logged(2)])
    assert numbers(log) == [3, 2, 1]


def test_of_two_with_one_number_the_later_stays_and_is_found_by_its_time(log: HistoryLog) -> None:
    noon = at("2026-11-29T12:00")
    log.write([logged(seq, ts=noon) for seq in (1, 2, 3)])
    log.write([logged(2, ts=noon + 5 * 3600, label="cat")])
    assert numbers(log, label="open") == [3, 1]
    assert numbers(log, since=noon + 3600) == [2]
    assert numbers(log, until=noon + 3600) == [3, 1]


def test_pages_are_walked_either_way_without_a_gap(log: HistoryLog) -> None:
    log.write([logged(seq) for seq in range(1, 24)])
    found: list[int] = []
    query = HistoryQuery(limit=5)
    for _ in range(10):
        page = log.reader.page(query)
        found += [event.seq for event in page.events]
        if not page.more:
            break
        query = HistoryQuery(limit=5, before_seq=found[-1])
    assert found == list(range(23, 0, -1))
    page = log.reader.page(HistoryQuery(limit=5, after_seq=18))
    assert [event.seq for event in page.events] == [19, 20, 21, 22, 23]
    assert not page.more
    assert log.reader.page(HistoryQuery(limit=4, after_seq=18)).more


def test_a_page_is_not_larger_than_one_message_may_be_and_never_empty(log: HistoryLog) -> None:
    large = [logged(seq, origin="x" * 10_000) for seq in range(1, 10)]
    log.write([*large, logged(10, origin="x" * MOST_BYTES)])
    page = log.reader.page(HistoryQuery())
    assert [event.seq for event in page.events] == [10]
    assert page.more
    page = log.reader.page(HistoryQuery(before_seq=10))
    assert sum(len(event.body) for event in page.events) <= MOST_BYTES
    assert [event.seq for event in page.events] == [9, 8, 7, 6, 5]


def test_starts_are_counted_by_the_days_of_the_zone_also_when_they_have_23_or_25_hours(log: HistoryLog) -> None:
    times = ["2026-03-28T23:59", "2026-03-29T00:00", "2026-03-29T23:59", "2026-03-30T00:00", "2026-10-25T23:30"]
    log.write([logged(seq, ts=at(text)) for seq, text in enumerate(times, 1)])
    log.write([logged(9, ts=at("2026-03-29T12:00"), event_type=EventType.END)])
    overview = log.reader.overview(HistoryQuery(), Period.DAY, BERLIN)
    assert [(one.name, one.starts) for one in overview.counts] == [
        ("2026-03-28", 1), ("2026-03-29", 2), ("2026-03-30", 1), ("2026-10-25", 1),
    ]  # fmt: skip
    assert overview.counts[1].begin == at("2026-03-29T00:00")
    assert overview.counts[3].begin == at("2026-10-25T00:00")
    assert not overview.more


def test_starts_are_counted_by_hours_views_and_labels(log: HistoryLog) -> None:
    log.write([
        logged(1, ts=at("2026-11-29T13:59")), logged(2, ts=at("2026-11-29T14:00")),
        logged(3, ts=at("2026-11-29T14:59"), label="cat"), logged(4, ts=at("2026-11-29T14:30"), view="door"),
        logged(5, ts=at("2026-11-29T14:31"), view="door"),
    ])  # fmt: skip
    counts = log.reader.overview(HistoryQuery(), Period.HOUR, BERLIN).counts
    assert [(one.name, one.view, one.label, one.starts) for one in counts] == [
        ("2026-11-29 13:00", "gate", "open", 1), ("2026-11-29 14:00", "door", "open", 2),
        ("2026-11-29 14:00", "gate", "cat", 1), ("2026-11-29 14:00", "gate", "open", 1),
    ]  # fmt: skip
    only = log.reader.overview(HistoryQuery(view="door", since=at("2026-11-29T14:31")), Period.HOUR, BERLIN).counts
    assert [one.starts for one in only] == [1]
    assert log.reader.overview(HistoryQuery(label="dog"), Period.HOUR, BERLIN) == Overview(())


def test_an_overview_leaves_out_the_oldest(log: HistoryLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeclassify.history.reading.MOST_COUNTS", 2)
    log.write([logged(seq, ts=at(f"2026-11-2{seq}T12:00")) for seq in (1, 2, 3)])
    overview = log.reader.overview(HistoryQuery(), Period.DAY, BERLIN)
    assert [one.name for one in overview.counts] == ["2026-11-22", "2026-11-23"]
    assert overview.more


def test_the_oldest_go_where_all_would_take_too_much(log: HistoryLog, path: Path) -> None:
    most = 2**20
    written = 0
    for first in range(1, 12_001, 200):
        batch = range(first, first + 200)
        log.write([logged(seq, id=f"{random.getrandbits(128):032x}") for seq in batch])
        while log.bound(most, DAY_S, None):
            pass
        written = batch[-1]
        assert log.size <= most
    kept = log.reader.page(HistoryQuery(after_seq=0, limit=1)).events[0].seq
    assert 1 < kept < written - 4000
    assert [event.seq for event in log.reader.page(HistoryQuery(limit=3)).events] == [12_000, 11_999, 11_998]
    log.close()
    assert path.stat().st_size < most * 1.1


def test_a_smaller_bound_gives_room_back(log: HistoryLog, path: Path) -> None:
    for first in range(1, 20_001, 500):
        batch = range(first, first + 500)
        log.write([logged(seq, id=f"{random.getrandbits(128):032x}") for seq in batch])
    before = log.size
    assert before > 2**21
    while log.bound(2**20, DAY_S, None):
        pass
    log.close()
    assert path.stat().st_size <= 1.1 * 2**20


def test_events_that_are_too_old_go_and_those_behind_them_stay(log: HistoryLog) -> None:
    now = at("2026-11-29T12:00")
    log.write([logged(seq, ts=now - 10 * DAY_S + seq * DAY_S) for seq in range(1, 10)])
    assert not log.bound(2**30, 5 * DAY_S, None)
    assert log.bound(2**30, 5 * DAY_S, now)
    assert numbers(log) == [9, 8, 7, 6, 5]
    assert not log.bound(2**30, 5 * DAY_S, now)


def test_a_clock_that_was_not_set_makes_no_event_old(log: HistoryLog) -> None:
    now = at("2026-11-29T12:00")
    log.write([logged(1, ts=100.0), logged(2, ts=now - 1.0), logged(3, ts=now - 20 * DAY_S)])
    assert not log.bound(2**30, 5 * DAY_S, now)
    later = now + 6 * DAY_S
    assert log.bound(2**30, 5 * DAY_S, later)


def test_an_event_of_the_future_keeps_no_old_ones(log: HistoryLog) -> None:
    now = at("2026-11-29T12:00")
    log.write([logged(1, ts=now + 300 * DAY_S), logged(2, ts=now - 20 * DAY_S), logged(3, ts=now)])
    assert log.bound(2**30, 5 * DAY_S, now)
    assert numbers(log) == [3]


def test_what_has_gone_is_not_looked_for(log: HistoryLog, path: Path) -> None:
    noon = at("2026-11-29T12:00")
    log.write([logged(seq, ts=noon + seq * 3600) for seq in range(1, AT_ONCE + 20)])
    assert log.bound(2**30, DAY_S, noon + 10_000 * 3600)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT MIN(first_seq) FROM hours").fetchone()[0] == AT_ONCE + 1
    assert numbers(log, until=noon + (AT_ONCE + 3) * 3600) == [AT_ONCE + 2, AT_ONCE + 1]


def test_a_body_that_is_no_event_is_left_out_and_said_once(
    log: HistoryLog, caplog: pytest.LogCaptureFixture
) -> None:
    log.write([LoggedEvent(1, "gate", b"{}"), logged(2), LoggedEvent(3, "gate", b"nonsense")])
    assert numbers(log) == [2]
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "event 1 of view gate is not kept in the history"
    ]


def test_all_or_nothing_of_a_batch(log: HistoryLog, path: Path) -> None:
    log.write([logged(1)])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON events WHEN NEW.seq = 3 BEGIN SELECT RAISE(FAIL, 'no'); END"
        )
        with pytest.raises(sqlite3.Error):
            log.write([logged(2, label="new"), logged(3)])
        other.execute("DROP TRIGGER full")
    assert numbers(log) == [1]
    log.write([logged(2, label="new"), logged(3)])
    assert numbers(log, label="new") == [2]


def test_it_goes_on_where_it_was(path: Path) -> None:
    log = HistoryLog(path)
    log.write([logged(1, label="cat"), logged(2)])
    log.close()
    log = HistoryLog(path)
    assert log.last_seq == 2
    log.write([logged(3, label="cat")])
    assert numbers(log, label="cat") == [3, 1]
    log.close()


def test_it_is_read_while_it_is_written(log: HistoryLog, path: Path) -> None:
    log.write([logged(1)])
    with closing(open_to_read(path)) as connection:
        reader = HistoryReader(connection)
        log.write([logged(2)])
        assert [event.seq for event in reader.page(HistoryQuery()).events] == [2, 1]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM events")


def test_it_is_read_from_a_folder_that_takes_no_file(path: Path) -> None:
    log = HistoryLog(path)
    log.write([logged(1)])
    log.close()
    path.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with closing(open_to_read(path)) as connection:
            assert HistoryReader(connection).page(HistoryQuery()).events == (logged(1),)
    finally:
        path.parent.chmod(stat.S_IRWXU)


def test_a_later_version_is_left_as_it_is(path: Path) -> None:
    HistoryLog(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version={VERSION + 1}")
    before = path.read_bytes()
    for opening in (HistoryLog, open_to_write, open_to_read):
        with pytest.raises(NewerHistoryError, match=f"format {VERSION + 1}; this one reads {VERSION}"):
            opening(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"", b"no database at all, but more than twenty bytes of text", b"SQLite format 3\0"]
)
def test_what_is_no_history_can_not_be_read(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(sqlite3.DatabaseError):
        open_to_read(path)


def test_another_programs_database_is_none_of_ours(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE events (seq)")
    for opening in (HistoryLog, open_to_read):
        with pytest.raises(DamagedError, match="another program's"):
            opening(path)


def test_a_row_that_is_not_as_it_was_written_is_noticed(log: HistoryLog, path: Path) -> None:
    log.write([logged(1)])
    with closing(sqlite3.connect(path)) as database, database:
        (body,) = database.execute("SELECT body FROM events").fetchone()
        for wrong in (body[:-1], body[:10] + bytes([body[10] ^ 1]) + body[11:], b""):
            database.execute("UPDATE events SET body = ?", (wrong,))
            database.commit()
            with pytest.raises(DamagedError):
                log.reader.page(HistoryQuery())


def test_packing_makes_events_a_lot_smaller() -> None:
    packer = Packer(DICTIONARY)
    body = logged(1234, id="0123456789abcdef" * 2).body
    packed = packer.pack(body)
    assert packer.unpack(packed) == body
    assert len(packed) < len(body) / 2
    assert json.loads(body)["seq"] == 1234
