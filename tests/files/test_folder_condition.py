"""What becomes of what is written into a folder, on file systems that are mounted for it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from edgeclassify.files import FolderCondition, condition_of
from tests.support.small_disk import small_disk_at


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """Skips the test where nobody may mount."""
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True, check=False)
    if os.geteuid() != 0 or done.returncode != 0:
        pytest.skip(f"needs root, and the right to mount: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_folder_on_a_disk_is_fine(tmp_path: Path) -> None:
    kind = subprocess.run(["stat", "-f", "-c", "%T", str(tmp_path)], capture_output=True, text=True, check=True)
    if kind.stdout.strip() in ("tmpfs", "overlayfs"):
        pytest.skip("temporary files are in memory here")
    assert condition_of(tmp_path) is FolderCondition.OK
    assert condition_of(tmp_path).keeps


def test_one_that_is_not_there_and_one_that_is_a_file(tmp_path: Path) -> None:
    assert condition_of(tmp_path / "gone") is FolderCondition.MISSING
    (tmp_path / "file").touch()
    assert condition_of(tmp_path / "file") is FolderCondition.UNWRITABLE
    assert condition_of(tmp_path / "file" / "below") is FolderCondition.UNWRITABLE


def test_one_that_is_not_ours(tmp_path: Path, unprivileged: Callable[[], AbstractContextManager[None]]) -> None:
    (tmp_path / "theirs").mkdir(mode=0o755)
    if os.geteuid() == 0:
        (tmp_path / "closed").mkdir(mode=0o700)
        (tmp_path / "closed" / "below").mkdir()
    with unprivileged():
        if os.geteuid() == (tmp_path / "theirs").stat().st_uid:
            pytest.skip("needs root, to become somebody else")
        assert condition_of(tmp_path / "theirs") is FolderCondition.UNWRITABLE
        assert condition_of(tmp_path / "closed" / "below") is FolderCondition.UNWRITABLE


def test_in_memory_then_full_then_read_only(tmp_path: Path) -> None:
    with small_disk_at(tmp_path / "small", "2m") as folder:
        assert condition_of(folder) is FolderCondition.VOLATILE
        (folder / "most").write_bytes(bytes(1900 * 1024))
        assert condition_of(folder) is FolderCondition.FULL
        (folder / "most").unlink()
        assert condition_of(folder) is FolderCondition.VOLATILE
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        assert condition_of(folder) is FolderCondition.READ_ONLY


def test_no_inode_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    with mounted(folder, "-t", "tmpfs", "-o", "nr_inodes=3", "none"):
        for name in "ab":
            (folder / name).touch()
        assert condition_of(folder) is FolderCondition.FULL


def test_an_overlay_in_memory_and_one_on_a_disk(tmp_path: Path) -> None:
    """As raspi-config lays it over the root, and as it may lie over a disk."""
    for name in ("lower", "root", "disk", "disk/upper, one", "disk/work"):
        (tmp_path / name).mkdir()
    on_disk = condition_of(tmp_path)
    with small_disk_at(tmp_path / "memory", "2m") as memory:
        for name in ("upper", "work"):
            (memory / name).mkdir()
        for upper, expected in (
            (memory / "upper", FolderCondition.VOLATILE),
            (tmp_path / "disk/upper, one", on_disk),
        ):
            escaped = str(upper).replace(",", r"\,")
            parts = f"lowerdir={tmp_path / 'lower'},upperdir={escaped},workdir={upper.parent / 'work'}"
            with mounted(tmp_path / "root", "-t", "overlay", "overlay", "-o", parts):
                (tmp_path / "root" / "state").mkdir()
                assert condition_of(tmp_path / "root" / "state") is expected


def test_an_overlay_whose_upper_folder_is_out_of_sight(tmp_path: Path) -> None:
    """Mounted before the root was: by the kernel's command line it is known what it is."""
    number = tmp_path.stat().st_dev
    mounts, command_line = tmp_path / "mountinfo", tmp_path / "cmdline"
    mounts.write_text(
        f"22 1 {os.major(number)}:{os.minor(number)} / / rw,noatime shared:1 - overlay overlay "
        "rw,lowerdir=/lower,upperdir=/nowhere/upper/data,workdir=/nowhere/upper/work\n"
    )
    for text, expected in (
        ("console=tty1 overlayroot=tmpfs root=PARTUUID=1-02\n", FolderCondition.VOLATILE),
        ("overlayroot=tmpfs:recurse=0 console=tty1\n", FolderCondition.VOLATILE),
        ("boot=overlay console=tty1\n", FolderCondition.VOLATILE),
        ("console=tty1 root=PARTUUID=1-02 boot=overlays\n", FolderCondition.OK),
    ):
        command_line.write_text(text)
        assert condition_of(tmp_path, mounts, command_line) is expected
    command_line.unlink()
    assert condition_of(tmp_path, mounts, command_line) is FolderCondition.OK


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/dev/zram0", FolderCondition.VOLATILE),
        ("/dev/ram0", FolderCondition.VOLATILE),
        ("/dev/mmcblk0p2", FolderCondition.OK),
        ("/dev/mapper/ram0", FolderCondition.OK),
    ],
)
def test_a_disk_that_is_memory(tmp_path: Path, source: str, expected: FolderCondition) -> None:
    """As log2ram and zram-tools make one: its file system is one of disks."""
    number = tmp_path.stat().st_dev
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        f"22 1 {os.major(number)}:{os.minor(number)} / / rw,noatime shared:1 - ext4 {source} rw,discard\n"
    )
    assert condition_of(tmp_path, mounts) is expected


def test_where_the_kernel_tells_nothing_of_mounts_it_counts_as_a_disk(tmp_path: Path) -> None:
    assert condition_of(tmp_path, tmp_path / "none", tmp_path / "none") is FolderCondition.OK


def test_nothing_is_written(tmp_path: Path) -> None:
    before = tmp_path.stat().st_mtime_ns
    condition_of(tmp_path)
    assert tmp_path.stat().st_mtime_ns == before
    shutil.rmtree(tmp_path)
