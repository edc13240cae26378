"""Which examples are left out together."""

import numpy as np
import pytest

from edgeclassify.teaching.fitting import leaving_out
from edgeclassify.teaching.fitting.leaving_out import FEWEST_PARTS, MOST_PARTS, parts_of
from edgeclassify.teaching.fitting.material import material_of
from tests.teaching.fitting.lessons import ELEMENTS, World


def test_every_moment_is_a_part_of_its_own_where_there_are_few() -> None:
    parts = parts_of(material_of(World(2).lesson([3, 4], burst=3)))
    assert parts.count == 7
    assert parts.of_example.tolist() == [part for part in range(7) for _ in range(3)]


def test_the_moments_of_a_class_are_spread_over_the_parts() -> None:
    lesson = World(3).lesson([40, 40, 40])
    parts = parts_of(material_of(lesson))
    assert FEWEST_PARTS <= parts.count <= MOST_PARTS
    assert set(parts.of_example) == set(range(parts.count))
    for index in range(3):
        sizes = np.bincount(parts.of_example[index * 40 : index * 40 + 40], minlength=parts.count)
        assert sizes.max() - sizes.min() <= 1


ONE_PART = 30 * 80 * ELEMENTS * 2 + 2 * ELEMENTS**3


@pytest.mark.parametrize(("work", "count"), [(0, FEWEST_PARTS), (7 * ONE_PART, 7), (10**12, MOST_PARTS)])
def test_parts_are_as_many_as_there_is_time_for(work: int, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving_out, "_WORK", work)
    assert parts_of(material_of(World(2).lesson([40, 40]))).count == count


def test_a_class_of_one_moment_stays() -> None:
    parts = parts_of(material_of(World(3).lesson([1, 2, 3], burst=2)))
    assert parts.of_example.tolist() == [-1, -1, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert parts.is_judged.tolist() == [False] * 2 + [True] * 10
    assert parts.count == 5


def test_where_all_classes_have_one_moment_nothing_is_left_out() -> None:
    parts = parts_of(material_of(World(2).lesson([1, 1], burst=4)))
    assert parts.count == 0
    assert set(parts.of_example) == {-1}


def test_pictures_of_none_of_the_classes_are_left_out_too() -> None:
    parts = parts_of(material_of(World(3).lesson([2, 2], none=3)))
    assert parts.count == 7
    assert -1 not in parts.of_example
