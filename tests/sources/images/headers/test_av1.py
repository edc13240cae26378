"""AV1 inside an AVIF: the size of the coded picture, and boxes that say another one."""

import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import PIL.features
import pytest
from PIL import Image

from edgeclassify.sources.images.headers import avif as avif_module
from edgeclassify.sources.images.headers.av1 import ANY_SIZE, largest_image
from edgeclassify.sources.images.headers.reader import read_header
from tests.sources.images.headers.test_avif import box, ispe
from tests.support.optional import present


def bits(*fields: tuple[int, int]) -> bytes:
    """Numbers and their widths in bits, as bytes."""
    text = "".join(f"{value:0{width}b}" for value, width in fields)
    return int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8), "big")


def unit(kind: int, payload: bytes, *, sized: bool = True) -> bytes:
    return bytes([kind << 3 | sized << 1]) + (bytes([len(payload)]) if sized else b"") + payload


def sides(
    width: int, height: int, extra: int = 0
) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]:
    in_bits = [max(1, (side - 1).bit_length()) + extra for side in (width, height)]
    return (in_bits[0] - 1, 4), (in_bits[1] - 1, 4), (width - 1, in_bits[0]), (height - 1, in_bits[1])


def still(width: int, height: int, extra: int = 0, **form: bool) -> bytes:
    """A sequence header in the short form of still pictures. `extra`: bits more than the sides need."""
    return unit(1, bits((0, 3), (1, 1), (1, 1), (5, 5), *sides(width, height, extra)), **form)


def long_form(width: int, height: int, extra: int = 0, *, timing: bool = False, delays: bool = False) -> bytes:
    fields = [(0, 3), (0, 1), (0, 1), (int(timing), 1)]
    if timing:  # ticks, equal pictures, a number of 5 bits (zeros, one, tail), a model of delays of 8 bits
        fields += [(1, 32), (25, 32), (1, 1), (0, 2), (1, 1), (3, 2), (1, 1), (7, 5), (0, 32), (0, 10)]
    fields += [(int(delays), 1), (1, 5)]
    for level in (3, 9):  # two operating points, one of them with a tier
        fields += [(0, 12), (level, 5)] + ([(0, 1)] if level > 7 else [])
        fields += [(1, 1), (0, 17)] if timing else []
        fields += [(1, 1), (5, 4)] if delays else []
    return unit(1, bits(*fields, *sides(width, height, extra)))


DELIMITER, FRAME = unit(2, b""), unit(6, bytes(100))


@pytest.mark.parametrize("size", [(640, 480), (1, 1), (2, 65536), (257, 64)])
@pytest.mark.parametrize(
    "header",
    [
        still,
        long_form,
        lambda *size: long_form(*size, timing=True),
        lambda *size: long_form(*size, delays=True),
        lambda *size: long_form(*size, timing=True, delays=True),
    ],
)
def test_the_size_of_the_coded_picture(header: Callable[..., Any], size: tuple[int, int]) -> None:
    assert largest_image(memoryview(DELIMITER + header(*size) + FRAME)) == size


def test_the_largest_of_several_counts() -> None:
    data = still(64, 64) + FRAME + still(800, 600) + FRAME + still(32, 4000, sized=False)
    assert largest_image(memoryview(data)) == (800, 600)


def test_bits_to_spare_let_pictures_be_larger_only_in_the_long_form() -> None:
    assert largest_image(memoryview(still(100, 60, extra=3))) == (100, 60)
    assert largest_image(memoryview(long_form(100, 60, extra=3))) == (1024, 512)


@pytest.mark.parametrize("data", [b"", b"\xff\xff", FRAME, still(64, 64)[:4], b"\x0a", b"\x0a" + b"\xff" * 9])
def test_what_is_no_header(data: bytes) -> None:
    assert largest_image(memoryview(data)) == (0, 0)


def test_so_many_units_that_nobody_looks_through_them() -> None:
    assert largest_image(memoryview(DELIMITER * 999 + still(64, 64))) == (64, 64)
    assert largest_image(memoryview(DELIMITER * 1000 + still(64, 64))) == ANY_SIZE


def avif(
    said: tuple[int, int],
    coded: bytes,
    *,
    version: int = 0,
    within: bool = False,
    kind: bytes = b"av01",
    track: bool = False,
) -> bytes:
    """An AVIF whose boxes say `said`. `coded`: its data; `within`: that lies in the boxes, not behind them."""
    wide = ">I" if version == 2 else ">H"

    def with_data_at(at: int) -> bytes:
        place = struct.pack(wide, 1) + (struct.pack(">H", int(within)) if version else b"")
        place += struct.pack(">HH", 0, 1) + struct.pack(">II", at, len(coded))
        iloc = box(b"iloc", bytes([version, 0, 0, 0]), b"\x44\x00", struct.pack(wide, 0 if track else 1), place)
        infe = box(b"infe", b"\x02\0\0\0", struct.pack(">HH", 1, 0), kind, b"\0")
        iinf = box(b"iinf", bytes(4), struct.pack(">H", 1), infe)
        ipma = box(b"ipma", bytes(4), struct.pack(">I", 1), struct.pack(">H", 1), b"\x01\x81")
        iprp = box(b"iprp", box(b"ipco", ispe(*said)), ipma)
        inner = [box(b"pitm", bytes(4), struct.pack(">H", 1)), iloc, iinf, iprp]
        data = box(b"ftyp", b"avif", bytes(4), b"avifmif1") + box(
            b"meta", bytes(4), *inner, *([box(b"idat", coded)] if within else [])
        )
        if track:
            table = box(b"stco", bytes(4), struct.pack(">II", 1, at))
            data += box(b"moov", box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", table)))))
        return data if within else data + box(b"mdat", coded)

    start = with_data_at(0)
    return with_data_at(0 if within else start.index(coded))


FORMS = [{}, {"version": 1}, {"version": 2}, {"version": 1, "within": True}, {"track": True}]


@pytest.mark.parametrize("form", FORMS)
def test_boxes_that_say_less_than_the_data(form: dict[str, Any]) -> None:
    header = present(read_header(avif((100, 100), DELIMITER + still(9000, 8000) + FRAME, **form)))
    assert header.fault == "its data may hold 9000 x 8000 pixels, its header says 100 x 100"
    assert present(read_header(avif((9000, 8000), DELIMITER + still(9000, 8000) + FRAME, **form))).fault is None


def test_a_coded_picture_may_be_a_little_larger_than_what_is_shown() -> None:
    assert present(read_header(avif((100, 100), still(164, 164)))).fault is None
    assert present(read_header(avif((100, 100), still(165, 164)))).fault is not None


def test_more_pictures_than_anybody_looks_at_may_be_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    data = avif((100, 100), still(100, 100))
    monkeypatch.setattr(avif_module, "_MOST_IMAGES", 1)
    assert present(read_header(data)).fault is None
    monkeypatch.setattr(avif_module, "_MOST_IMAGES", 0)
    assert "65536 x 65536" in present(present(read_header(data)).fault)


def test_what_is_no_coded_picture_is_not_looked_at() -> None:
    assert present(read_header(avif((100, 100), still(9000, 8000), kind=b"Exif"))).fault is None


def test_an_item_table_that_ends_early_is_one_fault() -> None:
    whole = avif((100, 100), still(100, 100))
    at = whole.index(b"iloc")
    header = present(read_header(whole[: at + 10] + b"\xff\xff" + whole[at + 12 :]))
    assert header.fault is not None


@pytest.mark.skipif(not PIL.features.check("avif"), reason="this Pillow can't make an AVIF")
@pytest.mark.parametrize("size", [(640, 480), (1, 1), (257, 65)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_files_of_a_real_encoder_are_whole(size: tuple[int, int], mode: str) -> None:
    written = io.BytesIO()
    exif = Image.Exif()
    exif[274] = 6
    pixels = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 4), np.uint8)
    Image.fromarray(pixels, "RGBA").convert(mode).save(written, "AVIF", exif=exif, xmp=b"\n\x0a<x/>")
    header = present(read_header(written.getvalue()))
    assert (header.fault, header.width, header.height) == (None, *size)
