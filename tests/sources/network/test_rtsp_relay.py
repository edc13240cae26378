"""RTSP cameras that ask for more than FFmpeg can answer, in front of a real RTSP server."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from edgeclassify.errors import AbsentError, SourceError
from edgeclassify.http.address import parse_address
from edgeclassify.http.trust import CAREFUL, Trust
from edgeclassify.sources.interface import StalledError
from edgeclassify.sources.network import stream
from edgeclassify.sources.network.rtsp_relay import RtspRelay
from edgeclassify.sources.network.stream import StreamSource
from tests.sources.http.test_client import digest_is_right
from tests.sources.raw_server import RawServer, make_certificate, raw_server
from tests.sources.streams.servers import RtspServer, rtsp_server
from tests.support.optional import present
from tests.support.waiting import patient, wait_for

USER, PASSWORD = "cam", "p@:/#"
ASKED = {
    "SHA-256": ['Digest realm="c", nonce="n", qop="auth", algorithm=SHA-256'],
    "MD5 and SHA-256": ['Digest realm="c", nonce="n"', 'Digest realm="c", nonce="n", algorithm=SHA-256'],
}


@pytest.fixture(autouse=True)
def no_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", raising=False)


def guard(server: RtspServer, wanted: list[str]) -> Callable[[RawServer, socket.socket, str], None]:
    """Lets requests through to the server behind it whose Digest is right, with SHA-256."""
    lines = "".join(f"WWW-Authenticate: {value}\r\n" for value in wanted)

    def back(inside: socket.socket, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := inside.recv(65536):
                connection.sendall(data)

    def answer(front: RawServer, connection: socket.socket, head: str) -> None:
        with socket.create_connection(("127.0.0.1", server.port)) as inside:
            thread = threading.Thread(target=back, args=(inside, connection))
            thread.start()
            data = head.encode()
            with contextlib.suppress(OSError):
                while data and not front.stopping.is_set():
                    rest = b""
                    if data.startswith(b"$"):
                        data = connection.recv(65536)
                        continue
                    text, _, rest = data.partition(b"\r\n\r\n")
                    given = re.search(rb"\r\nAuthorization: (.*)", text)
                    method = text.split(b" ")[0].decode()
                    if (
                        given
                        and "SHA-256" in given[1].decode()
                        and digest_is_right(given[1].decode(), USER, PASSWORD, method)
                    ):
                        inside.sendall(text.replace(given[0].rstrip(b"\r"), b"") + b"\r\n\r\n")
                    else:
                        number = re.findall(rb"CSeq: *([0-9]+)", text)[0].decode()
                        connection.sendall(f"RTSP/1.0 401 Unauthorized\r\nCSeq: {number}\r\n{lines}\r\n".encode())
                    data = rest or connection.recv(65536)
            with contextlib.suppress(OSError):
                inside.shutdown(socket.SHUT_RDWR)
            thread.join()

    return answer


def url_of(front: RawServer, scheme: str = "rtsp", who: str = "cam:p%40%3A%2F%23@") -> str:
    return f"{scheme}://{who}127.0.0.1:{front.port}/stream"


@pytest.mark.parametrize("name", ASKED)
def test_pictures_come_all_the_same(name: str) -> None:
    with rtsp_server(fps=20) as server, raw_server(guard(server, ASKED[name])) as front:
        source = StreamSource("front", url_of(front))
        source.open()
        assert [present(source.read(3)).width for _ in range(5)] == [320] * 5
        assert "p@" not in source.describe()
        source.open()  # at once by the same way
        assert present(source.read(3)).width == 320
        source.close()
        source.close()
        assert not [one for one in threading.enumerate() if one.name == "rtsp-relay"]


def opens(source: StreamSource) -> bool:
    try:
        source.open()
    except SourceError:
        return False
    return True


def test_with_tls(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "camera")
    with rtsp_server(fps=20) as server, raw_server(guard(server, ASKED["SHA-256"]), certificate) as front:
        source = StreamSource("front", url_of(front, "rtsps"), Trust(ca=tmp_path / "camera.crt"))
        # A busy machine may need longer for the first picture than a source waits: it is opened again, as ever.
        wait_for(lambda: opens(source), 60)
        assert present(source.read(3)).width == 320
        source.close()


def test_a_stall_behind_the_relay_is_a_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "READ_TIMEOUT_S", 0.5)
    with rtsp_server(fps=20) as server, raw_server(guard(server, ASKED["SHA-256"])) as front:
        source = StreamSource("front", url_of(front))
        source.open()
        source.read(3)
        server.stall()
        with pytest.raises(StalledError):
            read_on(source)
        source.close()


def read_on(source: StreamSource) -> None:
    for _ in range(200):
        source.read(0.2)


def test_a_wrong_password_is_called_one() -> None:
    with (
        rtsp_server(fps=20) as server,
        raw_server(guard(server, ASKED["SHA-256"])) as front,
        pytest.raises(AbsentError, match="a user or password that it refuses") as caught,
    ):
        StreamSource("front", url_of(front, who="cam:hunter2@")).open()
    assert "hunter2" not in str(caught.value)


def test_nobody_else_gets_in_by_the_relay() -> None:
    """Who finds the port does not know the way."""
    with rtsp_server(fps=20) as server, raw_server(guard(server, ASKED["SHA-256"])) as front:
        relay = RtspRelay(parse_address(url_of(front)), CAREFUL, 3.0)
        relay.start()
        port = int(relay.url.split("/")[2].partition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as stranger:
            stranger.settimeout(patient(5))
            stranger.sendall(f"DESCRIBE rtsp://127.0.0.1:{port}/stream RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
            assert stranger.recv(100) == b""
        relay.close()
        assert not any("Authorization" in head for head in front.heads)


def test_a_relay_that_nobody_uses_ends() -> None:
    relay = RtspRelay(parse_address("rtsp://cam:x@127.0.0.1:1/x"), CAREFUL, 30.0)
    relay.start()
    relay.close()


def test_a_relay_to_nobody() -> None:
    with pytest.raises(SourceError):
        StreamSource("front", "rtsp://cam:x@127.0.0.1:1/x").open()
