"""Sinks that keep what they are given."""

import threading
from typing import Any

from edgeclassify.health import Health
from edgeclassify.publish.interface import Sink, Spool, SpooledEvent
from edgeclassify.types import Condition, Event, NodeInfo, Option, OptionValue, Prediction, ViewRecord, ViewState


class RecordingSink(Sink):
    """Keeps what it is told, in order, as (kind, value)."""

    hangs = ""

    def __init__(self, spool: Spool | None = None, *, delivers: bool = True) -> None:
        """`spool`: events go through it; `delivers`: they count as delivered at once."""
        self.calls: list[tuple[str, Any]] = []
        self.running = False
        self.tried = threading.Event()
        """Cleared: a broker that gives no answer, not even a no."""
        self.tried.set()
        self._spool, self._delivers = spool, delivers
        self._lock = threading.Lock()

    def of(self, kind: str) -> list[Any]:
        with self._lock:
            return [value for name, value in self.calls if name == kind]

    def _note(self, kind: str, value: Any) -> None:
        with self._lock:
            self.calls.append((kind, value))

    def start(self) -> None:
        self.running = True
        self._note("start", None)

    def await_first_attempt(self, timeout_s: float) -> bool:
        self._note("await", timeout_s)
        return self.tried.wait(timeout_s)

    def stop(self, timeout_s: float) -> None:
        self.running = False
        self._note("stop", timeout_s)

    def publish_info(self, info: NodeInfo) -> None:
        self._note("info", info)

    def publish_availability(self, view: str, online: bool) -> None:
        self._note("availability", (view, online))

    def publish_condition(self, view: str, condition: Condition) -> None:
        self._note("condition", (view, condition))

    def publish_state(self, state: ViewState) -> None:
        self._note("state", state)

    def renew_state(self, view: str) -> None:
        self._note("renew", view)

    def publish_event(self, event: Event) -> None:
        self._note("event", event)
        if self._spool is not None:
            after = ViewRecord(event.view, event.seq, event.open)
            self._spool.append(SpooledEvent(event.seq, event.view, b"{}", after))
            if self._delivers:
                self._spool.delivered([event.seq])

    def publish_result(self, view: str, prediction: Prediction) -> None:
        self._note("result", (view, prediction))

    def publish_health(self, health: Health) -> None:
        self._note("health", health)

    def publish_option(self, view: str, option: Option, value: OptionValue) -> None:
        self._note("option", (view, option, value))

    def publish_snooze(self, view: str, until: float | None) -> None:
        self._note("snooze", (view, until))

    def publish_profile(self, profile: str | None) -> None:
        self._note("profile", profile)

    def publish_snapshot(self, view: str, jpeg: bytes) -> None:
        self._note("snapshot", (view, jpeg))
