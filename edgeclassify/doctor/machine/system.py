"""What this machine is, and whether its clock is right."""

import platform
import struct
import time
from pathlib import Path

from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, ok, unknown, warning
from edgeclassify.doctor.interface import Finding
from edgeclassify.machine import board_name, clock_synchronised

_EARLIEST = 1_735_689_600  # 2025: no node that runs this is older
_KERNEL_64 = ("aarch64", "x86_64")


def bits() -> int:
    """Of this Python: a 64-bit kernel may run 32-bit programs."""
    return 8 * struct.calcsize("P")


def look_at_system(around: Around) -> list[Finding]:
    """Model, operating system, kernel, bits."""
    words = [
        board_name(around.places.proc),
        _release(around.places.etc),
        f"Linux {platform.release()}",
        f"{bits()} bit",
    ]
    figures = {"machine": platform.machine(), "bits": bits()}
    shown = ", ".join(filter(None, words))
    if bits() == 32 and platform.machine() in _KERNEL_64:
        remedy = "Install the 64-bit Raspberry Pi OS: a picture takes a tenth of the time or less there."
        return [warning("system", f"{shown} below a 64-bit kernel", remedy, figures=figures)]
    return [ok("system", shown, figures=figures)]


def _release(etc: Path) -> str:
    try:
        lines = (etc / "os-release").read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition("=")[2].strip('"') for line in lines if line.startswith("PRETTY_NAME=")), "")


def look_at_clock(around: Around) -> list[Finding]:
    """Is it set, and held by a time server?"""
    now = time.time()
    shown = time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(now))
    if now < _EARLIEST:
        remedy = "Let the machine reach a time server, or set it: sudo date -s '2026-01-31 12:00'"
        return [fault("clock", f"{shown}: not set", remedy)]
    held = clock_synchronised()
    if held is None:
        return [unknown("clock", f"{shown}; the kernel does not say whether a time server holds it")]
    if not held and (around.config is None or not around.config.node.trust_clock):
        remedy = (
            "sudo timedatectl set-ntp true; where there is no time server and the clock is right all the same: "
            "node.trust_clock = true"
        )
        return [warning("clock", f"{shown}, held by no time server", remedy, figures={"synchronised": False})]
    by = "held by a time server" if held else "trusted (node.trust_clock)"
    return [ok("clock", f"{shown}, {by}", figures={"synchronised": held})]
