"""Shows a frame to the views of its camera: examined once, prepared for each, inferred here or by a thread."""

import time
from collections.abc import Mapping, Sequence
from functools import partial

from edgeclassify.pipeline.concluding import Concluding
from edgeclassify.pipeline.interface import Onlookers
from edgeclassify.pipeline.overlap.choice import OverlapChoice
from edgeclassify.pipeline.overlap.pending import Pending
from edgeclassify.pipeline.overlap.take_time import TakeTime
from edgeclassify.pipeline.turns import Looked, Round, Turn
from edgeclassify.pipeline.view import View
from edgeclassify.scene.interface import PLAIN_SCENE, Scene, SceneStep
from edgeclassify.types import Condition, Frame

MOST_INFERENCES = 2
"""How many inputs are out at a time: one is inferred, one is prepared or waits."""


class Showing:
    """Gives each view its turn at a frame. What follows is the same as if each turn were concluded at once.

    So a view that goes by what came of the frames before is shown the next one only when they are concluded.
    Used by the inference thread.
    """

    def __init__(
        self,
        views: Sequence[View],
        scenes: Mapping[str, SceneStep],
        onlookers: Onlookers | None,
        concluding: Concluding,
        pending: Pending,
        choice: OverlapChoice,
        take_time: TakeTime,
    ) -> None:
        self._views: dict[str, list[View]] = {}
        for view in views:
            self._views.setdefault(view.camera, []).append(view)
        self._scenes, self._onlookers = scenes, onlookers
        self._concluding, self._pending = concluding, pending
        self._choice, self._take_time = choice, take_time
        self._conditions: dict[str, Condition] = {}

    def show(self, round_: Round) -> None:
        """Show it to all views of its camera, or until all ends. Raises what concluding raises."""
        frame, scene, pending = round_.frame, None, self._pending
        if self._onlookers is not None:
            self._onlookers.offer(frame)
        views = self._views.get(frame.camera, ())
        for place, view in enumerate(views, start=1):
            wanted = self._is_wanted(view, frame)
            if pending.ended:
                return
            if not wanted:
                round_.outcomes.add(Looked.PASSED_OVER)
                continue
            if scene is None:
                scene = self._examined(frame)
            turn = Turn(view, frame, scene)
            self._begin(turn)
            if pending.ended:
                turn.drop()
                return
            self._hand_on(turn, round_, more=place < len(views))

    def _is_wanted(self, view: View, frame: Frame) -> bool:
        pending = self._pending
        while pending.inferences >= MOST_INFERENCES:
            pending.conclude_next()
        if not pending:
            return view.wants(frame)
        wanted = view.would_want(frame, pending.unfinished(view))
        if wanted is None:
            pending.conclude_those_of(view)
            return view.wants(frame)
        return wanted

    def _examined(self, frame: Frame) -> Scene:
        step = self._scenes.get(frame.camera)
        if step is None:
            return PLAIN_SCENE
        started = time.perf_counter()
        try:
            scene = step.examine(frame)
        except Exception:
            self._pending.conclude_all()  # what came before is told all the same
            raise
        self._take_time.examined(time.perf_counter() - started)
        self._tell_condition(frame.camera, scene.condition)
        return scene

    def _tell_condition(self, camera: str, condition: Condition | None) -> None:
        """Where it has changed."""
        if condition is None or condition == self._conditions.get(camera):
            return
        self._conditions[camera] = condition
        names = [view.name for view in self._views[camera]]
        self._pending.add(partial(self._concluding.tell_condition, names, condition))

    def _begin(self, turn: Turn) -> None:
        """Prepare it, unless nothing has moved for the view. What goes wrong is kept until it is concluded."""
        view, scene = turn.view, turn.scene
        if scene.is_gated(view.name):
            self._pending.conclude_those_of(view)  # its gate goes by whether it is settled
        try:
            if scene.is_gated(view.name) and self._passes_over(view, scene):
                turn.is_still = True
                return
            region = scene.look(view.name, view.region)
            if self._onlookers is not None:
                self._onlookers.looked(view.name, turn.frame, region)
            turn.prepare(region)
        except Exception as error:  # noqa: BLE001 - a bug is raised in its turn
            turn.error = error

    def _passes_over(self, view: View, scene: Scene) -> bool:
        return scene.is_still(view.name, settled=view.is_settled) and not view.waiters

    def _hand_on(self, turn: Turn, round_: Round, *, more: bool) -> None:
        """`more`: other views come behind it."""
        pending = self._pending
        if turn.prepared is None:
            pending.add(partial(self._conclude, turn, round_), turn)
            return
        round_.turns += 1
        if pending or (self._choice.overlaps and (more or round_.lease.waited)):
            pending.infer(turn, partial(self._conclude, turn, round_))
        else:
            turn.infer()
            self._conclude(turn, round_)

    def _conclude(self, turn: Turn, round_: Round) -> None:
        round_.outcomes.add(self._concluding.turn(turn))
        if turn.prediction is not None:
            self._take_time.inferred(turn)
