"""What follows from a view's turn at a frame, and from the frame as a whole."""

import logging
from collections.abc import Callable

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.once import Once
from edgeclassify.pipeline.interface import SeenFrames, ShownFrames, Snapshots, ViewResult
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.turns import Looked, Round, Turn
from edgeclassify.postprocess.interface import Step
from edgeclassify.types import Condition, Moment, Outcome, Prediction, Roi

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who hears of frames beside the outlet; None: nobody. As of `Pipeline`."""

    snapshots: Snapshots | None = None
    shown_frames: ShownFrames | None = None
    seen_frames: SeenFrames | None = None


class Concluding:
    """Concludes turns and rounds, in the order in which frames came. Used by the inference thread."""

    def __init__(self, outlet: Outlet, audience: Audience, on_frame: Callable[[], None]) -> None:
        self._outlet, self._on_frame = outlet, on_frame
        self._snapshots, self._shown_frames = audience.snapshots, audience.shown_frames
        self._seen_frames = audience.seen_frames
        self._broken_views = Once()

    def tell_condition(self, views: list[str], condition: Condition) -> None:
        """Tell of each of these views what is wrong with its camera's picture."""
        for view in views:
            self._outlet.sink.publish_condition(view, condition)

    def end_round(self, round_: Round) -> bool:
        """Count the frame and settle its lease; True where somebody looked at it, with success or without.

        A view that failed outweighs those that did not: the frame is not done with.
        """
        frame, outcomes = round_.frame, round_.outcomes
        if outcomes & {Looked.DONE, Looked.LOOKED}:
            self._outlet.health.record_frame(frame.captured_at_ns)
        elif Looked.STILL in outcomes:
            self._outlet.health.record_still_frame(frame.captured_at_ns)
        if outcomes - {Looked.FAILED, Looked.REFUSED}:
            self._on_frame()
        with round_.lease as lease:
            if Looked.FAILED in outcomes:
                lease.settle(Outcome.FAILED)
            else:
                lease.settle(Outcome.SEEN if Looked.DONE in outcomes else Outcome.UNSEEN)
        return bool(outcomes - {Looked.STILL, Looked.PASSED_OVER})

    def turn(self, turn: Turn) -> Looked:
        """What follows; it has failed where the classifier or the sink could not take it.

        Raises what is no EdgeClassifyError: a bug. So is a turn that was neither inferred nor found still.
        """
        error, turn.error = turn.error, None
        try:
            if error is not None:
                raise error
            if turn.is_still:
                return self._still(turn)
            if turn.prediction is None:
                raise RuntimeError(f"view {turn.view.name}: expected a turn that was inferred or is still")
            return self._seen(turn, turn.prediction)
        except EdgeClassifyError as found:
            return self._failed(turn, found)

    def _still(self, turn: Turn) -> Looked:
        view, frame, scene = turn.view, turn.frame, turn.scene
        view.seen(frame)
        at_ns = frame.captured_at_ns if frame.scene_ns is None else frame.scene_ns
        step = view.still(Moment(at_ns, frame.captured_at), self._outlet, scene.surroundings)
        if step is not None:
            self._show(turn, step)
            self._offer(turn, scene.region(view.region), None, step)
            self._take_snapshots(turn, step)
        return Looked.STILL

    def _seen(self, turn: Turn, prediction: Prediction) -> Looked:
        view = turn.view
        view.seen(turn.frame)
        concluded = self._decided(turn, prediction)
        if view.waiters:
            shown = self._outlet.numbered(view.look(prediction))
            view.waiters.answer(ViewResult(turn.frame, prediction, shown, turn.region))
        self._outlet.health.record_inference(prediction)
        if self._broken_views.is_over(view.name):
            log.info("view %s: frames can be classified again", view.name, extra={"view": view.name})
        return Looked.DONE if concluded else Looked.LOOKED

    def _failed(self, turn: Turn, error: EdgeClassifyError) -> Looked:
        view = turn.view
        if self._broken_views.is_news(view.name, str(error)):
            log.error("view %s: frame skipped: %s", view.name, error, extra={"view": view.name})
        view.waiters.refuse(error)
        return Looked.FAILED if view.enabled else Looked.REFUSED

    def _decided(self, turn: Turn, prediction: Prediction) -> bool:
        """What follows from it; False where nothing does, since the view is switched off."""
        view = turn.view
        step = view.see(prediction, self._outlet, turn.scene.surroundings)
        if step is None:
            return False
        self._show(turn, step)
        self._offer(turn, turn.region, prediction, step)
        self._outlet.sink.publish_result(view.name, prediction)
        self._take_snapshots(turn, step)
        return True

    def _show(self, turn: Turn, step: Step) -> None:
        if self._shown_frames is not None:
            self._shown_frames.offer(turn.view.name, turn.frame, made_events=bool(step.events))

    def _offer(self, turn: Turn, region: Roi, prediction: Prediction | None, step: Step) -> None:
        if self._seen_frames is not None:
            view = turn.view
            self._seen_frames.offer(
                view.name, turn.frame, region, prediction, step.state, step.events, picture=view.snapshots
            )

    def _take_snapshots(self, turn: Turn, step: Step) -> None:
        """Of what came with it."""
        view = turn.view
        if self._snapshots is None or not view.snapshots:
            return
        if step.events and step.state is not None:
            region = turn.scene.region(view.region)
            self._snapshots.offer(turn.frame, region, step.state, step.events)
