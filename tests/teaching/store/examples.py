"""Examples of a small base of four elements, and taught models of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from edgeclassify.model.taught.head_parameters import Familiarity, HeadKind, HeadParameters
from edgeclassify.model.taught.manifest import Accuracy, Base, HeadRecord
from edgeclassify.teaching.interface import Example
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


def parameters(labels: Sequence[str] = ("open", "closed"), elements: int = 4) -> HeadParameters:
    """A head for examples of this base, which was fitted to nothing."""
    weights = np.ones((len(labels), elements), np.float32)
    familiarity = Familiarity(np.ones((1, elements), np.float32), 1, 0.5, 3.0)
    centre, biases = np.zeros(elements, np.float32), np.zeros(len(labels), np.float32)
    return HeadParameters(HeadKind.LOGISTIC, tuple(labels), centre, weights, biases, familiarity)


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
