"""Fetching by URL from a real HTTP server; what is secret in a URL never shows."""

import base64
import socket
import time
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from edgeclassify.errors import (
    AbsentError,
    ExitStatus,
    ImageError,
    MissingInputError,
    SourceError,
    UndecodableInputError,
    UnknownPathError,
)
from edgeclassify.http.address import REFUSED_RETRY_S
from edgeclassify.sources.images.reading import is_url
from edgeclassify.sources.support import image_by_url
from edgeclassify.sources.support.image_by_url import Access, fetch
from tests.sources.dialects import BARE, DIALECTS, PICTURES
from tests.sources.raw_server import OK, RawServer, always, dripping, picture, raw_server
from tests.sources.servers import Handler, PlainServer, body, mjpeg, serving


def address(server: PlainServer, path: str = "/x.jpg") -> str:
    return f"http://user:hunter2@127.0.0.1:{server.server_port}{path}?token=hunter2"


def one_message(error: SourceError, *parts: str) -> bool:
    text = str(error)
    assert "\n" not in text
    assert "hunter2" not in text
    for part in ("http://127.0.0.1", *parts):
        assert part in text
    return True


def test_is_url() -> None:
    assert is_url("http://a/b")
    assert is_url("HTTPS://a/b")
    assert not is_url("/photos/http.jpg")
    assert not is_url("rtsp://a/b")


def asking_for_basic(seen: list[Any]) -> Callable[[Handler], None]:
    """Lets in who says anything, and notes it."""

    def answer(handler: Handler) -> None:
        said = handler.headers.get("Authorization")
        if said is None:
            handler.send_response(401)
            handler.send_header("WWW-Authenticate", 'Basic realm="camera"')
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        seen.append(said)
        body(b"abc")(handler)

    return answer


@pytest.mark.parametrize("password", ["hunter2", "日@"])
def test_body_and_password(password: str) -> None:
    seen, access = list[str](), Access(logins={})
    with serving(asking_for_basic(seen)) as server:
        for _ in range(2):
            assert fetch(f"http://user:{quote(password)}@127.0.0.1:{server.server_port}/", access) == b"abc"
    assert seen == ["Basic " + base64.b64encode(f"user:{password}".encode()).decode()] * 2


@pytest.mark.parametrize(
    ("status", "error_class", "part"),
    [
        (404, UnknownPathError, "nothing there"),
        (410, UnknownPathError, "410"),
        (401, AbsentError, "a user or password that it refuses"),
        (403, AbsentError, "403"),
        (500, AbsentError, "500"),
        (204, AbsentError, "204"),
    ],
)
def test_other_answers(status: int, error_class: type[SourceError], part: str) -> None:
    with serving(body(b"", status)) as server, pytest.raises(SourceError) as caught:
        fetch(address(server))
    assert type(caught.value) is error_class
    assert getattr(caught.value, "retry_s", 0.0) == (REFUSED_RETRY_S if status in (401, 403) else 0.0)
    assert one_message(caught.value, part)


def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(SourceError) as caught:
        fetch(f"http://user:hunter2@127.0.0.1:{port}/x.jpg?token=hunter2")
    assert one_message(caught.value, "Connection refused")
    assert caught.value.exit_status is ExitStatus.UNAVAILABLE


def test_unknown_host() -> None:
    with pytest.raises(SourceError) as caught:
        fetch("http://user:hunter2@no-such-host.invalid/x.jpg")
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://", "http://:80/x.jpg", "http://host:port/x.jpg"])
def test_no_url(url: str) -> None:
    with pytest.raises(MissingInputError, match="expected a URL"):
        fetch(url)


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_by_url, "MAX_DOWNLOAD_BYTES", 1000)
    with serving(body(bytes(1001))) as server, pytest.raises(ImageError) as caught:
        fetch(address(server))
    assert one_message(caught.value)


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_by_url, "READ_TIMEOUT_S", 0.2)

    def say_nothing(handler: Handler) -> None:
        handler.server.stopping.wait(1)

    with serving(say_nothing) as server, pytest.raises(SourceError) as caught:
        fetch(address(server))
    assert one_message(caught.value, "found none in 0.2 s")


def test_a_server_that_drips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_by_url, "TOTAL_TIMEOUT_S", 0.3)

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    with serving(answer) as server, pytest.raises(SourceError) as caught:
        fetch(address(server))
    assert one_message(caught.value, "not complete")


def test_a_connection_that_breaks_off() -> None:
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"only this")

    with serving(answer) as server, pytest.raises(SourceError) as caught:
        fetch(address(server))
    assert one_message(caught.value)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("multipart/x-mixed-replace; boundary=x", b""),
        ("video/mp2t", b"G" * 188),
        ("application/vnd.apple.mpegurl", b"#EXTM3U"),
        ("image/jpeg", b"".join(PICTURES)),
        ("image/jpeg", DIALECTS["no end marker, nothing else either"][1]),
        ("application/octet-stream", DIALECTS["as it should be"][1]),
        ("", b"".join(PICTURES)),
    ],
)
def test_a_stream_is_seen_at_once(kind: str, data: bytes) -> None:
    first = OK + f"Content-Type: {kind}\r\n\r\n".encode() + data
    started = time.monotonic()
    with raw_server(dripping(first, data[:1], 0.2)) as server, pytest.raises(UndecodableInputError) as caught:
        fetch(server.url(who="user:hunter2@"))
    assert time.monotonic() - started < 3
    assert one_message(caught.value, "expected one picture, found a stream", 'source = "http://127.0.0.1')


def test_a_picture_with_others_in_it_is_no_stream() -> None:
    """A phone's JPEG has a second picture behind its end, and says so in its length or not at all."""
    data = b"".join(PICTURES[:4])
    for more in (b"", b"Content-Length: %d\r\n" % len(data)):
        with raw_server(always(OK, b"Content-Type: image/jpeg\r\n", more, b"\r\n", data)) as server:
            assert fetch(server.url()) == data


def test_a_picture_whose_end_marker_is_missing() -> None:
    with raw_server(always(picture(BARE[0]))) as server:
        assert fetch(server.url()) == PICTURES[0]


def test_bytes_behind_the_stated_length() -> None:
    with raw_server(always(picture(PICTURES[0]), b"rubbish")) as server:
        assert fetch(server.url()) == PICTURES[0]


def test_chunks_and_their_missing_end() -> None:
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    with raw_server(always(head, b"3\r\nabc\r\n0\r\n\r\n")) as server:
        assert fetch(server.url()) == b"abc"
    with raw_server(always(head, b"3\r\nabc\r\n")) as server, pytest.raises(AbsentError, match="broke off"):
        fetch(server.url())
    with raw_server(always(head, b"no chunk\r\n")) as server, pytest.raises(AbsentError, match="without a size"):
        fetch(server.url())


def held_open(*parts: bytes) -> Callable[[RawServer, socket.socket, str], None]:
    """Answer, and neither say more nor hang up."""

    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        connection.sendall(b"".join(parts))
        server.stopping.wait(20)

    return answer


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(PICTURES[0]), PICTURES[0])
TOO_LONG = OK + b"Content-Length: %d\r\n\r\n" % (len(PICTURES[0]) + 100) + PICTURES[0]


@pytest.mark.parametrize("answer", [OK + b"\r\n" + PICTURES[0], CHUNKED, TOO_LONG])
def test_a_whole_picture_counts_whatever_its_server_promises(answer: bytes) -> None:
    """No length and no end, one that is too large, no last chunk: browsers show the picture."""
    started = time.monotonic()
    with raw_server(held_open(answer)) as server:
        assert fetch(server.url()) == PICTURES[0]
        assert time.monotonic() - started < 5
        server.stopping.set()
    with raw_server(always(answer)) as server:
        assert fetch(server.url()) == PICTURES[0]


@pytest.mark.parametrize("answer", [OK + b"\r\n" + BARE[0], CHUNKED[:-20], TOO_LONG[:-2]])
def test_a_piece_of_a_picture_does_not_count_while_it_may_grow(
    answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_by_url, "READ_TIMEOUT_S", 1.3)
    with raw_server(held_open(answer)) as server:
        with pytest.raises(AbsentError, match="no answer in time"):
            fetch(server.url())
        server.stopping.set()


def test_a_pause_within_a_picture() -> None:
    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        connection.sendall(OK + b"\r\n" + PICTURES[0][:500])
        server.stopping.wait(1.5)
        connection.sendall(PICTURES[0][500:])

    with raw_server(answer) as server:
        assert fetch(server.url()) == PICTURES[0]


def test_bytes_before_a_picture() -> None:
    with raw_server(always(picture(b"\xef\xbb\xbf" + PICTURES[0]))) as server:
        assert fetch(server.url()) == PICTURES[0]


def test_compressed_and_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    packer = zlib.compressobj(9, wbits=31)
    packed = packer.compress(PICTURES[0]) + packer.flush()
    with raw_server(always(picture(packed, b"Content-Encoding: gzip\r\n"))) as server:
        assert fetch(server.url()) == PICTURES[0]
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(bytes(40 << 20)) + packer.flush()
    with (
        raw_server(always(picture(bomb, b"Content-Encoding: gzip\r\n"))) as server,
        pytest.raises(ImageError, match="at most 32 MB, found more"),
    ):
        fetch(server.url())


@pytest.mark.parametrize(
    "first",
    [
        OK + b"X-Slow: ",
        OK + b"Content-Length: 100000\r\n\r\n",
        OK + b"\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_a_byte_now_and_then_is_not_waited_for(first: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_by_url, "TOTAL_TIMEOUT_S", 0.5)
    monkeypatch.setattr(image_by_url, "READ_TIMEOUT_S", 0.4)
    started = time.monotonic()
    with raw_server(dripping(first, b"1")) as server, pytest.raises(SourceError) as caught:
        fetch(server.url(who="user:hunter2@"))
    assert time.monotonic() - started < 3
    assert one_message(caught.value)


def test_silence_within_a_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_by_url, "READ_TIMEOUT_S", 0.3)

    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        connection.sendall(OK + b"Content-Length: 10\r\n\r\nabc")
        server.stopping.wait(5)

    with raw_server(answer) as server:
        with pytest.raises(AbsentError, match=r"no answer in time \(0\.3 s\)"):
            fetch(server.url())
        server.stopping.set()


def test_an_mjpeg_stream_where_a_picture_belongs() -> None:
    with serving(mjpeg(PICTURES)) as server, pytest.raises(UndecodableInputError, match="found a stream"):
        fetch(address(server))
