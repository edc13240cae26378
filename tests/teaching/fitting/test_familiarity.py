"""How like pictures are to what was taught."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.model.taught.head_parameters import Familiarity
from edgeclassify.teaching.fitting import material as material_module
from edgeclassify.teaching.fitting.familiarity import familiarity_of, threshold_of, weighted_quantile
from edgeclassify.teaching.fitting.leaving_out import Parts, parts_of
from edgeclassify.teaching.fitting.material import Material, material_of
from edgeclassify.teaching.interface import Lesson
from tests.teaching.fitting.lessons import ELEMENTS, FACTS, World
from tests.teaching.fitting.test_space import metric_of


def likeness_of(familiarity: Familiarity, units: Any) -> Any:
    """As the documents of the parameters say."""
    moved = units - familiarity.origin
    along = moved @ familiarity.space.T
    lengths = np.sqrt((moved**2).sum(axis=1) - ((along @ familiarity.spread.T) ** 2).sum(axis=1))
    cosines = along @ familiarity.prototypes.T / lengths[:, None]
    found = []
    for label in range(int(familiarity.classes.max()) + 1):
        of_class = np.sort(cosines[:, familiarity.classes == label], axis=1)
        found.append(of_class[:, -familiarity.neighbours :].mean(axis=1))
    return np.max(found, axis=0)


def by_definition(material: Material, parts: Parts, example: int) -> float:
    """The likeness of an example to the rows of others, without its part, in float64."""
    there = parts.of_example != parts.of_example[example]
    metric = metric_of(material, there)
    known = there[material.owners] & (material.classes < len(material.labels))
    rows = material.rows.astype(np.float64)
    own = rows[material.first[example]]
    # What no row of the others has a part of is not in their space: its length is all that counts.
    inside = np.linalg.svd(rows[known], full_matrices=False)[2]
    within = own @ inside.T @ inside
    square = material.squares[material.first[example]] - within @ within + within @ metric @ within
    cosines = rows @ metric @ within / np.sqrt(np.einsum("nd,de,ne->n", rows, metric, rows) * square)
    best = -1.0
    for label in range(len(material.labels)):
        of_class = cosines[known & (material.classes == label)]
        if len(of_class):
            best = max(best, float(np.sort(of_class)[-3:].mean()))
    return best


@pytest.mark.parametrize("copies", [0, 1])
def test_examples_are_compared_with_those_of_other_parts(copies: int) -> None:
    material = material_of(World(4).lesson([2, 6, 7], copies=copies, none=3))
    parts = parts_of(material)
    _, likeness = familiarity_of(material, parts)
    wanted = [by_definition(material, parts, example) for example in range(len(material.first))]
    assert likeness == pytest.approx(wanted, abs=0.03)


def test_a_prototype_is_most_like_itself() -> None:
    world = World(3)
    lesson = world.lesson([1, 1])
    material = material_of(lesson)
    familiarity, _ = familiarity_of(material, parts_of(material))
    assert likeness_of(familiarity, lesson.units) == pytest.approx([1, 1], abs=1e-3)
    assert (likeness_of(familiarity, world.lesson([1, 1, 1]).units[2:]) < 0.6).all()


def test_what_the_head_measures_is_what_was_measured_of_the_examples() -> None:
    """New pictures of the classes are about as like as those that were left out, strangers are not."""
    world = World(4, noise=1.2)
    material = material_of(world.lesson([40, 40]))
    familiarity, likeness = familiarity_of(material, parts_of(material))
    new = likeness_of(familiarity, world.lesson([100, 100]).units)
    assert new.mean() == pytest.approx(likeness.mean(), abs=0.03)
    assert (new >= familiarity.threshold).mean() == pytest.approx(0.95, abs=0.05)


def test_of_many_examples_5_percent_are_below_the_threshold() -> None:
    material = material_of(World(2, noise=1.5).lesson([300, 300]))
    familiarity, likeness = familiarity_of(material, parts_of(material))
    assert (likeness < familiarity.threshold).mean() == pytest.approx(0.05, abs=0.015)
    assert familiarity.q(np.array([familiarity.threshold, likeness.mean()], np.float32)) == pytest.approx(
        [0.5, 1 / (1 + math.exp(-3))], abs=0.01
    )


def test_pictures_of_none_of_the_classes_do_not_lower_the_threshold() -> None:
    lesson = World(3).lesson([8, 8], none=8)
    material = material_of(lesson)
    familiarity, likeness = familiarity_of(material, parts_of(material))
    assert likeness[16:].mean() < likeness[:16].mean() - 0.2
    assert familiarity.threshold > likeness[16:].mean()
    assert set(familiarity.classes.tolist()) == {0, 1}


def test_where_nothing_can_be_left_out_nearly_nothing_is_unknown() -> None:
    material = material_of(World(2).lesson([1, 1], burst=3))
    familiarity, likeness = familiarity_of(material, parts_of(material))
    assert np.isnan(likeness).all()
    assert familiarity.threshold < 0


def test_few_examples_leave_more_room_than_many() -> None:
    """Alike as they may be: two pictures do not say how much the third may differ."""
    world = World(1, noise=0.2)
    few, many = (material_of(world.lesson([count], one_class=True)) for count in (3, 60))
    rooms = []
    for material in (few, many):
        familiarity, likeness = familiarity_of(material, parts_of(material))
        rooms.append(likeness.mean() - familiarity.threshold)
    assert rooms[0] > 1.3 * rooms[1]


def in_the_evening(lesson: Lesson, rows: NDArray[np.bool_]) -> Lesson:
    """Some rows are changed alike, as light does it."""
    units = lesson.units.copy()
    units[rows] = FACTS.unit(units[rows] + np.linspace(0, 0.25, ELEMENTS, dtype=np.float32))
    return replace(lesson, units=units)


def test_what_was_taught_by_copies_is_known() -> None:
    """A picture of the evening is like copies that look so."""
    world = World(2)
    asked = world.lesson([40, 40])
    evenings = in_the_evening(asked, np.ones(80, np.bool_)).units
    shares = []
    for copies in (0, 1):
        lesson = world.lesson([8, 8], copies=copies)
        material = material_of(in_the_evening(lesson, lesson.is_copy))
        familiarity, likeness = familiarity_of(material, parts_of(material))
        assert len(familiarity.prototypes) == 16 * (1 + copies)
        assert len(likeness) == 16
        shares.append((likeness_of(familiarity, evenings) >= familiarity.threshold).mean())
    assert shares[1] > 0.9
    assert shares[0] < 0.5


def test_the_threshold_is_that_of_pictures_and_copies_alike() -> None:
    """Copies that are like nothing of another moment lower it; where they are no prototypes they don't."""
    lesson = World(2).lesson([9, 9], copies=1)
    units = lesson.units.copy()
    units[lesson.is_copy] = FACTS.unit(np.random.default_rng(5).normal(size=(18, ELEMENTS)))
    thresholds = []
    for most in (256, 18):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(material_module, "MOST_PROTOTYPES", most)
            material = material_of(replace(lesson, units=units))
        familiarity, likeness = familiarity_of(material, parts_of(material))
        thresholds.append(familiarity.threshold)
        lowest = float(np.quantile(likeness, 0.05))
    assert thresholds[0] < thresholds[1] - 0.1
    assert thresholds[1] == pytest.approx(lowest, abs=0.25)


def test_the_weight_of_many_counts_as_they_are_many() -> None:
    draws = np.random.default_rng(1)
    values = draws.normal(size=101).astype(np.float32)
    alike = np.full(101, 0.3, np.float32)
    for share in (0.0, 0.05, 0.5, 1.0):
        assert weighted_quantile(values, alike, share) == pytest.approx(
            float(np.quantile(values, share)), abs=1e-5
        )
    # What weighs next to nothing does not matter.
    heavy = np.where(values > 0, 1.0, 1e-6).astype(np.float32)
    assert weighted_quantile(values, heavy, 0.05) == pytest.approx(
        float(np.quantile(values[values > 0], 0.05)), abs=0.05
    )


def test_the_threshold_of_few_is_by_mean_and_deviation() -> None:
    """With two examples of what is usual: mean 0.1, deviation 0.15."""
    known = np.array([0.5, 0.7, 0.9], np.float32)
    deviation = math.sqrt((0.04 + 0.04 + 2 * 0.15**2) / 5)
    lowest = 0.5 + 2 * 0.05 * 0.2
    for has_rest, deviations, least in ((False, 1.645, lowest), (True, 1.96, 0.5 + 2 * 0.025 * 0.2)):
        wanted = 20 / 23 * (0.7 - deviations * deviation) + 3 / 23 * least
        threshold, mean = threshold_of(known, np.ones(3, np.float32), has_rest)
        assert mean == pytest.approx(0.7)
        assert threshold == pytest.approx(wanted, abs=1e-3)
    nothing = np.zeros(0, np.float32)
    assert threshold_of(nothing, nothing, False) == pytest.approx((0.1 - 1.645 * 0.15, 0.1))


def test_an_example_and_its_copies_say_as_much_as_an_example_without() -> None:
    known, shares = np.array([0.9, 0.5, 0.7], np.float32), np.array([0.5, 0.25, 0.25], np.float32)
    threshold, mean = threshold_of(known, shares, False)
    assert mean == pytest.approx(0.75)
    deviation = math.sqrt((0.5 * 0.15**2 + 0.25 * (0.25**2 + 0.05**2) + 2 * 0.15**2) / 3)
    assert threshold == pytest.approx(20 / 21 * (0.75 - 1.645 * deviation) + 0.5 / 21, abs=0.01)


def test_prototypes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material_module, "MOST_PROTOTYPES", 7)
    material = material_of(World(2).lesson([9, 9]))
    familiarity, likeness = familiarity_of(replace(material), parts_of(material))
    assert familiarity.prototypes.shape == (7, 18)
    assert np.isfinite(likeness).all()
