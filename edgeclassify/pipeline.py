"""The inference thread: frame → classifier → state machine → publisher, for each view of the frame's camera.

Knows the stages' interfaces only. Frames come from a hand-off that keeps the newest one, so a slow model drops
frames and never queues them; events go to the publisher, which never blocks and loses none.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.health import HealthMonitor
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.postprocess.events import ViewStateMachine
from edgeclassify.postprocess.smoothing import observe
from edgeclassify.publish.interface import Publisher
from edgeclassify.types import Frame, Roi

log = logging.getLogger(__name__)

TAKE_TIMEOUT_S = 0.2
"""How long the thread waits for a frame before it looks whether it should stop."""


class Frames(Protocol):
    """Where the thread takes its frames from."""

    def take(self, timeout_s: float) -> Frame | None:
        """The newest frame of some camera, None when none came in time."""


@dataclass(frozen=True, slots=True)
class View:
    """What is watched: a camera's region, the classifier that looks at it, and its state."""

    name: str
    camera: str
    region: Roi
    classifier: ImageClassifier
    machine: ViewStateMachine


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
    ) -> None:
        """`on_frame` is called after a frame was captured, inferred and handed over (feeds the watchdog)."""
        self._frames = frames
        self._views = views
        self._publisher = publisher
        self._health = health
        self._on_frame = on_frame
        self._left = max_frames
        self._broken_views: dict[str, str] = {}
        self._stopping = threading.Event()
        self._draining = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inference", daemon=True)
        self.error: BaseException | None = None
        """What ended the thread, if it broke."""

    @property
    def finished(self) -> bool:
        """Has the thread ended by itself (all frames done, or broken)?"""
        return self._thread.ident is not None and not self._thread.is_alive()

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
            while not self._stopping.is_set() and self._left != 0:
                draining = self._draining.is_set()  # asked before: what came until then is still taken
                frame = self._frames.take(TAKE_TIMEOUT_S)
                if frame is not None:
                    self._process(frame)
                elif draining:
                    return
        except Exception as error:  # noqa: BLE001 - the thread's top: the daemon reports it and exits
            self.error = error

    def _process(self, frame: Frame) -> None:
        done = [self._watch(view, frame) for view in self._views if view.camera == frame.camera]
        if any(done):
            self._health.record_frame(frame.captured_at_ns)
            self._on_frame()
        if self._left is not None:
            self._left -= 1

    def _watch(self, view: View, frame: Frame) -> bool:
        """One view of one frame; False when its classifier or publisher could not take it."""
        try:
            prediction = view.classifier.classify(frame, view.region)
            step = view.machine.step(observe(prediction))
            for event in step.events:
                self._publisher.publish_event(event)
            self._publisher.publish_state(step.state)
            self._publisher.publish_result(view.name, prediction)
        except EdgeClassifyError as error:
            self._say_once(view.name, str(error))
            return False
        self._health.record_inference(prediction)
        if self._broken_views.pop(view.name, None) is not None:
            log.info("view %s: frames can be classified again", view.name)
        return True

    def _say_once(self, view: str, message: str) -> None:
        if self._broken_views.get(view) != message:
            log.error("view %s: frame skipped: %s", view, message)
        self._broken_views[view] = message


def finish_views(machines: Sequence[ViewStateMachine], publisher: Publisher, reason: str) -> None:
    """End what is in views that are no longer watched, so that every start has its end."""
    for machine in machines:
        for event in machine.finish(time.time(), reason):
            publisher.publish_event(event)
