"""The kinds of head that are tried."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeclassify.model.taught.head_parameters import HeadKind
from edgeclassify.teaching.fitting.candidates import Candidate, best_of, candidates_of
from edgeclassify.teaching.fitting.leaving_out import Parts, parts_of
from edgeclassify.teaching.fitting.logistic import Problems
from edgeclassify.teaching.fitting.material import Material, material_of
from edgeclassify.teaching.fitting.nearest_mean import means
from edgeclassify.teaching.interface import Lesson
from tests.teaching.fitting.lessons import World


def of_kind(kind: HeadKind, material: Material, parts: Parts) -> Candidate:
    return next(one for one in candidates_of(material, parts) if one.kind is kind)


def without(lesson: Lesson, example: int) -> Lesson:
    """All but one example, without copies."""
    kept = np.arange(len(lesson.groups)) != example
    count = int(kept.sum())
    return Lesson(
        lesson.labels, lesson.units[kept], lesson.classes[kept], np.arange(count), np.zeros(count, np.bool_),
        np.arange(count), lesson.was[kept],
    )  # fmt: skip


@pytest.mark.parametrize("kind", [HeadKind.LOGISTIC, HeadKind.NEAREST_MEAN])
def test_an_example_is_answered_as_by_a_head_without_it(kind: HeadKind) -> None:
    lesson = World(3, noise=1.5).lesson([4, 5, 6])
    material = material_of(lesson)
    found = of_kind(kind, material, parts_of(material))
    answers = []
    for example in range(15):
        rest = material_of(without(lesson, example))
        alone = of_kind(kind, rest, Parts(np.full(14, -1), 0))
        row = (lesson.units[example] - rest.origin) @ rest.basis.T
        answers.append(row @ alone.weights.T + alone.biases)
    wanted = np.stack(answers)
    assert (found.logits.argmax(axis=1) == wanted.argmax(axis=1)).mean() > 0.9
    mine, its = (np.ptp(one, axis=1) for one in (found.logits, wanted))
    assert np.corrcoef(mine, its)[0, 1] > 0.95


def test_left_out_logits_are_those_of_the_means_of_the_others() -> None:
    material = material_of(World(3, noise=1.5).lesson([2, 5, 9], copies=1))
    parts = parts_of(material)
    found = of_kind(HeadKind.NEAREST_MEAN, material, parts)
    rows = material.rows.astype(np.float64) - material.weights @ material.rows
    wanted = []
    for example, part in enumerate(parts.of_example):
        there = parts.of_example[material.owners] != part
        sums = np.stack([(material.weights * (there & (material.classes == label))) @ rows for label in range(3)])
        wanted.append(rows[material.first[example]] @ (sums / np.linalg.norm(sums, axis=1, keepdims=True)).T)
    temperature = np.median(np.stack(wanted) / found.logits)
    assert found.logits * temperature == pytest.approx(np.stack(wanted), abs=1e-3)
    assert np.linalg.norm(found.weights, axis=1) == pytest.approx([1 / temperature] * 3, rel=1e-3)


def test_the_logistic_regression_is_balanced_and_regularised() -> None:
    """At its coefficients nothing is left to gain: every class counts alike, and 0.3 / n of the mean square."""
    material = material_of(World(3, noise=1.5).lesson([1, 1, 1], burst=4, copies=1))
    parts = parts_of(material)
    assert parts.count == 0, "so that the temperature is the usual one"
    found = of_kind(HeadKind.LOGISTIC, material, parts)
    middle = material.weights @ material.rows
    at = np.concatenate([found.weights, (found.biases + found.weights @ middle)[:, None]], axis=1) * 0.3
    rows = np.concatenate([material.rows - middle, np.ones((24, 1))], axis=1)
    own = np.eye(3)[material.classes]
    square = material.weights @ ((material.rows - middle) ** 2).sum(axis=1)

    def slope(coefficients: Any) -> Any:
        logits = rows @ coefficients.T
        chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        return ((chances - own) * material.weights[:, None]).T @ rows + 0.3 * square / 12 * coefficients

    assert np.linalg.norm(slope(at)) < 0.02 * np.linalg.norm(slope(np.zeros_like(at)))


@pytest.mark.parametrize("kind", [HeadKind.LOGISTIC, HeadKind.NEAREST_MEAN])
def test_chances_add_up_and_are_right_or_wrong(kind: HeadKind) -> None:
    material = material_of(World(4, noise=2).lesson([6, 6, 6], none=4))
    parts = parts_of(material)
    found = of_kind(kind, material, parts)
    assert found.chances.shape == (22, 4)
    assert found.chances.sum(axis=1) == pytest.approx(np.ones(22), abs=1e-5)
    assert found.right.tolist() == (found.chances.argmax(axis=1) == material.example_classes).tolist()


def test_weights_are_of_the_whole() -> None:
    """What was learnt is answered rightly by it, whatever the parts."""
    material = material_of(World(3).lesson([6, 6, 6]))
    for found in candidates_of(material, parts_of(material)):
        logits = material.rows @ found.weights.T + found.biases
        assert (logits.argmax(axis=1) == material.classes).all()


def test_the_nearest_mean_is_that_by_cosine() -> None:
    rows = np.array([[3, 0], [1, 1], [0, 5], [-1, 2]], np.float32)
    classes = np.array([0, 0, 1, 1])
    weights = np.array([[0.25, 0.25, 0.25, 0.25], [0.5, 0, 0.25, 0.25]], np.float32)
    found = means(Problems(rows, classes, 3, weights, 0.0))
    assert found.shape == (2, 3, 3)
    assert found[0, 0] == pytest.approx([4 / np.sqrt(17), 1 / np.sqrt(17), 0])
    assert found[0, 1] == pytest.approx([-1 / np.sqrt(50), 7 / np.sqrt(50), 0])
    assert found[1, 0] == pytest.approx([1, 0, 0])
    assert found[:, 2].tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("first", "other", "is_other"),
    [
        ("1111", "1111", False),
        ("1000", "1100", False),
        ("1000", "1110", True),
        ("1001", "0110", False),
        ("1100", "0011", False),
        ("11000000", "01111100", True),
        ("0", "1", False),
        ("", "", False),
    ],
)
def test_another_kind_has_to_be_clearly_better(first: str, other: str, is_other: bool) -> None:
    nothing = np.zeros((0, 0), np.float32)
    one, two = (
        Candidate(kind, nothing, nothing, nothing, np.array([word == "1" for word in right], np.bool_))
        for kind, right in ((HeadKind.LOGISTIC, first), (HeadKind.NEAREST_MEAN, other))
    )
    assert best_of([one, two]) is (two if is_other else one)


def test_without_parts_the_usual_temperature_is_taken() -> None:
    lesson = World(2).lesson([1, 1])
    material = material_of(lesson)
    none = of_kind(HeadKind.NEAREST_MEAN, material, parts_of(material))
    assert np.linalg.norm(none.weights, axis=1) == pytest.approx([1 / 0.08] * 2, rel=1e-3)
    assert none.right.shape == (0,)


def test_a_class_that_is_larger_weighs_no_more() -> None:
    lesson = World(2, noise=2).lesson([5, 5])
    many = replace(
        lesson,
        units=np.concatenate([lesson.units, np.repeat(lesson.units[5:], 9, axis=0)]),
        classes=np.concatenate([lesson.classes, np.full(45, 1)]),
        owners=np.arange(55),
        is_copy=np.zeros(55, np.bool_),
        groups=np.arange(55),
        was=np.full(55, -1),
    )
    few, more = (
        of_kind(HeadKind.NEAREST_MEAN, material_of(one), Parts(np.full(len(one.groups), -1), 0))
        for one in (lesson, many)
    )
    assert few.biases == pytest.approx(more.biases, abs=0.05)
