"""`edgeclassify check`."""

import json
import os
import shutil
import tomllib
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.model.catalog import resolve_model

CAMERA = '[[camera]]\nname = "front"\nsource = "synthetic:"\n'


def check(folder: Path, text: str) -> int:
    (folder / "c.toml").write_text(text, encoding="utf-8")
    return main(["check", str(folder / "c.toml")])


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No models but the built-in one, and none that the environment names."""
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("EDGECLASSIFY_MODEL", raising=False)


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


def test_what_run_would_refuse_is_one_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = check(
        tmp_path,
        """
        [[camera]]
        name = "front"
        source = "synthetic:?foo=bar"
        [[camera]]
        name = "back"
        source = "synthetic:?size=huge"
        [[view]]
        name = "a"
        camera = "front"
        labels = ["espreso", "espresso"]
        [[view]]
        name = "b"
        camera = "back"
        model = { name = "mobilnet_v2" }
        """,
    )
    assert status == ExitStatus.CONFIG
    captured = capsys.readouterr()
    assert captured.out == ""
    heading, *lines = captured.err.splitlines()
    assert heading == f"edgeclassify: {tmp_path / 'c.toml'}: 4 faults"
    assert [line.split(": ")[0].strip() for line in lines] == [
        "camera[0].source",
        "camera[1].source",
        "view[0].labels",
        "view[1].model.name",
    ]
    assert "expected the options size, fps" in lines[0]
    assert "expected labels of the model builtin, found 'espreso'. Did you mean \"espresso\"?" in lines[2]
    assert 'Did you mean "mobilenet_v2"?' in lines[3]


def test_what_is_not_on_this_machine_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = check(
        tmp_path,
        """
        [mqtt]
        username = "porch"
        password_file = "password"
        tls = { ca = "ca.pem", cert = "client.pem", key = "client.key" }
        [model]
        labels = "labels.txt"
        [[camera]]
        source = "images:photos"
        [[view]]
        name = "a"
        labels = ["espresso"]
        [[view]]
        name = "b"
        model = { name = "mobilenet_v2" }
        [[view]]
        name = "c"
        model = { name = "my.tflite" }
        """,
    )
    assert status == ExitStatus.OK
    captured = capsys.readouterr()
    assert "c.toml: ok." in captured.out
    start = f"edgeclassify: {tmp_path / 'c.toml'}: warning: "
    lines = captured.err.splitlines()
    assert all(line.startswith(start) for line in lines)
    assert sorted(line.removeprefix(start).partition(":")[0] for line in lines) == [
        "camera[0].source",
        "model.labels",
        "mqtt.password_file",
        "mqtt.tls.ca",
        "mqtt.tls.cert",
        "mqtt.tls.key",
        "view[1].model.name",
        "view[2].model.name",
    ]
    assert f"mqtt.password_file: {tmp_path / 'password'} is not on this machine" in captured.err
    assert "Run: edgeclassify models fetch mobilenet_v2" in captured.err


def test_a_model_that_is_here_but_does_not_fit_is_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(resolve_model("builtin"), tmp_path / "my.tflite")
    (tmp_path / "labels.txt").write_text("one\n")
    assert check(tmp_path, CAMERA + '[model]\nname = "my.tflite"\nlabels = "labels.txt"') == ExitStatus.CONFIG
    assert f"  model.name: {tmp_path / 'labels.txt'}: " in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="needs a user who may not read everything, and this is root")
def test_what_this_user_can_not_read_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "password").touch(mode=0)
    text = CAMERA + '[mqtt]\nusername = "u"\npassword_file = "password"'
    assert check(tmp_path, text) == ExitStatus.OK
    assert "can't be read by this user" in capsys.readouterr().err


def test_the_environments_model_is_the_one_that_is_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGECLASSIFY_MODEL", "mobilnet_v2")
    assert check(tmp_path, CAMERA) == ExitStatus.CONFIG
    assert "EDGECLASSIFY_MODEL: mobilnet_v2: expected a model's name" in capsys.readouterr().err


def test_an_ipv6_broker_is_shown_in_brackets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, CAMERA + '[mqtt]\nhost = "fd00::1"') == ExitStatus.OK
    assert "Broker: [fd00::1]:1883." in capsys.readouterr().out
