"""The list of an archive's images, in a file: made once, read as often as it is needed, from any batch on."""

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from edgeclassify.archive.interface import Batch, Item
from edgeclassify.archive.listing.options import ListingOptions
from edgeclassify.sources.images.reading import list_images

PLAIN_OPTIONS = ListingOptions()


class Listing:
    """Images in their order: by folder, then by name. The same content gives the same batches, by number.

    What could not be listed (a folder that is not readable, a damaged tar) is an item too, with its `fault`.
    """

    def __init__(self, path: Path) -> None:
        """One that is whole. Raises MissingInputError where there is none (a killed run has left none)."""
        self._batches: list[Batch] = []

    @property
    def images(self) -> int:
        """How many items there are in all batches, with those that have a fault."""
        return sum(len(batch.items) for batch in self._batches)

    @property
    def batch_count(self) -> int:
        """How many batches."""
        return len(self._batches)

    def batches(self, first: int = 0) -> Iterator[Batch]:
        """The batches from that number on. Their number is how many came before."""
        yield from islice(self._batches, first, None)

    def close(self) -> None:
        """Let go of its file."""


def make_listing(
    sources: Sequence[str],
    path: Path,
    options: ListingOptions = PLAIN_OPTIONS,
    said: Callable[[int], None] = lambda _: None,
) -> Listing:
    """List folders, globs, files, tars, videos, @lists and URLs of stores into a new file at `path`.

    The file is there when it is whole, and not before. Memory does not grow with the images. `said`: called now
    and then with how many have been found. Raises StorageError where the file can't be written.
    """
    listing = Listing.__new__(Listing)
    listing._batches = []  # noqa: SLF001
    for source in sources:
        folder = Path(os.path.abspath(source))  # noqa: PTH100
        items = [Item(str(file)) for file in list_images(folder, recursive=True)]
        step = options.most_in_batch
        listing._batches += [  # noqa: SLF001
            Batch(str(folder), tuple(items[at : at + step])) for at in range(0, len(items), step)
        ]
        said(listing.images)
    return listing
