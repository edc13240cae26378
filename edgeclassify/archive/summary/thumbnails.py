"""Some images of an archive read once more, small: by the paths of their rows, through its own listing."""

from collections.abc import Collection, Iterable
from pathlib import Path

from edgeclassify.archive.interface import Batch, Item
from edgeclassify.archive.listing.listing import Listing
from edgeclassify.archive.output.places import LISTING
from edgeclassify.archive.reading.batch import read_batch
from edgeclassify.archive.reading.images import path_of
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.types import Pixels


def thumbnails(folder: Path, paths: Collection[str], side: int) -> dict[str, Pixels]:
    """Path → BGR pixels uint8 (height, width, 3), not much larger than `side`; without those that can't be read.

    The images are looked for where they were listed: what has been moved since is not found.
    """
    wanted, found = set(paths), dict[str, Pixels]()
    try:
        listing = Listing(folder / LISTING)
    except EdgeClassifyError:
        return {}
    try:
        for batch in listing.batches():
            items = tuple(item for item in batch.items if path_of(item) in wanted)
            if items:
                found |= _read(Batch(batch.camera, items), side)
            if len(found) == len(wanted):
                break
    finally:
        listing.close()
    return found


def _read(batch: Batch, side: int) -> Iterable[tuple[str, Pixels]]:
    read = []
    for item in _in_groups(batch.items):
        for one in read_batch(Batch(batch.camera, item), side):
            if one.frame is not None:
                read.append((one.path, one.frame.pixels))
    return read


def _in_groups(items: tuple[Item, ...]) -> list[tuple[Item, ...]]:
    """Frames of one video together, everything else alone."""
    frames = tuple(item for item in items if item.frame is not None)
    return [*((item,) for item in items if item.frame is None), *([frames] if frames else [])]
