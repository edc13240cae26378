"""Pictures that would take more memory than there is."""

import re
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edgeclassify.errors import ImageError
from edgeclassify.sources.images import decode, memory_limit, png_strips
from edgeclassify.sources.images.decode import decode_image
from edgeclassify.sources.images.headers.header import ImageHeader
from edgeclassify.sources.images.memory_limit import MOST_BYTES, SMALL_BYTES, needed_bytes, room_bytes
from edgeclassify.sources.images.png_strips import DamagedPngError, decode_in_strips
from edgeclassify.sources.images.stored import to_bgr
from tests.sources.image_files import encode, noise, png_that_claims, two_halves
from tests.support.waiting import patient

MB = 1 << 20


@pytest.mark.parametrize(
    ("free", "most", "expected"),
    [
        (1000 * MB, 96 * MB, 96 * MB),
        (120 * MB, 96 * MB, 60 * MB),
        (120 * MB, None, 60 * MB),
        (8000 * MB, None, 4000 * MB),
        (0, 96 * MB, SMALL_BYTES),
        (None, 96 * MB, 96 * MB),
        (None, None, MOST_BYTES),
    ],
)
def test_the_room_follows_the_memory_that_is_left(
    monkeypatch: pytest.MonkeyPatch, free: int | None, most: int | None, expected: int
) -> None:
    monkeypatch.setattr(memory_limit, "free_memory_bytes", lambda: free)
    assert room_bytes(most) == expected


@pytest.mark.parametrize(
    ("header", "scale", "expected"),
    [
        (ImageHeader("JPEG", 4000, 3000, coefficients=36_000_000), 1, 72_000_000),
        (ImageHeader("JPEG", 4000, 3000, coefficients=36_000_000), 8, 1_125_000),
        (ImageHeader("JPEG", 4000, 3000, coefficients=36_000_000, several_scans=True), 8, 37_125_000),
        (ImageHeader("PNG", 1000, 1000, sample_bytes=1), 1, 6_000_000),
        (ImageHeader("PNG", 1000, 1000, sample_bytes=8), 1, 16_000_000),
        (ImageHeader("AVIF", 1000, 1000), 1, 20_000_000),
    ],
)
def test_what_decoding_takes(header: ImageHeader, scale: int, expected: int) -> None:
    assert needed_bytes(header, scale) == expected


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for 100,000 bytes."""
    monkeypatch.setattr(decode, "SMALL_BYTES", 0)
    monkeypatch.setattr(decode, "room_bytes", lambda most: 100_000)


@pytest.mark.usefixtures("little_room")
class TestLittleRoom:
    def test_a_jpeg_comes_reduced(self) -> None:
        image = decode_image(encode(two_halves(640, 320), "JPEG"), "x")
        assert image.pixels.shape == (80, 160, 3)
        assert (image.full_width, image.full_height) == (640, 320)
        assert decode_image(encode(two_halves(120, 60), "JPEG"), "x").pixels.shape == (60, 120, 3)

    def test_a_png_comes_reduced(self) -> None:
        image = decode_image(encode(two_halves(640, 320), "PNG"), "x")
        assert image.pixels.shape == (64, 128, 3)
        assert (image.full_width, image.full_height) == (640, 320)

    def test_a_png_is_reduced_no_less_than_it_may_be(self) -> None:
        assert min(decode_image(encode(two_halves(640, 320), "PNG"), "x", 16).pixels.shape[:2]) == 16

    def test_a_png_is_reduced_no_further_than_a_strip_holds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Twelve rows are a strip; the wanted side alone would ask for twenty."""
        monkeypatch.setattr(decode, "STRIP_BYTES", 12 * 640 * 3)
        assert decode_image(encode(two_halves(640, 320), "PNG"), "x", 16).pixels.shape == (26, 53, 3)

    @pytest.mark.parametrize(("largest", "is_refused"), [(5 * 640 * 3, False), (5 * 640 * 3 - 1, True)])
    def test_a_png_of_very_long_rows_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, largest: int, is_refused: bool
    ) -> None:
        monkeypatch.setattr(decode, "_LARGEST_STRIP", largest)
        data = encode(two_halves(640, 320), "PNG")
        if not is_refused:
            assert decode_image(data, "x").pixels.shape == (64, 128, 3)
            return
        with pytest.raises(ImageError, match=r"at most 0 MB to decode.*\(PNG, 640 x 320\)"):
            decode_image(data, "x")

    @pytest.mark.parametrize(
        ("kind", "options", "found"),
        [
            ("WEBP", {}, "WebP"), ("BMP", {}, "BMP"), ("TIFF", {}, "TIFF"),
            ("JPEG", {"progressive": True}, "progressive JPEG"),
        ],
    )  # fmt: skip
    def test_the_others_are_refused(self, kind: str, options: dict[str, bool], found: str) -> None:
        with pytest.raises(ImageError) as caught:
            decode_image(encode(two_halves(640, 320), kind, **options), "x.img")
        assert re.fullmatch(
            r"x\.img: expected a picture that takes at most 0 MB to decode, found one that takes \d MB "
            rf"\({found}, 640 x 320\)\. Make it smaller, or a plain JPEG\.",
            str(caught.value),
        )

    def test_a_turned_one_is_turned(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        for kind in ("PNG", "JPEG"):
            image = decode_image(encode(two_halves(640, 320), kind, exif=exif), "x")
            assert image.pixels.shape[0] == 2 * image.pixels.shape[1]
            assert (image.full_width, image.full_height) == (320, 640)

    def test_a_cut_png_is_refused(self) -> None:
        data = encode(noise(400, 300), "PNG")
        start = data.index(b"IDAT") - 4
        packed = data[start + 8 : start + 8 + (len(data) - start) // 2]
        chunk = len(packed).to_bytes(4, "big") + b"IDAT" + packed + zlib.crc32(b"IDAT" + packed).to_bytes(4, "big")
        with pytest.raises(ImageError, match="damaged or cut off"):
            decode_image(data[:start] + chunk + b"\0\0\0\0IEND\xaeB`\x82", "x.png")


def gradient(*channels: int, dtype: type[np.unsignedinteger[Any]] = np.uint8) -> NDArray[Any]:
    rng = np.random.default_rng(5)
    smooth = np.add.outer(np.arange(60) * 3, np.arange(100) * 2) % 256
    picture = np.stack(
        [np.roll(smooth, 9 * n, 1) + rng.integers(0, 9, smooth.shape) for n in range(*channels)], -1
    )
    return np.asarray((picture % 256).astype(dtype) * dtype(257 if dtype is np.uint16 else 1))


PICTURES = {
    "rgb": lambda: encode(Image.fromarray(gradient(3)), "PNG"),
    "rgba": lambda: encode(Image.fromarray(gradient(4)), "PNG"),
    "grey": lambda: encode(Image.fromarray(gradient(1)[..., 0]), "PNG"),
    "grey and alpha": lambda: encode(Image.fromarray(gradient(2), "LA"), "PNG"),
    "one bit": lambda: encode(Image.fromarray(gradient(1)[..., 0]).convert("1"), "PNG"),
    "two bits": lambda: encode(Image.fromarray(gradient(3)).quantize(4), "PNG"),
    "four bits": lambda: encode(Image.fromarray(gradient(3)).quantize(16), "PNG"),
    "palette": lambda: encode(Image.fromarray(gradient(3)).quantize(200), "PNG"),
    "clear palette": lambda: encode(Image.fromarray(gradient(3)).quantize(99), "PNG", transparency=bytes(40)),
    "rgb, 16 bits": lambda: cv2.imencode(".png", gradient(3, dtype=np.uint16))[1].tobytes(),
    "rgba, 16 bits": lambda: cv2.imencode(".png", gradient(4, dtype=np.uint16))[1].tobytes(),
    "grey, 16 bits": lambda: cv2.imencode(".png", gradient(1, dtype=np.uint16)[..., 0])[1].tobytes(),
}


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("strip_bytes", [1, 900, 1 << 20])
def test_strips_are_the_picture(monkeypatch: pytest.MonkeyPatch, kind: str, strip_bytes: int) -> None:
    monkeypatch.setattr(png_strips, "STRIP_BYTES", strip_bytes)
    data = PICTURES[kind]()
    whole = decode_image(data, "x").pixels
    assert np.array_equal(decode_in_strips(data, 1, lambda strip: to_bgr(strip, "x")), whole)


@pytest.mark.parametrize(("kind", "most"), [("one bit", 5), ("palette", 5), ("rgba, 16 bits", 2)])
def test_a_strip_is_as_large_in_memory_as_it_may_be(monkeypatch: pytest.MonkeyPatch, kind: str, most: int) -> None:
    """Rows of 100 pixels: a row of bits takes 400 bytes once each is a colour."""
    monkeypatch.setattr(png_strips, "STRIP_BYTES", 2000)
    rows = []

    def noted(strip: NDArray[Any]) -> NDArray[np.uint8]:
        rows.append(len(strip))
        return to_bgr(strip, "x")

    decode_in_strips(PICTURES[kind](), 1, noted)
    assert max(rows) == most


@pytest.mark.parametrize(("factor", "shape"), [(2, (30, 50, 3)), (7, (8, 14, 3)), (60, (1, 1, 3))])
def test_strips_are_made_smaller(
    monkeypatch: pytest.MonkeyPatch, factor: int, shape: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(png_strips, "STRIP_BYTES", 900)
    data = PICTURES["rgb"]()
    whole = decode_image(data, "x").pixels[: shape[0] * factor, : shape[1] * factor]
    small = decode_in_strips(data, factor, lambda strip: to_bgr(strip, "x"))
    assert small.shape == shape
    expected = cv2.resize(whole, shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - expected).max() <= 1


def test_data_behind_the_last_row_is_not_read() -> None:
    def png(rows: int) -> bytes:
        data = png_that_claims(50, 20)
        packed = zlib.compress(bytes(51) * rows)
        start = data.index(b"IDAT") - 4
        chunk = len(packed).to_bytes(4, "big") + b"IDAT" + packed + zlib.crc32(b"IDAT" + packed).to_bytes(4, "big")
        return data[:start] + chunk + b"\0\0\0\0IEND\xaeB`\x82"

    assert decode_in_strips(png(2000), 1, lambda strip: to_bgr(strip, "x")).shape == (20, 50, 3)
    with pytest.raises(DamagedPngError):
        decode_in_strips(png(19), 1, lambda strip: to_bgr(strip, "x"))


MEASURE = """
import re, sys
from edgeclassify.errors import ImageError
from edgeclassify.sources.images.decode import decode_image
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) >> 10
data = open(sys.argv[1], "rb").read()
before = peak()
try:
    print(decode_image(data, "x", 224).pixels.shape, end=" ")
except ImageError:
    print("refused", end=" ")
print(peak() - before)
"""


def large_pictures(kind: str, side: int = 7000) -> bytes:
    if kind == "PNG":
        return png_that_claims(side, side)
    if kind == "16-bit PNG":
        return cv2.imencode(".png", np.zeros((5000, 5000, 4), np.uint16))[1].tobytes()  # 147 MB at once
    options = {"progressive": True, "subsampling": 0} if kind == "progressive JPEG" else {}
    return encode(Image.new("RGB", (side, side)), kind.split()[-1], **options)


@pytest.mark.parametrize("kind", ["PNG", "16-bit PNG", "JPEG", "progressive JPEG", "WEBP", "TIFF"])
def test_no_picture_takes_more_than_its_room(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "large"
    path.write_bytes(large_pictures(kind))
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, path], capture_output=True, text=True, check=True, timeout=patient(60)
    ).stdout
    assert int(measured.split()[-1]) < (MOST_BYTES + 24 * MB) >> 20, measured
    assert ("refused" in measured) == (kind in ("progressive JPEG", "WEBP", "TIFF"))
