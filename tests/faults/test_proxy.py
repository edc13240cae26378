"""Each way to break a connection does what it says, byte for byte."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.faults.packets import PUBACK, PUBLISH
from tests.faults.proxy import HOST, FaultyProxy, Trap, quiet_port
from tests.faults.test_packets import publish
from tests.support.waiting import patient, wait_for

ACK = bytes([0x40, 2, 0, 7])


class Server:
    """Keeps the bytes of each connection; says what it is told to say."""

    def __init__(self) -> None:
        self.port = quiet_port()
        self.heard: list[bytearray] = []
        self.ended: list[bool] = []
        self._socks: list[socket.socket] = []
        self._listener = socket.create_server((HOST, self.port))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def say(self, data: bytes) -> None:
        self._socks[-1].sendall(data)

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(patient(5))

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._socks.append(sock)
            self.heard.append(bytearray())
            self.ended.append(False)
            self._threads.append(threading.Thread(target=self._listen, args=(sock, len(self.heard) - 1)))
            self._threads[-1].start()

    def _listen(self, sock: socket.socket, i: int) -> None:
        with sock:
            while True:
                try:
                    data = sock.recv(65536)
                except OSError:
                    data = b""
                if not data:
                    self.ended[i] = True
                    return
                self.heard[i] += data


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


@pytest.fixture
def proxy(server: Server) -> Iterator[FaultyProxy]:
    made = FaultyProxy(server.port).start()
    made.open()
    yield made
    made.stop()


@pytest.fixture
def client(server: Server, proxy: FaultyProxy) -> Iterator[socket.socket]:
    with ExitStack() as stack:
        sock = stack.enter_context(socket.create_connection((HOST, proxy.port), 5))
        wait_for(lambda: server.heard)
        yield sock


def everything(sock: socket.socket) -> bytes:
    """What comes until the end of the connection."""
    data = b""
    while True:
        try:
            piece = sock.recv(65536)
        except ConnectionResetError:
            return data
        if not piece:
            return data
        data += piece


@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize(("share", "passed"), [(0.0, 0), (0.5, len(publish(2)) // 2), (1.0, len(publish(2)))])
def test_publish_is_cut_at_its_byte(
    server: Server, proxy: FaultyProxy, client: socket.socket, share: float, passed: int, reset: bool
) -> None:
    trap = proxy.arm(Trap(PUBLISH, 2, share, reset))
    client.sendall(publish(1) + publish(2) + publish(3))
    assert trap.fired.wait(patient(5))
    assert everything(client) == b""
    wait_for(lambda: server.ended == [True])
    assert bytes(server.heard[0]) == publish(1) + publish(2)[:passed]
    assert proxy.published == (2 if share == 1 else 1)


@pytest.mark.parametrize(("share", "passed"), [(0.0, 0), (0.5, 2), (1.0, 4)])
def test_puback_is_cut_at_its_byte(
    server: Server, proxy: FaultyProxy, client: socket.socket, share: float, passed: int
) -> None:
    trap = proxy.arm(Trap(PUBACK, 1, share))
    client.sendall(publish(41))
    wait_for(lambda: server.heard[0] == publish(41))
    server.say(ACK)
    assert everything(client) == ACK[:passed]
    assert trap.fired.wait(patient(5))
    assert list(proxy.acknowledged) == [41]  # the broker had it, whatever the daemon heard


def test_one_puback_is_swallowed_and_the_connection_lives(
    server: Server, proxy: FaultyProxy, client: socket.socket
) -> None:
    proxy.arm(Trap(PUBACK, swallow=True))
    client.sendall(publish(1, 7) + publish(2, 8))
    wait_for(lambda: server.heard[0] == publish(1, 7) + publish(2, 8))
    server.say(ACK + bytes([0x40, 2, 0, 8]))
    assert client.recv(100) == bytes([0x40, 2, 0, 8])
    assert list(proxy.acknowledged) == [1, 2]


def test_other_packets_spring_no_trap(server: Server, proxy: FaultyProxy, client: socket.socket) -> None:
    trap = proxy.arm(Trap(PUBACK))
    ping = bytes([0xC0, 0])
    client.sendall(ping)
    wait_for(lambda: server.heard[0] == ping)
    server.say(ACK)  # of a packet that was about no event
    assert client.recv(100) == ACK
    assert not trap.fired.is_set()


def test_closed_is_refused_and_frozen_passes_nothing(
    server: Server, proxy: FaultyProxy, client: socket.socket
) -> None:
    proxy.frozen = True
    client.sendall(publish(1))
    client.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.recv(1)
    assert not server.heard[0]
    proxy.frozen = False
    wait_for(lambda: server.heard[0] == publish(1))
    proxy.close()
    assert everything(client) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, proxy.port), 5)
    proxy.open()
    socket.create_connection((HOST, proxy.port), 5).close()


def test_hold_keeps_the_rest_back(server: Server, proxy: FaultyProxy, client: socket.socket) -> None:
    trap = proxy.arm(Trap(PUBLISH, 1, 1.0, hold=True))
    client.sendall(publish(1) + publish(2))
    assert trap.fired.wait(patient(5))
    wait_for(lambda: server.heard[0] == publish(1))
    proxy.cut(reset=True)
    wait_for(lambda: server.ended == [True])
    assert server.heard[0] == publish(1)
