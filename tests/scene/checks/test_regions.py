import pytest

from edgeclassify.scene.checks.regions import shifted_region, shifts_by
from edgeclassify.types import FULL_FRAME, Roi, Shift


def test_a_region_goes_with_its_scene() -> None:
    region = shifted_region(Roi(0.4, 0.3, 0.2, 0.1), Shift(0.05, -0.1))
    assert region.x == pytest.approx(0.45)
    assert region.y == pytest.approx(0.2)
    assert (region.width, region.height) == (0.2, 0.1)


@pytest.mark.parametrize(
    ("region", "shift", "expected"),
    [
        (Roi(0.05, 0.5, 0.2, 0.2), Shift(-0.1, 0.0), Roi(0.0, 0.5, 0.2, 0.2)),
        (Roi(0.75, 0.5, 0.25, 0.25), Shift(0.1, 0.0), Roi(0.75, 0.5, 0.25, 0.25)),
        (Roi(0.5, 0.0, 0.2, 0.2), Shift(0.0, -0.1), Roi(0.5, 0.0, 0.2, 0.2)),
        (Roi(0.5, 0.75, 0.25, 0.25), Shift(0.0, 0.1), Roi(0.5, 0.75, 0.25, 0.25)),
        (FULL_FRAME, Shift(0.1, -0.1), FULL_FRAME),
    ],
)
def test_it_stops_at_the_edges_of_the_frame(region: Roi, shift: Shift, expected: Roi) -> None:
    assert shifted_region(region, shift) == expected


def test_a_shift_is_as_large_as_its_longer_way() -> None:
    assert shifts_by(Shift(-0.08, 0.05)) == 0.08
    assert shifts_by(Shift(0.01, -0.05)) == 0.05
