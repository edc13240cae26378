"""A view: what is watched, whether and how often, and what follows from what is seen there.

A view is used from several threads: the inference thread shows it frames, the daemon's thread switches it, a
capture thread says that its camera is lost. Its lock is inside: who calls it gets a whole step, and it is told.
"""

import threading
from collections import deque
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.event_log import log_event
from edgeclassify.health import HealthMonitor
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.postprocess.decision import Step, ViewStateMachine
from edgeclassify.postprocess.pace import Pace
from edgeclassify.postprocess.smoothing import observe
from edgeclassify.publish.interface import Sink
from edgeclassify.types import Event, Frame, Moment, OpenOccurrence, Prediction, Reason, Roi, ViewState

_EARLY = 0.25
"""So large a part of a view's interval a frame may come early."""


class Numbers(Protocol):
    """The numbers of a node's events."""

    def drawn(self, view: str) -> AbstractContextManager[int]:
        """The next one, for an event that is spooled within the block, and is used up only there."""

    def last_of(self, view: str) -> int:
        """The number of a view's last event; 0: none yet."""


@dataclass(frozen=True, slots=True)
class ViewResult:
    """One view of one frame, as it was asked for."""

    frame: Frame
    prediction: Prediction
    state: ViewState


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where goes what follows."""

    sink: Sink
    health: HealthMonitor


class View:
    """What is watched: a camera's region, the classifier that looks at it, its state, and whether and how often.

    Thread-safe, apart from `wants`, `seen`, `answer` and `refuse`, which belong to the inference thread.
    """

    def __init__(
        self,
        *,
        name: str,
        camera: str,
        region: Roi,
        classifier: ImageClassifier,
        machine: ViewStateMachine,
        numbers: Numbers,
        enabled: bool = True,
        pace: Pace | None = None,
    ) -> None:
        self.name, self.camera, self.region = name, camera, region
        self.classifier, self.machine = classifier, machine
        self.enabled = enabled
        self._numbers = numbers
        self._due_ns = self._seen_ns = 0
        self._asked: deque[Future[ViewResult]] = deque()
        self._pace = Pace() if pace is None else pace

    @property
    def lock(self) -> threading.Lock:
        """Held while its state machine is used, which a view after a reload takes over."""
        return self.machine.lock

    @property
    def interval_s(self) -> float:
        """Seconds between two frames that are classified."""
        return self._pace.interval_s

    @interval_s.setter
    def interval_s(self, interval_s: float) -> None:
        self._pace = replace(self._pace, interval_s=interval_s)

    # --- which frames, and who asked -------------------------------------------------------------------

    def ask(self) -> Future[ViewResult]:
        """The next frame's look, also while the view is switched off. May be cancelled.

        It ends with the EdgeClassifyError of a frame that can't be classified.
        """
        future: Future[ViewResult] = Future()
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
                future.set_result(ViewResult(frame, prediction, self._look(prediction)))

    def refuse(self, error: EdgeClassifyError) -> None:
        """Tell those who asked why there is nothing to be seen."""
        while self._asked:
            future = self._asked.popleft()
            if future.set_running_or_notify_cancel():
                future.set_exception(error)

    # --- what follows ----------------------------------------------------------------------------------

    def see(self, prediction: Prediction, outlet: Outlet) -> Step | None:
        """Decide, and tell what follows; None where nothing does, since the view is switched off."""
        with self.lock:
            # Asked again under the lock: it may have been switched off while the model was at work.
            if not self.enabled:
                return None
            self.machine.pace = self._pace
            return self._tell(self.machine.see(observe(prediction)), outlet)

    def pass_time(self, now: Moment, outlet: Outlet) -> None:
        """No frame has come for it until now."""
        with self.lock:
            if self.enabled:
                self.machine.pace = self._pace
                self._tell(self.machine.pass_time(now), outlet)

    def lose(self, now: Moment, outlet: Outlet) -> None:
        """Its camera gives no frames from now on: nothing is known of it until one comes again."""
        with self.lock:
            self._tell(self.machine.gap(now), outlet)

    def rest(self, outlet: Outlet) -> None:
        """What is in the view ends, and its state becomes unknown."""
        with self.lock:
            self._tell(self.machine.rest(Moment.now()), outlet)

    def switch(self, enabled: bool, outlet: Outlet) -> None:
        """Watch it or let it rest; what is in a view that is switched off ends."""
        with self.lock:
            if self.enabled and not enabled:
                self._tell(self.machine.rest(Moment.now()), outlet)
            self.enabled = enabled

    def end(self, reason: Reason, outlet: Outlet, *, shown: bool = True) -> None:
        """It is no longer watched: end what is in it, so that every start has its end.

        `shown`: there will still be something to see under its name, and until then it is unknown.
        """
        with self.lock:
            step = self.machine.end(Moment.now(), reason)
            self._tell(step if shown else replace(step, state=None), outlet)

    def tell_again(self, sink: Sink) -> None:
        """To a sink that is new: what was told last."""
        with self.lock:
            if self.machine.told is not None:
                sink.publish_state(self._numbered(self.machine.told))

    def open(self, now: Moment) -> OpenOccurrence | None:
        """What is in it, to be kept over a restart; None: nothing."""
        with self.lock:
            return self.machine.open(now)

    def _look(self, prediction: Prediction) -> ViewState:
        with self.lock:
            return self._numbered(self.machine.look(observe(prediction)))

    def _tell(self, step: Step, outlet: Outlet) -> Step:
        """Events first: a state names the number of an event, which must be on disk by then."""
        events = tuple(tell_event(event, self._numbers, outlet) for event in step.events)
        state = None if step.state is None else self._numbered(step.state)
        if state is not None:
            outlet.sink.publish_state(state)
        return Step(state, events)

    def _numbered(self, state: ViewState) -> ViewState:
        return replace(state, seq=self._numbers.last_of(self.name))


def tell_event(event: Event, numbers: Numbers, outlet: Outlet) -> Event:
    """Give an event its number, and publish it; a number is used up only where the sink has taken it."""
    with numbers.drawn(event.view) as seq:
        numbered = replace(event, seq=seq)
        outlet.sink.publish_event(numbered)
    outlet.health.record_event()
    log_event(numbered)
    return numbered
