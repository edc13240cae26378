"""Fetching an image by URL, and showing URLs without what is secret in them."""

import re
import time
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from edgeclassify.config.secrets import without_named_secrets
from edgeclassify.errors import AbsentError, ImageError, MissingInputError, SourceError, UnknownPathError

if TYPE_CHECKING:
    from requests import Response

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 10.0
TOTAL_TIMEOUT_S = 60.0
MAX_DOWNLOAD_BYTES = 32 << 20
CHUNK_BYTES = 1 << 16
REFUSED_RETRY_S = 60.0
"""Wait before a server that refuses us is asked again: cameras lock out whoever guesses passwords."""

_GONE = (404, 410)
_HOST = re.compile(r"(\[[0-9a-f:.%]+\]|[\w.-]+)(:[0-9]*)?", re.IGNORECASE)


def is_url(location: str) -> bool:
    """True for http:// and https://."""
    return location.lower().startswith(("http://", "https://"))


def redacted(url: str) -> str:
    """The URL without user, password and query, for messages and logs; also one that was typed wrong.

    Cameras take passwords in the path and the query too: of a path what stands behind `password=` is left out.
    Where a / or ? may be part of a password that was not encoded, nothing but the scheme is shown.
    """
    scheme, _, rest = url.partition("://")
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    tail = rest[len(authority) :]
    host = authority.rpartition("@")[2]
    if not _HOST.fullmatch(host):
        rest = rest.rpartition("@")[2]
    elif _may_be_cut(authority, tail):
        return f"{scheme}://…"
    else:
        rest = host + tail
    try:
        parts = urlsplit(f"{scheme}://{rest}")
    except ValueError:
        return f"{scheme}://…"
    path = without_named_secrets(parts.path)
    return urlunsplit((parts.scheme, parts.netloc, path, "…" if parts.query else "", ""))


def _may_be_cut(authority: str, tail: str) -> bool:
    """May a / or ? of a password have ended what counts as user, password and host?"""
    if "@" not in authority:
        return re.search(":[^@]*@", authority + tail) is not None
    return ":" in authority and "@" in re.split("[?#]", tail, maxsplit=1)[0]


def fetch(url: str) -> bytes:
    """The body behind an http(s) URL.

    Raises UnknownPathError when there is nothing at that address (404, 410), MissingInputError when it is no valid
    URL, ImageError when the body is larger than MAX_DOWNLOAD_BYTES, AbsentError when the server can't be reached
    or refuses, SourceError when it is too slow.
    """
    import requests  # here, since its 10 MB are wanted only by those who fetch pictures

    name = redacted(url)
    deadline = time.monotonic() + TOTAL_TIMEOUT_S
    try:
        with _get(url) as response:
            _check_status(response.status_code, name)
            return _body(response, name, deadline)
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
        raise MissingInputError(f"{name}: expected a URL like http://HOST/PICTURE.jpg. Check it.") from error
    except requests.exceptions.SSLError as error:
        raise SourceError(
            f"{name}: the server's certificate is not accepted. Check the host name and this machine's clock."
        ) from error
    except requests.exceptions.Timeout as error:
        raise AbsentError(
            f"{name}: no answer in time ({READ_TIMEOUT_S:g} s). Check host, port and network."
        ) from error
    except requests.exceptions.RequestException as error:  # its text may quote the URL, secrets included
        raise AbsentError(f"{name}: can't be fetched ({_reason(error)}). Check host, port and network.") from error


def _get(url: str) -> "Response":
    """The answer, as the user in the URL, by whichever method the server asks for."""
    import requests
    from requests.auth import HTTPBasicAuth, HTTPDigestAuth

    timeouts = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")  # requests says what is wrong with it
    if parts.username is None:
        return requests.get(url, stream=True, timeout=timeouts)
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    user, password = unquote(parts.username), unquote(parts.password or "")
    # In UTF-8: of text requests would take Latin-1 alone.
    response = requests.get(
        bare, auth=HTTPBasicAuth(user.encode(), password.encode()), stream=True, timeout=timeouts
    )
    if response.status_code == 401 and "digest" in response.headers.get("www-authenticate", "").lower():
        response.close()
        response = requests.get(bare, auth=HTTPDigestAuth(user, password), stream=True, timeout=timeouts)
    return response


def _check_status(status: int, name: str) -> None:
    if status == 200:
        return
    if status in _GONE:
        raise UnknownPathError(
            f"{name}: expected an image, the server answers {status} (nothing there). Check the path."
        )
    advice = "Check user and password in the URL" if status in (401, 403) else "Try again later"
    raise AbsentError(
        f"{name}: expected an image, the server answers {status}. {advice}.",
        retry_s=REFUSED_RETRY_S if 400 <= status < 500 else 0.0,
    )


def _body(response: "Response", name: str, deadline: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        body += chunk
        if len(body) > MAX_DOWNLOAD_BYTES:
            raise ImageError(
                f"{name}: expected at most {MAX_DOWNLOAD_BYTES >> 20} MB, found more. Use a smaller image."
            )
        if time.monotonic() > deadline:
            raise SourceError(f"{name}: not complete after {TOTAL_TIMEOUT_S:g} s. Check the network.")
    return bytes(body)


def _reason(error: BaseException) -> str:
    """The innermost cause in two or three words: the operating system's text where there is one."""
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        seen.append(cause)
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        reason = getattr(cause, "reason", None)
        inner = reason if isinstance(reason, BaseException) else None
        cause = inner or cause.__cause__ or cause.__context__
    return "the transfer broke off"
