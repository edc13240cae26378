"""A camera on a wall, simulated: what it sees of a scene at a second, under conditions of a given severity.

What changes slowly (the light) or lasts (somebody passes) follows from the seconds; what differs from frame
to frame (shake, blur, noise, JPEG) is drawn anew for each. So a stream is of the same kind at any frame rate.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edgeclassify.types import Pixels
from tests.bench.decisions.degradations import (
    Light,
    Obstruction,
    blurred,
    compressed,
    lit,
    noisy,
    obstructed,
    shaken,
)

WIDTH, HEIGHT = 480, 360


@dataclass(frozen=True, slots=True)
class Conditions:
    """How bad it is. The fields are for a severity of 1 and grow with its power of 0.6.

    `gain`, `warmth`: how far the light drifts, to and fro, in powers of e; `shake_px`, `turn_deg`: standard
    deviations from frame to frame; `blur_px`: standard deviation of the Gaussian, half of it in any case, the
    rest drawn for each frame; `passing_per_s`: how often something passes, which takes about `passing_s`;
    `noise`: standard deviation in steps of 255; `quality_lost`: how much the JPEG's quality is below 95.
    """

    severity: float
    gain: float = 0.55
    warmth: float = 0.10
    shake_px: float = 3.2
    turn_deg: float = 0.8
    blur_px: float = 0.9
    passing_per_s: float = 0.12
    passing_s: float = 1.6
    noise: float = 5.0
    quality_lost: float = 40.0

    @property
    def strength(self) -> float:
        """What the fields are multiplied by."""
        return float(self.severity**0.6)


@dataclass(frozen=True, slots=True)
class _Passing:
    """Something that passes from one side to the other."""

    begin_s: float
    lasts_s: float
    rightwards: bool
    y: float
    half_width: float
    half_height: float
    colour: tuple[int, int, int]

    def at(self, second: float) -> Obstruction | None:
        """Where it is then; None: it is not there."""
        share = (second - self.begin_s) / self.lasts_s
        if not 0 <= share <= 1:
            return None
        way = WIDTH / HEIGHT + 2 * self.half_width
        x = -self.half_width + (share if self.rightwards else 1 - share) * way
        return Obstruction(x, self.y, self.half_width, self.half_height, self.colour)


class FixedCamera:
    """What a camera makes of scenes, for `lasts_s` seconds. `rng`: drawn from at once and for each frame."""

    def __init__(self, conditions: Conditions, lasts_s: float, rng: np.random.Generator) -> None:
        self._conditions, self._rng = conditions, rng
        self._phases = [(float(rng.uniform(40, 180)), float(rng.uniform(0, math.tau))) for _ in range(4)]
        count = rng.poisson(conditions.passing_per_s * conditions.strength * lasts_s)
        begins = np.sort(rng.uniform(0, lasts_s, count))
        self._passings = [self._passing(float(begin)) for begin in begins]

    def picture(self, scene: Pixels, second: float) -> Pixels:
        """The scene (BGR, HEIGHT x WIDTH) as the camera shows it then."""
        rng, given = self._rng, self._conditions
        strength = given.strength
        pixels = lit(scene, self._light(second))
        pixels = shaken(
            pixels,
            float(rng.normal(0, given.shake_px * strength)),
            float(rng.normal(0, given.shake_px * strength)),
            float(rng.normal(0, given.turn_deg * strength)),
        )
        for passing in self._passings:
            obstruction = passing.at(second)
            if obstruction is not None:
                pixels = obstructed(pixels, obstruction)
        pixels = blurred(pixels, given.blur_px * strength * (0.5 + abs(float(rng.normal(0, 1)))))
        pixels = noisy(pixels, given.noise * strength, rng)
        return compressed(pixels, max(10, round(95 - given.quality_lost * strength)))

    def _light(self, second: float) -> Light:
        given = self._conditions
        slow, fast, warm, flat = (math.sin(math.tau * second / period + phase) for period, phase in self._phases)
        drift = given.strength * given.gain
        return Light(
            gain=math.exp(drift * (0.7 * slow + 0.3 * fast)),
            contrast=math.exp(-0.5 * drift * (1 + flat) / 2),
            warmth=math.exp(given.strength * given.warmth * warm),
        )

    def _passing(self, begin_s: float) -> _Passing:
        rng = self._rng
        return _Passing(
            begin_s,
            lasts_s=float(self._conditions.passing_s * rng.uniform(0.5, 1.5)),
            rightwards=bool(rng.random() < 0.5),
            y=float(rng.uniform(0.3, 0.7)),
            half_width=float(rng.uniform(0.2, 0.45)),
            half_height=float(rng.uniform(0.3, 0.6)),
            colour=tuple(int(value) for value in rng.integers(0, 256, 3)),  # type: ignore[arg-type]
        )


def as_scene(
    photo: Pixels, *, mirrored: bool = False, zoom: float = 1.0, aside: Sequence[float] = (0.5, 0.5)
) -> Pixels:
    """A photo (BGR) that fills the camera's picture. `zoom` above 1 shows a part, `aside` (0-1, 0-1) which."""
    height, width = photo.shape[:2]
    scale = min(width / WIDTH, height / HEIGHT) / zoom
    part_width, part_height = scale * WIDTH, scale * HEIGHT
    left, top = round((width - part_width) * aside[0]), round((height - part_height) * aside[1])
    part = photo[top : top + round(part_height), left : left + round(part_width)]
    if mirrored:
        part = part[:, ::-1]
    return np.asarray(cv2.resize(part, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
