"""What the kernel and the firmware tell of a machine, from files as they write them."""

import time
from pathlib import Path

import pytest

from edgeclassify.doctor.around import Answer
from edgeclassify.doctor.interface import Standing
from edgeclassify.doctor.machine import storage, system
from edgeclassify.doctor.machine.heat_and_power import look_at_power, look_at_temperature
from edgeclassify.doctor.machine.memory import look_at_memory
from edgeclassify.doctor.machine.storage import look_at_disk, look_at_wear
from edgeclassify.doctor.machine.system import look_at_clock, look_at_system
from tests.doctor.looked_at import CAMERA, around, config_of, places
from tests.support.small_disk import small_disk_at

THROTTLED = "sys__devices__platform__soc__soc:firmware__get_throttled"


def test_the_machine_is_named(tmp_path: Path) -> None:
    there = places(
        tmp_path,
        **{"proc__device-tree__model": b"Raspberry Pi 4 Model B Rev 1.4\0"},
        etc__os_release="",
    )
    (tmp_path / "etc/os-release").write_text('NAME=x\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
    (finding,) = look_at_system(around(places=there))
    assert finding.found.startswith("Raspberry Pi 4 Model B Rev 1.4, Debian GNU/Linux 12 (bookworm), Linux ")


def test_32_bits_below_a_64_bit_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "bits", lambda: 32)
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    (finding,) = look_at_system(around())
    assert finding.standing is Standing.WARNING
    assert "64-bit" in (finding.remedy or "")


@pytest.mark.parametrize(
    ("now", "held", "trusts", "standing"),
    [
        (100.0, True, False, Standing.FAULT),
        (1.8e9, True, False, Standing.OK),
        (1.8e9, False, False, Standing.WARNING),
        (1.8e9, False, True, Standing.OK),
        (1.8e9, None, False, Standing.UNKNOWN),
    ],
)
def test_the_clock(
    monkeypatch: pytest.MonkeyPatch, now: float, held: bool | None, trusts: bool, standing: Standing
) -> None:
    monkeypatch.setattr(time, "time", lambda: now)
    monkeypatch.setattr(system, "clock_synchronised", lambda: held)
    text = f"[node]\ntrust_clock = {str(trusts).lower()}\n{CAMERA}"
    (finding,) = look_at_clock(around(config_of(text)))
    assert finding.standing is standing


@pytest.mark.parametrize(
    ("heat", "standing"), [("48123", Standing.OK), ("80500", Standing.WARNING), ("86000", Standing.FAULT)]
)
def test_heat(tmp_path: Path, heat: str, standing: Standing) -> None:
    there = places(tmp_path, sys__class__thermal__thermal_zone0__temp=heat)
    (finding,) = look_at_temperature(around(places=there))
    assert finding.standing is standing
    assert (finding.remedy is None) == (standing is Standing.OK)


def test_a_machine_without_a_sensor(tmp_path: Path) -> None:
    assert look_at_temperature(around(places=places(tmp_path)))[0].standing is Standing.UNKNOWN


@pytest.mark.parametrize(
    ("word", "standing", "said"),
    [
        ("0", Standing.OK, "voltage right"),
        ("50005", Standing.FAULT, "too little voltage now"),
        ("50000", Standing.WARNING, "since the last start"),
        ("80008", Standing.WARNING, "slowed down by heat now"),
        ("20000", Standing.WARNING, "was slowed down by heat"),
    ],
)
def test_what_the_firmware_says(tmp_path: Path, word: str, standing: Standing, said: str) -> None:
    (finding,) = look_at_power(around(places=places(tmp_path, **{THROTTLED: word})))
    assert finding.standing is standing
    assert said in finding.found


def test_vcgencmd_is_asked_where_the_kernel_does_not_tell(tmp_path: Path) -> None:
    there = around(places=places(tmp_path), ask=lambda command: Answer(0, "throttled=0x50005\n"))
    assert look_at_power(there)[0].standing is Standing.FAULT


@pytest.mark.parametrize(("alarm", "standing"), [("1", Standing.FAULT), ("0", Standing.OK)])
def test_the_voltage_alarm_is_read_where_nothing_else_is(tmp_path: Path, alarm: str, standing: Standing) -> None:
    there = places(
        tmp_path, sys__class__hwmon__hwmon1__name="rpi_volt\n", sys__class__hwmon__hwmon1__in0_lcrit_alarm=alarm
    )
    assert look_at_power(around(places=there))[0].standing is standing


@pytest.mark.parametrize(
    ("free_kb", "standing"), [(800_000, Standing.OK), (100_000, Standing.WARNING), (20_000, Standing.FAULT)]
)
def test_memory(tmp_path: Path, free_kb: int, standing: Standing) -> None:
    text = f"MemTotal:  948000 kB\nMemFree:  1 kB\nMemAvailable:  {free_kb} kB\n"
    (finding,) = look_at_memory(around(places=places(tmp_path, proc__meminfo=text)))
    assert finding.standing is standing


def test_memory_of_the_service(tmp_path: Path) -> None:
    there = places(tmp_path, proc__meminfo="MemTotal: 4000000 kB\nMemAvailable: 3000000 kB\n")
    shown = {"MemoryCurrent": "300000000", "MemoryMax": "314572800"}
    assert look_at_memory(around(places=there, shown=shown))[0].standing is Standing.WARNING
    shown = {"MemoryCurrent": "[not set]", "MemoryMax": "infinity"}
    assert look_at_memory(around(places=there, shown=shown))[0].standing is Standing.OK


def test_a_small_disk_and_a_full_one(tmp_path: Path) -> None:
    with small_disk_at(tmp_path / "disk", "100m") as disk:
        config = config_of(f'[node]\nstate_dir = "{disk}/state"\n{CAMERA}')
        (finding,) = look_at_disk(around(config))
        assert (finding.standing, finding.subject) == (Standing.WARNING, str(disk))
        (disk / "large").write_bytes(bytes(90_000_000))
        assert look_at_disk(around(config))[0].standing is Standing.FAULT


def disk_of(folder: Path, tmp_path: Path, **files: str) -> Path:
    """A card below `tmp_path`/sys that seems to hold `folder`."""
    import os

    number = folder.stat().st_dev
    block = tmp_path / "sys/devices/mmcblk0/mmcblk0p2"
    block.mkdir(parents=True)
    (block / "partition").write_text("2")
    places(block.parent, **files)
    link = tmp_path / f"sys/dev/block/{os.major(number)}:{os.minor(number)}"
    link.parent.mkdir(parents=True)
    link.symlink_to(block)
    return tmp_path


@pytest.mark.parametrize(
    ("life", "spare", "standing"),
    [
        ("0x01 0x02", "0x01", Standing.OK),
        ("0x09 0x02", "0x01", Standing.WARNING),
        ("0x02 0x02", "0x02", Standing.WARNING),
        ("0x00 0x00", "0x00", Standing.UNKNOWN),
    ],
)
def test_wear_of_emmc(tmp_path: Path, life: str, spare: str, standing: Standing) -> None:
    disk_of(tmp_path, tmp_path, device__life_time=life, device__pre_eol_info=spare, device__name="BJTD4R")
    config = config_of(f'[node]\nstate_dir = "{tmp_path}"\n{CAMERA}')
    (finding,) = look_at_wear(around(config, places=places(tmp_path)))
    assert finding.standing is standing
    assert "mmcblk0 BJTD4R" in finding.found


def test_errors_of_a_file_system_are_a_fault(tmp_path: Path) -> None:
    disk_of(tmp_path, tmp_path)
    there = places(tmp_path, sys__fs__ext4__mmcblk0p2__errors_count="3\n")
    config = config_of(f'[node]\nstate_dir = "{tmp_path}"\n{CAMERA}')
    (finding,) = look_at_wear(around(config, places=there))
    assert finding.standing is Standing.FAULT
    assert "3 errors" in finding.found


def test_a_card_that_does_not_tell(tmp_path: Path) -> None:
    disk_of(tmp_path, tmp_path, device__name="SC64G")
    there = places(tmp_path, sys__fs__ext4__mmcblk0p2__lifetime_write_kbytes="123000000\n")
    config = config_of(f'[node]\nstate_dir = "{tmp_path}"\n{CAMERA}')
    (finding,) = look_at_wear(around(config, places=there))
    assert finding.standing is Standing.UNKNOWN
    assert "123 GB written" in finding.found


def test_where_nothing_is_configured_it_is_the_root() -> None:
    assert storage.written_folders(around()) == [Path("/")]
