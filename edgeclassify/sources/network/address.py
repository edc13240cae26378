"""A URL taken apart for a connection, and the connection; credentials never show in an error."""

import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from edgeclassify.errors import AbsentError, MissingInputError
from edgeclassify.sources.urls import REFUSED_RETRY_S, redacted

DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
ENCRYPTED = ("rtsps", "https")


@dataclass(frozen=True, slots=True)
class Address:
    """`shown`: the URL for messages; `url`: without user and password; `target`: path and query."""

    shown: str
    url: str
    scheme: str
    host: str
    port: int
    target: str
    user: str | None = field(repr=False)
    password: str = field(repr=False)


def parse_address(url: str) -> Address:
    """Raises MissingInputError for what is no URL of a host."""
    shown = redacted(url)
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        host, port = parts.hostname or "", parts.port or DEFAULT_PORTS.get(scheme, 0)
        host.encode("idna")
    except ValueError:
        host, port = "", 0
    if not host or not port:
        # Not chained: the text of urllib's error quotes parts of the password.
        raise MissingInputError(
            f"{shown}: expected a URL like {_example(url)}. Check host and port; special characters of a "
            "password are written as %2F and the like."
        ) from None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
    user = None if parts.username is None else unquote(parts.username)
    return Address(shown, bare, scheme, host, port, target, user, unquote(parts.password or ""))


def _example(url: str) -> str:
    return "http://HOST/PATH" if url.lower().startswith("http") else "rtsp://HOST:554/PATH"


def connect(address: Address, timeout_s: float) -> socket.socket:
    """A connection, encrypted where the scheme says so. Raises AbsentError where nobody answers."""
    try:
        plain = socket.create_connection((address.host, address.port), timeout_s)
        if address.scheme not in ENCRYPTED:
            return plain
        context = ssl.create_default_context()
        # As FFmpeg does it: a camera signs for itself.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(plain, server_hostname=address.host)
    except OSError as error:
        reason = "no answer" if isinstance(error, TimeoutError) else (error.strerror or str(error))
        raise AbsentError(f"{address.shown}: can't connect ({reason}). Check address and network.") from error


def refused(address: Address, status: int) -> AbsentError:
    """Why a server that answers gives no stream."""
    if status in (401, 403):
        found = "no user and password in the URL" if address.user is None else "a user or password that it refuses"
        advice = "Write them as USER:PASSWORD@ before the host, special characters as %40 and the like"
    elif status in (404, 410):
        found, advice = "nothing at this path", "Look up the stream's path in the camera's manual"
    else:
        found, advice = f"the answer {status}", "Check the camera"
    return AbsentError(f"{address.shown}: expected a stream, found {found}. {advice}.", retry_s=REFUSED_RETRY_S)
