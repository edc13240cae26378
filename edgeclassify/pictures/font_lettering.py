"""Letters of any script, of a font of this machine, drawn by Pillow: where both are there, and only then loaded.

Pillow and its font take 4 MB and more, and a look for a font a process: line letters come first wherever they can
write a text. Which font has a text's letters fontconfig knows (`fc-list`).
"""

import logging
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from edgeclassify.pictures.interface import Colour, Lettering
from edgeclassify.types import Pixels

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

log = logging.getLogger(__name__)

_ASK_S = 5.0
_OUTLINES = (".ttf", ".otf", ".ttc", ".otc")
_PLAIN_STYLES = ("Regular", "Book", "Roman", "Normal", "Medium")
_OTHER_FAMILIES = ("Serif", "Mono", "Condensed", "Emoji")
_MEASURED = 200
"""Size at which the height of a font's capitals is measured."""


class Font(NamedTuple):
    """A font: its file, and which of those in the file it is."""

    path: str
    number: int


def can_write(text: str, font: Font) -> bool:
    """True where this font and Pillow are up to the text: right to left and joined letters take Pillow's raqm."""
    from PIL import features

    is_simple = all(
        unicodedata.bidirectional(char) not in ("R", "AL", "AN") and not unicodedata.combining(char)
        and unicodedata.category(char) != "Mc"
        for char in text
    )  # fmt: skip
    return (is_simple or bool(features.check("raqm"))) and _loaded(font, _MEASURED) is not None


def font_of(text: str) -> Font | None:
    """The plainest font of this machine that has all letters of a text; None: there is none, or no Pillow."""
    try:
        import PIL.ImageFont  # noqa: F401
    except ImportError:
        return None
    font = _found(frozenset(char for char in text + "Hx." if not char.isspace()))
    return font if font is not None and can_write(text, font) else None


class FontLettering(Lettering):
    """One size of a font: `height` of its capitals in pixels."""

    def __init__(self, height: float, font: Font) -> None:
        super().__init__(height)
        measured = _loaded(font, _MEASURED)
        assert measured is not None, "see font_of()"
        capital = -measured.getbbox("H", anchor="ls")[1]
        loaded = _loaded(font, max(1, round(height * _MEASURED / capital)))
        assert loaded is not None, "it was, in another size"
        self._font = loaded

    def width(self, text: str) -> int:
        """As the font has it."""
        return int(self._font.getlength(text) + 0.5) + 1

    def draw(self, image: Pixels, text: str, x: int, baseline: int, colour: Colour) -> None:
        """As the font has it."""
        core, offset = self._font.getmask2(text, "L", anchor="ls")
        width, height = core.size
        mask = np.frombuffer(bytes(core), np.uint8).reshape(height, width)
        left, top = round(x + offset[0]), round(baseline + offset[1])
        mask = mask[max(0, -top) :, max(0, -left) :]
        part = image[max(0, top) :, max(0, left) :][: mask.shape[0], : mask.shape[1]]
        self.blend(part, mask[: part.shape[0], : part.shape[1]], colour)


@lru_cache(maxsize=64)
def _found(letters: frozenset[str]) -> Font | None:
    import subprocess

    codes = " ".join(f"{ord(char):x}" for char in sorted(letters))
    command = ["fc-list", "--format", r"%{file}\t%{index}\t%{family}\t%{style}\n", f":charset={codes}"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, timeout=_ASK_S, check=True).stdout
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        log.debug("no font is looked for: %s", error)
        return None
    rows = (line.split("\t") for line in listed.splitlines())
    usable = [row for row in rows if len(row) == 4 and row[0].lower().endswith(_OUTLINES) and row[1].isdecimal()]
    best = min(usable, key=lambda row: (_oddness(row[2], row[3]), row[0], int(row[1])), default=None)
    return None if best is None else Font(best[0], int(best[1]))


def _oddness(family: str, style: str) -> int:
    """0: upright, of usual weight and width, without serifs."""
    plain = any(one in _PLAIN_STYLES for one in style.split(","))
    others = sum(word in family for word in _OTHER_FAMILIES)
    return 8 * (not plain) + 2 * others + ("Sans" not in family)


@lru_cache(maxsize=8)
def _loaded(font: Font, size: int) -> "FreeTypeFont | None":
    from PIL import ImageFont

    try:
        return ImageFont.truetype(font.path, size, font.number)
    except (OSError, ImportError) as error:  # a damaged file, or a Pillow without FreeType
        log.debug("%s: can't be used: %s", font.path, error)
        return None
