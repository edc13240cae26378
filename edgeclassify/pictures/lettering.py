"""The letters of any text: lines for what they can write, a font of the machine for the rest."""

import unicodedata
from collections.abc import Callable

from edgeclassify.pictures.font_lettering import Font, FontLettering, font_of
from edgeclassify.pictures.interface import Colour, Lettering
from edgeclassify.pictures.line_lettering import LineLettering
from edgeclassify.types import Pixels

FontFinder = Callable[[str], Font | None]


class AnyLettering(Lettering):
    """Line letters for what they can write; for other texts those of a font, where `font_of` finds one."""

    def __init__(self, height: float, font_of: FontFinder = font_of) -> None:
        super().__init__(height)
        self._lines, self._font_of = LineLettering(height), font_of

    def width(self, text: str) -> int:
        """Of the letters that it is written in."""
        lettering, text = self._for(text)
        return lettering.width(text)

    def draw(self, image: Pixels, text: str, x: int, baseline: int, colour: Colour) -> None:
        """In the letters that suit it."""
        lettering, text = self._for(text)
        lettering.draw(image, text, x, baseline, colour)

    def elided(self, text: str, width: int) -> str:
        """As of the letters that it is written in."""
        lettering, _ = self._for(text)
        return lettering.elided(text, width) if lettering is self._lines else super().elided(text, width)

    def _for(self, text: str) -> tuple[Lettering, str]:
        if text.isascii():
            return self._lines, text
        whole = unicodedata.normalize("NFC", text)
        whole = "".join(char if char.isprintable() else " " if char.isspace() else "?" for char in whole)
        font = self._font_of(whole)
        return (self._lines, text) if font is None else (FontLettering(self.height, font), whole)
