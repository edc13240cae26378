"""What teaching hands from one of its rooms to the next."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import Embedding, EmbeddingFacts, Pixels

Units = NDArray[np.float32]
"""Embeddings as vectors of length 1: float32 (n, elements)."""
NONE_OF_THEM = -1
"""The class index of an example that belongs to none of the classes."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture that is to be an example: RGB uint8 (height, width, 3), the region that is looked at, no more.

    `source`: where it comes from, for people. `captured_at`: seconds since the epoch, None: not known. `was`: the
    label that the model gave, where this corrects it.
    """

    pixels: Pixels
    source: str
    captured_at: float | None = None
    view: str | None = None
    event_id: str | None = None
    was: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """An example that is to be kept. `embeddings`: (1 + variants, elements), as the network gives them.

    `jpeg`: a small picture of it, None where none may be kept. The rest as of `ExampleRecord`.
    """

    label: str | None
    source: str
    embeddings: Embedding
    brightness: float
    captured_at: float | None = None
    view: str | None = None
    event_id: str | None = None
    was: str | None = None
    jpeg: bytes | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """All that a head is fitted to.

    `labels`: the classes. `units`: (rows, elements), every example with its changed copies. For each row:
    `classes` (index in `labels`, NONE_OF_THEM), `owners` (which example it is of), `is_copy` (a changed copy).
    For each example: `groups`: examples of one moment share a number: they are left out together; `was`: the
    class index that the model gave where it was corrected, else NONE_OF_THEM.
    """

    labels: tuple[str, ...]
    units: Units
    classes: NDArray[np.intp]
    owners: NDArray[np.intp]
    is_copy: NDArray[np.bool_]
    groups: NDArray[np.intp]
    was: NDArray[np.intp]
    one_class: bool = False


class LookKind(StrEnum):
    """Why a look is kept."""

    EVENT = "event"  # an event came of it
    UNSURE = "unsure"  # two labels were near each other, or it was unknown: somebody should say what it was
    COLLECTED = "collected"  # one of the many different frames of a view that are gathered for a model


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What a model saw at one moment, kept for later: an embedding, what was said, and a small picture.

    `id`: 0 until it is kept. `at`: seconds since the epoch. `label` and `score`: what came out on top. `jpeg`:
    None where no pictures may be kept. `model`: the taught model that a collected one is for.
    """

    id: int
    kind: LookKind
    view: str
    at: float
    label: str | None
    score: float | None
    facts: EmbeddingFacts
    embedding: Embedding
    brightness: float
    jpeg: bytes | None = None
    event_id: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Pictures that are alike. `members`: positions in what was clustered, the most typical first; `chosen`: those
    of them that differ enough to be worth an example each."""

    members: tuple[int, ...]
    chosen: Sequence[int]
