"""The space in which likeness is measured, against its definition in float64."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeclassify.teaching.fitting import space as space_module
from edgeclassify.teaching.fitting.leaving_out import parts_of
from edgeclassify.teaching.fitting.material import Material, material_of
from edgeclassify.teaching.fitting.space import Spaces
from tests.teaching.fitting.lessons import FACTS, World


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
def test_directions_in_which_a_class_differs_count_for_little(copies: int, none: int) -> None:
    material = material_of(World(4).lesson([5, 6], copies=copies, none=none))
    parts = parts_of(material)
    spaces = Spaces(material, parts)
    for part in (None, 0, parts.count - 1):
        there = np.ones(len(material.first), np.bool_) if part is None else parts.of_example != part
        space = spaces.whole() if part is None else spaces.without(part)
        known = material.rows[there[material.owners] & (material.classes < 2)]
        along = known @ space.directions.T
        metric = metric_of(material, there)
        found = along @ along.T - along @ space.damping @ along.T
        assert found == pytest.approx(known @ metric @ known.T, abs=5e-3)
        assert space.directions @ space.directions.T == pytest.approx(np.eye(len(space.directions)), abs=1e-4)
        damped = np.linalg.eigvalsh(space.damping)
        assert -1e-4 < damped.min() <= damped.max() < 1


def test_of_many_directions_those_in_which_rows_are_longest_are_taken() -> None:
    material = material_of(World(2, noise=1.5).lesson([15, 75]))
    # What the many of one class have counts less than what the few of the other have.
    scale = np.where(np.arange(64) % 2, 0.1, 1) * np.ones((90, 1))
    scale[15:] = 1.1 - scale[15:]
    material = replace(material, rows=(material.rows * scale).astype(np.float32))
    space = Spaces(material, parts_of(material)).whole()
    assert space.directions.shape == (24, 64)
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(space_module, "_MOST_DIRECTIONS", 8)
        few = Spaces(material, parts_of(material)).whole()
    best = np.linalg.eigvalsh((material.rows.T * material.weights) @ material.rows)[::-1][:8].sum()
    assert (few.along**2 * material.weights[:, None]).sum() > 0.9 * best


def test_what_no_direction_has_keeps_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space_module, "_MOST_DIRECTIONS", 6)
    material = material_of(World(3).lesson([5, 6], none=4))
    space = Spaces(material, parts_of(material)).without(0)
    outside = material.rows - space.along @ space.directions
    damped = space.along - space.along @ space.damping
    squares = (outside**2).sum(axis=1) + (damped * space.along).sum(axis=1)
    assert space.lengths**2 == pytest.approx(squares, abs=1e-3)
    assert (outside[-1] ** 2).sum() > 0.1, "it is unlike the classes"


def test_a_part_has_no_direction_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only the left-out example has is not remembered."""
    monkeypatch.setattr(space_module, "_MOST_DIRECTIONS", 9)
    lesson = World(2).lesson([6, 6])
    units = lesson.units * np.float32(0.5)
    units[3, 60:] += 1
    material = material_of(replace(lesson, units=FACTS.unit(units)))
    parts = parts_of(material)
    spaces = Spaces(material, parts)
    kept = [(space.along[3] ** 2).sum() for space in (spaces.without(int(parts.of_example[3])), spaces.whole())]
    assert kept[0] < 0.6 * material.squares[3]
    assert kept[1] > 0.95 * material.squares[3]


@pytest.mark.parametrize("counts", [[1, 1], [1]])
def test_of_one_example_each_nothing_is_known(counts: list[int]) -> None:
    material = material_of(World(3).lesson(counts, none=2))
    assert not Spaces(material, parts_of(material)).whole().damping.any()


def test_of_the_same_picture_again_and_again_nothing_is_known() -> None:
    lesson = World(2).lesson([4, 4])
    lesson.units[:4], lesson.units[4:] = lesson.units[0], lesson.units[4]
    material = material_of(lesson)
    assert not Spaces(material, parts_of(material)).whole().damping.any()
