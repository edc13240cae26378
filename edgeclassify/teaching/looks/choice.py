"""Which frames are worth keeping: those that differ from the ones there are, and those that nobody is sure of."""

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import field
from math import ceil
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass

LEAST_APART = 0.04
"""What two frames that are kept differ by at least: 1 - cosine of their embeddings, and what follows. A tenth of
what other scenes do, and more than noise makes of a network that was trained with some."""
NOISE_TIMES, MOST_APART = 1.5, 0.15
"""Where frames that follow each other differ by more, by noise that a network was not trained with: so many times
that, and no more."""
FOLLOWS_S = 30.0
"""Frames that are no further apart show the same, more often than not."""
DAY_APART = 0.06
"""What two frames differ by that look the same, half a day apart (by the clock alone: days are not told apart)."""
LIGHT_APART = 0.2
"""What black and white would differ by, beside what their embeddings do."""
FURTHER = 1.1
"""By so much further apart than the two that are nearest to each other must a frame be that takes one's place:
each costs a write."""
REMEMBERED = 100
"""Frames of before that are not to come again."""
KNOWN_SHARE, SURE_SHARE = 0.5, 0.65
"""A frame is unsure where all labels together have less than the first, or of that the best one less than the
second."""
HEAD_START = 2.0
"""In the first half of its time a collection may fill up, and then only exchange."""
FIRST = 20
"""Frames that a collection may take at once."""
_DAY_S = 86_400.0

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What is compared of frames. `unit`: the embedding as a vector of length 1, float32; `brightness`: 0-1; `at`:
    seconds since the epoch."""

    unit: NDArray[np.float32]
    brightness: float
    at: float


def is_unsure(scores: NDArray[np.float32]) -> bool:
    """True where nobody is sure what a frame shows, by the scores of a taught head.

    Their sum is the chance that it is one of the labels at all, and a label's share of that that it is this one.
    """
    known = float(scores.sum())
    return known < KNOWN_SHARE or float(scores.max()) < SURE_SHARE * known


class NoiseFloor:
    """What noise alone makes of a view's embeddings: how far frames differ that follow each other at once.

    Of the last ones a quarter differ by less: those in which nothing has happened, also where much does.
    """

    def __init__(self) -> None:
        self._last: tuple[Sight, float] | None = None
        self._recent: deque[float] = deque(maxlen=40)

    def note(self, sight: Sight, seconds: float) -> None:
        """A frame, and when it was captured by the monotonic clock."""
        if self._last is not None and 0 < seconds - self._last[1] <= FOLLOWS_S:
            self._recent.append(1 - float(sight.unit @ self._last[0].unit))
        self._last = (sight, seconds)

    @property
    def least_apart(self) -> float:
        """What two frames that are kept differ by at least."""
        if len(self._recent) < 4:
            return LEAST_APART
        quarter = sorted(self._recent)[len(self._recent) // 4]
        return min(MOST_APART, max(LEAST_APART, NOISE_TIMES * quarter))


class Varied(Generic[Key]):
    """A bounded number of frames that differ, by their keys. Not thread-safe.

    While there is room each frame is taken that is far enough from all others. Then the two that are nearest to
    each other give way to one that is further from all: so they come to lie ever further apart, and ever fewer
    frames are exchanged.
    """

    def __init__(self) -> None:
        self._kept: dict[Key, Sight] = {}
        self._gone: deque[Sight] = deque(maxlen=REMEMBERED)
        self._nearest: tuple[Key, float] | None = None

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def keys(self) -> tuple[Key, ...]:
        """Of those that are kept."""
        return tuple(self._kept)

    def put(self, key: Key, sight: Sight) -> None:
        """It is kept from now on."""
        self._kept[key] = sight
        self._nearest = None

    def exchange(self, key: Key) -> None:
        """It has given way to another."""
        self._kept.pop(key, None)
        self._nearest = None

    def remove(self, key: Key) -> None:
        """Somebody has taken it away: what is like it does not come again at once."""
        if (sight := self._kept.get(key)) is not None:
            self._gone.append(sight)
            self.exchange(key)

    def judge(self, sight: Sight, most: int, least_apart: float = LEAST_APART) -> "Verdict[Key]":
        """Whether this frame is to be kept, where there may be so many. `least_apart`: see NoiseFloor."""
        apart = _apart([sight], [*self._kept.values(), *self._gone])
        nearest = float(apart.min(initial=np.inf))
        if most < 1 or nearest < least_apart:
            return Verdict(False)
        if len(self._kept) < most:
            return Verdict(True)
        key, between = self._nearest_two()
        return Verdict(True, (key,)) if nearest >= between * FURTHER else Verdict(False)

    def _nearest_two(self) -> tuple[Key, float]:
        """Of the two that are nearest to each other the one nearer to the rest, and how far apart the two are."""
        if self._nearest is None:
            keys, kept = self.keys, list(self._kept.values())
            table = _apart(kept, kept)
            np.fill_diagonal(table, np.inf)
            if len(keys) == 1:
                return keys[0], 0.0
            one, other = np.unravel_index(int(table.argmin()), table.shape)
            between = float(table[one, other])
            table[one, other] = table[other, one] = np.inf
            self._nearest = keys[one if table[one].min() <= table[other].min() else other], between
        return self._nearest


@dataclass(frozen=True, slots=True)
class Verdict(Generic[Key]):
    """`keep`: it is to be kept; `in_place_of`: those that give way to it."""

    keep: bool
    in_place_of: tuple[Key, ...] = ()


@dataclass(slots=True)
class Gathering(Generic[Key]):
    """One collection at work: spread over its time by how many there may be by now. `most`: in the end."""

    most: int
    lasts_s: float
    frames: Varied[Key] = field(default_factory=Varied)

    def judge(self, sight: Sight, watched_s: float, least_apart: float = LEAST_APART) -> Verdict[Key]:
        """Whether this frame is to be kept, `watched_s` seconds after the begin. `least_apart`: see NoiseFloor."""
        return self.frames.judge(sight, self.allowed(watched_s), least_apart)

    def allowed(self, watched_s: float) -> int:
        """How many there may be by then."""
        share = watched_s / self.lasts_s if self.lasts_s > 0 else 1.0
        return min(self.most, max(FIRST, ceil(HEAD_START * share * self.most)))


def _apart(these: Sequence[Sight], those: Sequence[Sight]) -> NDArray[np.float32]:
    """How far frames are from others: float32 (these, those). 1 - cosine of their embeddings, and a little for the
    time of the day and the light."""
    if not those:
        return np.empty((len(these), 0), np.float32)
    likeness = np.stack([one.unit for one in these]) @ np.stack([one.unit for one in those]).T
    hours = np.abs(_column(these, "at")[:, None] - _column(those, "at")) % _DAY_S
    hours = np.minimum(hours, _DAY_S - hours) * 2 / _DAY_S
    light = np.abs(_column(these, "brightness")[:, None] - _column(those, "brightness"))
    return np.asarray(1 - likeness + DAY_APART * hours + LIGHT_APART * light, np.float32)


def _column(sights: Sequence[Sight], name: str) -> NDArray[np.float64]:
    return np.array([getattr(sight, name) for sight in sights], np.float64)
