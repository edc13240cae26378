"""The service as systemd runs it: a process of its own, a real broker, a real model, signals and notifications."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edgeclassify.errors import ExitStatus
from tests.fakes import wait_for
from tests.publish.brokers import Mosquitto, Observer, mosquitto_path

pytestmark = pytest.mark.broker


class Service:
    """`edgeclassify run` with a config of the test's own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.config = folder / "edgeclassify.toml"
        self.log = folder / "log"
        self.photos = folder / "photos"
        self.photos.mkdir()
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(folder / "notify"))
        self.manager.settimeout(0.5)
        for i in range(3):
            noise = np.random.default_rng(i).integers(0, 255, (120, 160, 3), np.uint8)
            cv2.imwrite(str(self.photos / f"{i}.png"), noise)
        self.write()

    def write(self, **changes: Any) -> None:
        """The config; `changes` replace keys of the camera table, or `raw` the whole text."""
        camera = {"source": "images:photos", "interval_s": 0.05, "loop": True, **changes}
        raw = camera.pop("raw", None)
        lines = [f"{key} = {json.dumps(value)}" for key, value in camera.items()]
        text = (
            f'[node]\nname = "porch"\nstate_dir = "state"\n[mqtt]\nhost = "127.0.0.1"\nport = {self.port}\n'
            '[[camera]]\nname = "front"\n' + "\n".join(lines) + "\n"
            # Noise is nothing that a model knows: with this threshold whatever is best enters at once.
            '[[view]]\nname = "gate"\nthreshold_enter = 0.01\nthreshold_exit = 0.001\nconfirm_s = 0\n'
        )
        self.config.write_text(raw if raw is not None else text)

    def start(self) -> "Service":
        environment = {**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify"), "WATCHDOG_USEC": "90000000"}
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "edgeclassify", "run", "--config", str(self.config)]
            self.process = subprocess.Popen(command, env=environment, stderr=log, stdout=log)
        return self

    def told(self, wanted: str) -> str:
        """The next notification that begins so."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                if (text := self.manager.recv(4096).decode()).startswith(wanted):
                    return text
            assert self.process is not None
            assert self.process.poll() is None, self.lines()
        raise AssertionError(f"no {wanted} within 20 s: {self.lines()}")

    def end(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Exit status after a signal, and the seconds that it took."""
        assert self.process is not None
        started = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(20), time.monotonic() - started

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    if mosquitto_path() is None:
        pytest.skip("no mosquitto here: sudo apt install mosquitto")
    made = Mosquitto(tmp_path).start()
    yield made
    made.stop()


@pytest.fixture
def service(tmp_path: Path, broker: Mosquitto) -> Iterator[Service]:
    made = Service(tmp_path, broker.port)
    yield made
    made.manager.close()
    if made.process is not None:
        with contextlib.suppress(ProcessLookupError):
            made.process.kill()
        made.process.wait()


@pytest.fixture
def observer(broker: Mosquitto) -> Iterator[Observer]:
    made = Observer(broker.port).start()
    yield made
    made.stop()


def test_sigterm_says_goodbye_and_loses_nothing(service: Service, observer: Observer) -> None:
    service.start().told("READY=1")
    service.told("WATCHDOG=1")
    wait_for(lambda: observer.of("gate/event"))
    status, seconds = service.end()
    assert status == ExitStatus.OK, service.lines()
    assert seconds < 2
    wait_for(lambda: observer.of("porch/status")[-1:] == [b"offline"])
    events = [json.loads(payload) for payload in observer.of("gate/event") + observer.of("gate/history")]
    assert sorted(event["seq"] for event in events) == list(range(1, len(events) + 1))
    starts = [event["id"] for event in events if event["event_type"] == "start"]
    ends = [event["id"] for event in events if event["event_type"] == "end"]
    assert sorted(starts) == sorted(ends)
    state = json.loads(observer.of("gate/state")[0])
    assert state["v"] == 1
    assert observer.of("gate/availability")[-1] == b"online"


def test_event_numbers_go_on_after_a_kill(service: Service, observer: Observer) -> None:
    service.start().told("WATCHDOG=1")
    wait_for(lambda: observer.of("gate/event"))
    service.end(signal.SIGKILL)
    wait_for(lambda: observer.of("porch/status")[-1:] == [b"offline"])  # the will
    before = max(json.loads(payload)["seq"] for payload in observer.of("gate/event"))
    seen = len(observer.of("gate/event"))
    service.start().told("WATCHDOG=1")
    wait_for(lambda: len(observer.of("gate/event")) > seen)
    assert json.loads(observer.of("gate/event")[seen])["seq"] > before
    assert service.end()[0] == ExitStatus.OK


def test_reload_takes_a_good_config_and_refuses_a_bad_one(service: Service, observer: Observer) -> None:
    service.start().told("READY=1")
    good = service.config.read_text()
    service.write(raw=good.replace('name = "gate"', 'name = "yard"'))
    assert service.process is not None
    service.process.send_signal(signal.SIGHUP)
    service.told("RELOADING=1")
    service.told("READY=1")
    wait_for(lambda: observer.of("yard/state"))
    wait_for(lambda: observer.of("gate/state")[-1] == b"")  # the retained topics of the old view are gone
    service.write(raw=good.replace("interval_s", "intervall_s"))
    service.process.send_signal(signal.SIGHUP)
    service.told("RELOADING=1")
    service.told("READY=1")
    service.told("WATCHDOG=1")  # the old config keeps running
    refusals = [line for line in service.lines() if "reload refused" in line]
    assert len(refusals) == 1
    assert any('Did you mean "interval_s"?' in line for line in service.lines())
    assert service.end()[0] == ExitStatus.OK


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"source": "v4l2:/dev/video97", "restart_attempts": 1}, ExitStatus.UNAVAILABLE, "/dev/video97"),
        ({"source": "images:nowhere"}, ExitStatus.NO_INPUT, "nothing there"),
        ({"source": "images:edgeclassify.toml"}, ExitStatus.DATA, "edgeclassify.toml"),
        ({"source": "picamera:0", "restart_attempts": 0}, ExitStatus.UNAVAILABLE, "python3-picamera2"),
        ({"interval_s": -1}, ExitStatus.CONFIG, "camera[0].interval_s"),
        ({"raw": "["}, ExitStatus.CONFIG, "not valid TOML"),
    ],
)
def test_what_can_not_work_ends_with_one_message_and_its_status(
    service: Service, changes: dict[str, Any], status: ExitStatus, words: str
) -> None:
    if "picamera" in str(changes.get("source")):
        with contextlib.suppress(ImportError):
            import picamera2  # noqa: F401

            pytest.skip("picamera2 is installed here")
    service.write(**changes)
    assert service.start().process is not None
    assert service.process is not None
    assert service.process.wait(30) == status, service.lines()
    assert words in service.log.read_text()
    assert "Traceback" not in service.log.read_text()
    assert sum(line.startswith("edgeclassify: ") for line in service.lines()) == 1


def test_a_dead_broker_is_reported_once_and_the_daemon_works_on(service: Service, broker: Mosquitto) -> None:
    broker.stop()
    service.start().told("READY=1")
    for _ in range(40):  # two seconds of frames
        service.told("WATCHDOG=1")
    assert sum("broker" in line for line in service.lines()) == 1, service.lines()
    status, seconds = service.end()
    assert status == ExitStatus.OK
    assert seconds < 2
