"""What changes in a picture full of noise is found in means over time."""

import numpy as np
import pytest

from edgeclassify.scene.motion.patient import PatientComparison
from edgeclassify.scene.motion.texture import Glance, Map
from tests.scene.motion.test_texture import SHAPE, seen

NOISE = 4.0
"""Standard deviation of a pixel of the small luma."""


def faint(strength: float = 5.0) -> Map:
    """Texture in a part of the picture, windows 5 to 9 by 7 to 11; little more than the noise has.

    To the left of it something is always there.
    """
    drawn = np.random.default_rng(3).standard_normal(SHAPE).astype(np.float32)
    texture = 12 * drawn
    texture[:, 24:] = 0
    texture[24:40, 32:48] = strength * drawn[24:40, 32:48]
    return texture


PLAIN = faint(0.0)


class Bench:
    """Frames, half a second apart."""

    def __init__(self, picture: Map = PLAIN) -> None:
        self.rng = np.random.default_rng(5)
        self.patient = PatientComparison(self.glance(picture))

    def glance(self, picture: Map) -> Glance:
        return seen((picture + NOISE * self.rng.standard_normal(SHAPE)).astype(np.float32))

    def see(self, picture: Map, frames: int, apart_s: float = 0.5) -> list[bool]:
        return [bool(self.patient.find(self.glance(picture), apart_s).any()) for _ in range(frames)]

    def learned(self, picture: Map = PLAIN) -> "Bench":
        self.see(picture, 160)
        return self


def test_noise_alone_is_nothing() -> None:
    assert not any(Bench().see(PLAIN, 600))


@pytest.mark.parametrize(("before", "after", "frames"), [(PLAIN, faint(), 4), (faint(10.0), PLAIN, 8)])
def test_what_is_lost_in_the_noise_of_a_frame_is_found_within_seconds_where_it_is(
    before: Map, after: Map, frames: int
) -> None:
    """What goes must have been clearer: a part of it may be the light's."""
    bench = Bench(before).learned(before)
    found = np.zeros((14, 19), np.bool_)
    for _ in range(frames):
        found |= bench.patient.find(bench.glance(after), 0.5)
    assert found.any()
    assert not found[:4].any()
    assert not found[11:].any()
    assert not found[:, :6].any()
    assert not found[:, 13:].any()


def test_it_is_found_in_seconds_and_not_in_frames() -> None:
    at_five_a_second = Bench()
    at_five_a_second.see(PLAIN, 400, 0.2)
    found = at_five_a_second.see(faint(), 10, 0.2)
    assert not found[0]
    assert any(found)


def test_it_is_told_for_as_long_as_it_becomes_clearer_and_then_belongs_to_the_picture() -> None:
    bench = Bench().learned()
    assert any(bench.see(faint(), 6))
    assert not any(bench.see(faint(), 100)[4:])


def test_what_was_there_before_another_light_is_not_compared_with_what_is_there_then() -> None:
    bench = Bench().learned()
    bench.patient.begin(bench.glance(faint()))
    assert not any(bench.see(faint(), 100))


def test_it_still_knows_the_noise_in_another_light() -> None:
    bench = Bench().learned()
    bench.patient.begin(bench.glance(PLAIN))
    assert not any(bench.see(PLAIN, 40))
    assert any(bench.see(faint(), 4))


def test_what_is_there_for_a_single_frame_is_nothing() -> None:
    bench = Bench().learned()
    found = bench.see(faint(2.5), 1) + bench.see(PLAIN, 20)
    assert not any(found)
