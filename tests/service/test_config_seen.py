"""A config that names a variable of its service's unit is read with it, by all that look at that service."""

import os
import pwd
from dataclasses import replace
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.broker.credentials import MQTT_PASSWORD
from edgeclassify.cli.support.broker_options import settings_of
from edgeclassify.cli.support.teaching.look_file import looks_of
from edgeclassify.cli.support.view_options import view_of_config
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.doctor.opening import opened
from edgeclassify.files.rights import Account
from edgeclassify.preflight.page_access import page_access
from edgeclassify.service import sandbox, settling
from edgeclassify.service.sandbox import Service, config_seen
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.last_look import last_look
from tests.support.broker import free_port


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The config of a service, whose unit sets a variable that this process does not have."""
    eyes = Service(Account("edge", 4711, frozenset()), tmp_path, {}, variables={"SITE": "north"}, state=tmp_path)
    monkeypatch.setattr(sandbox, "service_of", lambda _: eyes)
    monkeypatch.delenv("SITE", raising=False)
    path = tmp_path / "edgeclassify.toml"
    path.write_text('[node]\nname = "${SITE}"\n[[camera]]\nname = "front"\nsource = "synthetic:"\n')
    return path


def test_a_config_is_read_as_its_service_does(path: Path) -> None:
    config, service = config_seen(path)
    assert (config.node.name, service) == ("north", sandbox.service_of(path))
    assert "SITE" not in os.environ


def test_a_config_of_no_service_is_read_as_it_stands(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "service_of", lambda _: None)
    monkeypatch.setenv("SITE", "south")
    config, service = config_seen(path)
    assert (config.node.name, service) == ("south", None)


@pytest.mark.parametrize(
    "command",
    [
        ("history",), ("web", "address"), ("record", "x.jsonl"), ("tune", "none.npz", "--write"),
        ("snapshot", "x.jpg", "--camera", "none"),
        ("updates", "status"),
    ],
)  # fmt: skip
def test_commands_read_it_so(
    path: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    main([*command, "--config", str(path)])
    assert "SITE" not in capsys.readouterr().err


def test_looks_and_the_page_s_access_are_those_of_the_service(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with looks_of(path, create=True) as looks:
        assert looks.config.node.name == "north"
    monkeypatch.setattr(pwd, "getpwuid", lambda _: pwd.getpwnam("root"))
    assert page_access(path).config.node.name == "north"
    assert not any("SITE" in str(fault) for fault in last_look(path).faults)


@pytest.fixture
def broker_there(path: Path) -> Path:
    """That config, with a broker that refuses at once."""
    path.write_text(f'{path.read_text()}[mqtt]\nhost = "127.0.0.1"\nport = {free_port()}\nprefix = "${{SITE}}"\n')
    return path


@pytest.mark.parametrize("command", [("watch", "--for", "0.1"), ("fleet", "list"), ("fleet", "ping", "--all")])
def test_the_broker_is_that_of_the_service(
    broker_there: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    main([*command, "--config", str(broker_there)])
    error = capsys.readouterr().err
    assert "SITE" not in error
    assert "refused" in error


def test_ingest_reads_it_so(path: Path) -> None:
    given = dict.fromkeys(("port", "prefix", "username", "password_file", "ca", "cert", "key", "tls"))
    assert settings_of("ingest", path, given | {"hosts": ()}).node.name == "north"


def test_the_node_that_is_forgotten_is_the_service_s(
    broker_there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["service", "forget-node", "--config", str(broker_there)])
    error = capsys.readouterr().err
    assert "SITE" not in error
    assert "--forget north" in error


def test_who_forgets_has_the_password_that_the_unit_sets(
    broker_there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = sandbox.service_of(broker_there)
    assert service is not None
    variables = {"SITE": "north", MQTT_PASSWORD.variable: "of the unit"}
    with_password = replace(service, variables=variables)
    monkeypatch.setattr(sandbox, "service_of", lambda _: with_password)
    monkeypatch.setenv(MQTT_PASSWORD.variable, "")  # what the command sets is taken back at the end of the test
    monkeypatch.delenv(MQTT_PASSWORD.variable)
    main(["service", "forget-node", "--config", str(broker_there)])
    assert os.environ[MQTT_PASSWORD.variable] == "of the unit"


def test_a_view_is_that_of_the_service(path: Path) -> None:
    path.write_text(path.read_text().replace('"front"', '"${SITE}"'))
    watched = view_of_config(path, None)
    watched.close()
    assert watched.name == "north"


def test_what_the_service_needs_is_settled_by_its_config(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "_owner", lambda: None)
    path.write_text(f'{path.read_text()}[web]\nenabled = true\nlisten = "0.0.0.0"\n')
    announcements = tmp_path / "announcements"
    announcements.mkdir()
    settling.settle(path, drop_ins=tmp_path / "units", announcements=announcements)
    (written,) = announcements.iterdir()
    assert "north" in written.read_text()


def test_setup_goes_on_with_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeclassify.setup.draft.service_of", sandbox.service_of)
    draft = Draft.begin(path)
    assert draft.config.node.name == "north"
    changed = draft.changed([KeyChange(("camera", "front", "interval_s"), 7.0)])
    assert changed.config.node.name == "north"
    assert changed.is_changed


def test_the_doctor_reads_it_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeclassify.doctor.opening.service_of", lambda _: sandbox.service_of(path))
    with opened(path) as around:
        assert around.config is not None
        assert around.config.node.name == "north"
