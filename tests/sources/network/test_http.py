"""One GET whose body goes on: waits, chunks, redirects, passwords."""

import socket
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeclassify.errors import AbsentError, MissingInputError, SourceError
from edgeclassify.sources.network.address import parse_address
from edgeclassify.sources.network.auth import authorization
from edgeclassify.sources.network.http import _Chunks, get
from tests.sources.servers import body, serving


def received(stream):
    data = b""
    while part := stream.receive(2.0):
        data += part
    stream.close()
    return data


def url(server, path="/", who=""):
    return f"http://{who}127.0.0.1:{server.server_port}{path}"


def test_a_body():
    with serving(body(b"12345", kind="text/x")) as server:
        stream = get(url(server), 2.0)
        assert stream.content_type == "text/x"
        assert received(stream) == b"12345"


def test_a_wait_that_ends_in_time_and_goes_on_afterwards():
    def answer(handler):
        handler.send_response(200)
        handler.end_headers()
        for number in range(3):
            handler.wfile.write(b"%d" % number)
            handler.wfile.flush()
            time.sleep(0.3)

    with serving(answer) as server:
        stream = get(url(server), 2.0)
        seen, waited = b"", 0
        while True:
            started = time.monotonic()
            data = stream.receive(0.1)
            if data is None:
                waited += 1
                assert time.monotonic() - started < 0.25
                continue
            if not data:
                break
            seen += data
        stream.close()
    assert (seen, waited > 3) == (b"012", True)


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=8), st.integers(1, 20))
def test_chunks_in_pieces_of_any_size(chunks, size):
    wire = b"".join(b"%x;name=value\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    parser, got = _Chunks(), b""
    for at in range(0, len(wire), size):
        got += parser.feed(wire[at : at + size])
    assert got == b"".join(chunks)
    with pytest.raises(ValueError, match="ended"):
        parser.feed(b"0\r\n\r\n")


@pytest.mark.parametrize("wire", [b"these are none\r\n", b"1" * 5000])
def test_no_chunks(wire):
    with pytest.raises(ValueError, match=r"invalid literal|without a size"):
        _Chunks().feed(wire)


def test_chunked_in_any_spelling():
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "Chunked")
        handler.end_headers()
        handler.wfile.write(b"3\r\nabc\r\n")

    with serving(answer) as server:
        assert received(get(url(server), 2.0)) == b"abc"


def redirect(location, status=302):
    def answer(handler):
        if handler.path == "/there":
            body(b"here", kind="text/x")(handler)
            return
        handler.send_response(status)
        handler.send_header("Location", location)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def test_redirects():
    with serving(redirect("/there")) as server:
        assert received(get(url(server), 2.0)) == b"here"
    with serving(redirect("/again")) as server, pytest.raises(AbsentError, match="more than 3 redirects"):
        get(url(server), 2.0)


def guarded(scheme, seen):
    """Lets in who answers the challenge for cam with the password p@:/#."""

    def answer(handler):
        given = handler.headers.get("Authorization", "")
        seen.append(given)
        challenge = (
            'Basic realm="c"' if scheme == "basic" else 'Digest realm="c", nonce="n1", qop="auth", opaque="o"'
        )
        asked = {"basic": 'realm="c"'} if scheme == "basic" else {"digest": challenge.partition(" ")[2]}
        expected = authorization(asked, "GET", handler.path, "cam", "p@:/#")
        fits = given == expected if scheme == "basic" else given.split("qop")[0] == expected.split("qop")[0]
        if fits and given:
            body(b"in", kind="text/x")(handler)
            return
        handler.send_response(401)
        handler.send_header("WWW-Authenticate", challenge)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_passwords(scheme):
    seen = []
    with serving(guarded(scheme, seen)) as server:
        assert received(get(url(server, "/a?b=c", "cam:p%40%3A%2F%23@"), 2.0)) == b"in"
        assert seen[0] == ""  # not before it is asked for
        with pytest.raises(AbsentError) as caught:
            get(url(server, "/", "cam2:wrong-password@"), 2.0)
        assert "a user or password that it refuses" in str(caught.value)
        assert "wrong-password" not in str(caught.value)
        assert caught.value.retry_s == 60
        with pytest.raises(AbsentError, match="no user and password in the URL"):
            get(url(server), 2.0)


def test_a_password_goes_to_its_own_server_alone():
    seen = []
    with (
        serving(guarded("basic", seen)) as other,
        serving(redirect(url(other, "/there"))) as server,
        pytest.raises(AbsentError, match="refuses"),
    ):
        get(url(server, "/", "cam:p%40%3A%2F%23@"), 2.0)
    assert seen == [""]


@pytest.mark.parametrize(
    ("status", "words"), [(404, "nothing at this path"), (403, "no user and password"), (500, "the answer 500")]
)
def test_refusals(status, words):
    with serving(body(b"", status)) as server, pytest.raises(AbsentError, match=words):
        get(url(server), 2.0)


def test_nobody_there_or_somebody_who_does_not_answer():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(AbsentError, match="refused"):
            get(f"http://127.0.0.1:{unused.getsockname()[1]}/", 2.0)
        unused.listen()
        started = time.monotonic()
        with pytest.raises(AbsentError, match=r"found none in 0\.3 s"):
            get(f"http://127.0.0.1:{unused.getsockname()[1]}/", 0.3)
        assert time.monotonic() - started < 2


def test_something_else_than_http():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        def talk():
            connection, _ = other.accept()
            connection.recv(1000)
            connection.sendall(b"220 smtp.example ESMTP\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=talk)
        thread.start()
        with pytest.raises(SourceError, match="it is not HTTP"):
            get(f"http://127.0.0.1:{other.getsockname()[1]}/", 2.0)
        thread.join()


@pytest.mark.parametrize(
    "bad", ["rtsp://u:hunter2@:8554/x", "http://host:hunter2/x", "http:///x", "http://[hunter2/x"]
)
def test_no_url_and_no_password_in_its_message(bad):
    with pytest.raises(MissingInputError) as caught:
        parse_address(bad)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    if "@" in bad:
        assert "hunter2" not in str(caught.value)


def test_an_address():
    address = parse_address("RTSP://cam:p%40%3A@Host.local/a/b?token=x#f")
    assert (address.host, address.port, address.target) == ("host.local", 554, "/a/b?token=x")
    assert (address.user, address.password) == ("cam", "p@:")
    assert address.url == "rtsp://Host.local/a/b?token=x"
    assert "p@" not in repr(address)
    assert "cam" not in repr(address)
