"""A file's next content, written bit by bit: on the disk and in its place at the end, or dropped."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(
    path: Path,
    *,
    unfinished: str = "",
    is_new: bool = False,
    mode: int = 0o666,
    owner: tuple[int, int] | None = None,
    syncs_folder: bool = True,
) -> Iterator[BinaryIO]:
    """An open file for what is to be at `path`: a power cut leaves the old or the new content, never half of one.

    It takes its place when the context ends; any error in there, or a disk that is full, leaves what was there,
    and nothing beside it. `unfinished`: its name in the same folder until then, else the name with ".tmp" behind
    it. `is_new`: it must not be there, where somebody else may put files; else it is written over. No link is
    followed. `mode`: its rights, of which the process's umask takes some. `owner`: user and group; None: those of
    the process. `syncs_folder`: False where it may be the old one after a power cut. Raises OSError.
    """
    beside = path.with_name(unfinished or f"{path.name}.tmp")
    how = os.O_EXCL if is_new else os.O_TRUNC
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | how, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if owner is not None:
                os.fchown(file.fileno(), *owner)
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):  # a card that takes nothing any more: the next one writes over it
            beside.unlink()
        raise
    if syncs_folder:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make what was created, renamed or deleted in a folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
