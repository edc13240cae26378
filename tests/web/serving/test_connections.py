"""Browsers that send or read too slowly, and too many of them."""

import logging
import socket
import time
from contextlib import ExitStack, suppress

import pytest

from edgeclassify.web.serving import connection, server
from tests.support.waiting import patient, wait_for
from tests.web.serving.served import HEAD, Scenes, answer, connected, is_over, rest, serving


def drips(browser: socket.socket, piece: bytes = b"X-A: b\r\n") -> bool:
    """Send on, bit by bit; True when the other side has had enough."""
    try:
        for _ in range(200):
            browser.sendall(piece)
            browser.settimeout(0.02)
            try:
                if not browser.recv(100):
                    return True
            except TimeoutError:
                pass
    except ConnectionError:
        return True
    return False


def test_a_head_that_comes_bit_by_bit_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.2)
    with serving(Scenes()) as served, connected(served) as browser:
        browser.sendall(b"GET /ok HTTP/1.1\r\n")
        assert drips(browser)


def test_so_has_a_connection_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.2)
    with serving(Scenes()) as served, connected(served) as browser:
        assert is_over(browser)


def test_a_second_head_has_its_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.2)
    with serving(Scenes()) as served, connected(served) as browser:
        assert b"200 OK" in answer(browser, HEAD % b"/ok")
        browser.sendall(b"GET /ok HTTP/1.1\r\n")
        assert drips(browser)


def test_between_two_requests_there_may_be_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.4)
    with serving(Scenes()) as served, connected(served) as browser:
        assert b"200 OK" in answer(browser, HEAD % b"/ok")
        time.sleep(0.8)
        assert b"200 OK" in answer(browser, HEAD % b"/ok")


def test_an_idle_connection_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "KEEP_ALIVE_S", 0.1)
    with serving(Scenes()) as served, connected(served) as browser:
        assert b"200 OK" in answer(browser, HEAD % b"/ok")
        assert rest(browser) == b""


def test_requests_behind_each_other_are_all_answered() -> None:
    with serving(Scenes()) as served, connected(served) as browser:
        browser.sendall(HEAD % b"/ok" * 2 + b"GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert rest(browser).count(b"200 OK") == 3


def test_a_browser_that_never_reads_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STALL_S", 0.3)
    scenes = Scenes()
    with serving(scenes) as served, connected(served) as browser:
        browser.sendall(HEAD % b"/stream")
        wait_for(lambda: scenes.begun == 1)
        wait_for(lambda: scenes.ended == 1)
        assert len(rest(browser)) < 10_000_000


def test_of_a_browser_that_does_not_read_little_waits_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STALL_S", 0.5)
    scenes = Scenes()
    with serving(scenes) as served, socket.socket() as browser:
        browser.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        browser.connect(("127.0.0.1", int(served.address.rpartition(":")[2])))
        browser.settimeout(patient(10))
        browser.sendall(HEAD % b"/stream")
        time.sleep(1.0)
        got = len(rest(browser))
    assert 0 < got < 1_000_000


@pytest.mark.parametrize(
    "head", [b"X: %s\r\n" % (b"y" * 70_000), b"".join(b"X%d: y\r\n" % i for i in range(9000))]
)
def test_a_head_has_its_size(head: bytes) -> None:
    with serving(Scenes()) as served, connected(served) as browser:
        with suppress(ConnectionError):
            browser.sendall(b"GET /ok HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n")
        assert b"200 OK" not in rest(browser)


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"GET /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /ok HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x, chunked\r\n\r\n",
        b"GET /ok HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /ok HTTP/1.1\r\n\r\n",
        b"GET /ok HTTP/1.1\r\n Host: a\r\n\r\n",
        b"GET /\x00ok HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_http_is_refused_without_a_word_in_the_log(
    said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), serving(Scenes()) as served:
        with connected(served) as browser:
            browser.sendall(said)
            browser.shutdown(socket.SHUT_WR)
            assert b" 200 " not in rest(browser)
        with connected(served) as browser:
            assert b"200 OK" in answer(browser, HEAD % b"/ok")
    assert caplog.text == ""


def test_where_all_are_busy_one_more_is_refused() -> None:
    with ExitStack() as stack:
        served = stack.enter_context(serving(Scenes(), connections=4))
        for _ in range(4):
            busy = stack.enter_context(connected(served))
            assert b"begun" in begun(busy)
        more = stack.enter_context(connected(served))
        assert rest(more).startswith(b"HTTP/1.1 503 ")
        busy.close()
        wait_for(lambda: b"200 OK" in one_more(served))


def one_more(served: server.Server) -> bytes:
    try:
        with connected(served) as browser:
            return answer(browser, HEAD % b"/ok")
    except ConnectionError:
        return b""


def test_who_is_idle_makes_room() -> None:
    with ExitStack() as stack:
        served = stack.enter_context(serving(Scenes(), connections=4))
        idle = [stack.enter_context(connected(served)) for _ in range(4)]
        for browser in idle:
            assert b"200 OK" in answer(browser, HEAD % b"/ok")
        assert b"200 OK" in answer(stack.enter_context(connected(served)), HEAD % b"/ok")
        assert is_over(idle[0])
        assert b"200 OK" in answer(idle[3], HEAD % b"/ok")


def test_who_says_nothing_makes_room_for_who_does() -> None:
    with ExitStack() as stack:
        served = stack.enter_context(serving(Scenes(), connections=4))
        for _ in range(30):
            stack.enter_context(connected(served))
        assert b"200 OK" in answer(stack.enter_context(connected(served)), HEAD % b"/ok")


def test_one_stranger_does_not_take_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "shares_of", lambda _: lambda address: address != "127.0.0.1")
    with ExitStack() as stack:
        served = stack.enter_context(serving(Scenes(), connections=10))
        for _ in range(5):
            assert b"begun" in begun(stack.enter_context(connected(served)))
        assert rest(stack.enter_context(connected(served))).startswith(b"HTTP/1.1 503 ")
        other = stack.enter_context(socket.socket())
        other.bind(("127.0.0.2", 0))
        other.connect(("127.0.0.1", int(served.address.rpartition(":")[2])))
        assert b"200 OK" in answer(other, HEAD % b"/ok")


def begun(browser: socket.socket) -> bytes:
    """What a stream begins with."""
    found = answer(browser, HEAD % b"/quiet-stream")
    while b"begun" not in found:
        found += browser.recv(1000)
    return found


@pytest.mark.parametrize(
    ("peer", "shares"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:10.0.0.9", True), ("10.0.0.9", True), ("10.0.0.8", False),
     ("fe80::1%eth0", False)],
)  # fmt: skip
def test_proxies_and_this_machine_have_no_share_of_their_own(peer: str, shares: bool) -> None:
    assert server.shares_of(("10.0.0.9",))(peer) is shares
