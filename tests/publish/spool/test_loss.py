"""What a damaged database or log costs between two runs is said, and no number is used twice."""

import logging
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from edgeclassify.config import SpoolConfig
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.database.wal import is_torn, read_wal
from edgeclassify.publish.spool.disk import FILE_NAME, DiskSpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.publish.spool.numbers.mark import FILE_NAME as MARK_NAME, SpoolMark
from edgeclassify.publish.spool.numbers.number_file import STEP
from tests.publish.records import next_number

LAST = 140
WAL = f"{FILE_NAME}-wal"
Damage = Callable[[Path, random.Random], None]


def event(seq: int) -> SpooledEvent:
    return SpooledEvent(seq, "gate", (b'{"seq":%d}' % seq).ljust(200))


def run(folder: Path, first: int = 1, last: int = LAST) -> DiskSpool:
    """A run in which most events are delivered as they come; every fifth stays."""
    spool = DiskSpool(folder, SpoolConfig())
    for seq in range(first, last + 1):
        spool.append(event(seq))
        if seq % 5:
            spool.delivered([seq])
        if seq % 20 == 0:
            spool.maintain()
    return spool


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder as a kill leaves it: with most of the commits in the log."""
    folder, left = tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("killed") / "state"
    spool = run(folder)
    shutil.copytree(folder, left)
    spool.close()
    return left


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder after an end in order."""
    folder = tmp_path_factory.mktemp("ended")
    run(folder).close()
    return folder


PowerCut = Callable[[Path], None]


@pytest.fixture
def power_cut() -> PowerCut:
    """Makes of a killed folder one after a power cut: the note is older, and the machine has started anew."""

    def cut_power(folder: Path) -> None:
        SpoolMark(folder, boot_id=lambda: "11111111-2222-3333-4444-555555555555").keep(LAST - 30, 99)

    return cut_power


def reopened(folder: Path) -> tuple[list[int], int]:
    """(the undelivered events, the next number) of the next run; what it hands out is as it was written."""
    spool = DiskSpool(folder, SpoolConfig())
    try:
        found = list(spool.pending(10_000))
        assert all(one == event(one.seq) for one in found)
        number = next_number(EventNumbers(spool))
        spool.append(event(number))
        assert spool.pending(10_000)[-1].seq == number
        return [one.seq for one in found], number
    finally:
        spool.close()


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def flip(name: str) -> Damage:
    def damage(folder: Path, dice: random.Random) -> None:
        content = bytearray((folder / name).read_bytes())
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        (folder / name).write_bytes(content)

    return damage


def overwrite(name: str, fill: Callable[[random.Random, int], bytes]) -> Damage:
    def damage(folder: Path, dice: random.Random) -> None:
        content = bytearray((folder / name).read_bytes())
        size = dice.choice((4, 100, 512, 1024, 4096))
        begin = dice.randrange(max(1, len(content) - size))
        content[begin : begin + size] = fill(dice, size)
        (folder / name).write_bytes(content)

    return damage


def cut(name: str) -> Damage:
    def damage(folder: Path, dice: random.Random) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: dice.randrange(len(content))])

    return damage


def remove(name: str) -> Damage:
    return lambda folder, _: (folder / name).unlink()


def zeros(_dice: random.Random, size: int) -> bytes:
    return bytes(size)


def noise(dice: random.Random, size: int) -> bytes:
    return dice.randbytes(size)


ONE_OF_EACH: list[tuple[str, Damage, int]] = [
    ("flip a bit of the log", flip(WAL), 80),
    ("zeros in the log", overwrite(WAL, zeros), 40),
    ("noise in the log", overwrite(WAL, noise), 40),
    ("cut the log", cut(WAL), 30),
    ("remove the log", remove(WAL), 1),
    ("remove the database", remove(FILE_NAME), 1),
    ("flip a bit of the database", flip(FILE_NAME), 40),
    ("zeros in the database", overwrite(FILE_NAME, zeros), 20),
    ("noise in the database", overwrite(FILE_NAME, noise), 20),
    ("cut the database", cut(FILE_NAME), 10),
]
IN_ORDER = [case for case in ONE_OF_EACH if "log" not in case[0]]
KEPT = [seq for seq in range(1, LAST + 1) if seq % 5 == 0]


@pytest.mark.parametrize(("damage", "times"), [c[1:] for c in ONE_OF_EACH], ids=[c[0] for c in ONE_OF_EACH])
def test_damage_after_a_kill(
    killed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: Damage, times: int
) -> None:
    check(killed, tmp_path, caplog, damage, times)


@pytest.mark.parametrize(("damage", "times"), [c[1:] for c in IN_ORDER], ids=[c[0] for c in IN_ORDER])
def test_damage_after_an_end_in_order(
    ended: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: Damage, times: int
) -> None:
    check(ended, tmp_path, caplog, damage, times)


def check(source: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: Damage, times: int) -> None:
    for seed in range(times):
        folder = tmp_path / str(seed)
        shutil.copytree(source, folder)
        damage(folder, random.Random(seed))
        caplog.clear()
        found, number = reopened(folder)
        assert number == LAST + 1, f"seed {seed}"
        if not set(KEPT) <= set(found):
            assert errors(caplog), f"seed {seed}: {sorted(set(KEPT) - set(found))} are lost without a word"
        shutil.rmtree(folder)


def test_a_kill_leaves_no_hole_and_nothing_to_say(
    killed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(killed, tmp_path / "state")
    found, number = reopened(tmp_path / "state")
    assert (number, set(KEPT) <= set(found), errors(caplog)) == (LAST + 1, True, [])


def test_an_end_in_order_leaves_no_hole_and_nothing_to_say(
    ended: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(ended, tmp_path / "state")
    assert reopened(tmp_path / "state") == (KEPT, LAST + 1)
    assert errors(caplog) == []


def test_a_loss_is_said_once_with_the_numbers(
    killed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(killed, tmp_path / "state")
    (tmp_path / "state" / WAL).unlink()
    (tmp_path / "state" / FILE_NAME).unlink()
    run(tmp_path / "state", LAST + 1, LAST).close()
    (message,) = errors(caplog)
    assert f"Events 1 to {LAST} are lost, except those that had been delivered" in message
    assert str(tmp_path / "state" / FILE_NAME) in message
    caplog.clear()
    assert reopened(tmp_path / "state")[1] == LAST + 1
    assert errors(caplog) == []


def test_undelivered_events_that_are_gone_below_the_last_number_are_said(
    ended: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(ended, tmp_path / "state")
    with closing(sqlite3.connect(tmp_path / "state" / FILE_NAME)) as database:
        database.execute("DELETE FROM events WHERE seq < 40")
        database.commit()
    assert reopened(tmp_path / "state")[1] == LAST + 1
    (message,) = errors(caplog)
    assert "At least 7 undelivered events are lost" in message
    caplog.clear()
    reopened(tmp_path / "state")
    assert errors(caplog) == []


# --- after a power cut: the note may be old --------------------------------------------------------------


def test_a_power_cut_leaves_no_hole_where_the_log_is_whole(
    killed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, power_cut: PowerCut
) -> None:
    shutil.copytree(killed, tmp_path / "state")
    power_cut(tmp_path / "state")
    assert reopened(tmp_path / "state")[1] == LAST + 1
    assert errors(caplog) == []


def test_damage_in_the_log_after_a_power_cut_skips_what_was_reserved(
    killed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, power_cut: PowerCut
) -> None:
    for seed in range(60):
        folder = tmp_path / str(seed)
        shutil.copytree(killed, folder)
        power_cut(folder)
        dice, content = random.Random(seed), bytearray((folder / WAL).read_bytes())
        end = frames(content)[-1]  # what lies behind the newest commit is of no account
        content[dice.randrange(end)] ^= 1 << dice.randrange(8)
        (folder / WAL).write_bytes(content)
        caplog.clear()
        _, number = reopened(folder)
        assert LAST + 1 < number <= LAST + STEP + 1, f"seed {seed}"
        assert errors(caplog)


def test_a_log_that_is_gone_after_a_power_cut_skips_what_was_reserved(
    killed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, power_cut: PowerCut
) -> None:
    shutil.copytree(killed, tmp_path / "state")
    power_cut(tmp_path / "state")
    (tmp_path / "state" / WAL).unlink()
    assert LAST + 1 < reopened(tmp_path / "state")[1] <= LAST + STEP + 1
    assert errors(caplog)


# --- the log and the note ----------------------------------------------------------------------------------

FRAME = 24 + 1024


def frames(wal: bytes | bytearray) -> list[int]:
    """Where the frames of the log's own begin."""
    return [at for at in range(32, len(wal), FRAME) if wal[at + 8 : at + 16] == wal[16:24]]


def test_the_log_is_read_as_sqlite_reads_it(killed: Path, tmp_path: Path) -> None:
    """Of every log that was cut or damaged: torn, or SQLite finds all of it."""
    wal = read_wal(killed / FILE_NAME)
    assert not is_torn(wal)
    dice, begins = random.Random(3), [at for at in frames(wal) if wal[at + 4 : at + 8] != bytes(4)]
    assert len(begins) > 5
    for at in begins:
        assert not is_torn(wal[: at + FRAME])  # cut behind a commit: nothing tells
        assert is_torn(wal[: at + FRAME - 1])
        broken = bytearray(wal)
        broken[at + 16 + dice.randrange(FRAME - 16)] ^= 4
        assert is_torn(bytes(broken))
        broken = (
            bytearray(wal[: at + FRAME]) + wal[at : at + FRAME]
        )  # its own salts, in a place that is not its own
        assert is_torn(bytes(broken))


def test_no_log_is_not_torn() -> None:
    assert not is_torn(b"")


@pytest.mark.parametrize("wal", [b"x", bytes(32), bytes(5000), b"\x37\x7f\x06\x82" + bytes(28)])
def test_what_is_no_log_is_torn(wal: bytes) -> None:
    assert is_torn(wal)


@pytest.mark.parametrize("content", [b"", b"garbage", b"1 2 0 x 00000000\n", bytes(128)])
def test_a_damaged_note_tells_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / MARK_NAME).write_bytes(content)
    read = SpoolMark(tmp_path)
    assert read.found is None
    read.keep(7, 3)
    found = SpoolMark(tmp_path).found
    assert found is not None
    assert (found.last, found.count, found.clean) == (7, 3, False)
