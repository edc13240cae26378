"""What this machine has: its memory, and what of it this process may still take."""

import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC, _CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")


def free_memory_bytes(proc: Path = _PROC, cgroups: Path = _CGROUPS) -> int | None:
    """Bytes that this process may still take: the least of what the machine has, of what is left to each control
    group that it is in (systemd's MemoryMax=), and of its own limit of addresses. None where nothing is known.

    Files in the page cache count as free. `proc`, `cgroups`: where the kernel shows them.
    """
    found = [*_machine(proc), *_control_groups(proc, cgroups), *_address_space(proc)]
    return max(0, min(found)) if found else None


def _machine(proc: Path) -> Iterator[int]:
    with suppress(OSError, ValueError, IndexError):
        for line in (proc / "meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                yield int(line.split()[1]) * 1024


def _control_groups(proc: Path, cgroups: Path) -> Iterator[int]:
    """What is left to the process's group and to each one above it (version 2 of control groups)."""
    with suppress(OSError, ValueError):
        entries = (line.split(":", 2) for line in (proc / "self" / "cgroup").read_text().splitlines())
        own = next((path for number, _, path in entries if number == "0"), None)
        group = None if own is None else cgroups / own.lstrip("/")
        while group is not None and group.is_relative_to(cgroups):
            yield from _left_in(group)
            group = None if group == cgroups else group.parent


def _left_in(group: Path) -> Iterator[int]:
    with suppress(OSError, ValueError):
        most = (group / "memory.max").read_text().strip()
        if most == "max":
            return
        statistics = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        used = int((group / "memory.current").read_text())
        yield int(most) - used + int(statistics.get("inactive_file", 0))


def _address_space(proc: Path) -> Iterator[int]:
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY:
        return
    with suppress(OSError, ValueError, IndexError):
        pages = int((proc / "self" / "statm").read_text().split()[0])
        yield soft - pages * resource.getpagesize()
