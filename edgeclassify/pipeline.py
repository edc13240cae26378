"""The inference thread: frame → classifier → state machine → publisher, for each view of the frame's camera.

Knows the stages' interfaces only. Frames come from a hand-off that keeps the newest one, so a slow model drops
frames and never queues them; events go to the publisher, which never blocks and loses none.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.health import HealthMonitor
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.postprocess.events import Step, ViewStateMachine
from edgeclassify.postprocess.smoothing import observe
from edgeclassify.publish.interface import Publisher
from edgeclassify.types import Event, Frame, Outcome, Prediction, Roi, ViewState

log = logging.getLogger(__name__)

TAKE_TIMEOUT_S = 0.2
"""How long the thread waits for a frame before it looks whether it should stop."""
_EARLY = 0.25
"""So large a part of a view's interval a frame may come early."""


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


@dataclass(frozen=True, slots=True)
class Look:
    """One view of one frame, as it was asked for."""

    frame: Frame
    prediction: Prediction
    state: ViewState


class View:
    """What is watched: a camera's region, the classifier that looks at it, its state, and whether and how often.

    The switches may be set from any thread. The state machine is used under `lock`, which all views of a node
    share: from the drawing of an event's number to its place in the spool nobody else may draw one.
    """

    def __init__(
        self,
        *,
        name: str,
        camera: str,
        region: Roi,
        classifier: ImageClassifier,
        machine: ViewStateMachine,
        enabled: bool = True,
        interval_s: float = 0.0,
        lock: "threading.Lock | None" = None,
    ) -> None:
        self.name, self.camera, self.region = name, camera, region
        self.classifier, self.machine = classifier, machine
        self.enabled = enabled
        self.interval_s = interval_s
        self.lock = threading.Lock() if lock is None else lock
        self._due_ns = self._seen_ns = 0
        self._asked: deque[Future[Look]] = deque()

    def ask(self) -> Future[Look]:
        """The next frame's look, also while the view is switched off. May be cancelled.

        It ends with the EdgeClassifyError of a frame that can't be classified.
        """
        future: Future[Look] = Future()
        self._asked.append(future)
        return future

    def wants(self, frame: Frame) -> bool:
        """Is this frame to be classified?"""
        if self._asked:
            return True
        # A frame that comes a little early counts as in time, or every second one would be passed over. Due is the
        # next one an interval after the last at most, whatever was asked for or shortened meanwhile.
        interval_ns = self.interval_s * 1e9
        due_ns = min(self._due_ns, self._seen_ns + interval_ns * (1 + _EARLY))
        return self.enabled and (frame.pace_ns < self._seen_ns or frame.pace_ns >= due_ns - interval_ns * _EARLY)

    def seen(self, frame: Frame) -> None:
        """This frame was classified."""
        # The first one; or on a file's time line, one that was seen before what was seen last.
        anew = not self._seen_ns or frame.pace_ns < self._seen_ns
        interval_ns = int(self.interval_s * 1e9)
        self._due_ns = frame.pace_ns + interval_ns if anew else max(self._due_ns + interval_ns, frame.pace_ns)
        self._seen_ns = frame.pace_ns

    def answer(self, frame: Frame, prediction: Prediction) -> None:
        """Give those who asked what they asked for."""
        while self._asked:
            future = self._asked.popleft()
            if future.set_running_or_notify_cancel():
                future.set_result(Look(frame, prediction, self.machine.look(observe(prediction))))

    def refuse(self, error: EdgeClassifyError) -> None:
        """Tell those who asked why there is nothing to be seen."""
        while self._asked:
            future = self._asked.popleft()
            if future.set_running_or_notify_cancel():
                future.set_exception(error)


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
        publisher: Publisher,
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
        self._publisher = publisher
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
                if not self._process_next() and draining:
                    return
        except Exception as error:  # noqa: BLE001 - the thread's top: the daemon reports it and exits
            self.error = error

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
        """One view of one frame; it fails where the classifier or the publisher could not take it."""
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
        with view.lock:
            # Asked again under the lock: it may have been switched off while the model was at work.
            if not view.enabled:
                return False
            step = view.machine.step(observe(prediction))
            publish_step(step, self._publisher, self._health)
        self._publisher.publish_result(view.name, prediction)
        if step.events and self._snapshots is not None:
            self._snapshots.offer(frame, view.region, step.state, step.events)
        return True

    def _say_once(self, view: str, message: str) -> None:
        if self._broken_views.get(view) != message:
            log.error("view %s: frame skipped: %s", view, message)
        self._broken_views[view] = message


def publish_step(step: Step, publisher: Publisher, health: HealthMonitor) -> None:
    """Events first: a state names the number of an event, which must be on disk by then."""
    for event in step.events:
        publisher.publish_event(event)
        health.record_event()
    publisher.publish_state(step.state)


def rest_view(view: View, publisher: Publisher, health: HealthMonitor) -> None:
    """What is in the view ends, and its state becomes unknown."""
    with view.lock:
        publish_step(view.machine.rest(time.time(), "paused"), publisher, health)


def switch_view(view: View, enabled: bool, publisher: Publisher, health: HealthMonitor) -> None:
    """Watch a view or let it rest; what is in a view that is switched off ends."""
    with view.lock:
        if view.enabled and not enabled:
            step = view.machine.rest(time.time(), "paused")
            publish_step(step, publisher, health)
        view.enabled = enabled


def finish_views(
    machines: Sequence[ViewStateMachine], publisher: Publisher, health: HealthMonitor, reason: str
) -> None:
    """End what is in views that are no longer watched, so that every start has its end."""
    for machine in machines:
        for event in machine.finish(time.time(), reason):
            publisher.publish_event(event)
            health.record_event()
