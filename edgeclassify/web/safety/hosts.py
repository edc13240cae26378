"""By which names the page may be asked for: a stranger's name that leads here is an attack (DNS rebinding)."""

import ipaddress
import re
from collections.abc import Iterable

from edgeclassify.lazy_dataclass import dataclass

HOME_DOMAINS = ("local", "lan", "home", "home.arpa", "internal", "localdomain", "fritz.box")
"""What routers put behind a machine's name; nobody else's names end so."""
DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+(?:%(?:25)?[\w.-]+)?\]|[\w.-]+)(?::(?P<port>\d{1,5}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class HostAndPort:
    """As in "gatecam.local:8080": the name in small letters, without brackets; the port where one was said."""

    name: str
    port: int | None

    def is_same(self, other: "HostAndPort", scheme: str) -> bool:
        """True where both lead to the same server; without a port it is the scheme's."""
        usual = DEFAULT_PORTS.get(scheme)
        return (self.name, self.port or usual) == (other.name, other.port or usual)


def host_and_port(said: str) -> HostAndPort | None:
    """None for what is no such thing."""
    found = _HOST.fullmatch(said)
    if found is None:
        return None
    name = found["name"].strip("[]").rstrip(".").lower()
    return HostAndPort(name, int(found["port"]) if found["port"] else None)


def own_names(machine: str, further: Iterable[str]) -> frozenset[str]:
    """The names that are right: those of this machine, whose name is `machine`, and `further` ones."""
    machine = machine.lower().rstrip(".")
    short = machine.partition(".")[0]
    names = {"localhost", *(name.lower().rstrip(".") for name in further)}
    if short:
        names |= {machine, short, *(f"{short}.{domain}" for domain in HOME_DOMAINS)}
    return frozenset(names)


def is_right(name: str, own: frozenset[str]) -> bool:
    """Whether a browser may ask by this name: one of our own, or an address, which no stranger can make his."""
    if name in own or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
