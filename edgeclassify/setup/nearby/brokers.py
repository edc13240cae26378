"""Brokers of this machine and of its network, found without knowing an address."""

import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from edgeclassify.config.values import host_name
from edgeclassify.files import printable
from edgeclassify.setup.nearby.interface import Announced, Nearby, NearbyBroker

MQTT, MQTTS, HOME_ASSISTANT = "_mqtt._tcp", "_secure-mqtt._tcp", "_home-assistant._tcp"
PORT = 1883
SEARCH_S = 2.5
_CONNECT_S = 0.7
_MOST = 9

Search = Callable[[Sequence[str], float], list[Announced]]


def look_around(search: Search | None = None, seconds: float = SEARCH_S) -> Nearby:
    """Who answers by mDNS, and whether a broker listens on this machine or beside Home Assistant.

    `search`: None: by mDNS. What is found is named by its host name where this machine can resolve that, and so
    can the daemon; else by its IP address, which may be another one after the router's next start.
    """
    heard, silence = _announced(search, seconds)
    found = [one for one in heard if one.addresses or _is_host_name(one.host)]
    homes = [one for one in found if one.kind == HOME_ASSISTANT]
    brokers = [
        *(_broker(one) for one in found if one.kind in (MQTT, MQTTS)),
        *_listening([("localhost", "on this machine")]),
        *_listening((reachable(one), f"beside Home Assistant ({printable(one.name)})") for one in homes),
    ]
    once = {(one.host, one.port): one for one in reversed(brokers)}
    home = None if not homes else f"http://{reachable(homes[0])}:{homes[0].port}"
    return Nearby(tuple(reversed(once.values()))[:_MOST], home, silence)


def _announced(search: Search | None, seconds: float) -> tuple[list[Announced], str | None]:
    try:
        return (search or _by_mdns())((MQTT, MQTTS, HOME_ASSISTANT), seconds), None
    except ImportError:
        return [], "without the extra edgeclassify[setup] brokers of the network are not found by themselves"
    except OSError as error:
        return [], f"brokers can't be looked for in the network: {error.strerror or error}"


def _by_mdns() -> Search:
    """Raises ImportError without the extra."""
    from edgeclassify.setup.nearby.mdns import announced

    return announced


def _broker(one: Announced) -> NearbyBroker:
    return NearbyBroker(reachable(one), one.port, one.kind == MQTTS, f"says mDNS: {printable(one.name)}")


def _is_host_name(text: str) -> bool:
    try:
        host_name(text)
    except ValueError:
        return False
    return True


def reachable(one: Announced) -> str:
    """Its host name where that is one and resolves here, else an IP address."""
    with suppress(OSError, ValueError):  # UnicodeError is one
        host_name(one.host)
        socket.getaddrinfo(one.host, one.port, type=socket.SOCK_STREAM)
        return one.host
    return one.addresses[0] if one.addresses else one.host


def _listening(hosts: Iterable[tuple[str, str]]) -> list[NearbyBroker]:
    found = []
    for host, about in hosts:
        with suppress(OSError, UnicodeError), socket.create_connection((host, PORT), _CONNECT_S):
            found.append(NearbyBroker(host, PORT, False, about))
    return found
