"""Whether frames overlap or not, the same follows from them, in the same order."""

import itertools
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from edgeclassify.errors import ModelError
from edgeclassify.model.interface import Prepared
from edgeclassify.pipeline.overlap.choice import FixedChoice, OverlapChoice
from edgeclassify.pipeline.view import View
from edgeclassify.postprocess.decision import ViewDecider
from edgeclassify.scene.interface import Scene, SceneStep
from edgeclassify.types import FULL_FRAME, Condition, Frame, Prediction, Problem, Roi
from tests.pipeline.overlap.scripts import Changing, Run
from tests.postprocess.benches import make_rules
from tests.support.classifiers import BrightnessClassifier
from tests.support.frames import make_frame

UNREADABLE, UNINFERABLE, DARK = 13, 66, 40
VALUES = (0, UNREADABLE, DARK, UNINFERABLE, 200, 255)
CAMERAS = ("front", "back")


class Moody(BrightnessClassifier):
    """Fails at some frames, in either half; and takes its time."""

    def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
        if frame.pixels.max() == UNREADABLE:
            raise ModelError("unreadable")
        return super().prepare(frame, roi)

    def infer(self, prepared: Prepared) -> Prediction:
        time.sleep(0.0005)
        prediction = super().infer(prepared)
        if round(float(prediction.scores[1]) * 255) == UNINFERABLE:
            raise ModelError("uninferable")
        return prediction


class Watching(SceneStep):
    """Every third frame at the latest is classified of a view that is settled; dark frames have a condition."""

    def __init__(self, gated: frozenset[str]) -> None:
        self.gated = gated
        self.asked: list[tuple[str, bool]] = []
        self.count = 0

    def examine(self, frame: Frame) -> Scene:
        self.count += 1
        return Watched(self, self.count, int(frame.pixels.max()) == DARK)


class Watched(Scene):
    def __init__(self, step: Watching, count: int, dark: bool) -> None:
        self._step, self._count, self._dark = step, count, dark

    def is_gated(self, view: str) -> bool:
        return view in self._step.gated

    def is_still(self, view: str, *, settled: bool) -> bool:
        self._step.asked.append((view, settled))
        return settled and self._count % 3 != 0

    @property
    def condition(self) -> Condition:
        return Condition((Problem.DARK,) if self._dark else ())


@dataclass(frozen=True)
class Case:
    """`views`: camera, which classifier, interval, gated, enabled, asked. `frames`: camera, value, step in ms."""

    views: list[tuple[int, int, float, bool, bool, bool]]
    frames: list[tuple[int, int, int]]
    max_frames: int | None


cases = st.builds(
    Case,
    st.lists(
        st.tuples(
            st.integers(0, 1), st.integers(0, 1), st.sampled_from([0.0, 0.0, 0.05, 0.2]), st.booleans(),
            st.sampled_from([True, True, True, False]), st.sampled_from([False, False, True]),
        ),
        min_size=1, max_size=4,
    ),
    st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from(VALUES), st.sampled_from([10, 30, 100, -50])),
        min_size=1, max_size=14,
    ),
    st.none() | st.integers(1, 6),
)  # fmt: skip


def told(run: Run, asked: Mapping[str, Any], scenes: Mapping[str, Watching]) -> dict[str, object]:
    """All that anybody outside can see of a run."""

    def plain(value: Any) -> Any:
        if isinstance(value, tuple) and isinstance(value[-1], Prediction):
            return value[0], value[-1].frame_sequence, value[-1].scores.tolist()
        return value

    answers = {}
    for name, future in asked.items():
        if future.done():
            error = future.exception()
            answers[name] = str(error) if error is not None else future.result().frame.sequence
    report = run.health.report(dropped=0, restarts=0, spool_depth=0, spool_dropped=0, spool_on_disk=True)
    return {
        "sink": [(kind, plain(value)) for kind, value in run.sink.calls],
        "offered": run.audience.offered,
        "outcomes": run.frames.outcomes,
        "taken": run.frames.taken,
        "figures": (run.fed, run.pipeline.left, report.frames, report.still_frames, report.events),
        "answers": answers,
        "settled": {camera: step.asked for camera, step in scenes.items()},
    }


def play(case: Case, choice: OverlapChoice) -> dict[str, object]:
    classifiers = (Moody("one"), Moody("other"))
    views, asked = [], {}
    for number, (camera, which, interval_s, _, enabled, is_asked) in enumerate(case.views):
        name = f"view{number}"
        decider = ViewDecider(
            name, Moody().labels, "m", make_rules(confirm_s=0.0), new_id=partial(next, map(str, itertools.count()))
        )
        view = View(
            name=name, camera=CAMERAS[camera], region=FULL_FRAME, classifier=classifiers[which], decider=decider
        )  # fmt: skip
        if interval_s:
            view.adopt(lambda rules, seconds=interval_s: rules.with_interval(seconds))  # type: ignore[misc]
        view.enabled = enabled
        if is_asked:
            asked[view.name] = view.waiters.add()
        views.append(view)
    gated = frozenset(view.name for view, of in zip(views, case.views, strict=True) if of[3])
    scenes = {camera: Watching(gated) for camera in CAMERAS}
    frames, at_ns = [], 10**12
    for sequence, (camera, value, step_ms) in enumerate(case.frames):
        at_ns += step_ms * 10**6
        frame = make_frame(value, CAMERAS[camera], sequence)
        frames.append(replace(frame, captured_at_ns=at_ns, captured_at=at_ns / 1e9))
    run = Run(views, frames, choice, max_frames=case.max_frames, scenes=scenes)
    run.play()
    assert run.pipeline.error is None
    assert not run.pipeline.busy
    return told(run, asked, scenes)


@given(case=cases)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_follows_in_the_same_order(case: Case) -> None:
    in_turns = play(case, FixedChoice(overlaps=False))
    assert play(case, FixedChoice(overlaps=True)) == in_turns
    assert play(case, Changing(overlaps=True)) == in_turns
    assert "inferring" not in [thread.name for thread in threading.enumerate()]
