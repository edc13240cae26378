"""Figures of this process, for the checks in the camera root."""

import os
from pathlib import Path


def open_files() -> int:
    """Open file descriptors."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def resident_kib() -> int:
    """Resident memory in KiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
