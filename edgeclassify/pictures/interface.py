"""What letters are: one size of text, measured and drawn."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from edgeclassify.types import Pixels

Colour = tuple[int, int, int]
"""Blue, green, red, each 0-255."""

SMALLEST_TEXT, LARGEST_TEXT = 8.0, 30.0
"""Height of the capitals of small text: no smaller, since it can't be read, and no larger."""


class Lettering(ABC):
    """Letters whose capitals are `height` pixels high."""

    def __init__(self, height: float) -> None:
        self.height = height

    @abstractmethod
    def width(self, text: str) -> int:
        """Pixels from the first letter's left to the last one's right."""

    @abstractmethod
    def draw(self, image: Pixels, text: str, x: int, baseline: int, colour: Colour) -> None:
        """Write into `image`, uint8 BGR (height, width, 3); nothing outside it is touched."""

    def elided(self, text: str, width: int) -> str:
        """As much of `text` as fits into `width` pixels, with "..." where some is left out."""
        if self.width(text) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.width(text[:middle] + "...") <= width else (low, middle - 1)
        return text[:low].rstrip() + "..." if low else ""

    @staticmethod
    def blend(part: Pixels, mask: Any, colour: Colour) -> None:
        """Colour a part of an image by a mask of its size, uint8: 255 where the colour covers all."""
        share = np.asarray(mask, np.float32)[:, :, np.newaxis] / 255
        part[...] = (part * (1 - share) + np.array(colour, np.float32) * share + 0.5).astype(np.uint8)
