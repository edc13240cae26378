"""AVIF: size and orientation by its boxes."""

import io
import struct
from typing import Any

import PIL.features
import pytest
from PIL import Image, ImageOps

from edgeclassify.sources.images.decode import decode_image, without_decoder
from edgeclassify.sources.images.headers.avif import read_avif
from edgeclassify.sources.images.headers.header import ImageHeader
from edgeclassify.sources.images.headers.reader import read_header
from tests.sources.image_files import with_orientation
from tests.support.optional import present


def box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), name) + body


def ispe(width: int, height: int) -> bytes:
    return box(b"ispe", bytes(4), struct.pack(">II", width, height))


def irot(quarters: int) -> bytes:
    return box(b"irot", bytes([quarters]))


def imir(axis: int) -> bytes:
    return box(b"imir", bytes([axis]))


def avif(
    properties: list[bytes],
    items: dict[int, Any],
    *,
    primary: int = 1,
    version: int = 0,
    wide: bool = False,
    before: bytes = b"",
    large: bool = False,
) -> bytes:
    """An AVIF without pixels. `items`: number → which of the properties belong to it, counted from 1."""
    number = ">I" if version else ">H"
    associations = b"".join(
        struct.pack(number, item)
        + bytes([len(numbers)])
        + b"".join(struct.pack(">H", n | 0x8000) if wide else bytes([n | 0x80]) for n in numbers)
        for item, numbers in items.items()
    )
    ipma = box(b"ipma", bytes([version, 0, 0, int(wide)]), struct.pack(">I", len(items)), associations)
    pitm = box(b"pitm", bytes([version, 0, 0, 0]), struct.pack(number, primary))
    meta = box(b"meta", bytes(4), before, pitm, box(b"iprp", box(b"ipco", *properties), ipma))
    data = struct.pack(">I4sQ", 1, b"mdat", 16 + 40) + bytes(40) if large else box(b"mdat", bytes(40))
    return box(b"ftyp", b"avif", bytes(4), b"avifmif1") + meta + data


@pytest.mark.parametrize(
    ("properties", "orientation"),
    [
        ([], 1),
        ([irot(0)], 1),
        ([irot(1)], 8),
        ([irot(2)], 3),
        ([irot(3)], 6),
        ([imir(0)], 4),
        ([imir(1)], 2),
        ([irot(1), imir(0)], 5),
        ([irot(1), imir(1)], 7),
        ([imir(1), irot(1)], 5),
        ([irot(3), imir(1)], 5),
    ],
)
@pytest.mark.parametrize(
    "form", [{}, {"version": 1}, {"wide": True}, {"large": True}, {"before": box(b"hdlr", bytes(20))}]
)
def test_turns_and_mirrors_in_their_order(properties: list[bytes], orientation: int, form: dict[str, Any]) -> None:
    data = avif([ispe(640, 480), *properties], {1: range(1, len(properties) + 2)}, **form)
    header = present(read_header(data))
    assert (header.kind, header.width, header.height, header.orientation) == ("AVIF", 640, 480, orientation)
    assert header.fault is None


def test_what_belongs_to_another_picture_in_the_file_does_not_count() -> None:
    """A thumbnail, the tiles of a grid, a layer of alpha."""
    data = avif([ispe(64, 64), irot(1), ispe(640, 480), irot(2)], {1: [1, 2], 5: [3, 4], 7: [1]}, primary=5)
    header = read_avif(data)
    assert (header.width, header.height, header.orientation) == (640, 480, 3)


def test_a_property_that_is_not_there() -> None:
    assert read_avif(avif([ispe(64, 32)], {1: [1, 9, 0]})).width == 64


def test_cut_off() -> None:
    data = avif([ispe(64, 32)], {1: [1]})
    assert "cut off" in present(present(read_header(data[:-5])).fault)
    for length in range(12, len(data)):
        assert present(read_header(data[:length])).fault is not None


@pytest.mark.skipif(
    not PIL.features.check("avif") or without_decoder(ImageHeader("AVIF")) is not None,
    reason="this Pillow or OpenCV has no AVIF",
)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_as_pillow_has_it(orientation: int) -> None:
    data = with_orientation("AVIF", orientation, quality=95)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(with_orientation("PNG", orientation))))
    pixels = decode_image(data, "x").pixels[:, :, ::-1]
    assert pixels.shape[:2] == (expected.height, expected.width)
    for x, y in ((0.1, 0.1), (0.9, 0.1), (0.1, 0.9)):
        place = (int(x * expected.width), int(y * expected.height))
        wanted = expected.convert("RGB").getpixel(place)
        assert isinstance(wanted, tuple)
        assert all(abs(int(a) - b) < 12 for a, b in zip(pixels[place[1], place[0]], wanted, strict=True))
