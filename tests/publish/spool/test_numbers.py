import logging
import os
import stat
import threading
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.publish.spool.numbers.number_file import FILE_NAME, FORMER_NAME, STEP, NumberFile
from edgeclassify.types import ViewRecord
from tests.publish.records import next_number

BLOCK = 4096


def test_numbers_follow_the_spools() -> None:
    spool = MemorySpool()
    spool.append(SpooledEvent(41, "gate", b"{}"))
    numbers = EventNumbers(spool)
    assert numbers.last == 41
    assert [next_number(numbers), next_number(numbers)] == [42, 43]
    assert numbers.last == 43
    # Neither 42 nor 43 was appended: a kill in between leaves no hole.
    assert next_number(EventNumbers(spool)) == 42


def test_threads_get_different_numbers() -> None:
    numbers, got = EventNumbers(MemorySpool()), list[int]()

    def take() -> None:
        got.extend(next_number(numbers) for _ in range(500))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(1, 2001))


def test_a_view_that_has_had_no_event_has_number_0() -> None:
    assert EventNumbers(MemorySpool()).last_of("gate") == 0


def test_the_last_number_of_a_view_is_the_one_before_the_restart() -> None:
    spool = MemorySpool()
    spool.append(SpooledEvent(7, "gate", b"{}", ViewRecord("gate", 7, None)))
    spool.append(SpooledEvent(8, "door", b"{}", ViewRecord("door", 8, None)))
    numbers = EventNumbers(spool)
    assert (numbers.last_of("gate"), numbers.last_of("door")) == (7, 8)


class UnspooledError(Exception):
    """Nothing was spooled."""


@given(st.lists(st.tuples(st.sampled_from(["gate", "door"]), st.booleans())))
def test_only_what_is_spooled_uses_a_number_up(draws: list[tuple[str, bool]]) -> None:
    spool = MemorySpool()
    numbers, used = EventNumbers(spool), list[tuple[str, int]]()
    for view, is_spooled in draws:
        with suppress(UnspooledError), numbers.drawn(view) as seq:
            assert seq == len(used) + 1
            if not is_spooled:
                raise UnspooledError
            spool.append(SpooledEvent(seq, view, b"{}"))
            used.append((view, seq))
        assert numbers.last == len(used)
        for name in ("gate", "door"):
            assert numbers.last_of(name) == max((seq for view, seq in used if view == name), default=0)


def test_a_number_that_is_drawn_is_nobody_elses() -> None:
    numbers, got = EventNumbers(MemorySpool()), list[int]()
    other = threading.Thread(target=lambda: got.append(next_number(numbers)))
    with numbers.drawn("gate") as seq:
        other.start()
        other.join(0.05)
        assert got == []
    other.join()
    assert [seq, *got] == [1, 2]


def test_a_number_that_was_not_used_up_does_not_stay_taken() -> None:
    numbers = EventNumbers(MemorySpool())
    with pytest.raises(UnspooledError), numbers.drawn("gate"):
        raise UnspooledError
    with numbers.drawn("gate") as seq:
        assert seq == 1


def stored(folder: Path) -> tuple[int, int]:
    file = NumberFile(folder)
    return file.ceiling, file.floor


def test_a_new_folder_knows_nothing(tmp_path: Path) -> None:
    assert stored(tmp_path) == (0, 0)
    assert list(tmp_path.iterdir()) == []


def test_numbers_are_reserved_ahead_with_few_writes(tmp_path: Path) -> None:
    file, contents = NumberFile(tmp_path), set[bytes]()
    for seq in range(1, 3 * STEP + 1):
        file.reserve(seq)
        ceiling, floor = stored(tmp_path)
        assert seq <= ceiling < seq + STEP
        assert floor == 0
        contents.add((tmp_path / FILE_NAME).read_bytes())
    assert len(contents) == 3


def test_what_the_database_does_not_have_is_exact(tmp_path: Path) -> None:
    file = NumberFile(tmp_path)
    file.reserve(1)
    file.use_up(7)
    assert stored(tmp_path) == (7, 7)
    file.reserve(8)
    assert stored(tmp_path) == (7 + STEP, 7)


def test_used_up_ahead_until_settled(tmp_path: Path) -> None:
    file = NumberFile(tmp_path)
    for seq in (7, 8, 9):
        file.use_up_ahead(seq)
        assert stored(tmp_path) == (6 + STEP, 6 + STEP)
    file.settle(9)
    assert stored(tmp_path) == (6 + STEP, 9)


def test_overwritten_in_place(tmp_path: Path) -> None:
    file = NumberFile(tmp_path)
    file.use_up(1)
    before = (tmp_path / FILE_NAME).stat()
    for seq in range(2, 50):
        file.use_up(seq)
    after = (tmp_path / FILE_NAME).stat()
    assert (after.st_ino, after.st_size) == (before.st_ino, before.st_size)


@pytest.mark.parametrize("garbage", [b"", b"\0" * 64, b"\xff" * 64, b"9 9 9 00000000\n"])
def test_half_written_leaves_the_number_before(tmp_path: Path, garbage: bytes) -> None:
    file = NumberFile(tmp_path)
    for seq in (5, 6):
        file.use_up(seq)
    content = (tmp_path / FILE_NAME).read_bytes()
    place = content.index(b" 6 6 ") // 4096 * 4096
    torn = content[:place] + garbage.ljust(64, b"\0") + content[place + 64 :]
    (tmp_path / FILE_NAME).write_bytes(torn)
    assert stored(tmp_path) == (5, 5)


@pytest.mark.parametrize("content", [b"", b"812", b"\0" * 8192, b"9" * 100])
def test_a_damaged_file_is_said_and_written_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    file = NumberFile(tmp_path)
    assert (file.ceiling, file.floor) == (0, 0)
    (message,) = [record.getMessage() for record in caplog.records]
    assert f"{tmp_path / FILE_NAME}: expected a record of event numbers, found {len(content)}" in message
    file.use_up(3)
    assert stored(tmp_path) == (3, 3)


@pytest.mark.parametrize(("content", "last"), [(b"812\n", 812), (b"", 0), (b"\xff812", 812), (b"9" * 40, 0)])
def test_the_file_of_an_earlier_version_is_taken_over(tmp_path: Path, content: bytes, last: int) -> None:
    (tmp_path / FORMER_NAME).write_bytes(content)
    file = NumberFile(tmp_path)
    assert (file.ceiling, file.floor) == (last, last)
    assert (tmp_path / FORMER_NAME).exists()
    file.reserve(last + 1)
    assert not (tmp_path / FORMER_NAME).exists()
    assert stored(tmp_path) == (last + STEP, last)


def test_not_writable_is_said_once_and_heals(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = NumberFile(tmp_path)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    caplog.set_level(logging.INFO)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        for seq in (1, 2, 3):
            file.use_up(seq)
    assert [record.getMessage().partition(". ")[0] for record in caplog.records] == [
        f"{tmp_path / FILE_NAME}: can't be written: No space left on device"
    ]
    caplog.clear()
    for seq in (4, 5):
        file.use_up(seq)
    assert [record.getMessage() for record in caplog.records] == [f"{tmp_path / FILE_NAME}: written again"]
    assert stored(tmp_path) == (5, 5)


def test_what_could_not_be_written_counts_in_this_run(
    tmp_path: Path, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    file = NumberFile(tmp_path)
    tmp_path.chmod(0o555)
    with unprivileged():
        file.use_up(5)
    assert (file.ceiling, file.floor) == (5, 5)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_can_not_be_read_is_said_and_counts_for_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE_NAME).mkdir()
    file = NumberFile(tmp_path)
    assert (file.ceiling, file.floor) == (0, 0)
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path / FILE_NAME}: can't be read: Is a directory"
    ]


def test_a_whole_file_says_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    NumberFile(tmp_path).use_up(1)
    assert stored(tmp_path) == (1, 1)
    assert caplog.records == []


def test_a_number_that_counts_as_used_is_not_written_again(tmp_path: Path) -> None:
    file = NumberFile(tmp_path)
    file.use_up(7)
    content = (tmp_path / FILE_NAME).read_bytes()
    for again in (file.use_up, file.use_up_ahead, file.settle, file.reserve):
        again(7)
        assert (tmp_path / FILE_NAME).read_bytes() == content


def test_the_number_after_the_floor_is_written(tmp_path: Path) -> None:
    file = NumberFile(tmp_path)
    file.use_up(7)
    file.use_up_ahead(8)
    assert stored(tmp_path) == (7 + STEP, 7 + STEP)


def test_a_file_that_was_removed_comes_back_with_what_was_reserved(tmp_path: Path) -> None:
    file = NumberFile(tmp_path)
    file.reserve(5)
    (tmp_path / FILE_NAME).unlink()
    file.write_anew(7)
    assert stored(tmp_path) == (4 + STEP, 7)


def test_a_file_that_comes_back_reserves_at_least_what_was_used(tmp_path: Path) -> None:
    NumberFile(tmp_path).write_anew(812)
    assert stored(tmp_path) == (812, 812)


@pytest.mark.parametrize("length", [0, 1, BLOCK + 64, 2 * BLOCK - 1])
def test_both_blocks_are_there_from_the_start(tmp_path: Path, length: int) -> None:
    file = NumberFile(tmp_path)
    if length:
        (tmp_path / FILE_NAME).write_bytes(b"\n" * length)
    for _ in range(2):  # the one record is in the first block, the other in the second
        file.write_anew(3)
        assert (tmp_path / FILE_NAME).stat().st_size == 2 * BLOCK
    assert (tmp_path / FILE_NAME).read_bytes().strip(b"\0").count(b"\n") == 4


def test_the_record_before_stays_where_it_is(tmp_path: Path) -> None:
    file = NumberFile(tmp_path)
    for seq in (5, 6):
        file.use_up(seq)
    content = (tmp_path / FILE_NAME).read_bytes()
    assert {content.index(b" 5 5 ") // BLOCK, content.index(b" 6 6 ") // BLOCK} == {0, 1}


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        NumberFile(tmp_path).use_up(1)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_a_new_file_is_on_disk_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced, fsync = list[bool](), os.fsync

    def noted(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    file = NumberFile(tmp_path)
    file.use_up(1)
    assert synced == [False, True]
    file.use_up(2)
    assert synced == [False, True, False]


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    file = NumberFile(tmp_path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for seq in range(1, 10):
        file.use_up(seq)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize(
    ("content", "last"),
    [(b"9" * 18, 10**18 - 1), (b"9" * 19, 0), (b"3 12 7", 12), (b" " * 4095 + b"5", 5), (b" " * 4096 + b"5", 0)],
)
def test_how_much_of_an_earlier_versions_file_counts(tmp_path: Path, content: bytes, last: int) -> None:
    (tmp_path / FORMER_NAME).write_bytes(content)
    assert stored(tmp_path) == (last, last)


def test_an_earlier_versions_file_that_can_not_be_read_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / FORMER_NAME).mkdir()
    assert stored(tmp_path) == (0, 0)


def test_a_hundred_numbers_are_reserved_at_once(tmp_path: Path) -> None:
    NumberFile(tmp_path).reserve(1)
    assert stored(tmp_path) == (100, 0)


def test_the_files_form_stays(tmp_path: Path) -> None:
    record = b"7 106 5 %08x\n" % zlib.crc32(b"7 106 5")
    (tmp_path / FILE_NAME).write_bytes(bytes(BLOCK) + record.ljust(63) + b"\n" + bytes(BLOCK - 64))
    assert stored(tmp_path) == (106, 5)
    NumberFile(tmp_path).use_up(6)
    record = b"8 6 6 %08x\n" % zlib.crc32(b"8 6 6")
    assert (tmp_path / FILE_NAME).read_bytes()[:BLOCK] == record.ljust(63) + b"\n" + bytes(BLOCK - 64)


def test_the_highest_number_survives_a_restart(tmp_path: Path) -> None:
    file = NumberFile(tmp_path)
    file.use_up(10**18 - 1)
    assert stored(tmp_path) == (10**18 - 1, 10**18 - 1)
