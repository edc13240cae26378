"""The commands that make keys, sign, verify, and tell what a node knows."""

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from edgeclassify.cli import commands
from edgeclassify.errors import EdgeClassifyError, ExitStatus
from edgeclassify.updates.envelope import unpacked
from edgeclassify.updates.interface import Manifest
from edgeclassify.updates.manifest import manifest_of


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["updates", *map(str, arguments)])


def ok(*arguments: object) -> Result:
    result = run(*arguments)
    assert result.exception is None, result.exception
    return result


def refused(*arguments: object) -> EdgeClassifyError:
    error = run(*arguments).exception
    assert isinstance(error, EdgeClassifyError), error
    return error


@pytest.fixture
def key(tmp_path: Path) -> Path:
    ok("keygen", tmp_path / "fleet.key")
    return tmp_path / "fleet.key"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "June 2026"
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "birds.tflite").write_bytes(b"model")
    (folder / "models" / ".hidden").write_bytes(b"")
    (folder / "config.toml").write_text('[model]\nname = "${UPDATE}/birds.tflite"\n')
    return folder


def signed(release: Path) -> Manifest:
    return manifest_of(unpacked((release / "update.edgeclassify").read_bytes())[0])


def test_keys_are_for_one_alone_and_never_written_over(tmp_path: Path, key: Path) -> None:
    private, public = key.read_text().strip(), (tmp_path / "fleet.key.pub").read_text().strip()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "fleet.key.pub").stat().st_mode) == 0o644
    result = ok("keygen", tmp_path / "other.key")
    assert result.stdout.strip() == (tmp_path / "other.key.pub").read_text().strip() != public
    assert (tmp_path / "other.key").read_text().strip() not in result.output
    error = refused("keygen", key)
    assert error.exit_status is ExitStatus.CANNOT_WRITE
    assert "never written over" in str(error)
    assert key.read_text().strip() == private


def test_what_is_signed_is_verified(release: Path, key: Path) -> None:
    result = ok("sign", release, "--key", key, "--percent", 10, "--nodes", "gate-*", "--watch", 30)
    assert "june_2026-1, version 1, with a config and 1 files, for 10 % of gate-*" in result.stdout
    assert key.read_text().strip() not in result.output
    made = signed(release)
    assert (made.id, made.version, made.percent, made.nodes) == ("june_2026-1", 1, 10.0, ("gate-*",))
    assert [(one.name, one.url, one.size) for one in made.models] == [("birds.tflite", "models/birds.tflite", 5)]
    where = release / "update.edgeclassify"
    result = ok("verify", where, "--public-key", f"{key}.pub", "--node", "gate-x", "--fetch")
    assert json.loads(result.stdout)["gate"]["seconds"] == 30.0
    assert "gate-x: " in result.stderr
    assert (
        "porch: does not take it yet"
        in ok("verify", where, "--public-key", f"{key}.pub", "--node", "porch").stderr
    )
    (release / "models" / "birds.tflite").write_bytes(b"other")
    assert "sha256" in str(refused("verify", where, "--public-key", f"{key}.pub", "--fetch"))


def test_somebody_else_s_signature_is_refused(tmp_path: Path, release: Path, key: Path) -> None:
    ok("sign", release, "--key", key)
    ok("keygen", tmp_path / "other.key")
    error = refused("verify", release / "update.edgeclassify", "--public-key", tmp_path / "other.key.pub")
    assert error.exit_status is ExitStatus.DATA
    assert "signed with another" in str(error)


def test_a_greater_share_is_the_same_update_and_another_content_the_next(release: Path, key: Path) -> None:
    ok("sign", release, "--key", key, "--percent", 10)
    ok("sign", release, "--key", key, "--percent", 50)
    assert (signed(release).id, signed(release).version, signed(release).percent) == ("june_2026-1", 1, 50.0)
    (release / "config.toml").write_text("[spool]\nmemory_events = 7\n")
    ok("sign", release, "--key", key, "--percent", 5)
    assert (signed(release).id, signed(release).version) == ("june_2026-2", 2)
    ok("sign", release, "--key", key, "--version", 9, "--id", "x")
    assert (signed(release).id, signed(release).version) == ("x", 9)
    (release / "update.edgeclassify").write_text("damaged")
    assert "signed last" in str(refused("sign", release, "--key", key))


def test_the_key_s_file_is_for_one_alone(release: Path, key: Path) -> None:
    key.chmod(0o640)
    assert f"chmod 600 {key}" in str(refused("sign", release, "--key", key))
    key.chmod(0o600)
    key.write_text("nonsense")
    error = refused("sign", release, "--key", key)
    assert "private key of 44 characters" in str(error)
    assert "nonsense" not in str(error)
    assert "No such file" in str(refused("sign", release, "--key", key.with_name("none")))


def node_config(folder: Path, key: Path, more: str = "") -> Path:
    path = folder / "node.toml"
    public = key.with_name(f"{key.name}.pub").read_text().strip()
    path.write_text(
        f'[node]\nname = "porch"\nstate_dir = "state"\n[updates]\nurl = "file:/x"\npublic_key = "{public}"\n'
        f'[[camera]]\nname = "front"\nsource = "synthetic:"\n{more}'
    )
    return path


def test_a_node_s_config_is_tried_before_it_is_signed(tmp_path: Path, release: Path, key: Path) -> None:
    ok("sign", release, "--key", key, "--node-config", node_config(tmp_path, key))
    (release / "config.toml").write_text("[spool]\nmemory_events = 0\n")
    error = refused("sign", release, "--key", key, "--node-config", tmp_path / "node.toml")
    assert "spool.memory_events (in " in str(error)
    assert signed(release).version == 1
    (tmp_path / "node.toml").write_text('[[camera]]\nsource = "synthetic:"\n')
    assert "[updates]" in str(refused("sign", release, "--key", key, "--node-config", tmp_path / "node.toml"))


def test_what_no_node_takes_is_not_signed(tmp_path: Path, release: Path, key: Path) -> None:
    (release / "config.toml").write_text('[node]\nname = "x"\n')
    assert "node.name" in str(refused("sign", release, "--key", key))
    assert not (release / "update.edgeclassify").exists()
    assert "expected a folder" in str(refused("sign", tmp_path / "none", "--key", key))
    (tmp_path / "empty").mkdir()
    assert "config: expected a config, or models" in str(refused("sign", tmp_path / "empty", "--key", key))


def test_what_a_node_knows(tmp_path: Path, key: Path) -> None:
    path = node_config(tmp_path, key)
    assert ok("status", "--config", path).stdout == "no update was seen yet\n"
    assert ok("status", "--config", path, "--json").stdout == "null\n"
    updates = tmp_path / "state" / "updates"
    updates.mkdir(parents=True)
    record = {
        "highest": 7, "id": "june", "state": "rolled_back", "reason": "view gate is offline",
        "running": {"id": "may", "version": 6, "folder": "6-x"},
    }  # fmt: skip
    (updates / "state.json").write_text(json.dumps(record))
    text = ok("status", "--config", path).stdout
    assert "runs: may (version 6)" in text
    assert "newest: june (version 7), rolled_back: view gate is offline" in text
    assert "its place among the nodes: 34.2 of 100" in text
    assert json.loads(ok("status", "--config", path, "--json").stdout)["running"]["id"] == "may"
    path.write_text('[[camera]]\nsource = "synthetic:"\n')
    assert refused("status", "--config", path).exit_status is ExitStatus.CONFIG
