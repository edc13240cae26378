"""Machines of which only the normal state is taught: a printer lays plastic on a bed, a belt carries boxes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from edgeclassify.types import Pixels
from tests.bench.yards.surfaces import HEIGHT, WIDTH, Colour, Plane, Surfaces, cloud_noise, ellipse, rectangle


@dataclass(frozen=True)
class Job:
    """A print, or a shift at the belt: what stays the same while it runs.

    `filament`: the print's colour; `shape`: half its width and its height; `lamp`: where it is, 0 left, 1 right.
    """

    number: int
    filament: Colour
    shape: tuple[float, float]
    lamp: float


def job(number: int) -> Job:
    """The one with that number."""
    draws = np.random.default_rng([41, number])
    red, green, blue = (float(draws.uniform(0.05, 0.8)) for _ in range(3))
    half, height = draws.uniform(0.08, 0.2), draws.uniform(0.2, 0.38)
    return Job(number, (red, green, blue), (half, height), draws.uniform(0, 1))


def printer(one: Job, seed: int, fault: float) -> Pixels:
    """A print at some moment of it. `fault`: 0 is normal; strands of plastic lie about; 1: all is lost."""
    draws = np.random.default_rng([one.number, seed, 1])
    done = draws.uniform(0.15, 1.0)
    found = Surfaces.empty()
    found.paint(rectangle(0, 0, 1, 1), (0.12, 0.12, 0.13), 0.2, 2.0, texture=_rough(1) * 0.2)
    bed = [(0.2, 0.55), (0.8, 0.55), (0.97, 0.95), (0.03, 0.95)]
    found.paint(bed, (0.2, 0.18, 0.16), 0.3, 1.0, texture=_rough(2) * 0.1)
    half, height = one.shape
    foot, top = 0.82, 0.82 - height * done
    found.paint(rectangle(0.5 - half, top, 0.5 + half, foot), one.filament, 0.5, 0.8)
    darker = (one.filament[0] * 0.75, one.filament[1] * 0.75, one.filament[2] * 0.75)
    for row in np.arange(foot, top, -0.012):
        found.paint(rectangle(0.5 - half, float(row) - 0.003, 0.5 + half, float(row)), darker, 0.4, 0.8)
    lid = [(0.5 - half, top), (0.5 + half, top), (0.5 + half * 0.85, top - 0.03), (0.5 - half * 0.85, top - 0.03)]
    found.paint(lid, tuple(min(0.95, part * 1.2) for part in one.filament), 0.6, 0.8)  # type: ignore[arg-type]
    x = 0.5 + draws.uniform(-half, half)
    beam = top - 0.16
    found.paint(rectangle(0.0, beam - 0.03, 1.0, beam + 0.01), (0.4, 0.4, 0.42), 0.5, 0.9)
    found.paint(rectangle(x - 0.07, beam - 0.06, x + 0.07, beam + 0.07), (0.06, 0.06, 0.07), 0.1, 0.8)
    found.paint([(x - 0.02, beam + 0.07), (x + 0.02, beam + 0.07), (x, beam + 0.13)], (0.6, 0.45, 0.15), 0.5, 0.8)
    colour = found.colour.copy()
    if fault:
        _strands(colour, one.filament, round(12 + 140 * fault), (0.5, foot - height * done * 0.4), draws)
    return _shown(colour, one.lamp, draws)


def belt(one: Job, seed: int, fault: float) -> Pixels:
    """Boxes that go by with gaps between them. `fault`: 0 is normal; they run into each other and fall off; 1."""
    draws = np.random.default_rng([one.number, seed, 2])
    found = Surfaces.empty()
    found.paint(rectangle(0, 0, 1, 1), (0.3, 0.31, 0.32), 0.3, 3.0, texture=_rough(3) * 0.15)
    for x in (0.1, 0.5, 0.9):
        found.paint(rectangle(x - 0.02, 0.6, x + 0.02, 1), (0.15, 0.2, 0.3), 0.4, 2.0)
    found.paint(rectangle(0, 0.48, 1, 0.64), (0.05, 0.05, 0.05), 0.1, 2.0, texture=_rough(4) * 0.2)
    for y in (0.46, 0.63):
        found.paint(rectangle(0, y, 1, y + 0.03), (0.45, 0.42, 0.1), 0.5, 2.0)
    first = draws.uniform(-0.2, 0.1)
    for i in range(5):
        x, size = first + i * draws.uniform(0.28, 0.34), draws.uniform(0.1, 0.14)
        _box(found, x, 0.56, size, 0.0, draws)
    for _ in range(round(1 + 7 * fault) if fault else 0):
        x, y = draws.normal(0.62, 0.12), draws.uniform(0.35, 0.62 + 0.3 * fault)
        _box(found, float(x), float(y), draws.uniform(0.1, 0.14), draws.uniform(-1.2, 1.2), draws)
    return _shown(found.colour, one.lamp, draws)


def _box(found: Surfaces, x: float, y: float, size: float, turned: float, draws: np.random.Generator) -> None:
    """Of cardboard, its middle there, turned by an angle."""
    brown = draws.uniform(0.8, 1.1)
    cos, sin = float(np.cos(turned)), float(np.sin(turned))

    def at(across: float, down: float) -> tuple[float, float]:
        return x + size * (across * cos - down * sin), y + size * WIDTH / HEIGHT * (across * sin + down * cos)

    corners = [at(-0.5, -0.5), at(0.5, -0.5), at(0.5, 0.5), at(-0.5, 0.5)]
    found.paint(corners, (0.45 * brown, 0.32 * brown, 0.2 * brown), 0.5, 1.5)
    tape = [at(-0.07, -0.5), at(0.07, -0.5), at(0.07, 0.5), at(-0.07, 0.5)]
    found.paint(tape, (0.6, 0.55, 0.45), 0.6, 1.5)
    found.paint(ellipse(*at(0.28, 0.2), size * 0.1, size * 0.1), (0.8, 0.8, 0.8), 0.7, 1.5)


def _strands(
    colour: Plane, filament: Colour, count: int, start: tuple[float, float], draws: np.random.Generator
) -> None:
    """Thin curls that begin near `start` and wander."""
    reach = 0.04 + 0.0012 * count
    for _ in range(count):
        steps = draws.normal(0, 0.012, (30, 2)).cumsum(axis=0).cumsum(axis=0) * 0.12
        from_there = np.array(start) + draws.normal(0, reach, 2)
        points = (from_there + steps) * (WIDTH, HEIGHT)
        bright = draws.uniform(0.6, 1.3)
        paint = tuple(float(part) * bright for part in filament)
        cv2.polylines(colour, [np.rint(points * 4).astype(np.int32)], False, paint, 1, cv2.LINE_AA, 2)


def _shown(colour: Plane, lamp: float, draws: np.random.Generator) -> Pixels:
    """Under a lamp at the left or the right, with daylight that comes and goes."""
    columns, rows = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))
    daylight = draws.uniform(0.1, 1.0)
    falloff = 1 / (1 + 0.5 * ((columns - (2 * lamp - 1)) ** 2 + (rows + 0.8) ** 2))
    warm = np.array([1.0, 0.9, 0.75]) * falloff[..., np.newaxis] + daylight * np.array([0.85, 0.95, 1.1])
    light = colour * warm
    levels = light * (0.18 / light.mean()) * draws.uniform(0.9, 1.1)
    noise = draws.normal(0, 0.008 + 0.01 * (1 - daylight), levels.shape)
    levels = levels + noise * np.sqrt(np.maximum(levels, 0.02))
    tones = np.clip(levels / (1 + 0.4 * levels), 0, 1) ** (1 / 2.2)
    pixels = np.rint(tones * 255).astype(np.uint8)
    coded = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(draws.integers(65, 90))])[1]
    return np.ascontiguousarray(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])


def _rough(number: int) -> Plane:
    return cloud_noise(np.random.default_rng([43, number]), 8)


MACHINES: Mapping[str, Callable[[Job, int, float], Pixels]] = {"printer": printer, "belt": belt}
