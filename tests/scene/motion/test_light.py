"""Whether it is the light that has changed."""

import numpy as np
import pytest

from edgeclassify.scene.motion.light import Light, judge_light
from edgeclassify.scene.motion.texture import Comparison, Glance, Map

SHAPE = (10, 10)


def spread(value: float, part: int = 100, other: float = 0.0) -> Map:
    """So many windows of a hundred have the value, the rest the other one."""
    flat = np.full(100, other, np.float32)
    flat[:part] = value
    return flat.reshape(SHAPE)


def judged(
    lit: Map,
    *,
    alike: Map | None = None,
    energy: Map | None = None,
    excess: Map | None = None,
    level: float = 100.0,
) -> Light:
    """Of pictures whose texture is alike where nothing else is said."""
    energy = spread(100.0) if energy is None else energy
    alike = spread(0.9) if alike is None else alike
    shared = np.sqrt(alike) * (energy + np.float32(0.35))
    comparison = Comparison(energy, shared, energy, spread(0.0), lit)
    now = Glance(np.zeros((8, 8), np.float32), np.zeros((8, 8), np.float32), spread(level), 0.5)
    return judge_light(comparison, now, spread(1.0), spread(-1.0) if excess is None else excess)


@pytest.mark.parametrize(
    ("lit", "light"),
    [
        (spread(12.1), Light.EXPOSED),
        (spread(-12.1), Light.EXPOSED),
        (spread(12.0), Light.SAME),
        (spread(50.0, 30), Light.EXPOSED),
        (spread(50.0, 29), Light.SAME),
    ],
)
def test_a_third_of_the_picture_must_be_brighter_or_darker(lit: Map, light: Light) -> None:
    assert judged(lit) is light


@pytest.mark.parametrize(("same", "light"), [(50, Light.EXPOSED), (49, Light.SAME)])
def test_half_of_what_is_lit_must_show_what_it_did(same: int, light: Light) -> None:
    """Else something else is there."""
    assert judged(spread(30.0), alike=spread(0.6, same, 0.1)) is light


@pytest.mark.parametrize(("alike", "light"), [(0.51, Light.EXPOSED), (0.49, Light.SAME)])
def test_how_alike_that_is(alike: float, light: Light) -> None:
    assert judged(spread(30.0), alike=spread(alike)) is light


def test_what_is_not_lit_does_not_tell() -> None:
    """A large subject is no light, however much of the rest is as it was."""
    assert judged(spread(30.0, 40), alike=spread(0.0, 40, 0.9)) is Light.SAME


@pytest.mark.parametrize(("new", "light"), [(5, Light.EXPOSED), (6, Light.OTHER)])
def test_light_from_elsewhere_makes_new_edges_all_over(new: int, light: Light) -> None:
    excess = spread(-0.1)
    excess[np.arange(new), np.arange(new)] = 0.1
    assert judged(spread(30.0), excess=excess) is light


@pytest.mark.parametrize(
    ("rows", "columns", "light"), [(5, 5, Light.EXPOSED), (5, 6, Light.OTHER), (2, 3, Light.EXPOSED)]
)
def test_something_new_in_one_place_is_no_light(rows: int, columns: int, light: Light) -> None:
    """That is only another exposure; but where it is large, it is light from elsewhere."""
    excess = spread(-0.1)
    excess[3 : 3 + rows, 2 : 2 + columns] = 0.1
    assert judged(spread(30.0), excess=excess) is light


@pytest.mark.parametrize(("filled", "light"), [(8, Light.EXPOSED), (7, Light.OTHER)])
def test_what_is_in_one_place_fills_half_of_its_bounds(filled: int, light: Light) -> None:
    """Of four rows and four columns."""
    excess = spread(-0.1)
    places = [(3, 3), (6, 6), (3, 6), (6, 3), (4, 4), (4, 5), (5, 4), (5, 5)][:filled]
    for row, column in places:
        excess[row, column] = 0.1
    assert judged(spread(30.0), excess=excess) is light


def test_at_the_bound_of_noise_an_edge_is_new() -> None:
    assert judged(spread(30.0), excess=spread(0.0)) is Light.OTHER
    corners = spread(-0.1)
    corners[:3, ::4] = corners[-3:, ::4] = 0.0
    assert judged(spread(30.0), excess=corners) is Light.OTHER


@pytest.mark.parametrize(("windows", "light"), [(8, Light.EXPOSED), (7, Light.SAME)])
def test_without_texture_nobody_can_tell(windows: int, light: Light) -> None:
    assert judged(spread(30.0), energy=spread(4.1, windows, 4.0)) is light


@pytest.mark.parametrize(
    ("level", "light"), [(11.0, Light.OTHER), (12.0, Light.EXPOSED), (242.0, Light.EXPOSED), (243.0, Light.OTHER)]
)
def test_a_picture_that_has_gone_dark_or_white_has_another_light(level: float, light: Light) -> None:
    """Its texture has drowned, and tells nothing."""
    assert judged(spread(30.0), alike=spread(0.6), level=level) is light
    if light is Light.OTHER:
        assert judged(spread(30.0), alike=spread(0.0), level=level) is light


@pytest.mark.parametrize(("drowned", "light"), [(30, Light.OTHER), (29, Light.SAME)])
def test_a_third_of_it_at_least(drowned: int, light: Light) -> None:
    energy = spread(100.0)
    shared = np.zeros(SHAPE, np.float32)
    comparison = Comparison(energy, shared, energy, spread(0.0), spread(30.0, 36))
    levels = spread(250.0, drowned, 100.0)
    now = Glance(np.zeros((8, 8), np.float32), np.zeros((8, 8), np.float32), levels, 0.5)
    assert judge_light(comparison, now, spread(1.0), spread(-1.0)) is light
