"""Places with something that has two states: a gate, a garage's door, a bin, a gate that opens to either side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tests.bench.yards.surfaces import Colour, Plane, Point, Surfaces, cloud_noise, ellipse, rectangle

HORIZON = 0.42


@dataclass(frozen=True)
class Place:
    """A place by its kind and number; the same again for the same. `surfaces`: one for each of `states`."""

    kind: str
    number: int
    states: tuple[str, str]
    surfaces: tuple[Surfaces, Surfaces]


def place(kind: str, number: int) -> Place:
    """The place of that kind and number."""
    paint = KINDS[kind]
    draws = np.random.default_rng([sum(kind.encode()), number])
    base = _yard(draws)
    states, painted = paint(base, draws)
    return Place(kind, number, states, painted)


Painted = tuple[tuple[str, str], tuple[Surfaces, Surfaces]]


def _colour(draws: np.random.Generator, low: float, high: float, tint: float = 0.15) -> Colour:
    level = draws.uniform(low, high)
    red, green, blue = (float(np.clip(level * (1 + draws.uniform(-tint, tint)), 0.02, 0.95)) for _ in range(3))
    return red, green, blue


def _yard(draws: np.random.Generator) -> Surfaces:
    """Trees and a house behind, a lawn, a paved drive."""
    found = Surfaces.empty()
    rows = np.linspace(0, 1, found.infrared.shape[0], dtype=np.float32)[:, np.newaxis]
    ground_at = np.where(rows > HORIZON + 0.01, 1.3 / np.maximum(rows - HORIZON, 0.02), 60) + found.infrared
    found.paint(rectangle(0, 0, 1, HORIZON), (0.0, 0.0, 0.0), 0.0, 1000.0)
    for _ in range(6):
        x, top = draws.uniform(-0.1, 1.1), draws.uniform(0.05, 0.3)
        green = draws.uniform(0.08, 0.2)
        leaves = cloud_noise(draws, 16) * 0.35
        crown = ellipse(x, (top + HORIZON) / 2, draws.uniform(0.08, 0.2), (HORIZON - top) / 2 + 0.05)
        found.paint(crown, (green * 0.7, green, green * 0.45), draws.uniform(0.45, 0.75), 25.0, texture=leaves)
    left, roof = draws.uniform(0.0, 0.6), draws.uniform(0.1, 0.2)
    front = _colour(draws, 0.35, 0.7)
    found.paint(
        rectangle(left, roof, left + 0.32, HORIZON + 0.03), front, 0.6, 18.0, texture=cloud_noise(draws, 8) * 0.05
    )
    tiles = [(left - 0.03, roof), (left + 0.08, roof - 0.09), (left + 0.26, roof - 0.09), (left + 0.35, roof)]
    found.paint(tiles, (0.3, 0.13, 0.09), 0.3, 18.0, texture=cloud_noise(draws, 4) * 0.1)
    for x in (0.04, 0.19):
        window = rectangle(left + x, roof + 0.06, left + x + 0.08, roof + 0.14)
        found.paint(window, (0.05, 0.06, 0.07), 0.05, 18.0)
    grass = cloud_noise(draws, 12) * 0.25
    found.paint(rectangle(0, HORIZON, 1, 1), (0.09, 0.16, 0.05), 0.5, ground_at, texture=grass, is_ground=True)
    middle, far, near = draws.uniform(0.4, 0.6), draws.uniform(0.1, 0.14), draws.uniform(0.35, 0.5)
    drive = [(middle - far, HORIZON), (middle + far, HORIZON), (middle + near, 1.0), (middle - near, 1.0)]
    paved = cloud_noise(draws, 6) * 0.12
    found.paint(drive, _colour(draws, 0.2, 0.4, 0.08), 0.35, ground_at, texture=paved, is_ground=True)
    return found


def _wall(found: Surfaces, draws: np.random.Generator, left: float, right: float, top: float, foot: float) -> None:
    """A wall on both sides of an opening, with posts at its ends."""
    colour, rough = _colour(draws, 0.25, 0.6), cloud_noise(draws, 6) * 0.12
    for ends in ((-0.02, left), (right, 1.02)):
        found.paint(rectangle(ends[0], top, ends[1], foot), colour, 0.5, 9.0, texture=rough)
        for row in np.arange(top, foot, 0.03):
            joint = rectangle(ends[0], float(row), ends[1], float(row) + 0.004)
            found.paint(joint, (0.15, 0.15, 0.15), 0.3, 9.0)
    post = _colour(draws, 0.3, 0.7)
    for x in (left, right):
        found.paint(rectangle(x - 0.018, top - 0.04, x + 0.018, foot), post, 0.55, 9.0, texture=rough)


def _leaf(
    found: Surfaces, corners: Sequence[Point], colour: Colour, infrared: float, bars: int, gap: float
) -> None:
    """A gate's leaf between four corners (from the upper left one, clockwise): bars and two rails."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners

    def at(across: float, down: float) -> Point:
        upper = (x0 + (x1 - x0) * across, y0 + (y1 - y0) * across)
        lower = (x3 + (x2 - x3) * across, y3 + (y2 - y3) * across)
        return upper[0] + (lower[0] - upper[0]) * down, upper[1] + (lower[1] - upper[1]) * down

    for bar in range(bars):
        start, end = bar / bars, (bar + 1 - gap) / bars
        found.paint([at(start, 0), at(end, 0), at(end, 1), at(start, 1)], colour, infrared, 9.0)
    for down in (0.05, 0.85):
        found.paint([at(0, down), at(1, down), at(1, down + 0.07), at(0, down + 0.07)], colour, infrared, 9.0)


@dataclass(frozen=True)
class _Opening:
    left: float
    right: float
    top: float
    foot: float

    def across(self) -> float:
        return self.right - self.left


def _opening(base: Surfaces, draws: np.random.Generator) -> _Opening:
    middle, half = draws.uniform(0.42, 0.58), draws.uniform(0.14, 0.2)
    found = _Opening(middle - half, middle + half, draws.uniform(0.3, 0.36), draws.uniform(0.56, 0.62))
    _wall(base, draws, found.left, found.right, found.top, found.foot)
    return found


def _paint_of(draws: np.random.Generator) -> tuple[Colour, float, int, float]:
    """A gate's colour, how bright it is in infrared (whatever its colour), its bars and their gaps."""
    return (
        _colour(draws, 0.05, 0.7, 0.4),
        draws.uniform(0.15, 0.8),
        int(draws.integers(5, 12)),
        draws.uniform(0.1, 0.5),
    )


def _swing_gate(base: Surfaces, draws: np.random.Generator) -> Painted:
    """Two leaves that open inwards."""
    gap, how = _opening(base, draws), _paint_of(draws)
    shut, wide = base.copy(), base.copy()
    _leaf(shut, rectangle(gap.left, gap.top + 0.02, gap.right, gap.foot), *how)
    reach, lower = gap.across() * 0.16, 0.09
    for x, inwards in ((gap.left, reach), (gap.right, -reach)):
        near = x - inwards * 0.2
        ends = [
            (near, gap.top + 0.02),
            (x + inwards, gap.top - 0.01),
            (x + inwards, gap.foot + lower),
            (near, gap.foot),
        ]
        _leaf(wide, ends, *how)
    return ("closed", "open"), (shut, wide)


def _sliding_gate(base: Surfaces, draws: np.random.Generator) -> Painted:
    """One leaf that goes aside along the wall."""
    gap, how = _opening(base, draws), _paint_of(draws)
    shut, wide = base.copy(), base.copy()
    away = gap.across() * 0.93 * float(draws.choice((-1, 1)))
    _leaf(shut, rectangle(gap.left, gap.top + 0.02, gap.right, gap.foot + 0.01), *how)
    _leaf(wide, rectangle(gap.left + away, gap.top + 0.02, gap.right + away, gap.foot + 0.01), *how)
    return ("closed", "open"), (shut, wide)


def _sided_gate(base: Surfaces, draws: np.random.Generator) -> Painted:
    """One leaf that stands open to the left or to the right: what is mirrored is the other state."""
    gap, how = _opening(base, draws), _paint_of(draws)
    painted = []
    for away in (-gap.across() * 0.93, gap.across() * 0.93):
        side = base.copy()
        _leaf(side, rectangle(gap.left + away, gap.top + 0.02, gap.right + away, gap.foot + 0.01), *how)
        painted.append(side)
    return ("left", "right"), (painted[0], painted[1])


def _garage(base: Surfaces, draws: np.random.Generator) -> Painted:
    """A house's front with a door that rolls up; behind it is a dark room, with a car or without."""
    left, right, top, foot = draws.uniform(0.2, 0.3), draws.uniform(0.62, 0.75), draws.uniform(0.24, 0.3), 0.66
    front, rough = _colour(draws, 0.3, 0.75), cloud_noise(draws, 8) * 0.06
    base.paint(rectangle(-0.02, -0.02, 1.02, foot), front, 0.6, 7.0, texture=rough)
    shut, wide = base.copy(), base.copy()
    door, infrared = _colour(draws, 0.15, 0.75, 0.3), draws.uniform(0.2, 0.8)
    shut.paint(rectangle(left, top, right, foot), door, infrared, 7.0)
    dark = (door[0] * 0.6, door[1] * 0.6, door[2] * 0.6)
    for row in np.linspace(top, foot, int(draws.integers(4, 8)))[1:-1]:
        shut.paint(rectangle(left, float(row), right, float(row) + 0.006), dark, infrared * 0.6, 7.0)
    wide.paint(rectangle(left, top, right, foot), (0.3, 0.28, 0.25), 0.3, 10.0, open_sky=0.06)
    if draws.random() < 0.5:
        middle = (left + right) / 2
        _car(wide, middle, foot - 0.02, 0.26, _colour(draws, 0.1, 0.6, 0.5), 0.12)
    return ("closed", "open"), (shut, wide)


def _bin(base: Surfaces, draws: np.random.Generator) -> Painted:
    """A bin that stands at the kerb or does not: a small part of the picture."""
    gone, there = base.copy(), base.copy()
    x, foot, size = draws.uniform(0.25, 0.7), draws.uniform(0.68, 0.8), draws.uniform(0.09, 0.13)
    colour, infrared = _colour(draws, 0.05, 0.3, 0.5), draws.uniform(0.1, 0.7)
    body = [(x, foot - size * 1.9), (x + size, foot - size * 1.9), (x + size * 0.9, foot), (x + size * 0.1, foot)]
    there.paint(body, colour, infrared, 5.0)
    lid = rectangle(x - size * 0.06, foot - size * 2.05, x + size * 1.06, foot - size * 1.82)
    lid_colour = _colour(draws, 0.1, 0.6, 0.6)
    there.paint(lid, lid_colour, infrared, 5.0)
    for wheel in (0.2, 0.8):
        there.paint(ellipse(x + size * wheel, foot, size * 0.12, size * 0.16), (0.03, 0.03, 0.03), 0.05, 5.0)
    return ("in", "out"), (gone, there)


def _car(found: Surfaces, x: float, foot: float, size: float, colour: Colour, open_sky: float = 1.0) -> None:
    """From the front, `size` wide; x is its middle."""
    half = size / 2
    body = [
        (x - half, foot - size * 0.5), (x - half * 0.8, foot - size * 0.6), (x - half * 0.6, foot - size),
        (x + half * 0.6, foot - size), (x + half * 0.8, foot - size * 0.6), (x + half, foot - size * 0.5),
        (x + half, foot), (x - half, foot),
    ]  # fmt: skip
    found.paint(body, colour, 0.4, 6.0, open_sky=open_sky)
    glass = [(x - half * 0.68, foot - size * 0.6), (x - half * 0.52, foot - size * 0.93)]
    mirrored = [(2 * x - across, down) for across, down in reversed(glass)]
    found.paint([*glass, *mirrored], (0.05, 0.06, 0.07), 0.05, 6.0, open_sky=open_sky)
    for across in (-0.75, 0.75):
        lamp = ellipse(x + half * across, foot - size * 0.36, size * 0.08, size * 0.05)
        found.paint(lamp, (0.8, 0.8, 0.8), 0.9, 6.0, open_sky=open_sky)


def with_visitor(found: Surfaces, draws: np.random.Generator) -> Surfaces:
    """Somebody walks through, or a car stands on the drive: nothing that has to do with the state."""
    visited = found.copy()
    x, foot = draws.uniform(0.1, 0.9), draws.uniform(0.75, 0.95)
    if draws.random() < 0.4:
        _car(visited, x, foot, draws.uniform(0.2, 0.3), _colour(draws, 0.05, 0.7, 0.5))
        return visited
    size = draws.uniform(0.25, 0.4)
    visited.paint(rectangle(x, foot - size * 0.45, x + size * 0.2, foot), _colour(draws, 0.03, 0.3, 0.5), 0.4, 5.0)
    coat = rectangle(x - size * 0.03, foot - size * 0.85, x + size * 0.23, foot - size * 0.4)
    visited.paint(coat, _colour(draws, 0.05, 0.7, 0.6), 0.5, 5.0)
    visited.paint(
        ellipse(x + size * 0.1, foot - size * 0.93, size * 0.07, size * 0.09), (0.4, 0.28, 0.2), 0.6, 5.0
    )
    return visited


KINDS: Mapping[str, Callable[[Surfaces, np.random.Generator], Painted]] = {
    "swing gate": _swing_gate,
    "sliding gate": _sliding_gate,
    "garage": _garage,
    "bin": _bin,
    "left or right": _sided_gate,
}

__all__ = ["HORIZON", "KINDS", "Place", "Plane", "place", "with_visitor"]
