"""`edgeclassify check` with the eyes of the service: its user, its sandbox, its variables."""

import grp
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.files.rights import Account, Obstacle
from edgeclassify.model.catalog import places, resolve_model
from edgeclassify.preflight import named_files
from edgeclassify.service import sandbox
from edgeclassify.service.places import CONFIG, STATE
from edgeclassify.service.sandbox import Service, service_of

UNIT = Path(__file__).parents[2] / "systemd/edgeclassify.service"
CAMERA = '[[camera]]\nname = "front"\nsource = "synthetic:"\n'


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with etc, home and var in it, and a service of an unknown user that sees all but home."""
    root = Path(tempfile.mkdtemp(prefix="edgeclassify-test-"))
    for name in ("etc", "home", "var/models"):
        (root / name).mkdir(parents=True)
    for folder in (root, *root.rglob("*")):
        folder.chmod(0o755)
    eyes = Service(
        Account("edge", 4711, frozenset({4712})),
        root / "var",
        {root / "home": "the service sees no home folders (ProtectHome=yes)"},
        (root / "home/shown",),
        (root / "var",),
        state=root / "var",
    )
    monkeypatch.setattr(sandbox, "service_of", lambda config: eyes if config.parent == root / "etc" else None)
    monkeypatch.setattr(places, "SYSTEM_MODELS", root / "var/models")
    monkeypatch.delenv("EDGECLASSIFY_MODELS", raising=False)
    monkeypatch.delenv("EDGECLASSIFY_MODEL", raising=False)
    yield root
    shutil.rmtree(root)


def check(root: Path, text: str, folder: str = "etc") -> int:
    config = root / folder / "c.toml"
    config.write_text(text)
    config.chmod(0o644)
    return main(["check", str(config)])


def file(path: Path, mode: int = 0o644, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    return path


MODEL = resolve_model("builtin").read_bytes()


def copy_builtin(folder: Path, mode: int = 0o644) -> Path:
    builtin = resolve_model("builtin")
    folder.mkdir(exist_ok=True)
    for source in builtin.parent.iterdir():
        if source.is_file():
            shutil.copy(source, folder / source.name)
            (folder / source.name).chmod(0o644)
    (folder / builtin.name).chmod(mode)
    return folder / builtin.name


def test_a_password_file_that_the_service_may_not_read(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = file(machine / "etc/password", 0o600)
    text = CAMERA + f'[mqtt]\nusername = "u"\npassword_file = "{secret}"'
    assert check(machine, text) == ExitStatus.CONFIG
    error = capsys.readouterr().err
    assert f"mqtt.password_file: {secret}: the service's user edge may not read it" in error
    assert f"Run: sudo chgrp edge {secret} && sudo chmod g+r {secret}" in error
    assert check(machine, text, "home") == ExitStatus.OK, "another config is not the service's"


@pytest.mark.parametrize("key", ["ca", "cert", "key"])
def test_tls_files_that_the_service_may_not_read(
    key: str, machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pem = file(machine / f"etc/{key}.pem", 0o600)
    other = file(machine / "etc/other.pem")
    pair = {
        "ca": f'ca = "{pem}"',
        "cert": f'cert = "{pem}", key = "{other}"',
        "key": f'cert = "{other}", key = "{pem}"',
    }
    assert check(machine, f"{CAMERA}[mqtt]\ntls = {{ {pair[key]} }}") == ExitStatus.CONFIG
    error = capsys.readouterr().err
    assert f"mqtt.tls.{key}: {pem}: the service's user edge may not read it" in error
    assert ("sudo chmod a+r" in error) is (key != "key")


def test_a_model_in_a_home_folder(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = copy_builtin(machine / "home/pi")
    assert check(machine, f'{CAMERA}[model]\nname = "{model}"') == ExitStatus.CONFIG
    error = capsys.readouterr().err
    assert f"model.name: {model}: the service sees no home folders (ProtectHome=yes). Move it below" in error
    # A link does not help, a bind mount does.
    (machine / "etc/model.tflite").symlink_to(model)
    assert check(machine, f'{CAMERA}[model]\nname = "model.tflite"') == ExitStatus.CONFIG
    shown = copy_builtin(machine / "home/shown")
    assert check(machine, f'{CAMERA}[model]\nname = "{shown}"') == ExitStatus.OK


def test_a_model_that_the_service_may_not_read(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = copy_builtin(machine / "var/own", 0o600)
    assert check(machine, f'{CAMERA}[model]\nname = "{model}"') == ExitStatus.CONFIG
    assert f"sudo chmod a+r {model}" in capsys.readouterr().err
    model.chmod(0o644)
    (machine / "var/own").chmod(0o700)
    assert check(machine, f'{CAMERA}[model]\nname = "{model}"') == ExitStatus.CONFIG
    assert f"it may not pass {machine}/var/own. Move it below" in capsys.readouterr().err


def test_a_sidecar_that_the_service_may_not_read(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = copy_builtin(machine / "var/own")
    sidecar = model.with_suffix(".toml")
    sidecar.chmod(0o600)
    assert check(machine, f'{CAMERA}[model]\nname = "{model}"') == ExitStatus.CONFIG
    assert f"model.name: {sidecar}: the service's user edge may not read it" in capsys.readouterr().err


def test_a_model_that_only_this_user_has_fetched(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(machine / "home"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    file(machine / "home/.local/share/edgeclassify/models/mobilenet_v2.tflite", content=MODEL)
    assert check(machine, f'{CAMERA}[model]\nname = "mobilenet_v2"') == ExitStatus.CONFIG
    error = capsys.readouterr().err
    assert f"expected the model in {machine}/var/models" in error
    assert "Run: sudo edgeclassify models fetch mobilenet_v2" in error
    assert str(machine / "home") not in error
    assert os.environ["HOME"] == str(machine / "home"), "the variables are given back"
    assert "STATE_DIRECTORY" not in os.environ


def test_variables_of_this_user_are_not_the_services(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EDGECLASSIFY_MODEL", "mobilnet")
    monkeypatch.setenv("EDGECLASSIFY_MQTT_PASSWORD", "one\ntwo")
    assert check(machine, CAMERA + '[mqtt]\nusername = "u"') == ExitStatus.OK
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(machine / "home"))
    file(machine / "home/mqtt-password", content=b"")
    assert check(machine, CAMERA + '[mqtt]\nusername = "u"') == ExitStatus.OK
    assert check(machine, CAMERA + '[mqtt]\nusername = "u"', "home") == ExitStatus.CONFIG


def of_service(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """The service of `machine`, changed."""
    eyes = sandbox.service_of(Path("/nowhere/c.toml"))
    assert eyes is None
    find = sandbox.service_of
    monkeypatch.setattr(
        sandbox,
        "service_of",
        lambda config: None if (found := find(config)) is None else replace(found, **changes),
    )


def test_variables_that_the_unit_sets_count(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (machine / "var/own").mkdir()
    file(machine / "var/own/mobilenet_v2.tflite", content=MODEL)
    text = CAMERA + '[model]\nname = "mobilenet_v2"'
    of_service(monkeypatch, variables={"EDGECLASSIFY_MODELS": str(machine / "var/own")})
    check(machine, text)
    assert "has not been fetched" not in capsys.readouterr().err
    of_service(monkeypatch, variables={"EDGECLASSIFY_MODEL": "mobilnet"})
    assert check(machine, CAMERA) == ExitStatus.CONFIG
    assert "EDGECLASSIFY_MODEL: mobilnet: expected a model's name" in capsys.readouterr().err


def test_where_the_service_asks_its_variables_are_what_they_are(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_service(monkeypatch, account=Account("edge", os.geteuid(), frozenset({os.getegid()})))
    monkeypatch.setenv("EDGECLASSIFY_MODEL", "mobilnet")
    assert check(machine, CAMERA) == ExitStatus.CONFIG
    monkeypatch.delenv("EDGECLASSIFY_MODEL")
    assert check(machine, CAMERA) == ExitStatus.OK


@pytest.mark.parametrize(
    ("said", "variables"),
    [
        ("", {}),
        ("PYTHONFAULTHANDLER=1", {"PYTHONFAULTHANDLER": "1"}),
        ('A=1 "B=two words" C=x=y', {"A": "1", "B": "two words", "C": "x=y"}),
        ('A="open', {}),
    ],
)
def test_what_the_unit_sets(said: str, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    show(monkeypatch, f"LoadState=loaded\nUser=nobody\nEnvironment={said}\n")
    found = service_of(CONFIG)
    assert found is not None
    assert found.variables == variables


def test_the_config_itself_must_be_read_by_the_service(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = file(machine / "etc/c.toml", 0o600, CAMERA.encode())
    assert main(["check", str(config)]) == ExitStatus.CONFIG
    error = capsys.readouterr().err
    assert f"the config itself: {config}: the service's user edge may not read it" in error
    assert f"sudo chgrp edge {config} && sudo chmod g+r {config}" in error


def test_a_services_config_with_passwords_for_everybody(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(machine, '[[camera]]\nsource = "http://a:b-secret@192.0.2.1/x.mjpg"') == ExitStatus.OK
    error = capsys.readouterr().err
    assert f"Run: sudo chgrp edge {machine}/etc/c.toml && sudo chmod 640 {machine}/etc/c.toml" in error
    assert "b-secret" not in error


@pytest.mark.parametrize(
    ("place", "mode", "words"),
    [
        ("var/in", 0o755, "may not write to it"),
        ("var/in", 0o777, None),
        ("srv/in", 0o777, "ReadWritePaths="),
        ("var/none", None, None),
    ],
)
def test_a_folder_that_the_service_may_not_empty_is_a_warning(
    place: str, mode: int | None, words: str | None, machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = machine / place
    if mode is not None:
        folder.mkdir(parents=True)
        folder.parent.chmod(0o755)
        folder.chmod(mode)
    text = f'[[camera]]\nsource = "watch:{folder}"\nafter = "delete"'
    assert check(machine, text) == ExitStatus.OK
    error = capsys.readouterr().err
    if words is None:
        assert "camera[0].after" not in error
    else:
        assert words in error


def test_a_state_folder_that_the_sandbox_hides_is_a_warning(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(machine, f'[node]\nstate_dir = "{machine}/home/state"\n{CAMERA}') == ExitStatus.OK
    assert f"node.state_dir: {machine}/home/state: the service sees no home folders" in capsys.readouterr().err


def test_the_rights_of_devices_are_no_question(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named_files, "obstacle", lambda account, path, wanted: Obstacle(path, wanted))
    files = named_files.Files(sandbox.service_of(machine / "etc/c.toml"))
    assert files.problems("camera[0].source", Path("/dev/full")) == []
    assert files.problems("camera[0].source", file(machine / "etc/x")) != []


def test_elsewhere_asks_no_service(machine: Path) -> None:
    secret = file(machine / "etc/password", 0o600)
    config = file(
        machine / "etc/c.toml", 0o600, f'{CAMERA}[mqtt]\nusername = "u"\npassword_file = "{secret}"'.encode()
    )
    assert main(["check", "--elsewhere", str(config)]) == ExitStatus.OK


# --- which service ---------------------------------------------------------------------------------------


def show(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    """What `systemctl show` says; None: it is not there."""

    def run(command: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
        if text is None:
            raise FileNotFoundError("systemctl")
        return subprocess.CompletedProcess(command, 0, text, "")

    monkeypatch.setattr(subprocess, "run", run)


def test_a_config_elsewhere_belongs_to_no_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show(monkeypatch, "LoadState=loaded\nUser=root\n")
    assert service_of(tmp_path / "edgeclassify.toml") is None
    assert service_of(CONFIG) is not None
    assert service_of(CONFIG.with_name("new.toml")) is not None


def test_without_the_services_user_there_is_no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    show(monkeypatch, "LoadState=loaded\nUser=nobody-of-that-name\n")
    assert service_of(CONFIG) is None


def test_a_unit_without_a_user_runs_as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    show(monkeypatch, "LoadState=loaded\nUser=\n")
    found = service_of(CONFIG)
    assert found is not None
    assert found.account.uid == 0


def test_the_units_groups_count(monkeypatch: pytest.MonkeyPatch) -> None:
    show(monkeypatch, "LoadState=loaded\nUser=nobody\nSupplementaryGroups=video no-such-group\n")
    found = service_of(CONFIG)
    assert found is not None
    assert grp.getgrnam("video").gr_gid in found.account.gids
    assert pwd.getpwnam("nobody").pw_gid in found.account.gids


@pytest.mark.parametrize(
    ("said", "path", "hidden"),
    [
        ("ProtectHome=yes", "/home/pi/x", True),
        ("ProtectHome=yes", "/root/x", True),
        ("ProtectHome=tmpfs", "/run/user/1000/x", True),
        ("ProtectHome=read-only", "/home/pi/x", False),
        ("ProtectHome=no", "/home/pi/x", False),
        ("ProtectHome=tmpfs\nBindReadOnlyPaths=/home/pi/m:/home/pi/m:rbind", "/home/pi/m/x", False),
        ("ProtectHome=yes\nBindPaths=/srv/m:/home/m", "/home/m/x", False),
        ("ProtectHome=tmpfs\nBindPaths=-/home/m", "/home/m/x", False),
        ("ProtectHome=tmpfs\nBindPaths=/home/a:/srv/b", "/home/a/x", True),
        ("ProtectHome=yes", "/homes/pi", False),
        ("PrivateTmp=yes", "/tmp/x", True),
        ("PrivateTmp=yes", "/var/tmp/x", True),
        ("PrivateTmp=no", "/tmp/x", False),
    ],
)
def test_what_the_sandbox_hides(said: str, path: str, hidden: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    show(monkeypatch, f"LoadState=loaded\nUser=nobody\n{said}\n")
    found = service_of(CONFIG)
    assert found is not None
    assert (found.hidden(Path(path)) is not None) is hidden


@pytest.mark.parametrize(
    ("said", "path", "writes"),
    [
        ("", "/var/lib/edgeclassify/x", True),
        ("", "/run/edgeclassify/x", True),
        ("", "/srv/in", False),
        ("ReadWritePaths=/srv -/mnt/a", "/srv/in", True),
        ("ReadWritePaths=/srv -/mnt/a", "/mnt/a", True),
        ("ProtectSystem=full", "/srv/in", True),
    ],
)
def test_where_the_sandbox_lets_write(said: str, path: str, writes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    show(monkeypatch, f"LoadState=loaded\nUser=nobody\n{said}\n")
    found = service_of(CONFIG)
    assert found is not None
    assert found.may_write(Path(path)) is writes


@pytest.mark.parametrize("said", [None, "LoadState=not-found\nUser=root\nProtectHome=no\n", "no such thing"])
def test_where_systemd_can_not_be_asked_the_shipped_unit_counts(
    said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(monkeypatch, said)
    found = service_of(CONFIG, sandbox.SHIPPED | {"User": "nobody"})
    assert found is not None
    assert found.account.name == "nobody"
    assert found.hidden(Path("/home/pi/x")) is not None


def test_the_shipped_unit_says_what_is_believed_of_it() -> None:
    text = UNIT.read_text()
    for key, value in sandbox.SHIPPED.items():
        assert re.findall(rf"^{key}=(.*)$", text, re.MULTILINE) == [value]


@pytest.mark.parametrize(
    ("state", "looks"), [("", True), ("/var/lib/other", True), ("{}", False), ("{}:/var/lib/more", False)]
)
def test_within_the_service_eyes_and_variables_are_the_right_ones(
    state: str, looks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before its reload the service looks itself: what it can read is to be seen, and its variables are there."""
    show(monkeypatch, "LoadState=loaded\nUser=root\n")
    monkeypatch.setenv("STATE_DIRECTORY", state.format(STATE))
    assert (service_of(CONFIG) is not None) is looks


@pytest.mark.parametrize(
    ("name", "unit", "state"),
    [
        ("edgeclassify", "edgeclassify.service", "/var/lib/edgeclassify"),
        ("barn", "edgeclassify@barn.service", "/var/lib/edgeclassify/barn"),
        ("models", "edgeclassify.service", "/var/lib/edgeclassify"),
        ("-x", "edgeclassify.service", "/var/lib/edgeclassify"),
    ],
)
def test_each_other_config_is_of_an_instance(
    name: str, unit: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, "LoadState=loaded\nUser=nobody\n", "")

    monkeypatch.setattr(subprocess, "run", run)
    found = service_of(CONFIG.with_name(f"{name}.toml"))
    assert found is not None
    assert asked[0][2] == unit
    with found.environment():
        assert os.environ["STATE_DIRECTORY"] == state
    monkeypatch.setenv("STATE_DIRECTORY", state)
    assert service_of(CONFIG.with_name(f"{name}.toml")) is None, "within the instance itself"
