"""Surfaces of a drawn scene: how much light of which colour each of them gives back, by day and to infrared."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 320, 240
FINE = 2
"""Drawn so much larger, for soft edges."""

Plane = NDArray[np.float32]
Point = tuple[float, float]
"""In shares of width and height."""
Colour = tuple[float, float, float]
"""Reflectance for red, green and blue, 0-1."""


def cloud_noise(draws: np.random.Generator, coarsest: int, octaves: int = 4) -> Plane:
    """Smooth noise of deviation 1 with detail down to `coarsest` / 2 ** octaves pixels."""
    total = np.zeros((HEIGHT, WIDTH), np.float32)
    for octave in range(octaves):
        cell = max(1, coarsest >> octave)
        small = draws.standard_normal((HEIGHT // cell + 2, WIDTH // cell + 2), np.float32)
        total += np.asarray(cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)) / 1.6**octave
    return np.asarray((total - total.mean()) / total.std(), np.float32)


@dataclass
class Surfaces:
    """Planes of (HEIGHT, WIDTH): `colour` (with three channels) and `infrared`: reflectance, 0-1; `distance` in
    metres; `open_sky`: how much of the sky's light gets there, 0-1; `is_ground`: shadows move over it."""

    colour: Plane
    infrared: Plane
    distance: Plane
    open_sky: Plane
    is_ground: Plane

    @classmethod
    def empty(cls) -> "Surfaces":
        """Black, and far away."""
        plane = np.zeros((HEIGHT, WIDTH), np.float32)
        colour = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        return cls(colour, plane.copy(), plane + 200, plane + 1, plane.copy())

    def copy(self) -> "Surfaces":
        """One that can be painted on."""
        planes = (self.colour, self.infrared, self.distance, self.open_sky, self.is_ground)
        return Surfaces(*(plane.copy() for plane in planes))

    def paint(
        self,
        corners: Sequence[Point],
        colour: Colour,
        infrared: float,
        distance: float | Plane,
        *,
        texture: Plane | None = None,
        open_sky: float = 1.0,
        is_ground: bool = False,
    ) -> None:
        """Lay a polygon over what is there. `texture`: deviation from the reflectance, as a share of it."""
        share = _share(corners)
        rough = np.clip(1 + texture, 0.2, 1.8) if texture is not None else np.ones_like(share)
        for plane, value in (
            (self.infrared, infrared * rough),
            (self.distance, distance),
            (self.open_sky, open_sky),
            (self.is_ground, float(is_ground)),
        ):
            plane += share * (value - plane)
        rough_colour = np.asarray(colour, np.float32) * rough[..., np.newaxis]
        self.colour += share[..., np.newaxis] * (rough_colour - self.colour)


def rectangle(left: float, top: float, right: float, bottom: float) -> list[Point]:
    """Its corners."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def ellipse(x: float, y: float, across: float, down: float) -> list[Point]:
    """Twenty corners of it; `across` and `down` are radii."""
    angles = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    return [(x + across * float(np.cos(angle)), y + down * float(np.sin(angle))) for angle in angles]


def _share(corners: Sequence[Point]) -> Plane:
    """How much of each pixel the polygon covers, 0-1."""
    mask = np.zeros((HEIGHT * FINE, WIDTH * FINE), np.uint8)
    scaled = np.array([(x * WIDTH * FINE, y * HEIGHT * FINE) for x, y in corners])
    cv2.fillPoly(mask, [np.rint(scaled).astype(np.int32)], 255)
    small = cv2.resize(mask, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small / np.float32(255), np.float32)
