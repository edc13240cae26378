"""What is learned by DESCRIBE where FFmpeg can't open a stream, from a server that only asks who is there."""

import re
import socket
import time
from collections.abc import Callable

import pytest

from edgeclassify.errors import AbsentError, SourceError
from edgeclassify.http.address import parse_address
from edgeclassify.sources.network.rtsp import describe
from edgeclassify.sources.network.stream import StreamSource
from tests.sources.http.test_client import CHALLENGES, digest_is_right
from tests.sources.raw_server import RawServer, dripping, raw_server


def asks(wanted: list[str]) -> Callable[[RawServer, socket.socket, str], None]:
    """Answers DESCRIBE of who gives the right password with nothing to see."""
    lines = "".join(f"WWW-Authenticate: {value}\r\n" for value in wanted)

    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        while head:
            number = re.findall("CSeq: *([0-9]+)", head)[0]
            given = re.search(r"^Authorization: (.*)\r$", head, re.MULTILINE | re.IGNORECASE)
            method = head.split()[0]
            fits = given and digest_is_right(given[1], "cam", "p@:/#", method)
            status = "200 OK" if fits else f"401 Unauthorized\r\n{lines.rstrip()}"
            connection.sendall(f"RTSP/1.0 {status}\r\nCSeq: {number}\r\n\r\n".encode())
            head = connection.recv(4096).decode()
            if head:
                server.heads.append(head)

    return answer


def url_of(server: RawServer, who: str = "cam:p%40%3A%2F%23@") -> str:
    return f"rtsp://{who}127.0.0.1:{server.port}/stream"


@pytest.mark.parametrize("name", CHALLENGES)
def test_digest_of_every_kind(name: str) -> None:
    with raw_server(asks(CHALLENGES[name])) as server:
        answer = describe(parse_address(url_of(server)), 3)
        assert (answer.status, answer.told) == (200, True)
        assert describe(parse_address(url_of(server, "cam:wrong@")), 3).status == 401


def test_a_challenge_on_several_lines() -> None:
    with raw_server(asks(['Digest realm="c",\r\n nonce="n",\r\n\tqop="auth"'])) as server:
        assert describe(parse_address(url_of(server)), 3).status == 200
    assert "qop=auth" in server.heads[1]


@pytest.mark.parametrize(
    ("wanted", "who", "words"),
    [
        (CHALLENGES["SHA-256"], "cam:p%40%3A%2F%23@", r"lets us in \(Digest with SHA-256\), but not with video"),
        (CHALLENGES["SHA-256"], "cam:hunter2@", "a user or password that it refuses"),
        (['Digest realm="c", nonce="n", algorithm=SHA3-9'], "cam:hunter2@", "SHA3-9, which is not supported"),
        (CHALLENGES["SHA-256"], "", "no user and password in the URL"),
        (CHALLENGES["MD5"], "cam:p%40%3A%2F%23@", "not with video that can be decoded"),
    ],
)  # fmt: skip
def test_only_a_password_that_was_refused_is_called_wrong(wanted: list[str], who: str, words: str) -> None:
    with raw_server(asks(wanted)) as server, pytest.raises(SourceError, match=words) as caught:
        StreamSource("front", url_of(server, who)).open()
    assert "hunter2" not in str(caught.value)
    assert "p@" not in str(caught.value)


def test_an_answer_that_drips_ends_in_time() -> None:
    started = time.monotonic()
    with raw_server(dripping(b"RTSP/1.0 200 OK\r\nX: ")) as server, pytest.raises(TimeoutError):
        describe(parse_address(url_of(server)), 0.4)
    assert time.monotonic() - started < 3


def test_a_camera_that_is_not_there() -> None:
    with pytest.raises(AbsentError):
        describe(parse_address("rtsp://127.0.0.1:1/x"), 1)
