"""What ends a wait for a server that another thread is in: a connect, a TLS handshake, an answer."""

import contextlib
import socket
from threading import Lock


class ConnectInterrupt:
    """Ends a blocking connect or TLS handshake from another thread, for good.

    Closing a socket does not wake a thread that waits on it; shutting it down does. A duplicate is kept, since
    the TLS layer takes the original over.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._fired = False
        self._guarded: socket.socket | None = None

    def guard(self, sock: socket.socket) -> None:
        """Watch over this socket instead of the last one. Raises InterruptedError when already fired."""
        with self._lock:
            self._release()
            if self._fired:
                raise InterruptedError("stopping")
            self._guarded = sock.dup()

    def release(self) -> None:
        """The connection stands: nothing blocks any more."""
        with self._lock:
            self._release()

    def break_off(self) -> None:
        """Break what is being connected now."""
        with self._lock:
            self._shut_down()

    def fire(self) -> None:
        """Break what is being connected, and refuse every later attempt."""
        with self._lock:
            self._fired = True
            self._shut_down()
            self._release()

    def _shut_down(self) -> None:
        if self._guarded is not None:
            with contextlib.suppress(OSError):
                self._guarded.shutdown(socket.SHUT_RDWR)

    def _release(self) -> None:
        if self._guarded is not None:
            self._guarded.close()
            self._guarded = None
