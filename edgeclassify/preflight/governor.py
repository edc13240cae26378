"""What [governor] reads: files that may not be there yet, or are none that can be read again and again."""

import stat
from collections.abc import Iterator
from pathlib import Path

from edgeclassify.config import GovernorConfig
from edgeclassify.preflight.named_files import Files, Problem


def governor_problems(governor: GovernorConfig, files: Files) -> list[Problem]:
    """None of them is a fault: the daemon does its work without, and takes such a file up when it can be read."""
    if not governor.enabled:
        return []
    return [
        Problem(problem.text, is_fault=False)
        for key, path in _read(governor)
        for problem in files.problems(key, path, heals=True) or _not_plain(key, path)
    ]


def _read(governor: GovernorConfig) -> Iterator[tuple[str, Path]]:
    if (battery := governor.battery_file) is not None:
        yield "governor.battery", Path(battery)
    if (power := governor.power_file) is not None and governor.energy_wh_per_day is not None:
        yield "governor.power", Path(power)


def _not_plain(key: str, path: Path) -> list[Problem]:
    """Only where it is there, and can be looked at."""
    try:
        if stat.S_ISREG(path.stat().st_mode):
            return []
    except OSError:
        return []
    text = (
        f"{key}: {path}: expected a plain file, as those of the kernel in /sys are, found a folder, a pipe or a "
        "device. It is not read. Let what writes there write a file"
    )
    return [Problem(text, is_fault=False)]
