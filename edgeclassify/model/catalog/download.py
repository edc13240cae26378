"""Downloads into a PartFile: resumes where an earlier try stopped, tries again when the connection is lost.

A URL may have a password in it, as that of a mirror has: messages show it without.
"""

import re
import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import IncompleteRead
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
from requests.auth import HTTPBasicAuth

from edgeclassify import __version__
from edgeclassify.errors import DownloadError, ModelError
from edgeclassify.files import printable
from edgeclassify.model.catalog.part_file import PartFile
from edgeclassify.redaction import redacted_text, redacted_url

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there, and the bytes in all where that is known."""

ATTEMPTS = 3
PAUSE_S = 1.0
CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 30.0
_CHUNK = 1 << 12
"""Small, since requests throws an incomplete chunk away when the connection is lost."""

_LARGEST = 1 << 30
"""No image classifier is that large; without a known size, a server that never ends ends here."""


def download(url: str, part: PartFile, size: int | None, progress: Progress) -> None:
    """Receive the rest of the file at `url` into `part`; `size` is the file's in bytes, where it is known.

    Raises DownloadError where the server can't be reached or does not have the file, or when the connection is
    lost for good (what has arrived stays for the next time); StorageError where the disk is full; ModelError
    where more arrives than there should be.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _receive(url, part, size, progress)
        except ValueError:
            # No cause: its text and its fields quote the URL.
            raise DownloadError(
                f"{redacted_url(url)}: expected a URL like http://HOST/FOLDER/FILE, found one that can't be used. "
                "Check it; special characters of a password are written as %2F and the like."
            ) from None
        except requests.RequestException as error:
            if attempt == ATTEMPTS:
                raise DownloadError(_lost(redacted_url(url), part, size, error)) from None
            time.sleep(PAUSE_S)
        else:
            return


def _receive(url: str, part: PartFile, size: int | None, progress: Progress) -> None:
    offset = part.size
    # Ranges count bytes of the file, so it must come unpacked.
    headers = {"Accept-Encoding": "identity", "User-Agent": f"edgeclassify/{__version__}"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
    timeout = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
    bare, user = _without_user(url)
    with requests.get(bare, headers=headers, auth=user, timeout=timeout, stream=True) as response:
        if not _continues(response, offset):
            part.restart()
            if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise requests.ConnectionError("what was there did not fit")
        _check_status(redacted_url(url), response)
        total = _total(response, part.size)
        part.need(total or size or 0)
        for chunk in response.iter_content(_CHUNK):
            _check_length(redacted_url(url), part.size + len(chunk), size or _LARGEST, part)
            part.append(chunk)
            progress(part.size, total or size)
        if total is not None and part.size < total:
            raise requests.ConnectionError(f"{part.size} of {total} bytes arrived")


def _without_user(url: str) -> tuple[str, HTTPBasicAuth | None]:
    """The URL that is asked for, and as whom. Raises ValueError for what is no URL."""
    parts = urlsplit(url)
    if parts.username is None:
        return url, None
    user, password = unquote(parts.username), unquote(parts.password or "")
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    # In UTF-8: of text requests would take Latin-1 alone.
    return bare, HTTPBasicAuth(user.encode(), password.encode())


def _continues(response: requests.Response, offset: int) -> bool:
    """True where the answer goes on where the part ends, rather than beginning anew."""
    if response.status_code != HTTPStatus.PARTIAL_CONTENT:
        # Errors leave the part as it is: the next try may be luckier.
        return response.status_code not in (HTTPStatus.OK, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    if response.headers.get("Content-Range", "").startswith(f"bytes {offset}-"):
        return True
    raise requests.ConnectionError("the server sent another part of the file than was asked for")


def _check_status(shown: str, response: requests.Response) -> None:
    status = response.status_code
    if status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        return
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise requests.ConnectionError(f"the server answered {status} {_reason_of(response)}")
    raise DownloadError(
        f"{shown}: expected the file, found the answer {status} {_reason_of(response)}. Check the address; "
        "--mirror and --from fetch the model from elsewhere."
    )


def _reason_of(response: requests.Response) -> str:
    """The words beside the status, which a stranger chose."""
    return printable(response.reason or "")[:80]


def _check_length(shown: str, length: int, limit: int, part: PartFile) -> None:
    if length > limit:
        part.restart()
        raise ModelError(
            f"{shown}: expected a file of at most {limit} bytes, found a longer one. Nothing of it was kept. "
            "It is not the file that the catalog means: fetch it from another place (--mirror, --from)."
        )


def _total(response: requests.Response, offset: int) -> int | None:
    length = response.headers.get("Content-Length", "")
    return offset + int(length) if length.isdecimal() else None


def _lost(shown: str, part: PartFile, size: int | None, error: requests.RequestException) -> str:
    if part.size:
        got = f"{part.size} of {size}" if size else f"{part.size}"
        return (
            f"{shown}: the connection was lost ({_reason(error)}) after {got} bytes. They are kept: run the "
            "command again to go on from there."
        )
    return (
        f"{shown}: can't be reached ({_reason(error)}). Check the network; on a machine without internet use "
        "--from FILE or --mirror URL."
    )


def _reason(error: requests.RequestException) -> str:
    """The innermost cause in a few words; requests and urllib3 wrap it in several layers of text."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    cause: BaseException = error
    while (inner := _inner(cause)) is not None:
        cause = inner
    if isinstance(cause, IncompleteRead):
        return "the server hung up"
    # urllib3 puts the connection's repr before the reason.
    text = getattr(cause, "strerror", None) or re.sub(r"^.*?[>)]: ", "", str(cause))
    return printable(redacted_text(text))[:160] or type(cause).__name__


def _inner(error: BaseException) -> BaseException | None:
    candidates = (getattr(error, "reason", None), *error.args)
    return next((inner for inner in candidates if isinstance(inner, BaseException)), None)
