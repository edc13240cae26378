"""A camera: exposure within its limits, electrons with their noise, white balance, tones; when it turns grey."""

from dataclasses import dataclass

import cv2
import numpy as np

from edgeclassify.types import Pixels
from tests.bench.yards.light import Light, Weather, by_day, infrared, softened, sun_height, with_drops
from tests.bench.yards.places import Place, with_visitor
from tests.bench.yards.surfaces import HEIGHT, WIDTH, Plane, Surfaces

FULL_EXPOSURE = 1e6
"""Electrons per pixel of a white surface in full sun at the longest exposure: a night's one."""
WELL = 9000.0
"""Electrons that fill a pixel."""
READ_NOISE = 4.0
GOES_GREY_BELOW = 60.0
"""Electrons of the mean pixel below which the infrared filter goes out."""
TARGET = 0.16
"""Linear level to which the mean pixel is exposed."""


@dataclass(frozen=True)
class Moment:
    """When a picture is taken: in which weather, at which hour, and what chance makes of it."""

    sky: Weather
    hour: float
    seed: int


def shot(place: Place, state: int, moment: Moment) -> Pixels:
    """What the camera shows: RGB uint8 (HEIGHT, WIDTH, 3)."""
    at_s = round(moment.hour * 3600)
    draws = np.random.default_rng([*place.kind.encode(), place.number, state, moment.sky.seed, at_s, moment.seed])
    surfaces = place.surfaces[state]
    if draws.random() < 0.15:
        surfaces = with_visitor(surfaces, draws)
    light = by_day(surfaces, moment.hour, moment.sky, draws)
    is_grey = False
    if moment.sky.has_infrared and sun_height(moment.hour) < 0 and _electrons(light) < GOES_GREY_BELOW:
        light, is_grey = infrared(surfaces, moment.hour, moment.sky, draws), True
    if light.rain:
        light = softened(light, float(draws.uniform(0.1, 0.3)))
    levels = _sensed(_rained_on(light, draws), draws, is_grey=is_grey)
    return _coded(_swayed(levels, moment, draws), draws)


def _electrons(light: Light) -> float:
    """Of the mean pixel at the longest exposure."""
    return float(light.lit.mean()) * FULL_EXPOSURE


def _sensed(lit: Plane, draws: np.random.Generator, *, is_grey: bool) -> Plane:
    """Levels 0-1, linear: exposed as well as it can be, with noise, and smoothed where there is much of it."""
    mean = float(lit.mean())
    exposure = min(FULL_EXPOSURE, TARGET * WELL / max(mean, 1e-12) * float(draws.uniform(0.85, 1.15)))
    electrons = lit * np.float32(exposure)
    if is_grey:
        electrons = np.repeat(electrons.mean(axis=2, keepdims=True), 3, axis=2)
    noise_of = np.sqrt(electrons + READ_NOISE**2)
    shape = (HEIGHT, WIDTH, 1 if is_grey else 3)
    counted = np.minimum(electrons + noise_of * draws.standard_normal(shape, np.float32), WELL)
    gain = min(24.0, max(1.0, TARGET * WELL / max(float(electrons.mean()), 1e-6)))
    levels = np.maximum(counted / WELL * gain, 0)
    if gain > 2:
        levels = cv2.bilateralFilter(np.asarray(levels, np.float32), 5, 0.04 * np.sqrt(gain), 2.0)
    if not is_grey:
        means = levels.mean(axis=(0, 1))
        levels = levels * (means.mean() / np.maximum(means, 1e-6)) ** 0.6
    return np.asarray(levels, np.float32)


def _rained_on(light: Light, draws: np.random.Generator) -> Plane:
    """Streaks in the air, drops on the lens."""
    if not light.rain:
        return light.lit
    layer = np.zeros((HEIGHT, WIDTH), np.float32)
    for _ in range(draws.poisson(120)):
        x, y, length = int(draws.integers(WIDTH)), int(draws.integers(-10, HEIGHT)), int(draws.integers(6, 22))
        cv2.line(layer, (x, y), (x + length // 9, y + length), float(draws.uniform(0.1, 0.35)), 1)
    bright = np.float32(1.8) * light.lit.mean(axis=(0, 1), keepdims=True)
    streaked = light.lit + layer[..., np.newaxis] * np.maximum(bright - light.lit, 0)
    return with_drops(np.asarray(streaked, np.float32), draws)


def _swayed(levels: Plane, moment: Moment, draws: np.random.Generator) -> Plane:
    """By wind now, and by what has settled since another day."""
    settled = np.random.default_rng([9, moment.sky.seed]).normal(0, 1.2, 2)
    x, y = settled + draws.normal(0, 0.4, 2)
    matrix = np.array([[1, 0, x], [0, 1, y]], np.float32)
    return np.asarray(cv2.warpAffine(levels, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE), np.float32)


def _coded(levels: Plane, draws: np.random.Generator) -> Pixels:
    """sRGB's tones with a shoulder for what is bright, sharpened, and through a JPEG."""
    shouldered = levels * (1 + levels / 2.2) / (1 + levels)
    bent = 1.055 * np.maximum(shouldered, 1e-9) ** (1 / 2.4) - 0.055
    tones = np.where(shouldered < 0.0031308, 12.92 * shouldered, bent)
    sharp = tones + 0.5 * (tones - cv2.GaussianBlur(tones, (0, 0), 1.2))
    pixels = np.clip(np.rint(sharp * 255), 0, 255).astype(np.uint8)
    quality = int(draws.integers(65, 90))
    coded = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])


__all__ = ["Moment", "Surfaces", "shot"]
