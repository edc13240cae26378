"""The light of a place at an hour: sun and shadows, sky, lamps, rain; and what of it a surface gives back."""

from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from tests.bench.yards.places import HORIZON
from tests.bench.yards.surfaces import HEIGHT, WIDTH, Plane, Surfaces, cloud_noise

SUNRISE, SUNSET = 7.0, 17.5
NOON_HEIGHT = 42.0
"""Of the sun, in degrees."""


@dataclass(frozen=True)
class Weather:
    """Of a day. `clouds`: 0-1; `rain_from`, `rain_to`: hours; `shadow_side`: where the house is that throws a
    shadow, -1 or 1; `has_infrared`: the camera lights the night by itself, else a street lamp does; `seed`: of
    clouds."""

    seed: int
    clouds: float
    rain_from: float
    rain_to: float
    shadow_side: int
    has_infrared: bool

    def rains(self, hour: float) -> bool:
        """At that hour."""
        return self.rain_from <= hour < self.rain_to


def weather(seed: int, *, has_infrared: bool, rains: bool) -> Weather:
    """Of a day with that number."""
    draws = np.random.default_rng([77, seed])
    start = draws.uniform(9, 14) if rains else 99.0
    return Weather(seed, float(draws.uniform(0, 0.9)), start, start + 3, int(draws.choice((-1, 1))), has_infrared)


@dataclass(frozen=True)
class Light:
    """What falls on the scene, linear, 1.0: full sun. `lit`: what comes from the surfaces, (HEIGHT, WIDTH, 3)."""

    lit: Plane
    rain: float


def sun_height(hour: float) -> float:
    """In degrees, below 0 at night."""
    phase = (hour - SUNRISE) / (SUNSET - SUNRISE)
    if 0 <= phase <= 1:
        return float(NOON_HEIGHT * np.sin(np.pi * phase))
    from_day = min((SUNRISE - hour) % 24, (hour - SUNSET) % 24)
    return -min(30.0, 13 * from_day)


def by_day(surfaces: Surfaces, hour: float, sky: Weather, draws: np.random.Generator) -> Light:
    """Sun, sky, twilight and a street lamp on the surfaces, as eyes see them."""
    height = sun_height(hour)
    rain = 1.0 if sky.rains(hour) else 0.0
    covered = np.clip(sky.clouds + 0.35 * np.sin(hour * 5 + sky.seed) + rain, 0, 1)
    direct = max(0.0, np.sin(np.radians(height))) * (1 - 0.97 * covered) * 0.9
    above = 0.22 * max(0.0, np.sin(np.radians(max(height, 0.0)))) ** 0.7 + 0.008 * np.exp(min(height, 0.0) / 1.4)
    low = np.clip(1 - height / 25, 0, 1)
    sun_colour = np.array([1.0, 0.93 - 0.25 * low, 0.85 - 0.5 * low], np.float32)
    blue = (1 - covered) * (0.5 + 0.5 * low)
    sky_colour = np.array([1 - 0.25 * blue, 1 - 0.08 * blue, 1 + 0.25 * blue], np.float32)
    shade = _shade(hour, sky, draws) * surfaces.is_ground + 0.85 * (1 - surfaces.is_ground)
    onto = (surfaces.open_sky * (surfaces.open_sky > 0.5) * shade * direct)[..., np.newaxis] * sun_colour
    onto = onto + (surfaces.open_sky * above)[..., np.newaxis] * sky_colour
    if not sky.has_infrared:
        onto = onto + _street_lamp(surfaces, hour)
    colour = surfaces.colour * (1 - 0.35 * rain * surfaces.is_ground[..., np.newaxis])
    lit = colour * onto
    is_sky = (surfaces.distance > 500)[..., np.newaxis]
    cloudy = 1 + 0.25 * covered * _clouds(sky.seed, int(hour * 4))[..., np.newaxis]
    lit = np.where(is_sky, above * 1.6 * sky_colour * cloudy, lit)
    return Light(np.asarray(np.maximum(lit, 0), np.float32), rain)


def infrared(surfaces: Surfaces, hour: float, sky: Weather, draws: np.random.Generator) -> Light:
    """Lit by lamps beside the lens: bright near by, dark far away, the middle more than the corners."""
    columns, rows = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))
    beam = np.exp(-1.1 * ((columns - 0.1) ** 2 + (rows - 0.15) ** 2))
    lit = surfaces.infrared * beam / np.maximum(surfaces.distance, 1.5) ** 1.6
    rain = 1.0 if sky.rains(hour) else 0.0
    return Light(np.repeat((lit * 0.004)[..., np.newaxis], 3, axis=2).astype(np.float32), rain)


def _shade(hour: float, sky: Weather, draws: np.random.Generator) -> Plane:
    """How much of the sun gets to the ground: the edge of a house's shadow goes across, leaves make patches."""
    columns, rows = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))
    slant = 0.6 * sky.shadow_side
    across = (columns - 0.5) * sky.shadow_side + slant * sky.shadow_side * (rows - HORIZON)
    edge = (hour - 12.5) / 5
    house = 1 / (1 + np.exp(-(across + edge) * 60))
    leaves = _leaves(sky.shadow_side)
    moved = np.roll(
        leaves, (round(hour * 6 + draws.normal(0, 1.5)), round(hour * 25 + draws.normal(0, 2))), (0, 1)
    )
    return np.asarray(house * (0.35 + 0.65 * moved), np.float32)


@cache
def _leaves(side: int) -> Plane:
    patches = cloud_noise(np.random.default_rng([5, side + 1]), 32)
    return np.asarray(1 / (1 + np.exp(-(patches + 0.6) * 6)), np.float32)


@cache
def _clouds(seed: int, quarter: int) -> Plane:
    drifting = cloud_noise(np.random.default_rng([6, seed]), 64)
    return np.asarray(np.roll(drifting, quarter * 9, 1), np.float32)


def _street_lamp(surfaces: Surfaces, hour: float) -> Plane:
    """On after sunset: orange, from above at the right, most in a cone on the ground."""
    if sun_height(hour) > -1:
        return np.zeros(3, np.float32)
    columns, rows = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))
    cone = 1 / (1 + 7 * ((columns - 0.75) ** 2 + 1.5 * (rows - 0.55) ** 2))
    warm = np.array([1.0, 0.72, 0.4], np.float32)
    return np.asarray((surfaces.open_sky * cone * 2.5e-4)[..., np.newaxis] * warm, np.float32)


def softened(lit: Light, haze: float) -> Light:
    """With the light that rain and mist scatter into every pixel."""
    mean = lit.lit.mean(axis=(0, 1), keepdims=True)
    return replace(lit, lit=np.asarray(lit.lit * (1 - haze) + mean * haze, np.float32))


def with_drops(picture: Plane, draws: np.random.Generator) -> Plane:
    """Some drops on the lens: round, and what is behind them is soft."""
    soft = cv2.GaussianBlur(picture, (0, 0), 5)
    share = np.zeros((HEIGHT, WIDTH), np.float32)
    for _ in range(int(draws.integers(2, 9))):
        x, y, radius = int(draws.integers(WIDTH)), int(draws.integers(HEIGHT)), int(draws.integers(6, 20))
        cv2.circle(share, (x, y), radius, 0.9, -1)
    share = np.asarray(cv2.GaussianBlur(share, (0, 0), 1.5))[..., np.newaxis]
    return np.asarray(picture + share * (soft - picture), np.float32)
