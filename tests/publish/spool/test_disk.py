"""The spool on a real disk: restarts, kills, damage, full and unwritable disks."""

import itertools
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.config import SpoolConfig
from edgeclassify.errors import StorageError
from edgeclassify.publish.interface import Spool, SpooledEvent
from edgeclassify.publish.spool.clocks import Clocks
from edgeclassify.publish.spool.database.connection import connect
from edgeclassify.publish.spool.database.file import ROW_OVERHEAD, Row, SpoolFile
from edgeclassify.publish.spool.disk import FILE_NAME, MAINTAIN_S, DiskSpool, open_spool
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.publish.spool.numbers.number_file import STEP
from edgeclassify.publish.spool.store import LOOK_S
from edgeclassify.publish.spool.write_policy import PAUSE_S
from tests.publish.records import next_number
from tests.support.clock import Clock
from tests.support.small_disk import small_disk_at
from tests.support.waiting import patient

Open = Callable[..., DiskSpool]


def event(seq: int, size: int = 0) -> SpooledEvent:
    return SpooledEvent(seq, "gate", (b'{"seq":%d}' % seq).ljust(size))


def seqs(spool: Spool, limit: int = 100_000, after: int = 0) -> list[int]:
    return [item.seq for item in spool.pending(limit, after=after)]


def said(caplog: pytest.LogCaptureFixture, part: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if part in record.getMessage()]


def damage(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def databases() -> list[sqlite3.Connection]:
    """The connections that `start` has led to, the newest last."""
    return []


@pytest.fixture
def start(tmp_path: Path, clock: Clock, databases: list[sqlite3.Connection]) -> Iterator[Open]:
    """Opens the spool of one folder; at the end what is still open is closed."""
    opened: list[DiskSpool] = []

    def connect_noted(path: Path) -> sqlite3.Connection:
        databases.append(connect(path))
        return databases[-1]

    def open_one(folder: Path = tmp_path, **changes: Any) -> DiskSpool:
        written = changes.pop("bytes_written_day", lambda: None)
        spool = DiskSpool(
            folder, SpoolConfig(**changes), bytes_written_day=written, clocks=Clocks(monotonic=clock),
            connect=connect_noted,
        )  # fmt: skip
        opened.append(spool)
        return spool

    yield open_one
    for spool in opened:
        spool.close()


def on_disk(database: sqlite3.Connection) -> int:
    """How many undelivered events the database has, those that are still to be deleted among them."""
    (count,) = database.execute("SELECT COUNT(*) FROM events WHERE body NOT NULL").fetchone()
    return int(count)


def filled(spool: DiskSpool, last: int, first: int = 1, size: int = 0) -> DiskSpool:
    for seq in range(first, last + 1):
        spool.append(event(seq, size))
    return spool


# --- as every spool ------------------------------------------------------------------------------------


def test_events_stay_until_delivered(start: Open) -> None:
    spool = filled(start(), 3)
    assert spool.pending(9) == [event(1), event(2), event(3)]
    spool.delivered([2])
    spool.delivered([2, 99])
    assert seqs(spool) == [1, 3]
    assert (spool.depth, spool.dropped, spool.last_seq, spool.on_disk) == (2, 0, 3, True)
    assert seqs(spool, 1) == [1]
    assert seqs(spool, 9, after=1) == [3]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("adrm"), st.integers(1, 20)), max_size=50))
def test_like_a_simple_model(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]) -> None:
    folder = tmp_path_factory.mktemp("spool")
    spool, kept, last = DiskSpool(folder, SpoolConfig()), dict[int, SpooledEvent](), 0
    for number, (step, seq) in enumerate(steps):
        if step == "a":
            kept[seq] = SpooledEvent(seq, "porch", b"%d" % number)
            spool.append(kept[seq])
            last = max(last, seq)
        elif step == "d":
            spool.delivered([seq])
            kept.pop(seq, None)
        elif step == "m":
            spool.maintain()
        else:
            spool.close()
            spool = DiskSpool(folder, SpoolConfig())
        assert spool.pending(100) == [kept[seq] for seq in sorted(kept)]
        assert seqs(spool, 2, after=5) == [seq for seq in sorted(kept) if seq > 5][:2]
        assert (spool.depth, spool.dropped, spool.last_seq) == (len(kept), 0, last)
    spool.close()


def test_two_threads_lose_nothing(start: Open) -> None:
    spool = start()
    thread = threading.Thread(target=filled, args=(spool, 2000))
    thread.start()
    taken: list[int] = []
    while thread.is_alive() or spool.depth:
        found = seqs(spool, 50)
        taken += found
        spool.delivered(found)
        spool.maintain()
    thread.join()
    assert taken == list(range(1, 2001))


def test_without_a_folder_in_memory() -> None:
    spool = open_spool(None, SpoolConfig(memory_events=2))
    assert isinstance(spool, MemorySpool)
    for seq in (1, 2, 3):
        spool.append(event(seq))
    assert (seqs(spool), spool.on_disk) == ([2, 3], False)


# --- restarts ------------------------------------------------------------------------------------------


def test_a_restart_keeps_events_and_numbers(start: Open) -> None:
    spool = filled(start(), 5)
    spool.delivered([1, 2])
    spool.close()
    after = start()
    assert after.pending(9) == [event(3), event(4), event(5)]
    assert (after.depth, after.last_seq) == (3, 5)


def test_the_last_number_survives_an_empty_spool(start: Open, tmp_path: Path) -> None:
    for last in (3, 4, 5):
        spool = start()
        numbers = EventNumbers(spool)
        while numbers.last < last:
            spool.append(event(next_number(numbers)))
        spool.delivered(seqs(spool))
        spool.close()
        with closing(sqlite3.connect(tmp_path / FILE_NAME)) as database:
            assert database.execute("SELECT seq, body FROM events").fetchall() == [(last, None)]
    assert start().last_seq == 5


def test_a_kill_repeats_at_most_what_was_not_deleted_yet(start: Open, databases: list[sqlite3.Connection]) -> None:
    spool = filled(start(), 600)
    for begin in range(0, 600, 50):
        spool.delivered(range(begin + 1, begin + 51))
    assert spool.depth == 0
    assert on_disk(databases[-1]) < 256
    spool.maintain()
    assert on_disk(databases[-1]) == 0


APPENDS = """
import sys
from pathlib import Path
from edgeclassify.config import SpoolConfig
from edgeclassify.publish.spool.disk import DiskSpool
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
spool = DiskSpool(Path(sys.argv[1]), SpoolConfig())
numbers = EventNumbers(spool)
for _ in range(100_000):
    with numbers.drawn("gate") as seq:
        spool.append(SpooledEvent(seq, "gate", b'{"seq":%d}' % seq))
    print("appended", seq, flush=True)
    if seq % 3 == 0:
        print("delivered", seq, flush=True)
        spool.delivered([seq])
    if seq % 40 == 0:
        spool.maintain()
"""


def test_killed_in_the_middle_of_appends(start: Open, tmp_path: Path) -> None:
    dice, appended, delivered = random.Random(7), 0, set[int]()
    for _ in range(6):
        arguments = [sys.executable, "-c", APPENDS, str(tmp_path)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = list(itertools.islice(process.stdout, dice.randrange(1, 400)))
            process.send_signal(signal.SIGKILL)
            lines += process.stdout.readlines()
        for line in lines:
            kind, _, seq = line.partition(" ")
            if not line.endswith("\n"):
                continue
            if kind == "delivered":
                delivered.add(int(seq))
            else:
                assert int(seq) == appended + 1
                appended = int(seq)
        spool = start()
        # The one whose append had not returned may be there, too.
        assert spool.last_seq in (appended, appended + 1)
        appended = spool.last_seq
        there = seqs(spool)
        assert set(range(1, appended + 1)) - delivered <= set(there)
        assert spool.pending(100_000) == [event(seq) for seq in there]
        spool.close()
    assert appended > 100


def test_numbers_of_an_earlier_version_go_on(start: Open, tmp_path: Path) -> None:
    (tmp_path / "event-number").write_bytes(b"812\n")
    first = start()
    assert next_number(EventNumbers(first)) == 813
    first.append(event(813))
    first.close()
    assert not (tmp_path / "event-number").exists()
    assert next_number(EventNumbers(start())) == 814


def test_numbers_of_an_earlier_version_go_on_when_nothing_happens_at_first(start: Open, tmp_path: Path) -> None:
    (tmp_path / "event-number").write_bytes(b"812\n")
    start().close()
    assert next_number(EventNumbers(start())) == 813


# --- bounds --------------------------------------------------------------------------------------------


def test_max_bytes_drops_the_oldest(
    start: Open, tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    spool = filled(start(max_bytes=65_536), 500, size=396)
    fits = 65_536 // (400 + ROW_OVERHEAD)
    assert seqs(spool) == list(range(501 - fits, 501))
    assert (spool.depth, spool.dropped) == (fits, 500 - fits)
    (message,) = said(caplog, "dropped")
    assert "spool.max_bytes" in message
    clock.now += 61
    spool.maintain()
    assert said(caplog, f"{500 - fits} undelivered events were dropped (numbers within 1 to {500 - fits})")
    spool.close()
    assert (tmp_path / FILE_NAME).stat().st_size < 1.5 * 65_536
    again = start(max_bytes=65_536)
    assert (seqs(again), again.dropped) == (list(range(501 - fits, 501)), 0)


def test_one_huge_event_is_kept(start: Open) -> None:
    spool = filled(start(max_bytes=65_536), 3)
    spool.append(event(4, 200_000))
    assert (seqs(spool), spool.dropped) == ([4], 3)


def test_delivered_events_do_not_count_against_the_cap(start: Open) -> None:
    spool = start(max_bytes=65_536)
    for seq in range(1, 401):
        spool.append(event(seq, 396))
        spool.delivered([seq])
    assert (spool.depth, spool.dropped) == (0, 0)


def test_age_counts_running_time_over_restarts(
    start: Open, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    spool = filled(start(max_age_s=100.0), 2)
    clock.now += 60
    spool.append(event(3))
    spool.close()
    clock.now += 10_000  # the daemon does not run
    spool = start(max_age_s=100.0)
    clock.now += 39
    spool.maintain()
    assert seqs(spool) == [1, 2, 3]
    clock.now += 2
    spool.maintain()
    assert (seqs(spool), spool.dropped) == ([3], 2)
    assert len(said(caplog, "spool.max_age_s")) == 1


# --- damage --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"no database" * 200, b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 3000, b"x"]
)
def test_no_database_is_set_aside(
    start: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    spool = filled(start(), 3)
    assert (seqs(spool), spool.on_disk) == ([1, 2, 3], True)
    assert (tmp_path / f"{FILE_NAME}.damaged-1").read_bytes() == content
    (message,) = said(caplog, "damaged")
    assert f"{tmp_path / FILE_NAME}: damaged" in message
    assert f"{FILE_NAME}.damaged-1" in message


def test_another_programs_database_is_set_aside(start: Open, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        other.execute("CREATE TABLE events (name TEXT)")
    assert filled(start(), 1).on_disk
    assert (tmp_path / f"{FILE_NAME}.damaged-1").exists()


def test_a_broken_page_costs_its_events_only(
    start: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled(start(), 500).close()
    damage(tmp_path / FILE_NAME, 12 * 1024, b"\xee" * 1024)
    spool = start()
    there = seqs(spool)
    assert there[0] == 1
    assert there[-1] == 500
    assert 400 < len(there) < 500
    assert spool.pending(1000) == [event(seq) for seq in there]
    assert next_number(EventNumbers(spool)) > 500
    assert f"{len(there)} undelivered events could be taken over" in said(caplog, "damaged")[0]


def test_numbers_go_on_above_all_when_everything_is_lost(start: Open, tmp_path: Path) -> None:
    filled(start(), 230).close()
    (tmp_path / FILE_NAME).write_bytes(b"gone" * 500)
    assert 230 < next_number(EventNumbers(start())) <= 230 + STEP + 1


def test_a_removed_database_does_not_repeat_numbers(start: Open, tmp_path: Path) -> None:
    filled(start(), 5).close()
    (tmp_path / FILE_NAME).unlink()
    assert 5 < next_number(EventNumbers(start())) <= 5 + STEP + 1


def test_an_old_copy_of_the_database_does_not_repeat_numbers(start: Open, tmp_path: Path) -> None:
    filled(start(), 5).close()
    old = (tmp_path / FILE_NAME).read_bytes()
    filled(start(), 300, first=6).close()
    (tmp_path / FILE_NAME).write_bytes(old)
    assert next_number(EventNumbers(start())) > 300


def test_damage_while_running(
    start: Open, databases: list[sqlite3.Connection], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = filled(start(), 2000, size=600)  # more than the page cache of 1 MiB
    databases[-1].execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(tmp_path / FILE_NAME, 600 * 1024, b"\xee" * 8 * 1024)
    found: list[int] = []
    while batch := seqs(spool, 64, after=found[-1] if found else 0):
        found += batch
    spool.append(event(2001))
    there = seqs(spool)
    assert said(caplog, "damaged")
    assert there[-1] == 2001
    assert len(there) + spool.dropped == 2001
    assert 0 < spool.dropped < 100
    assert spool.on_disk
    assert (tmp_path / f"{FILE_NAME}.damaged-1").exists()


def test_few_damaged_databases_are_kept(start: Open, tmp_path: Path) -> None:
    for number in range(1, 7):
        (tmp_path / FILE_NAME).write_bytes(b"damaged %d" % number)
        start().close()
    names = sorted(path.name for path in tmp_path.glob("*damaged*"))
    assert names == [f"{FILE_NAME}.damaged-{number}" for number in (4, 5, 6)]
    assert (tmp_path / names[-1]).read_bytes() == b"damaged 6"


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_any_damage_leaves_a_working_spool(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int
) -> None:
    dice, folder = random.Random(seed), tmp_path_factory.mktemp("spool")
    spool = filled(DiskSpool(folder, SpoolConfig()), 150, size=200)
    spool.close()
    path = folder / FILE_NAME
    size = path.stat().st_size
    for _ in range(count):
        damage(path, dice.randrange(size), dice.randbytes(dice.choice((1, 4, 60, 1024))))
    if dice.random() < 0.2:
        os.truncate(path, dice.randrange(size))
    spool = DiskSpool(folder, SpoolConfig())
    try:
        seq = next_number(EventNumbers(spool))
        assert seq > 150
        spool.append(event(seq))
        there = spool.pending(1000)
        assert there[-1] == event(seq)
        assert all(found == event(found.seq, 200) for found in there[:-1])
        assert spool.on_disk
        spool.delivered([found.seq for found in there])
        spool.maintain()
        assert spool.depth == 0
    finally:
        spool.close()


def test_removed_while_running_is_written_anew(
    start: Open, tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    spool = filled(start(), 5)
    for path in tmp_path.glob(f"{FILE_NAME}*"):
        path.unlink()
    clock.now += LOOK_S
    spool.maintain()
    assert said(caplog, "removed or replaced")
    assert (seqs(spool), spool.on_disk) == ([1, 2, 3, 4, 5], True)
    spool.close()
    assert seqs(start()) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("delivered", [3, 5])
def test_a_folder_that_was_removed_a_second_ago_repeats_no_number_after_a_kill(
    delivered: int, tmp_path: Path, clock: Clock
) -> None:
    folder = tmp_path / "state"
    spool = filled(DiskSpool(folder, SpoolConfig(), clocks=Clocks(monotonic=clock)), 5)
    spool.delivered(range(1, 1 + delivered))
    shutil.rmtree(folder)
    clock.now += LOOK_S
    spool.maintain()
    copy = tmp_path / "as the kill leaves it"
    shutil.copytree(folder, copy)
    after = DiskSpool(copy, SpoolConfig(), clocks=Clocks(monotonic=clock))
    try:
        assert [event.seq for event in after.pending(9)] == list(range(1 + delivered, 6))
        assert after.last_seq >= 5
    finally:
        after.close()
        spool.close()


@pytest.mark.parametrize("kind", ["disk", "memory"])
def test_a_number_that_was_dropped_and_came_again_is_delivered_as_any_other(start: Open, kind: str) -> None:
    spool: Spool = start(max_bytes=65_536) if kind == "disk" else MemorySpool(3)
    for seq in range(1, 7):
        spool.append(event(seq, 40_000))
    dropped = spool.dropped
    assert 1 not in seqs(spool)
    spool.delivered(seqs(spool))
    spool.append(event(1))
    spool.delivered([1])
    assert (spool.depth, spool.dropped) == (0, dropped)


# --- disks that take nothing ---------------------------------------------------------------------------


@pytest.fixture
def limit_pages(databases: list[sqlite3.Connection]) -> Callable[[int], None]:
    """SQLite's own bound: beyond it every write fails as on a full disk."""
    return lambda pages: databases[-1].execute(f"PRAGMA max_page_count={pages}").close()


def test_full_disk_waits_in_memory(
    start: Open, databases: list[sqlite3.Connection], limit_pages: Callable[[int], None], clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    spool = start(memory_events=50)
    limit_pages(40)
    filled(spool, 100, size=400)
    written = on_disk(databases[-1])
    assert 20 < written < 90
    assert (seqs(spool), spool.depth, spool.dropped) == (list(range(1, 101)), 100, 0)
    assert not spool.on_disk
    (message,) = said(caplog, "full")
    assert "make room" in message
    filled(spool, 200, first=101, size=400)
    assert seqs(spool) == [*range(1, written + 1), *range(151, 201)]
    assert spool.dropped == 150 - written
    limit_pages(1_000_000)
    clock.now += PAUSE_S
    spool.maintain()
    assert spool.on_disk
    assert said(caplog, "written again; 50 events")
    spool.close()
    again = start()
    assert (seqs(again), again.last_seq) == ([*range(1, written + 1), *range(151, 201)], 200)


def test_an_append_finds_the_room_itself(start: Open, limit_pages: Callable[[int], None]) -> None:
    spool = start()
    limit_pages(10)
    filled(spool, 60, size=400)
    assert not spool.on_disk
    limit_pages(1_000_000)
    spool.append(event(61))
    assert spool.on_disk


def test_delivered_from_a_full_disk_is_not_offered_again(start: Open, limit_pages: Callable[[int], None]) -> None:
    spool = start()
    limit_pages(10)
    filled(spool, 60, size=400)
    spool.delivered(range(1, 60))
    assert (seqs(spool), spool.depth) == ([60], 1)
    spool.maintain()
    assert seqs(spool) == [60]


def test_numbers_do_not_repeat_after_a_kill_while_the_disk_is_full(
    start: Open, limit_pages: Callable[[int], None], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    spool = start()
    limit_pages(10)
    filled(spool, 60, size=400)
    killed = shutil.copytree(tmp_path, tmp_path_factory.mktemp("killed"), dirs_exist_ok=True)
    assert start(killed).last_seq == 60


def test_file_size_limit(tmp_path: Path) -> None:
    """A real refusal by the kernel, also for a plain user: no file may grow above 60 KiB."""
    script = """
import logging, resource, sys
from pathlib import Path
from edgeclassify.config import SpoolConfig
from edgeclassify.publish.spool.disk import DiskSpool
from edgeclassify.publish.interface import SpooledEvent
logging.basicConfig(format="%(message)s")
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (61440, hard))
spool = DiskSpool(Path(sys.argv[1]), SpoolConfig())
for seq in range(1, 301):
    spool.append(SpooledEvent(seq, "gate", b"x" * 400))
assert not spool.on_disk
assert [e.seq for e in spool.pending(1000)] == list(range(1, 301))
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
spool.close()
"""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=patient(60),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("wait in memory") == 1
    spool = DiskSpool(tmp_path, SpoolConfig())
    assert seqs(spool) == list(range(1, 301))
    spool.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk_at(tmp_path / "disk", "256k") as folder:
        yield folder


def test_really_full_disk(small_disk: Path, start: Open, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    spool = filled(start(small_disk), 1000, size=400)
    assert not spool.on_disk
    assert (seqs(spool), spool.dropped) == (list(range(1, 1001)), 0)
    assert len(said(caplog, "the disk is full")) == 1
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    clock.now += PAUSE_S
    spool.maintain()
    assert spool.on_disk
    spool.close()
    again = start(small_disk)
    assert seqs(again) == list(range(1, 1001))
    again.close()


def fill(disk: Path) -> Path:
    """A file that takes all the room that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(512))
    return filler


def test_the_very_first_start_on_a_full_disk_says_that_numbers_may_repeat(
    small_disk: Path, start: Open, caplog: pytest.LogCaptureFixture
) -> None:
    filler = fill(small_disk)
    spool = filled(start(small_disk), 3)
    assert (seqs(spool), spool.on_disk) == ([1, 2, 3], False)
    (message,) = said(caplog, "event-numbers")
    assert "No space left on device" in message
    assert "event numbers (seq) that are in use now" in message
    filler.unlink()
    spool.close()
    assert start(small_disk).last_seq == 3


def test_start_on_a_full_disk(small_disk: Path, start: Open, clock: Clock) -> None:
    filled(start(small_disk), 20).close()
    filler = fill(small_disk)
    spool = start(small_disk)
    assert spool.last_seq >= 20
    seq = next_number(EventNumbers(spool))
    filled(spool, seq + 400, first=seq, size=400)
    assert not spool.on_disk
    filler.unlink()
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    clock.now += PAUSE_S
    spool.maintain()
    assert spool.on_disk
    assert seqs(spool) == [*range(1, 21), *range(seq, seq + 401)]
    spool.close()


def test_read_only_disk(small_disk: Path, start: Open, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    filled(start(small_disk), 20).close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    spool = start(small_disk)
    seq = next_number(EventNumbers(spool))
    assert seq > 20
    filled(spool, seq + 9, first=seq)
    assert not spool.on_disk
    assert len(said(caplog, "wait in memory")) == 1
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    clock.now += PAUSE_S
    spool.maintain()
    assert spool.on_disk
    assert seqs(spool) == [*range(1, 21), *range(seq, seq + 10)]
    spool.close()


def test_no_folder_can_be_made(start: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    spool = filled(start(tmp_path / "file" / "state"), 3)
    assert (seqs(spool), spool.on_disk) == ([1, 2, 3], False)
    assert len(said(caplog, "wait in memory")) == 1


def test_write_budget(start: Open, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    written = 0
    spool = start(max_bytes_written_day=1000, bytes_written_day=lambda: written)
    filled(spool, 3)
    assert spool.on_disk
    written = 1001
    clock.now += 1
    filled(spool, 6, first=4)
    assert (seqs(spool), spool.on_disk) == ([1, 2, 3, 4, 5, 6], False)
    assert len(said(caplog, "spool.max_bytes_written_day")) == 1
    written = 900
    clock.now += 1
    spool.maintain()
    assert spool.on_disk
    written = 1001
    clock.now += 1
    filled(spool, 8, first=7)
    spool.close()  # rather a few bytes too many than events lost
    assert seqs(start()) == [1, 2, 3, 4, 5, 6, 7, 8]


# --- slow disks, and the end ---------------------------------------------------------------------------


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> list[int]:
    """How many events each durable commit wrote; each takes 50 ms, as on a slow card."""
    sizes: list[int] = []
    write = SpoolFile.write

    def slow(self: SpoolFile, rows: Sequence[Row], *others: Any) -> None:
        clock.now += 0.05
        sizes.append(len(rows))
        write(self, rows, *others)

    monkeypatch.setattr(SpoolFile, "write", slow)
    return sizes


def over_budget(start: Open, events: int, **changes: Any) -> DiskSpool:
    """A spool with that many events in memory."""
    spool = start(max_bytes_written_day=1, bytes_written_day=lambda: 2, **changes)
    return filled(spool, events, size=300)


def test_the_end_writes_all_that_waits_in_one_commit(start: Open, commits: list[int]) -> None:
    spool = over_budget(start, 2000)
    spool.close()
    assert commits == [2000]
    assert seqs(start()) == list(range(1, 2001))


def test_the_end_on_a_disk_with_little_room_writes_what_fits(
    start: Open, limit_pages: Callable[[int], None], commits: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    spool = over_budget(start, 500)
    limit_pages(100)
    spool.close()
    kept = seqs(start())
    assert kept == list(range(1, len(kept) + 1))
    assert 128 <= len(kept) < 300
    assert said(caplog, f"{500 - len(kept)} events waited in memory only and are lost")


def test_maintenance_ends_after_a_while_and_goes_on_next_time(
    start: Open, clock: Clock, commits: list[int]
) -> None:
    written = 2
    spool = start(max_bytes_written_day=1, bytes_written_day=lambda: written)
    filled(spool, 1000)
    written = 0
    clock.now += 1  # asked for at most once a second
    spool.maintain()
    assert 1 <= len(commits) <= MAINTAIN_S / 0.05 + 1
    assert not spool.on_disk
    for _ in range(5):
        spool.maintain()
    assert spool.on_disk
    assert sum(commits) == 1000


def test_an_event_after_the_end_is_said_and_nothing_is_written(
    start: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = filled(start(), 3)
    spool.close()
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    filled(spool, 3 * STEP, first=4)
    spool.delivered([1])
    spool.maintain()
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    (message,) = said(caplog, "closed")
    assert "event 4 of view gate" in message
    assert start().last_seq == 3


# --- two processes -------------------------------------------------------------------------------------


def test_a_second_process_is_refused(start: Open, tmp_path: Path) -> None:
    spool = filled(start(), 1)
    with pytest.raises(StorageError, match=rf"{tmp_path}: another edgeclassify \(process {os.getpid()}\)"):
        DiskSpool(tmp_path, SpoolConfig())
    spool.append(event(2))
    assert seqs(spool) == [1, 2]
    spool.close()
    assert seqs(start()) == [1, 2]


def test_an_event_whose_number_is_known_is_not_passed_over(tmp_path: Path) -> None:
    """Who reads up to `last_seq` while an append is in progress gets its event, or the event is late for ever."""
    found: list[list[int]] = []
    readers: list[threading.Thread] = []

    def clock() -> float:
        if readers == [] and opened and opened[0].last_seq == 1:  # in the middle of the append
            readers.append(threading.Thread(target=lambda: found.append(seqs(opened[0]))))
            readers[0].start()
            readers[0].join(0.2)
        return 1000.0

    opened: list[DiskSpool] = []
    opened.append(DiskSpool(tmp_path, SpoolConfig(), clocks=Clocks(monotonic=clock)))
    opened[0].append(event(1))
    readers[0].join()
    opened[0].close()
    assert found == [[1]]


def test_a_folder_that_can_be_written_later_is_locked_then(start: Open, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "state").write_bytes(b"")  # in the folder's place
    spool = filled(start(tmp_path / "state"), 2)
    assert not spool.on_disk
    (tmp_path / "state").unlink()
    clock.now += PAUSE_S
    spool.maintain()
    assert spool.on_disk
    with pytest.raises(StorageError, match="another edgeclassify"):
        DiskSpool(tmp_path / "state", SpoolConfig())


def test_a_folder_that_another_process_has_taken_meanwhile_is_left_to_it(
    start: Open, tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_bytes(b"")
    late = filled(start(tmp_path / "state"), 2)
    (tmp_path / "state").unlink()
    early = filled(start(tmp_path / "state"), 1)
    for _ in range(3):
        clock.now += PAUSE_S
        late.maintain()
    assert (seqs(late), late.on_disk, seqs(early), early.on_disk) == ([1, 2], False, [1], True)
    assert len(said(caplog, "another edgeclassify")) == 1
    early.close()
    clock.now += PAUSE_S
    late.maintain()
    assert late.on_disk


def test_a_lock_file_that_had_no_room_is_made_later(start: Open, tmp_path: Path, clock: Clock) -> None:
    start().close()
    (tmp_path / "spool.lock").unlink()
    (tmp_path / "spool.lock").mkdir()  # it can't be opened for writing
    spool = filled(start(), 1)
    (tmp_path / "spool.lock").rmdir()
    clock.now += PAUSE_S
    spool.maintain()
    with pytest.raises(StorageError, match="another edgeclassify"):
        DiskSpool(tmp_path, SpoolConfig())


# --- what was dropped and arrived all the same -----------------------------------------------------------


@pytest.mark.parametrize("kind", ["disk", "memory"])
def test_an_event_that_was_on_its_way_when_it_was_dropped_does_not_count(start: Open, kind: str) -> None:
    spool: Spool = start(max_bytes=65_536) if kind == "disk" else MemorySpool(3)
    for seq in range(1, 4):
        spool.append(event(seq))
    assert seqs(spool, 2) == [1, 2]  # sent
    for seq in range(4, 7):
        spool.append(event(seq, 40_000))
    dropped = spool.dropped
    assert dropped >= 3
    spool.delivered([2])
    assert spool.dropped == dropped - 1
    spool.delivered([2, 6])
    assert spool.dropped == dropped - 1


def test_an_event_that_went_with_a_damaged_database_and_arrived_does_not_count(
    start: Open, databases: list[sqlite3.Connection], tmp_path: Path
) -> None:
    spool = filled(start(), 2000, size=600)
    databases[-1].execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(tmp_path / FILE_NAME, 600 * 1024, b"\xee" * 8 * 1024)
    there = set[int]()
    while batch := seqs(spool, 64, after=max(there, default=0)):
        there |= set(batch)
    lost = sorted(set(range(1, 2001)) - there)
    assert spool.dropped == len(lost) > 2
    spool.delivered(lost[:2])
    assert spool.dropped == len(lost) - 2
    spool.delivered([max(there)])
    assert spool.dropped == len(lost) - 2
