"""The head of a request, written, and that of an answer, read: as servers have it that are none of the best.

http.client refuses what some say: ICY or HTTP/2 in the first line, an interim answer other than 100, more than 100
headers. tests/sources/http/test_client.py holds each of these.
"""

import re
import socket

from edgeclassify import __version__
from edgeclassify.http.address import DEFAULT_PORTS, Address
from edgeclassify.http.deadline import Deadline
from edgeclassify.http.response import Headers

LONGEST_HEAD = 1 << 18
"""Bytes of an answer's headers."""

_HEAD_END = re.compile(rb"\r?\n\r?\n")
# ICY: what streaming servers of old say, and cameras that were made of them.
_STATUS = re.compile(r"(?:HTTP/\d(?:\.\d)?|ICY)\s+(\d{3})(?!\d)", re.IGNORECASE | re.ASCII)
_FOLD = re.compile(rb"\r?\n[ \t]+")
_TLS_RECORD = re.compile(rb"[\x15\x16]\x03[\x00-\x04]")


def request_head(method: str, address: Address, headers: str) -> str:
    """The head of a request of the address, with its empty line; `headers`: lines of ours, each with its end."""
    name = address.host.partition("%")[0]  # without the interface of an IPv6 address
    host = f"[{name}]" if ":" in name else name.encode("idna").decode()
    # As browsers write it: some servers compare it with their own name.
    port = "" if address.port == DEFAULT_PORTS[address.scheme] else f":{address.port}"
    return (
        f"{method} {address.target} HTTP/1.1\r\nHost: {host}{port}\r\n"
        f"User-Agent: edgeclassify/{__version__}\r\n{headers}\r\n"
    )


def read_head(connection: socket.socket, deadline: Deadline) -> tuple[int, Headers, bytes]:
    """Status, headers, and what came behind them; what is only an interim answer (1xx) is passed over.

    Raises OSError where the connection ends or the time is over, ValueError where what comes is no HTTP.
    """
    data = b""
    while True:
        if found := _HEAD_END.search(data):
            status, headers = _parsed(data[: found.start()])
            data = data[found.end() :]
            if status >= 200:
                return status, headers, data
            continue
        if len(data) > LONGEST_HEAD:
            raise ValueError("endless headers")
        connection.settimeout(deadline.left_s())
        received = connection.recv(4096)
        if not received:
            raise OSError("the connection ended")
        data = (data + received).lstrip(b"\r\n")
        if _TLS_RECORD.match(data):
            raise ValueError("it speaks TLS: write https:// in place of http://")


def _parsed(head: bytes) -> tuple[int, Headers]:
    first, *lines = re.split("\r?\n", _FOLD.sub(b" ", head).decode(errors="surrogateescape"))
    status = _STATUS.match(first)
    if status is None:
        raise ValueError("it is not HTTP")
    pairs = (line.partition(":") for line in lines)
    return int(status[1]), [(name.strip().lower(), _plain(value)) for name, _, value in pairs]


def _plain(value: str) -> str:
    """A header's value without control characters: it may go into a request, or a message."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", value).strip()
