"""`edgeclassify watch` as a process of its own, against a real mosquitto."""

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edgeclassify.contract import outgoing
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.errors import ExitStatus
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.mqtt.session.event_messages import spooled_message
from edgeclassify.types import EventType
from tests.contract.test_channels import messages
from tests.publish.records import event, health, info, state
from tests.support.broker import HOST, Mosquitto, deaf_port, needs_mosquitto
from tests.support.waiting import patient, wait_for

TOPICS = Topics("edgeclassify", "porch")
BARE = [sys.executable, "-m", "edgeclassify", "watch"]
COMMAND = [*BARE, "--host", HOST]
StartWatch = Callable[..., "Watch"]


def obey_ctrl_c() -> None:
    """A shell lets what it starts in the background ignore it, and so the tests' own processes."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Watch:
    """The command, running; `lines` are what it has printed so far."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = options[options.index("--port") + 1]
        self._out, self._err = folder / "watch.out", folder / "watch.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen([*COMMAND, *options], stdout=out, stderr=err, preexec_fn=obey_ctrl_c)

    @property
    def lines(self) -> list[str]:
        return self._out.read_text().splitlines()

    @property
    def errors(self) -> str:
        return self._err.read_text()

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    def end(self) -> int:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(patient(10))


class Sender:
    """Publishes as a node does: MQTT 5, with content types."""

    def __init__(self, port: int) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.connect(HOST, port)
        self._client.loop_start()

    def send(self, *wanted: Message) -> None:
        for message in wanted:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.ContentType = message.content_type
            sent = self._client.publish(message.topic, message.payload, message.qos, message.retain, properties)
            sent.wait_for_publish(patient(10))

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def live(seq: int, **changes: Any) -> Message:
    return outgoing.event_message(TOPICS, event(seq, **changes))


def late(seq: int) -> Message:
    one = event(seq)
    return spooled_message(TOPICS, SpooledEvent(seq, one.view, live(seq).payload), historical=True)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    needs_mosquitto()
    log = f"log_dest file {tmp_path}/mosquitto.log\nlog_type subscribe\n"
    broker = Mosquitto(tmp_path, f"allow_anonymous true\n{log}").start()
    yield broker
    broker.stop()


@pytest.fixture
def watch(broker: Mosquitto, tmp_path: Path) -> Iterator[StartWatch]:
    """Starts the command; returns when the broker has its subscriptions."""
    log = tmp_path / "mosquitto.log"
    with ExitStack() as stack:

        def start(*options: str) -> Watch:
            watch = Watch(tmp_path, "--port", str(broker.port), *options)
            stack.callback(watch.process.kill)
            wait_for(lambda: log.exists() and "edgeclassify-watch" in log.read_text())
            return watch

        yield start


@pytest.fixture
def sender(broker: Mosquitto) -> Iterator[Sender]:
    sender = Sender(broker.port)
    yield sender
    sender.stop()


def run(*options: str, command: Sequence[str] = COMMAND, **environment: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, *options], capture_output=True, text=True, timeout=patient(30), check=False, **environment
    )


# --- lines -----------------------------------------------------------------------------------------------


@pytest.mark.broker
def test_json_has_events_as_they_came(watch: StartWatch, sender: Sender) -> None:
    watching = watch("--json")
    sender.send(live(1), late(2), live(2), live(3, event_type=EventType.END))
    wait_for(lambda: len(watching.lines) == 4)
    first, *rest = watching.records()
    assert (first["node"], first["view"], first["topic"]) == ("porch", "gate", "edgeclassify/porch/gate/event")
    assert first["event"] == json.loads(live(1).payload)
    assert [line["historical"] for line in rest] == [True, False, False]
    assert [line["repeated"] for line in rest] == [False, True, False]
    assert watching.end() == ExitStatus.OK
    assert watching.errors == ""


@pytest.mark.broker
def test_members_of_a_group_share_events_and_tell_of_nothing_else(
    watch: StartWatch, sender: Sender, tmp_path: Path
) -> None:
    first = watch("--json", "--group", "lights")
    (tmp_path / "second").mkdir()
    second = Watch(tmp_path / "second", "--port", first.port, "--json", "--group", "lights")
    try:
        log = tmp_path / "mosquitto.log"
        wait_for(lambda: log.read_text().count("$share/lights/edgeclassify/+/+/history") == 2)
        sender.send(outgoing.status_message(TOPICS, online=True), *map(live, range(1, 21)), late(30))
        wait_for(lambda: len(first.lines) + len(second.lines) == 21)
        records = first.records() + second.records()
        assert sorted(one["event"]["seq"] for one in records) == [*range(1, 21), 30]
        assert not any(one["repeated"] for one in records)
        assert first.lines
        assert second.lines
    finally:
        second.end()
    assert first.end() == ExitStatus.OK


def test_a_group_is_for_json_alone() -> None:
    done = run("--group", "lights")
    assert done.returncode == ExitStatus.USAGE
    assert "watch: --group: expected with --json, found it without" in done.stderr


@pytest.mark.broker
def test_json_tells_who_comes_and_goes(watch: StartWatch, sender: Sender) -> None:
    sender.send(outgoing.status_message(TOPICS, online=True))
    watching = watch("--json")
    wait_for(lambda: watching.lines)
    sender.send(
        outgoing.status_message(TOPICS, online=False),
        outgoing.availability_message(TOPICS, "gate", online=False),
    )
    wait_for(lambda: len(watching.lines) == 3)
    told = [record["status"] for record in watching.records()]
    assert [(one["node"], one["view"], one["status"], one["retained"]) for one in told] == [
        ("porch", None, "online", True),
        ("porch", None, "offline", False),
        ("porch", "gate", "offline", False),
    ]


@pytest.mark.broker
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_dead_node_was_last_heard_when_it_wrote(
    protocol: str, broker: Mosquitto, sender: Sender, tmp_path: Path
) -> None:
    at = time.time() - 600
    sender.send(
        outgoing.status_message(TOPICS, online=False),
        outgoing.state_message(TOPICS, state(ts=at)),
        outgoing.health_message(TOPICS, health(ts=at - 50)),
    )
    config = tmp_path / "c.toml"
    broker_table = f'[mqtt]\nhost = "{HOST}"\nport = {broker.port}\nprotocol = "{protocol}"\n'
    config.write_text(f'{broker_table}[[camera]]\nsource = "synthetic:"')
    command = [sys.executable, "-m", "edgeclassify", "watch", "--config", str(config), "--for", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(30), check=False)
    assert "OFFLINE, last heard 10 min ago" in done.stdout


@pytest.mark.broker
def test_json_tells_gaps_and_when_they_are_filled(watch: StartWatch, sender: Sender) -> None:
    watching = watch("--json")
    sender.send(live(1), live(5))
    wait_for(lambda: any("gap" in line for line in watching.records()))
    gap = watching.records()[-1]["gap"]
    assert (gap["node"], gap["from"], gap["to"], gap["while_disconnected"]) == ("porch", 2, 4, False)
    sender.send(late(2), late(3), late(4))
    wait_for(lambda: any("gap_filled" in line for line in watching.records()))
    filled = next(line["gap_filled"] for line in watching.records() if "gap_filled" in line)
    assert (filled["from"], filled["to"]) == (2, 4)


@pytest.mark.broker
def test_a_backlog_that_fills_its_hole_in_time_is_no_gap(watch: StartWatch, sender: Sender) -> None:
    watching = watch("--json", "--for", "8")
    sender.send(live(1), live(4), late(2), late(3))
    assert watching.process.wait(patient(20)) == ExitStatus.OK
    assert [line["event"]["seq"] for line in watching.records()] == [1, 4, 2, 3]


@pytest.mark.broker
def test_text_where_standard_output_is_no_terminal(watch: StartWatch, sender: Sender) -> None:
    watching = watch()
    sender.send(outgoing.status_message(TOPICS, online=True), live(7, label="a\x1b[2Jb"))
    wait_for(lambda: len(watching.lines) == 2)
    online, seen = watching.lines
    assert "porch" in online
    assert online.endswith("online")
    assert "porch/gate  start a\\x1b[2Jb 0.9346  (number 7)" in seen
    assert watching.end() == ExitStatus.OK


@pytest.mark.broker
def test_one_table_at_the_end_of_a_time(watch: StartWatch, sender: Sender) -> None:
    sender.send(
        outgoing.status_message(TOPICS, online=True),
        outgoing.info_message(TOPICS, info()),
        outgoing.health_message(TOPICS, health()),
        outgoing.state_message(TOPICS, state()),
    )
    watching = watch("--for", "1")
    assert watching.process.wait(patient(20)) == ExitStatus.OK
    told, empty, head, *table = watching.lines
    assert told.endswith("porch  online (since before this watch)")
    assert empty == ""
    assert "1 node: 1 online, 0 offline" in head
    assert any(line.startswith("gate  online  open  0.93") for line in table)


@pytest.mark.broker
def test_several_servers_by_several_hosts(broker: Mosquitto, sender: Sender) -> None:
    sender.send(outgoing.status_message(TOPICS, online=True))
    here = f"127.0.0.1:{broker.port}"
    with deaf_port() as port:
        found = run("--host", f"127.0.0.1:{port}", "--host", here, "--for", "1", command=BARE)
        assert found.returncode == ExitStatus.OK
        assert f"edgeclassify on {here}" in found.stdout
        refused = run("--host", f"127.0.0.1:{port}", "--host", f"127.0.0.2:{port}", command=BARE)
    assert refused.returncode == ExitStatus.UNAVAILABLE
    assert refused.stderr.count("connection refused") == 2
    assert "its port in --host right" in refused.stderr


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            ["--host", "a", "--host", "b", "--port", "1884"],
            "--port: expected with one --host alone, found it with a, b",
        ),
        (["--host", "a:1883", "--port", "1884"], "--port: expected with one --host alone, found it with a:1883"),
        (["--host", "a", "--host", "a:1883"], "--host[1]: expected each server once"),
        (["--host", "a", "--host", "b:x"], "--host[1]: expected a port from 1 to 65535 after the :"),
        (["--host", "mqtt://a"], "--host"),
    ],
)
def test_servers_that_can_not_be_meant(options: list[str], text: str) -> None:
    found = run(*options, command=BARE)
    assert found.returncode == ExitStatus.USAGE
    assert text in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.broker
def test_in_a_pipe_the_lines_come_as_they_happen_with_a_time_too(watch: StartWatch, sender: Sender) -> None:
    watching = watch("--for", "30")
    sender.send(live(1))
    wait_for(lambda: len(watching.lines) == 1, timeout_s=5)
    assert "porch/gate  start" in watching.lines[0]


@pytest.mark.broker
@pytest.mark.parametrize("options", [[], ["--json"], ["--for", "60"], ["--check"]])
def test_a_reader_that_goes_away_ends_it_though_nothing_comes(
    options: list[str], broker: Mosquitto, tmp_path: Path
) -> None:
    read, write = os.pipe()
    command = [*COMMAND, "--port", str(broker.port), *options]
    with (tmp_path / "err").open("wb") as err:
        watching = subprocess.Popen(command, stdout=write, stderr=err)
    os.close(write)
    try:
        time.sleep(2.0)
        assert watching.poll() is None
        os.close(read)
        assert watching.wait(patient(10)) == ExitStatus.SOME_FAILED
    finally:
        watching.kill()
    assert (tmp_path / "err").read_text() == ""


@pytest.mark.broker
def test_one_node_alone(watch: StartWatch, sender: Sender) -> None:
    watching = watch("--json", "--node", "porch")
    other = live(1)
    sender.send(replace(other, topic=other.topic.replace("porch", "field")), live(9))
    wait_for(lambda: watching.lines)
    assert [line["node"] for line in watching.records()] == ["porch"]


@pytest.mark.broker
def test_a_broker_that_dies_and_comes_back_is_told(watch: StartWatch, broker: Mosquitto) -> None:
    watching = watch("--json")
    broker.stop(kill=True)
    wait_for(lambda: watching.lines)
    lost = watching.records()[0]["connection"]
    assert not lost["connected"]
    assert lost["reason"]
    broker.start()
    wait_for(lambda: watching.records()[-1]["connection"]["connected"], timeout_s=20)
    # It had no persistence: what came meanwhile is not known, and a gap may be the watch's own.
    assert watching.records()[-1]["connection"]["complete"] is False
    sender = Sender(broker.port)
    sender.send(live(1))
    sender.stop()
    wait_for(lambda: "event" in watching.records()[-1])


@pytest.mark.broker
def test_a_closed_pipe_ends_it_quietly(watch: StartWatch, broker: Mosquitto, sender: Sender) -> None:
    pipeline = f"{' '.join(COMMAND)} --json --port {broker.port} | head -1"
    with subprocess.Popen(
        ["bash", "-c", pipeline], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as shell:
        for seq in range(1, 200):
            if shell.poll() is not None:
                break
            sender.send(live(seq))
            time.sleep(0.05)
        out, errors = shell.communicate(timeout=patient(20))
    assert json.loads(out)["node"] == "porch"
    assert errors == ""


@pytest.mark.broker
def test_keys_move_the_table_on_a_terminal(broker: Mosquitto, sender: Sender) -> None:
    for number in range(60):
        topics = Topics("edgeclassify", f"node{number:02}")
        sender.send(outgoing.status_message(topics, online=True))
    terminal, theirs = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, "--port", str(broker.port)], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env=os.environ | {"TERM": "xterm"}, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(theirs)
    try:
        screen_with(terminal, "… and 41 more")
        os.write(terminal, b"G")
        assert "node59" in screen_with(terminal, "… and 41 above")
        os.write(terminal, b"q")
        with contextlib.suppress(OSError):
            while os.read(terminal, 65536):
                pass
        assert process.wait(patient(10)) == ExitStatus.OK
    finally:
        process.kill()
        os.close(terminal)


def screen_with(terminal: int, words: str) -> str:
    """What is written to a terminal until these words come."""
    text = ""
    deadline = time.monotonic() + patient(20)
    while words not in text:
        assert time.monotonic() < deadline, text[-2000:]
        if select.select([terminal], [], [], 0.1)[0]:
            text += os.read(terminal, 65536).decode(errors="replace")
    return text


# --- the contract ----------------------------------------------------------------------------------------


@pytest.mark.broker
def test_check_passes_what_a_node_writes(watch: StartWatch, sender: Sender) -> None:
    watching = watch("--check", "--prefix", "house/edgeclassify", "--for", "2")
    sender.send(*(message for message in messages() if message.payload))
    assert watching.process.wait(patient(20)) == ExitStatus.OK
    (summary,) = watching.lines
    assert summary.endswith("all follow the contract")
    assert int(summary.split()[0]) > 40


def retopic(message: Message, topic: str) -> Message:
    return replace(message, topic=topic)


WRONG = {
    "topic": [retopic(live(1), "edgeclassify/porch/gate/colour")],
    "payload": [replace(live(1), payload=live(1).payload.replace(b'"seq":1', b'"seq":"1"'))],
    "qos": [replace(live(1), qos=0)],
    "retain": [replace(outgoing.status_message(TOPICS, online=True), retain=False)],
    "content type": [replace(live(1), content_type=outgoing.TEXT)],
    "historical": [retopic(late(1), TOPICS.event("gate"))],
    "order": [live(5), live(4)],
    "number": [live(5), live(5, id="another")],
}


@pytest.mark.broker
@pytest.mark.parametrize("kind", WRONG)
def test_check_finds(kind: str, watch: StartWatch, sender: Sender) -> None:
    watching = watch("--check")
    sender.send(*WRONG[kind])
    wait_for(lambda: watching.lines)
    assert watching.end() == ExitStatus.SOME_FAILED
    found, summary = watching.lines
    assert found.startswith(f"{WRONG[kind][0].topic}: {kind}: ")
    assert summary == f"{len(WRONG[kind])} messages on 1 topics: 1 violations ({kind} 1)"


# --- what can't be ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--json", "--check"], "--json and --check exclude each other"),
        (["--forget", "porch", "--json"], "--forget and --json exclude each other"),
        (["--forget", "a/+"], "--forget: expected letters"),
        (["--forget", "porch", "--for", "3"], "--forget: expected without --node and --for"),
        (["--forget", "porch", "--node", "porch"], "--forget: expected without --node and --for"),
        (["--force"], "--force: expected with --forget"),
        (["--node", "a/b"], "--node: expected letters"),
        (["--prefix", "a b"], "--prefix: expected topic levels"),
        (["--config", "edgeclassify.toml"], "either --config or options of the broker, found --config and --host"),
        (["--port", "70000"], "--port"),
        (["--for", "0"], "--for"),
        (["--cert", "client.pem"], "--key"),
    ],
)
def test_bad_options_get_one_message(options: list[str], words: str) -> None:
    ended = run(*options)
    assert ended.returncode == ExitStatus.USAGE
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_a_broker_that_is_not_there() -> None:
    with deaf_port() as port:
        ended = run("--port", str(port))
    assert ended.returncode == ExitStatus.UNAVAILABLE
    assert ended.stderr.count("\n") == 1
    assert f"broker {HOST}:{port}: connection refused" in ended.stderr
    assert "--port" in ended.stderr


@pytest.mark.broker
def test_files_that_are_not_there(broker: Mosquitto, tmp_path: Path) -> None:
    for option in ("--ca", "--password-file"):
        ended = run("--port", str(broker.port), "--username", "me", option, str(tmp_path / "nothing"))
        assert ended.returncode == ExitStatus.CONFIG
        assert ended.stderr.count("\n") == 1
        assert f"{tmp_path}/nothing" in ended.stderr


@pytest.mark.broker
def test_a_password_that_the_broker_refuses(tmp_path: Path) -> None:
    needs_mosquitto()
    users = tmp_path / "users"
    users.write_text("me:$7$101$AAAA$AAAA\n")
    users.chmod(0o600)
    broker = Mosquitto(tmp_path, f"allow_anonymous false\npassword_file {users}\n").start()
    try:
        secret = tmp_path / "secret"
        secret.write_text("wrong-one\n")
        secret.chmod(0o600)
        ended = run("--port", str(broker.port), "--username", "me", "--password-file", str(secret))
    finally:
        broker.stop()
    assert ended.returncode == ExitStatus.UNAVAILABLE
    assert "refused" in ended.stderr
    assert "wrong-one" not in ended.stderr
