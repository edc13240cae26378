"""What can be wrong with the file of looks, in words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edgeclassify.errors import ExitStatus, StorageError
from edgeclassify.files import printable
from edgeclassify.files.database import is_damage, is_full, primary_code


class LooksError(StorageError):
    """Looks can't be read or written now; trying again may help."""


class MissingLooksError(LooksError):
    """No looks have been kept yet."""

    exit_status = ExitStatus.NO_INPUT


class DamagedLooksError(LooksError):
    """The file is no database of looks, or not any more."""

    exit_status = ExitStatus.DATA


class NewerLooksError(LooksError):
    """A later version of edgeclassify has written it. It stays as it is."""

    exit_status = ExitStatus.DATA


class FullDiskError(LooksError):
    """There is no room for more."""


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Errors of the database within it are raised as LooksError."""
    try:
        yield
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
        raise _said(path, error) from error


def _said(path: Path, error: Exception) -> LooksError:
    place = printable(path)
    if isinstance(error, FileNotFoundError):
        return MissingLooksError(
            f"{place}: no looks are kept there yet. They are as soon as the daemon has seen an event, or frames "
            "are collected, while teaching.enabled is true"
        )
    if isinstance(error, UnicodeDecodeError):  # a message of SQLite that quotes a damaged schema
        return _damaged(place, "its schema")
    if isinstance(error, sqlite3.Error):
        # The statements here are right: what they don't fit is not our schema.
        if is_damage(error) or str(error).startswith(("no such table", "no such column")):
            return _damaged(place, str(error).splitlines()[-1])
        if is_full(error):
            return FullDiskError(f"{place}: looks can't be written, the disk is full: make room")
        if primary_code(error) in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            return LooksError(f"{place}: looks can't be read and written by this user. {_WHO}")
        if primary_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return LooksError(f"{place}: another process has been writing looks for long. Try again")
    if isinstance(error, PermissionError):
        return LooksError(f"{place}: looks can't be read and written by this user. {_WHO}")
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return LooksError(f"{place}: looks can't be read and written ({text}): check the disk and the folder's rights")


def _damaged(place: str, what: str) -> DamagedLooksError:
    return DamagedLooksError(
        f"{place}: expected a database of looks, found a damaged one ({what}). The daemon sets it aside and "
        "begins a new one"
    )


_WHO = "Run this as the daemon's user, or as root (sudo)"
