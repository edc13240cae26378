"""The servers of a broker: those of the config, with every address that DNS gives for their names, in the order in
which they are tried.

One round tries each server once: the one that worked last comes first. Names are looked up anew in each round,
when their turn comes: one that is not found must not keep the others waiting.
"""

import hashlib
import ipaddress
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field

from edgeclassify.broker import failure_texts
from edgeclassify.config import MqttConfig
from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Server:
    """One server. `host`: the name or IP address of the config, by which certificates are checked; `address`: the
    IP address to connect to, "" where it has not been looked up. `among_others`: the name has more addresses.
    """

    host: str
    port: int
    address: str = ""
    among_others: bool = field(default=False, compare=False)

    @property
    def name(self) -> str:
        """As the config names it, with its port: `broker.lan:1883`, `[fe80::1]:8883`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        """The name, and the address where that tells which one it is."""
        return f"{self.name} ({self.address})" if self.among_others else self.name


@dataclass(frozen=True, slots=True)
class NotFound:
    """A server whose name could not be looked up, and why."""

    server: Server
    error: OSError | ValueError


LookUp = Callable[[str, int], Sequence[str]]
"""Host and port → its IP addresses, at least one; raises OSError, or ValueError for what is no name."""


def look_up(host: str, port: int) -> list[str]:
    """The IP addresses of a host, in the order in which the system would try them; of a link-local one with its
    interface (`fe80::1%eth0`), without which it leads nowhere. Raises OSError, ValueError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(_with_scope(address) for *_, address in found))


def _with_scope(address: Sequence[str | int | bytes]) -> str:
    ip, scope = str(address[0]), address[3] if len(address) > 3 else 0
    return f"{ip}%{socket.if_indextoname(scope)}" if isinstance(scope, int) and scope else ip


class Servers:
    """Which server is tried next. Used by one thread; `adopt` and `has` may be called from others.

    `hosts`: host and port of each, in the order of the config. `shuffled_by`: the node's name where the order is
    to be another one on each node, and the same at each start; None: as listed. `in_hosts`: the config has them in
    mqtt.hosts.
    """

    def __init__(
        self,
        hosts: Iterable[tuple[str, int]],
        *,
        shuffled_by: str | None = None,
        in_hosts: bool = False,
        look_up: LookUp = look_up,
    ) -> None:
        self.shuffled_by, self.in_hosts, self._look_up = shuffled_by, in_hosts, look_up
        self._preferred: Server | None = None
        self.hosts: Sequence[Server] = self._ordered(Server(host, port) for host, port in hosts)
        """As the config names them, in the order in which they are tried."""

    @classmethod
    def of(cls, config: MqttConfig, node: str) -> "Servers":
        """Those of a config, for a node of this name."""
        shuffled_by = node if config.order == "shuffled" else None
        return cls(config.servers, shuffled_by=shuffled_by, in_hosts=config.hosts is not None)

    def adopt(self, other: "Servers") -> None:
        """Those of another one from the next round on."""
        self.shuffled_by, self.hosts, self.in_hosts = other.shuffled_by, other.hosts, other.in_hosts

    def named(self, text: str) -> str:
        """A text of failure_texts, with the keys of the config that these servers stand in."""
        return failure_texts.of_hosts(text) if self.in_hosts else text

    @property
    def described(self) -> str:
        """Host and port of each, in the order in which they are tried."""
        first, *others = (server.name for server in self.hosts)
        return f"{first}, else {', '.join(others)}" if others else first

    def has(self, server: Server) -> bool:
        """Is it one of them, by its name and port?"""
        return any(server.name == one.name for one in self.hosts)

    def works(self, server: Server) -> None:
        """It is the first of the next round."""
        self._preferred = server

    def fails(self, server: Server) -> None:
        """It is not the first of the next round any more."""
        if self._preferred == server:
            self._preferred = None

    def round(self) -> Iterator[Server | NotFound]:
        """Each server once. It looks names up as it goes, which may take long."""
        hosts, found = self.hosts, dict[str, list[Server] | NotFound]()
        first = self._preferred
        if first is not None and any(first.name == one.name for one in hosts):
            found[first.name] = known = self._servers_of(Server(first.host, first.port))
            if isinstance(known, list) and first in known:
                known.remove(first)
                yield first
        for host in hosts:
            servers = found[host.name] if host.name in found else self._servers_of(host)
            if isinstance(servers, NotFound):
                yield servers
            else:
                yield from servers

    def _servers_of(self, host: Server) -> list[Server] | NotFound:
        try:
            addresses = self._look_up(host.host, host.port)
        except (OSError, ValueError) as error:
            return NotFound(host, error)
        # The addresses of a machine itself are no help to tell one server from another.
        several = sum(not _is_loopback(address) for address in addresses) > 1
        return self._ordered(Server(host.host, host.port, address, several) for address in addresses)

    def _ordered(self, servers: Iterable[Server]) -> list[Server]:
        """As they come, or, shuffled, by a number that depends on the node's name and theirs alone: each order is
        as likely as any other, and one more server changes nothing in the order of the rest."""
        node = self.shuffled_by
        if node is None:
            return list(servers)
        return sorted(
            servers,
            key=lambda one: hashlib.sha256(f"{node} {one.name} {one.address}".encode()).digest(),
        )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
