"""The inference thread: frame → classifier → state machine → sink, for each view of the frame's camera.

Knows the stages' interfaces only. Frames come from a hand-off that keeps the newest one, so a slow model drops
frames and never queues them; events go to the sink, which never blocks and loses none.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Protocol

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline.view import Outlet, View
from edgeclassify.publish.interface import Sink
from edgeclassify.types import Event, Frame, Moment, Outcome, Prediction, Roi, ViewState

log = logging.getLogger(__name__)

TAKE_TIMEOUT_S = 0.2
"""How long the thread waits for a frame before it looks whether it should stop."""
PASS_TIME_S = 0.5
"""How often the views are told that time passes, so that what no frame ends ends all the same."""


class Frames(Protocol):
    """Where the thread takes its frames from."""

    def take(self, timeout_s: float) -> Frame | None:
        """The newest frame of some camera, None when none came in time."""

    def settle(self, outcome: Outcome) -> None:
        """The frame that was taken last is done with."""


class Snapshots(Protocol):
    """Who takes pictures of events."""

    def offer(self, frame: Frame, roi: Roi, state: ViewState, events: Sequence[Event]) -> None:
        """The frame that made these events. Returns at once."""


class _Looked(Enum):
    """What became of one view of one frame."""

    DONE = auto()
    LOOKED = auto()  # only for who asked: the view is switched off
    PASSED_OVER = auto()
    FAILED = auto()
    REFUSED = auto()  # who asked was told why: the view is switched off


class Pipeline:
    """Runs the views in a thread of its own until it is stopped, `max_frames` are done, or it breaks."""

    def __init__(
        self,
        *,
        frames: Frames,
        views: Sequence[View],
        sink: Sink,
        health: HealthMonitor,
        on_frame: Callable[[], None],
        max_frames: int | None = None,
        snapshots: Snapshots | None = None,
    ) -> None:
        """`on_frame` is called after a frame was captured, inferred and handed over (feeds the watchdog).

        A frame that no view wanted, because all are switched off or it came between two intervals, counts too.
        `snapshots`: None where no picture is ever taken.
        """
        self._snapshots = snapshots
        self._frames = frames
        self._views = views
        self._sink = sink
        self._outlet = Outlet(sink, health)
        self._next_pass_ns = 0
        self._health = health
        self._on_frame = on_frame
        self.left = max_frames
        """Frames that are still to be looked at, well or in vain; None: no end."""
        self._broken_views: dict[str, str] = {}
        self._busy = False
        self._stopping = threading.Event()
        self._draining = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inference", daemon=True)
        self.error: BaseException | None = None
        """What ended the thread, if it broke."""

    @property
    def finished(self) -> bool:
        """Has the thread ended by itself (all frames done, or broken)?"""
        return self._thread.ident is not None and not self._thread.is_alive()

    @property
    def busy(self) -> bool:
        """Is a frame being inferred?"""
        return self._busy

    def start(self) -> None:
        """Begin to take frames."""
        self._thread.start()

    def drain(self) -> None:
        """No more frames will come: end when those that wait have been inferred."""
        self._draining.set()

    def stop(self, timeout_s: float) -> bool:
        """End after the frame at hand; False when the thread is still busy after `timeout_s` seconds."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set() and self.left != 0:
                draining = self._draining.is_set()  # asked before: what came until then is still taken
                self._pass_time()
                if not self._process_next() and draining:
                    return
        except Exception as error:  # noqa: BLE001 - the thread's top: the daemon reports it and exits
            self.error = error

    def _pass_time(self) -> None:
        now = Moment.now()
        if now.ns < self._next_pass_ns:
            return
        self._next_pass_ns = now.ns + int(PASS_TIME_S * 1e9)
        for view in self._views:
            try:
                view.pass_time(now, self._outlet)
            except EdgeClassifyError as error:
                log.error("view %s: %s", view.name, error)

    def _process_next(self) -> bool:
        """Take a frame and process it; False where none came. Nothing of it is held afterwards: it may be lent."""
        frame = self._frames.take(TAKE_TIMEOUT_S)
        if frame is None:
            return False
        self._busy = True
        try:
            outcome = self._process(frame)
        finally:
            self._busy = False
        self._frames.settle(outcome)
        return True

    def _process(self, frame: Frame) -> Outcome:
        """Every view's look at the frame. One that failed outweighs those that did not: it is not done with."""
        outcomes = {self._watch(view, frame) for view in self._views if view.camera == frame.camera}
        if outcomes & {_Looked.DONE, _Looked.LOOKED}:
            self._health.record_frame(frame.captured_at_ns)
        if outcomes - {_Looked.FAILED, _Looked.REFUSED}:
            self._on_frame()
        if self.left is not None and outcomes - {_Looked.PASSED_OVER}:
            self.left -= 1
        if _Looked.FAILED in outcomes:
            return Outcome.FAILED
        return Outcome.SEEN if _Looked.DONE in outcomes else Outcome.UNSEEN

    def _watch(self, view: View, frame: Frame) -> _Looked:
        """One view of one frame; it fails where the classifier or the sink could not take it."""
        if not view.wants(frame):
            return _Looked.PASSED_OVER
        try:
            prediction = view.classifier.classify(frame, view.region)
            view.seen(frame)
            concluded = self._conclude(view, frame, prediction)
        except EdgeClassifyError as error:
            self._say_once(view.name, str(error))
            view.refuse(error)
            return _Looked.FAILED if view.enabled else _Looked.REFUSED
        view.answer(frame, prediction)
        self._health.record_inference(prediction)
        if self._broken_views.pop(view.name, None) is not None:
            log.info("view %s: frames can be classified again", view.name)
        return _Looked.DONE if concluded else _Looked.LOOKED

    def _conclude(self, view: View, frame: Frame, prediction: Prediction) -> bool:
        """What follows from it; False where nothing does, since the view is switched off."""
        step = view.see(prediction, self._outlet)
        if step is None:
            return False
        self._sink.publish_result(view.name, prediction)
        if step.events and step.state is not None and self._snapshots is not None:
            self._snapshots.offer(frame, view.region, step.state, step.events)
        return True

    def _say_once(self, view: str, message: str) -> None:
        if self._broken_views.get(view) != message:
            log.error("view %s: frame skipped: %s", view, message)
        self._broken_views[view] = message
