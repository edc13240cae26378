"""JPEGs as cameras write them, and as transfers leave them."""

import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgeclassify.errors import ImageError
from edgeclassify.native_stderr import diverted_native_stderr
from edgeclassify.sources.images.decode import decode_image
from edgeclassify.sources.images.headers.reader import read_header
from tests.sources.image_files import encode, noise, two_halves
from tests.support.optional import present

KINDS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "with restarts": {"restart_marker_blocks": 3},
    "progressive": {"progressive": True},
    "without subsampling": {"subsampling": 0},
}


def segments(data: bytes) -> dict[int, int]:
    """Where each segment before the first scan begins: marker → place."""
    places: dict[int, int] = {}
    at = 2
    while data[at + 1] != 0xDA:
        places.setdefault(data[at + 1], at)
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return places | {0xDA: at}


def with_bytes_before(data: bytes, marker: int, junk: bytes) -> bytes:
    at = segments(data)[marker]
    return data[:at] + junk + data[at:]


def with_length(data: bytes, marker: int, change: int) -> bytes:
    at = segments(data)[marker]
    (length,) = struct.unpack_from(">H", data, at + 2)
    return data[: at + 2] + struct.pack(">H", length + change) + data[at + 4 :]


def same_picture(data: bytes, original: bytes) -> bool:
    return np.array_equal(decode_image(data, "x").pixels, decode_image(original, "x").pixels)


@pytest.mark.parametrize("marker", [0xDB, 0xC0, 0xC4, 0xDA])
@pytest.mark.parametrize(
    "junk", [b"\0", b"\0" * 40, b"camera", b"\xff\0\xff\0", b"\xff\xff\xff", b"\x12\xff\0\xff"]
)
def test_bytes_between_segments(marker: int, junk: bytes) -> None:
    data = encode(two_halves(), "JPEG")
    assert same_picture(with_bytes_before(data, marker, junk), data)


@pytest.mark.parametrize("change", [-1, -2, -7])
def test_a_segment_that_is_longer_than_it_says(change: int) -> None:
    data = encode(two_halves(), "JPEG")
    assert same_picture(with_length(data, 0xE0, change), data)


def test_a_comment_whose_length_reaches_into_the_next_segment() -> None:
    data = encode(two_halves(), "JPEG")
    at = segments(data)[0xDB]
    swallowing = b"\xff\xfe" + struct.pack(">H", 2 + 3 + 4) + b"abc" + b"\xff\xfe\0\x02"
    assert same_picture(data[:at] + swallowing + data[at:], data)


def test_odd_versions_are_no_matter(capfd: pytest.CaptureFixture[str]) -> None:
    data = encode(two_halves(), "JPEG")
    odd = data.replace(b"JFIF\0\x01\x01", b"JFIF\0\x08\x06")
    adobe = encode(two_halves().convert("CMYK"), "JPEG")
    with diverted_native_stderr():
        assert same_picture(odd, data)
        assert decode_image(adobe.replace(b"Adobe\0\x64\0\0\0\0\0", b"Adobe\0\x64\0\0\0\0\7"), "x").kind == "JPEG"
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.97])
def test_data_cut_off_behind_a_whole_header(kind: str, mode: str, keep: float) -> None:
    """The end marker is there: a transfer that was mended, or a camera that ran out of its buffer."""
    data = encode(noise().convert(mode), "JPEG", **KINDS[kind])
    start = segments(data)[0xDA]
    cut = data[: start + int((len(data) - start) * keep)].rstrip(b"\xff") + b"\xff\xd9"
    for wanted_side in (0, 30):
        with pytest.raises(ImageError, match="JPEG, found one that is damaged or cut off"):
            decode_image(cut, "x.jpg", wanted_side)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("colour", [(128, 128, 128), (120, 130, 125), (127, 127, 127)])
def test_a_picture_that_ends_grey_is_whole(kind: str, colour: tuple[int, int, int]) -> None:
    image = noise()
    image.paste(colour, (0, 60, 160, 120))
    for data in (encode(image, "JPEG", **KINDS[kind]), encode(Image.new("RGB", (64, 64), colour), "JPEG")):
        for wanted_side in (0, 20):
            assert decode_image(data, "x", wanted_side).pixels.shape[2] == 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_picture_behind_the_first(kind: str) -> None:
    """As phones write it (a preview, a gain map): the first one is meant."""
    first, second = encode(noise(), "JPEG", **KINDS[kind]), encode(two_halves(), "JPEG")
    assert same_picture(first + second, first)
    at = segments(first)[0xDA]
    with pytest.raises(ImageError, match="cut off"):
        decode_image(first[: at + (len(first) - at) // 2].rstrip(b"\xff") + b"\xff\xd9" + second, "x.jpg")


@pytest.mark.parametrize(
    ("options", "per_pixel"), [({}, 3), ({"subsampling": 0}, 6), ({"progressive": True, "subsampling": 0}, 6)]
)
def test_what_a_decoder_would_hold(options: dict[str, int], per_pixel: int) -> None:
    header = present(read_header(encode(two_halves(640, 320), "JPEG", **options)))
    assert header.coefficients == 640 * 320 * per_pixel
    assert header.several_scans == options.get("progressive", False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("rest", [b"", b"\xff"])
def test_a_whole_picture_without_an_end_marker(kind: str, mode: str, rest: bytes) -> None:
    """Some cameras leave it away; every viewer shows the picture."""
    for image in (noise(), two_halves()):
        data = encode(image.convert(mode), "JPEG", **KINDS[kind])
        assert same_picture(data[:-2] + rest, data)
        assert decode_image(data[:-2] + rest, "x", 20).kind == "JPEG"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.97])
def test_a_picture_that_is_cut_off_and_has_no_end_marker(kind: str, mode: str, keep: float) -> None:
    data = encode(noise().convert(mode), "JPEG", **KINDS[kind])
    start = segments(data)[0xDA]
    cut = data[: start + int((len(data) - start) * keep)]
    for wanted_side in (0, 30):
        with pytest.raises(ImageError, match="it is cut off: the end marker is missing"):
            decode_image(cut, "x.jpg", wanted_side)


def test_room_that_was_not_written_to_is_no_part_of_a_picture() -> None:
    """Zeros are read as data: with them a cut picture would count as whole."""
    data = encode(noise(), "JPEG")
    half = len(data) // 2
    with pytest.raises(ImageError, match="it is cut off: the end marker is missing"):
        decode_image(data[:half] + bytes(len(data) - half), "x.jpg")
    assert same_picture(data[:-2] + b"\xff\xff", data)


@pytest.mark.parametrize("missing", [1, 2, 5, 9])
def test_a_few_bytes_before_the_end_marker_are_missed(missing: int) -> None:
    for image in (noise(), two_halves()):
        with pytest.raises(ImageError, match="the end marker is missing"):
            decode_image(encode(image, "JPEG")[: -2 - missing], "x.jpg")


@pytest.mark.parametrize(
    ("side", "times", "is_refused"), [(64, 900, False), (1024, 3000, False), (2048, 990, True)]
)
def test_very_many_scans(side: int, times: int, is_refused: bool) -> None:
    """Its decoder would be busy for minutes."""
    data = encode(Image.new("RGB", (side, side), (200, 60, 40)), "JPEG", progressive=True)
    bomb = data[:-2] + data[data.rfind(b"\xff\xda") : -2] * times + b"\xff\xd9"
    assert ("more scans" in (present(read_header(bomb)).fault or "")) is is_refused
    assert present(read_header(data)).fault is None
