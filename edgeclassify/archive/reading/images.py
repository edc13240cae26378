"""One image's bytes → what is known of it: they are read once, for hash and pixels alike."""

import hashlib
import os
import time

from edgeclassify.archive.interface import Item
from edgeclassify.archive.listing.names import text_of
from edgeclassify.archive.listing.stores import is_store, read_object, shown_url
from edgeclassify.archive.reading.read_image import ReadImage
from edgeclassify.archive.reading.streams import bytes_within
from edgeclassify.archive.reading.times import best_time
from edgeclassify.errors import ImageError, SourceError
from edgeclassify.sources.images.decode import decode_image
from edgeclassify.sources.images.reading import MAX_FILE_BYTES, bytes_of, is_url, shown
from edgeclassify.types import Frame, PixelFormat


def read_item(item: Item, wanted_side: int) -> ReadImage:
    """An image in a file, a tar or a store, whatever is wrong with it."""
    path = path_of(item)
    if item.fault is not None:
        return ReadImage(item, path, fault=item.fault)
    try:
        data, modified = _bytes(item, path)
    except SourceError as error:
        return ReadImage(item, path, fault=str(error))
    return _decoded(item, path, data, modified, wanted_side)


def path_of(item: Item) -> str:
    """Its key as text, of a URL without what is secret in it."""
    if is_url(item.location):
        return shown(item.location)
    return text_of(shown_url(item.key) if is_store(item.location) else item.key)


def _bytes(item: Item, path: str) -> tuple[bytes, float | None]:
    if item.member is not None:
        if item.offset is None or item.size is None:
            raise ImageError(f"{path}: expected a member of a tar, found none of which the place is known.")
        if item.size > MAX_FILE_BYTES:
            raise _too_large(path, item.size)
        return bytes_within(item.location, item.offset, item.size, path), item.modified
    if is_store(item.location):
        data = read_object(item.location, MAX_FILE_BYTES)
        if len(data) > MAX_FILE_BYTES:
            raise _too_large(path, len(data))
        return data, item.modified
    return bytes_of(item.location, most_bytes=None)


def _too_large(path: str, size: int) -> ImageError:
    return ImageError(
        f"{path}: expected an image of at most {MAX_FILE_BYTES >> 20} MB, found {size >> 20} MB. "
        "Make the image smaller."
    )


def _decoded(item: Item, path: str, data: bytes, modified: float | None, wanted_side: int) -> ReadImage:
    name = os.path.basename(item.location if item.member is None else item.member)  # noqa: PTH119
    size, digest = len(data), hashlib.sha256(data).hexdigest()
    try:
        image = decode_image(data, path, wanted_side, most_bytes=None)
    except ImageError as error:
        taken_at, taken_by = best_time(None, name, modified)
        return ReadImage(item, path, None, taken_at, taken_by, size, None, None, digest, str(error))
    taken_at, taken_by = best_time(image.taken_at_utc, name, modified)
    height, width = image.pixels.shape[:2]
    frame = Frame(image.pixels, PixelFormat.BGR, width, height, "", 0, time.monotonic_ns(), time.time(), path)
    return ReadImage(item, path, frame, taken_at, taken_by, size, image.full_width, image.full_height, digest)
