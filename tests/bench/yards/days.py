"""Pictures of a place to teach and to test with: of a moment, of a day, of hours and weather that come later."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from edgeclassify.types import Pixels
from tests.bench.yards.camera import Moment, shot
from tests.bench.yards.light import Weather, weather
from tests.bench.yards.places import Place

EXAMPLES = 10
"""Of each state."""
TESTED = 12
"""Of each state and phase."""
EVERY_H = 1 / 6
"""Between the frames of a day that `collect` sees."""
PHASES = {"day": (8.5, 16.0), "rain": (10.0, 13.0), "dusk": (17.1, 18.2), "night": (19.0, 30.0)}
"""Hours of each phase; night goes on to 6 in the morning."""
_TAUGHT_DAY, _FIRST_TEST_DAY = 1, 10


@dataclass(frozen=True)
class Shown:
    """A picture, the state that it shows, and when it was taken, in hours."""

    pixels: Pixels
    state: int
    hour: float


def of_a_day(place: Place) -> list[Shown]:
    """EXAMPLES of each state, between 9 and 16 o'clock of one dry day."""
    draws, sky = _draws(place, 1), _sky(place, _TAUGHT_DAY)
    return [_shown(place, state, sky, draws.uniform(9, 16), i) for state in (0, 1) for i in range(EXAMPLES)]


def of_a_moment(place: Place) -> list[Shown]:
    """EXAMPLES of each state, within two minutes for each."""
    draws, sky = _draws(place, 2), _sky(place, _TAUGHT_DAY)
    start = draws.uniform(9, 15.5)
    hours = [start + state * 0.25 + i / 300 for state in (0, 1) for i in range(EXAMPLES)]
    return [_shown(place, i // EXAMPLES, sky, hour, i) for i, hour in enumerate(hours)]


def around_the_clock(place: Place) -> Iterator[Shown]:
    """What the camera sees from 6 in the morning to the next one, while people go in and out."""
    draws, sky = _draws(place, 3), _sky(place, _TAUGHT_DAY)
    state, changes_at = 0, 6.0
    for i, hour in enumerate(np.arange(6.0, 30.0, EVERY_H)):
        if hour >= changes_at:
            state, changes_at = 1 - state, hour + draws.uniform(0.7, 3.5)
        yield _shown(place, state, sky, float(hour), i)


def later(place: Place, phase: str) -> list[Shown]:
    """TESTED pictures of each state in a phase, of three other days."""
    draws = _draws(place, 4)
    skies = [_sky(place, _FIRST_TEST_DAY + i, rains=phase == "rain") for i in range(3)]
    found = []
    for state in (0, 1):
        for i in range(TESTED):
            sky = skies[i % 3]
            low, high = (sky.rain_from, sky.rain_to) if phase == "rain" else PHASES[phase]
            found.append(_shown(place, state, sky, draws.uniform(low, high), 1000 + i))
    return found


def _shown(place: Place, state: int, sky: Weather, hour: float, seed: int) -> Shown:
    return Shown(shot(place, state, Moment(sky, hour % 24, seed)), state, hour)


def _draws(place: Place, purpose: int) -> np.random.Generator:
    return np.random.default_rng([*place.kind.encode(), place.number, purpose])


def _sky(place: Place, day: int, *, rains: bool = False) -> Weather:
    """Every other place has a camera with infrared lamps."""
    return weather(100 * place.number + day, has_infrared=place.number % 2 == 0, rains=rains)
