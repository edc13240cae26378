"""A TCP proxy between daemon and broker that knows MQTT: it breaks connections at a chosen byte of a packet.

It also notes which events the broker has acknowledged, and when: evidence of what was the broker's to keep.
"""

import contextlib
import random
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.packets import (
    CONNECT,
    PUBACK,
    PUBLISH,
    Splitter,
    kind_of,
    protocol_level,
    read_puback,
    read_publish,
)
from tests.support.waiting import patient

HOST = "127.0.0.1"
_POLL_S = 0.01


def quiet_port() -> int:
    """A free port below those that the kernel hands out for outgoing connections.

    Who keeps connecting to a closed port of that range ends up connected with itself once in some ten thousand
    times, and here ports are closed again and again.
    """
    while True:
        port = random.SystemRandom().randint(20_000, 30_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind((HOST, port))
            return port


@dataclass
class Trap:
    """Waits for the `countdown`-th packet about an event, passes `share` of its bytes on, then acts.

    `kind`: PUBLISH (from the daemon) or PUBACK (from the broker). `share`: 0 nothing, 1 all of it, between: a
    part. `hold`: the connection stays, and nothing more passes; else `swallow`: only this packet is lost; else it
    is cut, with `reset` by RST, else by FIN.
    """

    kind: int
    countdown: int = 1
    share: float = 0.0
    reset: bool = False
    hold: bool = False
    swallow: bool = False
    fired: threading.Event = field(default_factory=threading.Event)


@dataclass(eq=False)
class _Pair:
    """One connection of the daemon, and the proxy's to the broker."""

    client: socket.socket
    broker: socket.socket
    from_client: Splitter = field(default_factory=Splitter)
    from_broker: Splitter = field(default_factory=Splitter)
    level: int = 5
    events: dict[int, int] = field(default_factory=dict)
    """Packet id → seq of what is not acknowledged."""
    queue: deque[tuple[float, bool, bytes]] = field(default_factory=deque)
    """(when it is due, from the client?, packet): in order, since the delay is the same for all."""

    def other(self, sock: socket.socket) -> socket.socket:
        return self.broker if sock is self.client else self.client


class FaultyProxy:
    """Passes on, unless told otherwise. Every method may be called from any thread."""

    def __init__(self, target: int, port: int | None = None) -> None:
        self.port = quiet_port() if port is None else port
        self.acknowledged: dict[int, list[float]] = {}
        """seq → monotonic times at which the broker's PUBACK came by (passed on or not)."""
        self.connections = 0
        """How many the broker has taken so far."""
        self.published = 0
        """PUBLISH packets about events that went on to the broker as a whole."""
        self.delay_s = 0.0
        self.frozen = False
        self._target = target
        self._trap: Trap | None = None
        self._wanted_open = False
        self._cut: bool | None = None
        self._running = True
        self._pairs: dict[socket.socket, _Pair] = {}
        self._listener: socket.socket | None = None
        self._settled = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="faulty proxy")

    def start(self) -> "FaultyProxy":
        """Begin, closed: `open` lets the daemon in."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Cut everything and end."""
        self._running = False
        self._thread.join(patient(5))

    def open(self) -> None:
        """Listen."""
        self._wanted_open = True
        self._await(lambda: self._listener is not None)

    def close(self) -> None:
        """Cut what is connected; further attempts are refused by the kernel."""
        self._wanted_open = False
        self._await(lambda: self._listener is None and not self._pairs)

    def cut(self, reset: bool) -> None:
        """Cut what is connected now; a new attempt is welcome."""
        self._cut = reset
        self._await(lambda: self._cut is None)

    def arm(self, trap: Trap) -> Trap:
        """Set a trap; one that has not fired is forgotten."""
        self._trap = trap
        return trap

    def disarm(self) -> None:
        """Forget the trap."""
        self._trap = None

    def _await(self, condition: Callable[[], bool]) -> None:
        with self._settled:
            assert self._settled.wait_for(condition, patient(10)), "the proxy hangs"

    # --- the proxy's thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while self._running:
            self._obey()
            sockets = [] if self.frozen else list(self._pairs)
            listener = [] if self._listener is None else [self._listener]
            readable, _, _ = select.select([*listener, *sockets], [], [], self._patience())
            for sock in readable:
                if sock is self._listener:
                    self._accept()
                elif sock in self._pairs:
                    self._read(self._pairs[sock], sock)
            if not self.frozen:
                for pair in set(self._pairs.values()):
                    self._flush(pair)
        self._wanted_open = False
        self._obey()

    def _obey(self) -> None:
        with self._settled:
            if self._cut is not None or not self._wanted_open:
                for pair in set(self._pairs.values()):
                    self._drop(pair, reset=bool(self._cut))
                self._cut = None
            if self._wanted_open and self._listener is None:
                self._listener = socket.create_server((HOST, self.port))
            elif not self._wanted_open and self._listener is not None:
                self._listener.close()
                self._listener = None
            self._settled.notify_all()

    def _patience(self) -> float:
        if self.frozen:
            return _POLL_S
        due = [pair.queue[0][0] for pair in self._pairs.values() if pair.queue]
        return min(_POLL_S, max(0.0, min(due) - time.monotonic())) if due else _POLL_S

    def _accept(self) -> None:
        assert self._listener is not None
        client, _ = self._listener.accept()
        try:
            broker = socket.create_connection((HOST, self._target), 2)
        except OSError:
            client.close()
            return
        for sock in (client, broker):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = _Pair(client, broker)
        self._pairs[client] = self._pairs[broker] = pair
        self.connections += 1

    def _read(self, pair: _Pair, sock: socket.socket) -> None:
        try:
            data = sock.recv(65536)
        except OSError:
            data = b""
        if not data:
            # What came before the end is still passed on, as a network would.
            self._flush(pair, everything=True)
            self._drop(pair, reset=False)
            return
        from_client = sock is pair.client
        splitter = pair.from_client if from_client else pair.from_broker
        due = time.monotonic() + self.delay_s
        pair.queue.extend((due, from_client, packet) for packet in splitter.feed(data))

    def _flush(self, pair: _Pair, everything: bool = False) -> None:
        while pair.queue and pair.client in self._pairs and not self.frozen:
            due, from_client, packet = pair.queue[0]
            if due > time.monotonic() and not everything:
                return
            pair.queue.popleft()
            self._pass_on(pair, from_client, packet)

    def _pass_on(self, pair: _Pair, from_client: bool, packet: bytes) -> None:
        about_event = self._note(pair, from_client, packet)
        trap = self._trap
        sprung = trap is not None and about_event and trap.kind == kind_of(packet) and self._count(trap)
        length = len(packet)
        if sprung and trap is not None and trap.share < 1:
            length = 0 if trap.share == 0 else min(len(packet) - 1, max(1, int(len(packet) * trap.share)))
        try:
            (pair.broker if from_client else pair.client).sendall(packet[:length])
        except OSError:
            self._drop(pair, reset=False)
        if from_client and about_event and length == len(packet):
            self.published += 1
        if sprung and trap is not None:
            self._trap = None
            if trap.hold:
                self.frozen = True
            elif not trap.swallow:
                self._drop(pair, reset=trap.reset)
            trap.fired.set()

    def _count(self, trap: Trap) -> bool:
        trap.countdown -= 1
        return trap.countdown <= 0

    def _note(self, pair: _Pair, from_client: bool, packet: bytes) -> bool:
        """Keep the books; is the packet about an event?"""
        kind = kind_of(packet)
        if from_client and kind == CONNECT:
            pair.level = protocol_level(packet)
        elif from_client and kind == PUBLISH:
            publish = read_publish(packet, pair.level)
            if publish.seq is not None and publish.packet_id is not None:
                pair.events[publish.packet_id] = publish.seq
                return True
        elif not from_client and kind == PUBACK:
            seq = pair.events.pop(read_puback(packet), None)
            if seq is not None:
                self.acknowledged.setdefault(seq, []).append(time.monotonic())
                return True
        return False

    def _drop(self, pair: _Pair, *, reset: bool) -> None:
        """The broker's side first: when the daemon is back, what it had sent before has been dealt with."""
        for sock in (pair.broker, pair.client):
            if self._pairs.pop(sock, None) is not None:
                if reset:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.close()
