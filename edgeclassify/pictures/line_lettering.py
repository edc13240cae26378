"""OpenCV's line letters: any size, always there, in ASCII alone."""

import unicodedata

import cv2
import numpy as np

from edgeclassify.pictures.interface import Colour, Lettering
from edgeclassify.types import Pixels

FONT = cv2.FONT_HERSHEY_DUPLEX
CAPITAL = 22.0
"""Height of the font's capitals in pixels at scale 1."""
_FINE = 14.0
"""Letters below this height are drawn at three times their size and scaled down, which makes them even."""
# What Unicode does not decompose into a letter and its accent.
_LETTERS = str.maketrans({
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
    "Đ": "D", "ð": "d", "þ": "th", "ı": "i", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"',
})  # fmt: skip


def ascii_text(text: str) -> str:
    """`text` in the letters that OpenCV can draw: accents are folded, all that has no ASCII form becomes "?"."""
    folded = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    kept = (char for char in folded if not unicodedata.combining(char))
    return "".join(char if " " <= char <= "~" else " " if char.isspace() else "?" for char in kept)


class LineLettering(Lettering):
    """One size of text: `height` of the capitals in pixels."""

    def __init__(self, height: float) -> None:
        super().__init__(height)
        self._scale, self._thickness = height / CAPITAL, max(1, round(height / 14))

    def width(self, text: str) -> int:
        """Of its ASCII form."""
        size = cv2.getTextSize(ascii_text(text), FONT, self._scale, self._thickness)[0]
        return int(size[0]) + self._thickness

    def draw(self, image: Pixels, text: str, x: int, baseline: int, colour: Colour) -> None:
        """Its ASCII form."""
        text = ascii_text(text)
        if not text:
            return
        if self.height >= _FINE:
            cv2.putText(image, text, (x, baseline), FONT, self._scale, colour, self._thickness, cv2.LINE_AA)
            return
        self._draw_fine(image, text, x, baseline, colour)

    def elided(self, text: str, width: int) -> str:
        """Of its ASCII form, which may have more letters."""
        return super().elided(ascii_text(text), width)

    def _draw_fine(self, image: Pixels, text: str, x: int, baseline: int, colour: Colour) -> None:
        top, bottom = baseline - int(self.height * 1.3) - 1, baseline + int(self.height * 0.5) + 1
        right = x + self.width(text) + 2
        part = image[max(top, 0) : bottom, x:right]
        if part.size == 0:
            return
        mask = np.zeros((part.shape[0] * 3, part.shape[1] * 3), np.uint8)
        start = (0, (baseline - max(top, 0)) * 3)
        # A stroke of 4 thirds of a pixel: finer ones turn grey, and coarser ones fill the letters.
        cv2.putText(mask, text, start, FONT, self._scale * 3, 255, 4, cv2.LINE_AA)
        self.blend(part, np.asarray(cv2.resize(mask, part.shape[1::-1], interpolation=cv2.INTER_AREA)), colour)
