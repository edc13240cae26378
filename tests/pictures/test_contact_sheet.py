"""Every picture is on the sheet, whole and in its place; nothing is drawn beyond it."""

import numpy as np
import pytest

from edgeclassify.pictures.caption import BACKGROUND
from edgeclassify.pictures.contact_sheet import Section, Tile, contact_sheet, drawn_sheet
from edgeclassify.types import Pixels
from tests.publish.snapshots.sample_images import decoded

COLOURS = [(250, 10, 10), (10, 250, 10), (10, 10, 250), (250, 250, 10), (10, 250, 250), (250, 10, 250)]


def flat(colour: tuple[int, int, int], width: int = 80, height: int = 80) -> Pixels:
    return np.full((height, width, 3), colour, np.uint8)


def where(sheet: Pixels, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Left, top, width and height of what has that colour."""
    rows, columns = np.nonzero((np.abs(sheet.astype(int) - colour) < 12).all(axis=2))
    left, top = int(columns.min()), int(rows.min())
    return left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1


def test_tiles_stand_in_rows_below_their_heading() -> None:
    sections = [
        Section("1", "five", [Tile(flat(colour)) for colour in COLOURS[:5]]),
        Section("2", "one", [Tile(flat(COLOURS[5]))]),
    ]
    sheet = drawn_sheet(sections, columns=4, side=100)
    places = [where(sheet, colour) for colour in COLOURS]
    assert {place[2:] for place in places} == {(100, 100)}
    assert [place[0] for place in places] == [16, 124, 232, 340, 16, 16]
    tops = [place[1] for place in places]
    assert tops[0] == tops[1] == tops[2] == tops[3] < tops[4] < tops[5]
    assert tops[4] - tops[0] == 108
    assert sheet.shape[1] == 2 * 16 + 4 * 100 + 3 * 8


@pytest.mark.parametrize(("width", "height"), [(40, 80), (80, 40), (320, 160), (1, 300), (3, 3)])
def test_a_picture_keeps_its_shape_in_the_middle_of_its_square(width: int, height: int) -> None:
    sheet = drawn_sheet([Section("", "", [Tile(flat(COLOURS[0], width, height))])], side=100)
    left, _, wide, high = where(sheet, COLOURS[0])
    assert max(wide, high) == 100
    assert wide / high == pytest.approx(width / height, rel=0.05, abs=0.01)
    assert abs(left - 16 - (100 - wide) / 2) <= 1


def test_marks_lines_and_what_has_no_picture() -> None:
    plain = drawn_sheet([Section("", "", [Tile(flat(COLOURS[0]), ("a line",))])], side=100)
    marked = drawn_sheet([Section("", "", [Tile(flat(COLOURS[0]), ("a line",), is_marked=True)])], side=100)
    changed = (plain != marked).any(axis=2)
    assert changed.sum() == 100 * 100 - 94 * 94
    _, top, _, _ = where(plain, COLOURS[0])
    assert (plain[top + 100 :] != BACKGROUND).any()
    empty = drawn_sheet([Section("", "", [Tile(None)])], side=100)
    assert (empty[top + 40 : top + 60, 16:116] > 100).any(), "words in its place"


def test_long_words_end_at_the_edge() -> None:
    tile = Tile(flat(COLOURS[0]), ("W" * 200, "ä" * 200))
    sheet = drawn_sheet([Section("W" * 300, "W" * 300, [tile] * 3)], columns=3, side=60)
    assert (sheet[:, -15:] == BACKGROUND).all()
    assert (sheet[:, :15] == BACKGROUND).all()


def test_as_a_jpeg() -> None:
    jpeg = contact_sheet([Section("1", "", [Tile(flat(COLOURS[1]))] * 2)])
    image = decoded(jpeg.data)
    assert image.shape[:2] == (jpeg.height, jpeg.width)
    assert where(image, COLOURS[1])[3] >= 158
    assert contact_sheet([]).width > 0
