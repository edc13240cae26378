"""When a picture was taken, as its Exif tells, and which way up it is."""

import struct
from datetime import UTC, datetime

import pytest
from PIL import Image

from edgeclassify.sources.images.headers.exif import Exif, read_exif
from edgeclassify.sources.images.headers.reader import read_header
from tests.sources.image_files import encode, two_halves
from tests.support.optional import present


def exif_of(taken: str = "", offset: str = "", fraction: str = "", orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    texts = {0x9003: taken, 0x9011: offset, 0x9291: fraction}
    exif.get_ifd(0x8769).update({tag: text for tag, text in texts.items() if text})
    return exif


def utc(year: int, month: int, day: int, hour: int, minute: int, second: int) -> float:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("offset", "fraction", "taken_at"),
    [
        ("+02:00", "", utc(2026, 5, 17, 10, 30, 5)),
        ("-03:30", "25", utc(2026, 5, 17, 16, 0, 5) + 0.25),
        ("+00:00", "007", utc(2026, 5, 17, 12, 30, 5) + 0.007),
        ("Z", "x", datetime(2026, 5, 17, 12, 30, 5).timestamp()),
        ("", "5", datetime(2026, 5, 17, 12, 30, 5).timestamp() + 0.5),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP"])
def test_when_it_was_taken(kind: str, offset: str, fraction: str, taken_at: float) -> None:
    data = encode(two_halves(), kind, exif=exif_of("2026:05:17 12:30:05", offset, fraction, orientation=6))
    header = present(read_header(data))
    assert header.taken_at == pytest.approx(taken_at, abs=1e-4)
    assert header.orientation == 6


@pytest.mark.parametrize(
    "taken",
    ["", "0000:00:00 00:00:00", "1970:01:01 00:00:10", "2026-05-17", "2026:13:40 12:30:05", "    :  :     :  :  "],
)
def test_what_tells_no_time(taken: str) -> None:
    block = exif_of(taken, orientation=3).tobytes().removeprefix(b"Exif\0\0")
    assert read_exif(block) == Exif(3, None)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_folder_beyond_the_end_loses_the_time_and_not_the_orientation(order: str) -> None:
    start = b"II*\0" if order == "<" else b"MM\0*"
    entries = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, 8, 0) + struct.pack(f"{order}HHII", 0x8769, 4, 1, 9_999)
    block = start + struct.pack(f"{order}IH", 8, 2) + entries + bytes(4)
    assert read_exif(block) == Exif(8, None)


def test_every_cut_is_survived() -> None:
    block = exif_of("2026:05:17 12:30:05", "+02:00", "5", 6).tobytes().removeprefix(b"Exif\0\0")
    assert {read_exif(block[:length]).orientation for length in range(len(block))} <= {1, 6}
