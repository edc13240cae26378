"""A broker in this process that does what the test says, also what no broker should do.

It answers as a good one, except where a test hands it a function: those get the connection and say what is sent.
"""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.broker import HOST
from tests.support.waiting import patient

CONNECT, PUBLISH, PUBACK, SUBSCRIBE, PING, DISCONNECT = 1, 3, 4, 8, 12, 14


def length(number: int) -> bytes:
    """A variable byte integer."""
    found = bytearray()
    while True:
        number, low = divmod(number, 128)
        found.append(low | (128 if number else 0))
        if not number:
            return bytes(found)


def packet(first: int, content: bytes = b"") -> bytes:
    return bytes([first]) + length(len(content)) + content


def text(value: str) -> bytes:
    return struct.pack(">H", len(value.encode())) + value.encode()


@dataclass(frozen=True)
class Got:
    """A message that the node has published. `size`: bytes of its packet; `at`: monotonic seconds."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    mid: int
    size: int
    connection: int
    at: float


@dataclass
class Peer:
    """One connection of the node."""

    sock: socket.socket
    number: int
    level: int = 0
    connect: bytes = b""
    got: list[Got] = field(default_factory=list)
    subscribed: list[str] = field(default_factory=list)

    def send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self.sock.sendall(data)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, mid: int = 7, retain: bool = False) -> None:
        content = text(topic) + (struct.pack(">H", mid) if qos else b"") + (b"\0" if self.level == 5 else b"")
        self.send(packet(0x30 | qos << 1 | retain, content + payload))

    def puback(self, mid: int, reason: int = 0) -> None:
        self.send(packet(0x40, struct.pack(">H", mid) + (bytes([reason]) if self.level == 5 and reason else b"")))

    def disconnect(self, reason: int) -> None:
        self.send(packet(0xE0, bytes([reason, 0])))
        self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)


class OddBroker:
    """`on_connect(peer)`, `on_publish(peer, got)`, `on_subscribe(peer, topic, mid)`, `on_ping(peer)`: in place of
    the usual answer. `properties`: of CONNACK, for MQTT 5."""

    def __init__(self, *, properties: bytes = b"", tls: ssl.SSLContext | None = None, **hooks: Any) -> None:
        self.peers: list[Peer] = []
        self.pubacks: list[int] = []
        self.properties = properties
        self.hooks: dict[str, Callable[..., Any]] = hooks
        self._tls = tls
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._running = True

    @property
    def got(self) -> list[Got]:
        return [one for peer in list(self.peers) for one in list(peer.got)]

    def of(self, ending: str) -> list[Got]:
        return [one for one in self.got if one.topic.endswith(ending)]

    def seqs(self) -> list[int]:
        """The numbers of the events that came."""
        found = [one.payload for one in self.got if one.topic.endswith(("/event", "/history"))]
        return [int(body.partition(b'"seq":')[2].partition(b",")[0]) for body in found]

    @property
    def levels(self) -> list[int]:
        """The versions that were asked for, of the connections that have said theirs."""
        return [peer.level for peer in list(self.peers) if peer.level]

    @contextmanager
    def running(self) -> Iterator["OddBroker"]:
        thread = threading.Thread(target=self._accept, name="odd broker")
        thread.start()
        try:
            yield self
        finally:
            self._running = False
            thread.join(patient(5))
            for peer in self.peers:
                peer.close()
            for each in self._threads:
                each.join(patient(5))
            self._listener.close()

    def _accept(self) -> None:
        self._listener.settimeout(0.05)
        while self._running:
            try:
                sock, _ = self._listener.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._serve, args=(sock,), name="odd broker's peer")
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(None)
        peer = Peer(sock, len(self.peers))
        self.peers.append(peer)
        with contextlib.suppress(OSError), sock:
            stream = sock.makefile("rb")
            while first := stream.read(1):
                number = shift = 0
                while True:
                    (byte,) = stream.read(1)
                    number |= (byte & 127) << shift
                    shift += 7
                    if byte < 128:
                        break
                self._packet(peer, first[0], stream.read(number), 1 + shift // 7 + number)

    def _packet(self, peer: Peer, first: int, content: bytes, size: int) -> None:
        kind = first >> 4
        if kind == CONNECT:
            peer.connect, peer.level = content, content[6]
            self._call("on_connect", self.accept, peer)
        elif kind == PUBLISH:
            got = self._parsed(peer, first, content, size)
            peer.got.append(got)
            self._call("on_publish", lambda p, g: p.puback(g.mid) if g.qos else None, peer, got)
        elif kind == PUBACK:
            self.pubacks.append(struct.unpack(">H", content[:2])[0])
        elif kind == SUBSCRIBE:
            begin = 2 + (1 if peer.level == 5 else 0)
            size = struct.unpack(">H", content[begin : begin + 2])[0]
            topic = content[begin + 2 : begin + 2 + size].decode()
            peer.subscribed.append(topic)
            self._call("on_subscribe", self.grant, peer, topic, content[:2])
        elif kind == PING:
            self._call("on_ping", lambda p: p.send(b"\xd0\0"), peer)

    def accept(self, peer: Peer, reason: int = 0) -> None:
        """CONNACK."""
        properties = length(len(self.properties)) + self.properties if peer.level == 5 else b""
        peer.send(packet(0x20, bytes([0, reason]) + properties))

    @staticmethod
    def grant(peer: Peer, _topic: str, mid: bytes, code: int = 1) -> None:
        """SUBACK."""
        peer.send(packet(0x90, mid + (b"\0" if peer.level == 5 else b"") + bytes([code])))

    def _call(self, name: str, usual: Callable[..., Any], *arguments: Any) -> None:
        self.hooks.get(name, usual)(*arguments)

    @staticmethod
    def _parsed(peer: Peer, first: int, content: bytes, size: int) -> Got:
        end = 2 + struct.unpack(">H", content[:2])[0]
        topic, qos, mid = content[2:end].decode(), first >> 1 & 3, 0
        if qos:
            mid = struct.unpack(">H", content[end : end + 2])[0]
            end += 2
        if peer.level == 5:
            end += 1 + content[end]  # the node's properties are short
        return Got(topic, content[end:], qos, bool(first & 1), mid, size, peer.number, time.monotonic())
