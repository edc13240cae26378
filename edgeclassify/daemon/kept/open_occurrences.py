"""The occurrences that are open in the views, over a restart: taken up at the start, kept, left at the end.

A start event and what is kept of its occurrence become durable in one commit, an end takes it away in one. So
every start has one end, whatever kills the daemon: what was open goes on after the next start where it is seen
again soon enough, and is ended then where it is not.
"""

import logging
import time
from collections.abc import Callable, Container, Iterable, Sequence
from functools import partial

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.view import View
from edgeclassify.publish.interface import Spool
from edgeclassify.types import Event, EventType, Moment, OpenOccurrence, Reason, Why

log = logging.getLogger(__name__)

KEEP_S = 60.0
"""How often it is noted that what is open is still there: after a kill it seems to have gone so much earlier."""
_NOTES_IN_TIME = 5


class OpenOccurrences:
    """What is open in the views, over a restart. Used by the daemon's thread. `clock`: monotonic seconds."""

    def __init__(self, spool: Spool, clock: Callable[[], float] = time.monotonic) -> None:
        self._spool, self._clock = spool, clock
        self._next = clock()
        self._left_over: list[OpenOccurrence] = []

    def take_up(self, views: Sequence[View], resume_s: float) -> None:
        """At the start: what was open goes on in its view, suspended until it is seen."""
        now = Moment.now()
        by_name = {view.name: view for view in views}
        for record in self._spool.views().values():
            if record.open is None:
                continue
            view = by_name.get(record.view)
            if view is None or resume_s <= 0 or not view.resume(record.open, now):
                self._left_over.append(record.open)

    def end_left_over(self, outlet: Outlet) -> None:
        """End what no view can go on with: its view or its label is no more."""
        left_over, self._left_over = self._left_over, []
        for one in left_over:
            _safely(one.view, partial(outlet.tell_event, _end_of(one)))

    def keep(self, views: Iterable[View], resume_s: float) -> None:
        """Called about once a second: note what is open, as often as it takes."""
        if self._clock() >= self._next:
            self._next = self._clock() + min(KEEP_S, resume_s / _NOTES_IN_TIME)
            self._note(views)

    def end(self, views: Sequence[View], outlet: Outlet, *, for_good: bool, resume_s: float) -> None:
        """The daemon ends. What is open stays so where it can go on; `for_good`: there is nothing more to come."""
        if for_good or resume_s <= 0 or not self._spool.persistent:
            end_views(views, Reason.STOPPED, outlet)
        else:
            self._note(views)

    def _note(self, views: Iterable[View]) -> None:
        now = Moment.now()
        self._spool.keep_open([one for view in views if (one := view.open(now)) is not None])


def end_views(
    views: Iterable[View], reason: Reason, outlet: Outlet, *, names: Container[str] | None = None
) -> None:
    """End what is in views that are no longer watched; one that can't be ended keeps no other from it.

    `names`: of the views that are still to be seen; None: all are.
    """
    for view in views:
        shown = names is None or view.name in names
        _safely(view.name, partial(view.end, reason, outlet, shown=shown))


def _safely(view: str, act: Callable[[], object]) -> None:
    try:
        act()
    except EdgeClassifyError as error:
        log.error("view %s: %s", view, error, extra={"view": view})
    except Exception:
        # A fault in one view must not take the others' ends with it.
        log.exception(
            "view %s: what is in it can't be ended by a fault in edgeclassify", view, extra={"view": view}
        )


def _end_of(one: OpenOccurrence) -> Event:
    why = Why(Reason.GONE_AFTER_RESTART, gap_s=round(one.quiet_s, 3), duration_s=round(one.age_s, 3))
    return Event(one.id, 0, one.view, EventType.END, one.label, one.score, time.time(), why)
