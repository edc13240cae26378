"""The service on one screen, of what systemd says of it."""

import json

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.service import status as status_module

UNIT = {
    "LoadState": "loaded", "ActiveState": "active", "Result": "success", "UnitFileState": "enabled",
    "FragmentPath": "/usr/lib/systemd/system/edgeclassify.service", "ActiveEnterTimestamp": "Sun 12:00:00 UTC",
    "MainPID": "77", "NRestarts": "2", "ExecMainStatus": "0", "StatusText": "44 frames",
    "MemoryCurrent": "104857600",
    "ExecStart": "{ path=/usr/bin/edgeclassify ; argv[]=/usr/bin/edgeclassify run }",
}  # fmt: skip


class Systemd:
    """What it says: of the one service, of instances, of the journal."""

    def __init__(self) -> None:
        self.units = {"edgeclassify.service": dict(UNIT)}

    def __call__(self, verb: str, *arguments: str, check: bool = True) -> str:
        if verb == "show":
            return "".join(f"{key}={value}\n" for key, value in self.units.get(arguments[0], {}).items())
        return "".join(f"{unit} loaded active running\n" for unit in self.units if "@" in unit)


@pytest.fixture
def systemd(monkeypatch: pytest.MonkeyPatch) -> Systemd:
    made = Systemd()
    monkeypatch.setattr(status_module, "systemctl", made)
    monkeypatch.setattr(status_module, "booted", lambda: True)
    monkeypatch.setattr(status_module, "_errors", lambda _: ("12:00 a fault",))
    return made


def test_a_service_that_runs(systemd: Systemd, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["service", "status"]) == ExitStatus.OK
    said = capsys.readouterr().out
    assert "edgeclassify.service: runs (process 77) since Sun 12:00:00 UTC; starts at boot" in said
    assert "says: 44 frames" in said
    assert "memory: 105 MB" in said
    assert "error: 12:00 a fault" in said
    assert "installed by apt: /usr/lib/systemd/system/edgeclassify.service" in said


def test_an_instance_that_failed(systemd: Systemd, capsys: pytest.CaptureFixture[str]) -> None:
    systemd.units["edgeclassify@barn.service"] = UNIT | {
        "ActiveState": "failed", "Result": "exit-code", "ExecMainStatus": "78",
    }  # fmt: skip
    assert main(["service", "status", "--json"]) == ExitStatus.SOME_FAILED
    nodes = json.loads(capsys.readouterr().out)["nodes"]
    assert [(node["unit"], node["active"]) for node in nodes] == [
        ("edgeclassify.service", "active"), ("edgeclassify@barn.service", "failed"),
    ]  # fmt: skip
    assert nodes[1]["config"] == "/etc/edgeclassify/barn.toml"
    main(["service", "status"])
    said = capsys.readouterr().out
    assert "edgeclassify@barn.service: failed (exit-code, exit status 78)" in said
    assert "next: sudo edgeclassify check /etc/edgeclassify/barn.toml && sudo systemctl enable --now" in said


def test_where_none_is_installed(systemd: Systemd, capsys: pytest.CaptureFixture[str]) -> None:
    systemd.units.clear()
    assert main(["service", "status"]) == ExitStatus.UNAVAILABLE
    assert "sudo edgeclassify service install" in capsys.readouterr().err


def test_without_systemd(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(status_module, "booted", lambda: False)
    assert main(["service", "status"]) == ExitStatus.UNAVAILABLE
    assert capsys.readouterr().err.count("\n") == 1
