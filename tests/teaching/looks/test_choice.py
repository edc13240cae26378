"""Which frames are worth keeping."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.teaching.looks.choice import (
    DAY_APART,
    FIRST,
    FOLLOWS_S,
    LEAST_APART,
    LIGHT_APART,
    MOST_APART,
    NOISE_TIMES,
    REMEMBERED,
    Gathering,
    NoiseFloor,
    Sight,
    Varied,
    Verdict,
    is_unsure,
)
from tests.teaching.looks.looks import NOON

HOUR = 3600.0


def sight(apart: float = 0.0, *, brightness: float = 0.5, hour: float = 0.0, axis: int = 1) -> Sight:
    """One whose 1 - cosine to the plain one is so much."""
    unit = np.zeros(200, np.float32)
    unit[0], unit[axis] = 1 - apart, np.sqrt(1 - (1 - apart) ** 2)
    return Sight(unit, brightness, NOON + hour * HOUR)


def noise(seed: int, amount: float = 1.0) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).normal(size=200).astype(np.float32)
    base = np.zeros(200, np.float32)
    base[0] = 1.0
    made = base * (1 - amount) + amount * made / np.linalg.norm(made)
    return made / np.linalg.norm(made)


@pytest.mark.parametrize(
    ("scores", "unsure"),
    [
        ([0.96, 0.02, 0.02], False),
        ([0.66, 0.34, 0.0], False),
        ([0.64, 0.36, 0.0], True),  # two are near each other
        ([0.51, 0.03, 0.0], False),
        ([0.45, 0.04, 0.0], True),  # it is none of them, most likely
        ([0.0, 0.0, 0.0], True),
        ([0.34, 0.16, 0.0], False),
        ([0.32, 0.19, 0.0], True),
    ],
)
def test_what_nobody_is_sure_of(scores: list[float], unsure: bool) -> None:
    assert is_unsure(np.array(scores, np.float32)) is unsure


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        (sight(0.0), False),
        (sight(LEAST_APART - 0.002), False),
        (sight(LEAST_APART + 0.002), True),
        (sight(LEAST_APART - 0.01, hour=6.0), True),
        (sight(LEAST_APART - 0.01, hour=2.0), False),
        (sight(0.0, hour=12.0), True),
        (sight(0.0, hour=24.0), False),  # the same time of another day
        (sight(0.0, hour=24 * 400.0), False),
        (sight(0.0, brightness=0.5 + LEAST_APART / LIGHT_APART + 0.01), True),
        (sight(0.0, brightness=0.5 - LEAST_APART / LIGHT_APART + 0.01), False),
    ],
)
def test_frames_that_differ_are_kept(other: Sight, kept: bool) -> None:
    frames: Varied[str] = Varied()
    assert frames.judge(sight(), 10) == Verdict(True)
    frames.put("first", sight())
    assert frames.judge(other, 10).keep is kept
    assert DAY_APART > LEAST_APART


def test_nothing_is_kept_where_nothing_may_be() -> None:
    assert Varied[int]().judge(sight(), 0) == Verdict(False)


def test_of_the_two_nearest_the_one_gives_way_that_is_nearer_to_the_rest() -> None:
    frames: Varied[str] = Varied()
    frames.put("plain", sight(0.0))
    frames.put("near", sight(0.05))
    frames.put("middle", sight(0.3))
    assert frames.judge(sight(0.5, axis=2), 3) == Verdict(True, ("near",))
    frames.exchange("near")
    frames.put("far", sight(0.5, axis=2))
    assert set(frames.keys) == {"plain", "middle", "far"}
    assert frames.judge(sight(0.2, axis=3), 3) == Verdict(False)  # 0.2 from the plain one, the two nearest are 0.3
    assert frames.judge(sight(0.6, axis=3), 3).keep


def test_a_place_is_not_given_up_for_a_little() -> None:
    frames: Varied[str] = Varied()
    frames.put("plain", sight(0.0))
    frames.put("near", sight(0.2))
    assert not frames.judge(sight(0.21, axis=2), 2).keep
    assert frames.judge(sight(0.23, axis=2), 2).keep


def test_one_place_alone() -> None:
    frames: Varied[str] = Varied()
    frames.put("only", sight(0.0))
    assert frames.judge(sight(0.5), 1) == Verdict(True, ("only",))


def test_what_was_taken_away_does_not_come_again_at_once() -> None:
    frames: Varied[str] = Varied()
    frames.put("labelled", sight(0.0))
    frames.remove("labelled")
    assert len(frames) == 0
    assert not frames.judge(sight(0.01), 10).keep
    assert frames.judge(sight(0.1), 10).keep
    for number in range(REMEMBERED):
        frames.put(str(number), sight(0.5, axis=2))
        frames.remove(str(number))
    assert frames.judge(sight(0.01), 10).keep  # so long ago that nobody remembers


def test_what_has_given_way_may_come_again() -> None:
    frames: Varied[str] = Varied()
    frames.put("one", sight(0.0))
    frames.exchange("one")
    assert frames.judge(sight(0.0), 10).keep


def follow(floor: NoiseFloor, *apart: float, seconds: float = 1.0) -> float:
    """Pairs of frames that differ by so much: what frames differ by then that are kept."""
    now = 0.0
    for one in apart:
        floor.note(sight(0.0), now)
        floor.note(sight(one), now + seconds)
        now += 1000.0
    return floor.least_apart


def test_what_noise_makes_of_frames_is_no_difference() -> None:
    assert NoiseFloor().least_apart == LEAST_APART
    assert follow(NoiseFloor(), 0.08, 0.08, 0.08) == LEAST_APART  # too few to be sure of
    assert follow(NoiseFloor(), *[0.08] * 4) == pytest.approx(NOISE_TIMES * 0.08)
    assert follow(NoiseFloor(), *[0.001] * 40) == LEAST_APART
    assert follow(NoiseFloor(), *[0.6] * 40) == MOST_APART
    assert follow(NoiseFloor(), *[0.08] * 40, *[0.05] * 40) == pytest.approx(NOISE_TIMES * 0.05)


def test_where_much_happens_the_moments_count_in_which_nothing_does() -> None:
    assert follow(NoiseFloor(), *[0.05, 0.4, 0.05, 0.4] * 5) == pytest.approx(NOISE_TIMES * 0.05)


def test_frames_that_do_not_follow_each_other_say_nothing_of_noise() -> None:
    assert follow(NoiseFloor(), *[0.08] * 10, seconds=FOLLOWS_S) > LEAST_APART
    assert follow(NoiseFloor(), *[0.08] * 10, seconds=FOLLOWS_S + 1) == LEAST_APART
    assert follow(NoiseFloor(), *[0.08] * 10, seconds=-5.0) == LEAST_APART


def test_frames_that_noise_alone_tells_apart_are_not_kept() -> None:
    frames: Varied[str] = Varied()
    frames.put("plain", sight(0.0))
    assert frames.judge(sight(0.1), 10, 0.09).keep
    assert not frames.judge(sight(0.1), 10, 0.11).keep
    gathering: Gathering[str] = Gathering(10, 0.0, frames)
    assert gathering.judge(sight(0.1), 1.0, 0.09).keep
    assert not gathering.judge(sight(0.1), 1.0, 0.11).keep


def gather(gathering: Gathering[int], sights: Sequence[tuple[float, Sight]]) -> tuple[dict[int, Sight], int]:
    """Those that are kept in the end, and how many were written."""
    kept: dict[int, Sight] = {}
    written = 0
    for number, (watched_s, one) in enumerate(sights):
        verdict = gathering.judge(one, watched_s)
        if verdict.keep:
            written += 1
            for gone in verdict.in_place_of:
                gathering.frames.exchange(gone)
                del kept[gone]
            gathering.frames.put(number, one)
            kept[number] = one
    return kept, written


def test_a_scene_that_stays_the_same_for_days_costs_few_frames() -> None:
    day = [
        (seconds, Sight(noise(seconds, 0.05), 0.5 + 0.2 * np.sin(seconds / 13_750), NOON + seconds))
        for seconds in range(0, 5 * 86_400, 60)
    ]
    kept, written = gather(Gathering(200, 86_400.0), day)
    assert 3 <= len(kept) <= 12
    assert written == len(kept)


def test_a_busy_scene_is_spread_over_the_time_that_it_is_gathered() -> None:
    """Each frame is another one: the first hour does not take all the room."""
    most, lasts = 100, 24 * HOUR
    day = [(s, Sight(noise(s), 0.5, NOON + s)) for s in range(0, int(lasts), 60)]
    gathering: Gathering[int] = Gathering(most, lasts)
    kept, written = gather(gathering, day)
    assert len(kept) == most
    hours = [int((one.at - NOON) // HOUR) for one in kept.values()]
    assert len([hour for hour in hours if hour == 0]) <= FIRST + 9
    assert len(set(hours)) >= 12
    assert written < 3 * most


@pytest.mark.parametrize(
    ("watched_s", "allowed"), [(0, 20), (1, 20), (2400, 20), (3600, 30), (12_000, 100), (99_999, 100)]
)
def test_how_many_there_may_be_by_then(watched_s: float, allowed: int) -> None:
    assert Gathering[int](100, 24_000.0).allowed(watched_s) == allowed
    assert Gathering[int](5, 24_000.0).allowed(0) == 5
    assert Gathering[int](100, 0.0).allowed(0) == 100
