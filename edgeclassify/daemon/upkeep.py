"""What the daemon's thread does now and then: spool, what is open, recordings, and telling how it is."""

import time
from collections.abc import Callable

from edgeclassify.daemon.governing.governing import Governing
from edgeclassify.daemon.kept.open_occurrences import OpenOccurrences
from edgeclassify.daemon.kept.usual_pictures import UsualPictures
from edgeclassify.daemon.process.service_manager import ServiceManager
from edgeclassify.daemon.profiles import Profiles
from edgeclassify.daemon.recordings import Recordings
from edgeclassify.daemon.running import RunningParts
from edgeclassify.daemon.switches import Switches
from edgeclassify.daemon.teaching.renewal import Renewal
from edgeclassify.publish.interface import Spool
from edgeclassify.recording.running.frame_tap import FrameTap
from edgeclassify.tallies.set_clock import SetClock

MAINTENANCE_S = 1.0
"""How often the spool is looked after, and the watchdog fed while no frame is to be expected."""


class Upkeep:
    """`feed` feeds the watchdog. `clock_set`: whether days can be told; None: nobody asks. `clock`: monotonic
    seconds."""

    def __init__(
        self,
        running: RunningParts,
        *,
        spool: Spool,
        open_occurrences: OpenOccurrences,
        pictures: UsualPictures,
        manager: ServiceManager,
        feed: Callable[[], None],
        recordings: Recordings | None = None,
        switches: Switches | None = None,
        profiles: Profiles | None = None,
        renewal: Renewal | None = None,
        governing: Governing | None = None,
        maintenance_s: float = MAINTENANCE_S,
        clock_set: SetClock | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._running, self._spool, self._open_occurrences = running, spool, open_occurrences
        self._pictures, self._manager, self._feed = pictures, manager, feed
        self._recordings = Recordings(None, FrameTap()) if recordings is None else recordings
        self._clock_set = clock_set
        self._switches, self._profiles, self._renewal = switches, profiles, renewal
        self._governing = governing
        self._maintenance_s, self._clock = maintenance_s, clock
        self._next_maintenance = self._next_health = 0.0
        self._folder_condition = spool.folder_condition
        self._update = running.figures.update
        self._server: str | None = None

    def work(self) -> None:
        """Called again and again: does what is due."""
        now = self._clock()
        if self._switches is not None:
            self._switches.work()
        if self._renewal is not None:
            self._renewal.work()
        if now >= self._next_maintenance:
            self._next_maintenance = now + self._maintenance_s
            self._maintain()
        if self._running.figures.update != self._update:
            self._update, self._next_health = self._running.figures.update, 0.0  # it is told at once
        if now >= self._next_health:
            self._next_health = now + self._running.parts.config.node.health_interval_s
            self._running.current_sink.sink.publish_health(self._running.figures.report())
            self._manager.show_status()

    def _maintain(self) -> None:
        parts = self._running.parts
        self._spool.maintain()
        if (condition := self._spool.folder_condition) is not self._folder_condition:
            self._folder_condition, self._next_health = condition, 0.0  # it is told at once
        if (server := self._running.figures.server) not in (None, self._server):
            self._server, self._next_health = server, 0.0  # it is told at once
        if self._clock_set is not None:
            self._clock_set.look()
        if self._profiles is not None:
            self._profiles.work()
        if self._governing is not None:
            self._govern(self._governing)
        self._open_occurrences.keep(parts.views, parts.config.node.resume_s)
        self._pictures.note(parts.usual_pictures)
        self._recordings.work(parts)
        # While a frame is to be expected, nothing but a frame that went through counts.
        if self._running.expects_no_frame:
            self._feed()

    def _govern(self, governing: Governing) -> None:
        governing.work()
        before, now = self._running.figures.governed, governing.figures
        self._running.figures.governed = now
        if (now.slowed_by, now.one_thread) != (before.slowed_by, before.one_thread):
            self._next_health = 0.0  # it is told at once
