"""What this machine is, for who compares figures: nothing that names its owner, its network or its user."""

import os
import platform
from pathlib import Path

import cv2
import numpy as np

from edgeclassify import __version__, machine
from edgeclassify.bench.order import cores
from edgeclassify.bench.result import Board, Software

_PROC, _ETC = Path("/proc"), Path("/etc")


def this_board(proc: Path = _PROC, etc: Path = _ETC) -> Board:
    """`proc`, `etc`: where the kernel and the system tell of themselves."""
    return Board(
        name=machine.board_name(proc)[:200],
        processor=_processor(proc)[:200],
        machine=platform.machine() or "unknown",
        cores=cores(),
        memory_mb=_memory_mb(),
        system=_system(etc)[:200],
        kernel=f"{platform.system()} {platform.release()}"[:200],
    )


def versions() -> Software:
    """Of what a frame passes through."""
    return Software(
        edgeclassify=__version__,
        python=platform.python_version(),
        numpy=str(np.__version__),
        opencv=str(cv2.__version__),
    )


def _processor(proc: Path) -> str:
    """As the kernel lists it; of a Pi the board's name is all that is known."""
    found: dict[str, str] = {}
    try:
        for line in (proc / "cpuinfo").read_text(errors="replace").splitlines():
            key, _, value = line.partition(":")
            found.setdefault(key.strip(), value.strip())
    except OSError:
        pass
    return found.get("model name") or found.get("Hardware") or platform.machine() or "unknown"


def _memory_mb() -> int | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6)
    except (ValueError, OSError):
        return None


def _system(etc: Path) -> str:
    try:
        lines = (etc / "os-release").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition("=")[2].strip("'\"") for line in lines if line.startswith("PRETTY_NAME="))
    return next(named, "") or platform.system() or "unknown"
