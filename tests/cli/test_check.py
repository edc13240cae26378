"""`edgeclassify check`."""

import json
import os
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.cli.check import check as check_command
from edgeclassify.cli.run import run
from edgeclassify.errors import ExitStatus
from edgeclassify.model.catalog import resolve_model
from edgeclassify.service.places import CONFIG
from tests.model.colour_nets import Net
from tests.model.output_nets import Head
from tests.model.tflite_files import tflite_bytes
from tests.sources.raw_server import make_certificate

CAMERA = '[[camera]]\nname = "front"\nsource = "synthetic:"\n'


def check(folder: Path, text: str, *options: str) -> int:
    (folder / "c.toml").write_text(text, encoding="utf-8")
    return main(["check", *options, str(folder / "c.toml")])


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
        "view[1].model.name",
        "view[0].labels",
    ]
    assert "expected the options size, fps" in lines[0]
    assert "expected labels of the model builtin, found 'espreso'. Did you mean \"espresso\"?" in lines[3]
    assert 'Did you mean "mobilenet_v2"?' in lines[2]


@pytest.mark.parametrize(
    "lines",
    [
        'source = "images:admin:S3cret-of-mine@camera/x.jpg"',  # a warning: http:// is missing
        'source = "watch:admin:S3cret-of-mine@camera/x"',
        'source = "synthetic:"\n"rtsp://admin:S3cret-of-mine@camera/x" = 1',
        'source = "synthetic:"\n["rtsp://admin:S3cret-of-mine@camera/x"]\nx = 1',
    ],
)
def test_a_password_where_it_does_not_belong_is_not_quoted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: str
) -> None:
    check(tmp_path, f"[[camera]]\n{lines}\n")
    captured = capsys.readouterr()
    assert "camera" in captured.err
    assert "S3cret" not in captured.err + captured.out


NOT_HERE = """
[mqtt]
username = "porch"
password_file = "password"
tls = { ca = "ca.pem", cert = "client.pem", key = "client.key" }
[model]
labels = "labels.txt"
[[camera]]
source = "images:photos"
loop = true
[[view]]
name = "a"
labels = ["espresso"]
[[view]]
name = "b"
model = { name = "mobilenet_v2" }
[[view]]
name = "c"
model = { name = "my.tflite" }
"""
ABSENT = [
    "model.labels",
    "mqtt.password_file",
    "mqtt.tls.ca",
    "mqtt.tls.cert",
    "mqtt.tls.key",
    "view[1].model.name",
    "view[2].model.name",
]


def test_what_the_daemon_needs_and_is_not_here_is_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, NOT_HERE) == ExitStatus.CONFIG
    captured = capsys.readouterr()
    assert captured.out == ""
    warning, heading, *faults = captured.err.splitlines()
    assert f"warning: camera[0].source: {tmp_path}/photos is not on this machine" in warning
    assert heading.endswith("c.toml: 7 faults")
    assert sorted(line.strip().partition(":")[0] for line in faults) == ABSENT
    assert f"mqtt.password_file: {tmp_path / 'password'} is not on this machine. Check the path" in captured.err
    assert "--elsewhere" in captured.err
    assert "Run: edgeclassify models fetch mobilenet_v2" in captured.err


def test_what_is_not_here_is_a_warning_where_it_is_meant_for_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, NOT_HERE, "--elsewhere") == ExitStatus.OK
    captured = capsys.readouterr()
    assert "c.toml: ok." in captured.out
    start = f"edgeclassify: {tmp_path / 'c.toml'}: warning: "
    lines = captured.err.splitlines()
    assert all(line.startswith(start) for line in lines)
    assert sorted(line.removeprefix(start).partition(":")[0] for line in lines) == ["camera[0].source", *ABSENT]


def test_the_file_of_a_cameras_certificate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    camera = '[[camera]]\nsource = "rtsps://192.0.2.1/x"\ntls = { ca = "camera.pem" }\n'
    file = tmp_path / "camera.pem"
    assert check(tmp_path, camera) == ExitStatus.CONFIG
    assert f"camera[0].tls.ca: {file} is not on this machine" in capsys.readouterr().err
    file.write_bytes(b"0\x82 a certificate in another form")
    assert check(tmp_path, camera) == ExitStatus.CONFIG
    error = capsys.readouterr().err
    assert f"  camera[0].tls.ca: {file}: expected certificates in PEM form" in error
    assert error.count("\n") == 2
    make_certificate(tmp_path, "camera")
    assert check(tmp_path, camera) == ExitStatus.OK


BAD_SECRETS = {
    "empty password": ('username = "u"\npassword_file = "bad"', b"", "mqtt.password_file", "found it empty"),
    "two lines": ('username = "u"\npassword_file = "bad"', b"a\nb", "mqtt.password_file", "found 2 lines"),
    "other bytes": ('username = "u"\npassword_file = "bad"', b"p\0\xff", "mqtt.password_file", "no UTF-8"),
    "ca that is none": ('tls = { ca = "bad" }', b"no certificate", "mqtt.tls.ca", "in PEM form"),
    "certificate that is none": (
        'tls = { cert = "bad", key = "bad" }', b"no certificate", "mqtt.tls.cert", "belong together",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_SECRETS)
def test_what_ends_the_start_is_a_fault(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, content, key, words = BAD_SECRETS[kind]
    (tmp_path / "bad").write_bytes(content)
    (tmp_path / "bad").chmod(0o640)
    assert check(tmp_path, f"{CAMERA}[mqtt]\n{table}") == ExitStatus.CONFIG
    error = capsys.readouterr().err
    assert f"  {key}" in error
    assert words in error
    assert error.count("\n") == 2, "one fault, said once"


def test_a_variable_that_holds_no_password_is_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGECLASSIFY_MQTT_PASSWORD", "one\ntwo")
    assert check(tmp_path, CAMERA + '[mqtt]\nusername = "u"') == ExitStatus.CONFIG
    assert "EDGECLASSIFY_MQTT_PASSWORD: expected" in capsys.readouterr().err


def test_a_password_file_for_everybody_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "password").write_text("x")
    (tmp_path / "password").chmod(0o644)
    assert check(tmp_path, CAMERA + '[mqtt]\nusername = "u"\npassword_file = "password"') == ExitStatus.OK
    assert "warning: mqtt.password_file: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "mode", "warned"),
    [
        ("rtsp://admin:secret-1@192.0.2.1/stream", 0o644, True),
        ("http://192.0.2.1/snap.jpg?user=a&pwd=secret-1", 0o644, True),
        ("rtsp://admin:secret-1@192.0.2.1/stream", 0o640, False),
        ("rtsp://admin:secret%2D1@192.0.2.1/stream", 0o604, True),
        ("rtsp://192.0.2.1/stream", 0o644, False),
        ("images:https://example.org/a/b@2x.jpg", 0o644, False),
        ("synthetic:", 0o644, False),
    ],
)
def test_a_config_with_a_cameras_password_is_not_for_everybody(
    source: str, mode: int, warned: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "c.toml"
    config.touch()
    config.chmod(mode)
    assert check(tmp_path, f'[[camera]]\nsource = "{source}"') == ExitStatus.OK
    error = capsys.readouterr().err
    assert ("camera[0].source: a password, in a file that every user of this machine may read" in error) is warned
    assert (f"chmod 600 {config}" in error) is warned
    assert "secret-1" not in error


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


@pytest.mark.parametrize(
    ("node", "said"),
    [('[node]\ntime_zone = "Asia/Kolkata"', "Days: Asia/Kolkata."), ("", "Days: the machine's time zone (")],
)
def test_it_says_by_which_zone_days_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], node: str, said: str
) -> None:
    assert check(tmp_path, CAMERA + node) == ExitStatus.OK
    assert said in capsys.readouterr().out


def test_it_says_which_profiles_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profiles = '[profile.away]\nwhen = ["mon-fri 08:00-17:00", "sat"]\n[profile.home]\n'
    assert check(tmp_path, CAMERA + profiles) == ExitStatus.OK
    assert " Profiles: away (mon-fri 08:00-17:00, sat), home." in capsys.readouterr().out
    assert check(tmp_path, CAMERA) == ExitStatus.OK
    assert "Profiles" not in capsys.readouterr().out


def test_labels_of_a_profile_are_looked_at_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = '[profile.away.view."*"]\nlasting = { nonsense = [5] }\n'
    assert check(tmp_path, CAMERA + said) == ExitStatus.CONFIG
    assert ".lasting: expected labels of the model builtin, found 'nonsense'" in capsys.readouterr().err


WEBHOOK = '[webhook]\nurl = "https://bob:pw77@ha.lan:8123/api/webhook/tok3n-77"\n'


def test_where_events_go_is_shown_without_what_is_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, CAMERA + WEBHOOK) == ExitStatus.OK
    assert "Broker: localhost:1883. Webhook: https://ha.lan:8123/…." in capsys.readouterr().out
    assert check(tmp_path, CAMERA + WEBHOOK + "[mqtt]\nenabled = false") == ExitStatus.OK
    captured = capsys.readouterr()
    assert "Broker: none, and so no states, commands, snapshots over MQTT, or Home Assistant." in captured.out
    assert "tok3n" not in captured.out + captured.err


def test_events_must_go_somewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    no_broker, no_history = "[mqtt]\nenabled = false\n", "[history]\nenabled = false\n"
    assert check(tmp_path, CAMERA + no_broker + no_history) == ExitStatus.CONFIG
    message = capsys.readouterr().err
    assert "mqtt.enabled: expected a way out for events: mqtt, [webhook] or history, found none. Set " in message
    assert check(tmp_path, CAMERA + no_broker) == ExitStatus.OK
    assert "Events stay on this node, in its history." in capsys.readouterr().out
    assert check(tmp_path, CAMERA + no_history) == ExitStatus.OK
    assert check(tmp_path, CAMERA + no_broker + no_history + WEBHOOK) == ExitStatus.OK


@pytest.mark.parametrize(
    ("line", "content", "found"),
    [
        ('secret_file = "s"', None, "webhook.secret_file: "),
        ('secret_file = "s"', "", "expected a file with the webhook's secret, found it empty"),
        ('secret_file = "s"', "whsec_&", "expected base64 behind whsec_"),
        ('tls = { ca = "s" }', "no certificate", "webhook.tls.ca: "),
        ('tls = { ca = "s", verify = false }', "x", "webhook.tls: expected ca or verify = false, not both"),
        ("timeout_s = 0.5", None, "webhook.timeout_s: expected a number of at least 1"),
        ('url = "mqtt://h/secret-77"', None, "webhook.url: expected a URL like https://HOST/PATH"),
        ("", None, ""),
    ],
)
def test_faults_of_the_webhook(
    tmp_path: Path, line: str, content: str | None, found: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "s").write_text(content)
        (tmp_path / "s").chmod(0o600)
    text = "[webhook]\n" + ('url = "https://h/secret-77"\n' if "url" not in line else "") + line
    assert check(tmp_path, f"{CAMERA}{text}\n[mqtt]\nenabled = false\n") == (
        ExitStatus.CONFIG if found else ExitStatus.OK
    )
    message = capsys.readouterr().err
    assert found in message
    assert "secret-77" not in message


def test_a_secret_for_everybody_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s").write_text("secret")
    (tmp_path / "s").chmod(0o644)
    assert check(tmp_path, CAMERA + WEBHOOK + 'secret_file = "s"') == ExitStatus.OK
    assert "warning: webhook.secret_file: " in capsys.readouterr().err


def test_the_brokers_files_do_not_count_where_there_is_none(tmp_path: Path) -> None:
    assert (
        check(tmp_path, CAMERA + WEBHOOK + '[mqtt]\nenabled = false\ntls = { ca = "none.pem" }') == ExitStatus.OK
    )


def colours(folder: Path, head: Head, labels: str, output: str = "") -> None:
    """A model of three colours in the folder, with this head and these labels."""
    net = Net()
    (folder / "net.tflite").write_bytes(tflite_bytes(net.model(head(net))))
    (folder / "net.toml").write_text(f'labels = "names.txt"\n{output}\n')
    (folder / "names.txt").write_text(labels)


@pytest.mark.parametrize(
    ("head", "labels", "output", "said"),
    [
        (Net.sigmoid, "red\ngreen\nblue", "", "view v: several labels of the model .* at most one is ON"),
        (Net.softmax, "red\ngreen\nblue", 'output = "sigmoid"', "view v: several labels"),
        (Net.softmax, "red\nunknown\nblue", "", "class 'unknown'.*is called 'unknown .class.'"),
        (Net.softmax, "red\ngreen\nblue", "", ""),
        (Net.logits, "red\ngreen\nblue", "", ""),
        (Net.sigmoid, "red\ngreen\nblue", 'output = "logits"', ""),
    ],
)
def test_what_is_right_but_may_not_be_what_was_meant_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], head: Head, labels: str, output: str, said: str
) -> None:
    colours(tmp_path, head, labels, output)
    model = f'[model]\nname = "{tmp_path / "net.tflite"}"\n'
    view = '[[view]]\nname = "v"\nlabels = ["red", "blue"]\n'
    assert check(tmp_path, model + CAMERA + view) == ExitStatus.OK
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == bool(said)
    if said:
        assert re.search(f"^edgeclassify: .*c.toml: warning: .*{said}", lines[0])


@pytest.mark.parametrize(("confirm_s", "is_said"), [("", False), ("confirm_s = 2", True)])
def test_a_confirmation_that_a_single_picture_can_not_give_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], confirm_s: str, is_said: bool
) -> None:
    camera = f'[[camera]]\nname = "c"\nsource = "watch:{tmp_path}"\n'
    assert check(tmp_path, f'{camera}[[view]]\nname = "v"\n{confirm_s}\n') == ExitStatus.OK
    assert ("c.toml: warning: view v: with confirm_s = 2 a single picture" in capsys.readouterr().err) is is_said


def test_the_class_that_is_told_apart_can_be_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    colours(tmp_path, Net.softmax, "red\nunknown\nblue")
    config = f'[model]\nname = "{tmp_path / "net.tflite"}"\n{CAMERA}[[view]]\nname = "v"\nlabels = ["LABEL"]\n'
    assert check(tmp_path, config.replace("LABEL", "unknown (class)")) == ExitStatus.OK
    assert check(tmp_path, config.replace("LABEL", "unknown")) == ExitStatus.CONFIG
    assert 'is called "unknown (class)"' in capsys.readouterr().err


@pytest.mark.parametrize("named_by", ["the variable", "the default"])
def test_without_a_file_it_is_the_one_that_run_takes(
    named_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "own.toml"
    config.write_text(CAMERA)
    if named_by == "the variable":
        monkeypatch.setenv("EDGECLASSIFY_CONFIG", str(config))
    else:
        monkeypatch.delenv("EDGECLASSIFY_CONFIG", raising=False)
        monkeypatch.setattr(next(p for p in check_command.params if p.name == "file"), "default", config)
    assert main(["check"]) == ExitStatus.OK
    assert capsys.readouterr().out.startswith(f"{config}: ok.")


def test_the_default_of_check_and_of_run_are_one() -> None:
    named = (check_command, "file"), (run, "path")
    defaults = [next(p.default for p in command.params if p.name == name) for command, name in named]
    assert defaults == [CONFIG, CONFIG]


def test_a_battery_that_is_not_there_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    governor = f'[governor]\nenabled = true\nbattery = "file:{tmp_path}/gone"\n'
    assert check(tmp_path, f"{CAMERA}{governor}") == ExitStatus.OK
    assert f"warning: governor.battery: {tmp_path}/gone is not on this machine" in capsys.readouterr().err


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_runs_the_model_is_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], elsewhere: bool
) -> None:
    view = '[[view]]\nname = "door"\nmodel = {delegate = "lib/gone.so", threads = 64}\n'
    text = f"[mqtt]\nenabled = false\n[history]\n{CAMERA}{view}"
    status = check(tmp_path, text, *(["--elsewhere"] if elsewhere else []))
    printed = capsys.readouterr()
    said = printed.out + printed.err
    assert f"view[0].model.delegate: {tmp_path}/lib/gone.so" in said
    assert ("view[0].model.threads: expected at most" in said) is not elsewhere
    assert (status == ExitStatus.OK) is elsewhere


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_delegate_that_the_loader_does_not_find(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], elsewhere: bool
) -> None:
    text = f'[model]\ndelegate = "libno-such-thing.so.7"\n{CAMERA}'
    status = check(tmp_path, text, *(["--elsewhere"] if elsewhere else []))
    said = capsys.readouterr().err
    assert (
        "model.delegate: libno-such-thing.so.7: expected a shared library that the system's loader finds" in said
    )
    assert (status == ExitStatus.OK) is elsewhere


def test_options_of_no_delegate_are_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = "delegate_options = {a = 1}"
    view = f'[[view]]\nname = "door"\nmodel = {{{options}}}\n[[view]]\nname = "gate"\n'
    assert check(tmp_path, f"[model]\n{options}\n{CAMERA}{view}") == ExitStatus.OK
    said = capsys.readouterr().err
    assert "warning: model.delegate_options: of no effect" in said
    assert "warning: view[0].model.delegate_options: of no effect" in said
    assert said.count("of no effect") == 2
    assert check(tmp_path, f'[model]\ndelegate = "libc.so.6"\n{options}\n{CAMERA}{view}') == ExitStatus.OK
    assert "of no effect" not in capsys.readouterr().err
