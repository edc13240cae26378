"""Who announces itself by mDNS (DNS-SD): the one place that knows zeroconf."""

import time
from collections.abc import Callable, Sequence
from threading import Lock

from zeroconf import IPVersion, ServiceBrowser, ServiceInfo, ServiceListener, Zeroconf

from edgeclassify.setup.nearby.interface import Announced

_DOMAIN = ".local."
_ASK_MS = 1500


class _Heard(ServiceListener):
    """Names as they come, in zeroconf's own thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._names: dict[tuple[str, str], None] = {}

    @property
    def names(self) -> list[tuple[str, str]]:
        """Kind and name of each so far, both as zeroconf has them."""
        with self._lock:
            return list(self._names)

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """One more."""
        with self._lock:
            self._names[type_, name] = None

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """It is asked about afterwards, whatever it said before."""

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """It has gone."""
        with self._lock:
            self._names.pop((type_, name), None)


def announced(
    kinds: Sequence[str],
    seconds: float,
    interfaces: Sequence[str] | None = None,
    enough: Callable[[int], bool] = lambda _: False,
) -> list[Announced]:
    """All services of these kinds that answer within so many seconds. Raises OSError without a network.

    `interfaces`: IP addresses of those to ask at; None: all. `enough`: given how many there are, whether to stop
    waiting.
    """
    zeroconf = Zeroconf(interfaces=list(interfaces)) if interfaces is not None else Zeroconf()
    try:
        heard = _Heard()
        browser = ServiceBrowser(zeroconf, [f"{kind}{_DOMAIN}" for kind in kinds], heard)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not enough(len(heard.names)):
            time.sleep(0.05)
        browser.cancel()
        found = [(kind, zeroconf.get_service_info(kind, name, _ASK_MS)) for kind, name in heard.names]
    finally:
        zeroconf.close()
    return [_record(kind, info) for kind, info in found if info is not None and info.server and info.port]


def _record(kind: str, info: ServiceInfo) -> Announced:
    four = info.parsed_addresses(IPVersion.V4Only)
    six = [one for one in info.parsed_addresses(IPVersion.V6Only) if not one.lower().startswith("fe80")]
    name = info.name.removesuffix(f".{kind}")
    return Announced(
        kind.removesuffix(_DOMAIN), name, (info.server or "").rstrip("."), (*four, *six), info.port or 0
    )
