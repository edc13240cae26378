"""Each judgement at its levels, on structures that are made to measure."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeclassify.scene.checks import judgements
from edgeclassify.scene.checks.comparison import Comparison
from edgeclassify.scene.checks.reference import Reference
from edgeclassify.scene.checks.structure import Edges, Structure
from edgeclassify.scene.statistics import FrameStatistics

GREY = np.full((60, 80), 100, np.uint8)
EDGES: Edges = np.random.default_rng(1).uniform(-1, 1, (48, 64, 2)).astype(np.float32)
OTHER: Edges = np.random.default_rng(2).uniform(-1, 1, (48, 64, 2)).astype(np.float32)


def structure(energy: float = 0.01, edges: Edges = EDGES, **changes: Any) -> Structure:
    values: dict[str, Any] = {"mean": 0.4, "spread": 0.2, "bright_share": 0.0}
    statistics = FrameStatistics(GREY, GREY, 0, 255, **(values | changes))
    return Structure(edges, np.full((6, 8), energy, np.float32), statistics)


def comparison(now: Structure, **usual: Any) -> Comparison:
    reference = replace(Reference.of(structure()), frames=100, age_s=1000.0)
    return Comparison(now, replace(reference, **usual))


def in_blocks(first: float, rest: float, count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    values = np.full(48, rest, np.float32)
    values[:count] = first
    return values.reshape(6, 8)


@pytest.mark.parametrize(
    ("mean", "lasts", "dark"),
    [(0.049, False, True), (0.05, False, False), (0.05, True, True), (0.0749, True, True), (0.075, True, False)],
)
def test_dark_by_itself(mean: float, lasts: bool, dark: bool) -> None:
    assert judgements.is_dark(structure(mean=mean, spread=0.01), None, lasts) is dark


@pytest.mark.parametrize(
    ("mean", "usual", "lasts", "dark"),
    [
        (0.09, 0.4, False, True),
        (0.09, 0.36, False, False),
        (0.1, 0.9, False, False),
        (0.11, 0.4, True, True),
        (0.11, 0.36, True, False),
        (0.12, 0.9, True, False),
    ],
)
def test_dark_as_against_what_is_usual(mean: float, usual: float, lasts: bool, dark: bool) -> None:
    now = structure(mean=mean, spread=0.01)
    assert judgements.is_dark(now, comparison(now, brightness=usual), lasts) is dark


def test_a_picture_in_which_something_is_lit_is_not_dark() -> None:
    assert judgements.is_dark(structure(mean=0.01, spread=0.079), None, False)
    assert not judgements.is_dark(structure(mean=0.01, spread=0.08), None, False)


@pytest.mark.parametrize(
    ("share", "lasts", "blown"),
    [(0.95, False, True), (0.94, False, False), (0.85, True, True), (0.84, True, False)],
)
def test_overexposed_by_itself(share: float, lasts: bool, blown: bool) -> None:
    assert judgements.is_overexposed(structure(bright_share=share), None, lasts) is blown


@pytest.mark.parametrize(("usual", "blown"), [(0.96, False), (0.92, False), (0.9, True)])
def test_a_picture_that_is_white_as_ever_is_not_overexposed(usual: float, blown: bool) -> None:
    now = structure(bright_share=0.96, mean=0.4)
    assert judgements.is_overexposed(now, comparison(now, bright_share=usual), False) is blown


@pytest.mark.parametrize(
    ("share", "usual", "lasts", "blown"),
    [(0.5, 0.19, False, True), (0.5, 0.21, False, False), (0.5, 0.29, True, True), (0.5, 0.31, True, False)],
)
def test_more_than_usual_is_white(share: float, usual: float, lasts: bool, blown: bool) -> None:
    now = structure(bright_share=share, mean=0.7)
    assert judgements.is_overexposed(now, comparison(now, bright_share=usual, brightness=0.4), lasts) is blown


@pytest.mark.parametrize(
    ("mean", "lost", "lasts", "blown"),
    [
        (0.67, 0, False, True),  # 1.675 times the usual brightness
        (0.65, 0, False, False),  # 1.625 times
        (0.59, 0, True, True),  # 1.475 times
        (0.57, 0, True, False),  # 1.425 times
        (0.45, 22, False, True),
        (0.45, 21, False, False),
        (0.45, 17, True, True),
        (0.45, 16, True, False),
        (0.4, 48, False, False),  # no brighter than ever
    ],
)
def test_white_by_the_light_alone(mean: float, lost: int, lasts: bool, blown: bool) -> None:
    now = replace(structure(bright_share=0.5, mean=mean), energy=in_blocks(0.0019, 0.01, lost))
    assert judgements.is_overexposed(now, comparison(now, brightness=0.4), lasts) is blown


@pytest.mark.parametrize(
    ("mean", "lost", "edges", "lasts", "blown"),
    [
        (0.66, 29, EDGES, False, True),
        (0.64, 29, EDGES, False, False),
        (0.66, 28, EDGES, False, False),
        (0.61, 20, EDGES, True, True),
        (0.59, 20, EDGES, True, False),
        (0.61, 19, EDGES, True, False),
        (0.66, 29, OTHER, False, False),  # something white was put before it
    ],
)
def test_washed_out(mean: float, lost: int, edges: Edges, lasts: bool, blown: bool) -> None:
    now = replace(structure(mean=mean, edges=edges), energy=in_blocks(0.0019, 0.01, lost))
    assert judgements.is_overexposed(now, comparison(now), lasts) is blown


def test_another_scene_may_be_bright_by_itself() -> None:
    now = structure(bright_share=0.6, mean=0.8, edges=OTHER)
    assert not judgements.is_overexposed(now, comparison(now), False)
    part = structure(bright_share=0.6, mean=0.8, edges=np.asarray(EDGES + 2 * OTHER, np.float32))
    assert judgements.is_overexposed(part, comparison(part), False)


def test_blank_is_what_shows_nothing_in_more_than_two_blocks() -> None:
    assert judgements.is_blank(replace(structure(), energy=in_blocks(0.1, 0.0001, 2)))
    assert not judgements.is_blank(replace(structure(), energy=in_blocks(0.1, 0.0001, 3)))
    assert not judgements.is_blank(structure(3.1e-4))
    assert judgements.is_blank(structure(2.9e-4))


def test_a_blank_picture_is_covered_unless_it_always_was() -> None:
    blank = structure(1e-5)
    assert judgements.is_covered(blank, None, False) is True
    assert judgements.is_covered(blank, comparison(blank, energy=in_blocks(0.01, 0.0, 4)), False) is True
    assert judgements.is_covered(blank, comparison(blank, energy=in_blocks(0.01, 0.0, 3)), False) is False


def test_without_much_structure_nobody_can_tell_what_is_covered() -> None:
    now = structure(edges=OTHER)
    assert judgements.is_covered(now, None, False) is False
    assert judgements.is_covered(now, comparison(now, energy=in_blocks(0.01, 0.0, 3)), False) is None


@pytest.mark.parametrize(
    ("lost", "lasts", "covered"), [(29, False, True), (28, False, False), (20, True, True), (19, True, False)]
)
def test_covered_where_most_of_the_structure_is_lost(lost: int, lasts: bool, covered: bool) -> None:
    blocks = in_blocks(0.0019, 0.01, lost)
    edges = EDGES.copy()
    edges[: 8 * (lost // 8)] = 0  # what is lost has no edges; what is left is the usual
    edges[8 * (lost // 8) : 8 * (lost // 8 + 1), : 8 * (lost % 8)] = 0
    edges[::2, ::2] *= 0.05  # and so little is alike that it could be covered
    now = replace(structure(edges=edges), energy=blocks)
    weak = comparison(now, edges=np.asarray(EDGES + 1.2 * OTHER, np.float32))
    assert weak.coherence < judgements.COVERED_COHERENCE
    assert judgements.is_covered(now, weak, lasts) is covered


def test_what_is_still_alike_is_not_covered() -> None:
    now = structure(0.001)
    assert comparison(now).lost_share == 1
    assert judgements.is_covered(now, comparison(now), False) is False


@pytest.mark.parametrize(
    ("foreign", "kept", "covered"),
    [(4, 0, True), (5, 0, False), (5, 1, True), (6, 2, True), (6, 1, False), (7, 8, False)],
)
def test_another_scene_covers_nothing(foreign: int, kept: int, covered: bool) -> None:
    edges = np.zeros_like(EDGES)
    edges[:8, : 8 * foreign] = OTHER[:8, : 8 * foreign]
    edges[8:16, : 8 * kept] = EDGES[8:16, : 8 * kept]
    blocks = in_blocks(0.01, 0.001, foreign)
    blocks[1, :kept] = 0.01
    now = replace(structure(edges=edges), energy=blocks)
    assert comparison(now).foreign_blocks == foreign
    assert comparison(now).kept_blocks == kept
    assert judgements.is_covered(now, comparison(now), False) is covered


@pytest.mark.parametrize(
    ("detail", "lasts", "soft"),
    [(0.39, False, True), (0.41, False, False), (0.59, True, True), (0.61, True, False)],
)
def test_defocused(detail: float, lasts: bool, soft: bool) -> None:
    medium = np.random.default_rng(1).integers(0, 255, (60, 80)).astype(np.uint8)
    sharp = structure()
    sharp = replace(sharp, statistics=replace(sharp.statistics, medium=medium))
    assert sharp.detail > 0
    usual = dict.fromkeys(range(5), sharp.detail / detail)
    assert judgements.is_defocused(comparison(sharp, detail=usual), lasts) is soft


def test_of_another_scene_nobody_can_tell_the_focus() -> None:
    assert judgements.is_defocused(comparison(structure(edges=OTHER)), False) is None


def rolled(columns: int, rows: int = 0) -> Structure:
    return structure(edges=np.roll(EDGES, (rows, columns), (0, 1)))


def test_moved_from_a_fiftieth_of_the_frame_on() -> None:
    assert judgements.shift_of(comparison(rolled(1)), False) is None
    found = judgements.shift_of(comparison(rolled(2)), False)
    assert found is not None
    assert found.x == pytest.approx(2 / 64, abs=0.003)
    assert judgements.shift_of(comparison(rolled(0, 1)), False) is not None


def test_moved_back_within_less() -> None:
    assert judgements.shift_of(comparison(rolled(1)), True) is not None
    assert judgements.shift_of(comparison(rolled(0)), True) is None


def test_a_shift_must_bring_enough() -> None:
    mixed = np.asarray(rolled(8).edges + 1.2 * OTHER, np.float32)
    weak = comparison(structure(edges=mixed))
    assert 0.5 < weak.shift.coherence < 0.9
    assert judgements.shift_of(weak, False) is not None
    fickle = replace(weak.reference, likeness=weak.shift.coherence * 1.7)
    assert judgements.shift_of(Comparison(weak.structure, fickle), False) is None
    noisy = comparison(structure(edges=np.asarray(rolled(8).edges + 3 * OTHER, np.float32)), likeness=0.1)
    assert noisy.shift.coherence < 0.5
    assert judgements.shift_of(noisy, False) is None


def test_a_scene_that_lies_nearly_as_well_where_it_was_has_not_moved() -> None:
    both = np.asarray(rolled(8).edges + EDGES, np.float32)
    assert judgements.shift_of(comparison(structure(edges=both)), False) is None


def test_elsewhere_is_another_picture_in_full_view() -> None:
    assert judgements.is_elsewhere(comparison(structure(edges=OTHER)))
    assert not judgements.is_elsewhere(comparison(structure()))
    faint = structure(1e-4, edges=OTHER)
    assert not judgements.is_elsewhere(comparison(faint))
    half = np.asarray(OTHER + 0.2 * EDGES, np.float32)
    assert not judgements.is_elsewhere(comparison(structure(edges=half)))
