"""Pillow images: the same pixels as when their file is read, in every mode; Pillow is not needed for the rest."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edgeclassify import Classifier, ImageError
from edgeclassify.library.pillow import pixels_of_pillow
from edgeclassify.sources.images.decode import decode_image
from tests.sources.image_files import encode, two_halves, with_orientation


def reopened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def as_decoded(data: bytes) -> NDArray[np.uint8]:
    """The file's pixels as RGB."""
    return decode_image(data, "x").pixels[:, :, ::-1]


def rgb(image: Image.Image) -> NDArray[np.uint8]:
    pixels = pixels_of_pillow(image)
    return pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, np.newaxis], 3, axis=2)


PHOTO = two_halves()


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "LA", "RGBA", "I;16"])
def test_as_when_the_file_is_read(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.arange(0, 65536, 256, dtype=np.uint16).reshape(16, 16))
    else:
        image = PHOTO.convert(mode)
    if mode in ("LA", "RGBA"):
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    data = encode(image, "PNG")
    again = reopened(data)
    assert again.mode == mode
    difference = np.abs(rgb(again).astype(int) - as_decoded(data).astype(int))
    assert difference.max() <= 1


def test_cmyk_is_close(photos: Path) -> None:
    image = Image.open(photos / "cat.jpg").convert("CMYK")
    assert np.abs(rgb(image).astype(int) - np.asarray(image.convert("RGB"), int)).max() == 0


def test_a_palette_with_a_transparent_colour() -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.info["transparency"] = 0
    assert rgb(image).min() == 255


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_as_the_file(orientation: int) -> None:
    data = with_orientation("JPEG", orientation)
    assert np.array_equal(rgb(reopened(data)).shape, as_decoded(data).shape)
    assert np.abs(rgb(reopened(data)).astype(int) - as_decoded(data).astype(int)).mean() < 2


def test_the_image_stays_as_it_is(classifier: Classifier, espresso: Path) -> None:
    with Image.open(espresso) as image:
        result = classifier(image)
        assert image.size == (600, 400)
    assert (result.best.label, result.source) == ("espresso", str(espresso))


def test_one_without_a_file(classifier: Classifier, bgr: NDArray[np.uint8]) -> None:
    result = classifier(Image.fromarray(bgr[:, :, ::-1].copy()))
    assert result.source is None
    assert np.array_equal(result.scores, classifier(bgr, order="bgr").scores)
    assert classifier(Image.fromarray(bgr[:, :, 1].copy())).best.label == "espresso"


@pytest.mark.parametrize("mode", ["F", "I"])
def test_values_that_are_no_colours(classifier: Classifier, mode: str) -> None:
    with pytest.raises(ImageError, match=rf'the Pillow image: expected .* \(mode "{mode}"\)\. Scale'):
        classifier(Image.new(mode, (8, 8)))


def test_no_pixels(classifier: Classifier) -> None:
    with pytest.raises(ImageError, match=r"expected pixels, found none: its size is \(0, 8\)"):
        classifier(Image.new("RGB", (0, 8)))


def test_a_file_that_is_cut_off(classifier: Classifier, espresso: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(espresso.read_bytes()[:9000])
    with pytest.raises(ImageError, match=r"cut\.jpg: Pillow can't decode it: .*truncated"):
        classifier(Image.open(cut))


def test_pillow_is_not_imported() -> None:
    script = "import sys, edgeclassify; edgeclassify.Classifier; assert 'PIL' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_stranger_with_a_mode_is_no_pillow_image(classifier: Classifier) -> None:
    class Stranger:
        mode, size = "RGB", (8, 8)

    stranger: Any = Stranger()
    with pytest.raises(ValueError, match=r"found tests\..*Stranger"):
        classifier(stranger)
