"""Bars of several parts each, one below the other, as pixels: what a whole is made of, beside other wholes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edgeclassify.pictures.interface import Colour
from edgeclassify.pictures.jpeg import image_png
from edgeclassify.pictures.lettering import AnyLettering
from edgeclassify.types import Pixels

# Okabe and Ito's colours, which the colour-blind can tell apart; blue, green, red.
COLOURS: tuple[Colour, ...] = (
    (178, 114, 0), (0, 94, 213), (115, 158, 0), (167, 121, 204), (233, 180, 86), (0, 159, 230), (90, 90, 90),
    (66, 228, 240),
)  # fmt: skip
_INK: Colour = (47, 41, 36)
_GREY: Colour = (106, 96, 87)
_GRID: Colour = (222, 216, 208)
_TITLE, _TEXT = 12.0, 9.0
"""Height of the capitals, in pixels."""
_MARGIN, _GAP = 20, 10
_BAR, _STEP = 22, 40
_PLOT, _LONGEST_NAME, _LONGEST_NOTE = 620, 440, 460
_SWATCH = 12
_TICKS = 6
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """One whole. `parts`: how long each of the chart's parts is, in its unit, 0 and up. `mark`: where a stroke
    crosses the bar, None: nowhere. `note`: what stands behind the bar."""

    name: str
    parts: Sequence[float]
    mark: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class StackedBars:
    """The chart. `subtitle`: a line below the title. `unit`: of the axis. `parts`: their names, from the left;
    `mark`: what the stroke stands for, "" where no bar has one.

    Raises ValueError where a bar has another number of parts, or a value that is no length.
    """

    title: str
    subtitle: str
    unit: str
    parts: Sequence[str]
    bars: Sequence[Bar]
    mark: str = ""

    def __post_init__(self) -> None:
        for bar in self.bars:
            if len(bar.parts) != len(self.parts):
                raise ValueError(f"bar {bar.name!r}: expected {len(self.parts)} parts, found {len(bar.parts)}")
            values = [*bar.parts, *(() if bar.mark is None else (bar.mark,))]
            if not all(math.isfinite(value) and value >= 0 for value in values):
                raise ValueError(f"bar {bar.name!r}: expected finite lengths of 0 and up, found {values}")

    @property
    def longest(self) -> float:
        """The end of the longest bar, or the farthest mark."""
        return max((max(sum(bar.parts), bar.mark or 0.0) for bar in self.bars), default=0.0)


def bars_png(chart: StackedBars) -> bytes:
    """The chart as a PNG file."""
    return image_png(drawn_bars(chart))


def drawn_bars(chart: StackedBars) -> Pixels:
    """The chart as BGR pixels, uint8 (height, width, 3)."""
    return _Canvas(chart).drawn()


def ticks(longest: float) -> list[float]:
    """Round values from 0 to the first that is not below `longest`, about six of them."""
    if longest <= 0:
        return [0.0, 1.0]
    power = 10.0 ** math.floor(math.log10(longest / _TICKS))
    step = next(power * factor for factor in _ROUND if power * factor * _TICKS >= longest * (1 - 1e-9))
    return [step * number for number in range(math.ceil(longest / step - 1e-9) + 1)]


class _Canvas:
    """Where everything stands."""

    def __init__(self, chart: StackedBars) -> None:
        self._chart = chart
        self._heading, self._text = AnyLettering(_TITLE), AnyLettering(_TEXT)
        self._names = min(_LONGEST_NAME, max((self._text.width(bar.name) for bar in chart.bars), default=0))
        notes = min(_LONGEST_NOTE, max((self._text.width(bar.note) for bar in chart.bars), default=0))
        self._left = _MARGIN + self._names + _GAP
        self._width = self._left + _PLOT + _GAP + max(notes, 2 * _MARGIN) + _MARGIN
        self._ticks = ticks(chart.longest)
        self._legend = self._legend_rows()
        self._top = 84 + 22 * len(self._legend)
        self._low = self._top + len(chart.bars) * _STEP

    def drawn(self) -> Pixels:
        """All of it."""
        image = np.full((self._low + 52, self._width, 3), 255, np.uint8)
        room = self._width - 2 * _MARGIN
        self._heading.draw(image, self._heading.elided(self._chart.title, room), _MARGIN, 34, _INK)
        self._text.draw(image, self._text.elided(self._chart.subtitle, room), _MARGIN, 56, _GREY)
        self._draw_legend(image)
        for value in self._ticks:
            x = self._x(value)
            cv2.line(image, (x, self._top - 4), (x, self._low), _GRID, 1)
            label = f"{value:g}"
            self._text.draw(image, label, x - self._text.width(label) // 2, self._low + 18, _GREY)
        unit = self._chart.unit
        self._text.draw(image, unit, self._x(self._ticks[-1]) - self._text.width(unit), self._low + 38, _GREY)
        for number, bar in enumerate(self._chart.bars):
            self._draw_bar(image, bar, self._top + number * _STEP)
        return image

    def _draw_bar(self, image: Pixels, bar: Bar, top: int) -> None:
        baseline = top + (_BAR + round(_TEXT)) // 2
        name = self._text.elided(bar.name, self._names)
        self._text.draw(image, name, self._left - _GAP - self._text.width(name), baseline, _INK)
        end = 0.0
        for number, part in enumerate(bar.parts):
            left, end = self._x(end), end + part
            if self._x(end) > left:
                image[top : top + _BAR, left : self._x(end)] = COLOURS[number % len(COLOURS)]
        if bar.mark is not None:
            x = self._x(bar.mark)
            image[top - 5 : top + _BAR + 5, x - 1 : x + 2] = _INK
        after = self._x(max(end, bar.mark or 0.0)) + _GAP
        note = self._text.elided(bar.note, self._width - after - _GAP)
        self._text.draw(image, note, after, baseline, _GREY)

    def _draw_legend(self, image: Pixels) -> None:
        colours = {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(self._chart.parts)}
        for number, row in enumerate(self._legend):
            x, baseline = _MARGIN, 84 + 22 * number
            for name in row:
                if name in colours:
                    image[baseline - _SWATCH + 2 : baseline + 2, x : x + _SWATCH] = colours[name]
                else:
                    image[baseline - _SWATCH : baseline + 4, x + 5 : x + 8] = _INK
                self._text.draw(image, name, x + _SWATCH + 6, baseline, _INK)
                x += self._entry_width(name)

    def _legend_rows(self) -> list[list[str]]:
        """The names of parts and mark, as many in a row as it has room for."""
        names = [*self._chart.parts, *([self._chart.mark] if self._chart.mark else [])]
        rows: list[list[str]] = [[]]
        used = 0
        for name in names:
            width = self._entry_width(name)
            if rows[-1] and used + width > self._width - 2 * _MARGIN:
                rows.append([])
                used = 0
            rows[-1].append(name)
            used += width
        return rows

    def _entry_width(self, name: str) -> int:
        return _SWATCH + 6 + self._text.width(name) + 22

    def _x(self, value: float) -> int:
        return self._left + round(value / self._ticks[-1] * _PLOT)
