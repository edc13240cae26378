"""A bundle for a bug report: everything is in it, but no secret, wherever one was."""

import io
import json
import os
import stat
import string
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from edgeclassify.doctor.around import Answer
from edgeclassify.doctor.bundle import write_bundle
from edgeclassify.doctor.redacted_config import redacted_config
from edgeclassify.errors import StorageError
from edgeclassify.redaction import COMMON, KnownSecrets
from tests.doctor.looked_at import around

STACK = 'Fatal Python error: Aborted\nThread 0x0001 (most recent call first):\n  File "x.py", line 1 in wait\n'


def texts_of(bundle: Path) -> dict[str, str]:
    with tarfile.open(bundle) as archive:
        found = {}
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None
            found[member.name] = io.TextIOWrapper(file, "utf-8").read()
    return found


def bundle_of(folder: Path, config: str, log: str = "") -> dict[str, str]:
    file = folder / "edgeclassify.toml"
    file.write_text(config, encoding="utf-8")

    def ask(command: Sequence[str]) -> Answer:
        return Answer(0, log if command[0] == "journalctl" else f"{command[0]} says: {log}")

    write_bundle(folder / "b.tar.gz", around(file=file, ask=ask), {"checks": [{"found": log}]})
    return texts_of(folder / "b.tar.gz")


def test_what_is_in_it(tmp_path: Path) -> None:
    found = bundle_of(tmp_path, '# a comment\n[node]\nname = "bench"\n', f"view front: start of cat\n{STACK}")
    assert {name.rpartition("/")[2] for name in found} == {
        "doctor.json", "config.toml", "versions.json", "unit.txt", "unit-state.txt", "kernel.txt", "log.txt",
        "stacks.txt",
    }  # fmt: skip
    assert all(name.startswith("edgeclassify-report/") for name in found)
    by_name = {name.rpartition("/")[2]: text for name, text in found.items()}
    assert by_name["config.toml"] == "node.name = 'bench'\n"
    assert "view front: start of cat" in by_name["log.txt"]
    assert by_name["stacks.txt"].startswith("Fatal Python error: Aborted\nThread 0x0001")
    assert json.loads(by_name["versions.json"])["edgeclassify"]
    assert stat.S_IMODE((tmp_path / "b.tar.gz").stat().st_mode) == 0o600


def test_a_place_that_can_not_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="Choose another place"):
        write_bundle(tmp_path / "none" / "b.tar.gz", around(file=tmp_path / "c"), {})


LETTERS = string.ascii_letters + string.digits + "!$%&()*+,-.:;<=>?@[]^_{|}~ äé€/#'\"\\"
SECRETS = st.text(alphabet=LETTERS, min_size=6, max_size=24).filter(
    lambda text: text == text.strip() and text.lower() not in COMMON and len(set(text)) > 3
)
PLAIN = st.text(alphabet=string.ascii_letters + string.digits, min_size=8, max_size=16).filter(
    lambda text: text.lower() not in COMMON
)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to make a failing one smaller would take minutes
)
@given(
    written=st.tuples(SECRETS, SECRETS, SECRETS), in_urls=st.tuples(PLAIN, PLAIN, PLAIN, PLAIN, PLAIN), key=PLAIN
)
def test_no_secret_of_a_config_full_of_them_is_in_it(
    written: tuple[str, ...], in_urls: tuple[str, ...], key: str
) -> None:
    """In files that it names, in URLs of cameras and webhook, under keys that are none, in the environment; and
    the log repeats all of them."""
    in_file, in_webhook_file, mistyped = written
    camera, query, hook, user, variable = (f"q{text}Z" for text in in_urls)
    private = f"MII{key}{key}{key}"
    config = f"""
[mqtt]
host = "broker"
username = {quoted(user)}
password_file = "mqtt-password"
password = {quoted(mistyped)}          # {mistyped}
[mqtt.tls]
cert = "cert.pem"
key = "key.pem"
[webhook]
url = "https://hook:{hook}@example.org/hooks/{hook}?token={hook}"
secret_file = "hook-secret"
[[camera]]
name = "front"
source = "rtsp://admin:{camera}@10.0.0.9/stream?password={query}"
api_token = {quoted(mistyped)}
"""
    everything = "\n".join(
        [in_file, in_webhook_file, mistyped, camera, query, user, variable, private,
         f"GET http://x:{camera}@10.0.0.9/ failed", f"posting to https://hook:{hook}@example.org/{hook}"]
    )  # fmt: skip
    with (
        tempfile.TemporaryDirectory() as name,
        patch.dict("os.environ", {"EDGECLASSIFY_MQTT_PASSWORD": variable}),
        patch("edgeclassify.redaction.KNOWN", KnownSecrets()),
    ):
        folder = Path(name)
        (folder / "mqtt-password").write_text(f"{in_file}\n", encoding="utf-8")
        (folder / "hook-secret").write_text(in_webhook_file, encoding="utf-8")
        (folder / "key.pem").write_text(f"-----BEGIN PRIVATE KEY-----\n{private}\n-----END PRIVATE KEY-----\n")
        found = bundle_of(folder, config, everything)
    for where, text in found.items():
        for secret in (in_file, in_webhook_file, mistyped, camera, query, hook, user, variable, private):
            assert secret not in text, where
            assert json.dumps(secret)[1:-1] not in text, where


def test_a_config_that_is_no_toml_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('password = "hidden-words\n')
    shown = redacted_config(file)
    assert "hidden" not in shown
    assert "no TOML" in shown
    assert "can't be read" in redacted_config(tmp_path / "none.toml")


def test_harmless_values_stay(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        'view = [{name = "front", roi = [0.0, 0.1, 1.0, 0.9], labels = ["cat"]}]\n'
        'mqtt = {port = 8883, tls = {ca = "/etc/ca.pem", key = "/etc/key.pem"}, password_file = "/etc/p"}\n'
        'camera = [{source = "rtsp://u:hidden@cam/1", since = 2026-01-01}]\n'
    )
    assert redacted_config(file).splitlines() == [
        "view[0].name = 'front'", "view[0].roi = [0.0, 0.1, 1.0, 0.9]", "view[0].labels = ['cat']",
        "mqtt.port = 8883", "mqtt.tls.ca = '/etc/ca.pem'", "mqtt.tls.key = '/etc/key.pem'",
        "mqtt.password_file = '/etc/p'", "camera[0].source = 'rtsp://cam/1'", "camera[0].since = 2026-01-01",
    ]  # fmt: skip


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: a file is given to somebody")
def test_who_typed_sudo_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", "65534")
    monkeypatch.setenv("SUDO_GID", "65534")
    bundle_of(tmp_path, "")
    status = (tmp_path / "b.tar.gz").stat()
    assert (status.st_uid, status.st_gid) == (65534, 65534)
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == ["b.tar.gz", "edgeclassify.toml"]
