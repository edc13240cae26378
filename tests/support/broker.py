"""What stands at the other end of the wire: a real mosquitto, an observer, a TCP proxy that fails on demand."""

import contextlib
import select
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from tests.support.waiting import patient, wait_for

HOST = "127.0.0.1"


NO_MOSQUITTO = "mosquitto is not installed (Debian: apt-get install mosquitto)"


def mosquitto_path() -> str | None:
    """Debian installs it where only root's PATH looks."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def needs_mosquitto() -> None:
    """Skips the test where it is not installed."""
    if mosquitto_path() is None:
        pytest.skip(NO_MOSQUITTO)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def deaf_port() -> Iterator[int]:
    """A port at which nobody listens, nor will meanwhile: it is taken."""
    with socket.socket() as held:
        held.bind((HOST, 0))
        yield int(held.getsockname()[1])


class Mosquitto:
    """A mosquitto of the test's own; `settings` are the lines of its config after the listener."""

    def __init__(self, folder: Path, settings: str = "allow_anonymous true\n", port: int | None = None) -> None:
        program = mosquitto_path()
        assert program is not None
        self.port = port or free_port()
        self._config = folder / f"mosquitto-{self.port}.conf"
        # As root it would become a user who may not open the test's files; other users ignore the line. By default
        # it drops what an observer is slow to take. (2.0.11 with 0, unlimited, breaks the connection of a client
        # whose publish it denies.)
        self._config.write_text(f"user root\nlistener {self.port} {HOST}\nmax_queued_messages 1000000\n{settings}")
        self._command = [program, "-c", str(self._config)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Mosquitto":
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._answers)
        return self

    def stop(self, kill: bool = False) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            self._process.wait(patient(10))
            self._process = None

    @property
    def running(self) -> bool:
        """Has it been started, and not ended?"""
        return self._process is not None and self._process.poll() is None

    def reload(self) -> None:
        """Read password and ACL files again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def _answers(self) -> bool:
        """Does it say something, or hang up, when it is told what is no MQTT, nor TLS?

        Connections are taken before it handles signals: SIGTERM in between would be lost, and SIGHUP end it.
        """
        try:
            with socket.create_connection((HOST, self.port), 1) as line:
                line.sendall(b"\0\0\r\n\r\n")
                line.recv(1)
        except (ConnectionRefusedError, TimeoutError):
            return False
        except ConnectionError:
            pass
        return True


@dataclass(frozen=True)
class Received:
    topic: str
    payload: bytes
    retain: bool
    content_type: str | None
    expiry_s: int | None


class Observer:
    """An MQTT 5 client of its own that keeps what it receives. `retain` is as it was published."""

    def __init__(self, port: int, topic: str = "edgeclassify/#", user: str | None = None, **tls: Any) -> None:
        self.received: list[Received] = []
        self._subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        if user is not None:
            self._client.username_pw_set(user, f"{user}-secret")
        if tls:
            self._client.tls_set(**tls)
        options = SubscribeOptions(qos=1, retainAsPublished=True)
        self._client.on_connect = lambda client, *_: client.subscribe(topic, options=options)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_disconnect = lambda *_: self._subscribed.clear()
        self._client.on_message = self._on_message
        self._port = port

    def start(self) -> "Observer":
        self._client.connect(HOST, self._port)
        self._client.loop_start()
        assert self._subscribed.wait(patient(10))
        return self

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, retain: bool) -> None:
        self._client.publish(topic, payload, 1, retain).wait_for_publish(patient(10))

    def await_subscription(self) -> None:
        """After a restart of the broker: until it is subscribed again."""
        assert self._subscribed.wait(patient(10))

    def forget_subscription(self) -> None:
        self._subscribed.clear()

    def of(self, topic: str) -> list[bytes]:
        """The payloads of a topic whose name ends so."""
        return [message.payload for message in list(self.received) if message.topic.endswith(topic)]

    def topics(self) -> list[str]:
        return [message.topic for message in list(self.received)]

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        found: Properties | None = message.properties
        self.received.append(
            Received(
                message.topic, bytes(message.payload), message.retain, getattr(found, "ContentType", None),
                getattr(found, "MessageExpiryInterval", None),
            )
        )  # fmt: skip


class Proxy:
    """A TCP proxy in front of a broker: `cut` breaks and refuses connections, `freeze` passes nothing on.

    With `swallow_answers` what the broker says is lost while what the client says still arrives.
    """

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._clients: set[socket.socket] = set()
        self._open = self._running = True
        self.frozen = False
        self.swallow_answers = False
        self._listener: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="proxy")

    def start(self) -> "Proxy":
        self._listener = socket.create_server((HOST, self.port))
        self._thread.start()
        return self

    def stop(self) -> None:
        self._running = False
        self._thread.join(patient(5))

    def freeze(self) -> None:
        """From the return of this on nothing passes, in either direction."""
        self.frozen = True
        time.sleep(0.05)

    def cut(self) -> None:
        self._open = False
        wait_for(lambda: not self._pairs)

    def restore(self) -> None:
        self._open = True
        self.frozen = self.swallow_answers = False

    def _run(self) -> None:
        assert self._listener is not None
        while self._running:
            if not self._open:
                self._close_all()
            readable, _, _ = select.select([self._listener, *([] if self.frozen else self._pairs)], [], [], 0.01)
            for sock in readable:
                if sock is self._listener:
                    self._accept()
                elif sock in self._pairs:
                    self._pass_on(sock)
        self._close_all()
        self._listener.close()

    def _accept(self) -> None:
        assert self._listener is not None
        client, _ = self._listener.accept()
        try:
            if not self._open:
                raise ConnectionRefusedError
            broker = socket.create_connection((HOST, self._target), 2)
        except OSError:
            client.close()
            return
        self._pairs[client], self._pairs[broker] = broker, client
        self._clients.add(client)

    def _pass_on(self, sock: socket.socket) -> None:
        other = self._pairs[sock]
        try:
            data = sock.recv(65536)
            if data and not (self.swallow_answers and sock not in self._clients):
                other.sendall(data)
        except OSError:
            data = b""
        if not data:
            self._drop(sock)

    def _drop(self, sock: socket.socket) -> None:
        other = self._pairs.pop(sock)
        del self._pairs[other]
        self._clients -= {sock, other}
        sock.close()
        other.close()

    def _close_all(self) -> None:
        for sock in list(self._pairs):
            if sock in self._pairs:
                self._drop(sock)


def make_certificates(folder: Path) -> None:
    """ca.pem, server.pem/.key (SAN 127.0.0.1, localhost), client.pem/.key, and other-ca.pem of a stranger."""
    for name in ("ca", "other-ca"):
        _openssl(
            folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem",
        )  # fmt: skip
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    for name in ("server", "client"):
        _openssl(
            folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
            f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr",
        )  # fmt: skip
        _openssl(
            folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", "san", "-out", f"{name}.pem",
        )  # fmt: skip


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
