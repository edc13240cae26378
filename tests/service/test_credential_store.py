"""The password that the unit gets from systemd's stores, read by root before the service goes."""

import subprocess
from pathlib import Path

import pytest

from edgeclassify.service import credential_store
from edgeclassify.service.credential_store import stored_files, stored_secret
from edgeclassify.service.files import Layout, service_files
from edgeclassify.service.places import CONFIG


@pytest.fixture
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    made = tmp_path / "credstore", tmp_path / "credstore.encrypted"
    for store in made:
        store.mkdir()
    monkeypatch.setattr(credential_store, "STORES", made)
    return made


def test_a_plain_one(stores: tuple[Path, Path]) -> None:
    assert stored_secret(CONFIG, "mqtt-password") is None
    (stores[0] / "edgeclassify.mqtt-password").write_text("secret")
    assert stored_secret(CONFIG, "mqtt-password") == "secret"
    assert stored_secret(CONFIG.with_name("barn.toml"), "mqtt-password") is None


def test_an_encrypted_one_of_an_instance(stores: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    file = stores[1] / "edgeclassify-barn.mqtt-password.encrypted"
    file.write_text("sealed")

    def run(command: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
        assert command == ["systemd-creds", "decrypt", str(file), "-"]
        return subprocess.CompletedProcess(command, 0, "opened", "")

    monkeypatch.setattr(subprocess, "run", run)
    assert stored_secret(CONFIG.with_name("barn.toml"), "mqtt-password") == "opened"


def test_one_that_can_not_be_opened_is_none(stores: tuple[Path, Path]) -> None:
    (stores[1] / "edgeclassify.mqtt-password.encrypted").write_text("of another machine")
    assert stored_secret(CONFIG, "mqtt-password") is None


@pytest.mark.parametrize("systemd", [252, 257])
def test_the_unit_takes_these_files(systemd: int) -> None:
    files = service_files(Layout(Path("/usr/bin/edgeclassify"), Path("/usr/lib"), systemd))
    unit = next(file.text for file in files if file.path.name == "edgeclassify.service")
    for file in stored_files(CONFIG):
        assert any(line.endswith((f"={file.name}", f":{file.name}")) for line in unit.splitlines())
