"""Which version of MQTT to try: 5 where the broker speaks it, 3.1.1 else, and never one for good by mistake."""

import time
from collections.abc import Callable

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.mqtt.link.client import CONNECT_TIMEOUT_S

V5, V311 = "5", "3.1.1"
GUESSING_S = 2.0
"""For the first answer of a broker that may not understand MQTT 5 and wait for more bytes; then 3.1.1 is tried."""
REFUSED_S = 3600.0
"""A broker that says that it does not speak MQTT 5 is asked again after so long: it may be a new one by then."""
_AGAIN_S, _AGAIN_MAX_S = 60.0, 3600.0
"""One that only did not answer in time: on the next connection, then after so long, doubling. (One that closed the
connection: on the next one, then as if it had said so.)"""
_DOUBTS = 3
_PATIENCE_MAX_S = 40.0
"""One that answers too late has worked for nothing, and gets more work by the next attempt: a fleet that gives up
early keeps a cluster from coming back. So each attempt waits for its answer twice as long as the one before."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A version, and how long to wait for the answer to CONNECT (seconds)."""

    protocol: str
    timeout_s: float


class Protocols:
    """What to try on the next connection. `protocol`: as in the config; `clock`: monotonic seconds."""

    def __init__(self, protocol: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._fixed = None if protocol == "auto" else protocol
        self._clock = clock
        self._known: str | None = None
        self._unanswered = self._old_unanswered = 0
        self._ask_for_5_at, self._wait_s = 0.0, 0.0
        self._patience_s = CONNECT_TIMEOUT_S

    def first(self) -> Attempt:
        """What to begin with."""
        if self._fixed is not None:
            return Attempt(self._fixed, self._patience_s)
        if self._known == V5:
            return Attempt(V5, self._patience_s)
        if self._known == V311 and self._clock() < self._ask_for_5_at:
            return Attempt(V311, self._patience_s)
        return Attempt(V5, GUESSING_S)

    def works(self, protocol: str) -> None:
        """The broker has answered a CONNECT of this version, be it with a no to something else."""
        self._known, self._unanswered, self._old_unanswered = protocol, 0, 0
        self._patience_s = CONNECT_TIMEOUT_S
        if protocol == V5:
            self._wait_s = 0.0

    def fails(self, protocol: str, *, refused: bool, closed: bool = False) -> Attempt | None:
        """The broker says that it does not speak this version (`refused`), or gave no answer, and closed the
        connection (`closed`) or kept silent; returns what to try at once, None where there is nothing."""
        silent = not (refused or closed)
        if silent and protocol in (self._fixed, self._known, V311):
            self._patience_s = min(2 * self._patience_s, _PATIENCE_MAX_S)
        if self._fixed is not None:
            return None
        if protocol == V311:
            self._old_fails(silent=silent)
            return None
        self._unanswered += 1
        if closed and self._wait_s > 0 and self._known != V5:
            refused, self._known = True, V311  # it closes again: it says no in its way
        self._ask_for_5_at = self._clock() + (REFUSED_S if refused else self._wait_s)
        self._wait_s = min(max(_AGAIN_S, 2 * self._wait_s), _AGAIN_MAX_S)
        if self._known == V5 and not refused and self._unanswered < _DOUBTS:
            return None
        return Attempt(V311, self._patience_s)

    def _old_fails(self, *, silent: bool) -> None:
        """It may be another broker by now, or one with too much to do: a cluster that has just lost a server.

        There an attempt that it does not understand, before each that it does, is one more to bear: RabbitMQ 3.10
        writes 5 KB into its log for each.
        """
        self._old_unanswered += 1
        if not silent or self._known != V311 or self._old_unanswered >= _DOUBTS:
            self._ask_for_5_at, self._old_unanswered = 0.0, 0
