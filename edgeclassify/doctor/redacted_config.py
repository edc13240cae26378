"""A config as it may be shown to strangers, and what of it must never be."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from edgeclassify.doctor.around import Around
from edgeclassify.redaction import (
    HIDDEN,
    LEAST_SECRET,
    holds_secret,
    may_be_url,
    redacted_source,
    redacted_to_server,
    secrets_in,
    without_named_secrets,
)

_MOST_BYTES = 65_536
_SECRET_NAMES = ("password", "passwd", "secret", "token", "credential", "apikey", "api_key", "auth", "pwd", "key")
_PATHS = ("password_file", "secret_file", "access_file", "key", "cert", "ca")
_HIDDEN_KEYS = ("username", "user", "login", "client_id")
"""No secrets, but nobody's business."""
_UNKNOWN_LONGEST = 200


def redacted_config(file: Path) -> str:
    """The config's keys and harmless values, as TOML would write them, a line each; comments are left out.

    Of a file that is no TOML nothing is shown but that.
    """
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        return f"# {file}: can't be read: {error.strerror}\n"
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        place = str(error).rpartition("(")[2].rstrip(")") if "(at " in str(error) else type(error).__name__
        return f"# {file}: no TOML ({place}): its lines are not shown, since any may hold a password\n"
    return "".join(f"{key} = {value}\n" for key, value in _lines(document, ""))


def _lines(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, one in value.items():
            shown = _shown_name(str(name))
            yield from _lines(one, f"{place}.{shown}" if place else shown)
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for number, one in enumerate(value):
            yield from _lines(one, f"{place}[{number}]")
    elif isinstance(value, list):
        yield place, "[" + ", ".join(_shown(one, place) for one in value) + "]"
    else:
        yield place, _shown(value, place)


def _shown_name(name: str) -> str:
    """A key: somebody may have written a URL there."""
    return repr(HIDDEN) if may_be_url(name) or len(name) > _UNKNOWN_LONGEST else name


def _shown(value: Any, place: str) -> str:
    key = place.rpartition(".")[2].partition("[")[0].lower()
    if isinstance(value, bool | int | float):
        return repr(HIDDEN) if _is_secret(key) else str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str):
        return str(value)  # a date
    if key in _HIDDEN_KEYS or (_is_secret(key) and not _is_path(key, value)):
        return repr(HIDDEN)
    if key == "source":
        return repr(redacted_source(value))
    return repr(redacted_to_server(value) if may_be_url(value) else without_named_secrets(value))


def _is_secret(key: str) -> bool:
    return any(word in key for word in _SECRET_NAMES)


def _is_path(key: str, value: str) -> bool:
    """True for the path of a file with a secret in it; a path tells where it is, not what it is."""
    return key in _PATHS and "/" in value and not may_be_url(value)


def known_secrets(around: Around) -> set[str]:
    """Of the config, of the files that it names as secret, and of the environment."""
    found: set[str] = set()
    try:
        document = tomllib.loads(around.config_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        document = {}
    folder = around.config_file.resolve().parent
    for key, value in _strings(document, ""):
        found |= _secrets_of(key, value, folder)
    for name, value in os.environ.items():
        if _is_secret(name.lower()):
            found.add(value)
        elif may_be_url(value) and holds_secret(value):
            found |= secrets_in(value)
    return {secret for secret in found if len(secret.strip()) >= LEAST_SECRET}


def _secrets_of(key: str, value: str, folder: Path) -> set[str]:
    in_url = secrets_in(value) if may_be_url(value) else set()
    if key in _PATHS:
        inside = _inside(folder / value) if _is_secret(key) else set()
        # Somebody may have written the password itself there.
        return in_url | (inside or (set() if "/" in value or not _is_secret(key) else {value}))
    return in_url | ({value} if _is_secret(key) or key in _HIDDEN_KEYS else set())


def _inside(path: Path) -> set[str]:
    """The lines of a file that holds a secret; a private key's lines are some, too."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return set()
    return {line.strip() for line in text.splitlines() if line.strip()}


def _strings(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield str(name).lower(), str(name)
            yield from _strings(one, str(name).lower())
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one, key)
    elif isinstance(value, str):
        yield key, value
