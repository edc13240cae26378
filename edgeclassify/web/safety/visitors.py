"""Who asks: the address, also of whom a proxy passes on, the way there, and the page's folder as they see it."""

import ipaddress
import re
from collections.abc import Collection, Iterable

from starlette.datastructures import Headers
from starlette.types import Scope

from edgeclassify.lazy_dataclass import dataclass

PREFIX_HEADERS = ("x-ingress-path", "x-forwarded-prefix")
"""Where a proxy says below which path it has put the page: Home Assistant's ingress, others."""
PASSED_ON_HEADERS = (
    "x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto", "via",
)  # fmt: skip
"""By each of which a proxy gives itself away."""
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")


@dataclass(frozen=True, slots=True)
class Visitor:
    """`host`: by which it asks, as it says, with its port; `folder`: the page's path, which ends with a slash.

    `is_passed_on`: a proxy says that it asks for another one, whether or not that proxy is trusted.
    """

    address: str
    host: str
    is_https: bool = False
    folder: str = "/"
    is_passed_on: bool = False


def visitor_of(scope: Scope, proxies: Collection[str]) -> Visitor:
    """Who has sent a request. `proxies`: addresses whose word counts; all others may say what they like."""
    headers = Headers(scope=scope)
    peer = plain_address((scope.get("client") or ("", 0))[0])
    chain = _chain(headers.getlist("x-forwarded-for"))
    passed_on = any(name in headers for name in PASSED_ON_HEADERS)
    is_https = scope.get("scheme") == "https"
    host = headers.get("host", "")
    if peer not in proxies:
        return Visitor(peer, host, is_https, is_passed_on=passed_on)
    # From the right: what stands left of the last stranger is that one's own word.
    address = next((one for one in reversed(chain) if one not in proxies), peer)
    proto = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
    host = headers.get("x-forwarded-host", "").rpartition(",")[2].strip() or host
    return Visitor(address, host, proto == "https" if proto else is_https, _folder(headers), passed_on)


def plain_address(address: str) -> str:
    """An IPv4 address that comes by an IPv6 socket as what it is; without a zone."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return str(mapped or ip)


def _chain(values: Iterable[str]) -> list[str]:
    """Addresses of X-Forwarded-For, the nearest last; what is none ends the chain, and what stands left of it."""
    chain: list[str] = []
    for word in (word.strip() for value in values for word in value.split(",")):
        bare = re.sub(r"^\[(.*)\](:\d+)?$|^(\d+\.\d+\.\d+\.\d+):\d+$", r"\1\3", word)
        try:
            ipaddress.ip_address(bare.partition("%")[0])
        except ValueError:
            chain = []
        else:
            chain.append(plain_address(bare))
    return chain


def _folder(headers: Headers) -> str:
    for name in PREFIX_HEADERS:
        said = headers.get(name, "").rstrip("/")
        if said and len(said) <= 200 and _PREFIX.fullmatch(said):
            return f"{said}/"
    return "/"
