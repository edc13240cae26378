"""A broker's address as people write it."""

import re

from edgeclassify.errors import UsageError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.redaction import redacted_to_server

_ADDRESS = re.compile(
    r"(?:(?P<scheme>mqtts?)://)?(?:(?P<user>[^@:/]+)@)?"
    r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<host>[^\s:/@\[\]]+)|(?P<bare>[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*))"
    r"(?::(?P<port>\d{1,5}))?/?",
    re.IGNORECASE,
)
PLAIN_PORT, TLS_PORT = 1883, 8883


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """`tls`, `username` None: it says nothing of them."""

    host: str
    port: int
    tls: bool | None = None
    username: str | None = None


def broker_address(text: str, key: str) -> BrokerAddress:
    """HOST, HOST:PORT, mqtt://HOST or mqtts://USER@HOST. Raises UsageError, `key` in front."""
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"{key}: expected HOST, HOST:PORT, mqtt://HOST or mqtts://HOST (the password is asked for), found "
            f"{redacted_to_server(text)!r}."
        )
    tls = None if found["scheme"] is None else found["scheme"].lower() == "mqtts"
    port = int(found["port"]) if found["port"] else TLS_PORT if tls else PLAIN_PORT
    if tls is None and port == TLS_PORT:
        tls = True
    return BrokerAddress(found["six"] or found["bare"] or found["host"], port, tls, found["user"])
