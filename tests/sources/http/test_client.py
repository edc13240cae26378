"""One GET whose body goes on: waits, chunks, redirects, passwords."""

import contextlib
import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.errors import AbsentError, MissingInputError, SourceError
from edgeclassify.http.address import parse_address
from edgeclassify.http.auth import Login, challenges
from edgeclassify.http.deadline import Patience
from edgeclassify.http.response import HttpStream
from edgeclassify.sources.http import client
from edgeclassify.sources.http.client import MAX_REDIRECTS, RequestOptions
from edgeclassify.sources.network.source import HttpSource
from edgeclassify.sources.support.image_by_url import fetch
from tests.sources.raw_server import OK, RawServer, always, dripping, raw_server, redirect as redirect_raw
from tests.sources.servers import Handler, PlainServer, body, serving


def get(url: str, seconds: float, total_s: float = 10.0, **options: Any) -> HttpStream:
    return client.get(url, RequestOptions(Patience(seconds, seconds, total_s), **options))


def received(stream: HttpStream) -> bytes:
    data = b""
    while part := stream.receive(2.0):
        data += part
    stream.close()
    return data


def url(server: PlainServer, path: str = "/", who: str = "") -> str:
    return f"http://{who}127.0.0.1:{server.server_port}{path}"


def test_a_body() -> None:
    with serving(body(b"12345", kind="text/x")) as server:
        stream = get(url(server), 2.0)
        assert stream.content_type == "text/x"
        assert received(stream) == b"12345"


def test_a_wait_that_ends_in_time_and_goes_on_afterwards() -> None:
    def answer(handler: Handler) -> None:
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


def test_chunked_in_any_spelling() -> None:
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "Chunked")
        handler.end_headers()
        handler.wfile.write(b"3\r\nabc\r\n")

    with serving(answer) as server:
        assert received(get(url(server), 2.0)) == b"abc"


def redirect(location: str, status: int = 302) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        if handler.path == "/there":
            body(b"here", kind="text/x")(handler)
            return
        handler.send_response(status)
        handler.send_header("Location", location)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def test_redirects() -> None:
    with serving(redirect("/there")) as server:
        assert received(get(url(server), 2.0)) == b"here"
    with (
        serving(redirect("/again")) as server,
        pytest.raises(AbsentError, match=f"more than {MAX_REDIRECTS} redirects"),
    ):
        get(url(server), 2.0)


def guarded(scheme: str, seen: list[Any]) -> Callable[[Handler], None]:
    """Lets in who answers the challenge for cam with the password p@:/#."""
    challenge = 'Basic realm="c"' if scheme == "basic" else 'Digest realm="c", nonce="n1", qop="auth", opaque="o"'

    def answer(handler: Handler) -> None:
        given = handler.headers.get("Authorization", "")
        seen.append(given)
        login = Login("cam", "p@:/#", challenges([("www-authenticate", challenge)])[0])
        if given and (given == login.header("GET", handler.path) or digest_is_right(given, "cam", "p@:/#")):
            body(b"in", kind="text/x")(handler)
            return
        handler.send_response(401)
        handler.send_header("WWW-Authenticate", challenge)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def digest_is_right(header: str, user: str, password: str, method: str = "GET") -> bool:
    """As a server would judge it, by RFC 7616 and code of its own."""
    given = {name: value or bare for name, value, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^",\s]+))', header)}
    if "response" not in given:
        return False
    kind = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}

    def h(text: str) -> str:
        return hashlib.new(
            kind[given.get("algorithm", "MD5").upper().removesuffix("-SESS")], text.encode()
        ).hexdigest()

    who = h(f"{user}:{given['realm']}:{password}")
    if given.get("algorithm", "").upper().endswith("-SESS"):
        who = h(f"{who}:{given['nonce']}:{given['cnonce']}")
    middle = (
        f"{given['nonce']}:{given['nc']}:{given['cnonce']}:{given['qop']}" if "qop" in given else given["nonce"]
    )
    what = f"{method}:{given['uri']}" + (f":{h('')}" if given.get("qop") == "auth-int" else "")
    return bool(given["username"] == user and given["response"] == h(f"{who}:{middle}:{h(what)}"))


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_passwords(scheme: str) -> None:
    seen: list[Any] = []
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


def test_a_password_goes_to_its_own_server_alone() -> None:
    seen: list[Any] = []
    with (
        serving(guarded("basic", seen)) as other,
        serving(redirect(url(other, "/there"))) as server,
        pytest.raises(AbsentError, match="given only to the one in the URL") as caught,
    ):
        get(url(server, "/", "cam:p%40%3A%2F%23@"), 2.0)
    assert seen == [""]
    assert f"(redirected to {url(other, '/there')})" in str(caught.value)
    assert "refuses" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "words"), [(404, "nothing at this path"), (403, "no user and password"), (500, "the answer 500")]
)
def test_refusals(status: int, words: str) -> None:
    with serving(body(b"", status)) as server, pytest.raises(AbsentError, match=words):
        get(url(server), 2.0)


def test_nobody_there_or_somebody_who_does_not_answer() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(AbsentError, match="refused"):
            get(f"http://127.0.0.1:{unused.getsockname()[1]}/", 2.0)
        unused.listen()
        started = time.monotonic()
        with pytest.raises(AbsentError, match=r"found none in 0\.3 s"):
            get(f"http://127.0.0.1:{unused.getsockname()[1]}/", 0.3)
        assert time.monotonic() - started < 2


def test_something_else_than_http() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        def talk() -> None:
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
def test_no_url_and_no_password_in_its_message(bad: str) -> None:
    with pytest.raises(MissingInputError) as caught:
        parse_address(bad)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    if "@" in bad:
        assert "hunter2" not in str(caught.value)


def test_an_address() -> None:
    address = parse_address("RTSP://cam:p%40%3A@Host.local/a/b?token=x#f")
    assert (address.host, address.port, address.target) == ("host.local", 554, "/a/b?token=x")
    assert (address.user, address.password) == ("cam", "p@:")
    assert address.url == "rtsp://Host.local/a/b?token=x"
    assert "p@" not in repr(address)
    assert "cam" not in repr(address)


@pytest.mark.parametrize(
    "line",
    [
        b"HTTP/1.0 200 OK", b"HTTP/1.1 200", b"http/1.1 200 ok", b"HTTP/2.0 200 OK", b"HTTP/2 200", b"ICY 200 OK",
        b"HTTP/1.1\t200 OK", b"HTTP/1.1 203 Non-Authoritative Information", b"HTTP/1.1 206 Partial Content",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX: y\r\n\r\nHTTP/1.1 200 OK",
    ],
)  # fmt: skip
def test_first_lines_as_cameras_write_them(line: bytes) -> None:
    with raw_server(always(line, b"\r\nContent-Type: text/x\r\n\r\nin")) as server:
        assert received(get(server.url(), 2.0)) == b"in"


@pytest.mark.parametrize("line", [b"ICY 404", b"HTTP/1.1 2000", b"XHTTP/1.1 200 OK", b"HTTP/1.1 201 Created"])
def test_first_lines_that_give_nothing(line: bytes) -> None:
    with raw_server(always(line, b"\r\n\r\n")) as server, pytest.raises(AbsentError):
        get(server.url(), 2.0)


def test_headers_folded_long_and_many() -> None:
    more = b"X-Long: " + b"y" * 70_000 + b"\r\n" + b"".join(b"X-%d: z\r\n" % number for number in range(2000))
    folded = more + b"Content-Type: text/\r\n x\r\nX-No: a\0b\r\nContent-Length:\r\n\t2\r\n\r\n"
    with raw_server(always(OK, folded, b"in")) as server:
        stream = get(server.url(), 2.0)
        assert (stream.content_type, stream.length) == ("text/ x", 2)
        assert received(stream) == b"in"


def test_a_challenge_on_several_lines() -> None:
    wanted = ['Digest realm="c",\r\n nonce="n",\r\n\tqop="auth"']
    with raw_server(asks(wanted)) as server:
        assert received(get(server.url("", "cam:p%40%3A%2F%23@"), 2.0)) == b"in"
    assert "qop=auth" in server.heads[1]


def test_a_server_that_speaks_tls_at_the_port_of_http() -> None:
    alert = b"\x15\x03\x01\0\x02\x02\x46"
    with raw_server(always(alert)) as server, pytest.raises(AbsentError, match="speaks TLS: write https://"):
        get(server.url(), 2.0)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://cam.lan/x", "cam.lan"), ("http://cam.lan:80/x", "cam.lan"), ("https://cam.lan:443", "cam.lan"),
        ("http://cam.lan:443/x", "cam.lan:443"), ("https://cam.lan:80/", "cam.lan:80"),
        ("http://[fe80::1%25eth0]:8080/", "[fe80::1]:8080"), ("http://[::1]/", "[::1]"),
    ],
)  # fmt: skip
def test_the_host_as_browsers_say_it(url: str, host: str) -> None:
    text = client.request_text(parse_address(url), "")
    assert f"\r\nHost: {host}\r\n" in text


def test_from_another_server_back_to_its_own_the_user_counts_again() -> None:
    seen: list[Any] = []
    there: dict[str, str] = {}
    with raw_server(lambda server, *rest: redirect_raw(there["own"])(server, *rest)) as other:

        def answer(server: RawServer, connection: socket.socket, head: str) -> None:
            there["own"] = server.url("there")
            step = asks(CHALLENGES["MD5"]) if "/there" in head else redirect_raw(other.url())
            seen.append(head)
            step(server, connection, head)

        with raw_server(answer) as server:
            assert received(get(server.url("", "cam:p%40%3A%2F%23@"), 2.0)) == b"in"
    assert ["Authorization" in head for head in seen] == [False, False, True]
    assert "Authorization" not in "".join(other.heads)


@pytest.mark.parametrize("location", ["/there-é.jpg".encode(), b"/there-\xe9.jpg", b"/there a.jpg"])
def test_where_a_redirect_leads_in_other_letters(location: bytes) -> None:
    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        step = (
            always(OK, b"\r\nin")
            if "/there" in head
            else always(b"HTTP/1.1 302 F\r\nLocation: ", location, b"\r\n\r\n")
        )
        step(server, connection, head)

    with raw_server(answer) as server:
        assert received(get(server.url(), 2.0)) == b"in"


def test_a_cookie_goes_back_to_the_server_that_gave_it_alone() -> None:
    """Cameras that open a session send back to the same address, with a cookie."""

    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        if "Cookie: sid=a; b=c\r\n" in head:
            always(OK, b"\r\nin")(server, connection, head)
            return
        first = b"HTTP/1.1 302 F\r\nSet-Cookie: sid=a; Path=/; HttpOnly\r\nSet-Cookie: b=c\r\nSet-Cookie: =x\r\n"
        always(first, b"Location: ", other.url().encode(), b"\r\n\r\n")(server, connection, head)

    def elsewhere(server: RawServer, connection: socket.socket, head: str) -> None:
        redirect_raw(there.url())(server, connection, head)

    with raw_server(elsewhere) as other, raw_server(answer) as there:
        assert received(get(there.url(), 2.0)) == b"in"
        assert len(there.heads) == 2
        get(there.url(), 2.0).close()
        assert "Cookie" not in there.heads[2]  # none is kept for the next time
    assert len(other.heads) == 2
    assert "Cookie" not in "".join(other.heads)


@pytest.mark.parametrize("steps", [MAX_REDIRECTS, MAX_REDIRECTS + 1])
def test_as_many_redirects_as_are_followed(steps: int) -> None:
    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        step = always(OK, b"\r\nin") if len(server.heads) > steps else redirect_raw("/x")
        step(server, connection, head)

    with raw_server(answer) as server:
        if steps > MAX_REDIRECTS:
            with pytest.raises(AbsentError, match="more than"):
                get(server.url(), 2.0)
        else:
            assert received(get(server.url(), 2.0)) == b"in"


@pytest.mark.parametrize("piece", [1, 3])
def test_what_stands_around_chunks_in_pieces(piece: int) -> None:
    """A wait goes on where only a part of a chunk's size has come."""
    body_of = b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"

    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        for at in range(0, len(body_of), piece):
            connection.sendall(body_of[at : at + piece])
            time.sleep(0.02)

    with raw_server(answer) as server:
        stream = get(server.url(), 2.0)
        got = []
        while data := stream.receive(2.0):
            got.append(data)
        assert data == b""
        stream.close()
    assert b"".join(got) == b"abcde"


CHALLENGES = {
    "MD5": ['Digest realm="c", nonce="n"'],
    "MD5, qop": ['Digest realm="c", nonce="n", qop="auth", algorithm=MD5'],
    "MD5-sess": ['Digest realm="c", nonce="n", qop="auth", algorithm=MD5-sess'],
    "SHA-256": ['Digest realm="c", nonce="n", qop="auth", algorithm=SHA-256'],
    "SHA-256, without qop": ['Digest realm="c", nonce="n", algorithm="SHA-256"'],
    "SHA-256-sess, two kinds of qop": ['Digest realm="c", nonce="n", qop="auth,auth-int", algorithm=SHA-256-sess'],
    "SHA-512-256, auth-int alone": ['Digest realm="c", nonce="n", qop=auth-int, algorithm=SHA-512-256'],
    "several headers": [
        'Basic realm="c"',
        'Digest realm="c", nonce="n"',
        'Digest realm="c",nonce="n",algorithm=SHA-256',
    ],
    "several in one": ['Basic realm="c", Digest realm="c", nonce="n", algorithm=SHA-256, qop="auth"'],
}


def asks(
    wanted: list[str],
    user: str = "cam",
    password: str = "p@:/#",
    then: Callable[[RawServer, socket.socket, str], None] | None = None,
) -> Callable[[RawServer, socket.socket, str], None]:
    """Lets in who gives the right Digest, and asks everybody else."""
    lines = "".join(f"WWW-Authenticate: {value}\r\n" for value in wanted)

    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        found = re.search(r"^authorization: (.*)\r$", head, re.MULTILINE | re.IGNORECASE)
        if found and digest_is_right(found[1], user, password):
            (then or always(OK, b"Content-Type: text/x\r\n\r\nin"))(server, connection, head)
        else:
            connection.sendall(f"HTTP/1.1 401 Unauthorized\r\n{lines}Content-Length: 0\r\n\r\n".encode())

    return answer


@pytest.mark.parametrize("name", CHALLENGES)
def test_digest_of_every_kind(name: str) -> None:
    with raw_server(asks(CHALLENGES[name])) as server:
        assert received(get(server.url("a?b=c", "cam:p%40%3A%2F%23@"), 2.0)) == b"in"
        strongest = "SHA-256" if any("SHA-256" in one for one in CHALLENGES[name]) else ""
        assert strongest in server.heads[-1]
        assert "Basic" not in server.heads[-1]
        with pytest.raises(AbsentError, match="a user or password that it refuses"):
            get(server.url("", "cam:other@"), 2.0)


@pytest.mark.parametrize("wanted", [["Negotiate"], ['Digest realm="c", nonce="n", algorithm=SHA3-512'], ["NTLM"]])
def test_what_can_not_be_answered_is_no_wrong_password(wanted: list[str]) -> None:
    with raw_server(asks(wanted)) as server, pytest.raises(AbsentError) as caught:
        get(server.url("", "cam:hunter2@"), 2.0)
    assert "is not supported. Choose Digest (MD5, SHA-256" in str(caught.value)
    assert wanted[0].split("=")[-1].split()[0].lower() in str(caught.value).lower()
    assert "password" not in str(caught.value)
    assert len(server.heads) == 1


def test_a_nonce_that_got_old() -> None:
    wanted = [f'Digest realm="c", nonce="{n}", qop="auth", stale={"true" if n else "false"}' for n in (0, 1, 2)]

    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        asks([wanted[min(len(server.heads) - 1, 2)]], password="none" if len(server.heads) < 3 else "right")(
            server, connection, head
        )

    with raw_server(answer) as server:
        assert received(get(server.url("", "cam:right@"), 2.0)) == b"in"
    assert len(server.heads) == 3
    assert 'nonce="1"' in server.heads[2]


def test_a_nonce_is_used_again_and_counted() -> None:
    logins: dict[tuple[str, str, int], Login] = {}
    with raw_server(asks(CHALLENGES["SHA-256"])) as server:
        for _ in range(3):
            get(server.url("", "cam:p%40%3A%2F%23@"), 2.0, logins=logins).close()
        assert [re.findall("nc=[0-9]+", head) for head in server.heads] == [
            [], ["nc=00000001"], ["nc=00000002"], ["nc=00000003"],
        ]  # fmt: skip
        with pytest.raises(AbsentError, match="refuses"):  # and what is remembered is no way in for another
            get(server.url("", "cam:other@"), 2.0, logins={})


def test_a_server_that_forgot_its_nonce_is_asked_anew() -> None:
    logins: dict[tuple[str, str, int], Login] = {}

    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        nonce = "a" if len(server.heads) < 3 else "b"
        fits = f'nonce="{nonce}"' in head
        asks([f'Digest realm="c", nonce="{nonce}"'], password="right" if fits else "none")(
            server, connection, head
        )

    with raw_server(answer) as server:
        for _ in range(2):
            get(server.url("", "cam:right@"), 2.0, logins=logins).close()
    assert len(server.heads) == 4


def test_a_403_without_a_question() -> None:
    """Some cameras mean Basic by it; and a user who is known may still not see everything."""

    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        if "/in" in head and "Basic" in head:
            connection.sendall(OK + b"\r\nin")
        else:
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")

    with raw_server(answer) as server:
        assert received(get(server.url("in", "cam:x@"), 2.0)) == b"in"
        with pytest.raises(AbsentError, match=r"a user who may not see it \(403\)"):
            get(server.url("out", "cam:x@"), 2.0)


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("file:///login", "file: instead of http or https"),
        ("rtsp://127.0.0.1/stream", "rtsp: instead of http"),
        ("javascript:hunter2()", "neither http nor https"),
        ("http://[fe80::1/hunter2", "an address that is none"),
        ("http://a:hunter2/x", "an address that is none"),
        ("http://:80/hunter2", "an address that is none"),
        ("//.../hunter2", "an address that is none"),
        ("http://ho\u2100st/hunter2", "an address that is none"),
        ("http://a b/hunter2", "an address that is none"),
        ("http://" + "a" * 300 + "/", "an address that is none"),
    ],
)
def test_redirects_that_lead_nowhere_make_the_camera_absent(location: str, words: str) -> None:
    answer = always(f"HTTP/1.1 302 F\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())
    with raw_server(answer) as server, pytest.raises(AbsentError, match=words) as caught:
        get(server.url(), 2.0)
    assert caught.value.retry_s == 60
    assert "hunter2" not in str(caught.value)


def test_a_redirect_without_a_place() -> None:
    with (
        raw_server(always(b"HTTP/1.1 302 F\r\n\r\n")) as server,
        pytest.raises(AbsentError, match="the answer 302"),
    ):
        get(server.url(), 2.0)


def test_neither_a_password_nor_a_digest_goes_to_another_server() -> None:
    with (
        raw_server(asks(CHALLENGES["SHA-256"])) as other,
        raw_server(asks(CHALLENGES["MD5"], then=redirected_to(other.url("there", "evil:known@")))) as server,
        pytest.raises(AbsentError, match=r"another server that asks .*write that address: http://USER:PASSWORD@"),
    ):
        get(server.url("", "cam:p%40%3A%2F%23@"), 2.0)
    assert len(other.heads) == 1
    assert "authorization" not in other.heads[0].lower()


def redirected_to(place: str) -> Callable[[RawServer, socket.socket, str], None]:
    return always(f"HTTP/1.1 302 F\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode())


def test_the_same_server_still_knows_who_asks() -> None:
    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        if " /there " in head:
            asks(CHALLENGES["MD5"])(server, connection, head)
        else:
            redirected_to("/there")(server, connection, head)

    with raw_server(answer) as server:
        assert received(get(server.url("", "cam:p%40%3A%2F%23@"), 2.0)) == b"in"


@pytest.mark.parametrize(
    "answer",
    [dripping(OK), dripping(b"H", b"T"), dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.001)],
)
def test_heads_that_never_end(answer: Callable[[RawServer, socket.socket, str], None]) -> None:
    """Each goes on for ever, were it not for the limit."""
    with raw_server(answer) as server, pytest.raises(AbsentError, match=r"found none in 0\.3 s"):
        get(server.url(), 0.3)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (dripping(OK, b"X: " + b"y" * 90_000 + b"\r\n", 0.001), "endless headers"),
        (always(), "the connection ended"),
        (always(b"\xff\xfe\r\n\r\n"), "it is not HTTP"),
        (always(b"HTTP/1.1 abc\r\n\r\n"), "it is not HTTP"),
    ],
)
def test_heads_that_never_come(answer: Callable[[RawServer, socket.socket, str], None], words: str) -> None:
    with raw_server(answer) as server, pytest.raises(SourceError, match=words):
        get(server.url(), 30.0, total_s=60.0)


def test_redirects_share_one_time() -> None:
    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        time.sleep(0.25)
        redirected_to("/again")(server, connection, head)

    started = time.monotonic()
    with raw_server(answer) as server, pytest.raises(AbsentError, match="found none in"):
        get(server.url(), 0.4, total_s=0.6)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.0 200 OK\nContent-Type: text/x\n\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nCONTENT-TYPE:text/x;a=b\r\n\r\n",
        b"HTTP/1.1  200\r\ncontent-type : Text/X ; a\r\nX: \xff\r\n\r\n",
    ],
)
def test_sloppy_heads(head: bytes) -> None:
    with raw_server(always(head, b"in")) as server:
        stream = get(server.url(), 2.0)
        assert stream.content_type == "text/x"
        assert received(stream) == b"in"


def test_what_people_write_in_urls_is_encoded_for_the_request() -> None:
    with raw_server(always(OK, b"\r\n")) as server:
        get(server.url("a b/ä?c=d e&f=%20"), 2.0).close()
    assert server.heads[0].startswith("GET /a%20b/%C3%A4?c=d%20e&f=%20 HTTP/1.1\r\n")


PIECES = [
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 401 U\r\n", b"HTTP/1.1 302 F\r\n", b"HTTP/1.1 100 C\r\n", b"\r\n", b"\n\n",
    b'WWW-Authenticate: Digest realm="\xff\\', b"WWW-Authenticate: Digest nonce=\xc3\xa4, algorithm=SHA-256\r\n",
    b"Location: http://[\r\n", b"Location: \xff\xfe\r\n", b"Location: //x@y:z@\r\n",
    b"Content-Length: \xb2\r\n", b"Content-Length: -5\r\n", b"Transfer-Encoding: chunked\r\n",
    b"ffffffffffff\r\n", b"Content-Encoding: gzip\r\n", b'Content-Type: multipart/x; boundary="\xff\r\n',
    b"\0\r\x0b", b": \r\n",
]  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(PIECES), max_size=6), st.binary(max_size=40))
def test_no_answer_at_all_is_a_traceback(parts: list[bytes], behind: bytes) -> None:
    with raw_server(always(*parts, behind)) as server:
        for reads in (fetch, lambda url: HttpSource("front", url).open()):
            with contextlib.suppress(SourceError):
                reads(server.url(who="bob:hunter2@"))
