"""Wrong passwords, counted: who guesses waits, and whoever is known is not kept waiting by others' guesses."""

import ipaddress
import logging
import time
from collections import OrderedDict
from collections.abc import Callable

log = logging.getLogger(__name__)

PER_ADDRESS = 5
"""Wrong ones of an address, in WINDOW_S; then it waits until they are older."""
STRANGERS = 30
"""Wrong ones of all addresses together that have not known the password yet, in WINDOW_S."""
WINDOW_S = 60.0
MOST_ADDRESSES = 500
"""Remembered; the one that was heard of longest ago is forgotten."""
MOST_KNOWN = 100
_EVERYBODY = ""


class Attempts:
    """Used by the server's loop alone. `clock`: seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """Seconds until this address may try again; 0: now."""
        who = _network(address)
        waits = [self._wait_of(who, PER_ADDRESS)]
        if who not in self._known:
            waits.append(self._wait_of(_EVERYBODY, STRANGERS))
        return max(waits)

    def tries(self, address: str) -> None:
        """It tries one, which counts as wrong until it is known: several that are tried at once count all."""
        who = _network(address)
        self._note(who)
        if who not in self._known:
            self._note(_EVERYBODY)

    def was_wrong(self, address: str) -> None:
        """What it tried was wrong."""
        if len(self._recent(_network(address))) == PER_ADDRESS:
            log.warning("page: %d wrong passwords from %s: it waits for %.0f s", PER_ADDRESS, address, WINDOW_S)

    def was_right(self, address: str) -> None:
        """It knew the password."""
        who = _network(address)
        self._wrong.pop(who, None)
        self._known[who] = None
        self._known.move_to_end(who)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    def _note(self, who: str) -> None:
        self._wrong[who] = [*self._recent(who), self._clock()][-STRANGERS:]
        self._wrong.move_to_end(who)
        if len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)

    def _wait_of(self, who: str, most: int) -> float:
        recent = self._recent(who)
        return 0.0 if len(recent) < most else recent[-most] + WINDOW_S - self._clock()

    def _recent(self, who: str) -> list[float]:
        since = self._clock() - WINDOW_S
        return [at for at in self._wrong.get(who, ()) if at > since]


def _network(address: str) -> str:
    """Who counts as one: an IPv4 address; of IPv6 its /64, of which one machine has as many as it likes."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address or "?"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((int(ip) >> 64 << 64, 64)))
    return str(ip)
