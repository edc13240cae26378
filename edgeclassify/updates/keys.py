"""Keys of Ed25519 as text: 32 bytes in base64, 44 characters on one line of a file."""

import base64
import binascii
import os
from contextlib import suppress
from pathlib import Path

from edgeclassify.config.updates import is_key_path
from edgeclassify.files import NotPlainFileError, read_plain_file
from edgeclassify.updates.interface import UpdateError

KEY_BYTES = 32
_MOST_BYTES = 1000


def checked_key(text: str, kind: str) -> bytes:
    """Its bytes; `kind`: public or private. Raises UpdateError, which quotes no part of it."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise UpdateError(
            f"expected a {kind} key of 44 characters, as `edgeclassify updates keygen` makes it, found something "
            "else."
        )
    return key


def key_given(text: str) -> str:
    """A public key as it is named on the command line: itself, or the file with it. Raises UpdateError."""
    with suppress(UpdateError):
        checked_key(text, "public")
        return text
    if not is_key_path(text) and not os.path.exists(text):  # noqa: PTH110 - Path's raises for a long name
        raise UpdateError(
            "--public-key: expected a public key of 44 characters, or the file with it, as `edgeclassify updates "
            f"keygen` makes them, found {len(text)} characters that are neither."
        )
    public = key_in(Path(text))
    try:
        checked_key(public, "public")
    except UpdateError as error:
        raise UpdateError(f"{text}: {error}") from error
    return public


def key_in(path: Path) -> str:
    """The text in a key's file. Raises UpdateError."""
    try:
        return read_plain_file(path, _MOST_BYTES).decode("ascii").strip()
    except (OSError, NotPlainFileError, ValueError) as error:  # ValueError: no ASCII, or NUL in the name
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UpdateError(f"{path}: expected a key, of `edgeclassify updates keygen`: {reason}.") from error
