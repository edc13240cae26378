"""The manifest of an update: JSON, read strictly; every value that can't be meant is refused with its key."""

import hashlib
import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from edgeclassify.config.layers.update_layer import CONFIG_FILE, forbidden_key
from edgeclassify.documents.records import plain_values, record_of
from edgeclassify.documents.toml import parse_toml
from edgeclassify.updates.interface import GateRules, Manifest, ModelFile, UpdateError

MOST_BYTES = 1_000_000
MOST_MODELS = 32
MOST_MODEL_BYTES = 1 << 30
MOST_GATE_S = 7 * 86_400.0
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"\d+(\.\d+){0,3}")


def manifest_of(content: bytes) -> Manifest:
    """From what was signed. Raises UpdateError."""
    try:
        document = json.loads(content)
        manifest = record_of(Manifest, document)
    except (ValueError, RecursionError) as error:
        raise UpdateError(f"the manifest: expected one of an update, found something else: {error}") from error
    _check(manifest)
    return manifest


def manifest_bytes(manifest: Manifest) -> bytes:
    """As it is signed. Raises UpdateError where no node would take it."""
    _check(manifest)
    content = json.dumps(plain_values(manifest), indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    if len(content) > MOST_BYTES:
        raise _wrong("the manifest", f"at most {MOST_BYTES} bytes", len(content))
    return content


def content_id(manifest: Manifest) -> str:
    """Another one for each other content, whichever nodes it is for and wherever it lies: 12 hex digits."""
    content: dict[str, Any] = {
        "config": manifest.config,
        "models": [[one.name, one.size, one.sha256] for one in manifest.models],
        "id": manifest.id,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


def is_of_content(one: Manifest, other: Manifest) -> bool:
    """True where both bring the same, whichever nodes they are for and whatever they are called."""
    return content_id(replace(one, id="")) == content_id(replace(other, id=""))


def _check(manifest: Manifest) -> None:
    if not _ID.fullmatch(manifest.id):
        raise _wrong("id", "1 to 64 letters, digits, - _ or .", manifest.id)
    if not 1 <= manifest.version <= 2**53:
        raise _wrong("version", "a whole number of at least 1", manifest.version)
    if not 0 <= manifest.percent <= 100:
        raise _wrong("percent", "a number from 0 to 100", manifest.percent)
    if manifest.not_before is not None:
        not_before_ts(manifest.not_before)
    if manifest.min_version is not None and not _VERSION.fullmatch(manifest.min_version):
        raise _wrong("min_version", "a version like 1.4.0", manifest.min_version)
    if len(manifest.models) > MOST_MODELS:
        raise _wrong("models", f"at most {MOST_MODELS}", len(manifest.models))
    if manifest.config is None:
        raise _wrong("config", f"a config, of the file {CONFIG_FILE}", "none: models alone change nothing")
    for number, pattern in enumerate(manifest.nodes):
        if not pattern.strip():
            raise _wrong(f"nodes[{number}]", "a pattern of nodes' names, as gate-*", "nothing")
    for number, one in enumerate(manifest.models):
        _check_model(one, f"models[{number}]")
    names = [one.name.lower() for one in manifest.models]
    if len(set(names)) < len(names):
        raise _wrong("models", "files of different names", ", ".join(names))
    _check_gate(manifest.gate)
    _check_config(manifest.config)


def _check_model(model: ModelFile, key: str) -> None:
    if not _NAME.fullmatch(model.name):
        raise _wrong(f"{key}.name", "a file's name of letters, digits, - _ or .", model.name)
    if model.name.lower() == CONFIG_FILE:
        raise _wrong(f"{key}.name", f"another name than {CONFIG_FILE}, which is the config's", model.name)
    if not model.url or any(char.isspace() for char in model.url):
        raise _wrong(f"{key}.url", "a URL, or a path relative to the manifest", model.url)
    if not 0 < model.size <= MOST_MODEL_BYTES:
        raise _wrong(f"{key}.size", f"1 to {MOST_MODEL_BYTES} bytes", model.size)
    if not _SHA256.fullmatch(model.sha256):
        raise _wrong(f"{key}.sha256", "64 hex digits", model.sha256)


def _check_gate(gate: GateRules) -> None:
    if not 1 <= gate.seconds <= MOST_GATE_S:
        raise _wrong("gate.seconds", f"1 to {MOST_GATE_S:.0f}", gate.seconds)
    if not 1 <= gate.most_offline_s <= MOST_GATE_S:
        raise _wrong("gate.most_offline_s", f"1 to {MOST_GATE_S:.0f}", gate.most_offline_s)
    if gate.most_inference_ms is not None and not 0 < gate.most_inference_ms <= 1e6:
        raise _wrong("gate.most_inference_ms", "milliseconds above 0", gate.most_inference_ms)


def _check_config(text: str) -> None:
    try:
        document = parse_toml(text)
    except ValueError as error:
        raise UpdateError(f"config: not valid TOML: {error}") from error
    if (key := forbidden_key(document)) is not None:
        raise _wrong(f"config: {key}", "no such key, since a node says that itself", "one")


def not_before_ts(text: str) -> float:
    """Seconds since the epoch. Raises UpdateError."""
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError
        return at.timestamp()
    except (ValueError, OverflowError) as error:
        raise _wrong("not_before", "a time with its zone, as in 2026-12-01T08:00:00Z", text) from error


def _wrong(key: str, expected: str, found: object) -> UpdateError:
    shown = str(found)
    return UpdateError(f"{key}: expected {expected}, found {shown if len(shown) <= 80 else shown[:79] + '…'}.")
