"""What runs batches: a bounded number at a time, in any order."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from edgeclassify.archive.interface import Batch
from edgeclassify.archive.journal.records import BatchResult
from edgeclassify.archive.wanted import ClassifierFacts


class Runner(ABC):
    """Opened by its maker, closed once. One thread uses it."""

    @property
    @abstractmethod
    def facts(self) -> ClassifierFacts:
        """Of the classifiers that answer."""

    @property
    @abstractmethod
    def room(self) -> int:
        """How many more batches it takes now."""

    @property
    @abstractmethod
    def under_way(self) -> int:
        """Images done of batches that are not; a guess."""

    @abstractmethod
    def submit(self, number: int, batch: Batch) -> None:
        """Have a batch classified. `number`: in the listing."""

    @abstractmethod
    def wait(self, timeout_s: float) -> Sequence[BatchResult]:
        """What has come since, waiting for the first so long.

        Raises EdgeClassifyError where it can't go on.
        """

    @abstractmethod
    def close(self) -> None:
        """End what runs, without waiting for results."""
