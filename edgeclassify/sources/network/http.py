"""One GET whose body goes on and on, read as it comes, with waits that end in time.

Neither http.client nor requests can be waited on for a while and then again: after a timeout they are done for.
Source: RFC 9112 (chunked bodies).
"""

import re
import select
import socket
import ssl
import time
from collections.abc import Sequence
from urllib.parse import urljoin

from edgeclassify import __version__
from edgeclassify.errors import AbsentError, SourceError
from edgeclassify.sources.network.address import Address, connect, parse_address, refused
from edgeclassify.sources.network.auth import authorization, challenges

MAX_REDIRECTS = 3
LONGEST_HEAD = 65536
LONGEST_LINE = 1024
RECEIVE_BYTES = 1 << 17

Headers = Sequence[tuple[str, str]]


class HttpStream:
    """An answer with status 200, its body still to come. `content_type`: in lower case but for its parameters."""

    def __init__(self, connection: socket.socket, headers: Headers, rest: bytes) -> None:
        self._connection = connection
        chunked = any(name == "transfer-encoding" and "chunked" in value.lower() for name, value in headers)
        self._chunks = _Chunks() if chunked else None
        self._rest = rest
        self.content_type = next((value for name, value in headers if name == "content-type"), "")

    def receive(self, timeout_s: float) -> bytes | None:
        """What has come of the body, at least a byte; None where nothing came in time, b"" at its end.

        Raises OSError where the connection broke, ValueError where what comes is no HTTP.
        """
        data, self._rest = self._rest, b""
        if not data:
            if not self._is_readable(timeout_s):
                return None
            data = self._connection.recv(RECEIVE_BYTES)
        if self._chunks is None or not data:
            return data
        return self._chunks.feed(data) or None

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _is_readable(self, timeout_s: float) -> bool:
        if isinstance(self._connection, ssl.SSLSocket) and self._connection.pending():
            return True
        return bool(select.select([self._connection], [], [], max(0.0, timeout_s))[0])


def get(url: str, timeout_s: float) -> HttpStream:
    """Ask for a URL, as the user in it, and follow redirects.

    Raises AbsentError where nobody answers in time or the server refuses, MissingInputError for what is no URL.
    """
    original = parse_address(url)
    address = original
    for _ in range(MAX_REDIRECTS + 1):
        status, headers, stream = _ask(address, timeout_s)
        if stream is not None:
            return stream
        location = next((value for name, value in headers if name == "location"), "")
        if not 300 <= status < 400 or not location:
            raise refused(original, status)
        address = _elsewhere(address, location)
    raise AbsentError(f"{original.shown}: expected a stream, found more than {MAX_REDIRECTS} redirects.")


def _elsewhere(address: Address, location: str) -> Address:
    """Where a redirect leads; the password goes there only where it is the same server."""
    other = parse_address(urljoin(address.url, location))
    same = (other.scheme, other.host, other.port) == (address.scheme, address.host, address.port)
    user, password = (address.user, address.password) if same else (None, "")
    return Address(other.shown, other.url, other.scheme, other.host, other.port, other.target, user, password)


def _ask(address: Address, timeout_s: float) -> tuple[int, Headers, HttpStream | None]:
    """Status and headers, and where the status is 200 the answer's body; answers what the server wants to know."""
    status, headers, stream = _ask_once(address, "", timeout_s)
    if status == 401 and address.user is not None:
        asked = challenges(headers)
        header = authorization(asked, "GET", address.target, address.user, address.password)
        return _ask_once(address, f"Authorization: {header}\r\n", timeout_s)
    return status, headers, stream


def _ask_once(address: Address, header: str, timeout_s: float) -> tuple[int, Headers, HttpStream | None]:
    deadline = time.monotonic() + timeout_s
    connection = connect(address, timeout_s)
    host = f"[{address.host}]" if ":" in address.host else address.host
    try:
        connection.sendall(
            f"GET {address.target} HTTP/1.1\r\nHost: {host}:{address.port}\r\nAccept: */*\r\n"
            f"User-Agent: edgeclassify/{__version__}\r\nConnection: close\r\n{header}\r\n".encode()
        )
        head, rest = _head(connection, deadline)
        status, headers = _parsed(head)
    except TimeoutError as error:
        connection.close()
        raise AbsentError(f"{address.shown}: expected an HTTP answer, found none in {timeout_s:g} s.") from error
    except (OSError, ValueError) as error:
        connection.close()
        raise SourceError(f"{address.shown}: expected an HTTP answer, found none ({error}).") from error
    if status != 200:
        connection.close()
        return status, headers, None
    connection.settimeout(timeout_s)
    return status, headers, HttpStream(connection, headers, rest)


def _head(connection: socket.socket, deadline: float) -> tuple[bytes, bytes]:
    """An answer up to its empty line, and what came behind it."""
    data = b""
    while b"\r\n\r\n" not in data:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        received = connection.recv(4096)
        if not received:
            raise OSError("the connection ended")
        data += received
        if len(data) > LONGEST_HEAD:
            raise ValueError("endless headers")
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _parsed(head: bytes) -> tuple[int, Headers]:
    first, *lines = head.decode("latin-1").split("\r\n")
    status = re.match(r"HTTP/1\.\d (\d{3})", first)
    if status is None:
        raise ValueError("it is not HTTP")
    pairs = (line.partition(":") for line in lines)
    return int(status[1]), [(name.strip().lower(), value.strip()) for name, _, value in pairs]


class _Chunks:
    """The bytes of a chunked body, without what stands around the chunks."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._left = 0

    def feed(self, data: bytes) -> bytes:
        """Raises ValueError where these are no chunks, or the last one has come."""
        self._buffer += data
        body = bytearray()
        while self._buffer:
            if self._left:
                taken = min(self._left, len(self._buffer))
                body += self._buffer[:taken]
                del self._buffer[:taken]
                self._left -= taken
                continue
            line, found, _ = bytes(self._buffer[:LONGEST_LINE]).lstrip(b"\r\n").partition(b"\r\n")
            if not found:
                if len(self._buffer) >= LONGEST_LINE:
                    raise ValueError("a chunk without a size")
                break
            self._left = int(line.partition(b";")[0], 16)
            if not self._left:
                raise ValueError("the stream has ended")
            del self._buffer[: self._buffer.index(line) + len(line) + 2]
        return bytes(body)
