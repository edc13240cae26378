"""What this machine tells of itself and of this process: heat, memory, storage, the clock."""

import ctypes
import os
import platform
import resource
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.timedated import AskedClock

_THERMAL_ZONE = Path("/sys/class/thermal/thermal_zone0/temp")
_THROTTLED = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
_HWMON = Path("/sys/class/hwmon")
_UNDER_VOLTAGE, _SLOWED = 0x1, 0x2 | 0x4
"""Of the firmware's word, now: capped, throttled. The soft limit of temperature (0x8) is none of them: a Pi 3
B+ or 3 A+ runs somewhat slower from 60 °C on, as it is built to, and may do so for ever."""
_STATM = Path("/proc/self/statm")
_IO = Path("/proc/self/io")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PROC, _CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")

_EARLIEST = 1_735_689_600  # 2025-01-01, seconds since the epoch
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_TIMEX_BYTES = 512  # larger than struct timex on every architecture
_ASKED = AskedClock()


def waited_for_processor_s(tasks: Path = Path("/proc/self/task")) -> float | None:
    """Seconds that the threads of this process have waited for a processor which others had; None: not told."""
    waited, is_told = 0, False
    with suppress(OSError):
        for task in tasks.iterdir():
            with suppress(OSError, ValueError, IndexError):  # a thread may end meanwhile
                waited += int((task / "schedstat").read_text().split()[1])
                is_told = True
    return waited / 1e9 if is_told else None


def temperature_c(path: Path = _THERMAL_ZONE) -> float | None:
    """Temperature of the processor in degrees Celsius, None where the kernel does not tell."""
    value = _integer(path)
    return None if value is None else value / 1000


def throttled(path: Path = _THROTTLED) -> bool | None:
    """True while a Raspberry Pi is slowed down by heat or low voltage; None elsewhere.

    The low four bits of the firmware's word say "now", the high ones "since boot" (vcgencmd get_throttled).
    """
    value = _integer(path, base=16)
    return None if value is None else bool(value & 0xF)


@dataclass(frozen=True, slots=True)
class PowerState:
    """What a Raspberry Pi's firmware, or the kernel, says of now."""

    too_little_voltage: bool
    slowed_down: bool
    """By heat, or by the firmware's own limit."""


def power_state(path: Path = _THROTTLED, hwmon: Path = _HWMON) -> PowerState | None:
    """None on other machines. Where the firmware can't be asked the kernel's alarm tells of the voltage alone."""
    word = _integer(path, base=16)
    if word is not None:
        return PowerState(bool(word & _UNDER_VOLTAGE), bool(word & _SLOWED))
    for name in sorted(hwmon.glob("hwmon*/name")):
        with suppress(OSError):
            if name.read_text().strip() == "rpi_volt":
                low = _integer(name.parent / "in0_lcrit_alarm")
                return None if low is None else PowerState(bool(low), slowed_down=False)
    return None


def load_of_a_core() -> float | None:
    """The load average of the last minute for each of the machine's cores."""
    try:
        return os.getloadavg()[0] / (os.cpu_count() or 1)
    except OSError:
        return None


def rss_bytes(path: Path = _STATM) -> int | None:
    """Resident memory of this process in bytes."""
    try:
        pages = int(path.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * resource.getpagesize()


def bytes_written(path: Path = _IO) -> int | None:
    """Bytes that this process caused to be sent to storage (what wears an SD card)."""
    try:
        fields = dict(line.split(": ") for line in path.read_text().splitlines())
        return int(fields["write_bytes"])
    except (OSError, ValueError, KeyError):
        return None


@cache
def boot_id() -> str:
    """Names this start of the machine; empty where that can't be told."""
    with suppress(OSError):
        return _BOOT_ID.read_text("ascii").strip()
    return ""


def clock_synchronised() -> bool | None:
    """True while the kernel believes its wall clock. A Pi has none of its own: after boot, not before NTP.

    A clock before this program was written is wrong, whatever the kernel believes. Where the kernel may not be
    asked, systemd-timedated is; None where neither tells.
    """
    if time.time() < _EARLIEST:
        return False
    try:
        state = _libc().adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))  # modes = 0: only read
    except (OSError, AttributeError):
        return None
    return _ASKED.synchronised() if state < 0 else state != _TIME_ERROR


@cache
def _libc() -> ctypes.CDLL:
    """Once: each makes a class of its own, which refers to itself, and lasts until Python looks for such. In a
    daemon it looks rarely: each message of health left 10 kB behind."""
    return ctypes.CDLL(None, use_errno=True)


def board_name(proc: Path = _PROC) -> str:
    """What the machine is, as its firmware names it ("Raspberry Pi Zero 2 W Rev 1.0"), else its architecture."""
    for place in ("device-tree/model", "../sys/class/dmi/id/product_name"):
        with suppress(OSError):
            if name := (proc / place).read_text(errors="replace").rstrip("\0\n ").strip():
                return name
    return platform.machine() or "unknown"


def free_memory_bytes(proc: Path = _PROC, cgroups: Path = _CGROUPS) -> int | None:
    """Bytes that this process may still take: the least of what the machine has, of what is left to each control
    group that it is in (systemd's MemoryMax=), and of its own limit of addresses. None where nothing is known.

    Files in the page cache count as free. `proc`, `cgroups`: where the kernel shows them.
    """
    found = [*_machine(proc), *_control_groups(proc, cgroups), *_address_space(proc)]
    return max(0, min(found)) if found else None


def _integer(path: Path, base: int = 10) -> int | None:
    try:
        return int(path.read_text().strip(), base)
    except (OSError, ValueError):
        return None


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
