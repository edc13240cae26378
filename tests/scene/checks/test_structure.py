import numpy as np
import pytest

from edgeclassify.scene.checks.structure import (
    Structure,
    block_coherence,
    coherence,
    shift_between,
    spectrum_of,
    structure_of,
)
from edgeclassify.scene.statistics import measure
from tests.scene.checks.drawn import blurred, even, picture, pixels_of, scene, statistics_of
from tests.scene.frames import planar_frame

SCENE = scene()


def structure(x: float = 0.0, y: float = 0.0, gain: float = 1.0, seed: int = 0) -> Structure:
    return structure_of(statistics_of(gain * picture(SCENE, x, y), seed))


def test_edges_stay_with_another_light() -> None:
    assert coherence(structure().edges, structure(gain=0.5, seed=1).edges) > 0.95


def test_another_scene_has_nothing_in_common() -> None:
    other = structure_of(statistics_of(picture(scene(2))))
    assert abs(coherence(structure().edges, other.edges)) < 0.2


def test_the_reverse_is_below_zero() -> None:
    assert coherence(structure().edges, -structure().edges) == pytest.approx(-1)


def test_nothing_is_coherent_with_no_edges() -> None:
    assert coherence(structure().edges, np.zeros_like(structure().edges)) == 0.0


def test_blocks_are_compared_by_themselves() -> None:
    half = picture(SCENE)
    half[:, :160] = picture(scene(2))[:, :160]
    blocks = block_coherence(structure().edges, structure_of(statistics_of(half)).edges)
    assert blocks.shape == (6, 8)
    assert blocks[:, :4].mean() < 0.2
    assert blocks[:, 4:].mean() > 0.9


def test_energy_is_where_structure_is() -> None:
    half = picture(SCENE)
    half[:, :160] = 120
    energy = structure_of(statistics_of(half)).energy
    assert energy.shape == (6, 8)
    assert energy[:, :3].max() < 1e-4
    assert energy[:, 5:].min() > 1e-3


def test_the_range_of_video_is_the_same_light() -> None:
    grey = pixels_of(picture(SCENE))
    video = np.asarray(np.round(16 + grey.astype(np.float32) * 219 / 255), np.uint8)
    assert structure_of(measure(planar_frame(video))).energy.mean() == pytest.approx(
        structure_of(statistics_of(picture(SCENE))).energy.mean(), rel=0.02
    )


def test_blur_takes_detail_away_and_light_does_not() -> None:
    sharp = structure().detail
    assert structure(gain=0.6).detail == pytest.approx(sharp, rel=0.1)
    assert structure_of(statistics_of(blurred(picture(SCENE), 2.0))).detail < 0.4 * sharp


def test_a_picture_without_contrast_has_no_detail() -> None:
    assert structure_of(statistics_of(even(90), noise=0)).detail == 0.0


@pytest.mark.parametrize(("x", "y"), [(0.05, 0.0), (0.0, -0.1), (0.1, 0.05), (-0.2, 0.15)])
def test_finds_how_far_a_picture_has_shifted(x: float, y: float) -> None:
    found = shift_between(structure().edges, structure(x, y, seed=1).edges, 0.4)
    assert found.x == pytest.approx(x, abs=0.006)
    assert found.y == pytest.approx(y, abs=0.008)
    assert found.coherence > 0.8


def test_a_spectrum_that_is_known_finds_the_same() -> None:
    before, now = structure().edges, structure(0.1, 0.05, seed=1).edges
    assert shift_between(before, now, 0.3, spectrum_of(before)) == shift_between(before, now, 0.3)


def test_a_picture_that_has_not_shifted() -> None:
    found = shift_between(structure().edges, structure(seed=1).edges, 0.4)
    assert max(abs(found.x), abs(found.y)) <= 0.003
    assert found.coherence == pytest.approx(1, abs=0.05)


def test_looks_no_further_than_it_is_told() -> None:
    found = shift_between(structure().edges, structure(0.2).edges, 0.1)
    assert max(abs(found.x), abs(found.y)) <= 0.11
    assert found.coherence < 0.5


def test_there_is_no_shift_without_edges() -> None:
    nothing = np.zeros_like(structure().edges)
    assert shift_between(nothing, structure().edges, 0.4).coherence == 0.0
