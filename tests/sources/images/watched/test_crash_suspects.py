"""What is remembered of the picture that is being decoded."""

from pathlib import Path

import pytest

from edgeclassify.sources.images.watched.crash_suspects import CrashSuspects

ONE, OTHER = "0123456789abcdef", "fedcba9876543210"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "watched-front.suspects"


def test_counts_over_restarts(path: Path) -> None:
    assert [CrashSuspects(path).begin(ONE) for _ in range(4)] == [1, 2, 3, 3]
    assert CrashSuspects(path).begin(OTHER) == 1


def test_who_comes_through_is_forgotten(path: Path) -> None:
    suspects = CrashSuspects(path)
    suspects.begin(ONE)
    suspects.begin(OTHER)
    suspects.end(OTHER)
    suspects.close()
    again = CrashSuspects(path)
    assert (again.begin(OTHER), again.begin(ONE)) == (1, 2)
    again.end(ONE)
    assert CrashSuspects(path).begin(ONE) == 1


def test_a_few_suspects_are_remembered(path: Path) -> None:
    suspects = CrashSuspects(path)
    for number in range(20):
        suspects.begin(f"{number:016x}")
    assert path.stat().st_size <= 200
    assert (CrashSuspects(path).begin(f"{19:016x}"), CrashSuspects(path).begin(f"{0:016x}")) == (2, 1)


@pytest.mark.parametrize("content", [b"", b"\xff\0nonsense\n", f"{ONE} 7\n".encode(), ONE.encode() + b" 1"[:1]])
def test_a_damaged_file_counts_as_empty(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert CrashSuspects(path).begin(ONE) == 1


def test_a_file_that_can_not_be_written_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "state").write_text("in the way")
    suspects = CrashSuspects(tmp_path / "state" / "watched-front.suspects")
    assert [suspects.begin(ONE), suspects.begin(ONE), suspects.begin(ONE)] == [1, 2, 3]
    assert len(caplog.records) == 1
    assert CrashSuspects(None).begin(ONE) == 1
