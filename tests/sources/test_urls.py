"""Fetching by URL from a real HTTP server; what is secret in a URL never shows."""

import base64
import socket
import time

import pytest

from edgeclassify.errors import (
    AbsentError,
    ExitStatus,
    ImageError,
    MissingInputError,
    SourceError,
    UnknownPathError,
)
from edgeclassify.sources import urls
from edgeclassify.sources.urls import fetch, is_url, redacted
from tests.sources.servers import body, serving


def address(server, path="/x.jpg"):
    return f"http://user:hunter2@127.0.0.1:{server.server_port}{path}?token=hunter2"


def one_message(error, *parts):
    text = str(error)
    assert "\n" not in text
    assert "hunter2" not in text
    for part in ("http://127.0.0.1", *parts):
        assert part in text
    return True


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://user:secret@host:81/a/b.jpg?pw=secret#x", "http://host:81/a/b.jpg?…"),
        ("rtsp://user:p@ss@host/stream", "rtsp://host/stream"),
        ("https://host/", "https://host/"),
        ("http://[broken", "http://…"),
        ("rtsp://user:se/cr?e#t@host:554/stream", "rtsp://host:554/stream"),
        ("rtsp://host/@camera/1", "rtsp://host/@camera/1"),
        ("rtsp://host/user=admin_password=secret_channel=1", "rtsp://host/user=admin_password=…_channel=1"),
        ("rtsp://h/user=a_password=se_cr/et_channel=1_sub=0", "rtsp://h/user=a_password=…_channel=1_sub=0"),
        ("rtsp://h/password=se/cret", "rtsp://h/password=…"),
        ("rtsp://cam:554/user=a_password=se@cr_et_channel=1", "rtsp://…"),
        ("rtsp://user:12/34@host/x", "rtsp://…"),
        ("rtsp://user:se@cr/et@host/x", "rtsp://…"),
        ("http://user:12?34@host/x", "http://…"),
        ("rtsp://us/er:secret@host/x", "rtsp://…"),
        ("rtsp://us?er:secret@host/x", "rtsp://…"),
        ("http://user:secret@host/x?mail=a@b", "http://host/x?…"),
        ("http://host/pic@home.jpg?mail=a@b", "http://host/pic@home.jpg?…"),
        ("http://user:secret@[fe80::1]:81/x", "http://[fe80::1]:81/x"),
        ("http://host/cgi/PWD=secret&size=2/a.jpg", "http://host/cgi/PWD=…&size=2/a.jpg"),
    ],
)
def test_redacted(url, shown):
    assert redacted(url) == shown


def test_is_url():
    assert is_url("http://a/b")
    assert is_url("HTTPS://a/b")
    assert not is_url("/photos/http.jpg")
    assert not is_url("rtsp://a/b")


def noting(seen):
    """Answer with a body, and note how it was asked for."""

    def answer(handler):
        seen.append(handler.headers.get("Authorization"))
        body(b"abc")(handler)

    return answer


def test_body_and_password():
    seen = []
    with serving(noting(seen)) as server:
        assert fetch(address(server)) == b"abc"
    assert seen == ["Basic " + base64.b64encode(b"user:hunter2").decode()]


def test_a_password_that_is_no_latin_1():
    seen = []
    with serving(noting(seen)) as server:
        fetch(f"http://user:%E6%97%A5%40@127.0.0.1:{server.server_port}/")
    assert seen == ["Basic " + base64.b64encode("user:日@".encode()).decode()]


def test_a_server_that_wants_digest():
    """Many cameras' snapshot addresses do."""
    seen = []

    def answer(handler):
        header = handler.headers.get("Authorization", "")
        if header.startswith("Digest"):
            seen.append(header)
            body(b"abc")(handler)
            return
        handler.send_response(401)
        handler.send_header("WWW-Authenticate", 'Digest realm="camera", nonce="1", qop="auth"')
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serving(answer) as server:
        assert fetch(address(server)) == b"abc"
    assert len(seen) == 1
    assert 'username="user"' in seen[0]
    assert "hunter2" not in seen[0].replace("token=hunter2", "")


@pytest.mark.parametrize(
    ("status", "error_class", "part"),
    [
        (404, UnknownPathError, "nothing there"),
        (410, UnknownPathError, "410"),
        (401, AbsentError, "password"),
        (403, AbsentError, "403"),
        (500, AbsentError, "500"),
        (204, AbsentError, "204"),
    ],
)
def test_other_answers(status, error_class, part):
    with serving(body(b"", status)) as server, pytest.raises(SourceError) as caught:
        fetch(address(server))
    assert type(caught.value) is error_class
    assert getattr(caught.value, "retry_s", 0.0) == (urls.REFUSED_RETRY_S if status in (401, 403) else 0.0)
    assert one_message(caught.value, part)


def test_nobody_listens():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(SourceError) as caught:
        fetch(f"http://user:hunter2@127.0.0.1:{port}/x.jpg?token=hunter2")
    assert one_message(caught.value, "Connection refused")
    assert caught.value.exit_status is ExitStatus.UNAVAILABLE


def test_unknown_host():
    with pytest.raises(SourceError) as caught:
        fetch("http://user:hunter2@no-such-host.invalid/x.jpg")
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://", "http://:80/x.jpg", "http://host:port/x.jpg"])
def test_no_url(url):
    with pytest.raises(MissingInputError, match="expected a URL"):
        fetch(url)


def test_too_large(monkeypatch):
    monkeypatch.setattr(urls, "MAX_DOWNLOAD_BYTES", 1000)
    with serving(body(bytes(1001))) as server, pytest.raises(ImageError) as caught:
        fetch(address(server))
    assert one_message(caught.value)


def test_a_server_that_says_nothing(monkeypatch):
    monkeypatch.setattr(urls, "READ_TIMEOUT_S", 0.2)
    with serving(lambda handler: handler.server.stopping.wait(1)) as server, pytest.raises(SourceError) as caught:
        fetch(address(server))
    assert one_message(caught.value, "no answer in time")


def test_a_server_that_drips(monkeypatch):
    monkeypatch.setattr(urls, "TOTAL_TIMEOUT_S", 0.3)
    monkeypatch.setattr(urls, "CHUNK_BYTES", 1)

    def answer(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    with serving(answer) as server, pytest.raises(SourceError) as caught:
        fetch(address(server))
    assert one_message(caught.value, "not complete")


def test_a_connection_that_breaks_off():
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"only this")

    with serving(answer) as server, pytest.raises(SourceError) as caught:
        fetch(address(server))
    assert one_message(caught.value)
