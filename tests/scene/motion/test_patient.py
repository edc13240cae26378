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


# --- how much it takes, where there is no noise: then what is usual is the least that any camera has -------


def checks(contrast: float) -> Glance:
    """Pixels that are by so many levels lighter and darker in turns, in the cell of windows 6, 7 by 8, 9."""
    texture = np.zeros(SHAPE, np.float32)
    texture[28:32, 36:40] = contrast * np.where(np.indices((4, 4)).sum(axis=0) % 2, 1, -1)
    return seen(texture)


def in_quiet(frames: int = 200) -> PatientComparison:
    patient = PatientComparison(checks(0))
    for _ in range(frames):
        assert not patient.find(checks(0), 0.5).any()
    return patient


def found_after(patient: PatientComparison, contrast: float, frames: int) -> bool:
    return any(patient.find(checks(contrast), 0.5).any() for _ in range(frames))


@pytest.mark.parametrize(
    ("learned", "frames", "least"),
    [
        (200, 20, 2.07),  # while the mean of now comes near and that of before has hardly begun
        (200, 2, 2.74),
        (200, 1, 4.30),  # one frame is two fifths of the mean of now
        (4, 1, 4.98),  # what is usual is not yet known for sure
    ],
)
def test_how_faint_it_may_be(learned: int, frames: int, least: float) -> None:
    """Figures of these time constants and bounds, to a hundredth."""
    assert found_after(in_quiet(learned), 1.008 * least, frames)
    assert not found_after(in_quiet(learned), 0.992 * least, frames)


def test_two_windows_by_two_are_judged_as_one() -> None:
    found = in_quiet().find(checks(9), 0.5)
    rows, columns = np.nonzero(found)
    assert (set(rows.tolist()), set(columns.tolist())) == ({6, 7, 8}, {8, 9, 10})
    assert np.count_nonzero(found) == 9


def test_three_frames_are_no_mean_yet_and_four_are_one() -> None:
    patient = in_quiet()
    patient.begin(checks(0))
    patient.find(checks(0), 0.5)
    assert not found_after(patient, 9, 20)  # it came in the third one: it was there from the beginning
    patient = in_quiet()
    patient.begin(checks(0))
    patient.find(checks(0), 0.5)
    patient.find(checks(0), 0.5)
    assert found_after(patient, 9, 1)


def test_what_was_told_belongs_to_the_picture_at_once() -> None:
    patient = in_quiet()
    assert found_after(patient, 20, 1)
    assert [patient.find(checks(20), 0.5).any() for _ in range(2)] == [False, False]
