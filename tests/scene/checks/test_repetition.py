from dataclasses import replace

import numpy as np
import pytest

from edgeclassify.scene.checks import repetition
from edgeclassify.scene.checks.repetition import Repetition
from tests.scene.checks.drawn import even, picture, scene, statistics_of

PICTURE = picture(scene())


def test_frames_with_noise_are_new() -> None:
    watched = Repetition()
    assert [watched.found(statistics_of(PICTURE, seed)) for seed in range(5)] == [False] * 5


def test_the_same_frame_is_none() -> None:
    watched = Repetition()
    assert [watched.found(statistics_of(PICTURE)) for _ in range(3)] == [False, True, True]


def test_nor_is_one_of_a_loop() -> None:
    watched = Repetition()
    assert [watched.found(statistics_of(PICTURE, seed % 4)) for seed in range(8)] == [False] * 4 + [True] * 4


def test_a_frame_of_one_value_says_nothing() -> None:
    watched = Repetition()
    assert [watched.found(statistics_of(even(0), noise=0)) for _ in range(3)] == [None, None, None]


def test_the_longest_loop_that_is_found() -> None:
    loop = [statistics_of(PICTURE, seed) for seed in range(repetition.REMEMBERED + 1)]
    watched = Repetition()
    for statistics in loop[:-1]:
        watched.found(statistics)
    assert watched.found(loop[0])  # as many as are remembered
    watched = Repetition()
    for statistics in loop:
        watched.found(statistics)
    assert not watched.found(loop[0])  # one more: the oldest is forgotten
    assert watched.found(loop[-1])


def test_a_single_pixel_makes_a_new_frame() -> None:
    statistics = statistics_of(PICTURE)
    for row, column in ((0, 0), (17, 5), (statistics.medium.shape[0] - 1, statistics.medium.shape[1] - 1)):
        watched = Repetition()
        assert not watched.found(statistics)
        medium = statistics.medium.copy()
        medium[row, column] ^= 1
        assert not watched.found(replace(statistics, medium=medium))
        assert watched.found(statistics)


@pytest.mark.parametrize("axis", [0, 1])
def test_so_does_one_that_has_moved(axis: int) -> None:
    statistics, watched = statistics_of(PICTURE), Repetition()
    assert not watched.found(statistics)
    assert not watched.found(replace(statistics, medium=np.roll(statistics.medium, 1, axis)))


def test_a_small_luma_of_one_value_may_hide_what_differs() -> None:
    statistics = statistics_of(even(50), noise=0)
    medium = statistics.medium.copy()
    medium[3, 4] = 90
    assert Repetition().found(replace(statistics, medium=medium)) is False
