"""What kernel and firmware tell, and how much memory is left: of the machine, of its groups, of its own limit."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edgeclassify import machine
from edgeclassify.machine import free_memory_bytes

MB = 1_000_000


@pytest.fixture
def kernel(tmp_path: Path) -> tuple[Path, Path, Path, Callable[[Path, int | str, int, int], None]]:
    """Writes what the kernel shows of a process in /system.slice/edgeclassify.service."""
    proc, cgroups = tmp_path / "proc", tmp_path / "cgroup"
    group = cgroups / "system.slice" / "edgeclassify.service"
    (proc / "self").mkdir(parents=True)
    group.mkdir(parents=True)
    (proc / "meminfo").write_text("MemTotal:  500000 kB\nMemFree: 1 kB\nMemAvailable:  200000 kB\n")
    (proc / "self" / "cgroup").write_text("1:name=x:/other\n0::/system.slice/edgeclassify.service\n")

    def show(folder: Path, most: int | str, used: int, cached: int) -> None:
        (folder / "memory.max").write_text(f"{most}\n")
        (folder / "memory.current").write_text(f"{used}\n")
        (folder / "memory.stat").write_text(f"anon 5\ninactive_file {cached}\nactive_file 7\n")

    return proc, cgroups, group, show


def test_the_machine_alone(kernel: tuple[Path, Path, Path, Callable[[Path, int | str, int, int], None]]) -> None:
    proc, cgroups, *_ = kernel
    assert free_memory_bytes(proc, cgroups) == 200_000 * 1024


@pytest.mark.parametrize(
    ("most", "used", "cached", "free"),
    [
        (300 * MB, 100 * MB, 0, 200 * MB),
        (300 * MB, 100 * MB, 4 * MB, 204 * MB),
        (300 * MB, 310 * MB, 0, 0),
        ("max", 100 * MB, 0, 200_000 * 1024),
        (900 * MB, 100 * MB, 0, 200_000 * 1024),
    ],
)
def test_the_least_of_machine_and_group(
    kernel: tuple[Path, Path, Path, Callable[[Path, int | str, int, int], None]],
    most: int | str,
    used: int,
    cached: int,
    free: int,
) -> None:
    proc, cgroups, group, show = kernel
    show(group, most, used, cached)
    assert free_memory_bytes(proc, cgroups) == free


def test_a_group_further_up_counts_too(
    kernel: tuple[Path, Path, Path, Callable[[Path, int | str, int, int], None]],
) -> None:
    proc, cgroups, group, show = kernel
    show(group, "max", 1, 0)
    show(group.parent, 50 * MB, 20 * MB, 0)
    assert free_memory_bytes(proc, cgroups) == 30 * MB


def test_nothing_known(tmp_path: Path) -> None:
    assert free_memory_bytes(tmp_path, tmp_path) is None


def test_a_damaged_answer_counts_for_nothing(
    kernel: tuple[Path, Path, Path, Callable[[Path, int | str, int, int], None]],
) -> None:
    proc, cgroups, group, show = kernel
    show(group, "many", 1, 0)
    (proc / "meminfo").write_text("MemAvailable: lots\n")
    assert free_memory_bytes(proc, cgroups) is None


def test_a_limit_of_addresses() -> None:
    program = "from edgeclassify.machine import free_memory_bytes; print(free_memory_bytes())"
    limit = 400 * MB

    def set_limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, preexec_fn=set_limit
    )
    assert 100 * MB < int(done.stdout) < limit


def test_what_linux_and_the_firmware_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.rss_bytes() is not None
    assert 10e6 < (machine.rss_bytes() or 0) < 10e9
    assert (machine.bytes_written() or 0) >= 0
    assert machine.clock_synchronised() in (True, False, None)
    monkeypatch.setattr("edgeclassify.machine.time.time", lambda: 60.0)
    assert machine.clock_synchronised() is False  # 1970, whatever the kernel believes
    file = tmp_path / "value"
    file.write_text("48312\n")
    assert machine.temperature_c(file) == pytest.approx(48.312)
    for word, expected in (("50000", False), ("50005", True), ("0", False)):
        file.write_text(word + "\n")
        assert machine.throttled(file) is expected


@pytest.mark.parametrize("content", ["", "n/a", "1 x", "\x00"])
def test_files_that_do_not_tell(tmp_path: Path, content: str) -> None:
    file = tmp_path / "value"
    file.write_text(content)
    for read in (machine.temperature_c, machine.throttled, machine.rss_bytes, machine.bytes_written):
        assert read(file) is None
        assert read(tmp_path / "none") is None


@pytest.mark.parametrize(
    ("word", "too_little_voltage", "slowed_down"),
    [
        ("0", False, False),
        ("1", True, False),
        ("2", False, True),
        ("4", False, True),
        ("8", False, False),  # the soft limit of a Pi 3 B+, from 60 °C on: it may run so for ever
        ("c", False, True),
        ("5", True, True),
        ("f0000", False, False),  # since the machine was started, and not now
    ],
)
def test_the_firmware_says_what_ails_it_now(
    tmp_path: Path, word: str, too_little_voltage: bool, slowed_down: bool
) -> None:
    file = tmp_path / "get_throttled"
    file.write_text(f"{word}\n")
    assert machine.power_state(file) == machine.PowerState(too_little_voltage, slowed_down)


@pytest.mark.parametrize(("alarm", "low"), [("1", True), ("0", False)])
def test_where_the_firmware_can_not_be_asked_the_kernels_alarm_tells(
    tmp_path: Path, alarm: str, low: bool
) -> None:
    for number, name in enumerate(("cpu_thermal", "rpi_volt")):
        folder = tmp_path / f"hwmon{number}"
        folder.mkdir()
        (folder / "name").write_text(f"{name}\n")
    (tmp_path / "hwmon1" / "in0_lcrit_alarm").write_text(f"{alarm}\n")
    assert machine.power_state(tmp_path / "none", tmp_path) == machine.PowerState(low, slowed_down=False)


def test_other_machines_say_nothing_of_their_power(tmp_path: Path) -> None:
    assert machine.power_state(tmp_path / "none", tmp_path) is None
    (tmp_path / "hwmon0").mkdir()
    (tmp_path / "hwmon0" / "name").write_text("rpi_volt\n")
    assert machine.power_state(tmp_path / "none", tmp_path) is None


def test_the_load_is_told_for_each_core() -> None:
    load = machine.load_of_a_core()
    assert load is not None
    assert load == pytest.approx(os.getloadavg()[0] / (os.cpu_count() or 1), abs=1.0)
