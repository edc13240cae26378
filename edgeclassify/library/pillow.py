"""Pillow images as arrays. Pillow itself is never imported: who hands its images over has done it."""

import sys
from typing import Any, Protocol, TypeGuard

import numpy as np

from edgeclassify.errors import ImageError
from edgeclassify.files import printable
from edgeclassify.sources.images.stored import on_background, to_bgr, upright
from edgeclassify.types import Pixels

_ORIENTATION = 0x0112
"""The Exif tag that says how the camera was held."""
_WITH_ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")
_WITHOUT_COLOURS = {"I": "32-bit integers", "F": "floating-point numbers"}


class PillowImage(Protocol):
    """What is asked of a `PIL.Image.Image`."""

    @property
    def mode(self) -> str:
        """How a pixel is made up: "RGB", "L", "P"…"""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""

    @property
    def info(self) -> dict[Any, Any]:
        """What the file said beside the pixels."""

    def convert(self, mode: str, /) -> Any:
        """The image in another mode."""

    def getexif(self) -> Any:
        """What the camera noted, by tag."""


def is_pillow_image(image: object) -> TypeGuard[PillowImage]:
    """True for an image of Pillow."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(image, module.Image)


def file_of(image: PillowImage) -> str | None:
    """The path of the file that it came from; None where it came from none."""
    name = getattr(image, "filename", None)
    return None if not name else printable(str(name))


def pixels_of_pillow(image: PillowImage) -> Pixels:
    """Its pixels, upright as Exif says: uint8, RGB (height, width, 3) or gray (height, width), a copy.

    What is transparent shows white, 16 bits become 8, as when the file itself is read. Raises ImageError where its
    file is damaged, or its values are no colours.
    """
    name = file_of(image) or "the Pillow image"
    if 0 in image.size:
        raise ImageError(f"{name}: expected pixels, found none: its size is {image.size}.")
    if image.mode in _WITHOUT_COLOURS:
        found = f'one of {_WITHOUT_COLOURS[image.mode]} (mode "{image.mode}")'
        advice = 'Scale its values to 0 to 255 and convert it to "L".'
        raise ImageError(f"{name}: expected a Pillow image of colours or gray, found {found}. {advice}")
    try:
        pixels = _pixels(image, name)
        return np.ascontiguousarray(upright(pixels, int(image.getexif().get(_ORIENTATION) or 1)))
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for damaged files, when they are read
        raise ImageError(f"{name}: Pillow can't decode it: {error}. Copy or fetch the file again.") from error


def _pixels(image: PillowImage, name: str) -> Pixels:
    if image.mode.startswith("I;16"):
        return to_bgr(np.asarray(image).astype(np.uint16), name)
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        return on_background(np.array(image.convert("RGBA")))
    return np.array(image if image.mode in ("RGB", "L") else image.convert("RGB"))
