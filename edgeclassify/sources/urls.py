"""Fetching an image by URL, and showing URLs without what is secret in them."""

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from edgeclassify.errors import ImageError, MissingInputError, SourceError

if TYPE_CHECKING:
    from requests import Response

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 10.0
TOTAL_TIMEOUT_S = 60.0
MAX_DOWNLOAD_BYTES = 32 << 20
CHUNK_BYTES = 1 << 16

_GONE = (404, 410)


def is_url(location: str) -> bool:
    """True for http:// and https://."""
    return location.lower().startswith(("http://", "https://"))


def redacted(url: str) -> str:
    """The URL without user, password and query (cameras take passwords there too), for messages and logs."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return f"{url.partition('://')[0]}://…"
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "…" if parts.query else "", ""))


def fetch(url: str) -> bytes:
    """The body behind an http(s) URL.

    Raises MissingInputError when there is nothing at that address (404, 410, or no valid URL), ImageError
    when it is larger than MAX_DOWNLOAD_BYTES, SourceError when the server can't be reached, refuses or is
    too slow.
    """
    import requests  # here, since its 10 MB are wanted only by those who fetch pictures

    name = redacted(url)
    deadline = time.monotonic() + TOTAL_TIMEOUT_S
    try:
        with requests.get(url, stream=True, timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S)) as response:
            _check_status(response.status_code, name)
            return _body(response, name, deadline)
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
        raise MissingInputError(f"{name}: expected a URL like http://HOST/PICTURE.jpg. Check it.") from error
    except requests.exceptions.SSLError as error:
        raise SourceError(
            f"{name}: the server's certificate is not accepted. Check the host name and this machine's clock."
        ) from error
    except requests.exceptions.Timeout as error:
        raise SourceError(
            f"{name}: no answer in time ({READ_TIMEOUT_S:g} s). Check host, port and network."
        ) from error
    except requests.exceptions.RequestException as error:  # its text may quote the URL, secrets included
        raise SourceError(f"{name}: can't be fetched ({_reason(error)}). Check host, port and network.") from error


def _check_status(status: int, name: str) -> None:
    if status == 200:
        return
    if status in _GONE:
        raise MissingInputError(
            f"{name}: expected an image, the server answers {status} (nothing there). Check the path."
        )
    advice = "Check user and password in the URL" if status in (401, 403) else "Try again later"
    raise SourceError(f"{name}: expected an image, the server answers {status}. {advice}.")


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
    return type(error).__name__
