"""What the spool keeps of labels over restarts, kills, damage, full disks and other versions."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from edgeclassify.config import SpoolConfig
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.clocks import Clocks
from edgeclassify.publish.spool.database import tallies
from edgeclassify.publish.spool.database.known_tallies import MOST_BESIDE, KnownTallies
from edgeclassify.publish.spool.disk import FILE_NAME, DiskSpool
from edgeclassify.types import DayTally, TallyRecord, ViewRecord

Open = Callable[..., DiskSpool]
CAT = TallyRecord("gate", "cat", (DayTally(739_000, 3, 1200.5), DayTally(739_001, 1)), 1.7e9, 739_001)


def counts(seq: int, record: TallyRecord = CAT) -> SpooledEvent:
    return SpooledEvent(seq, record.view, b"{}", ViewRecord(record.view, seq, None), record)


def of(label: str, last: float = 1.0) -> TallyRecord:
    return TallyRecord("gate", label, (DayTally(1, 1),), last, 1)


@pytest.fixture
def running_s() -> list[float]:
    """Seconds of the monotonic clock."""
    return [1000.0]


@pytest.fixture
def start(tmp_path: Path, running_s: list[float]) -> Iterator[Open]:
    opened: list[DiskSpool] = []

    def open_one(folder: Path = tmp_path / "state", **changes: Any) -> DiskSpool:
        written = changes.pop("bytes_written_day", lambda: None)
        clocks = Clocks(lambda: running_s[0], lambda: 1.7e9, lambda: "boot")
        opened.append(DiskSpool(folder, SpoolConfig(**changes), bytes_written_day=written, clocks=clocks))
        return opened[-1]

    yield open_one
    for spool in opened:
        spool.close()


def database(tmp_path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(tmp_path / "state" / FILE_NAME, isolation_level=None))


def test_what_is_counted_is_there_after_a_kill(start: Open, killed: Callable[[], Path]) -> None:
    spool = start()
    assert (spool.tally("gate", "cat"), spool.tallies_of("gate"), spool.last_counted_at) == (None, [], 0.0)
    spool.append(counts(1))
    left = [killed()]
    dog = replace(CAT, label="dog", last=1.8e9)
    spool.append(counts(2, dog))
    spool.append(counts(3, TallyRecord("yard", "cat", undated=True)))
    spool.delivered([1, 2, 3])
    spool.maintain()
    left.append(killed())
    first, last = map(start, left)
    assert (first.tally("gate", "cat"), first.tally("gate", "dog")) == (CAT, None)
    assert last.tallies_of("gate") == [CAT, dog]
    assert last.tally("yard", "cat") == TallyRecord("yard", "cat", undated=True)
    assert last.last_counted_at == 1.8e9


@given(
    label=st.text(min_size=1, max_size=8),
    days=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**8)), max_size=3),
    last=st.none() | st.tuples(st.integers(0, 10**12), st.integers(0, 10**6)),
    undated=st.booleans(),
)
def test_a_record_is_read_as_it_was_written(
    label: str, days: list[tuple[int, int, int]], last: tuple[int, int] | None, undated: bool
) -> None:
    kept = tuple(DayTally(day, count, ms / 1000) for day, count, ms in days)
    at, day = (None, None) if last is None else (last[0] / 1000, last[1])
    record = TallyRecord("gate", label, kept, at, day, undated)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.text_factory = bytes
        tallies.write_tallies(connection, [record])
        expected = [] if record.is_empty else [record]
        assert tallies.read_tallies(connection) == expected


def test_a_label_that_has_no_utf_8_form_is_kept_nevertheless() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.text_factory = bytes
        tallies.write_tallies(connection, [of("a\udcff"), of("b")])
        assert tallies.read_tallies(connection) == [of("a?"), of("b")]


def test_a_database_of_a_version_that_did_not_count_goes_on(start: Open, tmp_path: Path) -> None:
    start().close()
    with database(tmp_path) as connection:
        connection.execute("DROP TABLE IF EXISTS tallies")
    again = start()
    assert again.tallies_of("gate") == []
    again.append(counts(2))
    again.close()
    assert start().tally("gate", "cat") == CAT


@pytest.mark.parametrize(
    "change", ["body = '{}'", "label = 'dog'", "view = 'yard'", "crc = crc + 1", "body = 7", "crc = 'x'"]
)
def test_a_row_that_is_not_as_it_was_written_is_left_out(start: Open, tmp_path: Path, change: str) -> None:
    spool = start()
    spool.append(counts(1))
    spool.append(counts(2, of("fox")))
    spool.close()
    with database(tmp_path) as connection:
        connection.execute(f"UPDATE tallies SET {change} WHERE label = 'cat'")
    again = start()
    assert [record.label for view in ("gate", "yard") for record in again.tallies_of(view)] == ["fox"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"days":[[1]]}', b'{"days":7}', b'{"days":[["a","b","c"]]}', b"\xff"]
)
def test_what_a_later_version_wrote_is_left_out(start: Open, tmp_path: Path, body: bytes) -> None:
    spool = start()
    spool.append(counts(1))
    spool.close()
    with database(tmp_path) as connection:
        crc = tallies.checksum(b"gate", b"cat", body)
        connection.execute("UPDATE tallies SET body = ?, crc = ?", (body, crc))
    assert start().tallies_of("gate") == []


def test_a_damaged_database_leaves_what_can_be_read(
    start: Open, tmp_path: Path, killed: Callable[[], Path]
) -> None:
    spool = start()
    spool.append(counts(1))
    spool.close()
    with database(tmp_path) as connection:
        connection.execute("UPDATE events SET crc = 5, body = x'00' WHERE seq = 1")
    again = start()
    assert again.pending(5) == []
    assert (tmp_path / "state").joinpath(f"{FILE_NAME}.damaged-1").exists()
    assert again.tally("gate", "cat") == CAT
    again.append(counts(2, of("fox")))
    assert start(killed()).tallies_of("gate") == [of("fox"), CAT]


def test_what_this_run_has_counted_holds_over_another_database() -> None:
    known = KnownTallies()
    known.follow(counts(1, of("cat", 9.0)))
    known.salvaged([of("cat", 3.0), of("dog", 4.0)])
    assert known.of_view("gate") == [of("cat", 9.0), of("dog", 4.0)]
    assert known.unwritten == [of("cat", 9.0), of("dog", 4.0)]
    known.written(known.unwritten)
    known.opened([of("cat", 1.0), of("owl", 2.0)])
    assert {one.label: one.last for one in known.of_view("gate")} == {"cat": 9.0, "owl": 2.0, "dog": 4.0}
    assert known.unwritten == [of("cat", 9.0), of("dog", 4.0)]
    assert len(known) == 3


def test_a_database_that_was_removed_gets_what_was_counted(
    start: Open, tmp_path: Path, running_s: list[float], killed: Callable[[], Path]
) -> None:
    spool = start()
    spool.append(counts(1))
    spool.delivered([1])
    (tmp_path / "state" / FILE_NAME).unlink()
    running_s[0] += 60
    spool.maintain()
    assert spool.on_disk
    assert start(killed()).tally("gate", "cat") == CAT


def test_a_disk_that_can_be_read_later_adds_what_earlier_runs_have_counted(
    start: Open, tmp_path: Path, running_s: list[float], killed: Callable[[], Path]
) -> None:
    spool = start()
    spool.append(counts(1))
    spool.append(counts(2, of("fox")))
    assert spool.tallies_known
    spool.close()
    (tmp_path / "state").rename(tmp_path / "away")
    (tmp_path / "state").write_bytes(b"")
    late = start()
    assert not late.tallies_known
    late.append(counts(3, TallyRecord("gate", "cat", (DayTally(739_001, 1, 2.0),), 1.8e9, 739_001, partial=True)))
    late.append(counts(4, TallyRecord("gate", "dog", (DayTally(739_001, 1),), 1.8e9, 739_001, partial=True)))
    (tmp_path / "state").unlink()
    (tmp_path / "away").rename(tmp_path / "state")
    running_s[0] += 60
    late.maintain()
    assert (late.tallies_known, late.on_disk) == (True, True)
    cat = replace(CAT, days=(CAT.days[0], DayTally(739_001, 2, 2.0)), last=1.8e9)
    dog = TallyRecord("gate", "dog", (DayTally(739_001, 1),), 1.8e9, 739_001)
    # It was counted in the moment before.
    late.append(counts(5, TallyRecord("gate", "cat", (DayTally(739_001, 2, 2.0),), 1.9e9, 739_001, partial=True)))
    cat = replace(cat, days=(CAT.days[0], DayTally(739_001, 3, 2.0)), last=1.9e9)
    assert late.tally("gate", "cat") == cat
    assert start(killed()).tallies_of("gate") == [of("fox"), dog, cat]


def test_a_damaged_database_that_is_opened_late_adds_what_it_leaves(
    start: Open, tmp_path: Path, running_s: list[float]
) -> None:
    spool = start()
    spool.append(counts(1))
    spool.close()
    path = tmp_path / "state" / FILE_NAME
    content = path.read_bytes()
    assert content.count(b"seq INTEGER PRIMARY") == 1
    (tmp_path / "state").rename(tmp_path / "away")
    (tmp_path / "state").write_bytes(b"")
    late = start()
    late.append(counts(2, replace(of("cat"), partial=True)))
    (tmp_path / "state").unlink()
    (tmp_path / "away").rename(tmp_path / "state")
    path.write_bytes(content.replace(b"seq INTEGER PRIMARY", b"sex INTEGER PRIMARY"))
    running_s[0] += 60
    late.maintain()
    assert path.with_name(f"{FILE_NAME}.damaged-1").exists()
    assert late.tally("gate", "cat") == replace(CAT, days=(DayTally(1, 1), *CAT.days), last=1.0, last_day=1)


def test_what_was_counted_first_in_the_moment_before_the_disk_was_read_is_added() -> None:
    known = KnownTallies()
    assert not known.has_read
    known.opened([of("cat", 1.0)])
    known.follow(counts(1, replace(of("cat", 2.0), partial=True)))
    known.follow(counts(2, replace(of("dog", 2.0), partial=True)))
    assert known.of_view("gate") == [replace(of("cat", 2.0), days=(DayTally(1, 2),)), of("dog", 2.0)]
    known.follow(counts(3, replace(of("cat", 3.0), days=(DayTally(1, 2),), partial=True)))
    assert known.of("gate", "cat") == replace(of("cat", 3.0), days=(DayTally(1, 3),))


def test_a_commit_takes_the_newest_of_a_label_and_that_once() -> None:
    known = KnownTallies()
    first, second = counts(1, of("cat", 1.0)), counts(2, of("cat", 2.0))
    known.follow(first)
    known.follow(second)
    written = known.to_write([first])
    assert written == [of("cat", 2.0)]
    known.written(written)
    assert known.to_write([second]) == []


def test_what_was_delivered_from_memory_is_counted_after_a_kill(
    start: Open, killed: Callable[[], Path], running_s: list[float]
) -> None:
    """While the disk took nothing a label came, and the broker has it."""
    written = [0]
    spool = start(max_bytes_written_day=1, bytes_written_day=lambda: written[0])
    spool.append(counts(1))
    written[0] = 2
    running_s[0] += 1
    spool.append(counts(2, replace(CAT, undated=True)))
    spool.append(counts(3, of("fox")))
    spool.delivered([1, 2, 3])
    spool.maintain()
    assert not spool.on_disk
    assert spool.tally("gate", "fox") == of("fox")
    assert start(killed()).tallies_of("gate") == [CAT]
    written[0] = 0
    running_s[0] += 60
    spool.maintain()
    assert spool.on_disk
    assert start(killed()).tallies_of("gate") == [of("fox"), replace(CAT, undated=True)]


def test_of_too_many_labels_those_that_started_longest_ago_are_forgotten() -> None:
    known = KnownTallies(most=100)
    for number in range(100):
        known.follow(counts(1, of(f"label{number}", float(number))))
    assert len(known) == 100
    known.follow(counts(1, TallyRecord("gate", "undated", undated=True)))
    # Some more than one, so that this is rarely needed; not the one that came.
    assert len(known) == 95
    labels = {record.label for record in known.of_view("gate")}
    assert labels == {"undated", *(f"label{number}" for number in range(6, 100))}
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.text_factory = bytes
        tallies.write_tallies(connection, [of(f"label{number}", float(number)) for number in range(100)])
        while some := known.unwritten:
            tallies.write_tallies(connection, some)
            known.written(some)
        assert {record.label for record in tallies.read_tallies(connection)} == labels


def test_a_twentieth_more_than_must_be_is_forgotten() -> None:
    known = KnownTallies(most=95)
    for number in range(96):
        known.follow(counts(1, of(f"label{number}", float(number))))
    assert len(known) == 95 - 95 // 20


def test_of_what_started_by_no_clock_that_was_set_nobody_knows_when() -> None:
    known = KnownTallies()
    assert known.last_at == 0.0
    known.follow(counts(1, TallyRecord("gate", "cat", undated=True)))
    assert known.last_at == 0.0


def test_what_was_forgotten_does_not_come_back_with_another_database() -> None:
    known = KnownTallies(most=1)
    known.follow(counts(1, of("cat", 1.0)))
    known.written(known.unwritten)
    known.follow(counts(2, of("dog", 2.0)))
    known.opened([of("cat", 1.0)])
    assert known.of_view("gate") == [of("dog", 2.0)]


def test_a_database_with_too_many_is_bounded_as_it_is_opened() -> None:
    known = KnownTallies(most=10)
    known.opened([of(f"label{number}", float(number)) for number in range(30)])
    assert [record.label for record in known.of_view("gate")] == [f"label{number}" for number in range(20, 30)]


def test_a_commit_takes_some_of_what_waits_and_all_that_its_events_bring() -> None:
    known = KnownTallies()
    known.salvaged([of(f"label{number}") for number in range(2 * MOST_BESIDE)])
    event = counts(1, of("label300", 9.0))
    known.follow(event)
    written = known.to_write([event, SpooledEvent(2, "gate", b"{}")])
    assert (len(written), written[0]) == (MOST_BESIDE + 1, of("label300", 9.0))
    known.written(written)
    assert len(known.unwritten) == MOST_BESIDE - 1
    known.written(known.unwritten)
    assert known.unwritten == []


def test_what_has_changed_since_it_was_written_still_waits() -> None:
    known = KnownTallies()
    known.follow(counts(1, of("cat", 1.0)))
    written = known.unwritten
    known.follow(counts(2, of("cat", 2.0)))
    known.written(written)
    assert known.unwritten == [of("cat", 2.0)]
