"""The embedding as one of a network's outputs."""

from typing import Any

from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import Embedding, EmbeddingFacts


@dataclass(frozen=True, slots=True)
class EmbeddingOutput:
    """Which output of a network holds its embedding, and how that is read."""

    facts: EmbeddingFacts
    output: int

    @staticmethod
    def copy_of(array: NDArray[Any]) -> Embedding:
        """A copy of that output, (elements,): the array itself is the network's memory."""
        return array.flatten()
