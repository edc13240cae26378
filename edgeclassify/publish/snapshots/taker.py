"""Takes snapshots of events in a thread of its own, so that inference never waits for JPEG, disk or network."""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Lock, Thread

from edgeclassify.config import SnapshotConfig
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.once import Once
from edgeclassify.pictures.caption import Caption
from edgeclassify.pictures.jpeg import Drawing, Jpeg
from edgeclassify.publish.snapshots.folder import SnapshotFolder
from edgeclassify.publish.snapshots.interface import Snapshot
from edgeclassify.pulse import Pulse
from edgeclassify.types import Event, Frame, Roi, ViewState

log = logging.getLogger(__name__)

WAITING_PER_VIEW = 3
"""Snapshots of one view that may wait; each holds a frame (6 MB at 1920x1080)."""
SWEEP_S = 60.0
"""How often the folder is looked through for snapshots that are too old, while nothing else happens."""
TURN_LIMIT_S = 60.0
"""For one snapshot to be drawn, coded, sent and written, or one look through the folder, on a slow card."""

Publish = Callable[[str, bytes], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    frame: Frame
    roi: Roi
    caption: Caption


class SnapshotTaker:
    """Draws, codes, publishes and keeps snapshots. `offer` and `take_now` may be called from any thread.

    `folder` None: nothing is kept on disk; `publish` None: nothing goes to MQTT. `turn_limit_s`: see `hangs`.
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
        self._config, self._publish = config, publish
        self._folder = None if folder is None else SnapshotFolder(folder, config)
        self._waiting: deque[_Job] = deque()
        self._changed = Condition()
        self._thread: Thread | None = None
        self._pulse = Pulse()
        self._stop_at: float | None = None
        self._dropped = 0
        self._skipped = 0
        self._counting = Lock()
        self._too_large, self._faults = Once(), Once()

    @property
    def dropped(self) -> int:
        """Snapshots that were lost because too many waited, since the start."""
        return self._dropped

    @property
    def skipped(self) -> int:
        """Snapshots that could not be sent or kept: too large, no room, a frame that can't be drawn."""
        return self._skipped

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
                self._waiting.append(_Job(frame, roi, Caption.of_event(frame, state, event)))
            self._changed.notify_all()

    def take_now(self, frame: Frame, roi: Roi, state: ViewState) -> Snapshot:
        """A snapshot of this frame, whatever happens in it, before this returns. Raises ImageError."""
        return self._take(_Job(frame, roi, Caption.of_state(frame, state)))

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
            )

    def _run(self) -> None:
        self._do(None)
        while not self._is_over():
            self._do(self._next())
        self._pulse.rest()

    def _do(self, job: _Job | None) -> None:
        """Take a snapshot, or where there is none to take, look through the folder."""
        self._pulse.beat(self._turn_limit_s)
        try:
            if job is not None:
                self._take(job)
                self._faults.is_over()
            elif self._folder is not None:
                self._folder.sweep()
        except EdgeClassifyError as error:
            self._skip(str(error))
        except Exception:
            # The thread's top: a snapshot is worth less than the thread that takes the next one.
            log.exception("a snapshot failed")
            self._skip(None)

    def _is_over(self) -> bool:
        with self._changed:
            if self._stop_at is None:
                return False
            return not self._waiting or time.monotonic() >= self._stop_at

    def _next(self) -> _Job | None:
        """The next to take; None when it is time to look through the folder, or to end."""
        with self._changed:
            if not self._waiting and self._stop_at is None:
                self._pulse.rest()
                self._changed.wait(SWEEP_S)
            return self._waiting.popleft() if self._waiting else None

    def _take(self, job: _Job) -> Snapshot:
        caption = job.caption
        drawing = Drawing(job.frame.shown, job.roi, caption, captioned=self._config.caption)
        jpeg = drawing.jpeg(self._config.quality)
        path = self._keep(caption, jpeg)
        published = self._send(caption, drawing, jpeg)
        jpeg = published or jpeg
        return Snapshot(caption.view, jpeg.data, jpeg.width, jpeg.height, path, published is not None)

    def _keep(self, caption: Caption, jpeg: Jpeg) -> Path | None:
        if self._folder is None:
            return None
        path = self._folder.add(caption, jpeg.data)
        if path is None:
            self._skip(None)
        return path

    def _send(self, caption: Caption, drawing: Drawing, jpeg: Jpeg) -> Jpeg | None:
        if self._publish is None:
            return None
        limit = self._config.mqtt_max_bytes
        fitting = jpeg if len(jpeg.data) <= limit else drawing.jpeg_within(self._config.quality, limit)
        if fitting is None:
            self._skip(None)
            if self._too_large.is_news(caption.view):
                log.warning(
                    "view %s: no picture fits into snapshot.mqtt_max_bytes = %d; raise that. This is said once",
                    caption.view, limit,
                )  # fmt: skip
            return None
        self._publish(caption.view, fitting.data)
        return fitting

    def _skip(self, fault: str | None) -> None:
        with self._counting:
            self._skipped += 1
        if fault is not None and self._faults.is_news(what=fault):
            log.error("snapshot skipped: %s", fault)
