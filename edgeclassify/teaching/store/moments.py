"""Which examples show one moment: where one of them is left out to see how good a head is, all of them are."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.taught.manifest import ExampleRecord
from edgeclassify.teaching.interface import Units

MOMENT_S = 60.0
"""Pictures of one class from one place within so many seconds show one moment."""
SAME_COSINE = 0.98
"""Pictures of which nobody knows when they were taken show one moment, where their embeddings are as near as this.

A little noise, packing as JPEG or a shift by two pixels leaves 0.94 to 0.99 of a picture, and so does a fifth less
light on a view that never changes: where the times are known, they alone tell.
"""
_ROWS = 512


def moments(records: Sequence[ExampleRecord], units: Units) -> NDArray[np.intp]:
    """For each example the number of its moment, from 0 on, in the order in which they come.

    `units`: (examples, elements), one row of each. Examples of two classes are never one moment: that one looks
    like the other is what has to be found out.
    """
    parents = np.arange(len(records))
    for members in _by_label(records):
        for i, j in (*_at_one_time(records, members), *_nearly_the_same(records, units, members)):
            parents[_root(parents, i)] = _root(parents, j)
    roots = [_root(parents, i) for i in range(len(records))]
    numbers = {root: number for number, root in enumerate(dict.fromkeys(roots))}
    return np.array([numbers[root] for root in roots], np.intp)


def _by_label(records: Sequence[ExampleRecord]) -> list[list[int]]:
    found = defaultdict(list)
    for i, one in enumerate(records):
        found[one.label].append(i)
    return list(found.values())


def _at_one_time(records: Sequence[ExampleRecord], members: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs within a minute of the first one of their place: a day of a picture a minute is not one moment."""
    by_place = defaultdict(list)
    for i in members:
        captured_at = records[i].captured_at
        if captured_at is not None:
            by_place[_place(records[i])].append((captured_at, i))
    pairs = []
    for there in by_place.values():
        there.sort()
        first_at, first = there[0]
        for captured_at, i in there[1:]:
            if captured_at - first_at <= MOMENT_S:
                pairs.append((first, i))
            else:
                first_at, first = captured_at, i
    return pairs


def _place(record: ExampleRecord) -> tuple[str | None, str]:
    """The view, or else the folder that the picture lay in."""
    return record.view, "" if record.view is not None else record.source.rpartition("/")[0]


def _nearly_the_same(
    records: Sequence[ExampleRecord], units: Units, members: Sequence[int]
) -> list[tuple[int, int]]:
    """Pairs of which at least one has no time."""
    is_timed = np.array([records[i].captured_at is not None for i in members], np.bool_)
    rows = units[np.asarray(members, np.intp)]
    pairs = []
    # In strips, since the whole square of a few thousand would take a Pi's memory.
    for start in range(0, len(rows), _ROWS):
        near = rows[start : start + _ROWS] @ rows[: start + _ROWS].T >= SAME_COSINE
        near &= ~(is_timed[start : start + _ROWS, None] & is_timed[: start + _ROWS])
        pairs += [(members[start + i], members[j]) for i, j in np.argwhere(near) if j < start + i]
    return pairs


def _root(parents: NDArray[np.intp], i: int) -> int:
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = int(parents[i])
    return i
