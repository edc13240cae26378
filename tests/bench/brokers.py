"""What a broker does for a subscriber, tried: retained messages, wills, sessions, order, sizes, names.

    python -m tests.bench.brokers mosquitto
    python -m tests.bench.brokers rabbitmq            (three clustered nodes of Debian's rabbitmq-server)

One line for each property. `other` is a second node of the cluster, where there is one.
"""

import argparse
import contextlib
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.support.broker import HOST, Mosquitto
from tests.support.rabbitmq import RabbitCluster

QUIET_S = 1.0
V5, V311 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311


class Peer:
    """A client on one node."""

    def __init__(
        self,
        port: int,
        *,
        name: str = "",
        clean: bool = True,
        will: str = "",
        protocol: MQTTProtocolVersion = V311,
    ) -> None:
        session: Any = None if protocol == V5 else clean
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=name, protocol=protocol, clean_session=session
        )
        self.received: list[tuple[str, bytes, bool, int]] = []
        self.granted: list[Any] | None = None
        self.answer: Any = None
        self.session_kept = False
        self.ended = threading.Event()
        self._answered, self._subscribed = threading.Event(), threading.Event()
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = lambda *_: self.ended.set()
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        if will:
            self._client.will_set(will, b"offline", 1, True)
        self._client.connect(HOST, port, 60)
        self._client.loop_start()
        if not self._answered.wait(5):
            self.answer = "no answer"

    def _on_connect(self, _client: object, _data: object, flags: Any, reason: Any, _found: object) -> None:
        self.answer, self.session_kept = reason, flags.session_present
        self._answered.set()

    def _on_subscribe(self, _c: object, _d: object, _mid: int, codes: list[Any], _found: object) -> None:
        self.granted = codes
        self._subscribed.set()

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self.received.append((message.topic, bytes(message.payload), message.retain, message.qos))

    def subscribe(self, topic: str, qos: int = 1) -> "Peer":
        """Returns when the broker has answered."""
        self._subscribed.clear()
        self._client.subscribe(topic, qos)
        self._subscribed.wait(5)
        return self

    def publish(self, topic: str, payload: bytes = b"x", *, retain: bool = False, qos: int = 1) -> bool:
        """True where the broker has taken it."""
        sent = self._client.publish(topic, payload, qos, retain)
        with contextlib.suppress(RuntimeError, ValueError):
            sent.wait_for_publish(10)
            return bool(sent.is_published())
        return False

    def begin_to_publish(self, topic: str, payload: bytes) -> None:
        """With QoS 1; returns at once."""
        self._client.publish(topic, payload, 1)

    def heard(self, number: int = 1, within_s: float = 3.0) -> list[tuple[str, bytes, bool, int]]:
        """What has come: so many, or all that does within a time."""
        until = time.monotonic() + within_s
        while len(self.received) < number and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.2)
        return self.received

    def leave(self) -> None:
        """By DISCONNECT."""
        self._client.disconnect()
        self._client.loop_stop()

    def vanish(self) -> None:
        """Without DISCONNECT."""
        sock: Any = self._client.socket()
        self._client.loop_stop()
        sock.close()


@contextlib.contextmanager
def peer(port: int, **how: Any) -> Iterator[Peer]:
    """A client for a while."""
    one = Peer(port, **how)
    try:
        yield one
    finally:
        one.leave()


def kept(port: int, topic: str, expected: int = 1) -> str:
    """What a late subscriber gets."""
    with peer(port) as late:
        found = late.subscribe(topic).heard(expected, QUIET_S)
    return f"{len(found)} message(s), retain flag {[r for *_, r, _ in found]}" if found else "NOTHING"


def versions(port: int, _other: int) -> str:
    """MQTT 5, MQTT 3.1.1"""
    said = []
    for protocol, word in ((V5, "5"), (V311, "3.1.1")):
        one = Peer(port, protocol=protocol)
        said.append(f"{word}: {one.answer}")
        one.leave()
    return ", ".join(said)


def retained(port: int, other: int) -> str:
    """a retained message, late subscribers"""
    with peer(port) as one:
        one.publish("b/retained/status", b"online", retain=True)
        time.sleep(0.5)
        ways = {"exact": "b/retained/status", "+": "b/retained/+", "#": "b/#"}
        return "; ".join(
            f"{word} {where}: {kept(p, topic)}"
            for word, topic in ways.items()
            for where, p in (("same", port), ("other", other))
        )


def emptied_elsewhere(port: int, other: int) -> str:
    """a retained message emptied (and one renewed) on the other node"""
    with peer(port) as one, peer(other) as two:
        one.publish("b/emptied", b"old", retain=True)
        one.publish("b/renewed", b"old", retain=True)
        time.sleep(0.3)
        two.publish("b/emptied", b"", retain=True)
        two.publish("b/renewed", b"new", retain=True)
        time.sleep(0.3)
    with peer(port) as late:
        emptied = [p for _, p, *_ in late.subscribe("b/emptied").heard(1, QUIET_S)]
    with peer(port) as late:
        renewed = [p for _, p, *_ in late.subscribe("b/renewed").heard(1, QUIET_S)]
    return f"emptied: still there as {emptied}; renewed: {renewed}"


def live_flag(port: int, other: int) -> str:
    """a retained message as who is subscribed already gets it"""
    with peer(other) as listener, peer(port) as one:
        listener.subscribe("b/live/+")
        one.publish("b/live/x", b"1", retain=True)
        return f"retain flag {[r for *_, r, _ in listener.heard()]}"


def will(port: int, other: int) -> str:
    """a will, its client gone without a word; and who comes late"""
    with peer(other) as listener:
        listener.subscribe("b/will/#")
        Peer(port, will="b/will/status").vanish()
        found = [p for _, p, *_ in listener.heard(1, 5)]
    return f"heard on other: {found}; late, exact: {kept(port, 'b/will/status')}"


def qos(port: int, other: int) -> str:
    """QoS 1 and 2 across nodes"""
    with peer(other) as listener, peer(port) as one:
        granted = listener.subscribe("b/qos/+", 2).granted
        taken = one.publish("b/qos/1", qos=1), one.publish("b/qos/2", qos=2)
        found = [(t, q) for t, *_, q in listener.heard(2)]
    return f"granted for QoS 2: {granted}; published {taken}; delivered {found}"


def session(port: int, other: int) -> str:
    """a persistent session: 100 messages while away, taken up at the same and at another node"""
    said = []
    for where, back in (("same", port), ("other", other)):
        first = Peer(port, name=f"kept-{where}", clean=False)
        first.subscribe("b/session/+")
        first.leave()
        with peer(port) as one:
            for number in range(100):
                one.publish(f"b/session/{where}", b"%d" % number)
        with peer(back, name=f"kept-{where}", clean=False) as again:
            found = [int(p) for t, p, *_ in again.heard(100) if t.endswith(where)]
        said.append(f"{where}: {len(found)} of 100, in order {found == sorted(found)}, kept {again.session_kept}")
        Peer(back, name=f"kept-{where}").leave()
    return "; ".join(said)


def shared(port: int, other: int) -> str:
    """a shared subscription of two, 100 messages"""
    with peer(port) as a, peer(other) as b, peer(port) as one:
        a.subscribe("$share/group/b/shared/+")
        b.subscribe("$share/group/b/shared/+")
        for number in range(100):
            one.publish("b/shared/x", b"%d" % number)
        a.heard(101, QUIET_S)
        return f"granted {a.granted}; {len(a.received)} and {len(b.received)}"


def order(port: int, other: int) -> str:
    """5,000 messages of QoS 1 on ten topics, to another node"""
    with peer(other) as listener, peer(port) as one:
        listener.subscribe("b/order/+")
        begin = time.monotonic()
        for number in range(5000):
            one.begin_to_publish(f"b/order/{number % 10}", b"%d" % number)
        found = [int(p) for _, p, *_ in listener.heard(5000, 60)]
        return f"{len(found)}, in order {found == sorted(found)}, {len(found) / (time.monotonic() - begin):.0f}/s"


def size(port: int, other: int) -> str:
    """the largest message, retained, of 1, 4, 16, 64 MiB"""
    largest = 0
    for megabytes in (1, 4, 16, 64):
        with peer(other) as listener, peer(port) as one:
            listener.subscribe("b/size")
            one.publish("b/size", bytes(megabytes * 2**20), retain=True)
            if not listener.heard(1, 10):
                break
            largest = megabytes
            one.publish("b/size", b"", retain=True)
    return f"{largest} MiB"


def long_topic(port: int, _other: int) -> str:
    """the longest topic"""
    longest = 0
    for length in (200, 255, 256, 300, 1000):
        topic = "b/" + "x" * (length - 2)
        one = Peer(port)
        if not one.publish(topic) or one.ended.is_set():
            one.leave()
            break
        longest = length
        one.leave()
    return f"{longest} bytes pass"


def names(port: int, _other: int) -> str:
    """which filters match a topic of $, of a dot, of an empty level"""
    pairs = [
        ("$b/x", "#"), ("$b/x", "+/x"), ("$b/x", "$b/#"), ("b/1.2/x", "b/+/x"), ("b/1.2/x", "b/1/2/x"),
        ("b/a/b", "b/a.b"), ("b//x", "b/+/x"), ("b/up", "b/up/#"), ("/b", "+/b"),
    ]  # fmt: skip
    said = []
    for topic, wanted in pairs:
        with peer(port) as listener, peer(port) as one:
            listener.subscribe(wanted).heard(1000, 0.2)
            listener.received.clear()  # what was retained
            one.publish(topic)
            found = {t for t, *_ in listener.heard(1, 0.5)}
            said.append(f"{wanted} gets {found.pop()} of {topic}" if found else f"{wanted} does not get {topic}")
    return "; ".join(said)


def twice(port: int, _other: int) -> str:
    """two filters that overlap, one message"""
    with peer(port) as listener, peer(port) as one:
        listener.subscribe("b/twice/#").subscribe("b/twice/x")
        one.publish("b/twice/x")
        return f"{len(listener.heard(3, QUIET_S))} times"


def takeover(port: int, other: int) -> str:
    """a second client of the same name, on the other node"""
    first = Peer(port, name="same")
    with peer(other, name="same"):
        gone = first.ended.wait(5)
        first.leave()
        return "the first is thrown out" if gone else "both stay"


TRIED: tuple[Callable[[int, int], str], ...] = (
    versions, retained, emptied_elsewhere, live_flag, will, qos, session, shared, order, size, long_topic, names,
    twice, takeover,
)  # fmt: skip


def loss(cluster: RabbitCluster) -> Iterator[tuple[str, str]]:
    """What is left of a node that dies."""
    first, second, third = cluster.nodes
    with peer(third.port) as listener, peer(third.port) as one:
        listener.subscribe("b/loss/#")
        Peer(first.port, name="session", clean=False).subscribe("b/loss/x").leave()
        dying = Peer(first.port, will="b/loss/will")
        with peer(first.port) as before:
            before.publish("b/loss/kept", b"1", retain=True)
        time.sleep(4)  # its store is written every two seconds
        listener.received.clear()
        first.kill()
        yield "a node is killed: the wills of its clients", str([t for t, *_ in listener.heard(1, 20)])
        dying.leave()
        begin = time.monotonic()
        with contextlib.suppress(AssertionError):
            assert one.publish("b/loss/x")
        yield "the others take a message after", f"{time.monotonic() - begin:.1f} s"
        yield "what it had retained, at another", kept(second.port, "b/loss/kept")
        again = Peer(second.port, name="session", clean=False)
        again.subscribe("b/loss/x")
        yield "its persistent session at another", f"{again.answer}, granted {again.granted}, {again.heard(1, 2)}"
        again.leave()
        begin = time.monotonic()
        cluster.restart(first)
        yield "it is back after", f"{time.monotonic() - begin:.0f} s"
        yield "what it had retained, when it is back", kept(first.port, "b/loss/kept")


def main() -> int:
    """All of it, or what is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("broker", choices=("mosquitto", "rabbitmq"))
    parser.add_argument("only", nargs="*", help="names of properties")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        if asked.broker == "mosquitto":
            broker = Mosquitto(Path(folder)).start()
            stack.callback(broker.stop)
            ports = broker.port, broker.port
        else:
            cluster = RabbitCluster(Path(folder))
            stack.callback(cluster.stop)
            cluster.start()
            ports = cluster.nodes[0].port, cluster.nodes[1].port
        for one in TRIED:
            if not asked.only or one.__name__ in asked.only:
                print(f"{one.__name__} ({one.__doc__}): {one(*ports)}", flush=True)
        if asked.broker == "rabbitmq" and (not asked.only or "loss" in asked.only):
            for what, found in loss(cluster):
                print(f"{what}: {found}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
