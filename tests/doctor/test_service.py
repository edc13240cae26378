"""The service: as systemd shows it, what its log says, its config and its state folder."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.doctor.around import Answer
from edgeclassify.doctor.interface import Finding, Standing
from edgeclassify.doctor.running_service.settings import look_at_config, look_at_rights, look_at_state_folder
from edgeclassify.doctor.running_service.unit import look_at_failures, look_at_log, look_at_unit
from edgeclassify.files.folder_condition import FolderCondition, condition_of
from edgeclassify.files.rights import Account
from edgeclassify.service.sandbox import Service
from tests.doctor.looked_at import CAMERA, around, config_of
from tests.support.small_disk import small_disk_at

WELL = {
    "LoadState": "loaded", "UnitFileState": "enabled", "ActiveState": "active", "SubState": "running",
    "StatusText": "2 frames a second", "Result": "success", "NRestarts": "0", "ExecMainStatus": "0",
    "ExecMainCode": "0",
}  # fmt: skip
NOBODY = Service(Account("nobody", 65534, frozenset({65534})), Path("/nonexistent"), {})


@pytest.mark.parametrize(
    ("differs", "standing", "remedy"),
    [
        ({}, Standing.OK, None),
        ({"LoadState": "not-found"}, Standing.WARNING, "service install"),
        ({"UnitFileState": "disabled"}, Standing.WARNING, "systemctl enable edgeclassify.service"),
        ({"ActiveState": "failed"}, Standing.FAULT, "systemctl restart"),
        ({"ActiveState": "inactive"}, Standing.WARNING, "enable --now"),
        ({"ActiveState": "activating", "SubState": "auto-restart"}, Standing.FAULT, "systemctl restart"),
    ],
)
def test_the_unit(differs: Mapping[str, str], standing: Standing, remedy: str | None) -> None:
    (finding,) = look_at_unit(around(shown={**WELL, **differs}))
    assert finding.standing is standing
    assert finding.remedy is None if remedy is None else remedy in (finding.remedy or "")


def test_without_systemd_it_is_not_known() -> None:
    for look in (look_at_unit, look_at_failures, look_at_log):
        assert [finding.standing for finding in look(around())] == [Standing.UNKNOWN]


@pytest.mark.parametrize(
    ("differs", "standing", "said"),
    [
        ({}, Standing.OK, "none"),
        ({"Result": "watchdog", "NRestarts": "3"}, Standing.WARNING, "3 restarts since it was started; the last"),
        ({"Result": "oom-kill", "ActiveState": "failed"}, Standing.FAULT, "out of memory"),
        (
            {"Result": "exit-code", "ActiveState": "failed", "ExecMainCode": "1", "ExecMainStatus": "78"},
            Standing.FAULT,
            "(78: the config is wrong)",
        ),
        ({"NRestarts": "1"}, Standing.WARNING, "1 restart since"),
    ],
)  # fmt: skip
def test_how_it_ended_last(differs: Mapping[str, str], standing: Standing, said: str) -> None:
    (finding,) = look_at_failures(around(shown={**WELL, **differs}))
    assert finding.standing is standing
    assert said in finding.found


def of_log(output: str, errors: str = "", status: int | None = 0) -> Finding:
    asked: list[Sequence[str]] = []

    def journal(command: Sequence[str]) -> Answer:
        asked.append(command)
        return Answer(status, output, errors)

    (finding,) = look_at_log(around(shown=WELL, ask=journal))
    assert "--unit=edgeclassify.service" in asked[0]
    assert "--quiet" not in asked[0], "it would leave out the hint that the journal is not for us"
    return finding


def test_the_log() -> None:
    assert of_log("").standing is Standing.OK
    assert of_log("-- No entries --\n").standing is Standing.OK
    finding = of_log("broker: away\ncamera front: lost\n")
    assert finding.standing is Standing.WARNING
    assert "2 warnings" in finding.found
    assert finding.found.endswith("camera front: lost")


@pytest.mark.parametrize(
    ("errors", "status"), [("Hint: You are currently not seeing messages from other users", 0), ("no journal", 1)]
)
def test_a_log_that_is_not_for_us(errors: str, status: int) -> None:
    assert of_log("", errors, status).standing is Standing.UNKNOWN


# --- config and state folder -------------------------------------------------------------------------------


def test_no_config(tmp_path: Path) -> None:
    missing = around(file=tmp_path / "c.toml", config_fault="found nothing there")
    (finding,) = look_at_config(missing)
    assert (finding.standing, finding.remedy) == (Standing.FAULT, "Make one: edgeclassify setup")
    (tmp_path / "c.toml").write_text("[")
    (finding,) = look_at_config(missing)
    assert "edgeclassify check" in (finding.remedy or "")


def test_what_a_config_names_is_looked_at(tmp_path: Path) -> None:
    text = f'[mqtt]\nusername = "x"\npassword_file = "{tmp_path}/none"\n[model]\nname = "gone.tflite"\n{CAMERA}'
    found = look_at_config(around(config_of(text, tmp_path)))
    assert [one.standing for one in found] == [Standing.FAULT, Standing.FAULT]
    assert look_at_config(around(config_of()))[0].standing is Standing.OK


def test_a_password_in_a_config_for_everybody(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("")
    file.chmod(0o644)
    config = config_of('[[camera]]\nsource = "rtsp://user:hidden-words@cam/1"\n')
    (finding,) = look_at_rights(around(config, file=file))
    assert finding.standing is Standing.WARNING
    assert finding.remedy == f"chmod 600 {file}"
    file.chmod(0o600)
    assert look_at_rights(around(config, file=file))[0].standing is Standing.OK


def of_state(folder: Path, **more: Any) -> Finding:
    (finding,) = look_at_state_folder(around(config_of(f'[node]\nstate_dir = "{folder}"\n{CAMERA}'), **more))
    return finding


def test_a_state_folder_that_lasts(tmp_path: Path) -> None:
    if condition_of(tmp_path) is FolderCondition.OK:
        assert of_state(tmp_path).standing is Standing.OK
    assert of_state(tmp_path / "later").standing is Standing.OK


def test_one_in_memory_is_told_of(tmp_path: Path) -> None:
    with small_disk_at(tmp_path / "disk", "1m") as disk:
        finding = of_state(disk)
        (disk / "large").write_bytes(bytes(900_000))
        full = of_state(disk)
    assert finding.standing is Standing.WARNING
    assert "lost when the power goes" in finding.found
    assert full.standing is Standing.FAULT


def test_a_read_only_disk(tmp_path: Path) -> None:
    with small_disk_at(tmp_path / "disk", "1m") as disk:
        assert os.system(f"mount -o remount,ro {disk}") == 0
        finding = of_state(disk)
    assert finding.standing is Standing.FAULT
    assert "read-only" in finding.found


def test_one_that_the_service_may_not_write_to(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    finding = of_state(folder, service=NOBODY)
    assert finding.standing is Standing.FAULT
    assert "chown -R nobody:" in (finding.remedy or "")
