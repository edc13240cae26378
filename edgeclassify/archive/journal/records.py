"""What the journal keeps: of a batch that is done, and of a part."""

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class BatchResult:
    """A batch that is done. `number`: in the listing, from 0. `rows`: packed, one for each image. `faults`,
    `still`: how many of the images have one, or were not classified."""

    number: int
    rows: bytes
    images: int
    faults: int = 0
    still: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the output: the rows of the batches `first` to `last`, both included."""

    number: int
    first: int
    last: int
    images: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Of images that are done."""

    images: int = 0
    faults: int = 0
    still: int = 0

    def plus(self, result: BatchResult) -> "Counts":
        """With a batch more."""
        return Counts(self.images + result.images, self.faults + result.faults, self.still + result.still)
