"""What looks are gathered for, and by which bounds they are kept."""

from collections.abc import Mapping

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import EmbeddingFacts

MOST_COLLECTED = 200
"""Frames of a collection where nothing else is said: about 3 MB with their pictures."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Frames of a view that are being gathered for a taught model, as different as they can be had.

    `begun_at`: seconds since the epoch. `lasts_s`: seconds in which the daemon gathers, `watched_s` of them are
    over: time in which it does not run does not count, nor what the clock does. `most`: frames at most; `count`:
    those that are there now. `ended`: why it gathers no more; None: it does.
    """

    model: str
    view: str
    begun_at: float
    lasts_s: float
    most: int = MOST_COLLECTED
    watched_s: float = 0.0
    ended: str | None = None
    count: int = 0

    @property
    def left_s(self) -> float:
        """Seconds in which it still gathers."""
        return max(0.0, self.lasts_s - self.watched_s) if self.ended is None else 0.0


@dataclass(frozen=True, slots=True)
class LookBounds:
    """`keep_s`: for so long looks of events and unsure ones are kept; `most_bytes`: of all looks together."""

    keep_s: float
    most_bytes: int


@dataclass(frozen=True, slots=True)
class ViewRules:
    """What is kept of a view. `facts`: how the embeddings of its classifier are read; `review`: so many of its
    frames may wait for somebody to say what they show."""

    facts: EmbeddingFacts
    review: int = 0


@dataclass(frozen=True, slots=True)
class LookRules:
    """What is kept of which views. `pictures` False: of none a picture, and those that are there go.

    `most_written_day`: bytes that the process may write within a day; looks end before; 0: no limit.
    """

    views: Mapping[str, ViewRules]
    bounds: LookBounds
    pictures: bool = True
    most_written_day: int = 0


class Ticket:
    """Stands for a look that was chosen: before it has a number, and afterwards."""

    __slots__ = ("number",)

    def __init__(self, number: int | None = None) -> None:
        self.number = number
