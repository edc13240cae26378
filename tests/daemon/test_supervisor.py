"""The supervisor in this process, with fakes around it: order of start and stop, reload, lost cameras."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.config import CameraConfig
from edgeclassify.daemon.supervisor import Timing
from edgeclassify.errors import (
    AbsentError,
    ConfigError,
    FreshProcessError,
    ImageError,
    MissingInputError,
    ModelError,
    SourceError,
    SourceSetupError,
    SourceUnusableError,
)
from edgeclassify.model.interface import Prepared
from edgeclassify.postprocess.pace import Pace
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import FULL_FRAME, Command, EventType, Frame, Request, Response, Roi
from tests.daemon.bench import Bench, view
from tests.support.classifiers import BrightnessClassifier
from tests.support.sources import BrightnessSource, MissingSource
from tests.support.waiting import patient, wait_for


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    if made.thread.is_alive():
        made.stop()


def test_order_from_start_to_stop(bench: Bench) -> None:
    bench.document["view"] = [view("gate")]
    bench.start()
    wait_for(lambda: bench.sink.of("event") and ("gate", True) in bench.sink.of("availability"))
    wait_for(lambda: "WATCHDOG=1" in bench.notifier.sent)
    bench.stop()
    assert bench.raised is None
    kinds = [kind for kind, _ in bench.sink.calls]
    assert kinds[:3] == ["start", "info", "availability"]
    assert kinds[-1] == "stop"
    assert bench.sink.of("availability")[0] == ("gate", False)
    (start,) = bench.sink.of("event")
    assert (start.event_type, start.seq) == (EventType.START, 1)
    assert bench.sink.of("availability")[-1] == ("gate", False)
    assert [state.known for state in bench.sink.of("state")][-1] is False
    assert bench.sink.of("health")
    assert bench.sink.of("info")[0].views == ("gate",)
    assert bench.classifiers["builtin"].closed
    assert bench.notifier.sent[0] == "READY=1"
    assert "STOPPING=1" in bench.notifier.sent


class LastWords:
    """Notes for each answer what of the stop had been done by then."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.heard: list[Response] = []
        self.before: list[tuple[bool, bool]] = []

    def answer(self, response: Response) -> None:
        self.heard.append(response)
        self.before.append((self.bench.taker.stopped, bool(self.bench.sink.of("stop"))))


def test_who_waits_for_a_frame_is_answered_before_snapshots_and_the_sink_are_stopped(bench: Bench) -> None:
    bench.document["snapshot"] = {"mqtt": True}
    bench.sources["front"] = MissingSource
    bench.document["recovery"] = {"fresh_process": False}
    bench.start()
    asker = LastWords(bench)
    bench.ask(Request(Command.SNAPSHOT, 7, asker=asker))
    time.sleep(0.3)
    assert asker.heard == []
    bench.stop()
    assert asker.heard == [Response("snapshot", 7, {}, "the daemon stops")]
    assert asker.before == [(False, False)]
    assert bench.taker.stopped


def test_snapshots_are_taken_while_the_broker_is_waited_for(tmp_path: Path) -> None:
    bench = Bench(tmp_path, timing=Timing(connect_patience_s=60))
    bench.mute = True
    bench.document["snapshot"] = {"mqtt": True}
    bench.thread.start()
    wait_for(lambda: bench.sinks and bench.sink.of("await"))
    assert bench.taker.started
    bench.stop()


def test_a_model_that_can_not_be_closed_keeps_no_event_from_the_disk(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    said = list[bool]()

    class Jammed(BrightnessClassifier):
        def close(self) -> None:
            said.append("1 events wait in the spool" in caplog.text)
            raise ModelError("it does not let go")

    bench.make_classifier = Jammed
    bench.delivers = False
    bench.document["view"] = [view("gate")]
    bench.start()
    wait_for(lambda: bench.sink.of("event"))
    bench.stop()
    assert said == [True]
    assert isinstance(bench.raised, ModelError)


def test_a_broker_without_an_answer_is_waited_for_in_vain(tmp_path: Path) -> None:
    bench = Bench(tmp_path, timing=Timing(connect_patience_s=0.2))
    bench.mute = True
    bench.start()
    wait_for(lambda: bench.sink.of("state"))
    bench.stop()
    kinds = [kind for kind, _ in bench.sink.calls]
    assert kinds.index("info") < kinds.index("await") < kinds.index("state")


def test_a_stop_does_not_wait_for_the_broker(tmp_path: Path) -> None:
    bench = Bench(tmp_path, timing=Timing(connect_patience_s=60))
    bench.mute = True
    bench.thread.start()
    wait_for(lambda: bench.sinks and bench.sink.of("await"))
    bench.stop()
    assert bench.raised is None


def test_event_numbers_grow_across_restarts(bench: Bench) -> None:
    bench.document |= {"view": [view("gate")], "node": {"resume_s": 0}}
    bench.start()
    wait_for(lambda: bench.sink.of("event"))
    bench.stop()
    assert [event.why.reason for event in bench.sink.of("event")[1:]] == ["stopped"]
    again = Bench(bench.folder)
    again.document |= bench.document
    again.start()
    wait_for(lambda: again.sink.of("event"))
    again.stop()
    assert [event.seq for event in again.sink.of("event")] == [3, 4]


@pytest.mark.parametrize(
    ("camera", "pace"),
    [
        ({"source": "synthetic:", "interval_s": 0.01}, Pace(0.01, 10.0, 300.0)),
        ({"source": "synthetic:", "interval_s": 0, "stall_timeout_s": 4.0, "fps": 0.5}, Pace(0.0, 10.0, 300.0)),
        ({"source": "watch:.", "interval_s": 0}, Pace(0.0, 10.0, 300.0, waits=True)),
    ],
    ids=["as late as it may be before it is lost", "slow by design", "a watched folder"],
)
def test_how_far_apart_frames_may_be_follows_from_the_camera(
    bench: Bench, camera: dict[str, object], pace: Pace
) -> None:
    bench.document["camera"] = [{"name": "front"} | camera]
    bench.start()
    wait_for(lambda: bench.sink.of("state") or bench.classifiers["builtin"].seen)
    assert bench.node.views[0].rules.pace == pace
    bench.document["node"] = {"resume_s": 7.0}
    bench.reload()
    wait_for(lambda: bench.node.views[0].rules.pace.resume_s == 7.0)


def test_reload_keeps_what_did_not_change(bench: Bench) -> None:
    bench.document |= {"view": [view("gate"), view("door")], "node": {"resume_s": 0}}
    bench.start()
    wait_for(lambda: len(bench.sink.of("event")) == 2)
    bench.document["view"] = [view("gate"), view("yard")]
    bench.reload()
    assert len(bench.sinks) == 2  # other views: other label topics, so another sink
    wait_for(lambda: bench.sink.of("event"))
    first, second = bench.sinks
    assert [kind for kind, _ in first.calls][-1] == "stop"
    assert [(e.view, e.event_type) for e in first.of("event")][2:] == [("door", EventType.END)]
    assert [(e.view, e.event_type) for e in second.of("event")] == [("yard", EventType.START)]
    bench.stop()
    assert {e.view for e in second.of("event") if e.event_type is EventType.END} == {"gate", "yard"}


def test_reload_of_an_interval_keeps_connection_and_model(bench: Bench) -> None:
    bench.document |= {"view": [view("gate")], "node": {"resume_s": 0}}
    bench.start()
    wait_for(lambda: bench.sink.of("event"))
    model = bench.classifiers["builtin"]
    bench.document["camera"][0]["interval_s"] = 0.01
    bench.reload()
    seen = len(model.seen)
    wait_for(lambda: len(model.seen) > seen)
    bench.stop()
    assert len(bench.sinks) == 1
    assert bench.classifiers["builtin"] is model
    assert [e.event_type for e in bench.sink.of("event")] == [EventType.START, EventType.END]


@pytest.mark.parametrize(
    "change",
    [
        {"camera": []},
        {"model": {"name": "broken"}},
        {"view": [{"name": "gate", "labels": ["dya"]}]},
        {"nonsense": 1},
    ],
)
def test_a_bad_config_is_refused_and_the_old_one_keeps_running(
    bench: Bench, change: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    bench.start()
    good = dict(bench.document)
    bench.document.update(change)
    bench.reload()
    wait_for(lambda: "reload refused" in caplog.text)  # said after READY=1
    assert caplog.text.count("reload refused") == 1
    seen = len(bench.classifiers["builtin"].seen)
    wait_for(lambda: len(bench.classifiers["builtin"].seen) > seen + 2)
    assert not bench.classifiers["builtin"].closed
    bench.document = good
    bench.reload()
    bench.stop()
    assert bench.raised is None


def test_a_connection_that_can_not_work_leaves_the_old_one(bench: Bench) -> None:
    bench.start()
    bench.document["mqtt"] = {"host": "impossible"}
    bench.reload()
    assert len(bench.sinks) == 1  # which has not been touched
    wait_for(lambda: bench.sink.of("state"))
    assert not bench.sink.of("stop")
    bench.stop()
    assert bench.raised is None


def test_listed_labels_must_be_the_models(bench: Bench) -> None:
    bench.document["view"] = [view("gate", labels=["dya"])]
    bench.start()
    bench.thread.join(patient(5))
    assert isinstance(bench.raised, ConfigError)
    assert 'Did you mean "day"?' in str(bench.raised)
    assert str(bench.raised).startswith("test.toml: 1 fault\n")


@pytest.mark.parametrize("has_several", [True, False])
def test_a_view_of_a_model_with_several_labels_at_once_is_told_of(
    bench: Bench, caplog: pytest.LogCaptureFixture, has_several: bool
) -> None:
    class Several(BrightnessClassifier):
        has_several_labels = has_several

    bench.make_classifier = Several
    bench.document["view"] = [view("gate", labels=["day"])]
    bench.start()
    said = [record.levelname for record in caplog.records if "view gate: several labels of" in record.message]
    assert said == ["WARNING"] * has_several


@pytest.mark.parametrize("confirm_s", [0.0, 3.0])
def test_a_confirmation_that_a_single_picture_can_not_give_is_told_of(
    bench: Bench, caplog: pytest.LogCaptureFixture, tmp_path: Path, confirm_s: float
) -> None:
    bench.document["camera"][0]["source"] = f"watch:{tmp_path}"
    bench.document["view"] = [view("gate", confirm_s=confirm_s)]
    bench.start()
    said = [record.levelname for record in caplog.records if "view gate: with confirm_s = 3 " in record.message]
    assert said == ["WARNING"] * bool(confirm_s)


def test_no_camera_left_asks_for_a_fresh_process(bench: Bench) -> None:
    bench.sources["front"] = MissingSource
    bench.document["camera"][0]["restart_attempts"] = 0
    bench.start()
    bench.thread.join(patient(5))
    assert isinstance(bench.raised, FreshProcessError)
    assert bench.raised.exit_status == 75
    assert "not connected" in str(bench.raised)
    assert bench.sink.calls[-1][0] == "stop"


def test_a_fresh_process_in_vain_makes_the_next_one_wait(bench: Bench) -> None:
    """Nobody is helped by a daemon that ends once a minute for months: it stays, says so, and tries on."""
    bench.sources["front"] = MissingSource
    bench.document["camera"][0]["restart_attempts"] = 0
    bench.start()
    bench.thread.join(patient(5))
    again = Bench(bench.folder)
    again.sources, again.document = bench.sources, bench.document
    again.start()
    wait_for(lambda: "WATCHDOG=1" in again.notifier.sent)
    figures = again.node.figures().cameras[0]
    assert (figures.state, figures.fresh_processes) == ("failed", 1)
    assert "not connected" in str(figures.error)
    again.stop()
    assert again.raised is None


def test_no_fresh_process_where_the_config_rules_it_out(bench: Bench) -> None:
    bench.sources["front"] = MissingSource
    bench.document["camera"][0]["restart_attempts"] = 0
    bench.document["recovery"] = {"fresh_process": False}
    bench.start()
    wait_for(lambda: "WATCHDOG=1" in bench.notifier.sent)
    bench.stop()
    assert bench.raised is None


@pytest.mark.parametrize(
    "error", [MissingInputError("no file"), SourceUnusableError("no picamera2"), ImageError("no video")]
)
def test_what_can_not_come_back_ends_with_its_own_status(bench: Bench, error: SourceError) -> None:
    bench.sources["front"] = lambda name: MissingSource(name, error)
    bench.start()
    bench.thread.join(patient(5))
    assert bench.raised is error


def test_an_absent_camera_is_waited_for(bench: Bench) -> None:
    bench.sources["front"] = lambda name: MissingSource(name, AbsentError("unplugged"))
    bench.document["camera"][0]["restart_attempts"] = 0
    bench.start()
    wait_for(lambda: bench.notifier.sent.count("WATCHDOG=1") >= 2)
    assert bench.node.figures().cameras[0].error == "unplugged"
    bench.stop()
    assert bench.raised is None
    assert ("front", False) in bench.sink.of("availability")


def test_a_camera_that_is_absent_for_a_moment_still_counts_beside_one_that_was_given_up(
    bench: Bench,
) -> None:
    plugged = threading.Event()
    plugged.set()

    class Plugged(BrightnessSource):
        def read(self, timeout_s: float) -> Frame | None:
            if not plugged.is_set():
                raise AbsentError("unplugged")
            return super().read(timeout_s)

    bench.sources["front"] = lambda name: Plugged(name, [255])
    bench.sources["back"] = MissingSource
    bench.document["camera"].append({"name": "back", "source": "synthetic:", "restart_attempts": 0})
    bench.start()
    wait_for(lambda: bench.node.figures().cameras[1].state == "failed")
    wait_for(lambda: bench.node.figures().cameras[0].state == "running")
    plugged.clear()
    wait_for(lambda: bench.node.figures().cameras[0].error == "unplugged")
    time.sleep(0.3)
    assert bench.thread.is_alive()


def test_a_camera_that_is_absent_for_long_does_not_count_beside_one_that_was_given_up(tmp_path: Path) -> None:
    bench = Bench(tmp_path, timing=Timing(absent_s=0.3))
    bench.sources["front"] = lambda name: MissingSource(name, AbsentError("unplugged"))
    bench.sources["back"] = MissingSource
    bench.document["camera"].append({"name": "back", "source": "synthetic:", "restart_attempts": 0})
    bench.start()
    bench.thread.join(patient(5))
    assert isinstance(bench.raised, FreshProcessError)


@pytest.mark.parametrize(("worked", "ends"), [(False, SourceSetupError), (True, type(None))])
def test_what_can_not_heal_is_believed_of_a_camera_that_never_worked(
    bench: Bench, worked: bool, ends: type[object]
) -> None:
    vain = {"front": {"count": 1, "source": MissingSource("front").describe(), "worked": worked}}
    (bench.folder / "recovery.json").write_text(json.dumps({"fresh_processes_in_vain": vain}))
    bench.sources["front"] = lambda name: MissingSource(name, SourceSetupError("no such control"))
    bench.start()
    bench.thread.join(1)
    if worked:
        bench.stop()
    assert isinstance(bench.raised, ends)


def test_a_reload_does_not_begin_a_finished_source_anew(bench: Bench) -> None:
    bench.sources["front"] = lambda name: BrightnessSource(name, [255, 0], ends=True)
    bench.document["camera"].append({"name": "back", "source": "synthetic:"})
    bench.start()
    wait_for(lambda: bench.node.figures().cameras[0].state == "finished")
    bench.document["camera"][1]["interval_s"] = 0.01
    bench.reload()
    time.sleep(0.3)
    told = bench.node.figures().cameras[0]
    assert (told.state, told.frames) == ("finished", 2)


def test_a_view_that_is_switched_off_does_not_set_the_pace(bench: Bench) -> None:
    bench.document["view"] = [view("gate"), view("door")]
    bench.start()
    gate, door = bench.node.views
    gate.adopt(lambda rules: rules.with_interval(0.05))
    door.adopt(lambda rules: rules.with_interval(7.0))
    parts = bench.running.parts
    assert parts.interval_of(parts.config.camera[0]) == 0.05
    gate.adopt(lambda rules: rules.with_least(3.0))
    assert parts.interval_of(parts.config.camera[0]) == 3.0
    bench.node.switch(gate, enabled=False)
    assert parts.interval_of(parts.config.camera[0]) == 7.0
    bench.node.switch(door, enabled=False)
    assert parts.interval_of(parts.config.camera[0]) == 3.0


def test_one_lost_camera_does_not_stop_the_others(bench: Bench) -> None:
    bench.sources["back"] = MissingSource
    bench.document["camera"].append({"name": "back", "source": "synthetic:", "restart_attempts": 0})
    bench.start()
    wait_for(lambda: ("front", True) in bench.sink.of("availability"))
    seen = len(bench.classifiers["builtin"].seen)
    wait_for(lambda: len(bench.classifiers["builtin"].seen) > seen + 10)
    assert ("back", True) not in bench.sink.of("availability")
    bench.stop()
    assert bench.raised is None


def test_a_finished_source_beside_a_lost_camera_ends_with_the_cameras_error(bench: Bench) -> None:
    bench.sources["front"] = lambda name: BrightnessSource(name, [0], ends=True)
    bench.sources["back"] = MissingSource
    bench.document["camera"].append({"name": "back", "source": "synthetic:", "restart_attempts": 0})
    bench.start()
    bench.thread.join(patient(5))
    assert isinstance(bench.raised, SourceError)


class StuckSource(BrightnessSource):
    """Gives one frame, so that the camera is online; then its reads do not return until `release` is set."""

    longest_call_s = 0.0

    def __init__(self, name: str, release: threading.Event) -> None:
        super().__init__(name, [0])
        self.release = release
        self.reads = 0

    def read(self, timeout_s: float) -> Frame | None:
        self.reads += 1
        if self.reads > 1:
            self.release.wait(patient(20))
        return super().read(timeout_s)


def test_a_call_that_never_returns_ends_the_daemon_where_no_other_camera_works(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    release = threading.Event()
    bench.sources["front"] = lambda name: StuckSource(name, release)
    bench.document["camera"][0]["stall_timeout_s"] = 0.2
    bench.start()
    bench.thread.join(patient(5))
    assert isinstance(bench.raised, FreshProcessError)
    assert "does not return" in str(bench.raised)
    assert bench.sink.of("availability")[-1] == ("front", False)
    assert bench.sink.calls[-1][0] == "stop"
    release.set()


def test_a_call_that_never_returns_leaves_the_other_cameras_alone(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    release = threading.Event()
    bench.sources["back"] = lambda name: StuckSource(name, release)
    bench.document["camera"].append({"name": "back", "source": "synthetic:", "stall_timeout_s": 0.2})
    bench.start()
    wait_for(lambda: "does not return" in caplog.text)
    fed, seen = bench.notifier.sent.count("WATCHDOG=1"), len(bench.classifiers["builtin"].seen)
    wait_for(lambda: len(bench.classifiers["builtin"].seen) > seen + 20)
    assert bench.notifier.sent.count("WATCHDOG=1") > fed + 10
    assert bench.sink.of("availability")[-1] == ("back", False)
    assert bench.thread.is_alive()
    told = bench.node.figures().cameras[1]
    assert (told.name, told.state, told.stalls) == ("back", "failed", 1)
    assert "does not return" in str(told.error)
    release.set()
    wait_for(lambda: bench.sink.of("availability")[-1] == ("back", True))


def test_inference_that_hangs_is_not_hidden_by_lost_cameras(bench: Bench) -> None:
    """While no frame is to be expected the watchdog is fed without one, but not while one is being inferred."""
    release = threading.Event()
    bench.sources["front"] = lambda name: BrightnessSource(name, [0], ends=True)
    bench.sources["back"] = lambda name: MissingSource(name, AbsentError("unplugged"))
    bench.document["camera"].append({"name": "back", "source": "synthetic:"})

    class Hanging(BrightnessClassifier):
        def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
            release.wait(patient(20))
            return super().prepare(frame, roi)

    bench.make_classifier = Hanging
    bench.start()
    wait_for(lambda: bench.node.figures().cameras[0].state == "finished")
    fed = bench.notifier.sent.count("WATCHDOG=1")
    time.sleep(1.5)
    assert bench.notifier.sent.count("WATCHDOG=1") == fed
    release.set()


def test_a_reload_leaves_a_camera_running_that_stays_as_it_is(bench: Bench) -> None:
    made: list[BrightnessSource] = []

    def make(name: str) -> FrameSource:
        made.append(BrightnessSource(name, [255]))
        return made[-1]

    bench.sources["front"] = make
    bench.document["view"] = [view("gate")]
    bench.start()
    wait_for(lambda: bench.sink.of("event"))
    bench.document["view"] = [view("gate", threshold_enter=0.7)]
    bench.document["camera"][0]["interval_s"] = 0.01
    bench.reload()
    wait_for(lambda: bench.sink.of("event")[-1].event_type is EventType.START)
    assert [source.is_open for source in made] == [False, True, False]  # each config is tried out with one
    assert ("gate", False) not in bench.sink.of("availability")[2:]
    bench.document["camera"][0]["stall_timeout_s"] = 5.0
    bench.reload()
    wait_for(lambda: made[-1].is_open)
    assert not made[1].is_open
    bench.stop()


class AdjustableSource(BrightnessSource):
    """Can be turned while it runs, but for one turn that it refuses."""

    REFUSED = 180

    def __init__(self, name: str, turn: int) -> None:
        super().__init__(name, [255])
        self.turn = turn

    def adopt(self, other: FrameSource) -> bool:
        assert isinstance(other, AdjustableSource)
        if other.turn == self.REFUSED:
            raise SourceSetupError("no such control")
        self.turn = other.turn
        return True


def test_settings_of_a_camera_are_changed_while_it_runs_or_refused(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    made: dict[str, list[AdjustableSource]] = {"front": [], "back": []}

    def make(camera: CameraConfig, *_: object) -> FrameSource:
        made[camera.name].append(AdjustableSource(camera.name, camera.rotation))
        return made[camera.name][-1]

    def running() -> list[AdjustableSource]:
        return [next(source for source in sources if source.is_open) for sources in made.values()]

    def reload(front: int, back: int) -> None:
        bench.document["camera"][0]["rotation"] = front
        bench.document["camera"][1]["rotation"] = back
        bench.reload()

    bench.make_source = make
    bench.document["camera"].append({"name": "back", "source": "synthetic:"})
    bench.start()
    wait_for(lambda: len(bench.sink.of("state")) > 2)
    first = running()
    reload(front=90, back=0)
    assert [source.turn for source in first] == [90, 0]
    reload(front=270, back=AdjustableSource.REFUSED)
    wait_for(lambda: "reload refused, the running config stays: no such control" in caplog.text)
    assert [source.turn for source in first] == [90, 0]
    reload(front=270, back=90)
    assert [source.turn for source in first] == [270, 90]
    assert running() == first
    bench.stop()
    assert bench.raised is None


def test_undelivered_events_wait_for_the_next_start(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench.delivers = False
    bench.document["view"] = [view("gate")]
    bench.start()
    wait_for(lambda: bench.sink.of("event"))
    bench.stop()
    assert "1 events wait in the spool" in caplog.text


def test_a_rewritten_model_or_password_file_is_taken_over(bench: Bench, tmp_path: Path) -> None:
    model, password = tmp_path / "m.tflite", tmp_path / "password"
    model.write_bytes(b"1")
    password.write_text("one")
    bench.document["model"] = {"name": str(model)}
    bench.document["mqtt"] = {"username": "porch", "password_file": str(password)}
    bench.start()
    first = bench.classifiers[str(model)]
    bench.reload()
    assert bench.classifiers[str(model)] is first
    assert len(bench.sinks) == 1
    model.write_bytes(b"22")
    password.write_text("another")
    bench.reload()
    assert bench.classifiers[str(model)] is not first
    assert first.closed
    assert len(bench.sinks) == 2


@pytest.mark.parametrize("rewritten", ["m.toml", "names.txt", "golden.jpg"])
def test_what_a_models_sidecar_names_is_taken_over_when_rewritten(
    bench: Bench, tmp_path: Path, rewritten: str
) -> None:
    model = tmp_path / "m.tflite"
    model.write_bytes(b"1")
    (tmp_path / "m.toml").write_text('labels = "names.txt"\n[golden]\nimage = "golden.jpg"\nlabel = "a"\n')
    (tmp_path / "names.txt").write_text("a\nb\n")
    (tmp_path / "golden.jpg").write_bytes(b"1")
    bench.document["model"] = {"name": str(model)}
    bench.start()
    first = bench.classifiers[str(model)]
    bench.reload()
    assert bench.classifiers[str(model)] is first
    with (tmp_path / rewritten).open("a") as file:
        file.write("\n")
    bench.reload()
    assert bench.classifiers[str(model)] is not first


class Film(BrightnessSource):
    """Three frames, each of which waits until the one before was taken, and the end."""

    live = False

    def __init__(self, name: str) -> None:
        super().__init__(name, [0, 255, 0], ends=True)


def test_frames_are_counted_once_however_many_views(bench: Bench) -> None:
    bench.sources["front"] = Film
    bench.document["view"] = [view("gate"), view("door")]
    bench.start()
    bench.thread.join(patient(20))
    assert not bench.thread.is_alive()
    assert bench.daemon.health.frames == 3
    assert len(bench.sink.of("result")) == 6


def test_ends_when_all_input_has_ended(bench: Bench) -> None:
    bench.sources["front"] = Film
    bench.document["view"] = [view("gate")]
    bench.start()
    bench.thread.join(patient(20))
    assert not bench.thread.is_alive()
    assert bench.raised is None
    assert bench.daemon.health.frames == 3


def test_long_intervals_widen_the_watchdog(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    bench.document["camera"][0]["interval_s"] = 60
    bench.start()
    bench.stop()
    assert f"WATCHDOG_USEC={(180 + 10 + 20 + 10) * 1_000_000}" in bench.notifier.sent


def test_zoom_on_what_the_views_need(bench: Bench) -> None:
    """The camera reads the part that holds all rois; each roi is then a part of that part."""
    planned: list[Roi] = []

    def make(camera: CameraConfig, _: int, zoom: Roi, *__: object) -> FrameSource:
        planned.append(zoom)
        return BrightnessSource(camera.name, [255])

    bench.make_source = make
    bench.document["camera"][0].update(source="picamera:0", zoom="views")
    bench.document["view"] = [view("gate", roi=[0.25, 0.25, 0.25, 0.25]), view("door", roi=[0.5, 0.5, 0.25, 0.25])]
    bench.start()
    assert set(planned) == {Roi(0.25, 0.25, 0.5, 0.5)}
    wait_for(lambda: len(bench.classifiers["builtin"].seen) > 1)
    assert {roi for _, roi in bench.classifiers["builtin"].seen} == {Roi(0, 0, 0.5, 0.5), Roi(0.5, 0.5, 0.5, 0.5)}
    bench.document["camera"][0].update(zoom=[0.25, 0.25, 0.5, 0.5])
    bench.reload()
    bench.classifiers["builtin"].seen.clear()
    assert planned[-1] == Roi(0.25, 0.25, 0.5, 0.5)
    wait_for(lambda: len(bench.classifiers["builtin"].seen) > 1)
    seen = {roi for _, roi in bench.classifiers["builtin"].seen}
    assert seen == {Roi(0.25, 0.25, 0.25, 0.25), Roi(0.5, 0.5, 0.25, 0.25)}
    bench.stop()
