"""What a run over an archive came to."""

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Archived:
    """`images`: in the output, of all runs; of these with a `fault`, and not classified since nothing had moved.
    `here`: how many this run did."""

    images: int
    faults: int
    still: int
    parts: int
    here: int
