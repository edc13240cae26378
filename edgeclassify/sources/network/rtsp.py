"""What an RTSP server answers to DESCRIBE: FFmpeg only says that a stream did not open (RFC 2326)."""

import re
import socket
import time

from edgeclassify.sources.network.address import Address, connect
from edgeclassify.sources.network.auth import Challenges, authorization, challenges

LONGEST_ANSWER = 65536


def describe(address: Address, timeout_s: float) -> int:
    """The status code (200, 401, 404, …) of DESCRIBE, asked as the user in the address.

    Raises AbsentError where nobody answers at all, OSError where no RTSP answer comes in time.
    """
    deadline = time.monotonic() + timeout_s
    connection = connect(address, timeout_s)
    try:
        status, asked = _ask(connection, address.url, "", deadline)
        if status == 401 and address.user is not None:
            header = authorization(asked, "DESCRIBE", address.url, address.user, address.password)
            status, _ = _ask(connection, address.url, f"Authorization: {header}\r\n", deadline)
    finally:
        connection.close()
    return status


def _ask(connection: socket.socket, url: str, header: str, deadline: float) -> tuple[int, Challenges]:
    request = f"DESCRIBE {url} RTSP/1.0\r\nCSeq: {2 if header else 1}\r\nAccept: application/sdp\r\n"
    connection.sendall(f"{request}{header}\r\n".encode())
    data, length = b"", LONGEST_ANSWER
    while len(data) < length:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        received = connection.recv(4096)
        if not received:
            break
        data += received
        if length == LONGEST_ANSWER and b"\r\n\r\n" in data:
            said = re.search(rb"\r\nContent-Length: *(\d{1,4})\r\n", data, re.IGNORECASE)
            length = data.index(b"\r\n\r\n") + 4 + (int(said[1]) if said else 0)
    text = data.decode("latin-1")
    status = re.match(r"RTSP/1\.\d (\d{3})", text)
    if status is None:
        raise OSError("no RTSP answer")
    lines = (line.partition(":") for line in text.splitlines())
    return int(status[1]), challenges((name.strip().lower(), value.strip()) for name, _, value in lines)
