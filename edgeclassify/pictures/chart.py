"""Charts of lines and points as SVG: axes with round numbers, a legend, names beside points.

An SVG is text: it needs nothing to be drawn on a Pi, is sharp in any size, and every browser shows it.
"""

import math
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.pictures.chart_axis import Axis, Scale

__all__ = ["Axis", "Chart", "Series", "svg"]

# Okabe and Ito's colours, which the colour-blind can tell apart, without the yellow that white paper swallows.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
_SHAPES = 4  # circle, square, triangle, diamond
_INK, _GREY, _GRID = "#24292f", "#57606a", "#d8dee4"
_FONT, _LETTER_WIDTH = 13, 0.56
"""Size of the letters, and about how wide one of them is, as a share of it."""
_RADIUS = 4.0
_LEFT, _TOP, _BOTTOM, _RIGHT = 68, 46, 56, 22


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn in one colour. A point that is no number is left out, and breaks the line.

    `points`: (x, y). `is_line`: joined, in their order; `is_dashed`: by dashes; `has_marks`: each has a mark.
    `radii`: of the marks in pixels, one for each point; none: all alike. `notes`: what stands beside each point.
    """

    name: str
    points: Sequence[tuple[float, float]]
    is_line: bool = True
    is_dashed: bool = False
    has_marks: bool = True
    radii: Sequence[float] = ()
    notes: Sequence[str] = ()

    def __post_init__(self) -> None:
        for key, values in (("radii", self.radii), ("notes", self.notes)):
            if values and len(values) != len(self.points):
                raise ValueError(f"series {self.name!r}: {len(self.points)} {key}, found {len(values)}")


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture: its title, its axes, and what is drawn, the last series on top."""

    title: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    width: int = 760
    height: int = 460


def svg(chart: Chart) -> str:
    """The chart as a whole SVG file."""
    xs = Scale(chart.x, (x for one in chart.series for x, _ in one.points))
    ys = Scale(chart.y, (y for one in chart.series for _, y in one.points))
    plot = _Plot(chart, xs, ys)
    size = f'width="{chart.width}" height="{chart.height}" viewBox="0 0 {chart.width} {chart.height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="{_FONT}">',
        f"<title>{escape(chart.title)}</title>",
        f'<rect width="{chart.width}" height="{chart.height}" fill="#ffffff"/>',
        _text(chart.title, _LEFT, 26, size=16, weight="bold"),
        *plot.axes(),
        *(line for number, one in enumerate(chart.series) for line in plot.drawn(one, number)),
        *plot.legend(),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


class _Plot:
    """The area between the axes, and what is drawn in it and beside it."""

    def __init__(self, chart: Chart, xs: Scale, ys: Scale) -> None:
        self._chart, self._xs, self._ys = chart, xs, ys
        longest = max((len(one.name) for one in chart.series), default=0)
        self._legend = round(longest * _FONT * _LETTER_WIDTH) + 44
        self._right = max(_LEFT + 80, chart.width - _RIGHT - self._legend)
        self._low = chart.height - _BOTTOM

    def axes(self) -> Iterator[str]:
        """The grid, the numbers at its lines, and the axes' titles."""
        for tick in self._xs.ticks:
            x = self._x(tick)
            yield _line(x, _TOP, x, self._low, _GRID)
            yield _text(_number(tick), x, self._low + 18, anchor="middle", colour=_GREY)
        for tick in self._ys.ticks:
            y = self._y(tick)
            yield _line(_LEFT, y, self._right, y, _GRID)
            yield _text(_number(tick), _LEFT - 8, y + 4, anchor="end", colour=_GREY)
        yield _line(_LEFT, self._low, self._right, self._low, _INK)
        yield _line(_LEFT, _TOP, _LEFT, self._low, _INK)
        middle = (_LEFT + self._right) / 2
        yield _text(self._chart.x.title, middle, self._low + 42, anchor="middle")
        upright = (_TOP + self._low) / 2
        turned = f' transform="rotate(-90 18 {upright:.1f})"'
        yield _text(self._chart.y.title, 18, upright, anchor="middle", more=turned)

    def drawn(self, series: Series, number: int) -> Iterator[str]:
        """A series: its line, its marks, its notes."""
        colour = _COLOURS[number % len(_COLOURS)]
        if series.is_line:
            yield from self._lines(series, colour)
        for i, (x, y) in enumerate(series.points):
            if not self._is_inside(x, y):
                continue
            at = self._x(x), self._y(y)
            radius = series.radii[i] if series.radii else _RADIUS
            if series.has_marks:
                yield _mark(*at, radius, number % _SHAPES, colour)
            if series.notes:
                yield _text(series.notes[i], at[0] + radius + 4, at[1] + 4, colour=colour)

    def legend(self) -> Iterator[str]:
        """Mark and name of each series, at the right."""
        left = self._right + 18
        for number, one in enumerate(self._chart.series):
            y, colour = _TOP + 10 + number * 21, _COLOURS[number % len(_COLOURS)]
            if one.is_line:
                yield _line(left, y, left + 22, y, colour, width=2, is_dashed=one.is_dashed)
            if one.has_marks:
                yield _mark(left + 11, y, _RADIUS, number % _SHAPES, colour)
            yield _text(one.name, left + 29, y + 4.5)

    def _lines(self, series: Series, colour: str) -> Iterator[str]:
        """A line for each run of points that are inside."""
        runs: list[list[str]] = [[]]
        for x, y in series.points:
            if self._is_inside(x, y):
                runs[-1].append(f"{self._x(x):.1f},{self._y(y):.1f}")
            elif runs[-1]:
                runs.append([])
        dashes = ' stroke-dasharray="6 4"' if series.is_dashed else ""
        for run in runs:
            if len(run) > 1:
                yield (
                    f'<polyline points="{" ".join(run)}" fill="none" stroke="{colour}" stroke-width="2" '
                    f'stroke-linejoin="round"{dashes}/>'
                )

    def _is_inside(self, x: float, y: float) -> bool:
        if not (math.isfinite(x) and math.isfinite(y)):
            return False
        return -1e-6 <= self._xs.position(x) <= 1 + 1e-6 and -1e-6 <= self._ys.position(y) <= 1 + 1e-6

    def _x(self, value: float) -> float:
        return _LEFT + self._xs.position(value) * (self._right - _LEFT)

    def _y(self, value: float) -> float:
        return self._low - self._ys.position(value) * (self._low - _TOP)


def _number(value: float) -> str:
    return f"{value:,.10g}" if abs(value) < 1e6 else f"{value:.3g}"


def _text(
    text: str,
    x: float,
    y: float,
    *,
    anchor: str = "start",
    colour: str = _INK,
    size: int = _FONT,
    weight: str = "normal",
    more: str = "",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size}" '
        f'font-weight="{weight}"{more}>{escape(text)}</text>'
    )


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, *, width: int = 1, is_dashed: bool = False
) -> str:
    dashes = ' stroke-dasharray="6 4"' if is_dashed else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"{dashes}/>'
    )


def _mark(x: float, y: float, radius: float, shape: int, colour: str) -> str:
    style = f'fill="{colour}" stroke="#ffffff"'
    if shape == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" {style}/>'
    corners = {
        1: ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
        2: ((0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)),
        3: ((0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)),
    }[shape]
    points = " ".join(f"{x + across * radius:.1f},{y + down * radius:.1f}" for across, down in corners)
    return f'<polygon points="{points}" {style}/>'
