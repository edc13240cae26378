"""What the service manager hears."""

import pytest

from edgeclassify.daemon.process.service_manager import LONGEST_REFUSAL, ServiceManager
from edgeclassify.errors import ConfigError
from tests.support.notifier import RecordingNotifier


class Heard(RecordingNotifier):
    """Keeps all that is said, what comes along with it too."""

    def send(self, *lines: str) -> None:
        self.sent += lines


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def manager(heard: Heard) -> ServiceManager:
    return ServiceManager(heard, lambda: "7 frames")


def test_why_a_reload_was_refused_is_told_until_one_is_accepted(manager: ServiceManager, heard: Heard) -> None:
    manager.refused(ConfigError("camera[0].fps:\n  expected a number, found 'x'"))
    manager.ready()
    manager.show_status()
    line = "STATUS=7 frames; the last reload was refused: camera[0].fps: expected a number, found 'x'"
    assert heard.sent == ["READY=1", line, line]
    manager.accepted()
    manager.show_status()
    assert heard.sent[-1] == "STATUS=7 frames"


def test_a_long_reason_is_cut(manager: ServiceManager, heard: Heard) -> None:
    manager.refused(ConfigError("x" * 1000))
    manager.show_status()
    assert heard.sent == ["STATUS=7 frames; the last reload was refused: " + "x" * LONGEST_REFUSAL]


def test_silence_is_allowed_as_long_as_frames_are_apart_and_asked_for_once(
    manager: ServiceManager, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    for longest_s in (5.0, 20.0, 20.5, 20.5, 60.0, 1.0):
        manager.allow_silence(longest_s)
    assert heard.sent == ["WATCHDOG_USEC=30500000", "WATCHDOG_USEC=70000000", "WATCHDOG_USEC=30000000"]


def test_without_a_watchdog_nothing_is_asked_for(
    manager: ServiceManager, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    manager.allow_silence(3600.0)
    assert heard.sent == []
