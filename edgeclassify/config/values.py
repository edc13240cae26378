"""Rules for single values of the config that pydantic has no type for: paths, host names."""

import ipaddress
import re
import zoneinfo
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

from edgeclassify.errors import ConfigError, EdgeClassifyError, MissingInputError
from edgeclassify.http.address import parse_address
from edgeclassify.suggestions import did_you_mean

PLAIN = r"^[^\x00-\x1f\x7f]*$"
"""Text without control characters: no file name, URL or model name has one that was meant."""

_T = TypeVar("_T", str, Path)


def expanded(path: str | Path, error: type[EdgeClassifyError] = ConfigError, key: str = "") -> Path:
    """`path` with a leading ~ or ~user replaced by the home folder. Raises `error` where there is none.

    `key`: what the message names besides the path, a key of a file or a variable.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as fault:
        place = f"{key}: {path}" if key else str(path)
        raise error(f"{place}: expected {_HOME}, found none. Write the path out, from / on.") from fault


def plain(value: _T) -> _T:
    """The value, where it has no control characters. Raises ValueError."""
    if not re.fullmatch(PLAIN.strip("^$"), str(value)):
        raise ValueError("text without control characters")
    return value


def with_home(value: _T) -> _T:
    """The value, where a leading ~ or ~user names a home folder of this machine. Raises ValueError."""
    try:
        Path(value).expanduser()
    except RuntimeError as error:
        raise ValueError(_HOME) from error
    return value


def host_name(value: str) -> str:
    """The value, where it is a host name or an IP address and nothing more. Raises ValueError."""
    try:
        if ":" in value:
            ipaddress.IPv6Address(value)
        elif not re.fullmatch(r"[\w.-]{1,253}", value):
            raise ValueError
        else:
            value.encode("idna")  # as the resolver does: an empty or overlong part fails there
    except ValueError as error:  # UnicodeError is one
        raise ValueError("a host name or IP address alone, without scheme, user, port or path") from error
    return value


class HintedError(ValueError):
    """A fault of a value. `hint`: what was probably meant, or what to do."""

    def __init__(self, expected: str, hint: str) -> None:
        super().__init__(expected)
        self.hint = hint


def time_zone(value: str) -> str:
    """The value, where it names a zone of the machine's zone database. Raises HintedError."""
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a folder of zones
        known = zoneinfo.available_timezones()
        hint = did_you_mean(value, known) if known else "This machine has no zone database: install tzdata."
        raise HintedError("the name of a time zone, as in Europe/Berlin", hint) from error
    return value


def web_url(value: str) -> str:
    """The value, where it is a URL of a web server. Raises ValueError."""
    expected = "a URL like https://HOST/PATH; special characters of a password are written as %2F and the like"
    try:
        address = parse_address(plain(value))
    except MissingInputError:
        raise ValueError(expected) from None  # its text and its cause quote the URL
    if address.scheme not in ("http", "https"):
        raise ValueError(expected)
    return value


_HOME = "a path whose ~ is the home folder of a user of this machine"

File = Annotated[Path, Field(strict=False), AfterValidator(plain), AfterValidator(with_home)]
"""A path. TOML has it as a string, so this is the one place besides lists where the type may differ."""

Host = Annotated[str, Field(min_length=1, json_schema_extra={"pattern": r"^[^\s/@]+$"}), AfterValidator(host_name)]
"""A host name, an IPv4 or an IPv6 address (without brackets)."""

TimeZone = Annotated[str, Field(min_length=1), AfterValidator(plain), AfterValidator(time_zone)]
"""The name of a time zone: a day there begins at its midnight."""

WebUrl = Annotated[str, Field(json_schema_extra={"pattern": "^https?://"}), AfterValidator(web_url)]
"""A URL of http or https."""
