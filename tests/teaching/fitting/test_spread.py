"""How pictures of one class differ, against its definition in float64."""

from typing import Any

import numpy as np
import pytest

from edgeclassify.teaching.fitting.leaving_out import parts_of
from edgeclassify.teaching.fitting.material import Material, material_of
from edgeclassify.teaching.fitting.spread import Spread
from tests.teaching.fitting.lessons import World


def metric_of(material: Material, is_there: Any) -> Any:
    """even * (within + even)^-1 of the examples that are there, of classes alone."""
    rows, weights = material.rows.astype(np.float64), material.weights.astype(np.float64)
    counted = is_there[material.owners] & (material.classes < len(material.labels))
    weights = np.where(counted, weights, 0)
    weights /= weights.sum()
    within = np.zeros((rows.shape[1], rows.shape[1]))
    classes = 0
    for label in range(len(material.labels)):
        mine = (material.classes == label) & counted
        if mine.any():
            classes += 1
            rest = rows[mine] - np.average(rows[mine], axis=0, weights=weights[mine])
            within += (rest.T * weights[mine]) @ rest
    count = int((is_there & material.is_taught).sum())
    within *= count / (count - classes)
    even = np.trace(within) / min(count, material.basis.shape[1])
    return even * np.linalg.inv(within + even * np.eye(len(within)))


@pytest.mark.parametrize("copies", [0, 1])
@pytest.mark.parametrize("none", [0, 4])
def test_directions_of_much_variance_count_for_little(copies: int, none: int) -> None:
    material = material_of(World(4).lesson([5, 6], copies=copies, none=none))
    parts = parts_of(material)
    spread = Spread(material, parts)
    whole = np.eye(material.rows.shape[1])
    assert len(spread.directions) == len(whole), "few enough to be exact"
    for part in (None, 0, parts.count - 1):
        there = np.ones(len(material.first), np.bool_) if part is None else parts.of_example != part
        damping = spread.damping(part)
        found = whole - spread.directions.T @ damping @ spread.directions
        assert found == pytest.approx(metric_of(material, there), abs=5e-3)
        assert -1e-4 < np.linalg.eigvalsh(damping).min() <= np.linalg.eigvalsh(damping).max() < 1


def test_of_many_directions_those_of_the_highest_variance_are_taken() -> None:
    material = material_of(World(2, noise=1.5).lesson([30, 30]))
    spread = Spread(material, parts_of(material))
    assert spread.directions.shape == (32, 60)
    metric = metric_of(material, np.ones(60, np.bool_))
    lowest = np.linalg.eigvalsh(metric)[:32]
    damped = 1 - np.linalg.eigvalsh(spread.damping(None))[::-1]
    assert damped == pytest.approx(lowest, abs=5e-3)


@pytest.mark.parametrize("counts", [[1, 1], [1]])
def test_of_one_example_each_nothing_is_known(counts: list[int]) -> None:
    material = material_of(World(3).lesson(counts, none=2))
    assert not Spread(material, parts_of(material)).damping(None).any()


def test_of_the_same_picture_again_and_again_nothing_is_known() -> None:
    lesson = World(2).lesson([4, 4])
    lesson.units[:4], lesson.units[4:] = lesson.units[0], lesson.units[4]
    material = material_of(lesson)
    assert not Spread(material, parts_of(material)).damping(None).any()
