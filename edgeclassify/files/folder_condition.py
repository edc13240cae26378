"""What becomes of a file that is written into a folder: it stays, is lost with the power, or can't be written."""

import os
import re
from enum import StrEnum
from pathlib import Path

from edgeclassify.late_pattern import late_pattern
from edgeclassify.lazy_dataclass import dataclass

LEAST_FREE_BYTES = 256 * 1024
"""Less free room is none: a database that grows takes as much at once."""

_MOUNTS, _COMMAND_LINE = Path("/proc/self/mountinfo"), Path("/proc/cmdline")
_IN_MEMORY = ("tmpfs", "ramfs")
_BLOCKS_IN_MEMORY = late_pattern(r"/dev/z?ram\d")
# What raspi-config writes there, now and in former versions: its overlay keeps what is written in memory.
_MEMORY_OVER_ROOT = late_pattern(r"(?:^|\s)(?:overlayroot=tmpfs|boot=overlay)(?=[\s:,]|$)")


class FolderCondition(StrEnum):
    """In `health` as it is here."""

    OK = "ok"
    VOLATILE = "volatile"
    """It can be written, and is in memory: a power cut takes what was written."""
    FULL = "full"
    READ_ONLY = "read-only"
    MISSING = "missing"
    UNWRITABLE = "unwritable"
    """It is not for this process to write to, or its disk fails."""

    @property
    def keeps(self) -> bool:
        """True where what is written survives a power cut."""
        return self is FolderCondition.OK


def condition_of(folder: Path, mounts: Path = _MOUNTS, command_line: Path = _COMMAND_LINE) -> FolderCondition:
    """As it is now, for this process. Nothing is written: a card wears.

    `mounts`, `command_line`: where the kernel tells of what is mounted, and how it was started.
    """
    try:
        device, room = folder.stat().st_dev, os.statvfs(folder)
    except FileNotFoundError:
        return FolderCondition.MISSING
    except OSError:  # a folder above it that can't be entered, a disk that fails
        return FolderCondition.UNWRITABLE
    file_system = _file_system(device, mounts)
    # Since an error of its disk: the kernel does not call it read-only then, and refuses every write.
    if room.f_flag & os.ST_RDONLY or "emergency_ro" in file_system.options.split(","):
        return FolderCondition.READ_ONLY
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
        return FolderCondition.UNWRITABLE
    free = room.f_bfree if os.geteuid() == 0 else room.f_bavail
    # A file system that makes inodes as it goes has none to count.
    if free * room.f_frsize < LEAST_FREE_BYTES or (room.f_files and not room.f_ffree):
        return FolderCondition.FULL
    return (
        FolderCondition.VOLATILE
        if _is_in_memory(device, file_system, mounts, command_line)
        else FolderCondition.OK
    )


@dataclass(frozen=True, slots=True)
class _FileSystem:
    """Its kind, what it is on, and its own options, as the kernel tells them; empty where they are not known."""

    kind: str = ""
    source: str = ""
    options: str = ""

    @property
    def is_in_memory(self) -> bool:
        return self.kind in _IN_MEMORY or _BLOCKS_IN_MEMORY.match(self.source) is not None


def _is_in_memory(device: int, found: _FileSystem, mounts: Path, command_line: Path) -> bool:
    if found.is_in_memory:
        return True
    if found.kind != "overlay":
        return False
    upper = re.search(r"(?:^|,)upperdir=((?:\\.|[^,\\])*)", found.options)
    try:
        upper_device = Path(_unescaped(upper[1])).stat().st_dev if upper else device
    except OSError:  # of before the root was mounted: only the kernel's command line tells of it
        return _MEMORY_OVER_ROOT.search(_text(command_line)) is not None
    return upper_device != device and _file_system(upper_device, mounts).is_in_memory


def _file_system(device: int, mounts: Path) -> _FileSystem:
    """See proc_pid_mountinfo(5)."""
    number = f"{os.major(device)}:{os.minor(device)}"
    for line in _text(mounts).splitlines():
        before, _, behind = line.partition(" - ")
        words, own = before.split(" "), behind.split(" ")
        if len(words) > 4 and len(own) > 2 and words[2] == number:
            return _FileSystem(own[0], own[1], own[2])
    return _FileSystem()


def _unescaped(path: str) -> str:
    """A path of the list of mounts: what would end a word is in octal there, a comma behind a backslash."""
    octal = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), path)
    return re.sub(r"\\(.)", r"\1", octal)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
