"""The programs that have a device open: read from /proc, as far as that is permitted."""

import glob
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def users(pattern: str) -> list[str]:
    """The programs that hold a device open (a path or a shell pattern), by name and pid; not this process."""
    devices = {os.path.realpath(path) for path in glob.glob(pattern)}  # noqa: PTH207 - a pattern from the root
    found = sorted(set(_users(devices))) if devices else []
    return [f"{name} (pid {pid})" for pid, name in found]


def users_of(pattern: str) -> str:
    """The same as a sentence for a message; where nobody is found, what may be the case and what to do."""
    found = users(pattern)
    if found:
        return f"It is in use by {', '.join(found)}: end that first."
    return f"It may be in use by another program: `sudo fuser {pattern}` tells which."


def _users(devices: set[str]) -> Iterator[tuple[int, str]]:
    for folder in PROC.iterdir():
        if not folder.name.isdecimal() or int(folder.name) == os.getpid():
            continue
        with suppress(OSError):  # another user's process, or one that has just ended
            for link in (folder / "fd").iterdir():
                with suppress(OSError):
                    if str(link.readlink()) in devices:
                        yield int(folder.name), (folder / "comm").read_text().strip()
                        break
