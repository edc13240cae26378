"""The journal's own protocol: entries with fields, so that `journalctl CAMERA=porch` tells of one camera.

An entry is one datagram to journald's socket: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/. Text of several lines,
a traceback for example, stays one entry.
"""

import errno
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # where a journal is written to, it is imported: elsewhere it takes longer than all of this
    import socket

SOCKET = Path("/run/systemd/journal/socket")
PATIENCE_S = 0.2
"""How long an entry waits for a journald that does not read. It has a queue of some hundred entries."""
TAKEN_AGAIN = 16
"""So many entries in a row journald takes before one waits for it again: whoever logs is not to stand still."""
_QUEUE_BYTES = 8 << 20
_TOO_LARGE = (errno.EMSGSIZE, errno.ENOBUFS)
_GONE = (errno.ECONNREFUSED, errno.ENOTCONN, errno.EPIPE, errno.ECONNRESET)
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL


def encoded(fields: Mapping[str, str]) -> bytes:
    """The fields of an entry as journald reads them: `KEY=value`, and with its length what has several lines."""
    return b"".join(_pieces(fields))


def _pieces(fields: Mapping[str, str]) -> Iterator[bytes]:
    for key, text in fields.items():
        value = text.encode("utf-8", "backslashreplace")
        if b"\n" in value:
            yield b"%s\n%s%s\n" % (key.encode(), len(value).to_bytes(8, "little"), value)
        else:
            yield b"%s=%s\n" % (key.encode(), value)


class Journal:
    """Where entries go; nothing is opened before the first one. Used by one thread at a time.

    An entry that journald does not take within PATIENCE_S is given up, and those after it wait no more, until
    TAKEN_AGAIN of them were taken.
    """

    def __init__(self, path: Path = SOCKET) -> None:
        self._path = str(path)
        self._channel: socket.socket | None = None
        self._taken = TAKEN_AGAIN

    @property
    def patience_s(self) -> float:
        """How long the next entry waits at most."""
        return PATIENCE_S if self._taken >= TAKEN_AGAIN else 0.0

    def send(self, fields: Mapping[str, str]) -> bool:
        """True where journald has the entry as a whole; False: it has nothing of it."""
        entry = encoded(fields)
        try:
            if self._channel is None:
                self._send_anew(entry)
            else:
                self._send_on(self._channel, entry)
        except OSError as error:
            self.close()
            if isinstance(error, TimeoutError | BlockingIOError):
                self._taken = 0
            return False
        self._taken += 1
        return True

    def close(self) -> None:
        """Release what is open; another entry opens it again."""
        if self._channel is not None:
            self._channel.close()
        self._channel = None

    def _send_on(self, channel: "socket.socket", entry: bytes) -> None:
        """Raises OSError. A journald that was started anew is found."""
        try:
            self._send(channel, entry)
        except OSError as error:
            if error.errno not in _GONE:
                raise
            self.close()
            self._send_anew(entry)

    def _send_anew(self, entry: bytes) -> None:
        """Raises OSError."""
        import socket

        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        with suppress(OSError):
            self._channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _QUEUE_BYTES)
        # Connected: only then the kernel lets a sender sleep until there is room in the queue of the other end.
        self._channel.connect(self._path)
        self._send(self._channel, entry)

    def _send(self, channel: "socket.socket", entry: bytes) -> None:
        """Raises OSError."""
        channel.settimeout(self.patience_s)
        try:
            channel.send(entry)
        except OSError as error:
            if error.errno not in _TOO_LARGE:
                raise
            self._send_as_file(channel, entry)

    def _send_as_file(self, channel: "socket.socket", entry: bytes) -> None:
        """What is too large for a datagram: a file in memory that nobody can change any more."""
        import array
        import socket

        with os.fdopen(os.memfd_create("journal-entry", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), "wb") as file:
            file.write(entry)
            file.flush()
            fcntl.fcntl(file, fcntl.F_ADD_SEALS, _SEALS)
            rights = array.array("i", [file.fileno()])
            channel.sendmsg([], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
