"""Does a server of the broker know what another one keeps? Tried when the node has come from there.

What runs here (`info`) was given to the other server, and is given to this one in a moment. So it is asked for
before: what comes of it first must be what is kept. That message itself, as it happens, shows that the node may
read there: only then a silence counts. And it counts where it is the very message that the other server took: what
has changed meanwhile is known nowhere.
"""

from collections.abc import Callable

from edgeclassify.contract.topics import Topics
from edgeclassify.publish.mqtt.link.received import Arrived
from edgeclassify.publish.mqtt.probing.findings import Findings, Lack
from edgeclassify.publish.mqtt.probing.interface import ProbeLink, Trial
from edgeclassify.publish.mqtt.probing.tried import Tried

GIVEN_UP_S = 30.0
"""Without the node's own message nothing is found out."""
KEPT_S = 3.0
"""What is kept comes within so long after it, if not before."""


class OtherServerTrial(Trial):
    """On a connection to another server than the one before, which had all values. `tried`: at this server
    before; `elsewhere`: what the other one has taken; `clock`: monotonic seconds."""

    def __init__(
        self,
        link: ProbeLink,
        topics: Topics,
        tried: Tried,
        findings: Findings,
        *,
        elsewhere: bytes,
        clock: Callable[[], float],
    ) -> None:
        self._link, self._topic, self._findings, self._clock = link, topics.info, findings, clock
        self._tried, self._elsewhere = tried, elsewhere
        self._begin: float | None = None
        self._kept = set[bytes]()
        self._live: tuple[bytes, float] | None = None

    def begin(self) -> None:
        """Before anything is sent."""
        self._begin = self._clock()
        self._tried.asked += 1
        self._link.subscribe(self._topic)

    def turn(self, *, idle: bool) -> None:
        """Wait for what is kept, and conclude."""
        now = self._clock()
        if self._begin is None:
            return
        if self._live is not None and self._live[0] != self._elsewhere:
            self._end()
        elif self._live is not None and (self._live[0] in self._kept or now - self._live[1] >= KEPT_S):
            self._findings.found(Lack.SERVERS, lacks=self._live[0] not in self._kept)
            self._end()
        elif now - self._begin >= GIVEN_UP_S:
            self._end()

    def heard(self, arrived: Arrived) -> bool:
        """What is kept, and what we say ourselves."""
        if arrived.topic != self._topic:
            return False
        if arrived.retained:
            self._kept.add(arrived.payload)
        elif self._live is None:
            self._live = arrived.payload, self._clock()
        return True

    def denied(self, topic: str) -> bool:
        """By the broker's rules: nothing is found out, and nothing is said."""
        if topic != self._topic:
            return False
        self._begin, self._tried.asked = None, 0
        return True

    def _end(self) -> None:
        self._begin, self._tried.asked = None, 0
        self._link.unsubscribe(self._topic)
