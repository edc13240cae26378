"""A view between fakes: what it tells, with which numbers, and what it does not."""

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeclassify.errors import ConfigError, PublishError
from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline.inference import Pipeline
from edgeclassify.pipeline.interface import NoTallies
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.view import View
from edgeclassify.postprocess.interface import Step
from edgeclassify.postprocess.pace import Pace
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.types import (
    FULL_FRAME,
    Event,
    EventType,
    Frame,
    Moment,
    OpenOccurrence,
    Reason,
    Roi,
    Today,
    ViewState,
)
from tests.pipeline.benches import make_view
from tests.pipeline.deciders import ScriptedView, shows
from tests.postprocess.benches import make_rules
from tests.publish.records import event
from tests.support.classifiers import BrightnessClassifier
from tests.support.frames import make_frame
from tests.support.sinks import RecordingSink
from tests.support.waiting import patient, wait_for


class Bench:
    """A view, and what it tells."""

    def __init__(self, sink: RecordingSink | None = None, pace: Pace | None = None) -> None:
        self.spool = MemorySpool()
        self.numbers = EventNumbers(self.spool)
        self.sink = RecordingSink(self.spool, delivers=False) if sink is None else sink
        self.outlet = Outlet(self.sink, HealthMonitor(), self.numbers)
        self.classifier = BrightnessClassifier()
        self.view = self.another("gate", pace)

    def another(self, name: str, pace: Pace | None = None) -> View:
        return make_view(name, classifier=self.classifier, pace=Pace() if pace is None else pace)

    def see(self, *scores: float, at_s: float = 0.0) -> None:
        prediction = self.classifier.classify(make_frame())
        scored = np.array(scores, np.float32)
        self.view.see(replace(prediction, scores=scored, captured_at_ns=round(at_s * 1e9)), self.outlet)

    @property
    def states(self) -> list[ViewState]:
        return self.sink.of("state")

    @property
    def events(self) -> list[tuple[int, EventType, str]]:
        return [(event.seq, event.event_type, event.label) for event in self.sink.of("event")]


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_makes_no_hole_and_hides_nobody(odd: float) -> None:
    bench = Bench()
    bench.see(odd, 0.9)
    bench.see(0.9, odd)
    bench.see(odd, odd)
    assert bench.events == [
        (1, EventType.START, "day"),
        (2, EventType.END, "day"),
        (3, EventType.START, "night"),
        (4, EventType.END, "night"),
    ]
    assert all(math.isfinite(event.score) for event in bench.sink.of("event"))
    assert [item.seq for item in bench.spool.pending(9)] == [1, 2, 3, 4]


class Refusing(RecordingSink):
    """Takes no event of one view."""

    refused = "gate"

    def publish_event(self, event: Event) -> None:
        if event.view == self.refused:
            raise PublishError("no JSON")
        super().publish_event(event)


def test_what_the_publisher_does_not_take_uses_up_no_number() -> None:
    bench = Bench(Refusing())
    with pytest.raises(PublishError):
        bench.see(0.1, 0.9)
    other = bench.another("yard")
    other.see(bench.classifier.classify(make_frame(255)), bench.outlet)
    assert bench.events == [(1, EventType.START, "day")]
    assert bench.outlet.health.report(
        cameras=(), dropped=0, restarts=0, spool_depth=0, spool_dropped=0, spool_on_disk=True
    ).events == 1  # fmt: skip


def test_a_state_has_the_number_of_its_own_views_last_event() -> None:
    bench = Bench()
    bench.see(0.9, 0.1)
    bench.another("yard").see(bench.classifier.classify(make_frame(255)), bench.outlet)
    bench.see(0.8, 0.1, at_s=1.0)
    assert [(state.view, state.seq) for state in bench.states] == [("gate", 1), ("yard", 2), ("gate", 1)]


def test_who_asks_gets_the_number_too() -> None:
    bench = Bench()
    bench.see(0.1, 0.9)
    state = bench.outlet.numbered(bench.view.look(bench.classifier.classify(make_frame(255))))
    assert (state.seq, state.label) == (1, "day")


def test_the_number_goes_on_after_a_restart() -> None:
    bench = Bench()
    bench.see(0.1, 0.9)
    bench.see(0.1, 0.2, at_s=1.0)
    bench.outlet = replace(bench.outlet, numbers=EventNumbers(bench.spool))
    bench.view = bench.another("gate")
    bench.see(0.1, 0.2)
    assert bench.states[-1].seq == 2


def test_a_lost_camera_leaves_nothing_known_and_what_was_there_open() -> None:
    bench = Bench()
    bench.see(0.1, 0.9, at_s=5.0)
    bench.view.lose(Moment(6_000_000_000, 6.0), bench.outlet)
    assert (bench.states[-1].known, bench.states[-1].seq, bench.events) == (
        False,
        1,
        [(1, EventType.START, "day")],
    )
    kept = bench.view.open(Moment(8_000_000_000, 8.0))
    assert kept is not None
    assert kept.quiet_s == 3.0
    bench.see(0.1, 0.9, at_s=9.0)
    assert (bench.states[-1].label, len(bench.events)) == ("day", 1)


def test_time_ends_nothing_in_a_view_that_is_switched_off() -> None:
    bench = Bench(pace=Pace(0.0, 1.0, 1.0))
    bench.see(0.1, 0.9)
    bench.view.enabled = False
    bench.view.pass_time(Moment.now(), bench.outlet)
    assert len(bench.events) == 1
    bench.view.enabled = True
    bench.view.pass_time(Moment.now(), bench.outlet)
    assert [kind for _, kind, _ in bench.events] == [EventType.START, EventType.END]


def test_a_view_that_rests_is_unknown_and_what_was_in_it_has_ended() -> None:
    bench = Bench()
    bench.view.end(Reason.PAUSED, bench.outlet)
    assert [(state.known, state.seq) for state in bench.states] == [(False, 0)]
    bench.see(0.1, 0.9)
    bench.view.switch(False, bench.outlet)
    bench.view.switch(False, bench.outlet)
    assert [kind for _, kind, _ in bench.events] == [EventType.START, EventType.END]
    assert (bench.states[-1].known, bench.states[-1].seq, bench.view.enabled) == (False, 2, False)


def test_an_interval_that_is_set_counts_for_gaps_too() -> None:
    bench = Bench(pace=Pace(0.0, 1.0, 1.0))
    bench.view.adopt(lambda rules: rules.with_interval(600.0))
    bench.see(0.1, 0.9, at_s=0.0)
    bench.view.pass_time(Moment(1_800_000_000_000, 0.0), bench.outlet)
    assert len(bench.events) == 1
    bench.view.pass_time(Moment(1_802_000_000_000, 0.0), bench.outlet)
    assert len(bench.events) == 2


def test_a_view_that_is_gone_shows_nothing_at_its_end() -> None:
    for shown in (True, False):
        bench = Bench()
        bench.see(0.1, 0.9)
        bench.view.end(Reason.CONFIG_RELOADED, bench.outlet, shown=shown)
        assert [kind for _, kind, _ in bench.events] == [EventType.START, EventType.END]
        assert bench.states[-1].known is not shown


def test_a_new_publisher_is_told_what_was_told_last() -> None:
    bench, other = Bench(), RecordingSink()
    bench.view.tell_again(replace(bench.outlet, sink=other))
    bench.see(0.1, 0.9)
    bench.view.tell_again(replace(bench.outlet, sink=other))
    assert [(state.label, state.seq) for state in other.of("state")] == [("day", 1)]


# --- rules, and a view's successor -----------------------------------------------------------------------------


def test_changed_rules_keep_what_is_in_view() -> None:
    bench = Bench()
    bench.see(0.1, 0.9, at_s=0.0)
    bench.view.adopt(lambda rules: rules.with_threshold(0.95))
    bench.see(0.1, 0.9, at_s=1.0)
    assert bench.events == [(1, EventType.START, "day")]
    assert bench.view.rules.threshold_enter == 0.95


def test_rules_that_can_not_hold_are_refused_and_the_ones_before_stay() -> None:
    view = make_view("gate", threshold_exit=0.4)
    with pytest.raises(
        ConfigError, match=r"^view gate: expected a threshold of at least threshold_exit \(0\.4\), "
    ):
        view.adopt(lambda rules: rules.with_threshold(0.3))
    assert view.rules.threshold_enter == 0.6


def successor(view: View, **rules: object) -> View:
    """With another region, and with changed rules."""
    changed = replace(view.rules, **rules)  # type: ignore[arg-type]
    return view.successor(region=Roi(0, 0, 0.5, 0.5), rules=changed, enabled=True, classifier=view.classifier)


def test_what_is_in_a_view_goes_on_in_its_successor_and_in_no_other() -> None:
    bench = Bench()
    bench.see(0.1, 0.9, at_s=0.0)
    heir = successor(bench.view)
    assert heir.continues(bench.view)
    assert not bench.another("gate").continues(bench.view)
    assert (heir.name, heir.camera, heir.classifier) == ("gate", "front", bench.classifier)
    bench.view = heir
    bench.see(0.1, 0.9, at_s=1.0)
    bench.see(0.1, 0.1, at_s=2.0)
    assert bench.events == [(1, EventType.START, "day"), (2, EventType.END, "day")]


def test_until_its_successor_takes_over_a_view_decides_by_its_own_rules() -> None:
    """The reload may be refused yet."""
    bench = Bench()
    before, heir = bench.view, successor(bench.view, threshold_enter=0.95)
    bench.see(0.1, 0.9, at_s=0.0)
    assert bench.events == [(1, EventType.START, "day")]
    bench.view = heir
    bench.see(0.9, 0.1, at_s=1.0)
    assert bench.events[1:] == [(2, EventType.END, "day")]
    bench.view = before
    bench.see(0.9, 0.1, at_s=2.0)
    assert bench.events[2:] == [(3, EventType.START, "night")]


class Slow(RecordingSink):
    """Takes its first state when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.let = threading.Event(), threading.Event()

    def publish_state(self, state: ViewState) -> None:
        if not self.entered.is_set():
            self.entered.set()
            assert self.let.wait(patient(10))
        super().publish_state(state)


def test_a_view_and_its_successor_take_turns() -> None:
    """A whole step is told before the next one is decided."""
    bench = Bench(sink := Slow())
    heir = successor(bench.view)
    watching = threading.Thread(target=bench.see, args=(0.1, 0.9))
    watching.start()
    assert sink.entered.wait(patient(10))
    ending = threading.Thread(target=heir.end, args=(Reason.STOPPED, bench.outlet))
    ending.start()
    ending.join(0.1)
    assert ending.is_alive()
    sink.let.set()
    watching.join(patient(10))
    ending.join(patient(10))
    assert [state.known for state in bench.states] == [True, False]
    assert [kind for _, kind, _ in bench.events] == [EventType.START, EventType.END]


def test_inference_lets_time_pass_while_no_frame_comes() -> None:
    bench = Bench(pace=Pace(0.0, 0.3, 0.3))
    frames = LatestFrames()
    pipeline = Pipeline(frames=frames, views=[bench.view], outlet=bench.outlet, on_frame=lambda: None)
    pipeline.start()
    frames.put(make_frame(255))
    wait_for(lambda: len(bench.events) == 2)
    assert bench.sink.of("event")[1].why.reason is Reason.NO_FRAMES
    assert bench.states[-1].known is False
    assert pipeline.stop(2)


# --- over a scripted decider: what is asked of it, by which rules, and what is told ---------------------------

NOW = Moment(7_000_000_000, 7.0)
FRAME = make_frame(255)
PREDICTION = BrightnessClassifier().classify(FRAME)
KEPT = OpenOccurrence("gate", "id1", "day", 0.9, 5.0, 2.0, 1.0)


def outlet(sink: RecordingSink | None = None) -> Outlet:
    sink = RecordingSink() if sink is None else sink
    return Outlet(sink, HealthMonitor(), EventNumbers(MemorySpool()))


def told_by(view: View, act: Callable[[Outlet], object]) -> list[str]:
    """The labels of the states that it tells of."""
    sink = RecordingSink()
    act(outlet(sink))
    return [state.label for state in sink.of("state")]


def test_a_prediction_is_decided_on_and_told() -> None:
    view = ScriptedView()
    assert told_by(view, lambda out: view.see(PREDICTION, out)) == ["day"]
    assert view.decider.calls == [("see", PREDICTION)]


def test_what_it_returns_of_a_prediction_has_its_numbers() -> None:
    view, out = ScriptedView(), outlet()
    out.tell_event(event(0))
    step = view.see(PREDICTION, out)
    assert step is not None
    assert step.state is not None
    assert (step.state.label, step.state.seq) == ("day", 1)


def test_nothing_is_decided_while_it_is_switched_off() -> None:
    view = ScriptedView(enabled=False)
    out = outlet()
    assert view.see(PREDICTION, out) is None
    view.pass_time(NOW, out)
    assert view.decider.calls == []


def test_time_without_frames_is_told() -> None:
    view = ScriptedView()
    view.decider.passed = Step(shows("none"))
    assert told_by(view, lambda out: view.pass_time(NOW, out)) == ["none"]
    assert view.decider.calls == [("pass_time", NOW)]


@pytest.mark.parametrize("reason", [Reason.NO_FRAMES, Reason.CONFIG_RELOADED])
def test_a_loss_is_told_with_its_reason_also_while_it_is_switched_off(reason: Reason) -> None:
    view = ScriptedView(enabled=False)
    assert told_by(view, lambda out: view.lose(NOW, out, reason)) == ["day"]
    assert view.decider.calls == [("gap", (NOW, reason))]


def test_a_loss_is_one_of_frames_where_nothing_else_is_said() -> None:
    view = ScriptedView()
    view.lose(NOW, outlet())
    assert view.decider.calls == [("gap", (NOW, Reason.NO_FRAMES))]


@pytest.mark.parametrize(
    ("before", "after", "ends"),
    [(True, True, False), (True, False, True), (False, True, False), (False, False, False)],
)
def test_only_what_is_switched_off_pauses(before: bool, after: bool, ends: bool) -> None:
    view = ScriptedView(enabled=before)
    assert told_by(view, lambda out: view.switch(after, out)) == ["day"] * ends
    assert view.decider.of("end") == [Reason.PAUSED] * ends
    assert view.enabled is after


@pytest.mark.parametrize("shown", [True, False])
def test_the_end_is_told_with_a_state_only_where_there_is_still_something_to_see(shown: bool) -> None:
    view, sink = ScriptedView(), RecordingSink()
    view.decider.step = Step(shows("none"), (event(0),))
    view.end(Reason.STOPPED, outlet(sink), shown=shown)
    assert [kind for kind, _ in sink.calls] == ["event", *["state"] * shown]
    assert view.decider.calls == [("end", Reason.STOPPED)]


def test_an_end_is_shown_where_nothing_else_is_said() -> None:
    view = ScriptedView()
    assert told_by(view, lambda out: view.end(Reason.STOPPED, out)) == ["day"]


def test_a_look_decides_nothing() -> None:
    view = ScriptedView()
    assert view.look(PREDICTION) == shows("night")
    assert view.decider.calls == [("look", PREDICTION)]


def test_what_is_open_is_the_deciders() -> None:
    view = ScriptedView()
    assert view.open(NOW) is None
    view.decider.kept = KEPT
    assert view.open(NOW) is KEPT
    assert view.decider.calls == [("open", NOW)] * 2


@pytest.mark.parametrize(("label", "known"), [("day", True), ("moon", False)])
def test_what_was_open_goes_on_where_the_decider_knows_it(label: str, known: bool) -> None:
    view, kept = ScriptedView(), replace(KEPT, label=label)
    assert view.resume(kept, NOW) is known
    assert view.decider.calls == [("resume", (kept, NOW))]


def test_it_wants_each_frame_that_is_due_while_it_is_on() -> None:
    view = ScriptedView()
    assert view.wants(FRAME)
    view.adopt(lambda rules: rules.with_interval(10.0))
    view.seen(FRAME)
    assert not view.wants(FRAME)
    assert view.wants(replace(FRAME, captured_at_ns=FRAME.captured_at_ns + 10_000_000_000))
    view.enabled = False
    assert not view.wants(replace(FRAME, captured_at_ns=FRAME.captured_at_ns + 10_000_000_000))


def later(seconds: float) -> Frame:
    return replace(FRAME, captured_at_ns=FRAME.captured_at_ns + round(seconds * 1e9))


def test_while_frames_are_unfinished_it_may_depend_on_them_what_is_wanted() -> None:
    view = ScriptedView()
    assert view.would_want(FRAME, []) is True
    assert view.would_want(later(1), [FRAME]) is True
    view.adopt(lambda rules: rules.with_interval(10.0))
    assert view.would_want(FRAME, []) is True
    assert view.would_want(later(1), [FRAME]) is None
    assert view.would_want(later(10), [FRAME]) is True
    view.seen(FRAME)
    assert view.would_want(later(1), [FRAME]) is False
    view.enabled = False
    assert view.would_want(later(20), [FRAME]) is False
    view.waiters.add()
    assert view.would_want(later(20), []) is True
    assert view.would_want(later(20), [FRAME]) is None


def test_it_wants_any_frame_that_somebody_asked_for() -> None:
    view = ScriptedView(enabled=False)
    assert not view.wants(FRAME)
    view.waiters.add()
    assert view.wants(FRAME)


# --- rules ---------------------------------------------------------------------------------------------------


def test_rules_that_are_adopted_count_at_once() -> None:
    view = ScriptedView()
    assert view.rules == make_rules()
    view.adopt(lambda rules: rules.with_threshold(0.9))
    assert view.rules == view.decider.rules == make_rules(threshold_enter=0.9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"top": 101}, "view gate: so many labels there are not"),
        ({"threshold_exit": 0.7}, "view gate: expected a threshold of at least threshold_exit (0.7), found 0.6"),
    ],
)
def test_rules_that_can_not_hold_are_refused_in_the_views_name(change: dict[str, Any], message: str) -> None:
    view = ScriptedView()
    with pytest.raises(ConfigError) as failure:
        view.adopt(lambda rules: replace(rules, **change))
    assert str(failure.value) == message
    assert view.rules == view.decider.rules == make_rules()


OTHER = BrightnessClassifier()


def heir_of(view: View) -> View:
    rules = make_rules(threshold_enter=0.9)
    return view.successor(region=Roi(0, 0, 0.5, 1), rules=rules, enabled=False, classifier=OTHER)


def test_another_head_is_told_to_the_decider_by_the_rules_that_hold() -> None:
    view = ScriptedView()
    heir = heir_of(view)
    assert view.decider.calls == []
    heir.renew()
    assert [kind for kind, _ in view.decider.calls] == ["adopt", "renew"]


def test_a_successor_has_other_surroundings() -> None:
    view = ScriptedView()
    heir = heir_of(view)
    assert (heir.name, heir.camera, heir.classifier) == (view.name, view.camera, OTHER)
    assert (heir.region, heir.rules, heir.enabled) == (Roi(0, 0, 0.5, 1), make_rules(threshold_enter=0.9), False)
    assert (view.region, view.rules, view.enabled) == (FULL_FRAME, make_rules(), True)


@pytest.mark.parametrize(
    "act",
    [
        lambda view: view.see(PREDICTION, outlet()),
        lambda view: view.look(PREDICTION),
        lambda view: view.pass_time(NOW, outlet()),
        lambda view: view.lose(NOW, outlet()),
        lambda view: view.switch(False, outlet()),
        lambda view: view.end(Reason.STOPPED, outlet()),
    ],
)
def test_each_decides_by_its_own_rules(act: Callable[[View], object]) -> None:
    view = ScriptedView()
    heir = heir_of(view)
    heir.enabled = True
    by: list[float] = []

    for one in (view, heir, heir, view):
        act(one)
        by.append(view.decider.rules.threshold_enter)
        view.enabled = heir.enabled = True
    assert by == [0.6, 0.9, 0.9, 0.6]
    assert len(view.decider.of("adopt")) == 2


class Turning(NoTallies):
    """A day turns for the view when the test says so."""

    turned = False

    def turns(self, view: str, now_at: float) -> bool:
        turned, self.turned = self.turned, False
        return turned

    def today(self, state: ViewState, now_at: float | None = None) -> Today:
        return Today("the state's" if now_at is None else f"at {now_at:g}")


@pytest.mark.parametrize("enabled", [True, False])
def test_a_new_day_is_told_though_nothing_changes(enabled: bool) -> None:
    bench, tallies = Bench(), Turning()
    outlet = replace(bench.outlet, tallies=tallies)
    view = ScriptedView("gate")
    view.decider.step = Step(None)
    view.pass_time(Moment(1, 5.0), outlet)
    assert bench.states == []
    tallies.turned = True
    view.pass_time(Moment(2, 6.0), outlet)  # nothing was told yet that could be told again
    assert bench.states == []
    view.decider.step = Step(shows("day"))
    view.enabled = enabled
    tallies.turned = True
    view.pass_time(Moment(3, 7.0), outlet)
    view.pass_time(Moment(4, 8.0), outlet)
    assert [(one.label, one.day) for one in bench.states] == [("day", "at 7")]


def test_a_state_that_changes_as_the_day_turns_is_told_once() -> None:
    bench, tallies = Bench(), Turning()
    view = ScriptedView("gate")
    view.decider.passed = Step(shows("night"))
    tallies.turned = True
    view.pass_time(Moment(3, 7.0), replace(bench.outlet, tallies=tallies))
    assert [(one.label, one.day) for one in bench.states] == [("night", "the state's")]


def test_frames_are_passed_over_while_it_is_held_back() -> None:
    bench = Bench(pace=Pace(0.5))
    begin, *later = (
        replace(make_frame(), captured_at_ns=round(at_s * 1e9)) for at_s in (1.0, 1.5, 9.9, 11.0, 13.0)
    )
    bench.view.seen(begin)
    assert [bench.view.wants(frame) for frame in later] == [True] * 4
    bench.view.adopt(lambda rules: rules.with_least(12.0))
    bench.view.seen(begin)
    # A quarter of an interval is no matter.
    assert [bench.view.wants(frame) for frame in later] == [False, False, True, True]
    assert bench.view.rules.pace.interval_s == 0.5
