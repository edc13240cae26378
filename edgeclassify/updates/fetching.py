"""Bytes behind a URL: a small file as a whole, a large one resumed where it was left, each within bounds."""

import base64
import hashlib
import http.client
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote_to_bytes, urljoin

from edgeclassify import __version__
from edgeclassify.errors import MissingInputError, StorageError
from edgeclassify.files import printable, sync_folder
from edgeclassify.http.address import parse_address
from edgeclassify.redaction import redacted_to_server, scrubbed
from edgeclassify.updates.interface import FetchError, ModelFile, UpdateError

FILE = "file:"
SILENCE_S = 20.0
MANIFEST_S, MODEL_S = 60.0, 1800.0
SPARE_BYTES = 16 * 2**20
"""What stays free on the disk beside a model."""
_CHUNK = 1 << 16
Stopping = Callable[[], bool]


def joined(manifest_url: str, url: str) -> str:
    """Where a model is that the manifest of that URL names."""
    if manifest_url.startswith(FILE) and ":" not in url:
        path = os.fsdecode(unquote_to_bytes(url))
        return f"{FILE}{os.path.normpath(Path(manifest_url.removeprefix(FILE)).parent / path)}"
    return urljoin(manifest_url, url)


def fetch_small(url: str, most: int, stopping: Stopping = lambda: False) -> bytes:
    """All of it. Raises FetchError, and UpdateError where it is larger than `most` bytes."""
    content, deadline = bytearray(), time.monotonic() + MANIFEST_S
    with _opened(url, 0) as (stream, _):
        for chunk in _chunks(url, stream, deadline, stopping):
            content += chunk
            if len(content) > most:
                raise UpdateError(f"{shown(url)}: expected at most {most} bytes, found more. Check the URL.")
    return bytes(content)


def fetch_model(model: ModelFile, url: str, folder: Path, stopping: Stopping = lambda: False) -> Path:
    """The file in `folder`, whole and right. Raises FetchError (what has come is kept), UpdateError for another
    content than was signed, StorageError."""
    target = folder / model.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if _is_right(target, model):
            return target
        part = target.with_name(f".{model.name}.part")
        receive(model, url, part, stopping)
        if not _is_right(part, model):
            size = part.stat().st_size
            part.unlink()
            raise UpdateError(
                f"{shown(url)}: expected {model.size} bytes with the sha256 {model.sha256[:12]}…, found {size} "
                "others. Nothing of it was kept: put the file there that was signed."
            )
        part.replace(target)
        sync_folder(folder)
    except OSError as error:
        raise StorageError(f"{target}: can't be written: {error.strerror or error}. Make room for it.") from error
    return target


def receive(model: ModelFile, url: str, part: Path, stopping: Stopping) -> None:
    """What is missing of the file, into `part`. Raises FetchError, StorageError, OSError."""
    there = part.stat().st_size if part.exists() else 0
    if there > model.size:
        part.unlink()
        there = 0
    free = shutil.disk_usage(part.parent).free
    if model.size - there + SPARE_BYTES > free:
        raise StorageError(
            f"{part.parent}: {model.name} has {model.size} bytes, and {free} are free. Make room for it."
        )
    if there == model.size:
        return
    deadline = time.monotonic() + MODEL_S
    with _opened(url, there) as (stream, offset), part.open("r+b" if there else "wb") as file:
        file.seek(offset)
        file.truncate()
        for chunk in _chunks(url, stream, deadline, stopping):
            file.write(chunk[: model.size + 1 - file.tell()])
            if file.tell() > model.size:
                break
        file.flush()
        os.fsync(file.fileno())
        found = file.tell()
    if found < model.size:
        raise FetchError(
            f"{shown(url)}: ended after {found} of {model.size} bytes. They are kept; it is tried again."
        )


def _is_right(path: Path, model: ModelFile) -> bool:
    if not path.is_file() or path.stat().st_size != model.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == model.sha256


def _chunks(url: str, stream: IO[bytes], deadline: float, stopping: Stopping) -> Iterator[bytes]:
    read = getattr(stream, "read1", stream.read)
    try:
        while chunk := read(_CHUNK):
            yield chunk
            if stopping():
                raise FetchError(f"{shown(url)}: broken off, since the daemon ends")
            if time.monotonic() > deadline:
                raise FetchError(f"{shown(url)}: comes too slowly. What has come is kept; it is tried again.")
        if lacking := getattr(
            stream, "length", None
        ):  # of an HTTP answer: read1() takes its early end for the end
            raise FetchError(f"{shown(url)}: ended {lacking} bytes early. It is tried again.")
    except (OSError, http.client.HTTPException) as error:
        raise _lost(url, error) from error


@contextmanager
def _opened(url: str, offset: int) -> Iterator[tuple[IO[bytes], int]]:
    """The bytes from `offset` on, or from 0 where the server can't do that: says which."""
    if url.startswith(FILE):
        with _local(url) as file:
            file.seek(offset)
            yield file, offset
        return
    with _answer(url, offset) as response:
        is_rest = response.status == http.client.PARTIAL_CONTENT
        if is_rest and not (response.headers.get("Content-Range") or "").startswith(f"bytes {offset}-"):
            raise FetchError(f"{shown(url)}: the server sent another part of the file than was asked for.")
        yield response, offset if is_rest else 0


def _local(url: str) -> IO[bytes]:
    path = Path(url.removeprefix(FILE))
    try:
        if not path.is_file():
            raise FetchError(f"{path}: expected a file, found none. It is looked for again.")
        return path.open("rb")
    except OSError as error:
        raise FetchError(f"{path}: can't be read: {error.strerror}. It is tried again.") from error


def _answer(url: str, offset: int) -> Any:
    try:
        address = parse_address(url)
        if address.scheme not in ("http", "https"):
            raise FetchError(f"{shown(url)}: expected http, https or file, found another scheme.")
        request = urllib.request.Request(address.url, headers={"User-Agent": f"edgeclassify/{__version__}"})
        if offset:
            request.add_header("Range", f"bytes={offset}-")
        if address.user is not None:  # not for whom a redirect leads to
            login = base64.b64encode(f"{address.user}:{address.password}".encode()).decode()
            request.add_unredirected_header("Authorization", f"Basic {login}")
        return _OPENER.open(request, timeout=SILENCE_S)
    except urllib.error.HTTPError as error:
        with error:
            reason = printable(str(error.reason or ""))[:80]
            raise FetchError(
                f"{shown(url)}: the server answers {error.code} {reason}. It is tried again."
            ) from None
    except (OSError, http.client.HTTPException) as error:
        raise _lost(url, error) from None
    except (MissingInputError, ValueError) as error:
        raise FetchError(f"{shown(url)}: expected a URL like https://HOST/PATH, found another one.") from error


class _WebAlone(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """urllib would go to ftp, too."""
        if not newurl.startswith(("http://", "https://")):
            raise urllib.error.URLError("it redirects to another scheme")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_OPENER = urllib.request.build_opener(_WebAlone)


def _lost(url: str, error: Exception) -> FetchError:
    cause = getattr(error, "reason", error)
    reason = (
        "no answer in time" if isinstance(cause, TimeoutError) else getattr(cause, "strerror", None) or str(cause)
    )
    return FetchError(
        f"{shown(url)}: can't be reached ({scrubbed(printable(str(reason)))[:120] or type(cause).__name__}). "
        "It is tried again."
    )


def shown(url: str) -> str:
    """As it may be said in a message: a server's alone, a file's whole."""
    return url if url.startswith(FILE) else redacted_to_server(url)
