"""What the governor goes by, read of this machine: heat, voltage, load, power and the battery."""

import time
from collections.abc import Callable
from pathlib import Path

from edgeclassify import machine
from edgeclassify.config import GovernorConfig
from edgeclassify.files.plain import read_plain_file
from edgeclassify.governor.gauge import BatteryGauge
from edgeclassify.governor.interface import Readings
from edgeclassify.governor.meter import PowerMeter

LONGEST_TEXT = 4096
"""Bytes of a file with one number, or with JSON that has one."""


class Sensors:
    """Used by the daemon's thread. `gauge`: of the battery; None: there is none. `clock`: monotonic seconds;
    `cpu_s`: seconds that this process has worked, of all its threads."""

    def __init__(
        self,
        config: GovernorConfig,
        gauge: BatteryGauge | None,
        clock: Callable[[], float] = time.monotonic,
        cpu_s: Callable[[], float] = time.process_time,
    ) -> None:
        self._config, self._gauge, self._clock, self._cpu_s = config, gauge, clock, cpu_s
        self._meter = PowerMeter(config)

    def read(self) -> Readings:
        """All of them, now."""
        now, power = self._clock(), machine.power_state()
        return Readings(
            at_s=now,
            temperature_c=machine.temperature_c(),
            too_little_voltage=None if power is None else power.too_little_voltage,
            slowed_down=None if power is None else power.slowed_down,
            load=machine.load_of_a_core(),
            used_w=self._used_w(now),
            battery=self._battery(),
        )

    def _used_w(self, now: float) -> float | None:
        if self._config.energy_wh_per_day is None:
            return None
        if (path := self._config.power_file) is None:
            return self._meter.by_work(now, self._cpu_s())
        try:
            return self._meter.by_text(_text(path))
        except OSError as error:
            self._meter.complain(_why(error))
            return None

    def _battery(self) -> float | None:
        if self._gauge is None:
            return None
        if (path := self._config.battery_file) is not None:
            try:
                self._gauge.tell(_text(path))
            except OSError as error:
                self._gauge.fail(_why(error))
        return self._gauge.value


def _text(path: str) -> str:
    """Of a plain file, as those of the kernel are: a pipe would keep the daemon waiting. Raises OSError."""
    return read_plain_file(Path(path), LONGEST_TEXT)[:LONGEST_TEXT].decode("utf-8", "replace")


def _why(error: OSError) -> str:
    return f"can't be read: {error.strerror or error}"
