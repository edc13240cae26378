"""A reload step by step, between fakes: what is stopped, kept, ended, renewed and said."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import CameraConfig, Config
from edgeclassify.daemon.assembly.models import ClassifierFactory
from edgeclassify.daemon.node import Node
from edgeclassify.daemon.page.served_page import ServedPage
from edgeclassify.daemon.page.taps import Taps
from edgeclassify.daemon.process.memory_care import SETTLED_S, MemoryCare
from edgeclassify.daemon.process.watchdog import RELOAD_LIMIT_S
from edgeclassify.daemon.profiles import Profiles
from edgeclassify.daemon.reload import Reloader
from edgeclassify.daemon.requests.frame_requests import FrameRequests
from edgeclassify.daemon.switches import Switches
from edgeclassify.errors import ConfigError, EdgeClassifyError, ModelError, SourceSetupError
from edgeclassify.model.interface import Prepared
from edgeclassify.pipeline.inference import Pipeline
from edgeclassify.pipeline.overlap.take_time import TakeTime
from edgeclassify.pipeline.view import View
from edgeclassify.pulse import Pulse
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import (
    FULL_FRAME,
    Command,
    EmbeddingFacts,
    EventType,
    Frame,
    ModelChoice,
    Option,
    Prediction,
    Reason,
    Request,
    Response,
    Roi,
)
from tests.daemon.running_parts import CAMERA, Whole, config_of
from tests.support.classifiers import BrightnessClassifier
from tests.support.clock import Clock
from tests.support.sources import BrightnessSource
from tests.support.waiting import patient, wait_for

OTHER_MODEL = {"name": "other.tflite"}
TWO_VIEWS = [{"name": "gate", "confirm_s": 0}, {"name": "door", "confirm_s": 0}]


class Rigid(BrightnessSource):
    """Refuses other settings while it runs."""

    def adopt(self, other: FrameSource) -> bool:
        raise SourceSetupError("no such control")


class Bench:
    """Parts that run, with the view's label in it, and a reloader. `accepted`: the names, and what ran by then."""

    def __init__(
        self, views: Sequence[Mapping[str, Any]] = TWO_VIEWS, classifier: ClassifierFactory | None = None
    ) -> None:
        self.clock = Clock(100.0)
        self.pulse = Pulse(self.clock)
        self.whole = Whole(config_of(view=views), classifier=classifier)
        self.running = self.whole.running
        self.accepted: list[tuple[list[str], bool]] = []
        self.heard: list[Response] = []
        self.after: Callable[[], Config] = lambda: config_of(view=TWO_VIEWS)
        kept = self.whole.kept
        self.switches = Switches(self.running, kept.options, kept.snoozes)
        self.profiles = Profiles(self.running, kept.options, kept.profile, self.switches)
        self.node = Node(self.running, kept.options, self.switches, self.profiles)
        self.frame_requests = FrameRequests(self.node)
        self.given_back: list[bool] = []
        self.memory = MemoryCare(self.given_back.append, self.clock)
        self.reloader = Reloader(
            self.running,
            load=lambda: self.after(),
            factories=self.whole.factories,
            kept=self.whole.kept,
            availability=self.whole.availability,
            frame_requests=self.frame_requests,
            manager=self.whole.manager,
            pulse=self.pulse,
            switches=self.switches,
            profiles=self.profiles,
            page=ServedPage(Taps(), lambda: None, None),
            memory=self.memory,
        )

    def start(self) -> None:
        self.running.current_sink.start()
        self.running.start_threads()
        wait_for(lambda: len(self.whole.sink.of("event")) == 2)

    def answer(self, response: Response) -> None:
        self.heard.append(response)

    def reload(self, **sections: Any) -> None:
        self.after = lambda: config_of(**({"view": TWO_VIEWS} | sections))
        self.reloader.reload(self._accept)

    def refused(self, **sections: Any) -> str:
        with pytest.raises(EdgeClassifyError) as raised:
            self.reload(**sections)
        return str(raised.value)

    def _accept(self, names: Sequence[str]) -> None:
        self.accepted.append((list(names), self.running.parts.config == self.after()))

    @property
    def status(self) -> str:
        """What the service manager is told now."""
        self.whole.manager.show_status()
        return self.whole.notifier.sent[-1]

    @property
    def works(self) -> bool:
        """True when a frame has come through to the sink there is."""
        before = len(self.whole.sink.of("result"))
        wait_for(lambda: len(self.whole.sink.of("result")) > before)
        return True


@pytest.fixture
def bench() -> Iterator[Bench]:
    made, level = Bench(), logging.getLogger("edgeclassify").level
    made.start()
    yield made
    made.whole.stop(time.monotonic() + 2.0)
    logging.getLogger("edgeclassify").setLevel(level)


def test_an_unchanged_config_leaves_all_as_it_is(bench: Bench) -> None:
    models, sink = bench.running.parts.models.loaded, bench.whole.sink
    bench.whole.notifier.sent.clear()
    bench.reload()
    assert bench.whole.notifier.sent[:1] == ["RELOADING=1"]
    assert bench.whole.notifier.sent.count("READY=1") == 1
    assert bench.accepted == [(["gate", "door"], True)]
    assert bench.running.parts.models.loaded == models
    assert not bench.whole.classifiers[0].closed
    assert bench.whole.sinks == [sink]
    assert not sink.of("stop")
    assert len(sink.of("event")) == 2
    assert bench.works


def test_it_may_take_longer_than_a_turn_of_the_loop(bench: Bench) -> None:
    bench.reload()
    bench.clock.now = 100.0 + RELOAD_LIMIT_S
    assert not bench.pulse.late
    bench.clock.now += 0.1
    assert bench.pulse.late


def test_what_it_needed_is_given_back_when_it_has_settled(bench: Bench) -> None:
    bench.reload()
    bench.memory.work()
    assert not bench.given_back
    bench.clock.now += SETTLED_S
    bench.memory.work()
    assert bench.given_back == [True]


def test_other_threads_in_the_place_of_those_that_were_stopped(bench: Bench) -> None:
    before = bench.running.threads
    bench.reload()
    assert bench.running.threads is not before
    assert before.inference.finished
    assert bench.works


class Ahead(BrightnessClassifier):
    """Holds a frame that the other thread infers until it is let go, when the next one is prepared."""

    def __init__(self) -> None:
        super().__init__()
        self.inferred: list[int] = []
        self.ahead = 0
        """The number of the frame that is prepared meanwhile."""
        self.holds, self.go = threading.Event(), threading.Event()
        self.await_next: Callable[[], object] = lambda: None

    def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
        prepared = super().prepare(frame, roi)
        self.await_next()
        return prepared

    def infer(self, prepared: Prepared) -> Prediction:
        if threading.current_thread().name == "inferring" and not self.holds.is_set():
            wait_for(lambda: self.seen[-1][0] > prepared.frame_sequence)
            self.ahead = self.seen[-1][0]
            self.holds.set()
            assert self.go.wait(patient(10))
        self.inferred.append(prepared.frame_sequence)
        return super().infer(prepared)


def test_a_frame_that_was_taken_ahead_is_inferred_before_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its camera lives on, and would not give it again."""
    monkeypatch.setattr("edgeclassify.pipeline.overlap.choice.usable_cores", lambda: 2)
    monkeypatch.setattr(TakeTime, "wait_s", lambda self, turn, now_s: 0.0)
    classifier, stop = Ahead(), Pipeline.stop

    def let_go_when_it_ends(self: Pipeline, timeout_s: float, **how: Any) -> bool:
        stop(self, 0, **how)
        classifier.go.set()
        return stop(self, timeout_s, **how)

    monkeypatch.setattr(Pipeline, "stop", let_go_when_it_ends)
    bench = Bench([{"name": "gate", "confirm_s": 0}], lambda _: classifier)
    frames = bench.running.cameras.frames
    classifier.await_next = lambda: wait_for(lambda: frames.waiting or classifier.holds.is_set())
    bench.running.current_sink.start()
    bench.running.start_threads()
    assert classifier.holds.wait(patient(10))
    bench.reload(view=[{"name": "gate", "confirm_s": 0}])
    assert classifier.ahead in classifier.inferred
    bench.whole.stop(time.monotonic() + 2.0)


def test_who_waits_for_a_frame_waits_on_where_the_view_is_still_there(bench: Bench) -> None:
    bench.running.threads.stop_inference(time.monotonic() + 2.0)
    for number, view in enumerate(("gate", "door")):
        bench.frame_requests.begin(Request(Command.CLASSIFY_NOW, number, view, asker=bench))
    bench.reload(view=[{"name": "gate", "confirm_s": 0, "model": OTHER_MODEL}])
    assert bench.heard == [Response("classify_now", 1, {}, "view: expected one of gate, found door")]

    def answered() -> bool:
        bench.frame_requests.settle()
        return len(bench.heard) == 2

    wait_for(answered)
    assert (bench.heard[1].transaction, bench.heard[1].error) == (0, None)
    assert bench.heard[1].data["view"] == "gate"


def test_what_is_in_a_view_that_goes_ends_and_a_model_that_nobody_needs_is_closed(bench: Bench) -> None:
    bench.reload(view=[{"name": "gate", "confirm_s": 0, "model": OTHER_MODEL}])
    first = bench.whole.sinks[0]
    ended = [event for event in first.of("event") if event.event_type is EventType.END]
    assert [(event.view, event.why.reason) for event in ended] == [
        ("gate", "config reloaded"),
        ("door", "config reloaded"),
    ]
    assert [classifier.closed for classifier in bench.whole.classifiers] == [True, False]
    assert bench.accepted == [(["gate"], True)]
    assert bench.works


def test_an_answer_goes_out_under_the_old_name_where_the_name_changes(bench: Bench) -> None:
    bench.reload(mqtt={"prefix": "elsewhere"})
    assert bench.accepted == [(["gate", "door"], False)]
    bench.accepted.clear()
    bench.reload(mqtt={"prefix": "elsewhere"}, node={"resume_s": 9.0})
    assert bench.accepted == [(["gate", "door"], False)]


def test_another_sink_takes_over_and_is_told_what_is_known(bench: Bench) -> None:
    first = bench.whole.sink
    bench.reload(mqtt={"host": "elsewhere"})
    assert first.of("stop")
    assert bench.whole.sink is not first
    assert bench.whole.sink.of("start")
    wait_for(lambda: ("gate", True) in bench.whole.sink.of("availability"))
    assert [state.label for state in bench.whole.sink.of("state")[:2]] == ["day", "day"]
    said = len(first.calls)
    assert bench.works
    assert len(first.calls) == said


def test_what_was_set_is_over_where_the_config_says_something_else(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    options = bench.whole.kept.options
    options.set("gate", Option.THRESHOLD, 0.9, 0.6)
    bench.reload(view=[{"name": "gate", "confirm_s": 0, "threshold_enter": 0.7}])
    section = bench.running.parts.config.views()[0]
    assert options.overrides(section.model_copy(update={"threshold_enter": 0.6}), 0.05) == {}
    assert "view gate: threshold 0.9, set over MQTT, is forgotten" in caplog.text
    assert "config reloaded: 1 cameras, 1 views" in caplog.messages


def test_what_takes_effect_with_the_next_start_is_said(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.reload(spool={"max_age_s": 777})
    assert "[spool] has changed: it takes effect with the next start" in caplog.messages


def test_messages_are_as_many_as_the_new_config_wants(bench: Bench) -> None:
    bench.reload(logging={"level": "error"})
    assert logging.getLogger("edgeclassify").level == logging.ERROR


class TestRefused:
    @pytest.fixture(autouse=True)
    def refusing(self, bench: Bench) -> Iterator[None]:
        """Whatever is refused: the old parts stay and work, and it is said until a reload is accepted."""
        parts, sink = bench.running.parts, bench.whole.sink
        yield
        assert bench.running.parts is parts
        assert bench.running.current_sink.sink is sink
        assert not sink.of("stop")
        assert not bench.whole.classifiers[0].closed
        assert all(classifier.closed for classifier in bench.whole.classifiers[1:])
        assert bench.accepted == []
        assert bench.whole.notifier.sent.count("READY=1") == 1
        assert bench.works
        assert "; the last reload was refused: " in bench.status
        bench.reload()
        assert bench.running.parts.config == parts.config
        assert bench.status == "STATUS=as it is"

    def test_a_config_that_can_not_be_read(self, bench: Bench) -> None:
        threads = bench.running.threads

        def load() -> Config:
            raise ConfigError("no such file")

        bench.after = load
        with pytest.raises(EdgeClassifyError, match=r"^reload refused, the running config stays: no such file$"):
            bench.reloader.reload()
        assert bench.running.threads is threads  # nothing was stopped for it

    def test_a_label_that_the_model_does_not_know(self, bench: Bench) -> None:
        assert "dya" in bench.refused(view=[{"name": "gate", "labels": ["dya"], "model": OTHER_MODEL}])
        assert len(bench.whole.classifiers) == 2

    def test_a_connection_that_can_not_work(self, bench: Bench) -> None:
        assert "mqtt.tls.ca" in bench.refused(mqtt={"host": "impossible"}, model=OTHER_MODEL)

    def test_settings_that_the_camera_refuses(self, bench: Bench) -> None:
        assert "no such control" in bench.refused(camera=[CAMERA | {"rotation": 90}], model=OTHER_MODEL)

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        made = Bench()

        def rigid(camera: CameraConfig) -> FrameSource:
            return Rigid(camera.name, [255])

        made.whole.make_source = rigid
        made.start()
        yield made
        made.whole.stop(time.monotonic() + 2.0)


def test_a_sink_that_was_stopped_for_one_that_can_not_start_is_made_anew(bench: Bench) -> None:
    assert "no thread" in bench.refused(mqtt={"host": "broken"})
    first, broken, again = bench.whole.sinks
    assert first.of("stop")
    assert bench.running.current_sink.sink is again
    assert again.of("start")
    assert not broken.of("info")
    assert bench.works


def test_an_answer_that_can_not_be_given_refuses_it(bench: Bench) -> None:
    def fails(_: Sequence[str]) -> None:
        raise EdgeClassifyError("no JSON")

    before = bench.running.parts
    with pytest.raises(EdgeClassifyError, match="no JSON"):
        bench.reloader.reload(fails)
    assert bench.running.parts is before
    assert bench.works


def test_one_thread_takes_snapshots(bench: Bench) -> None:
    for _ in range(3):
        bench.reload(snapshot={"mqtt": True})
    assert [thread.name for thread in threading.enumerate()].count("snapshots") == 1


def test_the_old_sink_is_not_told_of_a_camera_that_goes(bench: Bench) -> None:
    cameras = [CAMERA, CAMERA | {"name": "back"}]
    views = [{"name": "gate", "camera": "front", "confirm_s": 0}, {"name": "yard", "camera": "back"}]
    bench.reload(camera=cameras, view=views)
    sink = bench.whole.sink
    wait_for(lambda: ("yard", True) in sink.of("availability"))
    bench.reload(view=views[:1])
    assert sink.of("availability")[-1] == ("yard", True)


# --- heads that were fitted anew -----------------------------------------------------------------------------

FACTS = EmbeddingFacts("builtin", "0" * 64, "pool", 4, "uint8", 1.0, 0)


class Taught(BrightnessClassifier):
    """Can be fitted anew."""

    facts = FACTS
    known: tuple[str, ...] = ("night", "day")

    @property
    def embedding(self) -> EmbeddingFacts:
        return self.facts

    @property
    def labels(self) -> tuple[str, ...]:
        return self.known


class Renewing:
    """A bench whose view "gate" decides by a model that can change, "door" by one that does not."""

    def __init__(self, model: Path) -> None:
        self.model = model
        self.change: dict[str, Any] = {}
        self.fault: EdgeClassifyError | None = None
        self.bench_classifiers: list[BrightnessClassifier] = []
        self.decide_anew: list[str] = []
        self.write()
        self.views = [{**TWO_VIEWS[0], "model": {"name": str(model)}}, TWO_VIEWS[1]]
        self.bench = Bench(self.views, self._classifier)
        self.bench.start()

    def write(self) -> None:
        self.model.write_bytes(self.model.read_bytes() + b"x" if self.model.exists() else b"")

    def _classifier(self, section: ModelChoice) -> BrightnessClassifier:
        if self.fault is not None:
            raise self.fault
        made = Taught(section.name) if "own" in section.name else BrightnessClassifier(section.name)
        for name, value in self.change.items():
            setattr(made, name, value)
        self.bench_classifiers.append(made)
        return made

    def renew(self) -> None:
        self.write()
        self.bench.reloader.renew_models()


@pytest.fixture
def renewing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Renewing]:
    made = Renewing(tmp_path / "own.tflite")
    as_ever = View.renew

    def noted(view: View) -> None:
        made.decide_anew.append(view.name)
        as_ever(view)

    monkeypatch.setattr(View, "renew", noted)
    yield made
    made.bench.whole.stop(time.monotonic() + 2.0)


def test_a_head_that_was_fitted_anew_takes_over_what_is_in_the_view(renewing: Renewing) -> None:
    bench = renewing.bench
    before, sink = bench.running.parts, bench.whole.sink
    bench.whole.notifier.sent.clear()

    renewing.renew()

    after = bench.running.parts
    assert after.config is before.config
    assert all(view.continues(old) for view, old in zip(after.views, before.views, strict=True))
    assert after.views[0].classifier is renewing.bench_classifiers[-1] is not before.views[0].classifier
    assert after.views[1].classifier is before.views[1].classifier
    assert [one.closed for one in renewing.bench_classifiers] == [True, False, False]
    assert len(sink.of("event")) == 2
    assert sink.of("renew") == ["gate"]
    assert renewing.decide_anew == ["gate"]
    assert bench.whole.sinks == [sink]
    assert "RELOADING=1" not in bench.whole.notifier.sent
    assert bench.works


def test_models_run_with_fewer_threads_and_what_is_in_the_views_stays(renewing: Renewing) -> None:
    bench = renewing.bench
    before, sink = bench.running.parts, bench.whole.sink
    assert {choice.threads for choice in before.models.loaded} == {"auto"}

    bench.reloader.use_threads(1)

    after = bench.running.parts
    assert {choice.threads for choice in after.models.loaded} == {1}
    assert all(view.continues(old) for view, old in zip(after.views, before.views, strict=True))
    assert [one.closed for one in renewing.bench_classifiers] == [True, True, False, False]
    assert len(sink.of("event")) == 2
    assert bench.works
    bench.reload(view=renewing.views)
    assert {choice.threads for choice in bench.running.parts.models.loaded} == {1}
    bench.reloader.use_threads(None)
    assert {choice.threads for choice in bench.running.parts.models.loaded} == {"auto"}
    assert len(sink.of("event")) == 2


def test_a_view_whose_model_has_changed_meanwhile_begins_anew(renewing: Renewing) -> None:
    bench = renewing.bench
    before = bench.running.parts
    renewing.write()
    bench.reloader.use_threads(1)
    gate, door = zip(bench.running.parts.views, before.views, strict=True)
    assert not gate[0].continues(gate[1])
    assert door[0].continues(door[1])


def test_threads_stay_where_the_models_can_not_be_opened(renewing: Renewing) -> None:
    bench = renewing.bench
    renewing.fault = ModelError("m.tflite: no memory")
    with pytest.raises(ModelError, match="no memory"):
        bench.reloader.use_threads(1)
    renewing.fault = None
    bench.reload(view=renewing.views)
    assert {choice.threads for choice in bench.running.parts.models.loaded} == {"auto"}
    assert bench.works


def test_a_reload_that_changes_nothing_renews_nothing(renewing: Renewing) -> None:
    renewing.bench.reloader.renew_models()
    assert renewing.decide_anew == []
    assert renewing.bench.whole.sink.of("renew") == []


def test_its_view_looks_at_once(renewing: Renewing) -> None:
    hurried: list[str] = []
    renewing.bench.running.cameras.hurry = hurried.append  # type: ignore[method-assign,assignment]
    renewing.renew()
    assert hurried == ["front"]


@pytest.mark.parametrize("change", [{"known": ("night", "dawn")}, {"facts": replace(FACTS, sha256="1" * 64)}])
def test_what_is_in_a_view_ends_where_the_classes_or_the_network_are_others(
    renewing: Renewing, change: dict[str, Any]
) -> None:
    renewing.change = change
    renewing.renew()
    events = [one for sink in renewing.bench.whole.sinks for one in sink.of("event")]
    ends = [one for one in events if one.event_type is EventType.END]
    assert [(one.view, one.why.reason) for one in ends] == [("gate", Reason.CONFIG_RELOADED)]
    assert renewing.bench.works


def test_a_head_that_can_not_be_opened_leaves_the_one_before(renewing: Renewing) -> None:
    bench, before = renewing.bench, renewing.bench.running.parts
    threads = bench.running.threads
    renewing.fault = EdgeClassifyError("it is damaged")
    with pytest.raises(EdgeClassifyError, match=r"^it is damaged$"):
        renewing.renew()
    assert bench.running.parts is before
    assert bench.running.threads is threads
    assert not any(one.closed for one in renewing.bench_classifiers)
    assert bench.whole.sink.of("renew") == []
    assert bench.works


def test_who_waits_for_a_frame_waits_on_over_a_renewal(renewing: Renewing) -> None:
    bench = renewing.bench
    bench.running.threads.stop_inference(time.monotonic() + 2.0)
    bench.frame_requests.begin(Request(Command.CLASSIFY_NOW, 7, "gate", asker=bench))
    renewing.renew()

    def answered() -> bool:
        bench.frame_requests.settle()
        return bool(bench.heard)

    wait_for(answered)
    assert (bench.heard[0].transaction, bench.heard[0].error) == (7, None)


@pytest.mark.parametrize(
    ("module", "sections"),
    [
        ("publish.snapshots", {"snapshot": {"mqtt": True}}),
        ("governor.governor", {"governor": {"enabled": True}}),
    ],
)
def test_code_that_is_needed_anew_and_was_replaced_is_missed_before_anything_is_switched(
    module: str, sections: dict[str, Any], bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bench.running.threads
    monkeypatch.setitem(sys.modules, f"edgeclassify.{module}", None)
    said = bench.refused(**sections)
    assert said.startswith(
        "reload refused, the running config stays: expected the files that edgeclassify was started"
    )
    assert bench.running.threads is before
    assert bench.works


def test_a_kind_of_source_that_was_replaced_is_refused(bench: Bench) -> None:
    def gone(camera: CameraConfig) -> FrameSource:
        raise ModuleNotFoundError("No module named 'edgeclassify.sources.video'")

    bench.whole.make_source = gone
    assert "Restart the service." in bench.refused(camera=[{**CAMERA, "source": "video:/dev/null"}])
    assert bench.works
