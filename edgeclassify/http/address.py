"""A URL taken apart for a connection; credentials never show in an error."""

from dataclasses import field, replace
from typing import Self
from urllib.parse import quote, unquote, urljoin, urlsplit

from edgeclassify.errors import AbsentError, MissingInputError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.redaction import SCHEMES, redacted_url, remember, secrets_in

DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
ENCRYPTED = ("rtsps", "https")
REFUSED_RETRY_S = 60.0
"""Wait before a server that refuses us is asked again: cameras lock out whoever guesses passwords."""

# What may stand in a request line: the rest of what people write in URLs is encoded, as browsers do it.
_AS_IT_IS = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class Address:
    """`shown`: the URL for messages; `url`: without user and password; `target`: path and query."""

    shown: str
    url: str = field(repr=False)
    scheme: str
    host: str = field(repr=False)
    port: int
    target: str = field(repr=False)
    user: str | None = field(repr=False)
    password: str = field(repr=False)

    @property
    def server(self) -> tuple[str, str, int]:
        """The server: another scheme or port is another one."""
        return self.scheme, self.host.lower(), self.port

    def without_user(self) -> Self:
        """The same for a stranger."""
        return replace(self, user=None, password="")


def parse_address(url: str) -> Address:
    """Raises MissingInputError for what is no URL of a host."""
    remember(secrets_in(url))
    try:
        return _parsed(url)
    except ValueError:
        pass
    # Not chained: the text of urllib's error quotes parts of the password.
    raise MissingInputError(
        f"{redacted_url(url)}: expected a URL like {_example(url)}. Check host and port; special characters of a "
        "password are written as %2F and the like."
    )


def redirected(address: Address, location: str) -> Address:
    """Where a redirect leads; user and password go there only where it is the same server.

    Raises AbsentError for what is no http address: a camera that starts, or wants to be set up, says such things.
    """
    other, leads = None, "an address that is none"
    try:
        joined = urljoin(address.url, location)
        scheme = urlsplit(joined).scheme
        if scheme in ("http", "https"):
            other = _parsed(joined)
        else:
            leads = f"{scheme}: instead of http or https" if scheme in SCHEMES else "neither http nor https"
    except ValueError:
        pass
    if other is None:
        raise AbsentError(
            f"{address.shown}: the server redirects to {leads}. Look at the camera's own page: is it set up?",
            retry_s=REFUSED_RETRY_S,
        )
    if other.server != address.server:
        return other.without_user()
    return replace(other, user=address.user, password=address.password)


def _parsed(url: str) -> Address:
    """Raises ValueError for what is no URL of a host."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    host, port = parts.hostname or "", DEFAULT_PORTS.get(scheme, 0) if parts.port is None else parts.port
    host.encode("idna")
    # `host` came out of the brackets: what looks like an address there must be one.
    if not host or not port or any(char.isspace() or char in "[]\\" for char in host):
        raise ValueError("no host or no port")
    tail = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = quote(tail, safe=_AS_IT_IS, errors="surrogateescape")
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
    user = None if parts.username is None else unquote(parts.username)
    return Address(redacted_url(url), bare, scheme, host, port, target, user, unquote(parts.password or ""))


def _example(url: str) -> str:
    return "http://HOST/PATH" if url.lower().startswith("http") else "rtsp://HOST:554/PATH"
