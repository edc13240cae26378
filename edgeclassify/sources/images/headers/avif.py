"""AVIF and its relatives: boxes within boxes. The size of the image, and which way up it is.

The boxes irot and imir say how the stored image is turned and mirrored, in the order in which they belong to it;
its Exif does not count. Sources: ISO/IEC 14496-12 (boxes), 23008-12 (properties of images).
"""

import struct
from collections.abc import Iterator
from dataclasses import replace

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.images.headers.av1 import ANY_SIZE, largest_image
from edgeclassify.sources.images.headers.header import ImageHeader

_MOST_BOXES = 10_000
_MOST_IMAGES = 1000
_MARGIN = 64
"""Pixels by which the coded image may be wider and higher than what is shown of it."""
_WAY_TO_CHUNKS = (b"trak", b"mdia", b"minf", b"stbl")
"""The boxes within moov, each in the one before, down to the tables of chunks."""
_Matrix = tuple[int, int, int, int]
_ORIENTATIONS: dict[_Matrix, int] = {
    (1, 0, 0, 1): 1, (-1, 0, 0, 1): 2, (-1, 0, 0, -1): 3, (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5, (0, -1, 1, 0): 6, (0, -1, -1, 0): 7, (0, 1, -1, 0): 8,
}  # fmt: skip
"""What moves a pixel's place (x, y) to where it belongs → Exif's number for that."""
_QUARTER_LEFT: _Matrix = (0, 1, -1, 0)
_MIRRORS: tuple[_Matrix, _Matrix] = ((1, 0, 0, -1), (-1, 0, 0, 1))
"""imir's axis 0: top and bottom change places; 1: left and right."""


@dataclass(frozen=True, slots=True)
class _Box:
    name: bytes
    start: int
    end: int


def read_avif(data: bytes) -> ImageHeader:
    """The header of an AVIF's bytes. Raises struct.error or IndexError where it ends in the middle of it."""
    header, meta, at, names = ImageHeader("AVIF"), None, 0, set()
    for box in _boxes(data, 0, len(data)):
        at = box.end
        names.add(box.name)
        if box.name == b"meta" and meta is None:
            meta = box
    if meta is not None:
        header = _primary(data, meta)
    if at > len(data):
        return replace(header, fault=f"it is cut off: {len(data)} of {at} bytes are there")
    if meta is None or (not names & {b"mdat", b"moov"} and b"idat" not in data[meta.start : meta.end]):
        return replace(header, fault="it is cut off: it ends before its picture")
    width, height = max(_coded_sizes(data, meta), key=lambda sides: sides[0] * sides[1], default=(0, 0))
    if width * height > (header.width + _MARGIN) * (header.height + _MARGIN):
        said = f"{header.width} x {header.height}"
        return replace(header, fault=f"its data may hold {width} x {height} pixels, its header says {said}")
    return header


def _coded_sizes(data: bytes, meta: _Box) -> Iterator[tuple[int, int]]:
    """Width and height of every coded image: those of items, and the first of each chunk of a track.

    A decoder takes memory for what the coded data says, and the boxes may say less.
    """
    inner = {box.name: box for box in _boxes(data, meta.start + 4, meta.end)}
    places: list[int] = []
    if b"iloc" in inner:
        others = set(_other_items(data, inner[b"iinf"])) if b"iinf" in inner else set()
        content = inner[b"idat"].start if b"idat" in inner else len(data)
        places += (at for item, at in _places_of_items(data, inner[b"iloc"], content) if item not in others)
    for box in _boxes(data, 0, len(data)):
        if box.name == b"moov":
            places += _places_in_tracks(data, box)
    if len(places) > _MOST_IMAGES:
        yield ANY_SIZE
    for at in places[:_MOST_IMAGES]:
        yield largest_image(memoryview(data)[at:])


def _other_items(data: bytes, box: _Box) -> Iterator[int]:
    """The items that are no coded images, Exif for one."""
    for info in _boxes(data, box.start + (6 if data[box.start] == 0 else 8), box.end):
        wide = 4 if data[info.start] == 3 else 2
        if data[info.start] >= 2 and data[info.start + 6 + wide : info.start + 10 + wide] != b"av01":
            yield _number(data, info.start + 4, wide)


def _places_of_items(data: bytes, box: _Box, content: int) -> Iterator[tuple[int, int]]:
    """Items, and where the data of each begins. `content`: where that begins which lies within the boxes."""
    version, sizes = data[box.start], struct.unpack_from(">H", data, box.start + 4)[0]
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    wide = 4 if version == 2 else 2
    count, at = _number(data, box.start + 6, wide), box.start + 6 + wide
    for _ in range(min(count, _MOST_BOXES)):
        item, at = _number(data, at, wide), at + wide
        method, at = (_number(data, at, 2) & 15, at + 2) if version else (0, at)
        base, extents = _number(data, at + 2, base_size), _number(data, at + 2 + base_size, 2)
        at += 4 + base_size
        if extents:
            offset = _number(data, at + index_size, offset_size)
            yield item, base + offset + (content if method == 1 else 0)
        at += extents * (index_size + offset_size + length_size)


def _places_in_tracks(data: bytes, outer: _Box, way: tuple[bytes, ...] = _WAY_TO_CHUNKS) -> Iterator[int]:
    """Where the chunks of all tracks begin."""
    for box in _boxes(data, outer.start, outer.end):
        if way and box.name == way[0]:
            yield from _places_in_tracks(data, box, way[1:])
        elif not way and box.name in (b"stco", b"co64"):
            width = 4 if box.name == b"stco" else 8
            for i in range(min(_number(data, box.start + 4, 4), _MOST_BOXES)):
                yield _number(data, box.start + 8 + i * width, width)


def _number(data: bytes, at: int, size: int) -> int:
    if at + size > len(data):
        raise IndexError
    return int.from_bytes(data[at : at + size], "big")


def _primary(data: bytes, meta: _Box) -> ImageHeader:
    header = ImageHeader("AVIF")
    inner = {box.name: box for box in _boxes(data, meta.start + 4, meta.end)}
    if b"pitm" not in inner or b"iprp" not in inner:
        return header
    start = inner[b"pitm"].start
    (item,) = struct.unpack_from(">H" if data[start] == 0 else ">I", data, start + 4)
    known: list[_Box] = []
    numbers: list[int] = []
    for box in _boxes(data, inner[b"iprp"].start, inner[b"iprp"].end):
        if box.name == b"ipco":
            known += _boxes(data, box.start, box.end)
        elif box.name == b"ipma":
            numbers += _numbers_of(data, box, item)
    turn: _Matrix = (1, 0, 0, 1)
    for number in numbers:
        if not 0 < number <= len(known):
            continue
        box = known[number - 1]
        if box.name == b"ispe":
            width, height = struct.unpack_from(">II", data, box.start + 4)
            header = replace(header, width=width, height=height)
        elif box.name == b"irot":
            for _ in range(data[box.start] & 3):
                turn = _times(_QUARTER_LEFT, turn)
        elif box.name == b"imir":
            turn = _times(_MIRRORS[data[box.start] & 1], turn)
    return replace(header, orientation=_ORIENTATIONS[turn])


def _numbers_of(data: bytes, box: _Box, item: int) -> list[int]:
    """The properties (counted from 1) that belong to an item, in order."""
    version, wide = data[box.start], data[box.start + 3] & 1
    (count,) = struct.unpack_from(">I", data, box.start + 4)
    at = box.start + 8
    for _ in range(min(count, _MOST_BOXES)):
        (owner,) = struct.unpack_from(">I" if version else ">H", data, at)
        at += 4 if version else 2
        length, at = data[at], at + 1
        if owner == item:
            if wide:
                return [number & 0x7FFF for number in struct.unpack_from(f">{length}H", data, at)]
            return [number & 0x7F for number in data[at : at + length]]
        at += length * (2 if wide else 1)
    return []


def _boxes(data: bytes, at: int, end: int) -> Iterator[_Box]:
    """The boxes that stand side by side from `at` to `end`: where their content begins, and where they end."""
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return
        size, name = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            start = at + 16
        if size == 0:
            size = end - at
        if size < start - at:
            return
        yield _Box(name, start, at + size)
        at += size


def _times(one: _Matrix, other: _Matrix) -> _Matrix:
    """First `other`, then `one`."""
    a, b, c, d = one
    e, f, g, h = other
    return (a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h)
