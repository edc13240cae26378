"""Every kind of image becomes upright 8-bit BGR, or one clear message."""

import io
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np
import PIL.features
import pytest
from cv2.typing import MatLike
from numpy.typing import NDArray
from PIL import Image

from edgeclassify.errors import ExitStatus, ImageError
from edgeclassify.native_stderr import diverted_native_stderr
from edgeclassify.sources.images.decode import decode_image, without_decoder
from edgeclassify.sources.images.headers.header import ImageHeader
from tests.sources.image_files import LEFT, RIGHT, encode, noise, png_that_claims, two_halves, with_orientation
from tests.support.waiting import patient


def rgb(pixels: NDArray[np.uint8], x: float, y: float) -> list[int]:
    """The pixel at a place given in fractions, as RGB."""
    height, width = pixels.shape[:2]
    return [int(level) for level in pixels[int(y * height), int(x * width), ::-1]]


def close_to(found: list[int], expected: tuple[int, int, int] | list[float], tolerance: int = 8) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(found, expected, strict=True))


def decoded_or_refused(data: bytes) -> NDArray[np.uint8] | None:
    """The pixels, or None after checking that the refusal is one clear message."""
    try:
        return decode_image(data, "x.img").pixels
    except ImageError as refusal:
        one_message(refusal)
        return None


def one_message(error: ImageError, *parts: str) -> bool:
    text = str(error)
    assert "\n" not in text
    assert error.exit_status is ExitStatus.DATA
    for part in ("x.img", *parts):
        assert part in text
    return True


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
def test_colours_and_order(kind: str) -> None:
    image = decode_image(encode(two_halves(), kind), "x.img")
    assert image.pixels.shape == (32, 64, 3)
    assert image.pixels.dtype == np.uint8
    assert (image.full_width, image.full_height) == (64, 32)
    assert close_to(rgb(image.pixels, 0.2, 0.5), LEFT)
    assert close_to(rgb(image.pixels, 0.8, 0.5), RIGHT)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_as_pillow_turns_it(kind: str, orientation: int) -> None:
    from PIL import ImageOps

    data = with_orientation(kind, orientation)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    pixels = decode_image(data, "x.img").pixels
    assert pixels.shape == expected.shape
    assert np.abs(pixels[:, :, ::-1].astype(int) - expected).mean() < 3


def test_orientation_together_with_reduced_scale() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(two_halves(640, 320), "JPEG", exif=exif)
    image = decode_image(data, "x.img", wanted_side=80)
    assert image.pixels.shape == (160, 80, 3)
    assert (image.full_width, image.full_height) == (320, 640)
    assert close_to(rgb(image.pixels, 0.5, 0.2), LEFT)


@pytest.mark.parametrize(
    ("wanted_side", "shorter"),
    [(0, 320), (321, 320), (320, 320), (161, 320), (160, 160), (81, 160), (80, 80), (1, 40)],
)
def test_reduced_scale_keeps_the_wanted_side(wanted_side: int, shorter: int) -> None:
    assert min(decode_image(encode(two_halves(640, 320), "JPEG"), "x", wanted_side).pixels.shape[:2]) == shorter


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_grey(kind: str) -> None:
    pixels = decode_image(encode(two_halves().convert("L"), kind), "x.img").pixels
    assert pixels.shape == (32, 64, 3)
    red, green, blue = rgb(pixels, 0.2, 0.5)
    assert red == green == blue
    assert abs(red - 124) < 4


@pytest.mark.parametrize("mode", ["P", "1", "LA", "RGBA"])
def test_other_png_modes(mode: str) -> None:
    assert decode_image(encode(two_halves().convert(mode), "PNG"), "x.img").pixels.shape == (32, 64, 3)


def test_sixteen_bits_are_scaled() -> None:
    values = np.full((8, 8), 0x8080, np.uint16)
    for kind in ("PNG", "TIFF"):
        pixels = decode_image(encode(Image.fromarray(values), kind), "x.img").pixels
        assert pixels.shape == (8, 8, 3)
        assert set(pixels.flatten().tolist()) <= {0x80, 0x81}


def test_sixteen_bits_with_alpha() -> None:
    half = np.empty((8, 8, 4), np.uint16)
    half[:] = (0xFFFF, 0, 0, 0x8000)  # blue, half transparent
    data = cv2.imencode(".png", half)[1].tobytes()
    assert close_to(rgb(decode_image(data, "x.img").pixels, 0.5, 0.5), (127, 127, 255), 2)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_alpha_is_blended_on_white(kind: str) -> None:
    image = Image.new("RGBA", (64, 200), (*LEFT, 0))
    image.paste((*LEFT, 128), (0, 100, 64, 200))
    pixels = decode_image(encode(image, kind, lossless=True), "x.img").pixels
    assert close_to(rgb(pixels, 0.5, 0.25), (255, 255, 255), 0)
    assert close_to(rgb(pixels, 0.5, 0.75), [(c + 255) / 2 for c in LEFT], 2)


def test_cmyk_jpeg_has_its_colours() -> None:
    pixels = decode_image(encode(two_halves().convert("CMYK"), "JPEG", quality=95), "x.img").pixels
    assert close_to(rgb(pixels, 0.2, 0.5), LEFT)
    assert close_to(rgb(pixels, 0.8, 0.5), RIGHT)


OPENCV = tuple(int(part) for part in cv2.__version__.split(".")[:2])


@pytest.mark.parametrize(("kind", "known_since"), [("PNG", (4, 0)), ("WEBP", (4, 11)), ("GIF", (4, 12))])
def test_animation_gives_its_first_picture(kind: str, known_since: tuple[int, int]) -> None:
    """Where OpenCV has a decoder for it, else a refusal that says so."""
    second = Image.new("RGB", (64, 32), (0, 255, 0))
    data = encode(two_halves(), kind, save_all=True, append_images=[second])
    if known_since <= OPENCV:
        assert close_to(rgb(decode_image(data, "x.img").pixels, 0.2, 0.5), LEFT, 12)
        return
    with pytest.raises(ImageError) as caught:
        decode_image(data, "x.img")
    assert one_message(caught.value, "GIF" if kind == "GIF" else "animated WebP", cv2.__version__, "Convert it")


@pytest.mark.skipif(not PIL.features.check("avif"), reason="this Pillow can't make an AVIF")
def test_avif_is_decoded_or_refused_with_advice() -> None:
    data = encode(two_halves(), "AVIF", quality=95)
    if without_decoder(ImageHeader("AVIF")) is None:
        assert close_to(rgb(decode_image(data, "x.img").pixels, 0.2, 0.5), LEFT)
        return
    with pytest.raises(ImageError) as caught:
        decode_image(data, "x.img")
    assert one_message(caught.value, "AVIF", cv2.__version__, "Convert it")


def test_one_pixel() -> None:
    for kind in ("PNG", "JPEG", "WEBP", "BMP"):
        assert decode_image(encode(Image.new("RGB", (1, 1)), kind), "x", wanted_side=224).pixels.shape == (1, 1, 3)


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (b"", ("empty", "0 bytes")),
        (b"hello, I am a text file\n" * 50, ("found text. Check",)),
        ("grüße".encode() * 200, ("found text. Check",)),
        (b"<!DOCTYPE html><html>404</html>", ("HTML page",)),
        (b"%PDF-1.7 ...", ("PDF",)),
        (bytes(range(7, 200)), ("data of another kind",)),
        (b"PK\x03\x04" + bytes(60), ("a ZIP file",)),
        (bytes(600), ("zeros",)),
        (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(60), ("a JPEG 2000",)),
        (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(60), ("a JPEG XL",)),
        (b"\xff\x0a" + bytes(60), ("a JPEG XL",)),
        (b"\0\0\1\0\1\0" + bytes(60), ("an icon",)),
        (b"8BPS\0\1" + bytes(60), ("a Photoshop file",)),
        (b"II+\0" + bytes(60), ("a BigTIFF",)),
        (b"MM\0+" + bytes(60), ("a BigTIFF",)),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isom" + bytes(60), ("a video (MP4)",)),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99), ("HEIC", "Convert")),
        (b"\xff\xd8\xff", ("JPEG", "header")),
        (b"\xff\xd8\xff\xd9", ("JPEG", "without a picture")),
        (b"\xff\xd8\xff\xe0\0\1JFIF\0\xff\xd9", ("JPEG", "no length")),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", ("JPEG", "header")),
        (b"BM" + bytes(60), ("BMP", "width")),
    ],
)
def test_no_image(data: bytes, parts: tuple[str, ...]) -> None:
    with pytest.raises(ImageError) as caught:
        decode_image(data, "x.img")
    assert one_message(caught.value, *([parts] if isinstance(parts, str) else parts))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
@pytest.mark.parametrize("keep", [0.95, 0.5, 0.05])
def test_cut_off(kind: str, keep: float, capfd: pytest.CaptureFixture[str]) -> None:
    data = encode(noise(), kind)
    with diverted_native_stderr(), pytest.raises(ImageError) as caught:
        decode_image(data[: int(len(data) * keep)], "x.img")
    assert one_message(caught.value)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
def test_damage_in_the_middle_never_shows_on_stderr(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(encode(noise(), kind))
    data[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    with diverted_native_stderr():
        decoded_or_refused(bytes(data))
    assert capfd.readouterr().err == ""


def test_more_pixels_than_anybody_has_are_refused_before_decoding() -> None:
    with pytest.raises(ImageError) as caught:
        decode_image(png_that_claims(20_000, 20_000), "x.img")
    assert one_message(caught.value, "400", "at most 250 megapixels", "20000 x 20000")


def test_float_pixels_are_refused_or_become_bytes() -> None:
    pixels = decoded_or_refused(encode(Image.fromarray(np.ones((8, 8), np.float32)), "TIFF"))
    assert pixels is None or pixels.dtype == np.uint8


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_float_tiff_is_whole_but_has_no_colours(dtype: type[np.floating[Any]]) -> None:
    data = cv2.imencode(".tiff", np.ones((8, 8), dtype))[1].tobytes()
    with pytest.raises(ImageError) as caught:
        decode_image(data, "x.tiff")
    found = f"expected 8 or 16 bits per channel, found {np.dtype(dtype)}. Convert it to JPEG or PNG."
    assert str(caught.value) == f"x.tiff: {found}"


def test_a_float_tiff_that_is_cut_off_is_damaged() -> None:
    data = encode(Image.fromarray(np.ones((64, 64), np.float32)), "TIFF")
    with pytest.raises(ImageError, match="damaged or cut off"):
        decode_image(data[: len(data) - 4000], "x.tiff")


def test_log_of_others_survives_a_decode(capfd: pytest.CaptureFixture[str]) -> None:
    with diverted_native_stderr():
        os.write(2, b"before\n")
        decode_image(encode(two_halves(), "JPEG"), "x.img")
        os.write(2, b"after\n")
    assert capfd.readouterr().err == "before\nafter\n"


def test_two_decode_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two cameras neither waits for the other's decoder."""
    both_decode, real = threading.Barrier(2, timeout=patient(10)), cv2.imdecode

    def decode_beside_the_other(data: NDArray[np.uint8], flags: int) -> MatLike | None:
        both_decode.wait()
        return real(data, flags)

    monkeypatch.setattr(cv2, "imdecode", decode_beside_the_other)
    data = encode(two_halves(), "JPEG")
    with diverted_native_stderr(), ThreadPoolExecutor(2) as threads:
        images = list(threads.map(lambda name: decode_image(data, name), ["front", "garden"]))
    assert [image.kind for image in images] == ["JPEG", "JPEG"]
