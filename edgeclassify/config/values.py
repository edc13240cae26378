"""Rules for single values of the config that pydantic has no type for: paths, host names."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated

from edgeclassify.documents.values import plain, with_home
from edgeclassify.errors import MissingInputError
from edgeclassify.http.address import parse_address
from edgeclassify.late_model import AfterValidator, Field
from edgeclassify.suggestions import did_you_mean


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


def split_host_port(value: str) -> tuple[str, int | None]:
    """Host and port of `host`, `host:port`, `[IPv6]:port` or an IPv6 address alone. Raises ValueError."""
    host, port = value, ""
    if value.startswith("["):
        host, bracket, port = value[1:].partition("]")
        if not bracket or port[:1] not in ("", ":") or ":" not in host:
            raise ValueError("an IPv6 address in brackets, then : and the port, as in [fd00::5]:1883")
        port = port[1:] if port else ""
        is_bare = value.endswith("]")
    elif value.count(":") == 1:
        host, _, port = value.partition(":")
        is_bare = False
    else:
        is_bare = True
    if not is_bare and not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65_535):
        raise ValueError("a port from 1 to 65535 after the :")
    return host_name(host), None if is_bare else int(port)


def host_and_port(value: str) -> str:
    """The value, where it is a host or `host:port` and nothing more. Raises ValueError."""
    split_host_port(value)
    return value


class HintedError(ValueError):
    """A fault of a value. `hint`: what was probably meant, or what to do."""

    def __init__(self, expected: str, hint: str) -> None:
        super().__init__(expected)
        self.hint = hint


def time_zone(value: str) -> str:
    """The value, where it names a zone of the machine's zone database. Raises HintedError."""
    import zoneinfo

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


File = Annotated[Path, Field(strict=False), AfterValidator(plain), AfterValidator(with_home)]
"""A path. TOML has it as a string, so this is the one place besides lists where the type may differ."""

Host = Annotated[str, Field(min_length=1, json_schema_extra={"pattern": r"^[^\s/@]+$"}), AfterValidator(host_name)]
"""A host name, an IPv4 or an IPv6 address (without brackets)."""

HostAndPort = Annotated[
    str, Field(min_length=1, json_schema_extra={"pattern": r"^[^\s/@]+$"}), AfterValidator(host_and_port)
]
"""A host, and its port where it is not the usual one: `broker.lan`, `10.0.0.5:1884`, `[fd00::5]:8883`."""

TimeZone = Annotated[str, Field(min_length=1), AfterValidator(plain), AfterValidator(time_zone)]
"""The name of a time zone: a day there begins at its midnight."""

WebUrl = Annotated[str, Field(json_schema_extra={"pattern": "^https?://"}), AfterValidator(web_url)]
"""A URL of http or https."""
