"""Many small pictures on one sheet, in sections with headings: for choosing between them at a glance."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.pictures.caption import ACCENTS, BACKGROUND
from edgeclassify.pictures.interface import Colour
from edgeclassify.pictures.jpeg import Jpeg, image_jpeg
from edgeclassify.pictures.lettering import AnyLettering
from edgeclassify.types import Pixels

_QUALITY = 85
_EMPTY: Colour = (52, 48, 46)
_BRIGHT: Colour = (250, 250, 250)
_DIM: Colour = (190, 185, 180)
_MARK: Colour = ACCENTS["start"]
_MARGIN, _GAP, _PAD = 16, 8, 6
_HEADING, _TEXT = 13.0, 9.0
"""Height of the capitals, in pixels."""
_MARK_WIDTH = 3
NO_PICTURE = "no picture"


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One picture of a sheet.

    `pixels`: BGR uint8 (height, width, 3), None where there is none. `lines`: what stands under it.
    `is_marked`: it has a frame.
    """

    pixels: Pixels | None
    lines: tuple[str, ...] = ()
    is_marked: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """Tiles below a heading: `title` in bright letters, `detail` beside it."""

    title: str
    detail: str
    tiles: Sequence[Tile]


def contact_sheet(sections: Sequence[Section], *, columns: int = 8, side: int = 160) -> Jpeg:
    """The sheet as a JPEG: each picture as large as it fits into a square of `side` pixels, `columns` in a row.

    As wide as the fullest row, at least four tiles.
    """
    return image_jpeg(drawn_sheet(sections, columns=columns, side=side), _QUALITY, b"edgeclassify contact sheet")


def drawn_sheet(sections: Sequence[Section], *, columns: int = 8, side: int = 160) -> Pixels:
    """The sheet as BGR pixels, uint8 (height, width, 3)."""
    used = max((len(one.tiles) for one in sections), default=0)
    columns = min(columns, max(4, used))
    sheet = _Sheet(columns, side)
    blocks = [block for one in sections for block in sheet.blocks(one)]
    border = np.full((_MARGIN, sheet.width, 3), BACKGROUND, np.uint8)
    return np.vstack([border, *blocks, border[: _MARGIN - _GAP]])


class _Sheet:
    """What all sections of one sheet share: its width, and the size of its letters."""

    def __init__(self, columns: int, side: int) -> None:
        self._columns, self._side = columns, side
        self.width = 2 * _MARGIN + columns * side + (columns - 1) * _GAP
        self._heading, self._text = AnyLettering(_HEADING), AnyLettering(_TEXT)

    def blocks(self, section: Section) -> Iterator[Pixels]:
        """The heading, then each row of tiles; all as wide as the sheet."""
        yield self._headed(section)
        for start in range(0, len(section.tiles), self._columns):
            yield self._row(section.tiles[start : start + self._columns])

    def _headed(self, section: Section) -> Pixels:
        block = self._block(round(3.2 * _HEADING))
        baseline, room = round(2.0 * _HEADING), self.width - 2 * _MARGIN
        title = self._heading.elided(section.title, room)
        self._heading.draw(block, title, _MARGIN, baseline, _BRIGHT)
        left = _MARGIN + self._heading.width(title) + 2 * _PAD
        detail = self._text.elided(section.detail, max(0, self.width - _MARGIN - left))
        self._text.draw(block, detail, left, baseline, _DIM)
        return block

    def _row(self, tiles: Sequence[Tile]) -> Pixels:
        step = round(1.9 * _TEXT)
        lines = max(len(tile.lines) for tile in tiles)
        block = self._block(self._side + lines * step + (_PAD if lines else 0) + _GAP)
        for column, tile in enumerate(tiles):
            left = _MARGIN + column * (self._side + _GAP)
            self._draw_picture(block[: self._side, left : left + self._side], tile)
            for number, line in enumerate(tile.lines):
                baseline = self._side + _PAD + round(number * step + _TEXT)
                colour = _BRIGHT if number == 0 else _DIM
                self._text.draw(block, self._text.elided(line, self._side), left, baseline, colour)
        return block

    def _draw_picture(self, cell: Pixels, tile: Tile) -> None:
        """The picture in the middle of its square cell, or the words that there is none."""
        cell[:] = _EMPTY
        if tile.pixels is None:
            width = self._text.width(NO_PICTURE)
            self._text.draw(cell, NO_PICTURE, (self._side - width) // 2, round((self._side + _TEXT) / 2), _DIM)
        else:
            fitted = _fitted(tile.pixels, self._side)
            height, width = fitted.shape[:2]
            top, left = (self._side - height) // 2, (self._side - width) // 2
            cell[top : top + height, left : left + width] = fitted
        if tile.is_marked:
            cell[:_MARK_WIDTH] = cell[-_MARK_WIDTH:] = _MARK
            cell[:, :_MARK_WIDTH] = cell[:, -_MARK_WIDTH:] = _MARK

    def _block(self, height: int) -> Pixels:
        return np.full((height, self.width, 3), BACKGROUND, np.uint8)


def _fitted(pixels: Pixels, side: int) -> Pixels:
    """The picture, its longer side made `side` pixels long."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)
