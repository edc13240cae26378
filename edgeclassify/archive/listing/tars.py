"""The images of a tar, by where their bytes lie in it."""

import tarfile
from collections.abc import Iterator
from typing import IO, Any, cast

from edgeclassify.archive.listing.opened import DAMAGE, OpenLocation, why
from edgeclassify.archive.listing.stores import is_store, shown_url
from edgeclassify.errors import SourceError, SourceUnusableError
from edgeclassify.files import printable
from edgeclassify.lazy_dataclass import dataclass

_MOST_AT_ONCE = 16 << 20
"""A header's own data (a long name, times) that is larger is no header."""
_BLOCK = 512
_KEPT = 256


@dataclass(frozen=True, slots=True)
class Member:
    """A plain file in a tar; `offset`: of its bytes, in what is decompressed."""

    name: str
    offset: int
    size: int
    modified: float


class DamagedTarError(SourceError):
    """From some place on it can't be read; what was found before is good."""


def members_of(location: str) -> Iterator[Member]:
    """Its plain files in their order: no folders, links, devices. `location`: a file or a URL of a store.

    Raises DamagedTarError, also behind the last member that is whole, where it is no tar, or is cut off.
    """
    name = printable(shown_url(location) if is_store(location) else location)
    try:
        with OpenLocation(location) as file, _opened(file) as tar:
            kept = cast("Any", tar).members
            while (member := tar.next()) is not None:
                if len(kept) > _KEPT:
                    kept.clear()  # it keeps them all, which nobody needs here
                if member.isreg():
                    yield Member(member.name, member.offset_data, member.size, float(member.mtime))
            _check_end(tar, file, name)
    except (DamagedTarError, SourceUnusableError):
        raise
    except SourceError as error:
        raise DamagedTarError(str(error)) from error
    except (tarfile.TarError, ValueError, OverflowError, *DAMAGE) as error:
        raise DamagedTarError(
            f"{name}: expected a whole tar, found one that can't be read: {why(error)}. Copy it again."
        ) from error


def _opened(file: IO[bytes]) -> tarfile.TarFile:
    bounded = cast("IO[bytes]", _Bounded(file))
    return tarfile.open(fileobj=bounded, mode="r:", encoding="utf-8", errors="surrogateescape")


def _check_end(tar: tarfile.TarFile, file: IO[bytes], name: str) -> None:
    """tarfile takes whatever is no header for the end."""
    file.seek(tar.offset)
    block = file.read(_BLOCK)
    if len(block) == _BLOCK and not any(block):
        return
    found = "it is cut off" if len(block) < _BLOCK else f"it is damaged from byte {tar.offset} on"
    raise DamagedTarError(f"{name}: expected a whole tar, but {found}. Copy it again.")


class _Bounded:
    """A file of which nobody reads much at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        if size > _MOST_AT_ONCE:
            raise tarfile.ReadError(f"a header of {size >> 20} MB")
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
