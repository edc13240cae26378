"""A recording that is being written: inputs come from the views' threads, and one of its own writes them.

Bounded: what can't be written in time is left out and counted, and its view begins anew in the file, with what its
decider knows by then. Nobody ever waits for the disk.
"""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, Queue

from edgeclassify.errors import StorageError
from edgeclassify.files import printable
from edgeclassify.postprocess.interface import Decider
from edgeclassify.recording.format.writer import RecordingWriter
from edgeclassify.recording.interface import (
    DeciderFactory,
    Happening,
    Header,
    Input,
    LiveEvent,
    Lost,
    Record,
    ViewBegins,
    ViewFacts,
)
from edgeclassify.recording.memory import memory_of
from edgeclassify.recording.running.frame_recording import FrameRecording
from edgeclassify.recording.running.interface import Bounds, Progress
from edgeclassify.types import Event, Moment

log = logging.getLogger(__name__)

CAPACITY = 2048
"""Inputs that wait for the disk; more of them are lost to the recording."""
TURN_S = 0.5
"""How often its thread looks whether it should end."""


class RunningRecording:
    """`start`, `end` and `progress` belong to one thread. `clock`: monotonic seconds; `frames`: its images."""

    def __init__(
        self,
        path: Path,
        header: Header,
        fresh: DeciderFactory,
        bounds: Bounds,
        *,
        frames: FrameRecording | None = None,
        capacity: int = CAPACITY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path, self.frames = path, frames
        self._header, self._fresh, self._bounds, self._clock = header, fresh, bounds, clock
        self._waiting: Queue[Record | None] = Queue(capacity)  # None only wakes
        self._numbers = 0
        self._lost_lock = threading.Lock()
        self._lost = self._untold = 0
        self._inputs = self._events = 0
        self._started = clock()
        self._ended: str | None = None
        self._end_because: str | None = None
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._writer: RecordingWriter | None = None

    def start(self) -> None:
        """Make the file. Raises StorageError."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._make_files()
        except OSError as error:
            raise StorageError(
                f"{printable(self.path)}: no recording can be written there: {error.strerror or error}. Choose "
                "another place, or make room."
            ) from error
        self._thread.start()
        if self.frames is not None:
            self.frames.start()

    def _make_files(self) -> RecordingWriter:
        """All of them or none."""
        if self.frames is None:
            return RecordingWriter(self.path, self._header, self._clock)
        self.frames.folder.make()
        try:
            return RecordingWriter(self.path, self._header, self._clock)
        except OSError:
            self.frames.folder.discard()
            raise

    def listener(self, facts: ViewFacts) -> "ViewListener":
        """Who hears of a view's decider."""
        self._numbers += 1
        return ViewListener(self, self._numbers, facts, self._fresh)

    def end(self, reason: str, timeout_s: float) -> None:
        """What was heard until now is written, and the file closed."""
        self._end_because = self._end_because or reason
        with suppress(Full):
            self._waiting.put_nowait(None)
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        size = 0 if self._writer is None else self._writer.bytes
        lasted_s = self._clock() - self._started
        ended = self._ended  # first: what it says of the images then is the last word
        frames = None if self.frames is None else self.frames.progress
        return Progress(self._inputs, self._events, size, self._lost, lasted_s, ended, frames)

    def take(self, record: Record) -> bool:
        """From any thread, at once. False where there is no room."""
        if self._ended is not None:
            return True  # it has ended by itself, and nobody needs to begin anew
        try:
            self._waiting.put_nowait(record)
        except Full:
            return False
        return True

    def lose(self) -> None:
        """An input could not be taken."""
        with self._lost_lock:
            self._lost += 1
            self._untold += 1

    def tell_lost(self) -> bool:
        """Before a view begins (anew): note how much was lost. False where there is still no room."""
        with self._lost_lock:
            untold = self._untold
            if untold == 0:
                return True
            try:
                self._waiting.put_nowait(Lost(untold))
            except Full:
                return False
            self._untold = 0
        return True

    def _run(self) -> None:
        writer = self._writer
        assert writer is not None, "it is started with its file"
        try:
            with writer:
                reason = self._write(writer)
                if self._untold:
                    writer.write(Lost(self._untold))
                writer.close(reason)
        except OSError as error:
            reason = f"{printable(self.path)} can't be written: {error.strerror or error}"
            log.warning("recording: it ends: %s. What is in it stays readable.", reason)
        except Exception:
            log.exception("recording: it ends by a fault in edgeclassify")
            reason = "a fault in edgeclassify, see its log"
        if self.frames is not None:
            self.frames.end()
        self._ended = reason

    def _write(self, writer: RecordingWriter) -> str:
        """Until it ends: the reason."""
        while True:
            try:
                record = self._waiting.get(timeout=TURN_S if self._end_because is None else 0.01)
            except Empty:
                if self._end_because is not None:
                    return self._end_because
                writer.flush_due()
                record = None
            if record is not None:
                writer.write(record)
            if isinstance(record, Input):
                self._inputs += 1
                self._events += len(record.events)
            if (reason := self._bound_reached(writer)) is not None:
                return reason

    def _bound_reached(self, writer: RecordingWriter) -> str | None:
        bounds = self._bounds
        if writer.bytes >= bounds.most_bytes:
            return f"it has reached its {bounds.most_bytes / 1e6:g} MB"
        if bounds.lasts_s is not None and self._clock() - self._started >= bounds.lasts_s:
            return f"its {bounds.lasts_s:g} s are over"
        if writer.just_flushed and shutil.disk_usage(self.path.parent).free < bounds.least_free_bytes:
            log.warning("recording: it ends: less than %d MB are free", bounds.least_free_bytes >> 20)
            return f"less than {bounds.least_free_bytes >> 20} MB of the disk are free"
        return None


class ViewListener:
    """Hears of one view's decider, under that view's lock."""

    def __init__(
        self,
        recording: RunningRecording,
        number: int,
        facts: ViewFacts,
        fresh: DeciderFactory,
    ) -> None:
        self._recording, self._number, self._facts, self._fresh = recording, number, facts, fresh

    def begin(self, decider: Decider) -> bool:
        """Note what the decider knows."""
        memory, rules = None, decider.rules
        try:
            memory = memory_of(decider, self._fresh(self._facts, rules, str))
        except (TypeError, RecursionError) as error:
            log.error("recording: view %s begins without what is known of it: %s", self._facts.view, error)
        begins = ViewBegins(self._number, self._facts, rules, memory, decider.open(Moment.now()))
        begun = self._recording.tell_lost() and self._recording.take(begins)
        if not begun:
            self._recording.lose()
        return begun

    def hear(self, what: Happening, events: tuple[Event, ...]) -> bool:
        """Note an input."""
        came = tuple(LiveEvent(one.event_type, one.label, one.id) for one in events)
        taken = self._recording.take(Input(self._number, what, came))
        if not taken:
            self._recording.lose()
        return taken
