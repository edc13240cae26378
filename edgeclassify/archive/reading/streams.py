"""Bytes at a place in a tar: of a plain one at once, of a compressed one on the way from its begin."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from edgeclassify.archive.listing.opened import DAMAGE, OpenLocation, is_compressed, why
from edgeclassify.archive.listing.stores import is_store
from edgeclassify.errors import ImageError, MissingInputError
from edgeclassify.files import identity, printable

MOST_OPEN = 2
"""Tars that a process has open: one that it goes on with, and another that somebody else asks for."""


_STEP = 8 << 20
"""Bytes of a compressed tar that are passed over at a time."""


def _nobody() -> None:
    """Nobody asks."""


_skips: Callable[[], None] = _nobody


def tell_of_skipping(told: Callable[[], None]) -> None:
    """Have that called, by whatever thread reads, as often as some of a compressed tar has been passed over."""
    global _skips
    _skips = told


def bytes_within(location: str, offset: int, size: int, name: str) -> bytes:
    """So many bytes from there on. `name`: what they are, for messages.

    Raises MissingInputError or ImageError where they are not there.
    """
    try:
        if is_compressed(location) or is_store(location):
            data = _streamed(location, offset, size)
        else:
            data = _at(location, offset, size)
    except OSError as error:
        raise MissingInputError(
            f"{printable(name)}: expected an image in a tar, can't be read: {why(error)}. Check it."
        ) from error
    except DAMAGE as error:
        raise ImageError(
            f"{printable(name)}: expected an image in a whole tar, found a damaged one: {why(error)}."
        ) from error
    if len(data) < size:
        raise ImageError(f"{printable(name)}: expected an image in a whole tar, but it is cut off. Copy it again.")
    return data


def _at(location: str, offset: int, size: int) -> bytes:
    with OpenLocation(location) as file:
        return os.pread(file.fileno(), size, offset)


class _Stream:
    """One that is open. Going back begins anew."""

    def __init__(self, location: str) -> None:
        self.location, self.identity = location, identity_of(location)
        self._open = OpenLocation(location)
        self.at = 0

    def read(self, offset: int, size: int) -> bytes:
        if is_compressed(self.location):
            for at in range(self.at + _STEP, offset, _STEP):
                self._open.file.seek(at)
                _skips()
        self._open.file.seek(offset)
        data: bytes = self._open.file.read(size)
        self.at = offset + len(data)
        return data

    def close(self) -> None:
        self._open.close()


_lock = threading.Lock()
_idle: list[_Stream] = []
"""Streams that nobody reads now, the one that was read last at the end."""


def _streamed(location: str, offset: int, size: int) -> bytes:
    stream = _take(location, offset) or _Stream(location)
    try:
        data = stream.read(offset, size)
    except BaseException:
        stream.close()
        raise
    with _lock:
        _idle.append(stream)
        too_many = [_idle.pop(0) for _ in range(len(_idle) - MOST_OPEN)]
    for one in too_many:
        one.close()
    return data


def _take(location: str, offset: int) -> _Stream | None:
    """The one that is nearest before that place."""
    now = identity_of(location)
    with _lock:
        fitting = [one for one in _idle if one.location == location and one.identity == now and one.at <= offset]
        if not fitting:
            return None
        nearest = max(fitting, key=lambda one: one.at)
        _idle.remove(nearest)
        return nearest


def close_streams() -> None:
    """Let go of all that nobody reads now."""
    with _lock:
        idle = _idle[:]
        _idle.clear()
    for one in idle:
        one.close()


def identity_of(location: str) -> object:
    """The same as long as it is the same file with the same content; of a store's object nothing is known."""
    return None if is_store(location) else identity(Path(location))
