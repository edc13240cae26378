"""A config that names a variable of its service's unit is read with it, by all that look at that service."""

import os
import pwd
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.cli.support.teaching.look_file import looks_of
from edgeclassify.doctor.opening import opened
from edgeclassify.files.rights import Account
from edgeclassify.preflight.page_access import page_access
from edgeclassify.service import sandbox
from edgeclassify.service.sandbox import Service, config_seen
from edgeclassify.setup.last_look import last_look


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


def test_the_doctor_reads_it_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeclassify.doctor.opening.service_of", lambda _: sandbox.service_of(path))
    with opened(path) as around:
        assert around.config is not None
        assert around.config.node.name == "north"
