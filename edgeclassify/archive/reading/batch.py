"""The images of a batch, one after the other."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from edgeclassify.archive.interface import Batch, Item
from edgeclassify.archive.reading.read_image import ReadImage
from edgeclassify.errors import SourceError
from edgeclassify.sources.images.reading import load_frame


def read_batch(batch: Batch, wanted_side: int) -> Iterator[ReadImage]:
    """Each image of the batch, in its order, whatever is wrong with it: that is its `fault` then.

    `wanted_side`: as of `load_frame`. The next image is read while the caller has one: closing the iterator ends
    that. Memory: two decoded images, and their files' bytes.
    """
    for item in batch.items:
        yield _read(item, wanted_side)


def _read(item: Item, wanted_side: int) -> ReadImage:
    if item.fault is not None:
        return ReadImage(item, item.key, fault=item.fault)
    try:
        data = Path(item.location).read_bytes()
        frame = load_frame(item.location, wanted_side=wanted_side, most_bytes=None, data=data)
    except (SourceError, OSError) as error:
        return ReadImage(item, item.key, fault=str(error))
    digest = hashlib.sha256(data).hexdigest()
    return ReadImage(item, item.key, frame, None, None, len(data), frame.width, frame.height, digest)
