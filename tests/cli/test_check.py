"""`edgeclassify check`."""

import json
import tomllib
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus


def test_the_shipped_config_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    config = Path(__file__).resolve().parents[2] / "config" / "edgeclassify.toml"
    assert main(["check", str(config)]) == ExitStatus.OK
    assert "ok. Cameras: front (picamera). Views: front." in capsys.readouterr().out


def test_faults_exit_78(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.toml").write_text("[mqt]\n")
    assert main(["check", str(tmp_path / "c.toml")]) == ExitStatus.CONFIG
    error = capsys.readouterr().err
    assert 'Did you mean "mqtt"?' in error
    assert "camera: expected at least one" in error


def test_example_and_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--example"]) == ExitStatus.OK
    assert "camera" in tomllib.loads(capsys.readouterr().out)
    assert main(["check", "--schema"]) == ExitStatus.OK
    assert json.loads(capsys.readouterr().out)["properties"]["camera"]
