"""Connecting: order, will, refusals, TLS, protocol versions, brokers that hang."""

import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edgeclassify.config import MqttConfig
from edgeclassify.errors import ConfigError
from edgeclassify.publish.mqtt.sink import MqttSink
from edgeclassify.publish.spool.memory import MemorySpool
from tests.publish.conftest import StartBroker, StartObserver, StartSink
from tests.publish.records import event, health, info, layout, state
from tests.publish.sinks import SpooledMqtt
from tests.support.broker import HOST, Mosquitto, Proxy, free_port
from tests.support.waiting import patient, wait_for

PASSWORD = "never-in-a-log"


def problems(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.broker
def test_order_on_connect(
    broker: Mosquitto, observe: StartObserver, sink_on: StartSink, spool: MemorySpool
) -> None:
    observer = observe(broker.port)
    sink = SpooledMqtt(
        config=MqttConfig(host=HOST, port=broker.port),
        layout=layout({"gate": ("open", "closed")}),
        spool=spool,
    )
    sink.publish_event(event(1))
    sink.publish_health(health())
    sink.publish_state(state())
    sink.publish_availability("gate", True)
    sink.publish_info(info())
    sink.publish_event(event(2))
    sink.start()
    try:
        wait_for(lambda: len(observer.received) == 9)
    finally:
        sink.stop(patient(2))
    wait_for(lambda: len(observer.received) == 10)
    assert [topic.removeprefix("edgeclassify/porch/") for topic in observer.topics()] == [
        "status", "info", "gate/availability", "gate/state", "gate/label/open", "gate/label/closed", "health",
        "gate/history", "gate/history", "status",
    ]  # fmt: skip
    assert observer.of("/status") == [b"online", b"offline"]
    assert [m.retain for m in observer.received] == [True] * 7 + [False, False, True]
    assert [m.content_type for m in observer.received[:3]] == ["text/plain", "application/json", "text/plain"]
    assert spool.depth == 0


_VICTIM = """
import sys, time
from edgeclassify.config import MqttConfig
from edgeclassify.publish.mqtt.sink import MqttSink
from edgeclassify.contract.layout import Layout
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.spool.memory import MemorySpool
config = MqttConfig(host="127.0.0.1", port=int(sys.argv[1]))
MqttSink(config=config, layout=Layout(Topics("edgeclassify", "porch"), ()), spool=MemorySpool()).start()
time.sleep(60)
"""


@pytest.mark.broker
def test_the_will_speaks_for_a_killed_daemon(broker: Mosquitto, observe: StartObserver) -> None:
    observer = observe(broker.port)
    victim = subprocess.Popen([sys.executable, "-c", _VICTIM, str(broker.port)])
    try:
        wait_for(lambda: observer.of("/status") == [b"online"], 20)
    finally:
        victim.kill()
        victim.wait()
    wait_for(lambda: observer.of("/status") == [b"online", b"offline"])
    assert observer.received[-1].retain


@pytest.mark.broker
def test_a_late_offline_is_answered(broker: Mosquitto, observe: StartObserver, sink_on: StartSink) -> None:
    observer = observe(broker.port)
    sink_on(broker.port)
    wait_for(lambda: observer.of("/status") == [b"online"])
    observer.publish("edgeclassify/porch/status", b"offline", retain=True)
    wait_for(lambda: observer.of("/status") == [b"online", b"offline", b"online"])


@pytest.mark.broker
def test_a_broker_that_comes_later(
    start_broker: StartBroker, sink_on: StartSink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    port = free_port()
    sink = sink_on(port, wait=False)
    time.sleep(0.4)
    assert not sink.connected
    assert problems(caplog) == [
        f"broker {HOST}:{port}: connection refused (is the broker running, and mqtt.port right?); trying again"
    ]
    start_broker(port=port)
    wait_for(lambda: sink.connected)
    assert f"broker {HOST}:{port}: connected (MQTT 5)" in caplog.text


@pytest.mark.broker
def test_each_change_of_the_connection_is_said_once(
    start_broker: StartBroker, sink_on: StartSink, caplog: pytest.LogCaptureFixture
) -> None:
    broker = start_broker()
    sink = sink_on(broker.port)
    for _ in range(2):
        broker.stop(kill=True)
        wait_for(lambda: not sink.connected)
        time.sleep(0.3)
        broker.start()
        wait_for(lambda: sink.connected)
    said = [message.partition(": ")[2] for message in problems(caplog)]
    assert [message.split("(")[0].split(";")[0].strip() for message in said] == [
        "the network connection broke", "connection refused",
    ] * 2  # fmt: skip


@pytest.mark.broker
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_wrong_password_then_the_right_one(
    start_broker: StartBroker,
    sink_on: StartSink,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    protocol: str,
) -> None:
    users = tmp_path / "users"
    set_password(users, "something else")
    broker = start_broker(f"allow_anonymous false\npassword_file {users}\n")
    (tmp_path / "secret").write_text(PASSWORD + "\n")
    (tmp_path / "secret").chmod(0o600)
    caplog.set_level(logging.DEBUG)
    sink = sink_on(broker.port, wait=False, username="porch", password_file=tmp_path / "secret", protocol=protocol)
    time.sleep(0.4)
    assert not sink.connected
    (problem,) = problems(caplog)
    assert "refused: not authorized (wrong user name or password, or no access rights" in problem
    assert "mqtt.username" in problem
    set_password(users, PASSWORD)
    broker.reload()
    wait_for(lambda: sink.connected)
    assert PASSWORD not in caplog.text
    assert PASSWORD not in repr(vars(sink))


@pytest.mark.broker
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_broker_that_wants_a_user_and_none_is_set(
    start_broker: StartBroker,
    sink_on: StartSink,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    protocol: str,
) -> None:
    set_password(tmp_path / "users", PASSWORD)
    broker = start_broker(f"allow_anonymous false\npassword_file {tmp_path / 'users'}\n")
    sink_on(broker.port, wait=False, protocol=protocol)
    wait_for(lambda: problems(caplog))
    assert "refused: not authorized (" in problems(caplog)[0]
    assert "set mqtt.username and mqtt.password_file" in problems(caplog)[0]


def set_password(path: Path, password: str) -> None:
    path.write_text(f"porch:{password}\n")
    subprocess.run(["mosquitto_passwd", "-U", str(path)], check=True, capture_output=True)


@pytest.mark.broker
@pytest.mark.parametrize("client_certificate", [False, True])
def test_tls_with_a_ca_of_our_own(
    start_broker: StartBroker,
    sink_on: StartSink,
    certificates: Path,
    client_certificate: bool,
    spool: MemorySpool,
) -> None:
    broker = start_broker(tls_settings(certificates, require=client_certificate))
    pair = {"cert": certificates / "client.pem", "key": certificates / "client.key"} if client_certificate else {}
    sink = sink_on(broker.port, tls={"ca": certificates / "ca.pem", **pair})
    sink.publish_event(event(1))
    sink.stop(patient(2))
    assert spool.depth == 0


def tls_settings(certificates: Path, require: bool = False) -> str:
    return (
        f"allow_anonymous true\ncafile {certificates}/ca.pem\ncertfile {certificates}/server.pem\n"
        f"keyfile {certificates}/server.key\nrequire_certificate {'true' if require else 'false'}\n"
    )


@pytest.mark.broker
@pytest.mark.parametrize(
    ("tls", "reason"),
    [
        ({"ca": "other-ca.pem"}, "its certificate is not accepted: "),
        (None, "closed the connection without an answer (does it expect TLS on this port?)"),
    ],
)
def test_tls_that_does_not_fit(
    start_broker: StartBroker,
    sink_on: StartSink,
    certificates: Path,
    caplog: pytest.LogCaptureFixture,
    tls: dict[str, str] | None,
    reason: str,
) -> None:
    broker = start_broker(tls_settings(certificates))
    paths = None if tls is None else {key: certificates / name for key, name in tls.items()}
    sink_on(broker.port, wait=False, tls=paths)
    (problem,) = wait_for(lambda: problems(caplog))
    assert reason in problem


@pytest.mark.broker
@pytest.mark.parametrize("version", ["tlsv1.2", "tlsv1.3"])
def test_a_broker_that_wants_a_client_certificate(
    start_broker: StartBroker,
    sink_on: StartSink,
    certificates: Path,
    caplog: pytest.LogCaptureFixture,
    version: str,
) -> None:
    broker = start_broker(tls_settings(certificates, require=True) + f"tls_version {version}\n")
    sink_on(broker.port, wait=False, tls={"ca": certificates / "ca.pem"})
    wait_for(lambda: problems(caplog))
    assert "Then set mqtt.tls.cert and mqtt.tls.key" in problems(caplog)[0]
    assert "on this port" not in problems(caplog)[0]


@pytest.mark.broker
def test_a_client_certificate_of_a_stranger(
    start_broker: StartBroker, sink_on: StartSink, certificates: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker = start_broker(tls_settings(certificates, require=True))
    # Any pair that the broker's CA has not signed: that of the other CA itself.
    pair = {"cert": certificates / "other-ca.pem", "key": certificates / "other-ca.key"}
    sink_on(broker.port, wait=False, tls={"ca": certificates / "ca.pem", **pair})
    wait_for(lambda: problems(caplog))
    assert "does it accept our certificate, mqtt.tls.cert?" in problems(caplog)[0]


@pytest.mark.broker
def test_tls_against_a_plain_port(
    broker: Mosquitto, sink_on: StartSink, certificates: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sink_on(broker.port, wait=False, tls={"ca": certificates / "ca.pem"})
    wait_for(lambda: problems(caplog))
    assert "does the broker speak TLS on this port?" in problems(caplog)[0]


@pytest.mark.broker
def test_two_nodes_with_one_client_id_are_told(
    broker: Mosquitto, sink_on: StartSink, caplog: pytest.LogCaptureFixture
) -> None:
    sink_on(broker.port)
    sink_on(broker.port)
    told = "Does another client use the client id edgeclassify-porch (mqtt.client_id)"
    wait_for(lambda: any(told in message or "another client has" in message for message in problems(caplog)))
    time.sleep(0.5)
    assert len(problems(caplog)) <= 6  # three of each, however often they throw each other out


def test_settings_that_can_never_work_fail_at_once(tmp_path: Path) -> None:
    for settings, key in (
        ({"username": "porch", "password_file": tmp_path / "none"}, "mqtt.password_file"),
        ({"tls": {"ca": tmp_path / "none"}}, "mqtt.tls.ca"),
    ):
        with pytest.raises(ConfigError, match=key):
            MqttSink(config=MqttConfig(**settings), layout=layout({}), spool=MemorySpool())


@contextmanager
def answering(answer: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A broker that gives every CONNECT this answer and closes; b"" closes without one."""
    connects: list[bytes] = []
    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(0.05)
        running = True

        def serve() -> None:
            while running:
                try:
                    client, _ = listener.accept()
                except TimeoutError:
                    continue
                with client:
                    client.settimeout(patient(2))
                    connects.append(client.recv(4096))
                    client.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], connects
        finally:
            running = False
            thread.join()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"\x20\x03\x00\x88\x00", "refused: server unavailable"),
        (b"\x20\x03\x00\x85\x00", "refused: client identifier not valid (choose another mqtt.client_id)"),
        (b"\x20\x03\x00\x8a\x00", "refused: banned"),
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            "no MQTT broker (it starts with 'HTTP/1.1 400 Bad Request'): check mqtt.host and mqtt.port",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no MQTT broker (it starts with 'SSH-2.0-OpenSSH_9.2')"),
        (b"H", "no MQTT broker (it starts with 'H')"),
        (b"\x00\x1b[31m\xff", "no MQTT broker (it starts with 00 1b 5b 33 31 6d ff)"),
        (b"\x15\x03\x03\x00\x02\x02\x46", "it wants TLS on this port: set mqtt.tls"),
        (b"\x20\x06\x00\x00\x03\x21\x00\x00", "its answer to CONNECT is no valid MQTT: 20 06 00 00 03 21 00 00"),
        (b"\x20\x03\x00\x97\x00", "refused: quota exceeded (the broker's quota for this client is used up"),
        (b"\x20\x03\x00\x89\x00", "refused: server busy (the broker is busy or starting"),
        (
            b"\x20\x16\x00\x9d\x13\x1c\x00\x05there\x1f\x00\x08not\there",
            "server moved (set mqtt.host to the server that is meant); it says 'not\\there'; server 'there'",
        ),
        (b"", "closed the connection without an answer"),
    ],
)
def test_a_refusal_is_said_with_its_reason_and_is_not_connected(
    sink_on: StartSink, caplog: pytest.LogCaptureFixture, answer: bytes, reason: str
) -> None:
    with answering(answer) as (port, connects):
        sink = sink_on(port, wait=False)
        wait_for(lambda: len(connects) >= 4)
        assert not sink.connected
        sink.stop(1)
    (problem,) = problems(caplog)
    assert reason in problem


def test_a_refusal_of_mqtt_5_is_followed_by_3_1_1_at_once(sink_on: StartSink) -> None:
    with answering(b"\x20\x03\x00\x84\x00") as (port, connects):
        sink = sink_on(port, wait=False)
        wait_for(lambda: len(connects) >= 2)
        sink.stop(1)
    versions = [connect[connect.index(b"MQTT") + 4] for connect in connects[:2]]
    assert versions == [5, 4]


def test_a_version_that_the_config_fixes_is_kept(sink_on: StartSink, caplog: pytest.LogCaptureFixture) -> None:
    with answering(b"\x20\x03\x00\x84\x00") as (port, connects):
        sink = sink_on(port, wait=False, protocol="5")
        wait_for(lambda: len(connects) >= 3)
        sink.stop(1)
    assert {connect[connect.index(b"MQTT") + 4] for connect in connects} == {5}
    assert "refused: unsupported protocol version" in problems(caplog)[0]


def test_unknown_host(sink_on: StartSink, caplog: pytest.LogCaptureFixture) -> None:
    sink = sink_on(1883, wait=False, host="no-such-host.invalid")
    wait_for(lambda: problems(caplog), 30)
    assert "host name not found" in problems(caplog)[0]
    sink.stop(1)


def stop_takes(sink: SpooledMqtt, timeout_s: float) -> float:
    begin = time.monotonic()
    sink.stop(timeout_s)
    return time.monotonic() - begin


@pytest.mark.parametrize("tls", [None, {}])
def test_stop_while_the_broker_accepts_and_never_answers(sink_on: StartSink, tls: dict[str, str] | None) -> None:
    with socket.create_server((HOST, 0)) as listener:
        sink = sink_on(listener.getsockname()[1], wait=False, tls=tls)
        time.sleep(0.2)
        assert stop_takes(sink, 1.0) < 0.5


def test_stop_while_the_tcp_connect_hangs(sink_on: StartSink) -> None:
    with socket.create_server((HOST, 0), backlog=0) as listener:
        # The queue of unaccepted connections is full: the kernel leaves the next ones unanswered.
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        sink = sink_on(listener.getsockname()[1], wait=False)
        time.sleep(0.2)
        assert stop_takes(sink, 1.0) < 0.5
        for filler in fillers:
            filler.close()


@pytest.mark.broker
def test_stop_when_the_network_has_died_keeps_its_limit(
    proxy: Proxy, sink_on: StartSink, spool: MemorySpool
) -> None:
    sink = sink_on(proxy.port)
    proxy.freeze()
    sink.publish_event(event(1))
    assert stop_takes(sink, 0.6) < 1.0
    assert spool.depth == 1


@pytest.mark.broker
def test_without_an_acknowledged_goodbye_the_will_speaks(
    proxy: Proxy, broker: Mosquitto, observe: StartObserver, sink_on: StartSink
) -> None:
    observer = observe(broker.port)
    sink = sink_on(proxy.port)
    wait_for(lambda: observer.of("/status") == [b"online"])
    proxy.freeze()
    sink.stop(0.4)
    proxy.cut()
    wait_for(lambda: observer.of("/status") == [b"online", b"offline"])


@pytest.mark.broker
def test_stop_is_quick_when_there_is_nothing_to_wait_for(broker: Mosquitto, sink_on: StartSink) -> None:
    sink = sink_on(broker.port)
    assert stop_takes(sink, 5.0) < 0.3
    assert stop_takes(sink, 5.0) < 0.1
    sink.publish_state(state())
    sink.publish_event(event(1))


@pytest.mark.broker
def test_a_dead_connection_is_noticed_by_keep_alive(
    proxy: Proxy, sink_on: StartSink, caplog: pytest.LogCaptureFixture
) -> None:
    sink = sink_on(proxy.port, keepalive_s=5)
    proxy.freeze()
    wait_for(lambda: not sink.connected, 15)
    assert "no answer to keep-alive" in problems(caplog)[0]


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_no_open_files_are_left(sink_on: StartSink) -> None:
    with answering(b"") as (port, connects):
        before = open_files()
        sink = sink_on(port, wait=False)
        wait_for(lambda: len(connects) >= 12)
        sink.stop(1)
        assert open_files() <= before
