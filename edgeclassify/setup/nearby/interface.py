"""What can be found in a network without knowing an address."""

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Announced:
    """A service as mDNS has it. `kind`: as in "_mqtt._tcp"; `name`: what it calls itself; `host`: as in
    "pi.local"; `addresses`: IP addresses, IPv4 first."""

    kind: str
    name: str
    host: str
    addresses: tuple[str, ...]
    port: int


@dataclass(frozen=True, slots=True)
class NearbyBroker:
    """A broker that seems to be there. `about`: how it was found, for people."""

    host: str
    port: int
    tls: bool
    about: str

    @property
    def address(self) -> str:
        """As it is written for people."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Nearby:
    """`home_assistant`: its address for people, None: none was found. `silence`: why nobody was asked by mDNS,
    None: they were."""

    brokers: tuple[NearbyBroker, ...] = ()
    home_assistant: str | None = None
    silence: str | None = None
