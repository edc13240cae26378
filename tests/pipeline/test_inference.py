"""The inference thread between fakes of its neighbours."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import pytest

from edgeclassify.errors import ModelError, PublishError
from edgeclassify.model.interface import Prepared
from edgeclassify.pipeline.inference import Pipeline
from edgeclassify.pipeline.view import View
from edgeclassify.postprocess.interface import Step
from edgeclassify.scene.interface import Scene, SceneStep
from edgeclassify.types import (
    FULL_FRAME,
    Event,
    EventType,
    Frame,
    Moment,
    Outcome,
    Prediction,
    Reason,
    Roi,
    ViewState,
)
from tests.pipeline.benches import Bench, make_view
from tests.pipeline.deciders import ScriptedView, shows
from tests.publish.records import event
from tests.support.classifiers import BrightnessClassifier
from tests.support.frames import make_frame
from tests.support.waiting import patient, wait_for


def test_frames_become_states_and_events_of_their_camera() -> None:
    classifier = BrightnessClassifier()
    left = Roi(0, 0, 0.5, 1)
    bench = Bench(make_view("gate", "front", classifier, left), make_view("yard", "back", classifier))
    bench.pipeline.start()
    bench.show(make_frame(255, sequence=1), make_frame(0, sequence=2), make_frame(255, "back", 3))
    bench.pipeline.drain()
    wait_for(lambda: bench.pipeline.finished)
    assert bench.pipeline.error is None
    assert [(s.view, s.label) for s in bench.sink.of("state")] == [
        ("gate", "day"),
        ("gate", "night"),
        ("yard", "day"),
    ]
    assert [(e.event_type, e.label) for e in bench.sink.of("event")] == [
        (EventType.START, "day"),
        (EventType.END, "day"),
        (EventType.START, "night"),
        (EventType.START, "day"),
    ]
    assert classifier.seen == [(1, left), (2, left), (3, FULL_FRAME)]
    assert (bench.health.frames, bench.watchdog) == (3, 3)


def test_a_picture_is_done_with_only_where_a_view_was_on_to_see_it() -> None:
    view, other = (make_view(name, "front", BrightnessClassifier()) for name in ("gate", "yard"))
    bench = Bench(view, other)

    def shown(sequence: int) -> list[tuple[int, Outcome]]:
        bench.show(make_frame(255, sequence=sequence))
        return bench.outcomes("front")

    bench.pipeline.start()
    assert shown(0) == [(0, Outcome.SEEN)]
    view.enabled = False
    assert shown(1) == [(1, Outcome.SEEN)]
    other.enabled = False
    assert shown(2) == [(2, Outcome.UNSEEN)]
    look = view.waiters.add()
    assert shown(3) == [(3, Outcome.UNSEEN)]
    assert look.result(patient(5)).frame.sequence == 3
    assert bench.pipeline.stop(patient(5))


def test_ends_after_max_frames() -> None:
    bench = Bench(make_view("gate", "front", BrightnessClassifier()), max_frames=2)
    bench.pipeline.start()
    bench.show(make_frame(1), make_frame(2))
    wait_for(lambda: bench.pipeline.finished)
    assert bench.health.frames == 2


@pytest.mark.parametrize("passed_over", ["other camera", "switched off", "too early"])
def test_max_frames_are_those_that_somebody_looked_at(passed_over: str) -> None:
    view = make_view("gate", "front", BrightnessClassifier())
    bench = Bench(view, max_frames=3)
    if passed_over == "too early":
        view.adopt(lambda rules: rules.with_interval(3600.0))
    view.enabled = passed_over != "switched off"
    bench.pipeline.start()
    look = view.waiters.add()
    bench.show(make_frame(1))
    look.result(patient(5))
    camera = "other" if passed_over == "other camera" else "front"
    bench.show(*(make_frame(1, camera) for _ in range(5)))
    wait_for(lambda: not bench.frames.waiting)
    time.sleep(0.05)
    assert not bench.pipeline.finished
    for _ in range(2):
        look = view.waiters.add()
        bench.show(make_frame(1))
        look.result(patient(5))
    wait_for(lambda: bench.pipeline.finished)
    assert bench.pipeline.left == 0
    assert bench.health.frames == 3


def test_max_frames_are_also_those_that_somebody_looked_at_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or nothing would ever end."""
    classifier = BrightnessClassifier()
    bench = Bench(make_view("gate", "front", classifier), max_frames=2)

    def fail(*_: object) -> Prediction:
        raise ModelError("no")

    monkeypatch.setattr(classifier, "infer", fail)
    bench.pipeline.start()
    bench.show(make_frame(1), make_frame(1))
    wait_for(lambda: bench.pipeline.finished)


def test_a_frame_of_no_view_feeds_no_watchdog() -> None:
    bench = Bench(make_view("gate", "front", BrightnessClassifier()))
    bench.pipeline.start()
    bench.show(make_frame(1, camera="other"))
    bench.pipeline.drain()
    wait_for(lambda: bench.pipeline.finished)
    assert bench.watchdog == 0


class MoodyClassifier(BrightnessClassifier):
    """Refuses dark frames."""

    def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
        if frame.pixels.max() < 10:
            raise ModelError("too dark")
        return super().prepare(frame, roi)


def test_a_frame_that_can_not_be_classified_is_reported_once_and_skipped(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(make_view("gate", "front", MoodyClassifier()))
    with caplog.at_level(logging.INFO):
        bench.pipeline.start()
        bench.show(make_frame(0), make_frame(0), make_frame(255), make_frame(0))
        bench.pipeline.drain()
        wait_for(lambda: bench.pipeline.finished)
    messages = [found.getMessage() for found in caplog.records if found.name == "edgeclassify.pipeline.concluding"]
    assert messages == [
        "view gate: frame skipped: too dark",
        "view gate: frames can be classified again",
        "view gate: frame skipped: too dark",
    ]
    assert bench.watchdog == 1


class BuggyClassifier(BrightnessClassifier):
    """Breaks in a way that nobody planned for."""

    def infer(self, prepared: Prepared) -> Prediction:
        raise ZeroDivisionError


def test_a_bug_ends_the_thread_and_is_kept() -> None:
    bench = Bench(make_view("gate", "front", BuggyClassifier()))
    bench.pipeline.start()
    bench.show(make_frame(0))
    wait_for(lambda: bench.pipeline.finished)
    assert isinstance(bench.pipeline.error, ZeroDivisionError)


def test_stop_while_waiting() -> None:
    bench = Bench(make_view("gate", "front", BrightnessClassifier()))
    assert bench.pipeline.stop(0.1)  # never started
    bench = Bench(make_view("gate", "front", BrightnessClassifier()))
    bench.pipeline.start()
    assert bench.pipeline.stop(patient(2.0))
    assert bench.pipeline.error is None


def placed(frame: Frame, scene_s: float, *, comes_again: bool = False) -> Frame:
    """The frame, to be seen at that second of a file's own time."""
    return replace(frame, scene_ns=round(scene_s * 1e9), comes_again=comes_again)


def test_an_interval_counts_by_the_time_of_a_film() -> None:
    classifier = BrightnessClassifier()
    view = make_view("gate", "front", classifier)
    view.adopt(lambda rules: rules.with_interval(10.0))
    bench = Bench(view)
    bench.pipeline.start()
    times = (0.0, 4.0, 12.0, 20.0, 33.0, 2.0, 3.0, 14.0)  # the film begins again after 33 s
    bench.show(*(placed(make_frame(255, sequence=number), time_s) for number, time_s in enumerate(times)))
    bench.pipeline.drain()
    wait_for(lambda: bench.pipeline.finished)
    assert [times[sequence] for sequence, _ in classifier.seen] == [0.0, 12.0, 20.0, 33.0, 2.0, 14.0]


def test_no_interval_passes_over_a_picture_that_would_come_again_for_ever() -> None:
    classifier = BrightnessClassifier()
    view = make_view("gate", "front", classifier)
    view.adopt(lambda rules: rules.with_interval(1.0))
    for captured_s, scene_s, wanted in (
        (1.0, 5.0, True),
        (1.5, 99.0, False),
        (1.8, 4.0, True),
        (2.0, 99.0, False),
    ):
        frame = placed(make_frame(255), scene_s, comes_again=True)
        frame = replace(frame, captured_at_ns=round(captured_s * 1e9))
        assert view.wants(frame) == wanted
        if wanted:
            view.seen(frame)


def test_what_happens_in_a_film_is_counted_by_its_time() -> None:
    view = make_view("gate", confirm_s=2.0)
    bench = Bench(view)
    bench.pipeline.start()
    shown = [(0.0, 255), (1.0, 255), (2.5, 255), (4.0, 0), (7.0, 0)]
    bench.show(*(placed(make_frame(value, sequence=n), time_s) for n, (time_s, value) in enumerate(shown)))
    bench.pipeline.drain()
    wait_for(lambda: bench.pipeline.finished)
    view.end(Reason.STOPPED, bench.outlet)
    events = [(e.event_type, e.label, e.why.held_s, e.why.duration_s) for e in bench.sink.of("event")]
    assert events == [
        (EventType.START, "day", 2.5, None),
        (EventType.END, "day", None, 4.5),
        (EventType.START, "night", 3.0, None),
        (EventType.END, "night", None, 0.0),
    ]


def test_a_picture_that_can_not_be_classified_has_failed_even_if_another_view_has_seen_it() -> None:
    good, moody = make_view("gate", "front", BrightnessClassifier()), make_view("yard", "front", MoodyClassifier())
    bench = Bench(good, moody)

    def shown(value: int) -> list[tuple[int, Outcome]]:
        bench.show(make_frame(value, sequence=value))
        return bench.outcomes("front")

    bench.pipeline.start()
    assert shown(255) == [(255, Outcome.SEEN)]
    assert shown(0) == [(0, Outcome.FAILED)]
    good.enabled = False
    assert shown(1) == [(1, Outcome.FAILED)]
    moody.enabled = False
    look = moody.waiters.add()
    assert shown(2) == [(2, Outcome.UNSEEN)]
    with pytest.raises(ModelError):
        look.result(patient(5))
    assert bench.pipeline.stop(patient(5))


# --- without a hand-off: what the thread does with the frames of a script ------------------------------------


class Handed:
    """A frame that the script has given out; what becomes of it is kept in `outcomes` while it is out."""

    waited = False

    def __init__(self, frame: Frame, outcomes: list[Outcome]) -> None:
        self.frame, self._outcomes, self._out = frame, outcomes, False

    def __enter__(self) -> "Handed":
        self._out = True
        return self

    def __exit__(self, *_: object) -> None:
        self._out = False

    def settle(self, outcome: Outcome) -> None:
        assert self._out
        self._outcomes.append(outcome)


class Script:
    """Gives out frames, each on a lease, and none where it says None. `over` is called where it ends."""

    def __init__(self, *frames: Frame | None) -> None:
        self._frames = deque(frames)
        self.over: Callable[[], None] = lambda: None
        self.before_take: Callable[[], None] = lambda: None
        self.timeouts_s: list[float] = []
        self.outcomes: list[Outcome] = []

    def take(self, timeout_s: float) -> Handed | None:
        self.timeouts_s.append(timeout_s)
        self.before_take()
        if not self._frames:
            self.over()
            return None
        frame = self._frames.popleft()
        return None if frame is None else Handed(frame, self.outcomes)


class Pictures:
    """Keeps what pictures are asked for of."""

    def __init__(self) -> None:
        self.offered: list[tuple[int, Roi, str, list[EventType]]] = []

    def offer(self, frame: Frame, roi: Roi, state: ViewState, events: Sequence[Event]) -> None:
        self.offered.append((frame.sequence, roi, state.label, [event.event_type for event in events]))


class Played(Bench):
    """Over a script; before each look for a frame `seconds_apart` pass."""

    def __init__(
        self,
        *views: View,
        script: Script,
        max_frames: int | None = None,
        seconds_apart: float = 0.0,
        scenes: Mapping[str, SceneStep] = MappingProxyType({}),
    ) -> None:
        super().__init__()
        self.script, self.pictures = script, Pictures()
        self._ns, self._apart_ns = 0, round(seconds_apart * 1e9)
        self.pipeline = Pipeline(
            frames=script, views=views, outlet=self.outlet, on_frame=self._fed, max_frames=max_frames,
            snapshots=self.pictures, clock=self._now, scenes=scenes,
        )  # fmt: skip
        script.over = self.pipeline.drain

    def _now(self) -> Moment:
        now = Moment(self._ns, self._ns / 1e9)
        self._ns += self._apart_ns
        return now

    def play(self) -> None:
        self.pipeline.start()
        wait_for(lambda: self.pipeline.finished)


def test_it_looks_five_times_a_second_whether_it_should_stop() -> None:
    bench = Played(script=Script(None, make_frame()))
    bench.play()
    assert bench.script.timeouts_s == [0.2] * 4


def test_what_waits_is_still_looked_at_when_no_more_frames_come() -> None:
    classifier = BrightnessClassifier()
    bench = Played(
        ScriptedView(classifier=classifier), script=Script(*(make_frame(sequence=n) for n in (1, 2, 3)))
    )
    bench.pipeline.drain()
    bench.play()
    assert [sequence for sequence, _ in classifier.seen] == [1, 2, 3]
    assert len(bench.script.timeouts_s) == 4


def test_it_goes_on_after_a_time_without_frames() -> None:
    classifier = BrightnessClassifier()
    bench = Played(ScriptedView(classifier=classifier), script=Script(None, None, make_frame(sequence=1)))
    bench.play()
    assert [sequence for sequence, _ in classifier.seen] == [1]


class Nosy(BrightnessClassifier):
    """Calls back when it is at work."""

    def __init__(self, at_work: Callable[[], object]) -> None:
        super().__init__()
        self._at_work = at_work

    def infer(self, prepared: Prepared) -> Prediction:
        self._at_work()
        return super().infer(prepared)


def test_it_is_busy_while_it_looks_at_a_frame() -> None:
    busy: dict[str, list[bool]] = {"waiting": [], "at work": []}
    view = ScriptedView(classifier=Nosy(lambda: busy["at work"].append(bench.pipeline.busy)))
    bench = Played(view, script=Script(make_frame(), None, make_frame()))
    bench.script.before_take = lambda: busy["waiting"].append(bench.pipeline.busy)
    assert bench.pipeline.busy is False
    bench.play()
    assert (set(busy["waiting"]), set(busy["at work"])) == ({False}, {True})
    assert bench.pipeline.busy is False


def test_a_bug_leaves_it_idle_and_the_frame_unsettled() -> None:
    bench = Played(ScriptedView(classifier=BuggyClassifier()), script=Script(make_frame()))
    bench.play()
    assert (bench.pipeline.busy, bench.script.outcomes, bench.watchdog) == (False, [], 0)


def test_it_has_finished_only_when_it_has_begun_and_ended() -> None:
    gate = threading.Event()
    bench = Played(ScriptedView(classifier=Nosy(lambda: gate.wait(patient(5)))), script=Script(make_frame()))
    assert bench.pipeline.finished is False
    bench.pipeline.start()
    wait_for(lambda: bench.pipeline.busy)
    assert bench.pipeline.finished is False
    assert bench.pipeline.stop(0.01) is False
    gate.set()
    assert bench.pipeline.stop(patient(5)) is True
    assert bench.pipeline.finished is True


def test_a_thread_that_hangs_keeps_no_process_alive() -> None:
    gate = threading.Event()
    bench = Played(ScriptedView(classifier=Nosy(lambda: gate.wait(patient(5)))), script=Script(make_frame()))
    bench.pipeline.start()
    assert [thread.daemon for thread in threading.enumerate() if thread.name == "inference"] == [True]
    gate.set()
    assert bench.pipeline.stop(patient(5))


def test_stopping_ends_what_has_never_begun() -> None:
    bench = Played(ScriptedView(), script=Script(make_frame()))
    assert bench.pipeline.stop(patient(5)) is True
    assert bench.pipeline.finished is False


def test_it_stops_after_the_frame_at_hand() -> None:
    gate = threading.Event()
    classifier = Nosy(lambda: gate.wait(patient(5)))
    bench = Played(ScriptedView(classifier=classifier), script=Script(make_frame(), make_frame()))
    bench.pipeline.start()
    wait_for(lambda: bench.pipeline.busy)
    assert bench.pipeline.stop(0) is False
    gate.set()
    wait_for(lambda: bench.pipeline.finished)
    assert (len(classifier.seen), bench.pipeline.error) == (1, None)


def test_time_passes_for_each_view_twice_a_second() -> None:
    views = [ScriptedView("gate"), ScriptedView("yard", camera="back")]
    bench = Played(*views, script=Script(*[None] * 7), seconds_apart=0.25)
    bench.play()
    for view in views:
        assert [now.ns / 1e9 for now in view.decider.of("pass_time")] == [0.0, 0.5, 1.0, 1.5, 2.0]


def test_time_that_can_not_be_told_of_one_view_passes_for_the_others(caplog: pytest.LogCaptureFixture) -> None:
    views = [ScriptedView("gate"), ScriptedView("yard")]
    views[0].decider.error = PublishError("no JSON")
    bench = Played(*views, script=Script())
    bench.play()
    assert views[1].decider.of("pass_time")
    assert [record.getMessage() for record in caplog.records] == ["view gate: no JSON"]
    assert bench.pipeline.error is None


def test_each_frame_and_each_look_are_counted() -> None:
    bench = Played(ScriptedView("gate"), ScriptedView("yard"), script=Script(make_frame(), make_frame()))
    bench.play()
    report = bench.health.report(
        cameras=(), dropped=0, restarts=0, spool_depth=0, spool_dropped=0, spool_on_disk=True
    )
    assert (report.frames, bench.watchdog) == (2, 2)
    assert report.inference_ms_p50 == pytest.approx(0.3)


def test_the_raw_result_is_published_for_each_view_that_is_on() -> None:
    on, off = ScriptedView("gate"), ScriptedView("yard", enabled=False)
    look = off.waiters.add()
    bench = Played(on, off, script=Script(make_frame(255, sequence=4)))
    bench.play()
    ((name, prediction),) = bench.sink.of("result")
    assert (name, prediction.frame_sequence, list(prediction.scores)) == ("gate", 4, [0.0, 1.0])
    assert look.result(0).frame.sequence == 4


def test_who_asked_is_told_what_the_view_shows_with_its_number() -> None:
    view = ScriptedView()
    view.decider.step = Step(None, (event(0),))
    look = view.waiters.add()
    frame = make_frame(sequence=4)
    bench = Played(view, script=Script(frame))
    bench.play()
    result = look.result(0)
    assert (result.frame, result.state.label, result.state.seq) == (frame, "night", 1)
    assert result.prediction is view.decider.of("see")[0]


def test_nothing_is_looked_up_where_nobody_asked() -> None:
    view = ScriptedView()
    Played(view, script=Script(make_frame())).play()
    assert view.decider.of("look") == []


@pytest.mark.parametrize(
    ("step", "offered"),
    [
        (Step(shows("day"), (event(0), event(0, event_type=EventType.END))), [["start", "end"]]),
        (Step(shows("day")), []),
        (Step(None, (event(0),)), []),
    ],
)
def test_pictures_are_asked_for_of_events_with_a_state(step: Step, offered: list[list[str]]) -> None:
    view = ScriptedView(region=Roi(0, 0, 0.5, 1))
    view.decider.step = step
    bench = Played(view, script=Script(make_frame(sequence=4)))
    bench.play()
    assert bench.pictures.offered == [(4, Roi(0, 0, 0.5, 1), "day", kinds) for kinds in offered]


class Resting:
    """A scene in which nothing moves."""

    def examine(self, frame: Frame) -> Scene:
        return StillScene()


class StillScene(Scene):
    def is_gated(self, view: str) -> bool:
        return True

    def is_still(self, view: str, *, settled: bool) -> bool:
        return True


@pytest.mark.parametrize(
    ("step", "offered"),
    [
        (Step(shows("day"), (event(0, event_type=EventType.LASTING),)), [["lasting"]]),
        (Step(shows("day")), []),
        (Step(None, (event(0),)), []),
    ],
)
def test_a_frame_that_was_not_classified_is_a_picture_of_what_came_with_it(
    step: Step, offered: list[list[str]]
) -> None:
    view = ScriptedView()
    view.decider.step = step
    bench = Played(view, script=Script(make_frame(sequence=4)), scenes={"front": Resting()})
    bench.play()
    assert view.decider.of("see") == []
    assert [kinds for _, _, _, kinds in bench.pictures.offered] == offered
    view.switch(False, bench.outlet)
    bench = Played(view, script=Script(make_frame(sequence=5)), scenes={"front": Resting()})
    bench.play()
    assert bench.pictures.offered == []


def test_where_no_pictures_are_taken_events_go_out_all_the_same() -> None:
    bench = Bench(make_view("gate"), max_frames=1)
    bench.pipeline.start()
    bench.show(make_frame(255))
    wait_for(lambda: bench.pipeline.finished)
    assert bench.pipeline.error is None
    assert len(bench.sink.of("event")) == 1


class Failing(BrightnessClassifier):
    """Can't classify, and says why."""

    def __init__(self, *reasons: str) -> None:
        super().__init__()
        self._reasons = deque(reasons)

    def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
        if reason := self._reasons.popleft() if self._reasons else "":
            raise ModelError(reason)
        return super().prepare(frame, roi)


def test_a_failure_is_said_again_when_it_is_another_or_came_back(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    failing = Failing("dark", "dark", "torn", "dark", "", "", "dark")
    Played(ScriptedView(classifier=failing), script=Script(*[make_frame()] * 7)).play()
    assert [record.getMessage() for record in caplog.records] == [
        "view gate: frame skipped: dark",
        "view gate: frame skipped: torn",
        "view gate: frame skipped: dark",
        "view gate: frames can be classified again",
        "view gate: frame skipped: dark",
    ]


def test_the_same_failure_of_two_views_is_said_of_each(caplog: pytest.LogCaptureFixture) -> None:
    views = [ScriptedView(name, classifier=Failing("dark")) for name in ("gate", "yard")]
    Played(*views, script=Script(make_frame())).play()
    assert [record.getMessage() for record in caplog.records] == [
        f"view {name}: frame skipped: dark" for name in ("gate", "yard")
    ]


def test_what_the_sink_does_not_take_fails_the_frame() -> None:
    view = ScriptedView()
    view.decider.error = PublishError("no JSON")
    look = view.waiters.add()
    bench = Played(view, script=Script(make_frame()))
    bench.play()
    assert (bench.script.outcomes, bench.watchdog, bench.health.frames) == ([Outcome.FAILED], 0, 0)
    assert look.exception(0) is view.decider.error


ON, OFF, ASKED, LATER, FAILS, REFUSES = "on", "off", "asked, off", "later", "fails", "fails, off"


def view_that(does: str) -> View:
    fails = does in (FAILS, REFUSES)
    view = ScriptedView(
        does, classifier=Failing("dark") if fails else None, enabled=does not in (OFF, ASKED, REFUSES)
    )
    if does in (ASKED, REFUSES):
        view.waiters.add()
    if does == LATER:
        view.adopt(lambda rules: rules.with_interval(3600.0))
        view.seen(make_frame())
    return view


@pytest.mark.parametrize(
    ("views", "outcome", "counted", "fed", "used_up"),
    [
        ([ON], Outcome.SEEN, True, True, True),
        ([OFF], Outcome.UNSEEN, False, True, False),
        ([LATER], Outcome.UNSEEN, False, True, False),
        ([ASKED], Outcome.UNSEEN, True, True, True),
        ([FAILS], Outcome.FAILED, False, False, True),
        ([REFUSES], Outcome.UNSEEN, False, False, True),
        ([ON, FAILS], Outcome.FAILED, True, True, True),
        ([FAILS, ON], Outcome.FAILED, True, True, True),
        ([REFUSES, ON], Outcome.SEEN, True, True, True),
        ([OFF, FAILS], Outcome.FAILED, False, True, True),
        ([OFF, REFUSES], Outcome.UNSEEN, False, True, True),
        ([ASKED, FAILS], Outcome.FAILED, True, True, True),
        ([ASKED, OFF], Outcome.UNSEEN, True, True, True),
        ([OFF, ON], Outcome.SEEN, True, True, True),
        ([], Outcome.UNSEEN, False, False, False),
    ],
)
def test_what_becomes_of_a_frame(
    views: list[str], outcome: Outcome, counted: bool, fed: bool, used_up: bool
) -> None:
    made = [view_that(does) for does in views]
    bench = Played(*made, script=Script(make_frame()), max_frames=5)
    bench.play()
    assert bench.script.outcomes == [outcome]
    assert (bench.health.frames == 1, bench.watchdog == 1, bench.pipeline.left == 4) == (counted, fed, used_up)


def test_a_frame_that_was_classified_counts_for_the_pace() -> None:
    view = ScriptedView()
    view.adopt(lambda rules: rules.with_interval(3600.0))
    Played(view, script=Script(make_frame(), make_frame())).play()
    assert len(view.decider.of("see")) == 1
