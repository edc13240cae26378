"""The recording of what the deciders get: begun and ended as it is asked for, while the daemon runs."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from edgeclassify import __version__
from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.assembly.parts import Parts, TappedView
from edgeclassify.errors import StorageError, UsageError
from edgeclassify.files import printable
from edgeclassify.once import Once
from edgeclassify.recording.format.frame_images import images_folder
from edgeclassify.recording.interface import Header
from edgeclassify.recording.running.frame_tap import FrameTap
from edgeclassify.recording.running.interface import MB, Bounds, Progress
from edgeclassify.recording.running.order import (
    ENDING,
    FOLDER,
    Answer,
    FramesOrder,
    RecordingOrder,
    forget_answer,
    read_order,
    take_back,
    unknown_views,
    write_answer,
)
from edgeclassify.recording.running.tap import TappedDecider
from edgeclassify.replaced_files import ReplacedFilesError, late_imports

if TYPE_CHECKING:  # what records comes when somebody asks for it
    from edgeclassify.recording.running.frame_recording import FrameRecording
    from edgeclassify.recording.running.running_recording import RunningRecording

log = logging.getLogger(__name__)

END_S = 2.0
"""How long what was heard may take to be written at the end."""
STOPPED = "the daemon stopped"
FRAMES_SHARE = 0.75
"""Of the day's write budget: the rest is for events, which would wait in memory without it."""
LABELS_ONLY = "no pictures: node.labels_only is true"


class Recordings:
    """Used by the daemon's thread; one recording at a time. `folder`: the state folder; None: nobody can ask.

    A recording goes on over a reload. What a reload makes anew begins anew in it. `frame_tap`: where frames are
    heard of; `bytes_written_day`: what the process has written within a day.
    """

    def __init__(
        self,
        folder: Path | None,
        frame_tap: FrameTap,
        bytes_written_day: Callable[[], int | None] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder, self._clock = folder, clock
        self._frame_tap, self._bytes_written_day = frame_tap, bytes_written_day
        self._order: RecordingOrder | None = None
        self._running: RunningRecording | None = None
        self._listened: dict[str, TappedDecider] = {}
        self._wrong = Once()
        if folder is not None:
            self._clear(folder)

    def begin(self, path: Path, parts: Parts, most_mb: float, frames: FramesOrder | None = None) -> None:
        """Record from the start of the daemon to its end, into that file.

        Raises StorageError, and UsageError where images are asked for and the config rules them out.
        """
        if frames is not None and parts.config.node.labels_only:
            raise UsageError(f"--record-frames: {LABELS_ONLY}. Record without it.")
        self._begin(path, parts, RecordingOrder("", None, None, most_mb, frames))

    def work(self, parts: Parts) -> None:
        """Called about once a second: look what is asked, and say how far it is."""
        if self._running is not None:
            self._listen(parts.taps)
            if self._running.frames is not None:
                self._look_after(self._running.frames, parts)
        if self._folder is None:
            return
        order = self._asked(self._folder)
        if self._order is not None and not self._order.id:
            if order is not None:
                self._refuse(order, "the daemon records already: it was started with --record", self._folder)
            return
        if self._order is not None and (order is None or order.id != self._order.id):
            self._end("it was taken back")
        if order is not None and self._order is None:
            self._obey(order, parts, self._folder)
        elif self._running is not None and self._running.progress.ended is not None:
            self._end("")
        elif self._running is not None and order is not None:
            write_answer(self._folder, Answer(order.id, self._running.path, self._running.progress))

    def close(self) -> None:
        """The daemon ends, and with it the recording."""
        if self._running is not None:
            self._end(STOPPED)

    def _asked(self, folder: Path) -> RecordingOrder | None:
        try:
            order = read_order(folder)
        except (OSError, ValueError) as error:
            if self._wrong.is_news("order", str(error)):
                log.warning("%s: expected an order to record, found none that can be read: %s", folder, error)
            return None
        self._wrong.is_over("order")
        return order

    def _obey(self, order: RecordingOrder, parts: Parts, folder: Path) -> None:
        name = f"{parts.config.node.name}-{time.strftime('%Y%m%d-%H%M%S', time.localtime(self._clock()))}{ENDING}"
        unknown = unknown_views(order, list(parts.taps))
        try:
            if unknown:
                raise StorageError(f"view: expected some of {', '.join(parts.taps)}, found {', '.join(unknown)}")
            if order.frames is not None and parts.config.node.labels_only:
                raise StorageError(f"{LABELS_ONLY}. Record without --frames")
            self._begin(folder / FOLDER / name, parts, order)
        except (StorageError, ReplacedFilesError) as error:
            log.warning("recording: %s", error)
            self._refuse(order, str(error), folder)
        else:
            running = self._running
            assert running is not None, "it has begun"
            write_answer(folder, Answer(order.id, running.path, running.progress))

    def _refuse(self, order: RecordingOrder, why: str, folder: Path) -> None:
        write_answer(folder, Answer(order.id, None, Progress(0, 0, 0, 0, 0.0, why)))
        self._withdraw(folder)

    def _begin(self, path: Path, parts: Parts, order: RecordingOrder) -> None:
        with late_imports():
            from edgeclassify.recording.running.frame_recording import FrameRecording
            from edgeclassify.recording.running.running_recording import RunningRecording
        header = Header(__version__, parts.config.node.name, self._clock())
        bounds = Bounds(round(order.most_mb * MB), order.lasts_s)
        frames = (
            None if order.frames is None else FrameRecording(images_folder(path), order.frames.bounds, order.views)
        )
        running = RunningRecording(path, header, decider_of, bounds, frames=frames)
        running.start()
        self._order, self._running = order, running
        log.info("recording: what the deciders get goes to %s", printable(path))
        self._listen(parts.taps)
        if frames is not None:
            log.info("recording: pictures of the frames go to %s", printable(frames.folder.path))
            self._look_after(frames, parts)
            self._frame_tap.listen(frames)

    def _look_after(self, frames: "FrameRecording", parts: Parts) -> None:
        """No more images where the config has ruled them out meanwhile, or events need what may be written."""
        limit, written = parts.config.spool.max_bytes_written_day, self._bytes_written_day()
        if parts.config.node.labels_only:
            frames.stop("node.labels_only is true now")
        elif limit and (written or 0) > FRAMES_SHARE * limit:
            frames.stop(
                f"{FRAMES_SHARE:.0%} of the day's write budget (spool.max_bytes_written_day) are used up, the "
                "rest is for events"
            )

    def _listen(self, taps: Mapping[str, TappedView]) -> None:
        """Hear of each view that is asked for: also of one that a reload has made."""
        assert self._running is not None, "somebody writes what is heard"
        wanted = None if self._order is None else self._order.views
        for name, view in taps.items():
            if wanted is not None and name not in wanted:
                continue
            if self._listened.get(name) is not view.decider:
                _silence(one for one in [self._listened.get(name)] if one is not None)
                view.decider.listen(self._running.listener(view.facts))
                self._listened[name] = view.decider

    def _end(self, reason: str) -> None:
        running, order, folder = self._running, self._order, self._folder
        self._running = self._order = None
        _silence(self._listened.values())
        self._frame_tap.listen(None)
        self._listened = {}
        if running is None:
            return
        running.end(reason, END_S)
        progress = running.progress
        log.info(
            "recording: %s has %d inputs, %d events: %s",
            printable(running.path), progress.inputs, progress.events, progress.ended or reason,
        )  # fmt: skip
        if (images := progress.frames) is not None:
            log.info("recording: %d pictures of frames, %d left out", images.images, images.dropped)
        if order is not None and order.id and folder is not None:
            write_answer(folder, Answer(order.id, running.path, progress))
            self._withdraw(folder)

    def _withdraw(self, folder: Path) -> None:
        """What was asked is done, or can't be."""
        try:
            take_back(folder)
        except OSError as error:
            log.warning("%s: an order to record can't be removed: %s", folder, error.strerror or error)

    def _clear(self, folder: Path) -> None:
        """What was asked of a daemon before this one ended with it."""
        forget_answer(folder)
        self._withdraw(folder)


def _silence(deciders: Iterable[TappedDecider]) -> None:
    for decider in deciders:
        decider.listen(None)
