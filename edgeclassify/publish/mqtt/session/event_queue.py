"""Which events go out next on one connection: those that happen on it, and the backlog from before it."""

from collections.abc import Callable, Collection

from edgeclassify.publish.interface import SpooledEvent, SpoolReader
from edgeclassify.publish.mqtt.session.refusals import REFUSED_RETRY_S
from edgeclassify.publish.mqtt.session.spool_cursor import SpoolCursor

LIVE_HOLD_S = 1.0
"""For so long after a live event the backlog only trickles: more of them may come."""
LOOK_AGAIN_S, LOOK_AGAIN_MAX_S = 1.0, 60.0
"""The spool is read anew after so many seconds in which it held events that were not met. The first time; every
time that nothing is found this doubles."""


class EventQueue:
    """Used by one session. `clock`: monotonic seconds."""

    def __init__(self, spool: SpoolReader, clock: Callable[[], float]) -> None:
        self._spool, self._clock = spool, clock
        self._live = SpoolCursor(spool, after=spool.last_seq, end=None)
        self._backlog = SpoolCursor(spool, after=0, end=self._live.after)
        self._acknowledged: list[int] = []
        self._on_its_way: frozenset[int] = frozenset()
        self._held_back = 0
        self._quiet_from = 0.0
        self._looked_at = clock()
        self._unmet_since: float | None = None
        self._look_again_s = LOOK_AGAIN_S

    @property
    def ended(self) -> bool:
        """True while there is no event that has not been taken or held back."""
        return self._live.ended and self._backlog.ended

    @property
    def is_quiet(self) -> bool:
        """True where no live event went out just now."""
        return self._clock() >= self._quiet_from

    def next_live(self) -> SpooledEvent | None:
        """The next event that happened on this connection."""
        return self._live.next()

    def live_goes(self) -> None:
        """A live event goes out."""
        self._quiet_from = self._clock() + LIVE_HOLD_S

    def peek_backlog(self) -> SpooledEvent | None:
        """What `next_backlog` will take."""
        return self._backlog.peek()

    def next_backlog(self) -> bool:
        """Take the next event of the backlog; False where it is on its way already."""
        event = self._backlog.next()
        return event is not None and event.seq not in self._on_its_way

    def backlog_goes(self) -> None:
        """An event of the backlog goes out: reading anew has led to something."""
        self._look_again_s = LOOK_AGAIN_S

    def hold_back(self) -> None:
        """An event that was taken can't go out now."""
        self._held_back += 1

    def acknowledge(self, seq: int) -> None:
        """The broker has the event."""
        self._acknowledged.append(seq)

    def settle(self) -> None:
        """Forget the events that have been acknowledged: called once for the answers that came together."""
        if self._acknowledged:
            self._spool.delivered(self._acknowledged)
            self._acknowledged = []

    def read_again(self, in_flight: Collection[int]) -> None:
        """What the spool still holds becomes backlog, except what is on its way."""
        self._on_its_way = frozenset((*in_flight, *self._acknowledged))
        self._backlog = SpoolCursor(self._spool, after=0, end=self._live.after)
        self._held_back = 0
        self._looked_at, self._unmet_since = self._clock(), None

    def look_for_unmet(self, in_flight: Collection[int]) -> None:
        """Read again when the spool holds more than is known here, and this for a while.

        An event may be appended after one with a higher number, behind the cursor; and for a moment a spool may be
        unreadable, which looks like its end.
        """
        if self._spool.depth <= len(self._acknowledged) or not self.ended:
            self._unmet_since = None
            return
        known = len(self._acknowledged) + len(in_flight)
        now = self._clock()
        if self._spool.depth <= known + self._held_back:
            self._unmet_since = None
            # What was held back may have been dropped since, and then hides as many that were not met.
            if self._held_back and now - self._looked_at >= REFUSED_RETRY_S:
                self.read_again(in_flight)
        elif self._unmet_since is None:
            self._unmet_since = now
        elif now - self._unmet_since >= self._look_again_s:
            self._look_again_s = min(2 * self._look_again_s, LOOK_AGAIN_MAX_S)
            self.read_again(in_flight)
