"""From what a view saw to looks: with a picture where there may be one, and none too many of them."""

import logging
import time
from collections.abc import Callable, Iterator

from edgeclassify.errors import ImageError
from edgeclassify.once import Once
from edgeclassify.teaching.interface import Look, LookKind
from edgeclassify.teaching.looks.hand_off import Offered
from edgeclassify.teaching.looks.picture import picture_of
from edgeclassify.teaching.looks.selection import Chosen
from edgeclassify.types import Event

log = logging.getLogger(__name__)

PICTURES_PER_HOUR = 60
"""Of a view's events: one that flickers for days would wear the card. Its other looks are embeddings alone."""
AT_ONCE = 30
"""Of these, without a pause."""
REMEMBERED = 512
"""Events of which it is known that they have a look."""


class PicturePace:
    """How many pictures of a view's events are kept: so many at once, so many more in each hour."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, view: str) -> bool:
        """One is to be made: True where it may."""
        now = self._clock()
        left, since = self._left.get(view, (float(AT_ONCE), now))
        left = min(float(AT_ONCE), left + (now - since) * PICTURES_PER_HOUR / 3600)
        may = left >= 1
        self._left[view] = (left - 1 if may else left, now)
        return may


class LookMaker:
    """Belongs to the thread that keeps looks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace = PicturePace(clock)
        self._known: dict[str, None] = {}
        self._faults = Once()

    def of_events(self, offered: Offered) -> Iterator[Look]:
        """A look for each occurrence that has none yet."""
        for event in offered.events:
            if event.id in self._known:
                continue
            self._known[event.id] = None
            if len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]
            label, score = _of_model(event, offered)
            jpeg = self._picture(offered) if offered.frame is not None and self._pace.take(offered.view) else None
            yield self._look(offered, LookKind.EVENT, label, score, jpeg, event_id=event.id)

    def of_choice(self, offered: Offered, chosen: Chosen) -> Look:
        """A look of a frame that was chosen."""
        (best,) = offered.prediction.top(1)
        return self._look(offered, chosen.kind, best.label, best.score, self._picture(offered), model=chosen.model)

    def _look(
        self, offered: Offered, kind: LookKind, label: str, score: float, jpeg: bytes | None, *,
        event_id: str | None = None, model: str | None = None,
    ) -> Look:  # fmt: skip
        return Look(
            id=0, kind=kind, view=offered.view, at=offered.at, label=label, score=score, facts=offered.rules.facts,
            embedding=offered.embedding, brightness=offered.brightness, jpeg=jpeg, event_id=event_id, model=model,
        )  # fmt: skip

    def _picture(self, offered: Offered) -> bytes | None:
        if offered.frame is None:
            return None
        try:
            jpeg = picture_of(offered.frame, offered.region)
        except ImageError as error:
            if self._faults.is_news(offered.view):
                log.error(
                    "view %s: a look without a picture: %s", offered.view, error, extra={"view": offered.view}
                )
            return None
        self._faults.is_over(offered.view)
        return jpeg


def _of_model(event: Event, offered: Offered) -> tuple[str, float]:
    """The event's label and score; of a group the label of the model that is best in its frame."""
    if event.label in offered.prediction.labels:
        return event.label, event.score
    (best,) = offered.prediction.top(1)
    return best.label, best.score
