"""systemctl, asked and told; nothing is done where systemd does not run."""

import itertools
import subprocess
from pathlib import Path

from edgeclassify.errors import ServiceError

BOOTED = Path("/run/systemd/system")
_PATIENCE_S = 180.0
"""A start may take so long before systemd itself gives up (TimeoutStartSec=)."""


def booted() -> bool:
    """Is systemd running here, and not only installed, as in an image that is being built?"""
    return BOOTED.is_dir()


def systemctl(*arguments: str, check: bool = True) -> str:
    """What it prints. Raises ServiceError with its first line where it fails or is not there.

    `check` False: that it fails is no error, as where nothing fits a pattern.
    """
    command = ["systemctl", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServiceError(f"{' '.join(command)}: {error}. Is systemd there?") from error
    if check and done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or f"exit status {done.returncode}").splitlines()[0]
        raise ServiceError(f"{' '.join(command)}: {said}")
    return done.stdout


def systemd_version() -> int:
    """Of what is installed here. Raises ServiceError."""
    said = systemctl("--version").split()
    digits = "".join(itertools.takewhile(str.isdigit, said[1] if len(said) > 1 else ""))
    if not digits:
        raise ServiceError(f"systemctl --version: expected a version, found {' '.join(said[:3])}")
    return int(digits)


def reload_units() -> None:
    """Let systemd read its units again, where it runs. Raises ServiceError."""
    if booted():
        systemctl("daemon-reload")
