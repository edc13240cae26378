"""Headers of image files, read without decoding."""

import pytest
from hypothesis import given, strategies as st

from edgeclassify.sources.images.headers.exif import read_exif
from edgeclassify.sources.images.headers.reader import read_header
from tests.sources.image_files import encode, noise, png_that_claims, two_halves, with_orientation
from tests.support.optional import present

KINDS = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WebP", "BMP": "BMP", "GIF": "GIF", "TIFF": "TIFF"}


@pytest.mark.parametrize(("pillow_kind", "kind"), KINDS.items())
def test_kind_and_size(pillow_kind: str, kind: str) -> None:
    header = present(read_header(encode(two_halves(64, 32), pillow_kind)))
    assert (header.kind, header.width, header.height, header.fault) == (kind, 64, 32, None)


def test_webp_without_loss_and_with_alpha() -> None:
    for options in ({"lossless": True}, {"lossless": False}):
        header = present(read_header(encode(two_halves(65, 33).convert("RGBA"), "WEBP", **options)))
        assert (header.width, header.height) == (65, 33)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_orientation(kind: str, orientation: int) -> None:
    assert present(read_header(with_orientation(kind, orientation))).orientation == orientation


@pytest.mark.parametrize("block", [b"", b"II*\0", b"MM\0*\0\0\0\x08\0\x05", b"nonsense", b"II*\0\xff\xff\xff\xff"])
def test_orientation_of_a_damaged_exif_block_is_upright(block: bytes) -> None:
    assert read_exif(block).orientation == 1


def test_progressive_jpeg() -> None:
    assert present(read_header(encode(two_halves(), "JPEG", progressive=True))).progressive
    assert not present(read_header(encode(two_halves(), "JPEG"))).progressive


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("keep", [0.9, 0.5])
def test_cut_off(kind: str, keep: float) -> None:
    data = encode(noise(), kind)
    header = present(read_header(data[: int(len(data) * keep)]))
    assert header.is_open if kind == "JPEG" else "cut off" in present(header.fault)
    assert not present(read_header(data)).is_open


def test_bytes_after_the_end_do_no_harm() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        assert present(read_header(encode(noise(), kind) + b"\0junk" * 9)).fault is None


def test_damaged_png() -> None:
    data = bytearray(encode(noise(), "PNG"))
    data[len(data) // 2] ^= 0xFF
    assert "checksum" in present(present(read_header(bytes(data))).fault)


def test_size_is_read_without_decoding() -> None:
    assert present(read_header(png_that_claims(10_000, 10_000))).pixels == 100_000_000


def test_others() -> None:
    assert read_header(b"") is None
    assert read_header(b"just text, longer than any magic number") is None
    assert present(read_header(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")).kind == "HEIC"


@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF"]),
    st.integers(0, 400),
    st.lists(st.tuples(st.integers(0, 399), st.integers(0, 255)), max_size=6),
)
def test_no_damage_makes_it_raise(kind: str, length: int, changes: list[tuple[int, int]]) -> None:
    data = bytearray(encode(two_halves(16, 8), kind)[:length])
    for at, value in changes:
        if at < len(data):
            data[at] = value
    read_header(bytes(data))
