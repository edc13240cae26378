"""The images of a batch, one after the other, the next one read while the caller is at one."""

from collections.abc import Generator
from contextlib import closing

from edgeclassify.archive.interface import Batch, Item
from edgeclassify.archive.listing.stores import is_store
from edgeclassify.archive.reading.images import read_item
from edgeclassify.archive.reading.read_image import ReadImage
from edgeclassify.archive.reading.videos import read_frames
from edgeclassify.library.prefetch import in_order
from edgeclassify.sources.images.reading import is_url

_FAR_WORKERS, _FAR_AHEAD = 8, 12
"""Of a store or a server each image is waited for: several are asked for at once."""


def read_batch(batch: Batch, wanted_side: int) -> Generator[ReadImage]:
    """Each image of the batch, in its order, whatever is wrong with it: that is its `fault` then.

    `wanted_side`: as of `load_frame`. The next image is read while the caller has one: closing the iterator ends
    that. Memory: three decoded images, and their files' bytes; twelve of a store. A batch of one image is read by
    the caller's own thread.
    """
    items = batch.items
    if any(item.frame is not None for item in items):
        with closing(read_frames(items)) as frames:
            yield from in_order(items, lambda item: item, lambda _: next(frames), workers=1, ahead=2)
    elif len(items) == 1:
        yield read_item(items[0], wanted_side)
    else:
        is_far = _is_far(items[0])
        yield from in_order(
            items,
            lambda item: item,
            lambda item: read_item(item, wanted_side),
            workers=_FAR_WORKERS if is_far else 1,
            ahead=_FAR_AHEAD if is_far else 2,
        )


def _is_far(item: Item) -> bool:
    return item.member is None and (is_store(item.location) or is_url(item.location))
