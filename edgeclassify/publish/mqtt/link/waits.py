"""The delivery thread's wait for the network, and what wakes it from there."""

import contextlib
import selectors
import socket
import ssl
from typing import Protocol


class Waker:
    """A socket pair that ends a `select` from any thread. Usable (without effect) after `close`."""

    def __init__(self) -> None:
        self.receiver, self._sender = socket.socketpair()
        self.receiver.setblocking(False)
        self._sender.setblocking(False)

    def wake(self) -> None:
        """End the present or the next wait. A full socket means that one is due anyway."""
        with contextlib.suppress(OSError):
            self._sender.send(b"w")

    def clear(self) -> None:
        """Forget earlier calls of `wake`."""
        with contextlib.suppress(OSError):
            while self.receiver.recv(4096):
                pass

    def close(self) -> None:
        """Release both sockets."""
        self.receiver.close()
        self._sender.close()


class HasFileno(Protocol):
    """A socket, also one of paho's own (over WebSocket), as far as a wait needs it."""

    def fileno(self) -> int:
        """Its file descriptor."""


class SocketWait:
    """The one place that waits: for one socket, or for the waker. Used by one thread."""

    def __init__(self, waker: Waker) -> None:
        self._waker = waker
        self._selector = selectors.DefaultSelector()
        self._selector.register(waker.receiver, selectors.EVENT_READ)
        self._registered: HasFileno | None = None

    def wait(self, sock: HasFileno, *, writing: bool, timeout_s: float) -> int:
        """What the socket is ready for, of selectors.EVENT_READ and, where `writing`, EVENT_WRITE; 0: nothing."""
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if writing else 0)
        if self._registered is None:
            self._selector.register(sock, wanted)
            self._registered = sock
        elif self._selector.get_key(self._registered).events != wanted:
            self._selector.modify(self._registered, wanted)
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return selectors.EVENT_READ
        ready = 0
        for key, events in self._selector.select(timeout_s):
            if key.fileobj is self._waker.receiver:
                self._waker.clear()
            else:
                ready = events
        return ready

    def close(self) -> None:
        """Release the selector; the socket and the waker stay as they are."""
        self._selector.close()
