"""An axis of a chart: which range it shows, where values lie on it, and which of them it names."""

import math
from collections.abc import Iterable

from edgeclassify.lazy_dataclass import dataclass

_TICKS = 6
"""As many as are aimed at on a linear axis."""
_ROUND = (1.0, 2.0, 5.0)
_NO_SPAN = 1e-12
"""A range smaller than this share of its values has no room for ticks."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows. Raises ValueError where its ends are the wrong way round, or no numbers.

    `lowest`, `highest`: its ends; None: round numbers that hold all values. `linear_to`: beyond it (and below its
    negative) the axis is logarithmic, so that 0 and thousands find room on it; None: it is linear.
    """

    title: str
    lowest: float | None = None
    highest: float | None = None
    linear_to: float | None = None

    def __post_init__(self) -> None:
        ends = [end for end in (self.lowest, self.highest, self.linear_to) if end is not None]
        if not all(map(math.isfinite, ends)):
            raise ValueError(f"axis {self.title!r}: ends that are finite, found {ends}")
        if self.lowest is not None and self.highest is not None and self.lowest >= self.highest:
            raise ValueError(f"axis {self.title!r}: expected {self.lowest} below {self.highest}")
        if self.linear_to is not None and self.linear_to <= 0:
            raise ValueError(f"axis {self.title!r}: expected linear_to above 0, found {self.linear_to}")


class Scale:
    """An axis for given values: `ticks` are the values that it names, from one end to the other."""

    def __init__(self, axis: Axis, values: Iterable[float]) -> None:
        self._linear_to = axis.linear_to
        low, high = _range(axis, [value for value in values if math.isfinite(value)])
        marks = _linear_ticks(low, high) if axis.linear_to is None else _wide_ticks(low, high, axis.linear_to)
        self.low = marks[0] if axis.lowest is None else low
        self.high = marks[-1] if axis.highest is None else high
        slack = (self.high - self.low) * 1e-9
        self.ticks = tuple(tick for tick in marks if self.low - slack <= tick <= self.high + slack)

    def position(self, value: float) -> float:
        """Where a value lies: 0 at the low end, 1 at the high one; outside the range beyond these."""
        start, end = self._bent(self.low), self._bent(self.high)
        return (self._bent(value) - start) / (end - start)

    def _bent(self, value: float) -> float:
        return value if self._linear_to is None else math.asinh(value / self._linear_to)


def _range(axis: Axis, values: list[float]) -> tuple[float, float]:
    low = min(values, default=0.0) if axis.lowest is None else axis.lowest
    high = max(values, default=1.0) if axis.highest is None else axis.highest
    if high - low > _NO_SPAN * max(abs(low), abs(high)):
        return low, high
    # All values are one, or lie beyond the end that was given: there must be something to see all the same.
    room = abs(low) or 1.0
    return (low - room / 2 if axis.lowest is None else low), max(low, high) + room / 2


def _linear_ticks(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten, from at most `low` to at least `high`."""
    rough = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((power * digit for digit in (*_ROUND, 10.0) if power * digit >= rough * (1 - 1e-9)), power * 10)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [_clean(number * step) for number in range(first, last + 1)]


def _wide_ticks(low: float, high: float, linear_to: float) -> list[float]:
    """0 and powers of ten (with their double and fivefold where there are few), on both sides as needed."""
    largest = max(abs(low), abs(high), linear_to)
    first, last = math.floor(math.log10(linear_to)), math.ceil(math.log10(largest))
    digits = _ROUND if last - first <= 2 else _ROUND[:1]
    sizes = [_clean(digit * 10.0**power) for power in range(first, last + 1) for digit in digits]
    upper = _up_to(sizes, high) if high > 0 else []
    lower = [-size for size in reversed(_up_to(sizes, -low))] if low < 0 else []
    return [*lower, 0.0, *upper]


def _up_to(sizes: list[float], end: float) -> list[float]:
    """The sizes up to the first one that holds `end`."""
    return [size for i, size in enumerate(sizes) if i == 0 or sizes[i - 1] < end * (1 - 1e-9)]


def _clean(value: float) -> float:
    """Without what binary fractions leave behind the twelfth digit."""
    return float(f"{value:.12g}")
