"""Why the service can't be installed here: one message each, before anything has been changed."""

from __future__ import annotations

import os
import platform
import shutil
import struct
import sys
from pathlib import Path

from edgeclassify.errors import ServiceError, StorageError

PACKAGE_UNIT = Path("/usr/lib/systemd/system/edgeclassify.service")
MOST_BYTES = 500 << 20
"""An environment of its own, beside the one before: 330 MB, and what pip unpacks while it is made."""


def check_machine(command: str) -> None:
    """Root, systemd, and no package that has the service already. Raises ServiceError.

    `command`: of edgeclassify, for the message.
    """
    if os.geteuid() != 0:
        raise ServiceError(
            f"{command}: expected root rights, found user {os.geteuid()}. Run: sudo edgeclassify {command}"
        )
    lacking = [
        name for name in ("systemctl", "systemd-sysusers", "systemd-tmpfiles") if shutil.which(name) is None
    ]
    if lacking:
        raise ServiceError(
            f"{command}: expected systemd, found no {lacking[0]} on this machine. Where another manager starts "
            "services, let it run: edgeclassify run --config FILE"
        )
    if PACKAGE_UNIT.exists():
        raise ServiceError(
            f"{command}: the package edgeclassify has the service already ({PACKAGE_UNIT}). Upgrade it by: sudo "
            "apt install edgeclassify; remove it by: sudo apt remove edgeclassify"
        )


def check_python(command: str) -> None:
    """A Python, and a machine, for which there are packages. Raises ServiceError."""
    version = sys.version_info[:2]
    found = f"{version[0]}.{version[1]}"
    if version < (3, 11):
        raise ServiceError(
            f"{command}: expected Python 3.11 or later, found {found} ({sys.executable}). Raspberry Pi OS has it "
            "from Bookworm on; another one: sudo make install PYTHON=/usr/bin/python3.11"
        )
    bits, kernel = struct.calcsize("P") * 8, platform.machine()
    if bits != 32:
        return
    if kernel in ("aarch64", "x86_64"):
        raise ServiceError(
            f"{command}: this system is a 32-bit one under a 64-bit kernel ({kernel}), for which pip takes the "
            f"wrong packages. Run: sudo setarch linux32 edgeclassify {command}"
        )
    if version >= (3, 12):
        raise ServiceError(
            f"{command}: neither LiteRT nor tflite-runtime is there for Python {found} on a 32-bit system. Take "
            "the 64-bit Raspberry Pi OS, or the 32-bit one of Bookworm (Python 3.11)."
        )


def check_room(command: str, folder: Path, most_bytes: int = MOST_BYTES) -> None:
    """Is there room for an environment? Raises StorageError."""
    free = shutil.disk_usage(folder).free
    if free < most_bytes:
        raise StorageError(
            f"{command}: expected {most_bytes >> 20} MB of free space in {folder}, found {free >> 20} MB. Make "
            "room; nothing was changed."
        )
