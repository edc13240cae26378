"""Stores of objects by their URLs (s3://…, gs://…), as fsspec and its packages know them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any, cast

from edgeclassify.errors import MissingInputError, SourceUnusableError
from edgeclassify.files import printable
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.redaction import HIDDEN, redacted_url, without_named_secrets
from edgeclassify.sources.images.reading import is_url

_USER = re.compile(r"://(?:[^/]*|[^/@]*:[^@]*)@")
"""With a / of a password that was not encoded, too."""
_TIMES = ("LastModified", "last_modified", "updated", "mtime", "created")
"""Keys under which the packages tell when an object was written."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An object that may hold an image. `modified`: seconds since the epoch."""

    url: str
    size: int | None
    modified: float | None


def is_store(location: str) -> bool:
    """True for a URL that is not one of http, nor a file's."""
    scheme, found, _ = location.partition("://")
    return bool(found) and scheme.replace("+", "").isalnum() and scheme != "file" and not is_url(location)


def shown_url(url: str) -> str:
    """The URL without user and password."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def shown_source(source: str) -> str:
    """A source for messages: a path, or a URL of any kind without user, password, tokens and query."""
    if is_url(source):
        return redacted_url(source)
    if not is_store(source):
        is_odd = "://" in source and not source.lower().startswith("file://")
        return redacted_url(source) if is_odd else printable(source)
    bare, question, _ = without_named_secrets(shown_url(_USER.sub("://", source))).partition("?")
    return printable(f"{bare}?{HIDDEN}" if question else bare)


def stored_files(url: str) -> Iterator[StoredFile]:
    """The objects below a URL, or that very one, folder by folder. Hidden ones are left out.

    Memory grows with the objects of one folder. Raises MissingInputError where there is nothing, or it can't be
    asked, SourceUnusableError where the package for it is missing.
    """
    system, root = _system(url)
    with _errors_said(url):
        if not system.exists(root):
            raise MissingInputError(
                f"{shown_url(url)}: expected a store's objects, found nothing there. Check it."
            )
        if system.isfile(root):
            yield _stored(url, system.info(root))
            return
        base = url.rstrip("/")
        waiting = [(root, base)]
        while waiting:
            place, shown = waiting.pop()
            for info in system.ls(place, detail=True):
                name = str(info["name"]).rstrip("/").rpartition("/")[2]
                if name.startswith(".") or not name or info["name"].rstrip("/") == place.rstrip("/"):
                    continue
                if info["type"] == "directory":
                    waiting.append((info["name"], f"{shown}/{name}"))
                else:
                    yield _stored(f"{shown}/{name}", info)


def read_object(url: str, most_bytes: int) -> bytes:
    """An object's bytes, one more than `most_bytes` where there are more. Errors as of `stored_files`."""
    system, path = _system(url)
    with _errors_said(url), system.open(path, "rb", cache_type="none") as file:
        return bytes(file.read(most_bytes + 1))


def open_object(url: str) -> IO[bytes]:
    """An object, to be read anywhere. Errors as of `stored_files`."""
    system, path = _system(url)
    with _errors_said(url):
        return cast("IO[bytes]", system.open(path, "rb"))


def _stored(url: str, info: dict[str, Any]) -> StoredFile:
    moment = next((info[key] for key in _TIMES if info.get(key) is not None), None)
    modified = moment.timestamp() if isinstance(moment, datetime) else moment
    return StoredFile(url, info.get("size"), float(modified) if isinstance(modified, int | float) else None)


def _system(url: str) -> tuple[Any, str]:
    """fsspec's file system for a URL, and the path in it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise SourceUnusableError(
            f"{shown_url(url)}: expected fsspec for this, which is not installed. pip install fsspec"
        ) from error
    try:
        with _errors_said(url):
            system, path = url_to_fs(url)
    except ImportError as error:  # fsspec names the package in its own words
        raise SourceUnusableError(
            f"{shown_url(url)}: expected a package for this kind of store: {error}"
        ) from error
    return system, str(path)


@contextmanager
def _errors_said(url: str) -> Iterator[None]:
    try:
        yield
    except (MissingInputError, ImportError):
        raise
    except FileNotFoundError as error:
        raise MissingInputError(f"{shown_url(url)}: expected a store's object, found nothing there.") from error
    except Exception as error:  # the store's own, or of its package: any
        reason = _USER.sub("://", str(error)) or type(error).__name__
        raise MissingInputError(
            f"{shown_url(url)}: expected a store's object, can't be read: {reason}."
        ) from error
