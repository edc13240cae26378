"""Which label was taken for which, as SVG: a square for each pair, the darker the more often."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from edgeclassify.lazy_dataclass import dataclass

_INK, _GREY, _GRID = "#24292f", "#57606a", "#d8dee4"
_RIGHT, _WRONG = (0, 114, 178), (213, 94, 0)
"""Okabe and Ito's blue and vermilion, which the colour-blind can tell apart."""
_CELL, _LEAST_CELL, _MOST_SIDE = 46, 14, 1100
_FONT, _LETTER_WIDTH = 13, 0.56
_LONGEST_NAME = 28
_TOP = 50


@dataclass(frozen=True, slots=True)
class MatrixChart:
    """Counts of pairs.

    `rows`, `columns`: their names; `counts`: one row each; `right`: the column that is right in each row.
    `subtitle`: a line of figures below the title; `row_title`, `column_title`: what rows and columns stand for.
    """

    title: str
    subtitle: str
    row_title: str
    column_title: str
    rows: Sequence[str]
    columns: Sequence[str]
    counts: Sequence[Sequence[int]]
    right: Sequence[int]

    def __post_init__(self) -> None:
        is_whole = len(self.rows) == len(self.counts) == len(self.right)
        if not is_whole or any(len(row) != len(self.columns) for row in self.counts):
            raise ValueError(f"{len(self.rows)} rows of {len(self.columns)} counts, found {self.counts!r}")


def matrix_svg(chart: MatrixChart) -> str:
    """The chart as a whole SVG file. A square is as dark as its share of its row."""
    return "\n".join(_Matrix(chart).lines()) + "\n"


class _Matrix:
    """Where everything stands."""

    def __init__(self, chart: MatrixChart) -> None:
        self._chart = chart
        longest = max(len(chart.rows), len(chart.columns), 1)
        self._cell = max(_LEAST_CELL, min(_CELL, _MOST_SIDE // longest))
        names = max((len(_short(name)) for name in (*chart.rows, *chart.columns)), default=0)
        self._names = round(names * _FONT * _LETTER_WIDTH) + 14
        self._left = self._names + 30
        self._low = _TOP + 22 + len(chart.rows) * self._cell
        self._across = len(chart.columns) * self._cell
        heading = max(len(chart.title) * 16, len(chart.subtitle) * _FONT) * _LETTER_WIDTH
        self._width = round(max(self._left + self._across + 40, heading + 60))
        self._height = self._low + self._names + 44

    def lines(self) -> Iterator[str]:
        """The file's lines."""
        chart = self._chart
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self._width}" height="{self._height}" '
            f'viewBox="0 0 {self._width} {self._height}" font-family="sans-serif" font-size="{_FONT}">'
        )
        yield f"<title>{escape(chart.title)}</title>"
        yield f'<rect width="{self._width}" height="{self._height}" fill="#ffffff"/>'
        yield _text(chart.title, 20, 26, size=16, weight="bold")
        yield _text(chart.subtitle, 20, 46, colour=_GREY)
        for number, name in enumerate(chart.rows):
            yield from self._row(number, name)
        for number, name in enumerate(chart.columns):
            x = self._left + (number + 0.5) * self._cell + 4
            yield _text(_short(name), x, self._low + 10, anchor="end", turned=True)
        yield _text(chart.column_title, self._left + self._across / 2, self._height - 14, anchor="middle")
        upright = (_TOP + 22 + self._low) / 2
        yield _text(chart.row_title, 18, upright, anchor="middle", turned=True)
        yield "</svg>"

    def _row(self, number: int, name: str) -> Iterator[str]:
        """Its name and its squares."""
        y, counts = _TOP + 22 + number * self._cell, self._chart.counts[number]
        yield _text(_short(name), self._left - 8, y + self._cell / 2 + 4, anchor="end")
        total = max(1, sum(counts))
        for column, count in enumerate(counts):
            x, share = self._left + column * self._cell, count / total
            shade = _shade(_RIGHT if self._chart.right[number] == column else _WRONG, share)
            size = f'width="{self._cell}" height="{self._cell}"'
            yield f'<rect x="{x}" y="{y}" {size} fill="{shade}" stroke="{_GRID}"/>'
            if count and self._cell >= 18:
                colour = "#ffffff" if share > 0.55 else _INK
                letters = _FONT if self._cell >= 30 else 10
                middle = x + self._cell / 2, y + self._cell / 2 + 4
                yield _text(str(count), *middle, anchor="middle", colour=colour, size=letters)


def _shade(colour: tuple[int, int, int], share: float) -> str:
    """From white to the colour."""
    return "#" + "".join(f"{round(255 + (value - 255) * share):02x}" for value in colour)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _text(
    text: str,
    x: float,
    y: float,
    *,
    anchor: str = "start",
    colour: str = _INK,
    size: int = _FONT,
    weight: str = "normal",
    turned: bool = False,
) -> str:
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size}" '
        f'font-weight="{weight}"{turn}>{escape(text)}</text>'
    )
