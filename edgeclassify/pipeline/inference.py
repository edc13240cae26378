"""The inference thread: frame → scene → classifier → decider → sink, for each view of the frame's camera.

Knows the stages' interfaces only. Frames come from a hand-off that keeps the newest one, so a slow model drops
frames and never queues them; events go to the sink, which never blocks and loses none.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from types import MappingProxyType

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.once import Once
from edgeclassify.pipeline.interface import Frames, Onlookers, SeenFrames, ShownFrames, Snapshots, ViewResult
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.view import View
from edgeclassify.postprocess.interface import Step
from edgeclassify.scene.interface import PLAIN_SCENE, Scene, SceneStep
from edgeclassify.types import Condition, Frame, Moment, Outcome, Prediction, Roi

log = logging.getLogger(__name__)

TAKE_TIMEOUT_S = 0.2
"""How long the thread waits for a frame before it looks whether it should stop."""
PASS_TIME_S = 0.5
"""How often the views are told that time passes, so that what no frame ends ends all the same."""


class _Looked(Enum):
    """What became of one view of one frame."""

    DONE = auto()
    LOOKED = auto()  # only for who asked: the view is switched off
    STILL = auto()  # nothing has moved in it
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
        outlet: Outlet,
        on_frame: Callable[[], None],
        max_frames: int | None = None,
        snapshots: Snapshots | None = None,
        shown_frames: ShownFrames | None = None,
        seen_frames: SeenFrames | None = None,
        onlookers: Onlookers | None = None,
        scenes: Mapping[str, SceneStep] = MappingProxyType({}),
        clock: Callable[[], Moment] = Moment.now,
    ) -> None:
        """`on_frame` is called after a frame was captured, inferred and handed over (feeds the watchdog).

        A frame that no view wanted, because all are switched off or it came between two intervals, counts too.
        `snapshots`: None where no snapshot is ever taken. `shown_frames`: who hears of each frame from which a
        view's decider got something; None: nobody. `seen_frames`: who hears what was seen in it, too. `onlookers`:
        who looks at every frame, as it comes. `scenes`: who examines a camera's frames first, by its name; nobody
        where none is named.
        """
        self._snapshots, self._shown_frames, self._seen_frames = snapshots, shown_frames, seen_frames
        self._onlookers = onlookers
        self._clock = clock
        self._frames = frames
        self._views = views
        self._scenes = scenes
        self._outlet = outlet
        self._conditions: dict[str, Condition] = {}
        self._next_pass_ns = 0
        self._on_frame = on_frame
        self.left = max_frames
        """Frames that are still to be looked at, with success or without; None: no end."""
        self._broken_views = Once()
        self._busy = False
        self._stopping = threading.Event()
        self._draining = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inference", daemon=True)
        self.error: BaseException | None = None
        """What ended the thread, if it broke."""

    @property
    def finished(self) -> bool:
        """True where the thread has ended by itself (all frames done, or broken)."""
        return self._thread.ident is not None and not self._thread.is_alive()

    @property
    def busy(self) -> bool:
        """True while a frame is being inferred."""
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
        now = self._clock()
        if now.ns < self._next_pass_ns:
            return
        self._next_pass_ns = now.ns + int(PASS_TIME_S * 1e9)
        for view in self._views:
            try:
                view.pass_time(now, self._outlet)
            except EdgeClassifyError as error:
                log.error("view %s: %s", view.name, error, extra={"view": view.name})

    def _process_next(self) -> bool:
        """Take a frame and process it; False where none came. Nothing of it is held afterwards: it may be lent."""
        lease = self._frames.take(TAKE_TIMEOUT_S)
        if lease is None:
            return False
        self._busy = True
        try:
            with lease:
                lease.settle(self._process(lease.frame))
        finally:
            self._busy = False
        return True

    def _process(self, frame: Frame) -> Outcome:
        """Every view's look at the frame. One that failed outweighs those that did not: it is not done with."""
        if self._onlookers is not None:
            self._onlookers.offer(frame)
        outcomes = self._look_at(frame)
        if outcomes & {_Looked.DONE, _Looked.LOOKED}:
            self._outlet.health.record_frame(frame.captured_at_ns)
        elif _Looked.STILL in outcomes:
            self._outlet.health.record_still_frame(frame.captured_at_ns)
        if outcomes - {_Looked.FAILED, _Looked.REFUSED}:
            self._on_frame()
        if self.left is not None and outcomes - {_Looked.STILL, _Looked.PASSED_OVER}:
            self.left -= 1
        if _Looked.FAILED in outcomes:
            return Outcome.FAILED
        return Outcome.SEEN if _Looked.DONE in outcomes else Outcome.UNSEEN

    def _look_at(self, frame: Frame) -> set[_Looked]:
        """Show it to the views of its camera; examined once, before the first that wants it."""
        outcomes, scene = set[_Looked](), None
        for view in self._views:
            if view.camera != frame.camera:
                continue
            if not view.wants(frame):
                outcomes.add(_Looked.PASSED_OVER)
                continue
            if scene is None:
                step = self._scenes.get(frame.camera)
                scene = PLAIN_SCENE if step is None else step.examine(frame)
                self._tell_condition(frame.camera, scene.condition)
            outcomes.add(self._watch(view, frame, scene))
        return outcomes

    def _tell_condition(self, camera: str, condition: Condition | None) -> None:
        """Tell of each view what is wrong with its camera's picture, where that has changed."""
        if condition is None or condition == self._conditions.get(camera):
            return
        self._conditions[camera] = condition
        for view in self._views:
            if view.camera == camera:
                self._outlet.sink.publish_condition(view.name, condition)

    def _watch(self, view: View, frame: Frame, scene: Scene) -> _Looked:
        """One view of one frame; it fails where the classifier or the sink could not take it."""
        try:
            if scene.is_still(view.name, settled=view.is_settled) and not view.waiters:
                view.seen(frame)
                at_ns = frame.captured_at_ns if frame.scene_ns is None else frame.scene_ns
                step = view.still(Moment(at_ns, frame.captured_at), self._outlet, scene.surroundings)
                if step is not None:
                    self._show(view, frame, made_events=bool(step.events))
                    self._offer(view, frame, scene.region(view.region), None, step)
                    self._take_snapshots(view, frame, scene, step)
                return _Looked.STILL
            region = scene.look(view.name, view.region)
            if self._onlookers is not None:
                self._onlookers.looked(view.name, frame, region)
            prediction = view.classifier.classify(frame, region)
            view.seen(frame)
            concluded = self._conclude(view, frame, region, prediction, scene)
        except EdgeClassifyError as error:
            if self._broken_views.is_news(view.name, str(error)):
                log.error("view %s: frame skipped: %s", view.name, error, extra={"view": view.name})
            view.waiters.refuse(error)
            return _Looked.FAILED if view.enabled else _Looked.REFUSED
        if view.waiters:
            shown = self._outlet.numbered(view.look(prediction))
            view.waiters.answer(ViewResult(frame, prediction, shown, region))
        self._outlet.health.record_inference(prediction)
        if self._broken_views.is_over(view.name):
            log.info("view %s: frames can be classified again", view.name, extra={"view": view.name})
        return _Looked.DONE if concluded else _Looked.LOOKED

    def _conclude(self, view: View, frame: Frame, region: Roi, prediction: Prediction, scene: Scene) -> bool:
        """What follows from it; False where nothing does, since the view is switched off."""
        step = view.see(prediction, self._outlet, scene.surroundings)
        if step is None:
            return False
        self._show(view, frame, made_events=bool(step.events))
        self._offer(view, frame, region, prediction, step)
        self._outlet.sink.publish_result(view.name, prediction)
        self._take_snapshots(view, frame, scene, step)
        return True

    def _show(self, view: View, frame: Frame, *, made_events: bool) -> None:
        if self._shown_frames is not None:
            self._shown_frames.offer(view.name, frame, made_events=made_events)

    def _offer(self, view: View, frame: Frame, region: Roi, prediction: Prediction | None, step: Step) -> None:
        if self._seen_frames is not None:
            self._seen_frames.offer(
                view.name, frame, region, prediction, step.state, step.events, picture=view.snapshots
            )

    def _take_snapshots(self, view: View, frame: Frame, scene: Scene, step: Step) -> None:
        """Of what came with it."""
        if self._snapshots is None or not view.snapshots:
            return
        if step.events and step.state is not None:
            self._snapshots.offer(frame, scene.region(view.region), step.state, step.events)
