import logging
import threading
from pathlib import Path

import pytest

from edgeclassify.publish import sequence
from edgeclassify.publish.sequence import FILE_NAME, EventNumbers


def test_numbers_grow_by_one_across_restarts(tmp_path: Path) -> None:
    first = EventNumbers(tmp_path / "state")
    assert [first.next() for _ in range(3)] == [1, 2, 3]
    second = EventNumbers(tmp_path / "state")
    assert second.last == 3
    assert second.next() == 4


def test_a_number_is_on_disk_before_it_is_handed_out(tmp_path: Path) -> None:
    numbers = EventNumbers(tmp_path)
    for expected in (1, 2, 3):
        assert numbers.next() == expected
        assert (tmp_path / FILE_NAME).read_bytes() == b"%d\n" % expected


def test_without_a_folder_in_memory_only() -> None:
    numbers = EventNumbers(None)
    assert [numbers.next(), numbers.next()] == [1, 2]


@pytest.mark.parametrize(
    ("content", "following"),
    [(b"", 1), (b"\0\0\0\0", 1), (b"812", 813), (b"\xff\xfe812\n", 813), (b"-5\n", 6), (b"no number", 1),
     (b"9" * 40 + b"\n", 1)],
)  # fmt: skip
def test_damaged_file_is_set_aside_and_counting_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes, following: int
) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    assert EventNumbers(tmp_path).next() == following
    assert (tmp_path / f"{FILE_NAME}.damaged-1").read_bytes() == content
    (message,) = [record.getMessage() for record in caplog.records]
    assert str(tmp_path / FILE_NAME) in message
    assert f"set aside as {FILE_NAME}.damaged-1" in message
    assert f"go on with {following}" in message


def test_a_second_damaged_file_does_not_overwrite_the_first(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        (tmp_path / FILE_NAME).write_bytes(content)
        EventNumbers(tmp_path)
    assert (tmp_path / f"{FILE_NAME}.damaged-1").read_bytes() == b"first"
    assert (tmp_path / f"{FILE_NAME}.damaged-2").read_bytes() == b"second"


def test_the_temporary_file_of_a_power_cut_helps(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\0\0\0")
    (tmp_path / f"{FILE_NAME}.tmp").write_bytes(b"41\n")
    assert EventNumbers(tmp_path).next() == 42


def test_a_left_over_temporary_file_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"7\n")
    (tmp_path / f"{FILE_NAME}.tmp").write_bytes(b"garbage")
    assert EventNumbers(tmp_path).next() == 8


def test_not_writable_is_said_once_and_events_go_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    numbers = EventNumbers(tmp_path / "file")
    with caplog.at_level(logging.WARNING):
        assert [numbers.next() for _ in range(3)] == [1, 2, 3]
    said = [record.getMessage() for record in caplog.records if "counted in memory" in record.getMessage()]
    assert len(said) == 1
    assert "a restart some may repeat" in said[0]


def test_full_disk_heals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = EventNumbers(tmp_path)
    numbers.next()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sequence.os, "fsync", full)
        assert [numbers.next(), numbers.next()] == [2, 3]
    assert EventNumbers(tmp_path).last <= 3
    assert numbers.next() == 4
    assert EventNumbers(tmp_path).last == 4


def test_threads_get_different_numbers(tmp_path: Path) -> None:
    numbers, got = EventNumbers(None), list[int]()

    def take() -> None:
        got.extend(numbers.next() for _ in range(500))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(1, 2001))
