"""The service stopped for its camera, and started again."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edgeclassify.config import CameraConfig, parse_config
from edgeclassify.setup.service_control import ServiceControl, ServiceStartError, service_unit
from edgeclassify.setup.terminal.screen import Colours, Screen
from edgeclassify.setup.terminal.talk import Talk

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
        ("/etc/edgeclassify/notes.txt", None),
        ("/srv/edgeclassify.toml", None),
    ],
)
def test_the_unit_of_a_config(config: str, unit: str | None) -> None:
    assert service_unit(Path(config)) == unit


def test_a_camera_has_one_user_so_it_is_stopped_once_and_started_again() -> None:
    systemd = Systemd()
    service = ServiceControl("edgeclassify.service", True, systemd)
    service.let_go_of(camera("picamera:0"), NOBODY)
    service.let_go_of(camera("v4l2:/dev/video0"), NOBODY)
    assert systemd.said == ["stop edgeclassify.service"]
    service.go_on()
    service.go_on()
    assert systemd.said == ["stop edgeclassify.service", "start edgeclassify.service"]


@pytest.mark.parametrize(
    ("source", "as_root", "active"),
    [("synthetic:", True, True), ("picamera:0", False, True), ("picamera:0", True, False)],
)
def test_it_is_left_alone_otherwise(source: str, as_root: bool, active: bool) -> None:
    systemd = Systemd(active)
    service = ServiceControl("edgeclassify.service", as_root, systemd)
    service.let_go_of(camera(source), NOBODY)
    service.go_on()
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
    service = ServiceControl("edgeclassify.service", True, systemd)
    service.let_go_of(camera("picamera:0"), NOBODY)
    service.start()
    service.go_on()
    assert systemd.said == ["stop edgeclassify.service", "enable --now edgeclassify.service"]


def test_a_start_that_fails_tells_what_the_log_says() -> None:
    service = ServiceControl("edgeclassify.service", True, Systemd(active=False, refuses="enable"))
    with pytest.raises(ServiceStartError, match="Job failed") as raised:
        service.start()
    assert "what the log says" in str(raised.value)


def test_without_systemd_there_is_no_service() -> None:
    def nothing(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.CompletedProcess(command, 127, "", "no such file")

    service = ServiceControl("edgeclassify.service", True, nothing)
    assert not service.is_there
    assert not service.is_active
