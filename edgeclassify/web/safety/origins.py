"""Where a request comes from: other sites' pages may neither change anything here nor look (CSRF and its like)."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from edgeclassify.web.safety.hosts import HostAndPort, host_and_port

OWN_HEADER = "x-edgeclassify"
OWN_WORD = "page"
"""What the page says in that header: no other site can without being asked first, and is refused then."""
HARMLESS = frozenset({"GET", "HEAD"})
_FROM_HERE = ("same-origin", "none")


def fault_of_origin(method: str, headers: Mapping[str, str], host: HostAndPort, *, is_ambient: bool) -> str | None:
    """What is wrong with where a request comes from; None: nothing.

    `headers`: with names in small letters. `host`: by which it asks. `is_ambient`: the browser says who it is by
    itself (a cookie), or nobody has to say: then the page's own header is needed for a change.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site not in _FROM_HERE and not _is_visit(method, headers):
        return "expected a request of the page itself, found one of another site"
    origin = headers.get("origin")
    if method in HARMLESS and (origin is None or site in _FROM_HERE):
        return None
    if origin is not None and not _is_own(origin, host):
        return f"expected a request of the page itself, found one of {origin[:100]!r}"
    if method not in HARMLESS and is_ambient and headers.get(OWN_HEADER) != OWN_WORD:
        return f"expected the header X-Edgeclassify: {OWN_WORD}, which the page sends with every change"
    return None


def _is_visit(method: str, headers: Mapping[str, str]) -> bool:
    """A person follows a link to here, as from Home Assistant's page of the device."""
    into = headers.get("sec-fetch-dest")
    return method in HARMLESS and headers.get("sec-fetch-mode") == "navigate" and into in (None, "document")


def _is_own(origin: str, host: HostAndPort) -> bool:
    # Of the scheme a proxy before us knows better; the server's name and port are enough.
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    said = host_and_port(parts.netloc)
    return said is not None and said.is_same(host, parts.scheme)
