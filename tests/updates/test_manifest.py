"""Manifests: as they are written they are read, and what no node should take is refused with its key."""

import base64
import json
from typing import Any

import pytest

from edgeclassify.updates.envelope import CONTEXT, HEAD, MOST_SIGNED_BYTES, SIGNATURE_BYTES, packed, unpacked
from edgeclassify.updates.interface import GateRules, UpdateError
from edgeclassify.updates.manifest import MOST_BYTES, content_id, manifest_bytes, manifest_of
from edgeclassify.updates.signature import new_private_key, public_key_of, signed, verified
from tests.updates.made import manifest, model

KEY = new_private_key()
PUBLIC = public_key_of(KEY)


def test_what_is_written_is_read() -> None:
    whole = manifest(
        percent=12.5, nodes=("a*",), not_before="2026-12-01T08:00:00+01:00", min_version="1.2", models=(model(),),
        gate=GateRules(5.0, 6.0, 7.0),
    )  # fmt: skip
    assert manifest_of(manifest_bytes(whole)) == whole


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"id": ""}, "id"), ({"id": "../x"}, "id"), ({"id": "a" * 65}, "id"), ({"version": 0}, "version"),
        ({"version": 2**53 + 1}, "version"), ({"percent": -0.1}, "percent"), ({"percent": 100.1}, "percent"),
        ({"not_before": "tomorrow"}, "not_before"), ({"not_before": "2026-12-01T08:00:00"}, "not_before"),
        ({"min_version": "new"}, "min_version"), ({"config": None}, "config"),
        ({"config": None, "models": (model(),)}, "config"), ({"nodes": ("a", " ")}, "nodes[1]"),
        ({"config": "a ="}, "config"),
        ({"config": 'include = ["x"]'}, "config: include"), ({"config": "[updates]"}, "config: updates"),
        ({"config": '[node]\nname = "x"'}, "config: node.name"),
        ({"config": '[node]\nstate_dir = "x"'}, "config: node.state_dir"),
        ({"models": tuple(model(name=f"m{i}") for i in range(33))}, "models"),
        ({"models": (model(), model(name="M.tflite"))}, "models"),
        ({"models": (model(name="../m"),)}, "models[0].name"), ({"models": (model(name=".m"),)}, "models[0].name"),
        ({"models": (model(name="config.toml"),)}, "models[0].name"),
        ({"models": (model(), model(name="Config.TOML"))}, "models[1].name"),
        ({"models": (model(), model(name="n", size=0))}, "models[1].size"),
        ({"models": (model(size=2**30 + 1),)}, "models[0].size"), ({"models": (model(url=""),)}, "models[0].url"),
        ({"models": (model(url="a b"),)}, "models[0].url"),
        ({"models": (model(sha256="A" * 64),)}, "models[0].sha256"),
        ({"gate": GateRules(0.9)}, "gate.seconds"), ({"gate": GateRules(604_801.0)}, "gate.seconds"),
        ({"gate": GateRules(5.0, 0.9)}, "gate.most_offline_s"),
        ({"gate": GateRules(5.0, 5.0, 0.0)}, "gate.most_inference_ms"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(UpdateError) as caught:
        manifest_bytes(manifest(**changes))
    assert str(caught.value).startswith(f"{key}: ")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b'{"id": "a"}', b'{"id": "a", "version": 1.5}', b"[" * 99999],
)  # fmt: skip
def test_what_is_none_is_said(content: bytes) -> None:
    with pytest.raises(UpdateError, match="the manifest: expected"):
        manifest_of(content)


def test_the_content_is_told_from_who_it_is_for() -> None:
    one = manifest(models=(model(),))
    assert content_id(one) == content_id(manifest(models=(model(),), percent=1.0, version=9))
    assert content_id(one) == content_id(manifest(models=(model(url="elsewhere/m.tflite"),)))
    others = [manifest(), manifest(models=(model(b"other"),)), manifest(models=(model(),), config=None)]
    assert len({content_id(one), *map(content_id, others)}) == 4


def test_a_signature_is_checked_over_the_exact_bytes() -> None:
    content = manifest_bytes(manifest())
    whole = signed(content, KEY)
    assert verified(whole, PUBLIC) == content
    for at in (len(HEAD) + 3, len(whole) - 2, len(whole) // 2):
        with pytest.raises(UpdateError):
            verified(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], PUBLIC)
    for part in (whole[:-1], whole + b" ", b"", whole[:40], HEAD, content):
        with pytest.raises(UpdateError):
            verified(part, PUBLIC)


def test_another_key_is_told_from_what_is_no_manifest() -> None:
    whole = signed(manifest_bytes(manifest()), new_private_key())
    with pytest.raises(UpdateError, match="signed with another"):
        verified(whole, PUBLIC)
    with pytest.raises(UpdateError, match="expected a signed manifest"):
        verified(b"<html>not found</html>", PUBLIC)
    with pytest.raises(UpdateError, match="expected a signed manifest"):
        unpacked(packed(b"x" * MOST_SIGNED_BYTES, b"s" * 64))
    with pytest.raises(UpdateError, match="public key of 44 characters"):
        verified(whole, "short")


LINE = base64.b64encode(b"s" * SIGNATURE_BYTES)


@pytest.mark.parametrize(
    "content",
    [
        HEAD + LINE,  # no manifest behind it
        HEAD + LINE[:-4] + b"\n{}",
        HEAD + base64.b64encode(b"s" * (SIGNATURE_BYTES + 1)) + b"\n{}",
        HEAD + LINE[:5] + b"!" + LINE[5:] + b"\n{}",  # one signature is written in one way
        HEAD.replace(b"1", b"2") + LINE + b"\n{}",
        LINE + b"\n{}",
    ],
)
def test_a_signature_s_line_is_exact(content: bytes) -> None:
    with pytest.raises(UpdateError, match="expected a signed manifest"):
        unpacked(content)


def test_the_longest_manifest_is_taken_and_no_longer_file() -> None:
    manifest, signature = b"x" * MOST_BYTES, b"s" * SIGNATURE_BYTES
    assert unpacked(packed(manifest, signature)) == (manifest, signature)
    room = MOST_SIGNED_BYTES - len(packed(b"", signature))
    assert unpacked(packed(b"x" * room, signature))[0] == b"x" * room
    with pytest.raises(UpdateError):
        unpacked(packed(b"x" * (room + 1), signature))


def test_no_part_of_a_private_key_is_quoted() -> None:
    broken = KEY[:20]
    with pytest.raises(UpdateError) as caught:
        signed(b"{}", broken)
    assert broken not in str(caught.value)


def test_what_is_signed_begins_with_what_it_is() -> None:
    # A signature under the bare manifest, which another tool may make with this key, is none of an update.
    assert CONTEXT.startswith(b"edgeclassify update")
    assert json.loads(verified(signed(b"{}", KEY), PUBLIC)) == {}


def test_without_the_package_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cryptography.hazmat.primitives.asymmetric", None)
    with pytest.raises(UpdateError, match=r"pip install 'edgeclassify\[updates\]'"):
        public_key_of(KEY)
