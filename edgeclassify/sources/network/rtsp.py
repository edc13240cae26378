"""What an RTSP server answers to DESCRIBE: FFmpeg only says that a stream did not open (RFC 2326)."""

import re
import socket

from edgeclassify.http.address import Address
from edgeclassify.http.auth import Login, best, challenges
from edgeclassify.http.connection import connect
from edgeclassify.http.deadline import Deadline
from edgeclassify.http.response import HttpResponse
from edgeclassify.http.trust import CAREFUL, Trust

LONGEST_ANSWER = 65536


def describe(address: Address, timeout_s: float, trust: Trust = CAREFUL) -> HttpResponse:
    """What DESCRIBE is answered, asked as the user in the address; `asked` is what the server wanted at first.

    Raises AbsentError where nobody answers at all, OSError where no RTSP answer comes in time.
    """
    deadline = Deadline(timeout_s)
    connection = connect(address, timeout_s, trust)
    try:
        answer = ask(connection, address, None, deadline)
        challenge = best(answer.asked)
        if answer.status == 401 and address.user is not None and challenge is not None:
            login = Login(address.user, address.password, challenge)
            second = ask(connection, address, login, deadline)
            return HttpResponse(second.status, (), address, None, answer.asked, told=True)
        return answer
    finally:
        connection.close()


def ask(connection: socket.socket, address: Address, login: Login | None, deadline: Deadline) -> HttpResponse:
    """DESCRIBE over an open connection, as a stranger or a user. Raises OSError for no answer in time."""
    header = "" if login is None else f"Authorization: {login.header('DESCRIBE', address.url)}\r\n"
    request = f"DESCRIBE {address.url} RTSP/1.0\r\nCSeq: {2 if header else 1}\r\nAccept: application/sdp\r\n"
    connection.sendall(f"{request}{header}\r\n".encode(errors="surrogateescape"))
    data, length = b"", LONGEST_ANSWER
    while len(data) < length:
        connection.settimeout(deadline.left_s())
        received = connection.recv(4096)
        if not received:
            break
        data += received
        if length == LONGEST_ANSWER and b"\r\n\r\n" in data:
            said = re.search(rb"\r\nContent-Length: *(\d{1,4})\r\n", data, re.IGNORECASE)
            length = data.index(b"\r\n\r\n") + 4 + (int(said[1]) if said else 0)
    text = data.decode(errors="surrogateescape")
    status = re.match(r"RTSP/1\.\d (\d{3})", text)
    if status is None:
        raise OSError("no RTSP answer")
    lines = (line.partition(":") for line in re.sub(r"\r?\n[ \t]+", " ", text).splitlines())
    asked = challenges((name.strip().lower(), value.strip()) for name, _, value in lines)
    return HttpResponse(int(status[1]), (), address, None, tuple(asked))
