"""Threads that hang: systemd hears no more that all is well, and a stop is obeyed all the same."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edgeclassify.broker.backoff import Backoff
from edgeclassify.config import Config, MqttConfig, SnapshotConfig
from edgeclassify.contract.layout import Layout
from edgeclassify.contract.topics import Topics
from edgeclassify.daemon.process.stop_budget import STOP_BUDGET_S
from edgeclassify.daemon.process.watchdog import SAID_AFTER_S, Watchdog
from edgeclassify.daemon.supervisor import Timing
from edgeclassify.errors import AbsentError, ExitStatus, FreshProcessError
from edgeclassify.publish.mqtt import delivery
from edgeclassify.publish.mqtt.serving import Serving
from edgeclassify.publish.mqtt.sink import MqttSink
from edgeclassify.publish.snapshots.taker import SnapshotTaker
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.pulse import Pulse
from edgeclassify.systemd import Notifier
from tests.daemon.bench import Bench, view
from tests.daemon.conftest import StartNode
from tests.support.broker import HOST, Mosquitto
from tests.support.notifier import RecordingNotifier
from tests.support.sources import MissingSource
from tests.support.waiting import patient, wait_for

LATE_S = 0.3
"""What the limits are set to here."""


class Manager:
    """A socket as systemd's, which hears all that the production notifier says."""

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self._fed = 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while message := self._socket.recv(4096):
            self._fed += message == b"WATCHDOG=1"

    def feeds(self, seconds: float) -> int:
        """How often it is fed in the time that begins now."""
        before = self._fed
        time.sleep(seconds)
        return self._fed - before

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.sendto(b"", self.address)
        self._thread.join()
        self._socket.close()


class Telling(RecordingNotifier):
    """Tells the manager what it keeps."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._notifier = Notifier(address)

    def send(self, *lines: str) -> None:
        super().send(*lines)
        self._notifier.send(*lines)


@pytest.fixture
def bench(manager: Manager, tmp_path: Path) -> Iterator[Bench]:
    """Its notifier tells the manager; `LATE_S` holds for the main loop."""
    timing = Timing(main_limit_s=LATE_S, maintenance_s=0.1)
    made = Bench(tmp_path, notifier=Telling(manager.address), timing=timing)
    yield made
    if made.thread.is_alive():
        made.stop()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(tmp_path / "notify")
    yield made
    made.close()


@pytest.fixture
def hold() -> Iterator[threading.Event]:
    """What a hanging thread waits for."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def started(bench: Bench) -> Callable[[], Bench]:
    """Starts the bench's daemon."""

    def start() -> Bench:
        bench.thread.start()
        wait_for(lambda: bench.sinks and bench.sink.of("health"))
        return bench

    return start


def test_a_pulse_is_late_when_it_has_not_moved_in_the_time_that_it_gave() -> None:
    now = 0.0
    pulse = Pulse(lambda: now)
    now = 1e9
    assert not pulse.late  # nothing was promised yet
    pulse.beat(2.0)
    now += 2.0
    assert not pulse.late
    now += 0.1
    assert pulse.late
    pulse.beat(1.0)
    assert not pulse.late
    now += 1.5
    pulse.rest()
    assert not pulse.late


def test_a_hang_of_some_length_is_said_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    now = 0.0
    late: list[str] = []
    fed: list[float] = []
    dog = Watchdog(lambda: fed.append(now), lambda: late, lambda: now)

    def feed(*seconds: float) -> list[str]:
        nonlocal now
        for second in seconds:
            now = second
            dog.feed()
        said = [record.message.partition(",")[0] for record in caplog.records]
        caplog.clear()
        return said

    assert feed(0.0) == []
    late.append("delivery")
    assert feed(1.0, 1.0 + SAID_AFTER_S - 0.1) == []
    late.clear()
    assert feed(7.0) == []  # a slow disk
    late.append("delivery")
    assert feed(8.0, 8.0 + SAID_AFTER_S, 20.0) == ["delivery: hangs"]
    late.clear()
    assert feed(21.0, 22.0) == ["all threads move again"]
    assert fed == [0.0, 7.0, 21.0, 22.0]


def test_a_main_loop_that_hangs_is_seen_while_frames_go_on(
    started: Callable[[], Bench], manager: Manager, hold: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = started()
    assert manager.feeds(0.5) > 5
    monkeypatch.setattr(running.running.cameras, "watch", lambda: hold.wait(patient(20)))
    time.sleep(LATE_S + 0.2)
    seen = running.daemon.health.frames
    assert manager.feeds(0.7) == 0
    assert running.daemon.health.frames > seen + 10
    hold.set()
    wait_for(lambda: manager.feeds(0.3) > 5)


def test_a_delivery_that_hangs_is_seen_while_frames_go_on(started: Callable[[], Bench], manager: Manager) -> None:
    running = started()
    assert manager.feeds(0.3) > 5
    running.sink.hangs = "delivery"
    assert manager.feeds(0.5) <= 1
    running.sink.hangs = ""
    assert manager.feeds(0.3) > 5


def test_a_delivery_that_hangs_is_seen_while_no_frame_is_to_be_expected(
    started: Callable[[], Bench],
    bench: Bench,
    manager: Manager,
) -> None:
    bench.sources["front"] = lambda name: MissingSource(name, AbsentError("unplugged"))
    started()
    assert manager.feeds(1.0) >= 3
    bench.sink.hangs = "delivery"
    assert manager.feeds(0.7) <= 1


def test_snapshots_that_hang_are_seen(
    started: Callable[[], Bench],
    bench: Bench,
    manager: Manager,
    hold: threading.Event,
) -> None:
    def publish(view: str, jpeg: bytes) -> None:
        hold.wait(patient(20))

    def make(*, config: SnapshotConfig, **_: object) -> SnapshotTaker:
        return SnapshotTaker(config=config, folder=None, publish=publish, turn_limit_s=LATE_S)

    bench.make_taker = make
    bench.document["snapshot"] = {"mqtt": True}
    bench.document["view"] = [view("gate")]
    started()
    wait_for(lambda: bench.sink.of("event"))
    time.sleep(LATE_S + 0.1)
    assert manager.feeds(0.5) == 0
    hold.set()
    wait_for(lambda: manager.feeds(0.3) > 5)


def test_a_reload_may_take_longer_than_a_turn(started: Callable[[], Bench], manager: Manager) -> None:
    running = started()
    loads, load = threading.Event(), running.load

    def slow() -> Config:
        loads.set()
        time.sleep(3 * LATE_S + 0.5)
        return load()

    running.load = slow  # type: ignore[method-assign]
    running.daemon.request_reload()
    assert loads.wait(patient(5))
    time.sleep(LATE_S + 0.1)
    assert manager.feeds(0.4) > 5


# --- the delivery thread -------------------------------------------------------------------------------


@pytest.mark.broker
def test_the_delivery_thread_beats_with_each_turn(
    start_node: StartNode, hold: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "TURN_LIMIT_S", 2.0)
    node = start_node()
    time.sleep(2.5)
    assert node.daemon.running is not None
    sink = node.daemon.running.current_sink.sink
    assert not sink.hangs
    monkeypatch.setattr(Serving, "turn", lambda *_: hold.wait(patient(20)))
    wait_for(lambda: sink.hangs, 5)
    fed = node.notifier.sent.count("WATCHDOG=1")
    time.sleep(0.5)
    assert node.notifier.sent.count("WATCHDOG=1") <= fed + 1
    begin = time.monotonic()
    node.stop()
    assert time.monotonic() - begin < STOP_BUDGET_S + 1


@pytest.mark.broker
@pytest.mark.parametrize("answers", [False, True])
def test_a_broker_that_went_away_is_no_hang(
    answers: bool, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the pause between two attempts nor an attempt as long as its own limits. `answers`: to TCP alone."""
    monkeypatch.setattr(delivery, "TURN_LIMIT_S", 1.5)
    config = MqttConfig(host=HOST, port=broker.port)
    sink = MqttSink(
        config=config,
        layout=Layout(Topics("e", "n"), ()),
        spool=MemorySpool(),
        backoff=Backoff(uniform=lambda *_: 0.05 if answers else 3.0),
    )
    sink.start()
    wait_for(lambda: sink.connected)
    broker.stop(kill=True)
    silent = socket.create_server((HOST, broker.port)) if answers else None
    late = []
    deadline = time.monotonic() + 4
    while time.monotonic() < deadline:
        late.append(sink.hangs)
        time.sleep(0.05)
    sink.stop(1.0)
    if silent is not None:
        silent.close()
    assert not any(late)
    assert not sink.hangs


# --- cameras that nobody looks at -----------------------------------------------------------------------


@pytest.fixture
def with_a_camera_without_a_view(bench: Bench) -> Bench:
    bench.document["camera"].append({"name": "spare", "source": "synthetic:"})
    bench.document["view"] = [view("gate", camera="front")]
    return bench


def test_a_camera_without_a_view_stays_closed(
    with_a_camera_without_a_view: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    running = with_a_camera_without_a_view
    running.start()
    wait_for(lambda: running.sink.of("event"))
    assert [camera.name for camera in running.node.figures().cameras] == ["front"]
    assert "camera spare: no view looks at it" in caplog.text
    running.document["view"].append(view("yard", camera="spare"))
    running.reload()
    wait_for(lambda: ("yard", True) in running.sink.of("availability"))
    running.document["view"].pop()
    running.reload()
    assert [camera.name for camera in running.node.figures().cameras] == ["front"]


def test_a_camera_without_a_view_is_no_reason_to_wait_with_a_fresh_process(
    with_a_camera_without_a_view: Bench,
) -> None:
    running = with_a_camera_without_a_view
    running.sources["front"] = MissingSource
    running.document["camera"][0]["restart_attempts"] = 0
    running.start()
    running.thread.join(patient(5))
    assert isinstance(running.raised, FreshProcessError)


def test_a_camera_without_a_view_does_not_end_the_feeding(
    with_a_camera_without_a_view: Bench, started: Callable[[], Bench], manager: Manager
) -> None:
    with_a_camera_without_a_view.sources["front"] = lambda name: MissingSource(name, AbsentError("unplugged"))
    started()
    assert manager.feeds(1.0) >= 3


# --- a stop all the same ---------------------------------------------------------------------------------

HANGING = """
import sys, threading, time
from pathlib import Path
from edgeclassify.config import parse_config
from edgeclassify.daemon import Daemon
from edgeclassify.daemon.process import signals
from tests.support.notifier import RecordingNotifier
from tests.support.sinks import RecordingSink

class Hanging(RecordingSink):
    def publish_health(self, health):  # called in the main thread
        super().publish_health(health)
        print("hangs", flush=True)
        {hang}

signals.STOP_PATIENCE_S = 2.0
camera = {{"name": "front", "source": "synthetic:"}}
document = {{"camera": [camera], "node": {{"name": "n", "state_dir": sys.argv[1]}}}}
config = parse_config(document, "test", Path("."))
daemon = Daemon(lambda: config, make_sink=lambda *_: Hanging())
try:
    daemon.run()
finally:
    print("ended", flush=True)
"""


@pytest.mark.parametrize(
    ("hang", "status", "words"),
    [
        ("threading.Lock().acquire() and threading.Event().wait()", ExitStatus.SOFTWARE, "publish_health"),
        ("while time.sleep(0.01) is None: pass", ExitStatus.SOFTWARE, "publish_health"),
        ("pass", ExitStatus.OK, "ended"),
    ],
)
def test_a_stop_is_obeyed_whatever_the_main_thread_does(
    hang: str, status: ExitStatus, words: str, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HANGING.format(hang=hang), str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert process.stdout is not None
    assert "hangs\n" in iter(process.stdout.readline, "")
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    said = process.stdout.read()
    assert process.wait(patient(10)) == status, said
    assert time.monotonic() - begin < 5
    assert words in said
