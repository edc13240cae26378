"""Several sinks of one spool: each gets every event, also over restarts; with one the file is as ever."""

import itertools
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.config import SpoolConfig
from edgeclassify.publish.interface import Spool, SpooledEvent, SpoolReader
from edgeclassify.publish.spool.acknowledgements import Runs
from edgeclassify.publish.spool.clocks import Clocks
from edgeclassify.publish.spool.disk import FILE_NAME, DiskSpool
from edgeclassify.publish.spool.memory import MemorySpool
from tests.support.clock import Clock

Start = Callable[..., DiskSpool]
SINKS = ("mqtt", "webhook")


def event(seq: int) -> SpooledEvent:
    return SpooledEvent(seq, "gate", b'{"seq":%d}' % seq)


def seqs(reader: SpoolReader, limit: int = 1000, after: int = 0) -> list[int]:
    return [item.seq for item in reader.pending(limit, after=after)]


def readers(spool: Spool, *names: str) -> list[SpoolReader]:
    spool.serve(names)
    return [spool.reader(name) for name in names]


def tables(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / FILE_NAME)) as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_schema")}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def start(folder: Path, clock: Clock) -> Iterator[Start]:
    """Opens the spool of a folder; at the end what is still open is closed."""
    opened: list[DiskSpool] = []

    def open_one(where: Path = folder, last: int = 0, **changes: Any) -> DiskSpool:
        opened.append(DiskSpool(where, SpoolConfig(**changes), clocks=Clocks(monotonic=clock)))
        for seq in range(opened[-1].last_seq + 1, last + 1):
            opened[-1].append(event(seq))
        return opened[-1]

    yield open_one
    for spool in opened:
        spool.close()


@pytest.fixture(params=["disk", "memory"])
def spool(request: pytest.FixtureRequest, start: Start) -> Spool:
    return start() if request.param == "disk" else MemorySpool()


def test_an_event_is_kept_until_each_has_had_it(spool: Spool) -> None:
    mqtt, webhook = readers(spool, *SINKS)
    for seq in range(1, 6):
        spool.append(event(seq))
    assert seqs(mqtt) == seqs(webhook) == [1, 2, 3, 4, 5]
    mqtt.delivered([1, 2, 3, 5, 99])
    assert (seqs(mqtt), seqs(webhook)) == ([4], [1, 2, 3, 4, 5])
    assert (mqtt.depth, webhook.depth, spool.depth) == (1, 5, 5)
    webhook.delivered([2, 4])
    assert (seqs(mqtt), seqs(webhook)) == ([4], [1, 3, 5])
    assert (mqtt.depth, webhook.depth, spool.depth) == (1, 3, 4)
    mqtt.delivered([4])
    webhook.delivered([1, 3, 5])
    assert (mqtt.depth, webhook.depth, spool.depth, spool.last_seq) == (0, 0, 0, 5)


def test_what_one_has_had_is_passed_over_in_windows(spool: Spool) -> None:
    mqtt, webhook = readers(spool, *SINKS)
    for seq in range(1, 301):
        spool.append(event(seq))
    mqtt.delivered(range(3, 290))
    assert seqs(mqtt, 4) == [1, 2, 290, 291]
    assert seqs(mqtt, 4, after=2) == [290, 291, 292, 293]
    assert seqs(mqtt, 4, after=299) == [300]
    assert seqs(webhook, 3, after=150) == [151, 152, 153]
    assert (mqtt.last_seq, webhook.last_seq) == (300, 300)


def test_the_last_but_one_that_leaves_lets_go_what_the_other_has(spool: Spool) -> None:
    mqtt, _ = readers(spool, *SINKS)
    for seq in range(1, 6):
        spool.append(event(seq))
    mqtt.delivered([1, 2, 4])
    spool.serve(["mqtt"])
    assert (seqs(spool), seqs(mqtt), mqtt.depth, spool.depth) == ([3, 5], [3, 5], 2, 2)
    mqtt.delivered([3])
    assert (seqs(spool), spool.depth) == ([5], 1)
    assert seqs(readers(spool, *SINKS)[1]) == [5], "a sink that comes back is new"


def test_one_of_three_that_leaves_holds_up_nothing(spool: Spool) -> None:
    mqtt, webhook, _ = readers(spool, *SINKS, "page")
    for seq in range(1, 6):
        spool.append(event(seq))
    mqtt.delivered([1, 2, 3])
    webhook.delivered([2, 3, 4])
    assert spool.depth == 5
    spool.serve(SINKS)
    assert (spool.depth, seqs(mqtt), seqs(webhook)) == (3, [4, 5], [1, 5])
    assert (mqtt.depth, webhook.depth) == (2, 2)


def test_another_event_of_a_number_is_new_to_all(spool: Spool) -> None:
    mqtt, webhook = readers(spool, *SINKS)
    for seq in (1, 2, 3):
        spool.append(event(seq))
    mqtt.delivered([1, 2, 3])
    spool.append(SpooledEvent(2, "yard", b"{}"))
    assert (seqs(mqtt), mqtt.depth, webhook.depth) == ([2], 1, 3)


def test_delivered_to_the_whole_is_delivered_to_each(spool: Spool) -> None:
    mqtt, webhook = readers(spool, *SINKS)
    for seq in (1, 2, 3):
        spool.append(event(seq))
    mqtt.delivered([1])
    spool.delivered([1, 2])
    assert (mqtt.depth, webhook.depth, spool.depth) == (1, 1, 1)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(["append", "mqtt", "webhook", "maintain", "again"]), st.integers(1, 12)))
)
def test_like_a_simple_model(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]) -> None:
    folder = tmp_path_factory.mktemp("spool")
    spool: DiskSpool = DiskSpool(folder, SpoolConfig())
    found = dict(zip(SINKS, readers(spool, *SINKS), strict=True))
    lacks: dict[str, set[int]] = {name: set() for name in SINKS}
    for step, seq in steps:
        if step == "append":
            spool.append(event(seq))
            for name in SINKS:
                lacks[name].add(seq)
        elif step == "maintain":
            spool.maintain()
        elif step == "again":
            spool.close()
            spool = DiskSpool(folder, SpoolConfig())
            found = dict(zip(SINKS, readers(spool, *SINKS), strict=True))
        else:
            found[step].delivered([seq])
            lacks[step].discard(seq)
        for name in SINKS:
            assert seqs(found[name]) == sorted(lacks[name])
            assert seqs(found[name], 2, after=3) == [one for one in sorted(lacks[name]) if one > 3][:2]
            assert found[name].depth == len(lacks[name])
        assert (seqs(spool), spool.depth) == (sorted(set.union(*lacks.values())), len(set.union(*lacks.values())))
    spool.close()


# --- bounds --------------------------------------------------------------------------------------------


def test_one_that_is_away_for_long_costs_the_oldest_and_is_counted_once(start: Start, clock: Clock) -> None:
    spool = start(max_age_s=100)
    mqtt, webhook = readers(spool, *SINKS)
    for seq in range(1, 6):
        spool.append(event(seq))
    mqtt.delivered([1, 2, 3, 4])
    clock.now += 50
    spool.append(event(6))
    clock.now += 60
    spool.maintain()
    assert (seqs(mqtt), seqs(webhook), spool.depth, spool.dropped) == ([6], [6], 1, 5)
    assert (mqtt.depth, webhook.depth) == (1, 1)
    webhook.delivered([1])  # it was on its way
    assert spool.dropped == 4
    webhook.delivered([5])
    assert spool.dropped == 4, "the other has not had it"
    mqtt.delivered([5])
    assert spool.dropped == 3


def test_a_full_memory_drops_the_oldest_for_both() -> None:
    spool = MemorySpool(3)
    mqtt, webhook = readers(spool, *SINKS)
    for seq in (1, 2, 3):
        spool.append(event(seq))
    mqtt.delivered([1, 2])
    spool.append(event(4))
    assert (seqs(mqtt), seqs(webhook)) == ([3, 4], [2, 3, 4])
    assert (mqtt.depth, webhook.depth, spool.dropped) == (2, 3, 1)


# --- restarts ------------------------------------------------------------------------------------------


def test_what_each_has_had_survives_a_restart_and_a_kill(start: Start, killed: Callable[[], Path]) -> None:
    spool = start(last=400)
    mqtt, webhook = readers(spool, *SINKS)
    mqtt.delivered(range(1, 351))
    webhook.delivered([7, 8])
    spool.maintain()
    for where in (killed(), None):
        if where is None:
            spool.close()
        again = start() if where is None else start(where)
        mqtt, webhook = readers(again, *SINKS)
        assert seqs(mqtt) == list(range(351, 401))
        assert seqs(webhook) == [*range(1, 7), *range(9, 401)]
        assert (mqtt.depth, webhook.depth, again.depth) == (50, 398, 398)


def test_a_second_later_a_kill_repeats_nothing(start: Start, killed: Callable[[], Path]) -> None:
    spool = start(last=3)
    mqtt, webhook = readers(spool, *SINKS)
    for seq, reader in ((1, mqtt), (2, webhook), (2, mqtt), (3, mqtt)):
        reader.delivered([seq])
        spool.maintain()
        found = [seqs(one) for one in readers(start(killed()), *SINKS)]
        assert found == [seqs(mqtt), seqs(webhook)]


@pytest.mark.parametrize("staying", [0, 1, 8, 9, 40])
def test_many_that_all_have_had_go_and_what_stays_is_as_it_was(
    start: Start, killed: Callable[[], Path], staying: int
) -> None:
    spool = start(last=64 + staying)
    mqtt, webhook = readers(spool, *SINKS)
    mqtt.delivered([*range(1, 64), 64 + staying])
    webhook.delivered([*range(2, 65), 64 + staying])
    spool.maintain()
    left = {1, *range(64, 65 + staying)} - {64 + staying}
    again = start(killed())
    assert list(again.pending(1000)) == [event(seq) for seq in sorted(left)]
    assert (again.last_seq, again.depth) == (64 + staying, len(left))
    spool.append(event(65 + staying))
    assert start(killed()).last_seq == 65 + staying
    assert seqs(spool) == [*sorted(left), 65 + staying]


def test_a_kill_repeats_at_most_256(start: Start, killed: Callable[[], Path]) -> None:
    spool = start(last=600)
    mqtt, _ = readers(spool, *SINKS)
    for begin in range(0, 600, 50):
        mqtt.delivered(range(begin + 1, begin + 51))
    mqtt, _ = readers(start(killed()), *SINKS)
    assert len(seqs(mqtt)) < 256


def test_a_kill_after_an_event_lost_none_for_either(start: Start, killed: Callable[[], Path]) -> None:
    spool = start()
    readers(spool, *SINKS)
    for seq in (1, 2, 3):
        spool.append(event(seq))
    assert [seqs(one) for one in readers(start(killed()), *SINKS)] == [[1, 2, 3], [1, 2, 3]]


def test_a_restart_without_one_of_them_gives_the_table_back(start: Start, folder: Path) -> None:
    spool = start(last=5)
    mqtt, webhook = readers(spool, *SINKS)
    mqtt.delivered([1, 2, 4])
    webhook.delivered([5])
    spool.close()
    assert "acknowledged" in tables(folder)
    spool = start()
    (mqtt,) = readers(spool, "mqtt")
    assert (seqs(mqtt), spool.depth) == ([3, 5], 2)
    spool.close()
    assert tables(folder) == {"events", "views"}
    with closing(sqlite3.connect(folder / FILE_NAME)) as database:
        assert database.execute("SELECT seq FROM events WHERE body NOT NULL ORDER BY seq").fetchall() == [
            (3,),
            (5,),
        ]


def test_a_new_one_gets_what_is_there(start: Start) -> None:
    spool = start(last=5)
    (mqtt,) = readers(spool, "mqtt")
    mqtt.delivered([1, 2])
    spool.close()
    mqtt, webhook = readers(start(), *SINKS)
    assert seqs(mqtt) == seqs(webhook) == [3, 4, 5]


def test_with_one_sink_nothing_is_written_but_events(
    start: Start, folder: Path, killed: Callable[[], Path]
) -> None:
    plain, served = start(), start(folder.with_name("served"))
    (mqtt,) = readers(served, "mqtt")
    for spool, reader in ((plain, plain), (served, mqtt)):
        for seq in range(1, 301):
            spool.append(event(seq))
            if seq % 3:
                reader.delivered([seq])
            if seq % 50 == 0:
                spool.maintain()
        spool.close()
    assert tables(folder) == tables(folder.with_name("served")) == {"events", "views"}
    contents = [(where / FILE_NAME).read_bytes() for where in (folder, folder.with_name("served"))]
    assert contents[0] == contents[1]


def test_what_is_noted_of_a_sink_and_damaged_repeats_events(start: Start, folder: Path) -> None:
    spool = start(last=5)
    mqtt, _ = readers(spool, *SINKS)
    mqtt.delivered([1, 2, 4])
    spool.close()
    with closing(sqlite3.connect(folder / FILE_NAME)) as database:
        database.execute("UPDATE acknowledged SET last = 3 WHERE first = 1")
        database.commit()
    mqtt, webhook = readers(start(), *SINKS)
    assert (seqs(mqtt), seqs(webhook)) == ([1, 2, 3, 5], [1, 2, 3, 4, 5])


def test_a_database_that_is_removed_or_damaged_is_noted_anew(
    start: Start, folder: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    spool = start(last=5)
    mqtt, _ = readers(spool, *SINKS)
    mqtt.delivered([1, 2, 4])
    spool.maintain()
    (folder / FILE_NAME).unlink()
    clock.now += 60
    spool.maintain()
    assert "written anew" in caplog.text
    assert (seqs(mqtt), mqtt.depth) == ([3, 5], 2)
    spool.close()
    mqtt, webhook = readers(start(), *SINKS)
    assert (seqs(mqtt), seqs(webhook)) == ([3, 5], [1, 2, 3, 4, 5])


def test_a_disk_that_takes_nothing_keeps_it_in_memory(
    start: Start, folder: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    folder.write_bytes(b"in the way")
    spool = start(last=4)
    mqtt, webhook = readers(spool, *SINKS)
    mqtt.delivered([1, 2])
    assert (seqs(mqtt), seqs(webhook), mqtt.depth) == ([3, 4], [1, 2, 3, 4], 2)
    folder.unlink()
    clock.now += 60
    spool.maintain()
    spool.append(event(5))
    spool.maintain()
    spool.close()
    mqtt, webhook = readers(start(), *SINKS)
    assert (seqs(mqtt), seqs(webhook)) == ([3, 4, 5], [1, 2, 3, 4, 5])


# --- runs ----------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 15)), max_size=60))
def test_runs_are_a_set_of_numbers(steps: list[tuple[bool, int]]) -> None:
    runs, kept = Runs(), set[int]()
    noted: dict[int, int] = {}
    for add, seq in steps:
        if add:
            runs.add(seq)
            kept.add(seq)
        else:
            runs.discard(seq)
            kept.discard(seq)
        listed = list(runs)
        assert [seq for first, last in listed for seq in range(first, last + 1)] == sorted(kept)
        assert all(one[1] + 1 < other[0] for one, other in itertools.pairwise(listed)), "neighbours are one run"
        assert all((seq in runs) == (seq in kept) for seq in range(17))
        # What was touched is all that somebody has to write who has noted the runs before.
        for first in runs.touched:
            noted.pop(first, None)
            if (run := runs.run_at(first)) is not None:
                noted[run[0]] = run[1]
        runs.touched = set()
        assert sorted(noted.items()) == listed


def test_runs_of_two_sources_are_joined() -> None:
    runs = Runs([(5, 9), (1, 2), (8, 12), (3, 3), (20, 21)])
    assert list(runs) == [(1, 3), (5, 12), (20, 21)]
    assert (runs.end(5), runs.end(13), runs.end(1)) == (12, 12, 3)
