"""The service stopped for its camera, and started again."""

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edgeclassify.config import CameraConfig, Config, parse_config
from edgeclassify.doctor.broker_trial import BrokerTrial
from edgeclassify.setup.around import Around, Trials
from edgeclassify.setup.asking import Asking
from edgeclassify.setup.interface import NOTHING_GIVEN, Subject
from edgeclassify.setup.nearby.interface import Nearby
from edgeclassify.setup.run import Ending, run_setup
from edgeclassify.setup.service_control import ServiceControl, ServiceStartError, service_unit
from edgeclassify.setup.terminal.screen import Colours, Screen
from edgeclassify.setup.terminal.talk import Talk
from edgeclassify.types import Frame

Output = pytest.CaptureFixture[str]

NOBODY = Talk(Screen(Colours.NONE, False, 80, 24, False), asks=False)


def camera(source: str) -> CameraConfig:
    return parse_config({"camera": [{"source": source}]}, "test", Path("/")).camera[0]


@dataclass
class Systemd:
    """What `systemctl` would say of one unit. `refuses`: a verb that fails."""

    active: bool = True
    refuses: str = ""
    said: list[str] = field(default_factory=list)

    def __call__(self, command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        program, verb = command[0], command[1]
        if program == "journalctl":
            return subprocess.CompletedProcess(command, 0, "config: 1 fault\nwhat the log says\n", "")
        if verb == "is-active":
            return subprocess.CompletedProcess(command, 0 if self.active else 3, "", "")
        if verb == "show":
            return subprocess.CompletedProcess(command, 0, "loaded\n", "")
        self.said.append(" ".join(command[1:]))
        if verb == self.refuses:
            return subprocess.CompletedProcess(command, 1, "", "Job failed.")
        self.active = verb != "stop"
        return subprocess.CompletedProcess(command, 0, "", "")


@pytest.mark.parametrize(
    ("config", "unit"),
    [
        ("/etc/edgeclassify/edgeclassify.toml", "edgeclassify.service"),
        ("/etc/edgeclassify/garden.toml", "edgeclassify@garden.service"),
        ("/etc/edgeclassify/models.toml", None),
        ("/etc/edgeclassify/snapshots.toml", None),
        ("/etc/edgeclassify/edgeclassify (copy).toml", None),
        ("/etc/edgeclassify/notes.txt", None),
        ("/srv/edgeclassify.toml", None),
    ],
)
def test_the_unit_of_a_config(config: str, unit: str | None) -> None:
    assert service_unit(Path(config)) == unit


def test_a_camera_has_one_user_so_it_is_stopped_once_and_started_again() -> None:
    systemd = Systemd()
    with ServiceControl("edgeclassify.service", True, systemd) as service:
        service.let_go_of(camera("picamera:0"), NOBODY)
        service.let_go_of(camera("v4l2:/dev/video0"), NOBODY)
        service.let_go_of(camera("rtsp://cam/1"), NOBODY)
        assert systemd.said == ["stop edgeclassify.service"]
    assert systemd.said == ["stop edgeclassify.service", "start edgeclassify.service"]


@pytest.mark.parametrize(
    ("source", "as_root", "active"),
    [("synthetic:", True, True), ("picamera:0", False, True), ("picamera:0", True, False)],
)
def test_it_is_left_alone_otherwise(source: str, as_root: bool, active: bool) -> None:
    systemd = Systemd(active)
    with ServiceControl("edgeclassify.service", as_root, systemd) as service:
        service.let_go_of(camera(source), NOBODY)
    assert systemd.said == []


@pytest.mark.parametrize(
    ("active", "anew", "said"),
    [(False, True, "enable --now"), (True, False, "reload"), (True, True, "restart")],
)
def test_it_is_started_or_takes_the_config_over(active: bool, anew: bool, said: str) -> None:
    systemd = Systemd(active)
    ServiceControl("edgeclassify.service", True, systemd).start(anew=anew)
    assert systemd.said == [f"{said} edgeclassify.service"]


def test_what_was_stopped_is_started_once() -> None:
    systemd = Systemd()
    with ServiceControl("edgeclassify.service", True, systemd) as service:
        service.let_go_of(camera("picamera:0"), NOBODY)
        service.start()
    assert systemd.said == ["stop edgeclassify.service", "enable --now edgeclassify.service"]


def test_a_start_that_fails_tells_what_the_log_says() -> None:
    service = ServiceControl("edgeclassify.service", True, Systemd(active=False, refuses="enable"))
    with pytest.raises(ServiceStartError, match="Job failed") as raised:
        service.start()
    assert "what the log says" in str(raised.value)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_however_it_is_left_the_service_runs_again(tmp_path: Path, number: signal.Signals, capsys: Output) -> None:
    """The connection of ssh breaks while the camera is tried, say."""
    systemd, path = Systemd(), tmp_path / "edgeclassify.toml"
    path.write_text('[mqtt]\nenabled = false\n[[camera]]\nsource = "picamera:0"\n')

    def broken_off(_: CameraConfig) -> Frame:
        assert systemd.said == ["stop edgeclassify.service"]
        os.kill(os.getpid(), number)
        raise AssertionError("the signal had no effect")

    def no_broker(_: Config) -> BrokerTrial:
        raise AssertionError("no broker is asked about")

    service = ServiceControl("edgeclassify.service", True, systemd)
    around = Around(NOBODY, service, Trials(no_broker, broken_off, Nearby))
    before = signal.getsignal(signal.SIGHUP)
    with pytest.raises(KeyboardInterrupt):
        run_setup(path, Asking(around, NOTHING_GIVEN, [Subject.CAMERA]), Ending(None, None))
    assert systemd.said == ["stop edgeclassify.service", "start edgeclassify.service"]
    assert "Nothing was changed." in capsys.readouterr().out
    assert signal.getsignal(signal.SIGHUP) is before


def test_without_systemd_there_is_no_service() -> None:
    def nothing(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.CompletedProcess(command, 127, "", "no such file")

    service = ServiceControl("edgeclassify.service", True, nothing)
    assert not service.is_there
    assert not service.is_active


def test_who_says_no_to_a_start_gets_none() -> None:
    systemd = Systemd()
    with ServiceControl("edgeclassify.service", True, systemd) as service:
        assert not service.stay_stopped()
        service.let_go_of(camera("picamera:0"), NOBODY)
        assert service.stay_stopped()
    assert systemd.said == ["stop edgeclassify.service"]
