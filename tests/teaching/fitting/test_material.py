"""A lesson as what heads are fitted to."""

from dataclasses import replace

import numpy as np
import pytest

from edgeclassify.teaching.fitting import material as material_module
from edgeclassify.teaching.fitting.material import material_of
from edgeclassify.teaching.interface import NONE_OF_THEM
from tests.teaching.fitting.lessons import World


def test_every_class_counts_alike() -> None:
    lesson = World(3).lesson([2, 9], none=4, copies=2)
    material = material_of(lesson)
    assert material.has_rest
    assert material.count == 3
    assert np.bincount(material.classes, material.weights) == pytest.approx([1 / 3] * 3, abs=1e-6)
    assert material.example_classes.tolist() == [0] * 2 + [1] * 9 + [2] * 4


def test_pictures_of_one_moment_count_as_their_root() -> None:
    lesson = World(2).lesson([1, 4])
    groups = np.array([0, 1, 1, 1, 1])
    groups[4] = 2  # three of a moment, one alone
    weights = material_of(replace(lesson, groups=groups)).weights
    assert weights[4] / weights[1] == pytest.approx(np.sqrt(3))


def test_a_moment_of_two_classes_is_one_of_each() -> None:
    lesson = World(2).lesson([2, 2])
    weights = material_of(replace(lesson, groups=np.array([0, 1, 1, 2]))).weights
    assert weights == pytest.approx([0.25] * 4)


def test_an_example_shares_its_weight_with_its_copies() -> None:
    plain, copied = (material_of(World(2).lesson([2, 3], copies=copies)) for copies in (0, 5))
    shares = np.bincount(copied.owners, copied.weights)
    assert shares == pytest.approx(plain.weights, abs=1e-6)
    assert copied.weights[copied.first] == pytest.approx(0.5 * plain.weights, abs=1e-6)
    assert copied.weights[1:6] == pytest.approx([0.1 * plain.weights[0]] * 5, abs=1e-6)


def test_an_example_without_copies_keeps_its_weight() -> None:
    lesson = World(2).lesson([2, 2], copies=1)
    some = np.delete(np.arange(8), 1)
    material = material_of(
        replace(
            lesson,
            units=lesson.units[some],
            classes=lesson.classes[some],
            owners=lesson.owners[some],
            is_copy=lesson.is_copy[some],
        )
    )
    assert material.weights == pytest.approx([0.25, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125], abs=1e-6)


def test_what_was_corrected_counts_more() -> None:
    lesson = World(2).lesson([3, 3])
    was = np.full(6, NONE_OF_THEM)
    was[1] = 1
    weights = material_of(replace(lesson, was=was)).weights
    assert weights[1] / weights[0] == pytest.approx(3)
    assert weights[:3].sum() == pytest.approx(0.5)


def test_few_coordinates_say_as_much_as_the_embeddings() -> None:
    lesson = World(3).lesson([4, 5, 6], copies=1)
    material = material_of(lesson)
    moved = lesson.units - material.origin
    assert material.rows.shape == (30, 30)
    assert material.rows @ material.rows.T == pytest.approx(moved @ moved.T, abs=2e-3)
    assert material.rows == pytest.approx(moved @ material.basis.T, abs=1e-5)
    assert material.squares == pytest.approx((moved**2).sum(axis=1), abs=1e-5)
    assert (lesson.is_copy[material.first] == 0).all()


def test_the_origin_is_on_the_way_to_the_middle_of_the_classes() -> None:
    lesson = World(2).lesson([1, 9])
    middle = (lesson.units[0] + lesson.units[1:].mean(axis=0)) / 2
    assert material_of(lesson).origin == pytest.approx(0.7 * middle, abs=1e-5)


def test_more_rows_than_elements_are_taken_as_they_are() -> None:
    lesson = World(2).lesson([50, 50])
    material = material_of(lesson)
    assert material.rows == pytest.approx(lesson.units - material.origin, abs=1e-6)


def test_of_many_rows_some_span_the_space_pictures_of_classes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material_module, "MOST_DIMENSIONS", 9)
    lesson = World(3, copy_noise=0.5).lesson([2, 4], none=2, copies=1)
    material = material_of(lesson)
    assert material.rows.shape == (16, 9)
    moved = lesson.units - material.origin
    lost = np.linalg.norm(moved - material.rows @ material.basis, axis=1)
    assert np.flatnonzero(lost < 0.1).tolist() == sorted([0, 4, 2, 6, 8, 10, 12, 14, 1])
    assert material.squares == pytest.approx((moved**2).sum(axis=1), abs=1e-5), "whatever is lost"


def test_prototypes_are_pictures_then_copies_in_turns_of_the_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = World(3).lesson([2, 3], none=2, copies=1)
    assert material_of(lesson).prototypes.tolist() == [0, 4, 2, 6, 8, 1, 5, 3, 7, 9]
    assert material_of(lesson).is_taught.tolist() == [True] * 5 + [False] * 2
    monkeypatch.setattr(material_module, "MOST_PROTOTYPES", 3)
    assert material_of(lesson).prototypes.tolist() == [0, 4, 2]


def test_the_same_picture_many_times_is_no_fault() -> None:
    lesson = World(2).lesson([3, 3])
    units = lesson.units.copy()
    units[:4] = units[0]
    material = material_of(replace(lesson, units=units))
    assert np.isfinite(material.rows).all()
    assert material.rows[0] == pytest.approx(material.rows[3], abs=1e-5)
