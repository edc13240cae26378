"""A lesson as what heads are fitted to: few coordinates for many elements, and how much each row counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.taught.head_parameters import Floats, directions, unit
from edgeclassify.teaching.interface import NONE_OF_THEM, Lesson

Indices = NDArray[np.intp]

MOST_DIMENSIONS = 256
"""What can be told apart lies in the space that the examples span; of more of them than this in that of some."""
_JITTER = 1e-4
"""Of the mean square of the rows: rows that are nearly the same must not span a direction of noise."""
CORRECTION_WEIGHT = 3.0
"""A picture that was answered wrongly and corrected counts as so many: it is where the border is."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Rows in coordinates: row = basis @ (direction - centre), as good as the directions themselves.

    `centre`: (elements,); `basis`: (dimensions, elements), orthonormal; `rows`: (rows, dimensions). For each row:
    `classes` (those of no class make one more, the last: `has_rest`), `owners`, `weights`, which add up to 1. For
    each example: `first` (its row that is no copy), `pictures` (examples, elements: that row's direction from the
    centre, of length 1), `example_classes`, `groups`.
    """

    labels: tuple[str, ...]
    has_rest: bool
    centre: Floats
    basis: Floats
    rows: Floats
    classes: Indices
    owners: Indices
    weights: Floats
    first: Indices
    pictures: Floats
    example_classes: Indices
    groups: Indices

    @property
    def count(self) -> int:
        """How many classes there are, the rest included."""
        return len(self.labels) + self.has_rest


def material_of(lesson: Lesson) -> Material:
    """What the lesson gives to fit."""
    rest = len(lesson.labels)
    classes = np.where(lesson.classes == NONE_OF_THEM, rest, lesson.classes)
    first = _first_rows(lesson)
    weights = _weights(lesson, classes, first)
    seen = directions(lesson.units)
    centre = weights @ seen
    seen -= centre
    basis = _basis(seen, _spanning(lesson, classes, first))
    return Material(
        lesson.labels,
        bool((classes == rest).any()),
        centre,
        basis,
        seen @ basis.T,
        classes,
        lesson.owners,
        weights,
        first,
        unit(seen[first]),
        classes[first],
        lesson.groups,
    )


def _first_rows(lesson: Lesson) -> Indices:
    """Of each example the row that is no copy."""
    first = np.zeros(len(lesson.groups), np.intp)
    rows = np.flatnonzero(~lesson.is_copy)
    first[lesson.owners[rows]] = rows
    return first


def _weights(lesson: Lesson, classes: Indices, first: Indices) -> Floats:
    """How much each row counts: every class as much as any other, whatever it has of examples.

    n pictures of one moment count as the root of n: they are more than one picture, and much less than n moments.
    An example shares its weight with its copies.
    """
    of_example = np.where(lesson.was != NONE_OF_THEM, CORRECTION_WEIGHT, 1.0)
    moments = np.stack([lesson.groups, classes[first]], axis=1)
    _, moment, sizes = np.unique(moments, axis=0, return_inverse=True, return_counts=True)
    of_example /= np.sqrt(sizes[moment.reshape(-1)])
    of_row = (of_example / np.bincount(lesson.owners, minlength=len(first)))[lesson.owners]
    of_class = np.bincount(classes, of_row)
    of_row /= of_class[classes] * np.count_nonzero(of_class)
    return of_row.astype(np.float32)


def _spanning(lesson: Lesson, classes: Indices, first: Indices) -> Indices:
    """Rows whose space is good enough: pictures before copies, and of each class alike."""
    copies = np.flatnonzero(lesson.is_copy)
    return np.concatenate([_in_turns(first, classes), _in_turns(copies, classes)])[:MOST_DIMENSIONS]


def _in_turns(rows: Indices, classes: Indices) -> Indices:
    """The rows, one of each class after the other."""
    turns = np.zeros(len(rows), np.intp)
    of_rows = classes[rows]
    for index in np.unique(of_rows):
        turns[of_rows == index] = np.arange(np.count_nonzero(of_rows == index))
    return rows[np.lexsort((of_rows, turns))]


def _basis(centred: Floats, spanning: Indices) -> Floats:
    """An orthonormal basis (dimensions, elements) of the space that some of the rows span."""
    elements = centred.shape[1]
    if len(spanning) >= elements:
        return np.eye(elements, dtype=np.float32)
    chosen = centred[spanning]
    products = (chosen @ chosen.T).astype(np.float64)
    products[np.diag_indices_from(products)] += _JITTER * max(np.trace(products) / len(chosen), 1e-6)
    return np.linalg.inv(np.linalg.cholesky(products)).astype(np.float32) @ chosen
