"""Regions of an image, outlined and named."""

import cv2

from edgeclassify.pictures.caption import BACKGROUND
from edgeclassify.pictures.interface import LARGEST_TEXT, SMALLEST_TEXT, Colour
from edgeclassify.pictures.line_lettering import CAPITAL, FONT, ascii_text
from edgeclassify.pixels import Rect
from edgeclassify.types import Pixels

_LONGEST_NAME = 120


def outline(image: Pixels, rect: Rect, colour: Colour) -> None:
    """A line inside the region's edge, between dark ones, so that it shows on any background."""
    line = max(1, round(max(image.shape[:2]) / 400))
    for inset, thickness, shade in ((0, 3 * line, BACKGROUND), (line, line, colour)):
        x, y = rect.x + inset, rect.y + inset
        width, height = rect.width - 2 * inset, rect.height - 2 * inset
        part = image[y : y + height, x : x + width] if width > 0 and height > 0 else image[:0]
        part[:thickness] = part[-thickness:] = shade
        part[:, :thickness] = part[:, -thickness:] = shade


def write_name(image: Pixels, name: str, corner: tuple[int, int], colour: Colour) -> None:
    """A short text on a dark ground inside the upper left corner of something that is outlined."""
    scale = max(SMALLEST_TEXT, min(LARGEST_TEXT, image.shape[0] / 40)) / CAPITAL
    text = ascii_text(name[:_LONGEST_NAME])
    (width, height), below = cv2.getTextSize(text, FONT, scale, 1)
    pad = max(2, height // 2)
    x, y = corner[0] + pad, corner[1] + pad
    cv2.rectangle(image, (x, y), (x + width + 2 * pad, y + height + below + pad), BACKGROUND, cv2.FILLED)
    cv2.putText(image, text, (x + pad, y + height + pad // 2), FONT, scale, colour, 1, cv2.LINE_AA)
