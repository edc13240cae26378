"""What a classifying process is told, and what it says."""

from collections.abc import Mapping

from edgeclassify.archive.interface import Batch
from edgeclassify.archive.wanted import ClassifierFacts, Wanted
from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Opening:
    """The first thing: open the classifier."""

    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Order:
    """Classify a batch; `number`: in the listing."""

    number: int
    batch: Batch


@dataclass(frozen=True, slots=True)
class CarefulOrder:
    """One image after the other, each told before it is touched. `deadly`: place of each to leave out, and why."""

    number: int
    batch: Batch
    deadly: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Ready:
    """The classifier is open."""

    facts: ClassifierFacts


@dataclass(frozen=True, slots=True)
class Refused:
    """It can't be opened, and why: the process ends."""

    message: str
    exit_status: int


@dataclass(frozen=True, slots=True)
class At:
    """How many images are done; of a careful order the place of the image that begins now."""

    place: int


@dataclass(frozen=True, slots=True)
class Skipping:
    """It reads on to where an image begins in a compressed tar: that takes the tar's time, not the image's."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A bug, with its traceback."""

    traceback: str
