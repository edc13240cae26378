"""Rows of an archive as tests need them: one with all there is to know, one with a fault, one that was still."""

from edgeclassify.archive.interface import Row

WHOLE = Row(
    path="=a.jpg",
    camera="cam",
    taken_at=1.5,
    taken_by="exif",
    bytes=10,
    width=4,
    height=3,
    sha256="ab" * 32,
    still=False,
    labels=("cat", "dog"),
    scores=(0.75, 0.125),
    group="pet",
    group_score=0.875,
    calibrated=0.5,
    unknown=0.25,
)
"""Its path begins as a formula does in a spreadsheet."""
BAD = Row("käfer\n.jpg", "cäm", fault="can't be decoded")
STILL = Row("b.jpg", "cam", 86400.25, "name", still=True)
