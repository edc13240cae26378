"""Small files: read where they are plain ones, written to survive a power cut, set aside when damaged."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from edgeclassify.files.replacing import replacing

MOST_SET_ASIDE = 100
"""Damaged versions of one file that are kept at most."""


def printable(name: str | Path) -> str:
    """A file's name for logs and messages: what would not be printed, or act on a terminal, is escaped.

    Names come from whoever may put a file there: line feeds and escape sequences among them, and bytes that are no
    UTF-8 ("\\udcff" for 0xff, as Python has them).
    """
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in str(name))


def as_text(start: bytes) -> str | None:
    """The first bytes of a file as text in UTF-8, whose last character may be cut; None where they are no text."""
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return None
        text = start[: error.start].decode()
    return text if all(char.isprintable() or char in "\r\n\t\f\ufeff" for char in text) else None


class NotPlainFileError(OSError):
    """A pipe or a device is there in place of a file."""


def open_plain_file(path: Path) -> BinaryIO:
    """Open a file for reading. Raises OSError, for a folder IsADirectoryError, for a pipe NotPlainFileError.

    Opening a pipe as usual would wait for a writer, for ever.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise NotPlainFileError(errno.EINVAL, "it is no plain file", str(path))


def read_plain_file(path: Path, most_bytes: int) -> bytes:
    """A file's bytes, one more than `most_bytes` where there are more. Errors as of open_plain_file()."""
    with open_plain_file(path) as file:
        return file.read(most_bytes + 1)


def replace_file(path: Path, content: bytes) -> None:
    """Write the file so that a power cut leaves the old or the new content, never half of one. Raises OSError.

    As of replacing(); the folder is created when it is missing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(content)


def write_whole(
    path: Path, content: bytes, mode: int = 0o666, owner: tuple[int, int] | None = None, unfinished: str = ""
) -> None:
    """A file of its own name appears when its content is on disk, or not at all: its folder is not synced.

    `mode`, `owner`: as of replacing(). `unfinished`: its name until then, new where somebody else may put files
    there; else one that is written over. Raises OSError.
    """
    name, is_new = unfinished or f".{path.name}.tmp", bool(unfinished)
    with replacing(path, unfinished=name, is_new=is_new, mode=mode, owner=owner, syncs_folder=False) as file:
        file.write(content)


def identity(path: Path | None) -> object:
    """What changes when a file is written anew. None where there is none, or none to be seen."""
    try:
        status = path.stat() if path is not None else None
    except OSError:
        return None
    return None if status is None else (status.st_ino, status.st_size, status.st_mtime_ns)


def set_aside(path: Path) -> str:
    """Rename a damaged file to a name that is free; says what became of it."""
    for i in range(1, MOST_SET_ASIDE):
        aside = path.with_name(f"{path.name}.damaged-{i}")
        if aside.exists():
            continue
        try:
            path.rename(aside)
        except OSError as error:
            return f"can't be set aside ({error.strerror or error})"
        return f"set aside as {aside.name}"
    return "left in place, too many damaged ones are beside it"
