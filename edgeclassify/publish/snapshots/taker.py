"""Takes snapshots of events in a thread of its own, so that inference never waits for JPEG, disk or network."""

import logging
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from threading import Condition, Thread

from edgeclassify.config import SnapshotConfig
from edgeclassify.pictures.caption import Caption
from edgeclassify.publish.snapshots.interface import Snapshot
from edgeclassify.publish.snapshots.maker import Job, Publish, SnapshotMaker
from edgeclassify.pulse import Pulse
from edgeclassify.types import Event, Frame, Roi, ViewState

log = logging.getLogger(__name__)

WAITING_PER_VIEW = 3
"""Snapshots of one view that may wait; each holds a frame (6 MB at 1920x1080)."""
SWEEP_S = 60.0
"""How often the folder is looked through for snapshots that are too old, while nothing else happens."""
TURN_LIMIT_S = 60.0
"""For one snapshot to be drawn, coded, sent and written, or one look through the folder, on a slow card."""


class SnapshotTaker:
    """Decides which snapshots are taken, and has them made in a thread.

    `offer` and `take_now` may be called from any thread. `folder` None: nothing is kept on disk; `publish` None:
    nothing goes to MQTT. `turn_limit_s`: see `hangs`.
    """

    def __init__(
        self,
        *,
        config: SnapshotConfig,
        folder: Path | None,
        publish: Publish | None,
        turn_limit_s: float = TURN_LIMIT_S,
    ) -> None:
        self._turn_limit_s = turn_limit_s
        self._config = config
        self._maker = SnapshotMaker(config, folder, publish)
        self._waiting: deque[Job] = deque()
        self._changed = Condition()
        self._thread: Thread | None = None
        self._pulse = Pulse()
        self._stop_at: float | None = None
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Snapshots that were lost because too many waited, since the start."""
        return self._dropped

    @property
    def skipped(self) -> int:
        """Snapshots that could not be sent or kept: too large, no room, a frame that can't be drawn."""
        return self._maker.skipped

    @property
    def hangs(self) -> bool:
        """True while the thread has not moved within its limit, though it has something to do."""
        return self._pulse.late

    def start(self) -> None:
        """Begin to take snapshots."""
        self._stop_at = None
        self._thread = Thread(target=self._run, name="snapshots", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Take those that wait, for at most `timeout_s` seconds, then end."""
        with self._changed:
            self._stop_at = time.monotonic() + timeout_s
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout_s)
            self._thread = None
        with self._changed:
            self._dropped += len(self._waiting)
            self._waiting.clear()

    def offer(self, frame: Frame, roi: Roi, state: ViewState, events: Sequence[Event]) -> None:
        """The frame that made these events: a snapshot for each that the config wants. Returns at once."""
        wanted = [event for event in events if event.event_type in self._config.on]
        if not wanted:
            return
        with self._changed:
            for event in wanted:
                self._make_way(state.view)
                self._waiting.append(Job(frame, roi, Caption.of_event(frame, state, event)))
            self._changed.notify_all()

    def take_now(self, frame: Frame, roi: Roi, state: ViewState) -> Snapshot:
        """A snapshot of this frame, whatever happens in it, before this returns. Raises ImageError."""
        return self._maker.make(Job(frame, roi, Caption.of_state(frame, state)))

    def _make_way(self, view: str) -> None:
        mine = [job for job in self._waiting if job.caption.view == view]
        if len(mine) < WAITING_PER_VIEW:
            return
        self._waiting.remove(mine[0])
        self._dropped += 1
        if self._dropped == 1:
            log.warning(
                "view %s: events come faster than their pictures can be taken: the oldest that wait are dropped. "
                "This is said once; take fewer with snapshot.on",
                view,
                extra={"view": view},
            )

    def _run(self) -> None:
        self._do(None)
        while not self._is_over():
            self._do(self._next())
        self._pulse.rest()

    def _do(self, job: Job | None) -> None:
        """Take a snapshot, or where there is none to take, look through the folder."""
        self._pulse.beat(self._turn_limit_s)
        self._maker.do(job)

    def _is_over(self) -> bool:
        with self._changed:
            if self._stop_at is None:
                return False
            return not self._waiting or time.monotonic() >= self._stop_at

    def _next(self) -> Job | None:
        """The next to take; None when it is time to look through the folder, or to end."""
        with self._changed:
            if not self._waiting and self._stop_at is None:
                self._pulse.rest()
                self._changed.wait(SWEEP_S)
            return self._waiting.popleft() if self._waiting else None
