"""Examples of a small base of four elements, and taught models of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from edgeclassify.model.taught.manifest import Accuracy, Base, HeadRecord
from edgeclassify.teaching import fitting
from edgeclassify.teaching.interface import NONE_OF_THEM, Example, Lesson
from edgeclassify.teaching.store import TaughtFolder
from edgeclassify.types import EmbeddingFacts

FACTS = EmbeddingFacts("mobilenet", "ab" * 32, "pooled", 4, "uint8", 0.5, 10)
BASE = Base(FACTS, 96, 96, "crop", 0.875)
JPEG = b"\xff\xd8\xff\xe0 not much of a picture"


def example(label: str | None, *values: int, variants: int = 0, **more: Any) -> Example:
    """An example whose embedding begins with `values`; changed copies differ in the last element."""
    rows = np.zeros((1 + variants, 4), np.uint8)
    rows[:, : len(values)] = values
    rows[:, 3] += np.arange(1 + variants, dtype=np.uint8)
    known: dict[str, Any] = {"source": "photos/a.jpg", "brightness": 0.5}
    return Example(label=label, embeddings=rows, **known | more)


def fitted_head(labels: Sequence[str] = ("open", "closed"), elements: int = 4) -> bytes:
    """A real head for embeddings of so many elements; of one label: of what is normal."""
    count = 4 * len(labels)
    classes = np.repeat(np.arange(len(labels)), 4)
    units = np.random.default_rng(1).normal(size=(count, elements)).astype(np.float32)
    lesson = Lesson(
        labels=tuple(labels),
        units=units / np.linalg.norm(units, axis=1, keepdims=True),
        classes=classes,
        owners=np.arange(count),
        is_copy=np.zeros(count, np.bool_),
        groups=np.arange(count),
        was=np.full(count, NONE_OF_THEM),
        one_class=len(labels) == 1,
    )
    return fitting.fit(lesson).head.to_bytes()


def fit(folder: TaughtFolder, head: bytes = b"a head", labels: Sequence[str] = ("open", "closed")) -> HeadRecord:
    """As if a head had been fitted."""
    return folder.fitted(
        head,
        kind="logistic",
        labels=labels,
        accuracy=Accuracy(3, 4),
        by_label={"open": Accuracy(1, 2)},
        by_view={"front": Accuracy(2, 2)},
    )
