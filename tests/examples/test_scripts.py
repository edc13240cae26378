"""The example programs of docs/examples, at a real broker, with the real messages."""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edgeclassify.contract import bodies
from edgeclassify.contract.outgoing import OFF, ON
from edgeclassify.types import UNKNOWN, Event, EventType, Reason, ViewState, Why
from tests.support.broker import HOST, Mosquitto, Observer
from tests.support.waiting import patient, wait_for

EXAMPLES = Path("docs/examples")
GATE = "edgeclassify/gatecam/gate"
START = Event("a" * 32, 1, "gate", EventType.START, "open", 0.98, 1.7e9)
STATE = ViewState("gate", UNKNOWN, 0.1, 1.7e9, 1.7e9, 0, None, (), "builtin")


@pytest.fixture
def sender(broker: Mosquitto) -> Iterator[Observer]:
    observer = Observer(broker.port, "nothing").start()
    yield observer
    observer.stop()


class Program:
    """A program that runs, and what it has said. `log`: where that goes."""

    def __init__(self, log: Path, *command: str, **environment: str) -> None:
        self._log = log
        with log.open("ab") as file:
            # A shell's programs are ended with it.
            self._process = subprocess.Popen(
                command,
                start_new_session=True,
                stdout=file,
                stderr=subprocess.STDOUT,
                env={"PATH": "/usr/bin:/bin:/usr/sbin", **environment},
            )

    @property
    def lines(self) -> list[str]:
        return self._log.read_text().splitlines()

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(patient(10))


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    running: list[Program] = []

    def start(*command: str, **environment: str) -> Program:
        running.append(Program(tmp_path / "said", *command, **environment))
        return running[-1]

    yield start
    for program in running:
        program.stop()


def send_until(send: Callable[[], None], heard: Callable[[], bool]) -> None:
    """Nobody can see from outside when a program has subscribed: what may be repeated is, until it is heard."""

    def once() -> bool:
        send()
        return heard()

    wait_for(once, 30)


@pytest.mark.broker
def test_paho_tells_each_event_once_and_those_that_came_while_it_was_away(
    broker: Mosquitto, sender: Observer, run: Callable[..., Program]
) -> None:
    def send(event: Event) -> None:
        sender.publish(f"{GATE}/event", bodies.Event.of(event).encode(), retain=False)

    command = sys.executable, str(EXAMPLES / "notices_paho.py"), HOST, str(broker.port)
    program = run(*command)
    send_until(lambda: send(START), lambda: bool(program.lines))
    send(replace(START, seq=2, event_type=EventType.UPDATE, why=Why(Reason.SCORE_ROSE, score_before=0.9)))
    send(replace(START, seq=3, event_type=EventType.LASTING, why=Why(lasting_s=600.0, duration_s=600.0)))
    wait_for(lambda: len(program.lines) == 2, 30)
    program.stop()
    end = replace(START, seq=4, event_type=EventType.END, why=Why(Reason.BELOW_THRESHOLD, duration_s=731.4))
    late = bodies.HistoricalEvent.of_stored(bodies.Event.of(end).encode())
    sender.publish(f"{GATE}/history", late, retain=False)
    program = run(*command)
    wait_for(lambda: len(program.lines) == 3, 30)
    assert program.lines == [
        "gatecam gate: open",
        "gatecam gate: open for 10 minutes",
        "gatecam gate: open is gone after 731 s (late)",
    ]


@pytest.mark.broker
def test_aiomqtt_tells_what_is_there_when_it_changes_and_connects_again(
    broker: Mosquitto, sender: Observer, run: Callable[..., Program]
) -> None:
    if importlib.util.find_spec("aiomqtt") is None:
        pytest.skip("aiomqtt is not installed (the extra test has it)")
    sender.publish(f"{GATE}/state", bodies.State.of(STATE).encode(), retain=True)
    program = run(sys.executable, str(EXAMPLES / "notices_aiomqtt.py"), HOST, str(broker.port))
    wait_for(lambda: len(program.lines) == 1, 30)
    sender.forget_subscription()
    broker.stop(kill=True)
    wait_for(lambda: len(program.lines) >= 2, 30)
    broker.start()
    sender.await_subscription()
    opened = replace(STATE, label="open", event_id="a" * 32, score=0.9)
    for state in (STATE, opened, replace(opened, ts=1.7e9 + 60)):
        sender.publish(f"{GATE}/state", bodies.State.of(state).encode(), retain=True)
    wait_for(lambda: any(": open since" in line for line in program.lines), 60)
    told = [line for line in program.lines if line.startswith("gatecam gate")]
    assert told == [
        "gatecam gate: unknown since 2023-11-14T22:13:20.000Z",
        "gatecam gate: open since 2023-11-14T22:13:20.000Z",
    ]


@pytest.mark.broker
def test_a_shell_runs_a_command_when_a_label_comes_and_goes(
    broker: Mosquitto, sender: Observer, run: Callable[..., Program]
) -> None:
    if shutil.which("mosquitto_sub") is None:
        pytest.skip("mosquitto_sub is not installed (Debian: apt-get install mosquitto-clients)")

    def send(payload: bytes) -> None:
        sender.publish(f"{GATE}/label/open", payload, retain=True)

    send(OFF)
    program = run(
        str(EXAMPLES / "on_label.sh"), "gate", "open", "echo", "the gate:",
        MQTT_HOST=HOST, MQTT_PORT=str(broker.port),
    )  # fmt: skip
    send_until(lambda: send(ON), lambda: bool(program.lines))
    for payload in (b"None", OFF):
        send(payload)
    wait_for(lambda: program.lines[-1:] == ["the gate: OFF"], 30)
    # It was sent again and again until it was heard.
    assert set(program.lines[:-1]) == {"the gate: ON"}
