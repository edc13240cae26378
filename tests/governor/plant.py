"""A model of a Pi outdoors: what its work does to its temperature, and to a battery that the sun charges.

The figures are those of a model, in the range of what is known of the boards; no board was measured for them. Heat
flows from the chip into a case and from there into the air, each by its own resistance; the sun warms the case.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from edgeclassify.governor.interface import AT_WILL, Readings, Verdict

HOUR_S, DAY_S = 3600.0, 86_400.0
FIRMWARE_C, FIRMWARE_SHARE = 80.0, 0.7
"""From the first on the firmware slows the processor down, to this share of its power."""


@dataclass(frozen=True, slots=True)
class Board:
    """`invoke_s`: a frame with all cores, `one_thread_s`: with one. Watts; kelvin for each watt; joules for each
    kelvin."""

    cores: int
    invoke_s: float
    one_thread_s: float
    idle_w: float
    core_w: float
    chip_k_per_w: float
    case_k_per_w: float
    case_j_per_k: float
    chip_s: float = 12.0


PI_4 = Board(
    cores=4, invoke_s=0.040, one_thread_s=0.110, idle_w=2.7, core_w=0.95, chip_k_per_w=3.0, case_k_per_w=6.0,
    case_j_per_k=60.0,
)  # fmt: skip
"""In a closed box without a fan."""
ZERO_2 = Board(
    cores=4, invoke_s=0.110, one_thread_s=0.320, idle_w=0.75, core_w=0.5, chip_k_per_w=6.0, case_k_per_w=12.0,
    case_j_per_k=25.0,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weather:
    """By seconds since midnight of the first day: air in degrees Celsius, sunlight 0-1."""

    air_c: Callable[[float], float]
    sun: Callable[[float], float]


def clear_sky(at_s: float) -> float:
    """Sunlight of a summer day, from 5 to 21 o'clock."""
    hour = at_s % DAY_S / HOUR_S
    return max(0.0, math.sin(math.pi * (hour - 5) / 16)) if 5 < hour < 21 else 0.0


def summer_air(at_s: float) -> float:
    """20 degrees before dawn, 36 in the afternoon."""
    hour = at_s % DAY_S / HOUR_S
    return 28 + 8 * math.sin(2 * math.pi * (hour - 10) / 24)


def under_clouds(*share_of_day: float) -> Callable[[float], float]:
    """What of a clear sky's light comes through on each day; the last goes on."""
    return lambda at_s: clear_sky(at_s) * share_of_day[min(int(at_s / DAY_S), len(share_of_day) - 1)]


class Plant:
    """Steps through time. `interval_s`: as the config has it. `sun_w`: what full sunlight brings into the case;
    `panel_w`: into the battery of `battery_wh`, which is 0-100 percent full; None: on the mains."""

    def __init__(
        self,
        board: Board,
        weather: Weather,
        *,
        interval_s: float = 0.1,
        sun_w: float = 0.0,
        battery_wh: float | None = None,
        panel_w: float = 0.0,
        percent: float = 100.0,
    ) -> None:
        self.board, self.weather, self.interval_s = board, weather, interval_s
        self._sun_w, self._battery_wh, self._panel_w = sun_w, battery_wh, panel_w
        self.at_s = 0.0
        self.percent = percent
        self.power_w = board.idle_w
        self.frames = 0.0
        self.slowed_s = self.dead_s = 0.0
        self._case_c = self._chip_c = weather.air_c(0.0) + board.case_k_per_w * board.idle_w
        self._load = 0.0

    @property
    def temperature_c(self) -> float:
        """Of the processor, as the thermometer tells it: to half a degree."""
        return round(self._chip_c * 2) / 2

    @property
    def slowed_down(self) -> bool:
        """True while the firmware slows the processor down."""
        return self._chip_c >= FIRMWARE_C

    def readings(self) -> Readings:
        """As the daemon would read them."""
        return Readings(
            at_s=self.at_s,
            temperature_c=self.temperature_c,
            too_little_voltage=False,
            slowed_down=self.slowed_down,
            load=self._load,
            used_w=self.power_w,
            battery=None if self._battery_wh is None else self.percent,
        )

    def pass_time(self, seconds: float, verdict: Verdict = AT_WILL) -> None:
        """Work for so long as the verdict says."""
        left = seconds
        while left > 0:
            step = min(left, 2.0)
            self._step(step, verdict)
            left -= step

    def _step(self, step_s: float, verdict: Verdict) -> None:
        board = self.board
        invoke_s, threads = (board.one_thread_s, 1) if verdict.one_thread else (board.invoke_s, board.cores)
        slower = 1 / FIRMWARE_SHARE if self.slowed_down else 1.0
        apart_s = max(self.interval_s, verdict.least_s(self.interval_s, invoke_s), invoke_s * slower)
        alive = self._battery_wh is None or self.percent > 0
        busy = threads * min(1.0, invoke_s * slower / apart_s) if alive else 0.0
        core_w = board.core_w * (FIRMWARE_SHARE if self.slowed_down else 1.0)
        self.power_w = board.idle_w + core_w * busy if alive else 0.0
        self._load += (busy / board.cores - self._load) * min(1.0, step_s / 60)
        self._warm(step_s)
        if self._battery_wh is not None:
            gained_w = self._panel_w * self.weather.sun(self.at_s) - self.power_w
            gained = 100 * gained_w * step_s / HOUR_S / self._battery_wh
            self.percent = min(max(0.0, self.percent + gained), 100.0)
        self.at_s += step_s
        self.frames += step_s / apart_s if alive else 0.0
        self.slowed_s += step_s if self.slowed_down else 0.0
        self.dead_s += 0.0 if alive else step_s

    def _warm(self, step_s: float) -> None:
        board = self.board
        flows_w = self.power_w + self._sun_w * self.weather.sun(self.at_s)
        lost_w = (self._case_c - self.weather.air_c(self.at_s)) / board.case_k_per_w
        self._case_c += (flows_w - lost_w) * step_s / board.case_j_per_k
        aim_c = self._case_c + board.chip_k_per_w * self.power_w
        self._chip_c += (aim_c - self._chip_c) * (1 - math.exp(-step_s / board.chip_s))
