"""`edgeclassify doctor`: a screen, JSON, a bundle, and an exit status by what is wrong."""

import json
import os
import tarfile
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.cli.reports.doctor import DoctorScreen
from edgeclassify.doctor.checks import CHECKS, TITLES
from edgeclassify.doctor.findings import fault, ok
from edgeclassify.errors import ExitStatus

CONFIG = '[node]\nstate_dir = "state"\n[mqtt]\nenabled = false\n[[camera]]\nsource = "synthetic:"\n'


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("EDGECLASSIFY_MODEL", raising=False)
    file = tmp_path / "c.toml"
    file.write_text(CONFIG)
    return file


def test_a_machine_that_is_well(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["doctor", "--json", "--config", str(config)])
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"version", "ts", "checks", "worst"}
    found = {one["check"] for one in said["checks"]}
    assert found == {check.id for check in CHECKS}, "without a broker nothing is told of it but that"
    ours = [one for one in said["checks"] if one["standing"] == "fault"]
    assert (status == ExitStatus.OK) == (not ours), ours
    for one in said["checks"]:
        assert one["title"] == TITLES[one["check"]]
        if one["standing"] in ("warning", "fault"):
            assert one["remedy"], one


def test_a_config_at_fault(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(CONFIG.replace("synthetic:", "nothing:"))
    assert main(["doctor", "--config", str(config)]) == ExitStatus.CONFIG
    shown = capsys.readouterr().out
    assert "✗ config " in shown
    assert "camera[0].source" in shown
    assert "Each name is explained in docs/troubleshooting.md." in shown


def test_a_camera_at_fault_and_a_bundle(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(CONFIG.replace("synthetic:", "images:none.png"))
    bundle = config.parent / "b.tar.gz"
    assert main(["doctor", "--config", str(config), "--bundle", str(bundle)]) == ExitStatus.UNAVAILABLE
    assert f"{bundle}: written" in capsys.readouterr().out
    with tarfile.open(bundle) as archive:
        assert "edgeclassify-report/doctor.json" in archive.getnames()


def test_a_bundle_that_can_not_be_written(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = config.parent / "none" / "b.tar.gz"
    assert main(["doctor", "--config", str(config), "--bundle", str(bundle)]) == ExitStatus.CANNOT_WRITE
    assert "Choose another place" in capsys.readouterr().err


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_lines_fit(columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_: os.terminal_size((columns, 24)))
    screen = DoctorScreen()
    screen.begin("This machine")
    screen.show(ok("disk", "room " * 60, subject="/var/lib/edgeclassify"))
    screen.show(fault("camera", "no picture " * 20, "plug it in " * 20, subject="front"))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= max(50, min(columns, 110))
    assert any(line.startswith(" ✗ camera ") for line in lines)
    assert any(line.lstrip().startswith("→ plug it in") for line in lines)
