"""Every command as a subscriber sees it: the real daemon and sink, a real broker, fake cameras and models."""

import json
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import Config
from edgeclassify.daemon.requests.queue import CAPACITY
from edgeclassify.daemon.supervisor import Timing
from edgeclassify.publish.mqtt.link.connection import PahoLink
from edgeclassify.publish.snapshots import Snapshot, SnapshotTaker
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.types import Frame, Roi, ViewState
from tests.daemon.conftest import StartNode
from tests.daemon.nodes import BASE, Node
from tests.support.waiting import patient, wait_for

pytestmark = pytest.mark.broker

TWO_VIEWS = [{"name": "gate", "confirm_s": 0}, {"name": "door", "confirm_s": 0}]
SLOW = [{"name": "front", "source": "synthetic:", "interval_s": 3600}]


def started(node: Node) -> Node:
    """Once the label is in the view."""
    wait_for(lambda: node.events())
    return node


def options(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = node.ask("info")["options"]["gate"]
    return found


def no_frame(timeout_s: float) -> Frame:
    time.sleep(0.02)
    raise NoFrameInTimeError("dark")


def stop_frames(node: Node) -> None:
    node.lamps["front"].read = no_frame  # type: ignore[method-assign]
    time.sleep(0.05)


def rests(node: Node) -> bool:
    """Is nothing classified any more? The frame at hand may still be."""
    time.sleep(0.05)
    seen = node.seen
    time.sleep(0.15)
    return node.seen == seen


# --- what runs here --------------------------------------------------------------------------------------


def test_ping_info_models(start_node: StartNode) -> None:
    node = started(start_node())
    assert node.ask("ping")["ts"].endswith("Z")
    info = node.ask("info")
    assert info["models"] == {"gate": "builtin"}
    assert info["options"] == {"gate": {"enabled": True, "threshold": 0.97, "interval": 0}}
    assert info["session"] == json.loads(node.of(f"{BASE}/info")[-1])["session"]
    assert info["health"]["frames"] > 0
    models = node.ask("models")
    assert models["in_use"] == {"builtin": ["gate"]}
    assert {"name": "builtin", "installed": True} in models["models"]


def test_announced_again_is_all_that_is_retained(start_node: StartNode) -> None:
    node = started(start_node())
    wait_for(lambda: node.of(f"{BASE}/health"))
    asked_at = len(node.observer.received)
    answer = node.ask("announce")
    # The values come before the answer.
    again = {message.topic for message in node.observer.received[asked_at:] if message.retain}
    assert answer == {"topics": len(again)}
    expected = [f"{BASE}/{end}" for end in ("status", "info", "health", "gate/state", "gate/availability")]
    assert again.issuperset([*expected, "homeassistant/device/n/config"])
    assert len(node.events()) == 1


# --- pause and resume ------------------------------------------------------------------------------------


def test_pause_and_resume(start_node: StartNode) -> None:
    node = started(start_node())
    assert node.ask("pause") == {"views": ["gate"], "enabled": False}
    assert rests(node)
    wait_for(lambda: len(node.events()) == 2)
    start, end = node.events()
    assert (end["event_type"], end["id"], end["why"]["reason"]) == ("end", start["id"], "paused")
    wait_for(lambda: node.state()["label"] == "unknown")
    assert node.state()["event_id"] is None
    wait_for(lambda: node.option("enabled") == b"OFF")
    fed = node.notifier.sent.count("WATCHDOG=1")
    wait_for(lambda: node.notifier.sent.count("WATCHDOG=1") > fed + 3)
    assert node.ask("pause") == {"views": ["gate"], "enabled": False}  # again: nothing more to end
    assert node.ask("resume", view="gate") == {"views": ["gate"], "enabled": True}
    wait_for(lambda: len(node.events()) == 3)
    assert node.events()[2]["event_type"] == "start"
    assert node.events()[2]["id"] != start["id"]
    wait_for(lambda: node.state()["label"] == "day" and node.option("enabled") == b"ON")


def test_one_of_two_views_pauses(start_node: StartNode) -> None:
    node = start_node(view=TWO_VIEWS)
    wait_for(lambda: node.events("gate") and node.events("door"))
    assert node.ask("pause", view="door")["views"] == ["door"]
    wait_for(lambda: len(node.events("door")) == 2)
    node.lamps["front"].brightness = 0
    wait_for(lambda: node.state("gate")["label"] == "night")
    assert node.state("door")["label"] == "unknown"
    assert (node.option("enabled", "gate"), node.option("enabled", "door")) == (b"ON", b"OFF")
    assert node.ask("resume")["views"] == ["gate", "door"]


def test_a_view_that_does_not_exist(start_node: StartNode) -> None:
    node = start_node(view=TWO_VIEWS)
    expected = "view: expected one of gate, door, found 'gaet'. Did you mean \"gate\"?"
    for command in ("pause", "resume", "classify_now", "snapshot"):
        assert node.refused(command, view="gaet") == expected
    assert node.refused("classify_now") == "view: expected one of gate, door, found null"


# --- classify_now ----------------------------------------------------------------------------------------


def test_classify_now(start_node: StartNode) -> None:
    node = started(start_node())
    node.lamps["front"].brightness = 204
    wait_for(lambda: node.ask("classify_now")["top"][0]["score"] == 0.8)
    found = node.ask("classify_now", view="gate")
    assert found["top"] == [{"label": "day", "score": 0.8}, {"label": "night", "score": 0.2}]
    assert (found["view"], found["ms"]) == ("gate", 0.3)


def test_classify_now_while_paused_changes_nothing(start_node: StartNode) -> None:
    node = started(start_node())
    node.ask("pause")
    wait_for(lambda: len(node.events()) == 2)
    assert node.ask("classify_now")["top"][0]["label"] == "day"
    assert rests(node)
    assert len(node.events()) == 2
    assert node.state()["label"] == "unknown"


def test_classify_now_does_not_wait_for_the_interval(start_node: StartNode) -> None:
    node = started(start_node(camera=SLOW))
    transactions = [node.post("classify_now") for _ in range(5)]
    node.lamps["front"].brightness = 0
    for transaction in transactions:
        assert node.answer_to(transaction)["status"] == "ok"
    assert rests(node)


def test_a_frame_that_does_not_come(start_node: StartNode) -> None:
    node = started(start_node(timing=Timing(look_timeout_s=0.2)))
    stop_frames(node)
    assert node.refused("classify_now") == "view gate: no frame within 0.2 s"
    assert node.ask("ping")


def test_a_frame_that_can_not_be_classified(start_node: StartNode) -> None:
    node = started(start_node())
    assert node.eye is not None
    node.eye.broken = "builtin.tflite: the interpreter broke"
    assert node.refused("classify_now") == "builtin.tflite: the interpreter broke"
    node.eye.broken = None
    assert node.ask("classify_now")["view"] == "gate"


# --- snapshot --------------------------------------------------------------------------------------------


def test_snapshot(start_node: StartNode) -> None:
    node = started(start_node(snapshot={"mqtt": True, "disk": True, "on": []}))
    found = node.ask("snapshot")
    assert found["published"] is True
    path = Path(found["path"])
    assert path.is_relative_to(node.folder / "snapshots" / "gate")
    assert path.read_bytes()[:2] == b"\xff\xd8"
    wait_for(lambda: node.of("/gate/snapshot"))
    (picture,) = node.of("/gate/snapshot")
    assert picture[:2] == b"\xff\xd8"
    assert found["bytes"] == len(picture)
    assert found["view"] == "gate"


def test_no_snapshot_where_none_is_wanted(start_node: StartNode) -> None:
    node = started(start_node())
    assert "snapshot.mqtt and snapshot.disk are false" in node.refused("snapshot")


def test_a_fault_in_the_taking_of_a_picture_is_an_answer(
    start_node: StartNode,
) -> None:
    class Clumsy(SnapshotTaker):
        def take_now(self, frame: Frame, roi: Roi, state: ViewState) -> Snapshot:
            raise MemoryError("no room for a picture")

    def snapshots(config: Config, publish: Callable[[str, bytes], None]) -> SnapshotTaker:
        return Clumsy(config=config.snapshot, folder=None, publish=publish)

    node = started(start_node(snapshot={"mqtt": True}, snapshots=snapshots))
    assert node.refused("snapshot") == "MemoryError: no room for a picture"
    assert node.ask("ping")


# --- reload ----------------------------------------------------------------------------------------------


def test_reload(start_node: StartNode) -> None:
    node = started(start_node())
    node.document["view"] = TWO_VIEWS
    assert node.ask("reload") == {"views": ["gate", "door"]}
    wait_for(lambda: node.events("door"))
    assert node.ask("classify_now", view="door")["view"] == "door"


@pytest.fixture
def slow_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    opens = PahoLink.open

    def open_slowly(link: PahoLink, timeout_s: float) -> None:
        time.sleep(0.3)
        opens(link, timeout_s)

    monkeypatch.setattr(PahoLink, "open", open_slowly)


@pytest.mark.usefixtures("slow_to_connect")
def test_what_the_first_frame_shows_is_live(start_node: StartNode) -> None:
    """After the start, and after a reload over a new connection."""
    node = started(start_node())
    node.document["view"] = TWO_VIEWS
    node.ask("reload")
    wait_for(lambda: node.events("door"))
    assert not node.of("/history")


def test_a_reload_over_a_new_connection_is_answered_once(start_node: StartNode) -> None:
    node = started(start_node())
    node.document["mqtt"]["heartbeat_s"] = 77
    before = [node.post("ping") for _ in range(5)]
    reload = node.post("reload")
    for transaction in (*before, reload):
        assert node.answer_to(transaction)["status"] == "ok"
    assert node.of(f"{BASE}/status")[-2:] == [b"offline", b"online"]
    assert node.ask("ping")
    assert len(node.answers(reload)) == 1


def test_a_refused_reload_says_why_and_all_goes_on(start_node: StartNode) -> None:
    node = started(start_node())
    before = node.document
    node.document = {**before, "model": {"name": "broken"}}
    error = node.refused("reload")
    assert error.startswith("reload refused, the running config stays: broken: expected a model's name")
    node.document = {**before, "nonsense": 1}
    assert "nonsense" in node.refused("reload")
    node.document = before
    assert node.ask("classify_now")["view"] == "gate"


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://bob:s3cr3tPw/stream",
        "v4l2:rtsp://bob:s3cr3tPw@camera/x",
        "images:http:/bob:s3cr3tPw@camera/x.jpg",
        "http://bob:x@s3cr3tPw#y@camera/",
        "bob:s3cr3tPw",
        "rtsp//bob:s3cr3tPw@camera",
    ],
)
def test_no_answer_and_no_health_quotes_a_password(
    source: str, start_node: StartNode, caplog: pytest.LogCaptureFixture
) -> None:
    node = started(start_node())
    node.document["camera"] = [*node.document["camera"], {"name": "net", "source": source}]
    error = node.refused("reload")
    assert "camera[1].source" in error
    node.ask("info")
    assert "s3cr3tPw" not in str([m.payload for m in node.observer.received])
    assert "s3cr3tPw" not in caplog.text


def test_a_password_file_that_became_useless_leaves_the_connection(start_node: StartNode, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("secret")
    password.chmod(0o600)

    def prepare(node: Node) -> None:
        node.document["mqtt"] |= {"username": "porch", "password_file": str(password)}

    node = started(start_node(prepare))
    password.write_text("")
    node.document["node"] = {"name": "another"}  # whose topics are not ours, as long as this is refused
    error = node.refused("reload")
    del node.document["node"]
    known = json.loads((node.folder / "published.json").read_text())["topics"]
    assert all(topic.startswith((BASE, "homeassistant/device/n/")) for topic in known)
    assert "password" in error
    assert "found it empty" in error
    assert b"offline" not in node.of(f"{BASE}/status")
    assert node.ask("classify_now")["view"] == "gate"
    password.write_text("another")
    assert node.ask("reload")["views"] == ["gate"]


def test_a_view_that_the_config_switches_off_is_unknown(start_node: StartNode) -> None:
    first = started(start_node())
    wait_for(lambda: first.state()["label"] == "day")
    first.stop()
    second = start_node(view=[{"name": "gate", "confirm_s": 0, "enabled": False}])
    wait_for(lambda: second.state()["label"] == "unknown")
    assert second.seen == 0
    second.document["mqtt"]["heartbeat_s"] = 77  # another connection
    second.ask("reload")
    assert second.state()["label"] == "unknown"


def test_what_waits_for_a_frame_of_a_view_that_a_reload_removes_is_told(start_node: StartNode) -> None:
    node = started(start_node(view=TWO_VIEWS))
    stop_frames(node)
    waiting = node.post("classify_now", view="door")
    node.ask("ping")
    node.document["view"] = TWO_VIEWS[:1]
    node.ask("reload")
    assert node.answer_to(waiting)["error"] == "view: expected one of gate, found door"


def test_a_request_for_a_view_that_a_reload_removed(start_node: StartNode) -> None:
    node = start_node(view=TWO_VIEWS)
    wait_for(lambda: node.events("door"))
    node.document["view"] = TWO_VIEWS[:1]
    reload, pause = node.post("reload"), node.post("pause", view="door")
    assert node.answer_to(reload)["status"] == "ok"
    assert node.answer_to(pause)["error"].startswith("view: expected one of gate, found")


# --- set -------------------------------------------------------------------------------------------------


def test_set_the_threshold(start_node: StartNode) -> None:
    node = started(start_node(view=[{"name": "gate", "confirm_s": 0, "filter": "none"}]))
    node.lamps["front"].brightness = 127  # night 0.502
    wait_for(lambda: node.ask("classify_now")["top"][0]["score"] < 0.51)
    found = node.ask("set", option="threshold", value=0.5)
    assert found == {"view": "gate", "option": "threshold", "value": 0.5}
    wait_for(lambda: node.state()["label"] == "night")
    wait_for(lambda: node.option("threshold") == b"0.5")
    node.set_option("threshold", "0.9")
    wait_for(lambda: node.option("threshold") == b"0.9")
    wait_for(lambda: node.state()["label"] == "unknown")


def test_a_threshold_below_the_exit_is_refused_once(
    start_node: StartNode, caplog: pytest.LogCaptureFixture
) -> None:
    node = started(start_node(view=[{"name": "gate", "confirm_s": 0, "threshold_exit": 0.4}]))
    error = node.refused("set", option="threshold", value=0.3)
    assert error == "view gate: expected a threshold of at least threshold_exit (0.4), found 0.3"
    node.set_option("threshold", "0.2")
    wait_for(lambda: "view gate, threshold: not set" in caplog.text)
    node.ask("ping")
    assert set(node.of("/gate/threshold/state")) == {b"0.97"}  # what it still is
    assert node.ask("info")["options"]["gate"]["threshold"] == 0.97
    assert not (node.folder / "options.json").exists()


def test_set_enabled(start_node: StartNode) -> None:
    node = started(start_node())
    node.set_option("enabled", "OFF")
    wait_for(lambda: node.option("enabled") == b"OFF")
    assert rests(node)
    wait_for(lambda: len(node.events()) == 2)
    assert node.ask("set", option="enabled", value=True)["value"] is True
    wait_for(lambda: len(node.events()) == 3 and node.option("enabled") == b"ON")


def test_set_a_longer_interval(start_node: StartNode) -> None:
    node = started(start_node())
    assert node.ask("set", option="interval", value=3600)["value"] == 3600
    wait_for(lambda: node.option("interval") == b"3600")
    wait_for(lambda: rests(node))


@pytest.mark.parametrize("seen_meanwhile", [0, 4])
def test_a_shorter_interval_holds_at_once(start_node: StartNode, seen_meanwhile: int) -> None:
    node = started(start_node(camera=SLOW))
    for _ in range(seen_meanwhile):  # each of these frames is classified between two intervals
        node.ask("classify_now")
    assert rests(node)
    node.set_option("interval", "0.02")
    seen = node.seen
    wait_for(lambda: node.seen > seen + 5, 3)


def test_looks_between_two_intervals_do_not_put_off_the_next(start_node: StartNode) -> None:
    camera = [{"name": "front", "source": "synthetic:", "interval_s": 0.6}]
    node = started(start_node(camera=camera))
    for _ in range(5):
        node.ask("classify_now")
    seen = node.seen
    wait_for(lambda: node.seen > seen, 1.5, is_tested=True)


def test_options_survive_a_restart(start_node: StartNode) -> None:
    first = started(start_node())
    for option, value in (("threshold", 0.9), ("interval", 0.02), ("enabled", False)):
        first.ask("set", option=option, value=value)
    first.stop()
    second = start_node()
    assert options(second) == {"enabled": False, "threshold": 0.9, "interval": 0.02}
    assert (second.option("threshold"), second.option("enabled")) == (b"0.9", b"OFF")
    assert rests(second)
    second.ask("set", option="enabled", value=True)
    started(second).stop()
    assert options(start_node()) == {"enabled": True, "threshold": 0.9, "interval": 0.02}


def test_the_configs_newer_word_wins(start_node: StartNode) -> None:
    first = started(start_node())
    first.ask("set", option="threshold", value=0.9)
    first.ask("set", option="interval", value=0.05)
    first.stop()
    newer = [{"name": "gate", "confirm_s": 0, "threshold_enter": 0.7}]
    second = start_node(view=newer)
    assert options(second) == {"enabled": True, "threshold": 0.7, "interval": 0.05}
    second.stop()
    assert options(start_node())["threshold"] == 0.97  # it was forgotten for good


def test_options_are_not_kept_where_the_config_says_so(start_node: StartNode) -> None:
    first = started(start_node(commands={"keep_options": False}))
    first.ask("set", option="threshold", value=0.9)
    first.stop()
    assert options(start_node(commands={"keep_options": False}))["threshold"] == 0.97


def test_a_kept_threshold_below_a_new_exit_does_not_keep_the_daemon_from_starting(
    start_node: StartNode, caplog: pytest.LogCaptureFixture
) -> None:
    first = started(start_node())
    first.ask("set", option="threshold", value=0.45)
    first.stop()
    raised = [{"name": "gate", "confirm_s": 0, "threshold_exit": 0.5}]
    second = start_node(view=raised)
    assert options(second)["threshold"] == 0.97
    assert "at least threshold_exit (0.5), found 0.45" in caplog.text


# --- too much, and the end -------------------------------------------------------------------------------


def test_more_requests_than_the_config_allows(start_node: StartNode) -> None:
    node = started(start_node(commands={"per_minute": 10}))
    transactions = [node.post("ping") for _ in range(15)]
    errors = [node.answer_to(transaction)["error"] for transaction in transactions]
    taken = errors.count(None)
    assert 0 < taken < 10  # the node was asked before
    assert errors[:taken] == [None] * taken
    assert all("commands.per_minute" in error for error in errors[taken:])


def test_more_requests_than_a_busy_daemon_can_keep(start_node: StartNode) -> None:
    node = started(start_node(commands={"per_minute": 6000}))
    release = threading.Event()
    load = node.load

    def slow() -> Config:
        release.wait(patient(5))
        return load()

    node.load = slow  # type: ignore[method-assign]
    transactions = [node.post("reload"), *(node.post("ping") for _ in range(CAPACITY + 10))]
    wait_for(lambda: node.answers(transactions[-1]))
    release.set()
    answers = [node.answer_to(transaction) for transaction in transactions]
    refused = [answer for answer in answers if answer["error"] is not None]
    assert len(refused) in (9, 10, 11)
    assert all("the daemon is busy" in answer["error"] for answer in refused)


def test_hundreds_of_commands_between_frames_leave_events_in_order(start_node: StartNode) -> None:
    node = start_node(view=TWO_VIEWS, commands={"per_minute": 6000}, node={"resume_s": 0})
    chance = random.Random(4)
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("pause", {}), ("resume", {}), ("classify_now", {}), ("set", {"option": "enabled", "value": True}),
        ("set", {"option": "enabled", "value": False}), ("set", {"option": "threshold", "value": 0.9}),
        ("set", {"option": "threshold", "value": 0.6}), ("set", {"option": "interval", "value": 0}),
        ("reload", {}),
    ]  # fmt: skip
    transactions = []
    for number in range(200):
        node.lamps["front"].brightness = chance.choice([0, 100, 255])
        command, body = chance.choices(kinds, [4, 6, 4, 2, 1, 1, 2, 1, 0 if number % 50 else 100])[0]
        transactions.append(node.post(command, **body, **({} if command == "reload" else {"view": "gate"})))
        time.sleep(chance.choice([0, 0.005]))
    for transaction in transactions:
        error = node.answer_to(transaction)["error"]
        assert error is None or "the daemon is busy" in error  # because of a reload
    node.stop()
    wait_for(lambda: node.of(f"{BASE}/status")[-1] == b"offline")  # the last that it says
    for view in ("gate", "door"):
        open_id = None
        for event in node.events(view):
            assert (event["event_type"] == "start") is (open_id is None)
            assert open_id in (None, event["id"])
            open_id = None if event["event_type"] == "end" else event["id"]
        assert open_id is None
    numbers = [json.loads(payload)["seq"] for payload in node.of("/event")]  # of both views, as they came
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(node.events("gate")) > 20


def test_requests_during_the_stop_are_answered(start_node: StartNode) -> None:
    node = started(start_node(commands={"per_minute": 6000}))
    asked: list[int] = []

    def while_stopping() -> None:
        for command in ("ping", "classify_now", "pause"):
            asked.append(node.post(command))
        time.sleep(0.2)  # they reach the node while it still waits for this camera

    node.lamps["front"].on_close = while_stopping
    began = time.monotonic()
    node.stop()
    assert time.monotonic() - began < 3
    assert len(asked) == 3
    for transaction in asked:
        assert "stops" in node.answer_to(transaction)["error"]
    wait_for(lambda: node.of(f"{BASE}/status")[-1] == b"offline")
    assert [event["event_type"] for event in node.events()] == ["start"]  # it goes on after the next start


def test_what_waits_for_a_frame_is_answered_at_the_stop(start_node: StartNode) -> None:
    node = started(start_node())
    stop_frames(node)
    waiting = node.post("classify_now")
    node.ask("ping")
    node.stop()
    assert "the daemon stops" in node.answer_to(waiting)["error"]


def test_a_reload_that_renames_the_node_is_answered_where_it_was_asked(start_node: StartNode) -> None:
    node = started(start_node())
    node.document["node"] = {"name": "another"}
    assert node.ask("reload")["views"] == ["gate"]


def test_paused_stays_paused_over_a_reload_and_resumed_over_a_restart(start_node: StartNode) -> None:
    node = started(start_node())
    node.ask("pause", view="gate")
    node.document["view"] = [{"name": "gate", "confirm_s": 0, "top": 2}]
    node.ask("reload")
    assert node.ask("info")["options"]["gate"]["enabled"] is False
    node.ask("set", view="gate", option="enabled", value=False)
    node.ask("resume")
    node.stop()
    again = start_node(view=[{"name": "gate", "confirm_s": 0, "top": 2}])
    wait_for(lambda: again.of(f"{BASE}/gate/state") and again.state()["label"] == "day")
    assert again.ask("info")["options"]["gate"]["enabled"] is True
