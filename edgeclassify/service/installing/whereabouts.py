"""Where the program lies, and whether the service could run it there: else it is copied to /opt/edgeclassify."""

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import edgeclassify

_HIDDEN = tuple(map(Path, ("/home", "/root", "/run/user", "/tmp", "/var/tmp")))
"""The sandbox hides them (ProtectHome=, PrivateTmp=)."""


def command_here() -> Path:
    """The command that runs now, by its full path."""
    named = Path(sys.argv[0])
    if named.name == "edgeclassify" and named.is_file():
        return named.resolve()
    return Path(sys.executable).parent / "edgeclassify"


def obstacle(command: Path) -> Path | None:
    """What of the program the service can't see, or may not read; None: it can run where it is."""
    parts = (command, Path(sys.prefix), Path(sys.base_prefix), Path(edgeclassify.__file__).parent)
    return next((part for part in parts if is_hidden(part)), None)


def is_hidden(path: Path) -> bool:
    """Is it where the sandbox hides it, or not for every user to read?"""
    real = path.resolve()
    return any(real.is_relative_to(folder) for folder in _HIDDEN) or not all(_is_open(one) for one in _steps(real))


def _steps(path: Path) -> Iterator[Path]:
    yield path
    yield from path.parents


def _is_open(path: Path) -> bool:
    """May every user read or pass it?"""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return bool(mode & (stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH))
