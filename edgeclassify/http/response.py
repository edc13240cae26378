"""An HTTP answer: what its head says, and its body as it comes, with waits that end in time."""

import re
import select
import socket
import ssl
import time
from collections.abc import Sequence

from edgeclassify.http.address import Address
from edgeclassify.http.auth import Challenge
from edgeclassify.http.body import Chunks
from edgeclassify.lazy_dataclass import dataclass

RECEIVE_BYTES = 1 << 17

Headers = Sequence[tuple[str, str]]
"""Names in lower case, and values."""


class HttpStream:
    """An answer with status 200, its body still to come.

    `content_type`: its kind in lower case. `parameters`: what stands behind it. `length`: bytes of the body, where
    they are stated. `challenge`: what was asked for and answered.
    """

    def __init__(self, connection: socket.socket, headers: Headers, rest: bytes) -> None:
        self._connection = connection
        chunked = "chunked" in header_of(headers, "transfer-encoding").lower()
        self._chunks = Chunks() if chunked else None
        self._rest = rest
        kind, _, self.parameters = header_of(headers, "content-type").partition(";")
        self.content_type = kind.strip().lower()
        length = header_of(headers, "content-length")
        self.length = int(length) if re.fullmatch(r"[0-9]{1,12}", length) and not chunked else None
        self.encoding = header_of(headers, "content-encoding").strip().lower()
        self.challenge: Challenge | None = None
        self._unread = b""

    def receive(self, timeout_s: float) -> bytes | None:
        """What has come of the body, at least a byte; None where nothing came in time, b"" at its end.

        Raises OSError where the connection broke, ValueError where what comes is no HTTP.
        """
        if self._unread:
            data, self._unread = self._unread, b""
            return data
        until = time.monotonic() + timeout_s
        while True:
            data, self._rest = self._rest, b""
            if not data:
                if self._chunks is not None and self._chunks.ended:
                    return b""
                if not self._is_readable(until - time.monotonic()):
                    return None
                data = self._connection.recv(RECEIVE_BYTES)
            if self._chunks is None or not data:
                return data
            if body := self._chunks.feed(data):
                return body
            # Only what stands around a chunk has come, or a piece of it.
            if time.monotonic() >= until and not self._chunks.ended:
                return None

    @property
    def lacks_its_end(self) -> bool:
        """True where a chunked body was cut before its last chunk."""
        return self._chunks is not None and not self._chunks.ended

    def unread(self, data: bytes) -> None:
        """Give bytes back: the next receive() has them."""
        self._unread = data + self._unread

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _is_readable(self, timeout_s: float) -> bool:
        if isinstance(self._connection, ssl.SSLSocket) and self._connection.pending():
            return True
        return bool(select.select([self._connection], [], [], max(0.0, timeout_s))[0])


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What a server says in the end, to which address, and how it was told who asks.

    `stream` is set where the status is 200. `asked`: a 401's challenges. `told`: True where user and password were
    given.
    """

    status: int
    headers: Headers
    address: Address
    stream: HttpStream | None = None
    asked: tuple[Challenge, ...] = ()
    told: bool = False


def header_of(headers: Headers, wanted: str) -> str:
    """The first value of that name; empty where there is none."""
    return next((value for name, value in headers if name == wanted), "")
