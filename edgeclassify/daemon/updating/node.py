"""The parts of updating put together for one node."""

import time
from collections.abc import Callable
from pathlib import Path

from edgeclassify import __version__, machine
from edgeclassify.config import Config, UpdatesConfig
from edgeclassify.config.layers.update_layer import UpdateChoice
from edgeclassify.daemon.reload import Reloader
from edgeclassify.daemon.running import RunningParts
from edgeclassify.daemon.updating.looking import Looking
from edgeclassify.daemon.updating.starting import StartCount
from edgeclassify.daemon.updating.taking import Taking
from edgeclassify.types import UpdateStatus
from edgeclassify.updates.decision import Here
from edgeclassify.updates.interface import Sample
from edgeclassify.updates.store import UpdateStore


class UpdatingNode:
    """Used by the daemon's thread. `folder`: where updates lie; `load` reads the config with another update."""

    def __init__(
        self,
        folder: Path,
        settings: UpdatesConfig,
        load: Callable[[UpdateChoice | None], Config],
        wake: Callable[[], None],
    ) -> None:
        self._settings, self._load, self._wake = settings, load, wake
        self._store = UpdateStore(folder)
        self.starts = StartCount(self._store)
        """Of the daemon, while an update has to prove itself."""
        self._looking: Looking | None = None
        self._taking: Taking | None = None

    def begin(self, running: RunningParts, reloader: Reloader) -> None:
        """Look for updates, and take them over, from now on."""
        taking = self._taking = Taking(self._store, reloader, self._load, lambda: sample_of(running))
        self._looking = Looking(
            self._settings, self._store, lambda: _here(running), taking.offer, lambda: taking.is_busy, self._wake
        )
        self._looking.begin()

    def work(self) -> None:
        """Called again and again. Raises FreshProcessError."""
        if self._taking is not None:
            self._taking.work()

    def look_now(self) -> None:
        """Do not wait for the interval's end."""
        if self._looking is not None:
            self._looking.look_now()

    @property
    def status(self) -> UpdateStatus:
        """What is known of the newest update."""
        assert self._looking is not None, "it has begun"
        return self._looking.status

    def stop(self, timeout_s: float) -> None:
        """Look for none any more."""
        if self._looking is not None:
            self._looking.stop(timeout_s)


def sample_of(running: RunningParts) -> Sample:
    """How the node is now."""
    return Sample(
        running.views_online,
        running.frames_seen,
        None if running.expects_no_frame else running.parts.longest_silence_s,
        running.latency_ms,
        running.current_sink.sink.reaches_broker,
    )


def _here(running: RunningParts) -> Here:
    node = running.parts.config.node
    is_set = node.trust_clock or machine.clock_synchronised() is not False
    return Here(node.name, __version__, time.time() if is_set else None)
