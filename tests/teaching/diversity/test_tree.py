"""Ward's tree against a slow and plain one: the cheapest join again and again."""

import numpy as np
import pytest

from edgeclassify.teaching.diversity.tree import ward_tree
from edgeclassify.teaching.interface import Units
from tests.teaching.diversity.points import groups_of


def plain(units: Units, groups: int) -> set[frozenset[int]]:
    """Join the two groups whose joining adds the least to the sum of squares, until so many are left."""
    found = [frozenset([position]) for position in range(len(units))]
    while len(found) > groups:
        costs = {}
        for i, a in enumerate(found):
            for j, b in enumerate(found[:i]):
                apart = units[list(a)].mean(axis=0) - units[list(b)].mean(axis=0)
                costs[i, j] = len(a) * len(b) / (len(a) + len(b)) * float(apart @ apart)
        i, j = min(costs, key=lambda pair: costs[pair])
        found = [one for k, one in enumerate(found) if k not in (i, j)] + [found[i] | found[j]]
    return set(found)


def cut(units: Units, groups: int) -> set[frozenset[int]]:
    numbers = ward_tree(units).cut(groups)
    return {frozenset(map(int, np.flatnonzero(numbers == number))) for number in range(groups)}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("groups", [1, 2, 3, 5, 11, 24])
def test_the_same_groups(seed: int, groups: int) -> None:
    units, _ = groups_of([9, 7, 5, 3], spread=0.9, seed=seed)
    assert cut(units, groups) == plain(units, groups)


def test_heights_rise_and_numbers_are_in_the_order_of_appearance() -> None:
    units, _ = groups_of([9, 7, 5], spread=0.5)
    tree = ward_tree(units)
    assert (np.diff(tree.height) >= 0).all()
    numbers = tree.cut(3).tolist()
    assert list(dict.fromkeys(numbers)) == [0, 1, 2]


def test_one_two_and_equal_ones() -> None:
    units, _ = groups_of([1, 1])
    assert ward_tree(units[:1]).cut(1).tolist() == [0]
    assert ward_tree(units).cut(1).tolist() == [0, 0]
    assert ward_tree(units).cut(2).tolist() == [0, 1]
    assert ward_tree(np.repeat(units[:1], 6, axis=0)).cut(2).max() == 1
