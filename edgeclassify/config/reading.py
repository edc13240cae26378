"""What is in a config file: its bytes, their text, and the document that it is."""

from pathlib import Path
from typing import Any

from edgeclassify.documents.toml import parse_toml
from edgeclassify.errors import ConfigError
from edgeclassify.files import NotPlainFileError, read_plain_file

MAX_BYTES = 1_000_000


def config_bytes(path: Path) -> bytes:
    """What is in a config file. Raises ConfigError."""
    try:
        content = read_plain_file(path, MAX_BYTES)
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: expected a config file, found nothing there. "
            "`edgeclassify check --example` prints one to start from."
        ) from error
    except NotPlainFileError as error:
        raise ConfigError(f"{path}: expected a readable file, found a pipe or device. Name a file.") from error
    except IsADirectoryError as error:
        raise ConfigError(f"{path}: expected a readable file, found a folder. Name the file in it.") from error
    except PermissionError as error:
        raise ConfigError(
            f"{path}: expected a readable file: {error.strerror}. Run this as a user who may read it (sudo). The "
            "service's config is for root and the group edgeclassify: chgrp edgeclassify, chmod 640."
        ) from error
    except OSError as error:
        raise ConfigError(f"{path}: expected a readable file: {error.strerror}. Name another one.") from error
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{path}: expected a config of at most {MAX_BYTES} bytes, found more.")
    return content


def config_text(content: bytes, path: Path) -> str:
    """The same as text. Raises ConfigError where it is no UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"byte 0x{content[error.start]:02x} at offset {error.start}"
        raise ConfigError(f"{path}: expected UTF-8 text, found {byte}. Save the file as UTF-8.") from error


def parsed(text: str, path: Path) -> dict[str, Any]:
    """Its document. Raises ConfigError where it is no TOML."""
    try:
        return parse_toml(text)
    except ValueError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
