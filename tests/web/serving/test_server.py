"""The server: begun, ended, and what keeps it from beginning."""

import errno
import logging
import os
import resource
import socket
import threading
import time
from types import SimpleNamespace

import pytest

from edgeclassify.config import WebConfig
from edgeclassify.errors import PageError
from edgeclassify.web.serving import listening
from edgeclassify.web.serving.server import Server, most_of
from tests.support.broker import free_port
from tests.support.waiting import wait_for
from tests.web.serving.served import HEAD, Scenes, answer, connected, rest, serving


def test_it_ends_whatever_is_open() -> None:
    scenes = Scenes()
    with serving(scenes) as server:
        browsers = [connected(server) for _ in range(5)]
        for browser, path in zip(browsers, (b"/stream", b"/hang", b"/quiet-stream", b"/body"), strict=False):
            browser.sendall(HEAD % path)
        wait_for(lambda: scenes.begun >= 3)
        server.stop(5.0)
        assert not any(thread.name.startswith("page") for thread in threading.enumerate())
        for browser in browsers:
            rest(browser)
            browser.close()
    assert scenes.ended == scenes.begun


def test_an_answer_that_is_nearly_done_is_sent() -> None:
    with serving(Scenes()) as server, connected(server) as browser:
        browser.sendall(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
        stopping = threading.Thread(target=server.stop, args=(5.0,))
        time.sleep(0.1)
        stopping.start()
        browser.sendall(b"b")
        assert b"200 OK" in rest(browser)
        stopping.join()


def test_it_sleeps_while_nobody_asks() -> None:
    with serving(Scenes()) as server:
        thread = next(thread for thread in threading.enumerate() if thread.name == "page")
        assert thread.native_id is not None
        switches = _switches(thread.native_id)
        time.sleep(0.5)
        assert _switches(thread.native_id) - switches <= 1
        assert server.address.startswith("http://127.0.0.1:")


def _switches(thread: int) -> int:
    from pathlib import Path

    lines = Path(f"/proc/self/task/{thread}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt"))


def test_one_that_was_not_begun_can_be_ended() -> None:
    Server(WebConfig(port=free_port()), Scenes()).stop(1.0)


def test_a_port_in_use_is_one_message() -> None:
    with serving(Scenes()) as server:
        port = int(server.address.rpartition(":")[2])
        other = Server(WebConfig(port=port), Scenes())
        with pytest.raises(
            PageError, match=rf"web\.port: expected a port that is free, found 127.0.0.1:{port}"
        ) as e:
            other.start()
        other.stop(1.0)
    assert "Choose another one" in str(e.value)


@pytest.mark.parametrize(
    ("number", "words"), [(errno.EPERM, "edgeclassify service settle"), (errno.EACCES, "expected 1024 or higher")]
)
def test_a_port_that_is_not_ours_is_one_message(number: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(number, os.strerror(number))

    monkeypatch.setattr(listening, "_bind", refuse)
    with pytest.raises(PageError, match=words) as e:
        listening.listening("127.0.0.1", 8080)
    assert "\n" not in str(e.value)


def test_an_address_that_comes_later_is_listened_on_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), serving(Scenes(), listen="192.0.2.77"):
        pass
    assert "no interface has the address 192.0.2.77 yet" in caplog.text


def test_ipv6_too() -> None:
    try:
        with serving(Scenes(), listen="::1") as server, connected(server) as browser:
            assert server.address.startswith("http://[::1]:")
            assert b"200 OK" in answer(browser, HEAD % b"/ok")
    except (PageError, OSError):
        assert not has_ipv6()


def test_all_addresses_are_those_of_ipv4_too() -> None:
    if has_ipv6():
        with serving(Scenes(), listen="::") as server:
            port = int(server.address.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port), 10) as browser:
                assert b"200 OK" in answer(browser, HEAD % b"/ok")


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_a_kernel_without_it_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: int) -> socket.socket:
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr(listening, "socket", SimpleNamespace(**{**vars(socket), "socket": none}))
    with pytest.raises(PageError, match=r"web\.listen: .* found ::1: Address family not supported"):
        listening.listening("::1", 8080)


def test_there_are_not_more_connections_than_files_that_may_be_open(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (1024, 4096))
    assert (most_of(100), most_of(512)) == (100, 512)
    assert caplog.text == ""
    assert most_of(1000) == 512
    assert "web.connections: expected at most 512" in caplog.text
    monkeypatch.setattr("resource.getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert most_of(1000) == 1000
