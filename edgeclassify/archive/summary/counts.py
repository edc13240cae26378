"""How many images there are of each label, on each day, of each camera; and some that stand for the rest."""

import heapq
from collections import Counter
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, TypeVar

from edgeclassify.archive.interface import Row

SAMPLES = 12
"""Images that stand for a label."""
UNSURE = 24
"""Images to be looked at, those that the model is least sure of."""
_Entry = TypeVar("_Entry", bound=tuple[Any, ...])
UNKNOWN_FROM = 0.5
"""From here on a taught model says that it is none of its labels."""


def name_of(row: Row) -> str | None:
    """What is on an image: its group where groups were asked for, else its best label; None: nothing known."""
    if row.unknown is not None and row.unknown >= UNKNOWN_FROM:
        return None
    return row.group or (row.labels[0] if row.labels else None)


def time_of(row: Row) -> float | None:
    """When it was taken, as far as the image itself tells. When a file was last changed may be when it was copied:
    all of a card would be one visit."""
    return None if row.taken_by == "modified" else row.taken_at


def score_of(row: Row) -> float:
    """How sure the model is of it (0-1)."""
    if row.group is not None and row.group_score is not None:
        return row.group_score
    return row.scores[0] if row.scores else 0.0


def sureness(row: Row) -> float:
    """0-1: what the calibrated score says where there is one, else how far the best is ahead of the second."""
    if row.unknown is not None:
        return abs(2 * row.unknown - 1)
    if row.calibrated is not None:
        return row.calibrated
    second = row.scores[1] if len(row.scores) > 1 else 0.0
    return (row.scores[0] if row.scores else 0.0) - second


class Counts:
    """Takes each row once. Memory grows with labels, days and cameras, not with images.

    `days`: in UTC, which of a camera that writes no zone is its own day. `samples`: by name, chosen by a digest of
    the path: the same ones in every run, spread over the archive.
    """

    def __init__(self) -> None:
        self.images = self.faults = self.still = self.unknown = self.without_time = 0
        self.names: Counter[str] = Counter()
        self.cameras: Counter[str] = Counter()
        self.days: Counter[str] = Counter()
        self._samples: dict[str, list[tuple[bytes, str, float]]] = {}
        self._unsure: list[tuple[float, bytes, str, str, float]] = []

    def take(self, row: Row) -> None:
        """Count it."""
        self.images += 1
        self.cameras[row.camera] += 1
        if (at := time_of(row)) is None:
            self.without_time += row.fault is None
        else:
            self.days[day_of(at)] += 1
        if row.fault is not None:
            self.faults += 1
        elif row.still:
            self.still += 1
        else:
            self._classified(row)

    def samples(self, name: str) -> list[tuple[str, float]]:
        """Path and score of those that stand for it, surest first."""
        return sorted(((path, score) for _, path, score in self._samples.get(name, [])), key=lambda one: -one[1])

    @property
    def unsure(self) -> list[tuple[str, str, float]]:
        """Path, name and score of the images to look at, the least sure first."""
        return [(path, name, score) for _, _, path, name, score in sorted(self._unsure, reverse=True)]

    def _classified(self, row: Row) -> None:
        name, score = name_of(row), score_of(row)
        digest = _inverse(blake2b(row.path.encode(), digest_size=8).digest())
        _keep(self._unsure, (-sureness(row), digest, row.path, name or "", score), UNSURE)
        if name is None:
            self.unknown += 1
            return
        self.names[name] += 1
        _keep(self._samples.setdefault(name, []), (digest, row.path, score), SAMPLES)


def day_of(at: float) -> str:
    """The day of a time, as 2026-11-29."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _keep(heap: list[_Entry], one: _Entry, most: int) -> None:
    """The greatest ones stay."""
    if len(heap) < most:
        heapq.heappush(heap, one)
    else:
        heapq.heappushpop(heap, one)


def _inverse(digest: bytes) -> bytes:
    """So that the least digest is the greatest: which ones are kept does not depend on how many more come."""
    return bytes(255 - byte for byte in digest)
