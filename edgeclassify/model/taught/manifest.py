"""The manifest of a taught model: its base, its classes, its examples, and the head that was fitted."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import field

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import EmbeddingFacts
from edgeclassify.types.model_choice import Fit

UNUSUAL = "unusual"
"""The label of everything else, where only what is normal was taught."""


@dataclass(frozen=True, slots=True)
class Base:
    """The network below the head. `width` and `height`: of its input; `fit` and `crop`: how pictures get there."""

    embedding: EmbeddingFacts
    width: int
    height: int
    fit: Fit
    crop: float | None


@dataclass(frozen=True, slots=True)
class ExampleRecord:
    """One example. Its embeddings lie in a file of its own.

    `id`: 16 hex digits, the beginning of the sha256 of that file. `label`: None: an example of none of the
    classes. `source`: where it comes from, for people ("photos/a.jpg", "camera front"). `captured_at`, `added_at`:
    seconds since the epoch; captured_at None: not known. `variants`: embeddings of changed copies, behind the
    first one. `brightness`: 0-1. `was`: the label that the model gave, where this corrects it.
    """

    id: str
    label: str | None
    source: str
    added_at: float
    captured_at: float | None = None
    view: str | None = None
    event_id: str | None = None
    was: str | None = None
    brightness: float = 0.5
    variants: int = 0
    has_picture: bool = False


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Right answers of examples by a head that did not know them: `right` of `count`."""

    right: int
    count: int

    @property
    def share(self) -> float:
        """0-1; 0 of none."""
        return self.right / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """An example (its id) that looks mislabelled: `seems` the class that a head gave it that did not know it, with
    that score (0-1)."""

    example: str
    seems: str
    score: float


@dataclass(frozen=True, slots=True)
class HeadRecord:
    """The head that was fitted: its file and checksum, its kind, and how good it is by leaving examples out.

    `fitted_to`: which examples it knows, as of `examples_digest`. `doubts`: the surest first.
    """

    sha256: str
    kind: str
    fitted_at: float
    labels: tuple[str, ...]
    examples: int
    fitted_to: str
    accuracy: Accuracy
    by_label: Mapping[str, Accuracy] = field(default_factory=dict)
    by_view: Mapping[str, Accuracy] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class PastVersion:
    """An earlier version that is kept. `restores`: as of `Manifest`."""

    version: int
    changed_at: float
    change: str
    restores: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """A taught model as a whole, at one version. `one_class`: only one label, what is normal, is taught.

    `change`: what made this version of the one before, for people. `head`: None until the first fit. `restores`:
    the earlier version whose content this one has, where something was undone. `past`: the earlier versions that
    are kept, the oldest first.
    """

    name: str
    version: int
    created_at: float
    changed_at: float
    change: str
    base: Base
    one_class: bool = False
    examples: tuple[ExampleRecord, ...] = ()
    head: HeadRecord | None = None
    restores: int | None = None
    past: tuple[PastVersion, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes: those of the head in its order, so that what it decided goes on by the next;
        then others as they were taught."""
        taught = dict.fromkeys(one.label for one in self.examples if one.label is not None)
        of_head = () if self.head is None else self.head.labels
        return tuple(dict.fromkeys([*(label for label in of_head if label in taught), *taught]))

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """Of the head's doubts those about examples that are there still, and were not moved to where they seem to
        belong."""
        labels = {one.id: one.label for one in self.examples}
        of_head = () if self.head is None else self.head.doubts
        return tuple(one for one in of_head if labels.get(one.example, one.seems) != one.seems)

    @property
    def is_fitted(self) -> bool:
        """True where the head knows the examples as they are now."""
        return self.head is not None and self.head.fitted_to == examples_digest(self.examples)


def examples_digest(examples: Sequence[ExampleRecord]) -> str:
    """16 hex digits that change when examples come, go or are corrected."""
    lines = sorted(f"{one.id} {one.label!r} {one.was!r}" for one in examples)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:16]
