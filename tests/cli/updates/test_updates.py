"""The commands that make keys, sign, verify, and tell what a node knows."""

import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from edgeclassify.cli import commands
from edgeclassify.errors import EdgeClassifyError, ExitStatus
from edgeclassify.updates.envelope import unpacked
from edgeclassify.updates.interface import Manifest, UpdateError
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
    error = refused("sign", tmp_path / "empty", "--key", key)
    assert str(error).startswith(f"{tmp_path / 'empty' / 'config.toml'}: expected the update's config, found none")


def test_what_is_not_said_stays_as_it_was_signed(release: Path, key: Path) -> None:
    said = (
        "--nodes", "gate-*", "--min-version", "1.2", "--not-before", "2026-12-01T08:00:00Z",
        "--watch", 30, "--most-offline", 20, "--most-inference-ms", 9,
    )  # fmt: skip
    ok("sign", release, "--key", key, "--percent", 10, *said)
    before = signed(release)
    ok("sign", release, "--key", key, "--percent", 50)
    assert signed(release) == replace(before, percent=50.0)
    ok("sign", release, "--key", key, "--watch", 40)
    assert signed(release) == replace(before, percent=50.0, gate=replace(before.gate, seconds=40.0))
    ok("sign", release, "--key", key, "--nodes", "*")
    assert signed(release).nodes == ("*",)
    (release / "config.toml").write_text("[spool]\nmemory_events = 7\n")
    ok("sign", release, "--key", key)
    assert signed(release) == replace(
        Manifest("june_2026-2", 2), config=signed(release).config, models=before.models
    )


def test_a_version_that_no_node_would_take_is_refused(release: Path, key: Path) -> None:
    ok("sign", release, "--key", key, "--version", 5)
    ok("sign", release, "--key", key, "--version", 5, "--percent", 7)
    assert (signed(release).version, signed(release).percent) == (5, 7.0)
    assert "expected one above 5" in str(refused("sign", release, "--key", key, "--version", 4))
    assert "expected one above 5" in str(refused("sign", release, "--key", key, "--version", 5, "--id", "x"))
    ok("sign", release, "--key", key, "--id", "x")
    assert (signed(release).id, signed(release).version) == ("x", 6)
    (release / "config.toml").write_text("[spool]\nmemory_events = 7\n")
    assert "expected one above 6" in str(refused("sign", release, "--key", key, "--version", 6))
    ok("sign", release, "--key", key, "--version", 7)


def test_a_folder_with_a_blank_in_its_name_is_fetched_from_elsewhere(
    tmp_path: Path, release: Path, key: Path
) -> None:
    out = tmp_path / "out"
    ok("sign", release, "--key", key, "--out", out)
    assert manifest_of(unpacked(out.read_bytes())[0]).models[0].url == "June%202026/models/birds.tflite"
    ok("verify", out, "--public-key", f"{key}.pub", "--fetch")
    assert "found the folder" in str(refused("sign", release, "--key", key, "--out", release))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (("--watch", "0"), "--watch"), (("--watch", "604801"), "--watch"),
        (("--most-offline", "0.5"), "--most-offline"),
        (("--most-inference-ms", "0"), "--most-inference-ms"), (("--nodes", ""), "--nodes"),
        (("--percent", "101"), "--percent"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_named(release: Path, key: Path, given: tuple[str, str], named: str) -> None:
    result = run("sign", release, "--key", key, *given)
    assert result.exit_code != 0
    assert named in result.output + str(result.exception)
    assert not (release / "update.edgeclassify").exists()


def test_files_that_are_not_brought_are_named(release: Path, key: Path) -> None:
    config = release / "config.toml"
    config.write_text('[model]\nname = "${UPDATE}/nothere.tflite"\n')
    error = refused("sign", release, "--key", key)
    assert str(error).startswith(f"{config}: model.name: expected one of the files in models (birds.tflite)")
    config.write_text('[model]\nname = "${UPDATE}/birds.tflite"\nlabels = "$${UPDATE}/x"\n')
    ok("sign", release, "--key", key)
    (release / "models" / "sub").mkdir()
    error = refused("sign", release, "--key", key)
    assert str(error).startswith(f"{release / 'models' / 'sub'}: expected files alone")


def test_a_key_that_is_not_known_is_warned_of(release: Path, key: Path) -> None:
    assert ok("sign", release, "--key", key).stderr == ""
    (release / "config.toml").write_text("[mqtt]\nhartbeat = 1\n[spol]\nx = 1\n")
    said = ok("sign", release, "--key", key).stderr
    assert "warning: mqtt.hartbeat: no such key" in said
    assert "warning: spol: no such key" in said


def test_what_can_t_be_read_is_named(release: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, opened = release / "models" / "birds.tflite", Path.open

    def denied(path: Path, *arguments: Any, **named: Any) -> Any:
        if path == model:
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", denied)
    error = refused("sign", release, "--key", key)
    assert isinstance(error, UpdateError)
    assert str(error).startswith(f"{model}: can't be read: Permission denied")
    monkeypatch.undo()
    assert "no such file" in str(refused("sign", release, "--key", key.with_name("none"))).lower()
    assert "name too long" in str(refused("sign", release, "--key", "x" * 300)).lower()
    assert "expected a folder" in str(refused("sign", "x" * 300, "--key", key))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("x" * 300, "--public-key: expected a public key of 44 characters"),
        ("fleet.kye.pub", "fleet.kye.pub: expected a key, of `edgeclassify updates keygen`: No such file"),
        ("nonsense", "--public-key: expected a public key"),
    ],
)
def test_a_public_key_that_is_none_is_said(release: Path, key: Path, given: str, said: str) -> None:
    ok("sign", release, "--key", key)
    assert str(refused("verify", release / "update.edgeclassify", "--public-key", given)).startswith(said)


def test_a_public_key_s_file_is_named(
    tmp_path: Path, release: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ok("sign", release, "--key", key)
    where, other = release / "update.edgeclassify", tmp_path / "plain"
    other.write_text("nonsense")
    assert str(refused("verify", where, "--public-key", other)).startswith(f"{other}: expected a public key")
    (tmp_path / "junk").write_text("junk")
    error = refused("verify", tmp_path / "junk", "--public-key", f"{key}.pub")
    assert str(error).startswith(f"file:{tmp_path / 'junk'}: expected a signed manifest")

    def denied(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    def not_seen(path: Path, **_: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("edgeclassify.updates.keys.read_plain_file", denied)
    monkeypatch.setattr(Path, "exists", not_seen)
    error = refused("verify", where, "--public-key", f"{key}.pub")
    assert str(error).startswith(f"{key}.pub: expected a key, of `edgeclassify updates keygen`: Permission denied")


def test_no_private_key_is_left_where_the_public_one_has_no_place(tmp_path: Path) -> None:
    (tmp_path / "z.pub").write_text("mine")
    error = refused("keygen", tmp_path / "z")
    assert str(error).startswith(f"{tmp_path / 'z.pub'}: expected a new file")
    assert [one.name for one in tmp_path.iterdir()] == ["z.pub"]
    assert (tmp_path / "z.pub").read_text() == "mine"


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
    gone = ok("status", "--config", path).stdout
    assert "runs: none, may (version 6) is gone from the disk" in gone
    (updates / "6-x").mkdir()
    (updates / "6-x" / "config.toml").touch()
    text = ok("status", "--config", path).stdout
    assert "runs: may (version 6)" in text
    assert "newest: june (version 7), rolled_back: view gate is offline" in text
    assert "its place among the nodes: 34.2 of 100" in text
    assert json.loads(ok("status", "--config", path, "--json").stdout)["running"]["id"] == "may"
    path.write_text('[[camera]]\nsource = "synthetic:"\n')
    assert refused("status", "--config", path).exit_status is ExitStatus.CONFIG
