"""What `check` says of the files of [governor]."""

import os
from pathlib import Path

import pytest

from edgeclassify.config import GovernorConfig
from edgeclassify.preflight.governor import governor_problems
from edgeclassify.preflight.named_files import Files, Problem


def problems(battery: Path, power: Path, *, enabled: bool = True) -> list[Problem]:
    config = GovernorConfig(
        enabled=enabled, battery=f"file:{battery}", power=f"file:{power}", energy_wh_per_day=10.0
    )
    return governor_problems(config, Files(None))


def test_files_of_numbers_are_no_problem(tmp_path: Path) -> None:
    file = tmp_path / "capacity"
    file.write_text("61\n")
    assert problems(file, Path("/sys/kernel/uevent_seqnum")) == []
    assert governor_problems(GovernorConfig(enabled=True, battery="mqtt:solar"), Files(None)) == []


def test_what_is_not_there_is_said_and_no_fault(tmp_path: Path) -> None:
    found = problems(tmp_path / "gone", tmp_path / "gone too")
    assert [problem.text.partition(": ")[0] for problem in found] == ["governor.battery", "governor.power"]
    assert f"{tmp_path}/gone is not on this machine" in found[0].text
    assert not any(problem.is_fault for problem in found)
    assert problems(tmp_path / "gone", tmp_path / "gone too", enabled=False) == []


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_what_is_no_plain_file_is_said(tmp_path: Path, kind: str) -> None:
    file, place = tmp_path / "capacity", tmp_path / "place"
    file.write_text("61\n")
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place = Path("/dev/null")
    (found,) = problems(file, place)
    assert found.text.startswith(f"governor.power: {place}: expected a plain file")
    assert not found.is_fault
