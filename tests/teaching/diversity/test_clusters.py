"""Groups that are there are found, also how many; members and those that are proposed come in their order."""

import numpy as np
import pytest

from edgeclassify.teaching.diversity import clusters
from edgeclassify.teaching.diversity.clusters import LEAST_GROUPS, MOST_CHOSEN, MOST_GROUPS, cluster
from edgeclassify.teaching.diversity.distances import NEAR, squared_distances
from tests.teaching.diversity.points import ELEMENTS, groups_of, unit


@pytest.mark.parametrize("sizes", [[25, 15, 12, 8], [25, 15, 12, 8, 6], [20] * 9])
def test_groups_are_found_by_themselves(sizes: list[int]) -> None:
    units, truth = groups_of(sizes)
    found = cluster(units)
    assert [len(one.members) for one in found] == sizes
    for one in found:
        assert len({truth[member] for member in one.members}) == 1
    assert sorted(member for one in found for member in one.members) == list(range(sum(sizes)))


def test_two_that_are_far_apart_are_not_all_that_is_asked_of() -> None:
    units, truth = groups_of([30, 30])
    found = cluster(units)
    assert LEAST_GROUPS <= len(found) <= MOST_GROUPS
    assert all(len({truth[member] for member in one.members}) == 1 for one in found)


@pytest.mark.parametrize(("count", "groups"), [(2, 1), (3, 1), (4, 2), (14, 2), (15, 3), (19, 3), (20, 4)])
def test_few_make_few_groups(count: int, groups: int) -> None:
    units, _ = groups_of([count // 2, count - count // 2], spread=0.3)
    assert len(cluster(units, most=4)) == groups


def test_what_is_as_good_as_one_is_one() -> None:
    units, _ = groups_of([30, 30], spread=0.05)
    assert [len(one.members) for one in cluster(units)] == [30, 30]
    assert len(cluster(units[:1].repeat(40, axis=0))) == 1


def test_where_there_are_no_groups_there_is_one() -> None:
    units = unit(np.random.default_rng(3).normal(size=(60, ELEMENTS)))
    assert len(cluster(units)) == 1


def test_as_many_as_are_wanted() -> None:
    units, _ = groups_of([20, 20, 20])
    assert [len(cluster(units, groups)) for groups in (1, 2, 5)] == [1, 2, 5]
    assert len(cluster(units[:2], 5)) == 2
    assert len(cluster(groups_of([6] * 20)[0])) <= MOST_GROUPS


def test_the_most_typical_first() -> None:
    units, _ = groups_of([30, 10])
    for one in cluster(units):
        own = units[list(one.members)]
        away = squared_distances(own, own.mean(axis=0, keepdims=True))[:, 0]
        assert (np.diff(away) >= 0).all()
        assert one.chosen[0] == one.members[0]


def test_what_is_proposed_differs() -> None:
    units, _ = groups_of([30, 30], spread=0.5)
    for one in cluster(units, 2):
        assert len(one.chosen) == MOST_CHOSEN
        assert set(one.chosen) <= set(one.members)
    twins = unit(np.repeat(units[:6], 5, axis=0) + np.float32(1e-4))
    (first, *_) = cluster(twins, 1)
    assert len(first.chosen) == 6
    distances = squared_distances(twins[list(first.chosen)], twins[list(first.chosen)]) + 9 * np.eye(6)
    assert distances.min() >= NEAR**2
    assert len(cluster(units, 1, most_chosen=3)[0].chosen) == 3


def test_what_is_proposed_may_differ_by_more_than_its_looks() -> None:
    units = unit(np.ones((6, ELEMENTS)))
    around = np.hstack([units, np.array([[0], [0], [0], [1], [1], [5]], np.float32)])
    (found,) = cluster(units, 1, around=around)
    assert sorted(float(around[position, -1]) for position in found.chosen) == [0, 1, 5]
    assert len(cluster(units, 1)[0].chosen) == 1


def test_few_and_none() -> None:
    assert cluster(np.zeros((0, ELEMENTS), np.float32)) == []
    units, _ = groups_of([1, 1, 1])
    assert [len(one.members) for one in cluster(units[:1])] == [1]
    assert sum(len(one.members) for one in cluster(units)) == 3


def test_of_very_many_each_goes_where_the_nearest_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "MOST_IN_TREE", 50)
    units, truth = groups_of([200, 100, 60, 40])
    found = cluster(units)
    assert [len(one.members) for one in found] == [200, 100, 60, 40]
    assert all(len({truth[member] for member in one.members}) == 1 for one in found)
