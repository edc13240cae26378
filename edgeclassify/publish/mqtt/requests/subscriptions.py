"""Which subscriptions are asked for, where a broker ends connections on one that its rules forbid."""

import logging
import time
from collections.abc import Callable, Collection, Sequence

from edgeclassify.publish.mqtt.connection_log import STABLE_S

log = logging.getLogger(__name__)

IN_A_ROW = 3
"""Connections that must end on one subscription before it is left out."""
ALONE_AFTER_S = 1.0
"""A suspect is asked for when the connection has lasted so long without it: before messages that are suspects."""
LEFT_OUT_S = 3600.0


class Subscriptions:
    """Learns from connections that end before a subscription was answered. Used by one thread.

    The first unanswered one becomes a suspect: from then on it is asked for alone, when the connection stands.
    Where it is answered the suspicion was wrong: connections end for many reasons. Where three connections end on
    it, each time asked for alone, it is left out for an hour. `clock`: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._suspects: dict[str, int] = {}
        self._left_out: dict[str, float] = {}
        self._begin = clock()
        self._asked: set[str] = set()
        self._asked_at = 0.0
        self._alone: str | None = None

    def begin(self) -> None:
        """A new connection."""
        self._begin = self._clock()
        self._asked, self._alone = set(), None

    def choose(self, wanted: Sequence[str], unanswered: Collection[str]) -> list[str]:
        """What of `wanted` is to be subscribed to by now. `unanswered`: what was asked for and not answered."""
        now = self._clock()
        if self._alone is not None and self._alone not in unanswered:
            self._suspects.pop(self._alone, None)
            self._alone = None
        may = [topic for topic in wanted if now >= self._left_out.get(topic, now)]
        if self._alone is None and not unanswered and now - self._begin >= ALONE_AFTER_S:
            # The likeliest first: after it the others can be asked for in peace.
            suspects = [topic for topic in may if topic in self._suspects]
            self._alone = max(suspects, key=lambda topic: self._suspects[topic], default=None)
        chosen = [topic for topic in may if topic not in self._suspects or topic == self._alone]
        if not self._asked.issuperset(chosen):
            self._asked.update(chosen)
            self._asked_at = now
        return chosen

    def ended(self, unanswered: Sequence[str]) -> None:
        """The connection has ended against our will. `unanswered`: in the order in which they were asked for."""
        if not unanswered or self._clock() - self._asked_at >= STABLE_S:
            return
        first = unanswered[0]
        if first != self._alone:
            self._suspects.setdefault(first, 0)
            return
        self._suspects[first] += 1
        if self._suspects[first] >= IN_A_ROW:
            self._left_out[first] = self._clock() + LEFT_OUT_S
            self._suspects[first] = IN_A_ROW - 1  # when its time has come one more connection is enough
            log.warning(
                "%s: not listened to for an hour: %d connections ended when this node asked for it. The broker's "
                "access rules may forbid it: let the node subscribe there.", first, IN_A_ROW,
            )  # fmt: skip
