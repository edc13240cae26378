"""A lesson as what heads are fitted to: few coordinates for many elements, and how much each row counts."""

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.taught.head_parameters import Floats
from edgeclassify.teaching.interface import NONE_OF_THEM, Lesson

Indices = NDArray[np.intp]

MOST_DIMENSIONS = 256
"""What can be told apart lies in the space that the examples span; of more of them than this in that of some."""
MOST_PROTOTYPES = 256
"""So many rows at most stand for all where likeness is measured: each costs something per frame."""
PICTURE_SHARE = 0.5
"""Of an example's weight what is its picture's, the rest is its copies': so copies cost next to nothing where the
light stays as it was taught (python -m tests.bench.augmentation)."""
CORRECTION_WEIGHT = 3.0
"""A picture that was answered wrongly and corrected counts as so many: it is where the border is."""
_TOWARDS_CENTRE = 0.7
"""Of the way from 0 to the middle of what was taught: from there likeness is measured. The middle of the pictures
of the world would be the best place; it is not known, and lies in between (python -m tests.bench.rejection)."""
_JITTER = 1e-4
"""Of the mean square of the rows: rows that are nearly the same must not span a direction of noise."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Rows in coordinates: row = basis @ (unit - origin), as good as the embeddings themselves.

    `origin`: (elements,); `basis`: (dimensions, elements), orthonormal; `rows`: (rows, dimensions). For each row:
    `classes` (those of no class make one more, the last: `has_rest`), `owners`, `weights`, which add up to 1,
    `squares` (of its length, whatever the basis spans). For each example: `first` (its row that is no copy),
    `example_classes`, `groups`. `prototypes`: the rows that stand for all, of each class alike, pictures before
    copies.
    """

    labels: tuple[str, ...]
    has_rest: bool
    origin: Floats
    basis: Floats
    rows: Floats
    classes: Indices
    owners: Indices
    weights: Floats
    first: Indices
    squares: Floats
    example_classes: Indices
    groups: Indices
    prototypes: Indices

    @property
    def count(self) -> int:
        """How many classes there are, the rest included."""
        return len(self.labels) + self.has_rest

    @property
    def is_taught(self) -> NDArray[np.bool_]:
        """Of each example whether it is of a class."""
        return np.asarray(self.example_classes < len(self.labels))


def material_of(lesson: Lesson) -> Material:
    """What the lesson gives to fit."""
    rest = len(lesson.labels)
    classes = np.where(lesson.classes == NONE_OF_THEM, rest, lesson.classes)
    first = _first_rows(lesson)
    example_classes = classes[first]
    weights = _weights(lesson, classes, example_classes)
    origin = np.float32(_TOWARDS_CENTRE) * (weights @ lesson.units)
    rows = lesson.units - origin
    is_taught = classes < rest
    pictures, others, copies, their_copies = (
        _in_turns(np.flatnonzero((lesson.is_copy == is_copy) & (is_taught == taught)), classes)
        for is_copy in (False, True)
        for taught in (True, False)
    )
    spanning = np.concatenate([pictures, others, copies, their_copies])[:MOST_DIMENSIONS]
    basis = _basis(rows, spanning)
    return Material(
        labels=lesson.labels,
        has_rest=bool((classes == rest).any()),
        origin=origin,
        basis=basis,
        rows=rows @ basis.T,
        classes=classes,
        owners=lesson.owners,
        weights=weights,
        first=first,
        squares=np.einsum("ne,ne->n", rows, rows),
        example_classes=example_classes,
        groups=lesson.groups,
        prototypes=np.concatenate([pictures, copies])[:MOST_PROTOTYPES],
    )


def _first_rows(lesson: Lesson) -> Indices:
    """Of each example the row that is no copy."""
    first = np.zeros(len(lesson.groups), np.intp)
    rows = np.flatnonzero(~lesson.is_copy)
    first[lesson.owners[rows]] = rows
    return first


def _weights(lesson: Lesson, classes: Indices, example_classes: Indices) -> Floats:
    """How much each row counts: every class as much as any other, whatever it has of examples.

    n pictures of one moment count as the root of n: they are more than one picture, and much less than n moments.
    An example shares its weight with its copies: PICTURE_SHARE of it stays.
    """
    of_example = np.where(lesson.was != NONE_OF_THEM, CORRECTION_WEIGHT, 1.0)
    moments = np.stack([lesson.groups, example_classes], axis=1)
    _, moment, sizes = np.unique(moments, axis=0, return_inverse=True, return_counts=True)
    of_example /= np.sqrt(sizes[moment.reshape(-1)])
    copies = np.bincount(lesson.owners, lesson.is_copy, minlength=len(of_example))[lesson.owners]
    share = np.where(lesson.is_copy, (1 - PICTURE_SHARE) / np.maximum(copies, 1), PICTURE_SHARE)
    of_row = of_example[lesson.owners] * np.where(copies > 0, share, 1.0)
    of_class = np.bincount(classes, of_row)
    of_row /= of_class[classes] * np.count_nonzero(of_class)
    weights: Floats = of_row.astype(np.float32)
    return weights


def _in_turns(chosen: Indices, classes: Indices) -> Indices:
    """What is chosen, one of each class after the other."""
    turns, of_chosen = np.zeros(len(chosen), np.intp), classes[chosen]
    for index in np.unique(of_chosen):
        is_of = of_chosen == index
        turns[is_of] = np.arange(np.count_nonzero(is_of))
    ordered: Indices = chosen[np.lexsort((of_chosen, turns))]
    return ordered


def _basis(rows: Floats, spanning: Indices) -> Floats:
    """An orthonormal basis (dimensions, elements) of the space that some of the rows span."""
    elements = rows.shape[1]
    if len(spanning) >= elements:
        return np.eye(elements, dtype=np.float32)
    chosen = rows[spanning]
    products = (chosen @ chosen.T).astype(np.float64)
    products[np.diag_indices_from(products)] += _JITTER * max(np.trace(products) / len(chosen), 1e-6)
    return np.linalg.inv(np.linalg.cholesky(products).astype(np.float32)) @ chosen
