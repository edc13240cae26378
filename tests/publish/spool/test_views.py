"""What the spool keeps of views over restarts, kills, damage and full disks."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import SpoolConfig
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.clocks import Clocks, Stamp
from edgeclassify.publish.spool.database import views
from edgeclassify.publish.spool.disk import FILE_NAME, DiskSpool
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.types import OpenOccurrence, ViewRecord

Open = Callable[..., DiskSpool]


def occurrence(name: str = "id1", view: str = "gate", **changes: Any) -> OpenOccurrence:
    return replace(OpenOccurrence(view=view, id=name, label="cat", score=0.9, started_at=1.7e9), **changes)


def starts(seq: int, name: str, view: str = "gate") -> SpooledEvent:
    return SpooledEvent(seq, view, b"{}", ViewRecord(view, seq, occurrence(name, view)))


def ends(seq: int, view: str = "gate") -> SpooledEvent:
    return SpooledEvent(seq, view, b"{}", ViewRecord(view, seq, None))


class Clock:
    """Seconds of the monotonic and of the wall clock, and which start of the machine this is."""

    def __init__(self) -> None:
        self.now, self.wall, self.boot = 1000.0, 1.7e9, "this one"
        self.clocks = Clocks(self, lambda: self.wall, lambda: self.boot)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(tmp_path: Path, clock: Clock) -> Iterator[Open]:
    opened: list[DiskSpool] = []

    def open_one(folder: Path = tmp_path / "state", **changes: Any) -> DiskSpool:
        written = changes.pop("bytes_written_day", lambda: None)
        opened.append(DiskSpool(folder, SpoolConfig(**changes), bytes_written_day=written, clocks=clock.clocks))
        return opened[-1]

    yield open_one
    for spool in opened:
        spool.close()


def test_what_is_open_and_the_last_number_are_there_after_a_kill(start: Open, killed: Callable[[], Path]) -> None:
    spool = start()
    assert (spool.views(), spool.persistent) == ({}, True)
    spool.append(starts(1, "id1"))
    spool.append(starts(2, "id2", "yard"))
    left = [killed()]
    spool.append(ends(3))
    spool.delivered([1, 2, 3])
    spool.maintain()
    left.append(killed())
    opened, ended = (start(folder).views() for folder in left)
    assert opened == {
        "gate": ViewRecord("gate", 1, occurrence("id1")),
        "yard": ViewRecord("yard", 2, occurrence("id2", "yard")),
    }
    assert ended["gate"] == ViewRecord("gate", 3, None)
    assert ended["yard"].open == occurrence("id2", "yard")


@pytest.mark.parametrize(
    ("boot", "clock_s", "wall_s", "away_s"),
    [
        pytest.param("this one", 1070.0, 9e9, 70.0, id="the same start of the machine: the monotonic clock"),
        pytest.param("the next", 5.0, 1.7e9 + 80, 80.0, id="another: the wall clock"),
        pytest.param("the next", 5.0, 1.6e9, 0.0, id="a wall clock that is not set: as if just now"),
        pytest.param("", 1070.0, 1.7e9 + 3, 3.0, id="nobody knows which"),
    ],
)
def test_how_long_ago_it_was_seen(
    start: Open, clock: Clock, killed: Callable[[], Path], boot: str, clock_s: float, wall_s: float, away_s: float
) -> None:
    clock.boot = boot if boot == "" else "this one"
    spool = start()
    spool.append(starts(1, "id1"))
    clock.now -= 30
    spool.keep_open([occurrence("id1", age_s=12.0, quiet_s=30.0), occurrence("another")])
    clock.now += 30
    clock.boot, clock.now, clock.wall = boot, clock_s, wall_s
    kept = start(killed()).views()["gate"].open
    assert kept is not None
    # It was noted 30 s before, by the monotonic clock, and had been quiet for 30 s then.
    assert kept.quiet_s == pytest.approx(30.0 + away_s + (30 if boot == "this one" else 0))
    assert (kept.age_s, kept.id) == (12.0, "id1")


def test_what_has_been_told_of_it_is_there_after_a_kill(start: Open, killed: Callable[[], Path]) -> None:
    spool = start()
    spool.append(starts(1, "id1"))
    told = occurrence("id1", age_s=600.0, lasting_told_s=600.0)
    spool.append(SpooledEvent(2, "gate", b"{}", ViewRecord("gate", 2, told)))
    assert start(killed()).views()["gate"].open == told


def test_what_a_version_wrote_that_told_nothing_of_the_kind_is_read(start: Open, tmp_path: Path) -> None:
    spool = start()
    spool.append(starts(1, "id1"))
    spool.close()
    with closing(sqlite3.connect(tmp_path / "state" / FILE_NAME)) as connection:
        ((body,),) = connection.execute("SELECT body FROM views").fetchall()
        found = json.loads(body)
        assert found["open"].pop("lasting_told_s") == 0.0
        former = json.dumps(found).encode()
        connection.execute("UPDATE views SET body = ?, crc = ?", (former, views.checksum(b"gate", 1, former)))
        connection.commit()
    assert start().views()["gate"].open == occurrence("id1")


def test_only_what_events_have_opened_is_kept(start: Open) -> None:
    spool = start()
    spool.append(starts(1, "id1"))
    spool.append(ends(2))
    spool.keep_open([occurrence("id1"), occurrence("id7", "yard")])
    assert spool.views() == {"gate": ViewRecord("gate", 2, None)}
    spool.close()
    assert start().views() == {"gate": ViewRecord("gate", 2, None)}


def test_a_database_of_a_version_without_views_goes_on(start: Open, tmp_path: Path) -> None:
    spool = start()
    spool.append(SpooledEvent(1, "gate", b"{}"))
    spool.close()
    with closing(sqlite3.connect(tmp_path / "state" / FILE_NAME)) as connection:
        connection.execute("DROP TABLE IF EXISTS views")
    again = start()
    assert again.views() == {}
    again.append(starts(2, "id1"))
    again.close()
    assert start().views()["gate"].open == occurrence("id1")


def test_a_row_that_is_not_as_it_was_written_is_left_out(start: Open, tmp_path: Path) -> None:
    spool = start()
    spool.append(starts(1, "id1"))
    spool.append(starts(2, "id2", "yard"))
    spool.close()
    with closing(sqlite3.connect(tmp_path / "state" / FILE_NAME)) as connection:
        connection.execute("UPDATE views SET seq = 9 WHERE view = 'gate'")
        connection.commit()
    assert set(start().views()) == {"yard"}


def test_what_a_later_version_wrote_is_left_out(start: Open, tmp_path: Path, clock: Clock) -> None:
    spool = start()
    spool.append(starts(1, "id1"))
    spool.close()
    body = b'{"open":{"colour":1},"stamp":{}}'
    with closing(sqlite3.connect(tmp_path / "state" / FILE_NAME)) as connection:
        crc = views.checksum(b"gate", 1, body)
        connection.execute("UPDATE views SET body = ?, crc = ?", (body, crc))
        connection.commit()
    assert start().views() == {}


def test_a_damaged_database_leaves_what_can_be_read(start: Open, tmp_path: Path) -> None:
    spool = start()
    spool.append(starts(1, "id1"))
    spool.close()
    path = tmp_path / "state" / FILE_NAME
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE events SET crc = 5")  # a row that does not match its checksum
        connection.commit()
    again = start()
    assert again.pending(5) == []
    assert (tmp_path / "state").joinpath(f"{FILE_NAME}.damaged-1").exists()
    again.append(SpooledEvent(2, "yard", b"{}"))
    again.close()
    assert start().views()["gate"].open == occurrence("id1")


def test_a_damaged_database_leaves_what_is_known_of_other_views(start: Open, tmp_path: Path, clock: Clock) -> None:
    """It could not be opened at the start, and something has come meanwhile."""
    spool = start()
    spool.append(starts(1, "id1"))
    spool.append(starts(2, "id2", "yard"))
    spool.close()
    (tmp_path / "state").rename(tmp_path / "away")
    (tmp_path / "state").write_bytes(b"")
    late = start()
    late.append(starts(3, "id3"))
    (tmp_path / "state").unlink()
    (tmp_path / "away").rename(tmp_path / "state")
    (tmp_path / "state" / FILE_NAME).write_bytes(
        (tmp_path / "state" / FILE_NAME).read_bytes().replace(b"seq INTEGER PRIMARY", b"sex INTEGER PRIMARY")
    )
    clock.now += 60
    late.maintain()
    late.close()
    again = start().views()
    assert {name: record.open and record.open.id for name, record in again.items()} == {
        "gate": "id3",
        "yard": "id2",
    }


def test_a_database_that_was_removed_gets_what_was_known(start: Open, tmp_path: Path, clock: Clock) -> None:
    spool = start()
    spool.append(starts(1, "id1"))
    (tmp_path / "state" / FILE_NAME).unlink()
    clock.now += 60
    spool.maintain()
    spool.append(starts(2, "id2", "yard"))
    spool.close()
    assert {name: record.seq for name, record in start().views().items()} == {"gate": 1, "yard": 2}


def test_what_waits_in_memory_says_nothing_on_disk_before_it_is_written(
    start: Open, killed: Callable[[], Path], clock: Clock
) -> None:
    written = [0]
    spool = start(max_bytes_written_day=1, bytes_written_day=lambda: written[0])
    spool.append(starts(1, "id1"))
    written[0] = 2
    clock.now += 1  # asked for at most once a second
    spool.append(ends(2))
    spool.append(starts(3, "id3"))
    spool.keep_open([occurrence("id3", age_s=5.0)])
    assert spool.views()["gate"] == ViewRecord("gate", 3, occurrence("id3", age_s=5.0))
    assert start(killed()).views()["gate"] == ViewRecord("gate", 1, occurrence("id1", quiet_s=1.0))
    spool.close()
    assert start().views()["gate"].seq == 3


def test_what_was_delivered_from_memory_is_known_of_its_view_after_a_kill(
    start: Open, killed: Callable[[], Path], clock: Clock
) -> None:
    """While the disk took nothing an occurrence ended, another began, and the broker has both."""
    written = [0]
    spool = start(max_bytes_written_day=1, bytes_written_day=lambda: written[0])
    spool.append(starts(1, "id1"))
    spool.append(starts(2, "id2", "yard"))
    written[0] = 2
    clock.now += 1
    for event in (ends(3), starts(4, "id4")):
        spool.append(event)
    spool.delivered([1, 2, 3, 4])
    assert not spool.on_disk
    spool.maintain()
    assert not spool.on_disk
    written[0] = 0
    clock.now += 60
    spool.maintain()
    assert spool.on_disk
    views = start(killed()).views()
    assert (views["gate"].seq, views["gate"].open and views["gate"].open.id) == (4, "id4")
    assert (views["yard"].seq, views["yard"].open and views["yard"].open.id) == (2, "id2")


def test_memory_forgets_with_the_process() -> None:
    spool = MemorySpool()
    spool.append(starts(1, "id1"))
    spool.append(SpooledEvent(2, "yard", b"{}"))
    assert (spool.persistent, set(spool.views())) == (False, {"gate"})
    spool.keep_open([occurrence("id1")])


def test_numbers_are_used_up_only_by_what_is_spooled() -> None:
    spool = MemorySpool()
    spool.append(starts(7, "id1"))
    numbers = EventNumbers(spool)
    assert (numbers.last_of("gate"), numbers.last_of("yard")) == (7, 0)
    with pytest.raises(ValueError, match="no JSON"), numbers.drawn("yard"):
        raise ValueError("no JSON")
    assert (numbers.last, numbers.last_of("yard")) == (7, 0)
    with numbers.drawn("yard") as seq:
        assert seq == 8
    assert (numbers.last, numbers.last_of("yard"), numbers.last_of("gate")) == (8, 8, 7)


def test_a_stamp_never_says_less_than_nothing() -> None:
    assert Stamp("a", 5.0, 50.0).since(Stamp("a", 9.0, 10.0)) == 0.0
    assert Stamp("b", 5.0, 50.0).since(Stamp("a", 9.0, 60.0)) == 0.0
