"""Pictures on disk: bounded, whole, and safe from a clock that jumps, a full disk and other people's files."""

import errno
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import SnapshotConfig
from edgeclassify.files.age import SETTLED_S, AgeClock
from edgeclassify.publish.snapshots.folder import SnapshotFolder
from tests.publish.records import T0
from tests.publish.snapshots.sample_images import caption

DAY = 86_400.0


class Clocks:
    """A wall clock that can be set, and a monotonic one that can't."""

    def __init__(self) -> None:
        self.wall, self.mono = T0, 500.0

    def run(self, seconds: float) -> None:
        self.wall += seconds
        self.mono += seconds

    def age_clock(self) -> AgeClock:
        return AgeClock(lambda: self.wall, lambda: self.mono)


def folder_of(path: Path, clock: AgeClock | None = None, **settings: Any) -> SnapshotFolder:
    return SnapshotFolder(path, SnapshotConfig(**({"disk": True, "min_free_bytes": 0} | settings)), clock)


def names(path: Path) -> list[str]:
    return sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file())


def test_a_picture_is_kept_under_a_name_that_says_what_it_is(tmp_path: Path) -> None:
    path = folder_of(tmp_path / "new").add(caption(label="Egyptian cat", seq=812), b"jpeg")
    assert path == tmp_path / "new" / "gate" / "20261118T110640.123Z-start-egyptian_cat-seq812-1.jpg"


def test_the_name_says_which_picture_it_was(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    for origin, name in (("2026-11-28/Gate 01.jpg", "2026_11_28_gate_01_jpg"), ("d/" * 300 + "x.jpg", None)):
        path = folder.add(caption(origin=origin), b"jpeg")
        assert path is not None
        assert len(path.name) < 200
        assert name is None or path.name.endswith(f"-seq7-1-{name}.jpg")
    assert folder_of(tmp_path).count == 2
    assert folder_of(tmp_path).add(caption(), b"jpeg").name.endswith("-3.jpg")  # type: ignore[union-attr]
    assert path is not None
    assert path.read_bytes() == b"jpeg"


def test_the_oldest_make_room(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, max_bytes=2**16)
    paths = [folder.add(caption(seq=seq, view="ab"[seq % 2]), bytes(20_000)) for seq in range(5)]
    assert [path is not None and path.exists() for path in paths] == [False, False, True, True, True]
    assert (folder.count, folder.bytes_used) == (3, 60_000)


def test_the_quota_holds_over_a_restart(tmp_path: Path) -> None:
    first = folder_of(tmp_path)
    kept = [first.add(caption(seq=seq), bytes(20_000)) for seq in range(6)]
    second = folder_of(tmp_path, max_bytes=2**16)
    second.sweep()
    assert [path is not None and path.exists() for path in kept] == [False, False, False, True, True, True]
    path = second.add(caption(), b"x")
    assert path is not None
    assert path.name.endswith("-7.jpg"), "numbers go on"


def test_order_is_by_number_when_the_clock_was_wrong(tmp_path: Path) -> None:
    first = folder_of(tmp_path)
    for moment in (T0, 4.1e9, 10.0, T0 + 1):  # 2099, then 1970
        first.add(caption(captured_at=moment), bytes(20_000))
    folder_of(tmp_path, max_bytes=2**16).sweep()
    numbers = [int(name.rpartition("-")[2].removesuffix(".jpg")) for name in names(tmp_path)]
    assert sorted(numbers) == [2, 3, 4], "the first written went, whatever their times say"


def test_a_picture_larger_than_the_quota_deletes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = folder_of(tmp_path, max_bytes=2**16)
    kept = folder.add(caption(), bytes(20_000))
    assert folder.add(caption(), bytes(70_000)) is None
    assert folder.add(caption(), bytes(71_000)) is None
    assert kept is not None
    assert kept.exists()
    assert caplog.text.count("more than snapshot.max_bytes") == 1


# --- age -----------------------------------------------------------------------------------------------


def test_own_pictures_age_by_running_time(tmp_path: Path) -> None:
    clocks = Clocks()
    folder = folder_of(tmp_path, clocks.age_clock(), max_age_s=DAY)
    old = folder.add(caption(), b"old")
    clocks.run(0.9 * DAY)
    new = folder.add(caption(captured_at=clocks.wall), b"new")
    clocks.run(0.2 * DAY)
    folder.sweep()
    assert old is not None
    assert new is not None
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.parametrize("jump", [-T0, 4.1e9 - T0, 30 * DAY])
def test_a_jump_of_the_clock_deletes_nothing(tmp_path: Path, jump: float) -> None:
    folder_of(tmp_path).add(caption(), b"from an earlier run")
    clocks = Clocks()
    folder = folder_of(tmp_path, clocks.age_clock(), max_age_s=DAY)
    for seconds in (10.0, SETTLED_S, 10.0):
        clocks.run(seconds)
        folder.sweep()
    folder.add(caption(), b"own")
    clocks.wall += jump
    for _ in range(5):
        clocks.run(SETTLED_S)
        folder.sweep()
    assert folder.count == 2
    clocks.run(DAY)
    folder.sweep()
    assert folder.count == 0, "but a day of running time is a day"


def test_older_pictures_wait_until_the_clock_has_settled(tmp_path: Path) -> None:
    folder_of(tmp_path).add(caption(captured_at=T0 - 3 * DAY), b"old")
    clocks = Clocks()
    clocks.wall = T0 + 1e9  # nonsense, until NTP arrives
    folder = folder_of(tmp_path, clocks.age_clock(), max_age_s=DAY)
    clocks.run(SETTLED_S - 1)
    folder.sweep()
    clocks.wall = T0
    folder.sweep()
    clocks.run(SETTLED_S - 1)
    folder.sweep()
    assert folder.count == 1
    clocks.run(2)
    folder.sweep()
    assert folder.count == 0


# --- what else lies there ----------------------------------------------------------------------------------


FOREIGN = (
    "holiday.jpg", "gate/holiday.jpg", "gate/20261118T110640.123Z-start-open-seq7-1.jpg.bak", "gate/notes.txt",
    "gate/20269918T110640.123Z-start-open-seq7-1.jpg", "a view/20261118T110640.123Z-start-open-seq7-2.jpg",
    "gate/deep/20261118T110640.123Z-start-open-seq7-3.jpg", "gate/.other.tmp",
)  # fmt: skip


def test_foreign_files_are_left_alone_and_not_counted(tmp_path: Path) -> None:
    for name in FOREIGN:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(bytes(50_000))
    target = tmp_path / "elsewhere.bin"
    target.write_bytes(bytes(50_000))
    (tmp_path / "gate" / "20261118T110640.123Z-start-open-seq7-9.jpg").symlink_to(target)
    folder = folder_of(tmp_path, max_bytes=2**16, max_age_s=1e-6)
    folder.sweep()
    for _ in range(5):
        assert folder.add(caption(), bytes(40_000)) is not None
    assert {*FOREIGN, "elsewhere.bin"} <= set(names(tmp_path))
    assert folder.count == 1


def test_what_a_crash_left_unfinished_is_removed(tmp_path: Path) -> None:
    (tmp_path / "gate").mkdir()
    left = tmp_path / "gate" / ".20261118T110640.123Z-start-open-seq7-3.jpg.tmp"
    left.write_bytes(b"half")
    folder = folder_of(tmp_path)
    folder.sweep()
    assert not left.exists()
    assert folder.count == 0


def test_a_picture_that_somebody_took_away_is_no_trouble(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, max_bytes=2**16)
    first = folder.add(caption(), bytes(40_000))
    assert first is not None
    first.unlink()
    assert folder.add(caption(), bytes(40_000)) is not None
    assert folder.bytes_used == 40_000


def test_thousands_of_files_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "gate").mkdir()
    for number in range(3000):
        (tmp_path / "gate" / f"20261118T110640.123Z-start-open-seq{number}-{number}.jpg").touch()
    folder = folder_of(tmp_path)
    assert folder.count == 3000
    (tmp_path / "gate" / "20261118T110640.123Z-start-open-seq9999-9999.jpg").touch()
    assert folder.count == 3000


def test_two_pictures_of_one_number_are_both_counted(tmp_path: Path) -> None:
    (tmp_path / "gate").mkdir()
    for label in ("a", "b"):
        (tmp_path / "gate" / f"20261118T110640.123Z-start-{label}-seq1-5.jpg").write_bytes(b"12345")
    folder = folder_of(tmp_path)
    assert (folder.count, folder.bytes_used) == (2, 10)
    path = folder.add(caption(), b"x")
    assert path is not None
    assert path.name.endswith("-7.jpg")


# --- a disk that will not -------------------------------------------------------------------------------------


def test_little_room_is_said_once_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    real, free = os.statvfs, {"blocks": 100}

    def statvfs(path: Any) -> os.statvfs_result:
        values = list(real(path))
        values[0], values[1], values[4] = 4096, 4096, free["blocks"]
        return os.statvfs_result(values)

    monkeypatch.setattr(os, "statvfs", statvfs)
    folder = folder_of(tmp_path, min_free_bytes=2**20)
    assert [folder.add(caption(), b"x") for _ in range(3)] == [None] * 3
    free["blocks"] = 99
    assert folder.add(caption(), b"x") is None
    assert caplog.text.count("less room than snapshot.min_free_bytes") == 1
    free["blocks"] = 1000
    assert folder.add(caption(), b"x") is not None
    assert caplog.text.count("kept again") == 1


def test_a_disk_that_fills_while_it_is_written_leaves_nothing_half(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path)
    kept = folder.add(caption(), b"first")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert [folder.add(caption(), b"second") for _ in range(2)] == [None, None]
    assert caplog.text.count("No space left on device") == 1
    assert kept is not None
    assert names(tmp_path) == [f"gate/{kept.name}"]
    assert folder.add(caption(), b"third") is not None


@pytest.mark.parametrize("where", ["folder", "view"])
def test_a_file_in_the_way_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture, where: str) -> None:
    path = tmp_path / "snapshots"
    if where == "view":
        path.mkdir()
    (path / "gate" if where == "view" else path).write_bytes(b"")
    folder = folder_of(path)
    folder.sweep()
    assert folder.add(caption(), b"x") is None
    assert folder.add(caption(), b"x") is None
    assert str(path) in caplog.text
    assert len([record for record in caplog.records if "can't keep" in record.message]) == 1
