"""How like pictures are to what was taught."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeclassify.model.taught.head_parameters import Familiarity
from edgeclassify.teaching.fitting.familiarity import familiarity_of
from edgeclassify.teaching.fitting.leaving_out import Parts, parts_of
from edgeclassify.teaching.fitting.material import Material, material_of
from tests.teaching.fitting.lessons import World
from tests.teaching.fitting.test_spread import metric_of


def likeness_of(familiarity: Familiarity, units: Any) -> Any:
    """As the documents of the parameters say."""
    moved = units - familiarity.origin
    lengths = np.sqrt((moved**2).sum(axis=1) - ((moved @ familiarity.spread.T) ** 2).sum(axis=1))
    cosines = moved @ familiarity.prototypes.T / lengths[:, None]
    found = []
    for label in range(int(familiarity.classes.max()) + 1):
        of_class = np.sort(cosines[:, familiarity.classes == label], axis=1)
        found.append(of_class[:, -familiarity.neighbours :].mean(axis=1))
    return np.max(found, axis=0)


def by_definition(material: Material, parts: Parts, example: int) -> float:
    """The likeness of an example to the others, without its part, in float64."""
    there = parts.of_example != parts.of_example[example]
    metric = metric_of(material, there)
    rows = material.rows[material.first].astype(np.float64)
    lengths = np.sqrt(np.einsum("nd,de,ne->n", rows, metric, rows))
    cosines = rows @ metric @ rows[example] / lengths / lengths[example]
    best = -1.0
    for label in range(len(material.labels)):
        of_class = cosines[there & (material.example_classes == label)]
        if len(of_class):
            best = max(best, float(np.sort(of_class)[-3:].mean()))
    return best


def test_examples_are_compared_with_those_of_other_parts() -> None:
    material = material_of(World(4).lesson([2, 6, 7], copies=1, none=3))
    parts = parts_of(material)
    _, likeness = familiarity_of(material, parts)
    wanted = [by_definition(material, parts, example) for example in range(len(material.first))]
    assert likeness == pytest.approx(wanted, abs=0.02)


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
    assert (likeness < familiarity.threshold).mean() == pytest.approx(0.05, abs=0.01)
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
    assert rooms[0] > 2 * rooms[1]


def test_prototypes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from edgeclassify.teaching.fitting import material as material_module

    monkeypatch.setattr(material_module, "MOST_PROTOTYPES", 7)
    material = material_of(World(2).lesson([9, 9]))
    familiarity, likeness = familiarity_of(replace(material), parts_of(material))
    assert familiarity.prototypes.shape == (7, 64)
    assert np.isfinite(likeness).all()
