"""Notifications over a real datagram socket."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.systemd import Notifier, watchdog_interval_s
from tests.support.waiting import patient


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "notify"))
        receiver.settimeout(patient(2))
        yield receiver


def test_messages(manager: socket.socket, tmp_path: Path) -> None:
    notifier = Notifier(str(tmp_path / "notify"))
    assert notifier.active
    notifier.ready("2 views\nall well")
    assert manager.recv(1000) == b"READY=1\nSTATUS=2 views all well"
    notifier.watchdog()
    assert manager.recv(1000) == b"WATCHDOG=1"
    notifier.reloading()
    kind, moment = manager.recv(1000).decode().split("\n")
    assert kind == "RELOADING=1"
    assert int(moment.removeprefix("MONOTONIC_USEC=")) > 0
    notifier.extend_watchdog(90)
    assert manager.recv(1000) == b"WATCHDOG_USEC=90000000"
    notifier.stopping()
    assert manager.recv(1000) == b"STOPPING=1"


def test_abstract_socket() -> None:
    name = f"edgeclassify-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind("\0" + name)
        receiver.settimeout(patient(2))
        Notifier("@" + name).stopping()
        assert receiver.recv(100) == b"STOPPING=1"


def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notifier = Notifier()
    assert not notifier.active
    notifier.ready()


def test_a_lost_socket_is_reported_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    notifier = Notifier(str(tmp_path / "gone"))
    notifier.watchdog()
    notifier.watchdog()
    assert len(caplog.records) == 1
    assert "gone" in caplog.text


def test_watchdog_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    for value, expected in (("60000000", 60.0), ("0", None), ("x", None), ("", None)):
        monkeypatch.setenv("WATCHDOG_USEC", value)
        assert watchdog_interval_s() == expected
    monkeypatch.setenv("WATCHDOG_USEC", "1000000")
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert watchdog_interval_s() is None
