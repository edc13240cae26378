"""The list of an archive's images, in a file: made once, read as often as it is needed, from any batch on."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edgeclassify.archive.interface import Batch, Item
from edgeclassify.archive.listing.containers import Containers
from edgeclassify.archive.listing.finding import Finder
from edgeclassify.archive.listing.names import text_of
from edgeclassify.archive.listing.options import PLAIN_OPTIONS, ListingOptions
from edgeclassify.archive.listing.table import FORMAT, IN_TAR, IN_VIDEO, ListingTable, errors_said
from edgeclassify.errors import MissingInputError, StorageError, UsageError
from edgeclassify.files import printable
from edgeclassify.files.database import connect

_TEMPORARY = "SQLITE_TMPDIR"
_ITEMS = """
SELECT camera.kind, camera.location, camera.name, item.name, item.frame, item.offset, item.size, item.modified,
    item.fault
FROM item JOIN camera ON camera.id = item.camera WHERE item.number BETWEEN ? AND ? ORDER BY item.number
"""
_NEXT = "SELECT number, first, images FROM batch WHERE number >= ? ORDER BY number LIMIT 1"


class Listing:
    """Images in their order: by folder, then by name. The same content gives the same batches, by number.

    What could not be listed (a folder that is not readable, a damaged tar) is an item too, with its `fault`. One
    thread uses it.
    """

    def __init__(self, path: Path) -> None:
        """One that is whole. Raises MissingInputError where there is none (a killed run has left none),
        StorageError where it is damaged, or of another version."""
        self._path = path
        if not path.is_file():
            raise MissingInputError(f"{printable(path)}: expected a list of images, found nothing there.")
        try:
            self._connection = connect(path, timeout=10, how="mode=ro&immutable=1")
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version != FORMAT:
                raise sqlite3.DatabaseError(f"it is of version {version}, not {FORMAT}")
            counts = self._connection.execute("SELECT count(*), ifnull(sum(images), 0) FROM batch").fetchone()
        except sqlite3.Error as error:
            raise self._damaged(error) from error
        self.batch_count: int = counts[0]
        """How many batches."""
        self.images: int = counts[1]
        """How many items there are in all batches, with those that have a fault."""

    def batches(self, first: int = 0) -> Iterator[Batch]:
        """The batches from that number on. Their number is how many came before."""
        try:
            while (found := self._connection.execute(_NEXT, (first,)).fetchone()) is not None:
                number, item, images = found
                first = number + 1
                yield self._batch(item, images)
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def has_images(self) -> bool:
        """Whether any item has no fault yet. Raises StorageError."""
        try:
            ask = "SELECT 1 FROM item WHERE fault IS NULL LIMIT 1"
            return self._connection.execute(ask).fetchone() is not None
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def facts(self) -> dict[str, Any]:
        """What tells it from any other: how many images and batches, and a checksum. Raises StorageError."""
        try:
            with self._path.open("rb") as file:
                checksum = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise self._damaged(error) from error
        return {"images": self.images, "batches": self.batch_count, "sha256": checksum}

    def close(self) -> None:
        """Let go of its file."""
        self._connection.close()

    def _batch(self, first: int, images: int) -> Batch:
        rows = self._connection.execute(_ITEMS, (first, first + images - 1)).fetchall()
        return Batch(text_of(os.fsdecode(rows[0][2])), tuple(_item(row) for row in rows))

    def _damaged(self, error: Exception) -> StorageError:
        return StorageError(
            f"{printable(self._path)}: expected a list of images, can't be read: {error}. "
            "Have the archive made anew: --again"
        )


def _item(
    row: tuple[int, bytes, bytes, bytes, int | None, int | None, int | None, float | None, str | None],
) -> Item:
    kind, location, _, name, frame, offset, size, modified, fault = row
    if kind == IN_TAR:
        return Item(os.fsdecode(location), os.fsdecode(name), None, offset, size, modified, fault)
    if kind == IN_VIDEO:
        return Item(os.fsdecode(location), None, frame, None, None, None, fault)
    place = location if not name else location + (b"" if location.endswith(b"/") else b"/") + name
    return Item(os.fsdecode(place), None, None, None, size, modified, fault)


def make_listing(
    sources: Sequence[str],
    path: Path,
    options: ListingOptions = PLAIN_OPTIONS,
    said: Callable[[int], None] = lambda _: None,
) -> Listing:
    """List folders, patterns, files, tars, videos, @lists and URLs of stores into a new file at `path`.

    The file is there when it is whole, and not before; beside it there is up to three times as much meanwhile.
    Memory does not grow with the images. `said`: called now and then with how many have been found, some of them
    perhaps twice. Raises StorageError where the file can't be written, UsageError for an empty source,
    SourceUnusableError where the package for a store is missing.
    """
    if not all(source.strip() for source in sources):
        raise UsageError("archive: expected a folder, a file or a URL, found an empty word. Is a variable unset?")
    with errors_said(path), _sorting_beside(path):
        table = ListingTable(path, said)
        try:
            finder = Finder(table, Containers(table, options))
            for source in sources:
                finder.source(source)
            finder.follow_links()
            table.finish(options.most_in_batch)
        except BaseException:
            table.drop()
            raise
    return Listing(path)


@contextmanager
def _sorting_beside(path: Path) -> Iterator[None]:
    """SQLite sorts in files beside that one: where temporary files usually go there may be memory alone."""
    before = os.environ.get(_TEMPORARY)
    os.environ[_TEMPORARY] = str(path.absolute().parent)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_TEMPORARY)
        else:
            os.environ[_TEMPORARY] = before
