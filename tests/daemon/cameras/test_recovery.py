"""When a fresh process or a reboot is due, and what of that survives a restart."""

import json
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import RecoveryConfig
from edgeclassify.daemon.cameras.recovery import FILE_NAME, Recovery, Remedy, reboot_file, wait_s


def make(folder: Path | None, uptime_s: float = 1e9, **options: Any) -> Recovery:
    file = Path("/nowhere") if folder is None else folder / "run" / "reboot"
    return Recovery(folder, RecoveryConfig(reboot_file=file, **options), lambda: uptime_s)


def test_waits_grow_and_are_longer_while_others_work() -> None:
    assert [wait_s(count, alone=True) for count in range(9)] == [0, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert [wait_s(count, alone=False) for count in (0, 1, 2, 7, 8, 1000)] == [
        600,
        1200,
        2400,
        76800,
        86400,
        86400,
    ]


def test_a_fresh_process_at_once_then_later_each_time(tmp_path: Path) -> None:
    recovery = make(tmp_path)
    assert recovery.due("front", "cam", 0.0, alone=True) is Remedy.FRESH_PROCESS
    recovery.take(Remedy.FRESH_PROCESS, "front", "cam", worked=True)
    again = make(tmp_path)
    assert again.in_vain("front", "cam") == 1
    assert again.due("front", "cam", 59.0, alone=True) is None
    assert again.due("front", "cam", 60.0, alone=True) is Remedy.FRESH_PROCESS
    assert again.due("back", "cam", 0.0, alone=True) is Remedy.FRESH_PROCESS
    assert again.due("back", "cam", 599.0, alone=False) is None


def test_a_camera_that_works_is_forgotten(tmp_path: Path) -> None:
    recovery = make(tmp_path)
    recovery.take(Remedy.FRESH_PROCESS, "front", "cam", worked=True)
    recovery.take(Remedy.FRESH_PROCESS, "back", "cam", worked=True)
    recovery.settled("front")
    assert (make(tmp_path).in_vain("front", "cam"), make(tmp_path).in_vain("back", "cam")) == (0, 1)


def test_another_source_of_the_same_name_begins_anew(tmp_path: Path) -> None:
    recovery = make(tmp_path)
    recovery.take(Remedy.FRESH_PROCESS, "front", "cam", worked=True)
    assert recovery.in_vain("front", "other") == 0
    assert not recovery.worked_before("front", "other")
    recovery.take(Remedy.FRESH_PROCESS, "front", "other", worked=False)
    again = make(tmp_path)
    assert (again.in_vain("front", "other"), again.worked_before("front", "other")) == (1, False)
    assert again.in_vain("front", "cam") == 0


def test_that_it_once_worked_is_kept_over_processes_in_which_it_did_not(tmp_path: Path) -> None:
    make(tmp_path).take(Remedy.FRESH_PROCESS, "front", "cam", worked=True)
    make(tmp_path).take(Remedy.FRESH_PROCESS, "front", "cam", worked=False)
    again = make(tmp_path)
    assert (again.in_vain("front", "cam"), again.worked_before("front", "cam")) == (2, True)


def test_no_fresh_process_where_it_is_ruled_out(tmp_path: Path) -> None:
    assert make(tmp_path, fresh_process=False).due("front", "cam", 1e9, alone=True) is None


class TestReboot:
    def tired(self, folder: Path, **options: Any) -> Recovery:
        """A recovery after three fresh processes in vain."""
        recovery = make(folder, **options)
        for _ in range(3):
            recovery.take(Remedy.FRESH_PROCESS, "front", "cam", worked=True)
        return recovery

    def test_off_by_default(self, tmp_path: Path) -> None:
        assert self.tired(tmp_path).due("front", "cam", 1e9, alone=True) is Remedy.FRESH_PROCESS

    def test_after_so_many_in_vain_and_only_once(self, tmp_path: Path) -> None:
        recovery = self.tired(tmp_path, reboot=True)
        assert recovery.due("front", "cam", 0.0, alone=True) is Remedy.REBOOT
        recovery.take(Remedy.REBOOT, "front", "cam", worked=True)
        assert "front" in (tmp_path / "run" / "reboot").read_text()
        assert recovery.due("front", "cam", 0.0, alone=True) is None

    @pytest.mark.parametrize(
        ("options", "alone"),
        [
            ({"reboot": True, "reboot_after": 4}, True),
            ({"reboot": True, "uptime_s": 3600.0}, True),  # the machine was booted an hour ago
            ({"reboot": True}, False),  # other cameras work
        ],
    )
    def test_not_yet(self, tmp_path: Path, options: dict[str, object], alone: bool) -> None:
        assert self.tired(tmp_path, **options).due("front", "cam", 0.0, alone=alone) is None

    def test_a_file_that_can_not_be_written(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        recovery = self.tired(tmp_path, reboot=True)
        (tmp_path / "run").write_text("a file")
        recovery.take(Remedy.REBOOT, "front", "cam", worked=True)
        assert "recovery.reboot_file" in caplog.text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"fresh_processes_in_vain": {"front": 1}}',
        b'{"fresh_processes_in_vain": 3}',
        b'{"fresh_processes_in_vain": {"front": {"count": -1, "source": "cam", "worked": true}}}',
    ],
)
def test_a_damaged_file_is_set_aside(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    recovery = make(tmp_path)
    assert recovery.in_vain("front", "cam") == 0
    assert "set aside" in caplog.text
    recovery.take(Remedy.FRESH_PROCESS, "front", "cam", worked=True)
    assert json.loads((tmp_path / FILE_NAME).read_text()) == {
        "fresh_processes_in_vain": {"front": {"count": 1, "source": "cam", "worked": True}}
    }


def test_without_a_state_folder_or_a_writable_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recovery = make(None)
    recovery.take(Remedy.FRESH_PROCESS, "front", "cam", worked=True)
    assert recovery.in_vain("front", "cam") == 1
    (tmp_path / "state").write_text("a file")
    make(tmp_path / "state" / "x").take(Remedy.FRESH_PROCESS, "front", "cam", worked=True)
    assert "can't be written" in caplog.text


def test_an_instance_asks_for_a_reboot_in_its_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/run/edgeclassify-barn")
    assert reboot_file(RecoveryConfig()) == Path("/run/edgeclassify-barn/reboot")
    assert reboot_file(RecoveryConfig(reboot_file=tmp_path / "x")) == tmp_path / "x"
    monkeypatch.delenv("RUNTIME_DIRECTORY")
    assert reboot_file(RecoveryConfig()) == Path("/run/edgeclassify/reboot")
