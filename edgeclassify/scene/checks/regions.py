"""Regions of views that go with the scene of a camera that was moved."""

from edgeclassify.types import Roi, Shift


def shifts_by(shift: Shift) -> float:
    """The larger of both ways, as a fraction of the frame."""
    return max(abs(shift.x), abs(shift.y))


def shifted_region(region: Roi, shift: Shift) -> Roi:
    """The region where its scene is by now, of the same size; it stops at the edges of the frame."""
    return Roi(
        min(max(0.0, region.x + shift.x), 1 - region.width),
        min(max(0.0, region.y + shift.y), 1 - region.height),
        region.width,
        region.height,
    )
