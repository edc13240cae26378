"""A file or a store's object, open for reading anywhere in it; a compressed one as if it were not."""

import bz2
import gzip
import lzma
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from edgeclassify.archive.listing.stores import is_store, open_object
from edgeclassify.errors import SourceError
from edgeclassify.files import open_plain_file

COMPRESSED: dict[str, Callable[[IO[bytes]], Any]] = {
    ".gz": gzip.open,
    ".tgz": gzip.open,
    ".xz": lzma.open,
    ".txz": lzma.open,
    ".bz2": bz2.open,
    ".tbz2": bz2.open,
}

DAMAGE = (EOFError, OSError, lzma.LZMAError, zlib.error)
"""What reading a damaged one raises."""


def is_compressed(location: str) -> bool:
    """True where it can be read from its begin on only."""
    return os.path.splitext(location)[1].lower() in COMPRESSED


class OpenLocation:
    """`file`: its bytes, decompressed; reading them raises one of DAMAGE, opening it OSError or SourceError."""

    def __init__(self, location: str) -> None:
        self._stored = open_object(location) if is_store(location) else open_plain_file(Path(location))
        decompressed = COMPRESSED.get(os.path.splitext(location)[1].lower())
        self.file = self._stored if decompressed is None else decompressed(self._stored)

    def __enter__(self) -> IO[bytes]:
        return self.file

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()
        self._stored.close()


def why(error: Exception) -> str:
    """What is wrong, in few words."""
    if isinstance(error, SourceError):
        return str(error)
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
