import logging
import threading
from pathlib import Path

import pytest

from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool import numbers
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers import FILE_NAME, FORMER_NAME, STEP, EventNumbers, NumberFile


def test_numbers_follow_the_spools() -> None:
    spool = MemorySpool()
    spool.append(SpooledEvent(41, "gate", b"{}"))
    numbers = EventNumbers(spool)
    assert numbers.last == 41
    assert [numbers.next(), numbers.next()] == [42, 43]
    assert numbers.last == 43
    assert EventNumbers(spool).next() == 42  # neither 42 nor 43 was appended: a kill in between leaves no hole


def test_threads_get_different_numbers() -> None:
    numbers, got = EventNumbers(MemorySpool()), list[int]()

    def take() -> None:
        got.extend(numbers.next() for _ in range(500))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(1, 2001))


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

    with monkeypatch.context() as patch, caplog.at_level(logging.INFO):
        patch.setattr(numbers.os, "fsync", full)
        for seq in (1, 2, 3):
            file.use_up(seq)
    assert [record.getMessage().partition(". ")[0] for record in caplog.records] == [
        f"{tmp_path / FILE_NAME}: can't be written: No space left on device"
    ]
    file.use_up(4)
    assert stored(tmp_path) == (4, 4)
