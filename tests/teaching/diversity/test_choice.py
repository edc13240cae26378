"""Those that are chosen differ, doubles are left out, and what is to be kept is."""

import numpy as np

from edgeclassify.teaching.diversity.choice import choose_diverse, most_typical
from tests.teaching.diversity.points import groups_of, on_a_circle

CIRCLE = on_a_circle([0, 2, 4, 90, 93, 180])


def test_the_typical_one_first_then_the_farthest() -> None:
    assert most_typical(on_a_circle([0, 10, 50])) == 1
    assert choose_diverse(on_a_circle([0, 10, 50]), 3) == (1, 2, 0)
    assert choose_diverse(CIRCLE, 3)[1:] in ((5, 0), (0, 5))


def test_one_of_each_group_before_a_second_of_any() -> None:
    units, truth = groups_of([40, 5, 1, 12])
    chosen = choose_diverse(units, 4)
    assert sorted(truth[position] for position in chosen) == [0, 1, 2, 3]
    assert len(set(choose_diverse(units, 20))) == 20


def test_each_one_is_the_farthest_of_those_that_are_left() -> None:
    units, _ = groups_of([9, 8, 7], spread=0.8)
    chosen = choose_diverse(units, 12)
    for count in range(1, 12):
        away = np.linalg.norm(units[:, None] - units[None, list(chosen[:count])], axis=2).min(axis=1)
        assert away[chosen[count]] == away.max()


def test_what_is_kept_comes_first_and_counts() -> None:
    assert choose_diverse(CIRCLE, 2, keep=(0,)) == (0, 5)
    assert choose_diverse(CIRCLE, 3, keep=(5, 0)) == (5, 0, 3)
    assert choose_diverse(CIRCLE, 2, keep=(1, 2, 3)) == (1, 2)
    assert choose_diverse(CIRCLE, 0) == ()


def test_what_is_near_to_a_chosen_one_is_left_out() -> None:
    least = float(np.linalg.norm(CIRCLE[3] - CIRCLE[4])) + 0.001  # 3 degrees
    chosen = choose_diverse(CIRCLE, 6, least_distance=least)
    assert len(chosen) == 4
    assert not {3, 4} <= set(chosen)
    assert len(choose_diverse(CIRCLE, 6)) == 6


def test_equal_ones_count_once() -> None:
    assert choose_diverse(on_a_circle([7, 7, 7]), 3) == (0,)
    assert choose_diverse(np.zeros((0, 4), np.float32), 3) == ()
