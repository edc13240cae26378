"""The governor's verdict, followed: views and cameras are held back, and models run with fewer threads."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from edgeclassify.config import GovernorConfig
from edgeclassify.daemon.governing.battery_topic import BatteryTopic, hear_nothing
from edgeclassify.daemon.health_figures import Governed
from edgeclassify.daemon.running import RunningParts
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.governor.interface import AT_WILL, Readings, Verdict
from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline.view import View

if TYPE_CHECKING:  # most nodes have no governor
    from edgeclassify.daemon.governing.sensors import Sensors
    from edgeclassify.governor.gauge import BatteryGauge
    from edgeclassify.governor.governor import Governor

log = logging.getLogger(__name__)

STEP_S = 10.0
"""Between two looks at the sensors."""
USUAL_S = 0.05
"""Between two frames that come as fast as it goes, until it is known how fast that is."""
THREADS_S = 600.0
"""Until models are opened anew again, where that failed."""
SAID_STEP = 2.0
"""A factor that is so many times another is news for the log."""
NOTHING = "nothing"
"""In the place of reasons."""
SensorsFactory = Callable[[GovernorConfig, "BatteryGauge | None"], "Sensors"]
SetThreads = Callable[[int | None], None]
"""Have models run with so many threads at most; None: as the config says. Raises EdgeClassifyError."""


class Governing:
    """Used by the daemon's thread. `battery`: what comes on its topic. `sensors`: makes what is looked at; None:
    this machine's. `clock`: monotonic seconds."""

    def __init__(
        self,
        running: RunningParts,
        health: HealthMonitor,
        battery: BatteryTopic,
        set_threads: SetThreads,
        *,
        sensors: SensorsFactory | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._running, self._health, self._battery, self._set_threads = running, health, battery, set_threads
        self._make_sensors, self._clock = sensors, clock
        self._config: GovernorConfig | None = None
        self._governor: Governor | None = None
        self._sensors: Sensors | None = None
        self._readings: Readings | None = None
        self._verdict = AT_WILL
        self._usual_s = USUAL_S
        self._due = 0.0
        self._said_factor = 1.0
        self._has_one_thread, self._threads_due = False, 0.0
        """What was really set, and when it is tried again where that failed."""

    def work(self) -> None:
        """Called about once a second: look at the sensors when it is time, and see that all follow."""
        config = self._running.parts.config.governor
        if config != self._config:
            self._begin(config)
        now = self._clock()
        if self._governor is not None and self._sensors is not None and now >= self._due:
            self._due = now + STEP_S
            self._judge(self._governor, self._sensors)
        self._follow_threads(now)
        self._hold_back()

    @property
    def figures(self) -> Governed:
        """What is to be told."""
        config, readings = self._config, self._readings
        if config is None or not config.enabled:
            return Governed()
        verdict = self._verdict
        battery = None if readings is None else readings.battery
        in_percent = config.battery_unit == "percent"
        return Governed(
            slowdown=verdict.factor,
            slowed_by=", ".join(verdict.reasons) or NOTHING,
            one_thread=self._has_one_thread,
            power_w=None if readings is None else readings.used_w,
            battery_percent=battery if in_percent else None,
            battery_volts=None if in_percent else battery,
        )

    def _begin(self, config: GovernorConfig) -> None:
        """With another config sensors are others; what was learned of the node and its place still holds."""
        self._config, self._readings, self._due = config, None, 0.0
        if config.enabled:
            self._begin_governing(config)
        else:
            self._governor = self._sensors = None
            self._battery.listen(None, hear_nothing)
            self._adopt(AT_WILL)

    def _begin_governing(self, config: GovernorConfig) -> None:
        from edgeclassify.daemon.governing.sensors import Sensors
        from edgeclassify.governor.gauge import BatteryGauge
        from edgeclassify.governor.governor import Governor

        gauge = BatteryGauge(config) if config.battery is not None else None
        self._battery.listen(config.battery_topic, hear_nothing if gauge is None else gauge.tell)
        if self._governor is None:
            self._governor = Governor(config)
        else:
            self._governor.adopt(config)
        self._sensors = (self._make_sensors or Sensors)(config, gauge)

    def _judge(self, governor: Governor, sensors: Sensors) -> None:
        self._readings = sensors.read()
        if self._verdict.factor <= 1:  # how fast it goes is seen while nothing is held back
            self._usual_s = max(USUAL_S, (self._health.latency_ms or 0.0) / 1000)
        views = [view for view in self._running.parts.views if view.enabled] or self._running.parts.views
        shortest_s = min((view.rules.pace.interval_s for view in views), default=USUAL_S)
        self._adopt(governor.judge(self._readings, max(shortest_s, self._usual_s)))

    def _adopt(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self._say()

    def _follow_threads(self, now: float) -> None:
        """Models have as many as they are to have; where that can't be, it is tried again later."""
        wanted = self._verdict.one_thread
        if wanted is self._has_one_thread or now < self._threads_due:
            return
        try:
            self._set_threads(1 if wanted else None)
        except EdgeClassifyError as error:
            self._threads_due = now + THREADS_S
            log.warning("governor: models keep their threads: %s. Tried again in %.0f s.", error, THREADS_S)
            return
        self._has_one_thread, self._threads_due = wanted, 0.0
        if wanted:
            log.info("governor: models run with one thread: %s", ", ".join(self._verdict.reasons))
        else:
            log.info("governor: models run with the config's threads again")

    def _hold_back(self) -> None:
        """Also views that are new since the last time, or have another interval."""
        changed = False
        for view in self._running.parts.views:
            least_s = self._least_s(view)
            if view.rules.pace.least_s != least_s:
                view.adopt(lambda rules, least_s=least_s: rules.with_least(least_s))  # type: ignore[misc]
                changed = True
        if changed:
            self._running.renew_intervals()

    def _least_s(self, view: View) -> float:
        """Files and folders are no scene that goes on meanwhile: each of their pictures counts."""
        if not self._running.cameras.is_live(view.camera):
            return 0.0
        return self._verdict.least_s(view.rules.pace.interval_s, self._usual_s)

    def _say(self) -> None:
        now = self._verdict
        if now.factor == 1 and self._said_factor != 1:
            log.info("governor: frames come as the config says again")
        elif max(now.factor / self._said_factor, self._said_factor / now.factor) >= SAID_STEP or (
            now.factor > 1 and self._said_factor == 1
        ):
            log.info("governor: frames come %.3g times as far apart: %s", now.factor, ", ".join(now.reasons))
        else:
            return
        self._said_factor = now.factor
