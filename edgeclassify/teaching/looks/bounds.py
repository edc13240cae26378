"""What is dropped first: looks that are too old, and where they take too much room events, then unsure ones."""

import math

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.teaching.interface import LookKind
from edgeclassify.teaching.looks.interface import LookBounds
from edgeclassify.teaching.looks.store import LookStore

AT_ONCE = 128
"""Looks that are dropped in one commit."""
PAGES_AT_ONCE = 1024
ROOM = 0.97
"""Of the bytes that are allowed: what is left when there were too many, so that this is done rarely."""
ORDER = (LookKind.EVENT, LookKind.UNSURE, LookKind.COLLECTED)
"""Of events there are most. What is gathered for a taught model was asked for by somebody, who comes for it."""
AGING = (LookKind.EVENT, LookKind.UNSURE)
_BELIEVED_S = 1_672_531_200  # 2023-01-01
"""An earlier time is that of a clock that was not set, and says nothing of an age; so does one in the future."""
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many were too old, and how many others had to make room; `more`: there may be more to do."""

    aged: int = 0
    crowded: int = 0
    more: bool = False


def bound(store: LookStore, bounds: LookBounds, now: float | None) -> Dropped:
    """Drop what is too old or too much, some of it in one commit. May raise LooksError.

    `now`: seconds since the epoch; None: no age counts, since the clock can't be believed.
    """
    if now is not None:
        aged = [number for kind in AGING for number in _aged(store.ages(kind, AT_ONCE), now, bounds.keep_s)]
        if aged:
            return Dropped(aged=store.remove(aged), more=True)
    used = store.bytes_used
    if used > bounds.most_bytes and (crowded := _oldest(store, used, bounds.most_bytes)):
        return Dropped(crowded=store.remove(crowded), more=True)
    return Dropped(more=store.give_back(bounds.most_bytes, PAGES_AT_ONCE))


def _aged(oldest: list[tuple[int, float]], now: float, keep_s: float) -> list[int]:
    """Up to the last that is too old: what comes before it is older still, whatever the clock said then."""
    last = 0
    for place, (_, at) in enumerate(oldest):
        if now - keep_s <= at < now + _DAY_S:
            break
        if _BELIEVED_S <= at < now - keep_s:
            last = place + 1
    return [number for number, _ in oldest[:last]]


def _oldest(store: LookStore, used: int, most_bytes: int) -> list[int]:
    count = store.count()
    excess = min(AT_ONCE, math.ceil(count * (1 - ROOM * most_bytes / used)))
    found: list[int] = []
    for kind in ORDER:
        if len(found) < excess:
            found += [number for number, _ in store.ages(kind, excess - len(found))]
    return found
