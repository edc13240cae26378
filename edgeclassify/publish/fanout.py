"""Several sinks as one: what is said once reaches all, and an event is on disk before any is told of it."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Thread

from edgeclassify.health import Health
from edgeclassify.publish.interface import BrokerProgress, Sink, SinkProgress, Spool, SpooledEvent
from edgeclassify.types import Condition, Event, NodeInfo, Option, OptionValue, Prediction, ViewState

log = logging.getLogger(__name__)

REPLACED_STOP_S = 1.0
"""For a sink that another takes the place of, while the others stay."""


class FanOut(Sink):
    """The sinks of a config, by the names that the spool knows them by.

    `spool` belongs to the caller, who closes it after `stop`. `where(view)` names an event that has no JSON form.
    """

    def __init__(
        self,
        spool: Spool,
        sinks: Mapping[str, Sink],
        *,
        where: Callable[[str], str] = lambda view: f"event of view {view}",
        listener: Sink | None = None,
    ) -> None:
        """`listener`: hears of all that the sinks are told, and nothing is kept for it; started and stopped by its
        owner."""
        self._spool, self._where, self._listener = spool, where, listener
        self._sinks = dict(sinks)

    def start(self) -> None:
        """Each begins to connect; the spool keeps events for these, and for no others."""
        self._spool.serve(self._sinks)
        for sink in self._sinks.values():
            sink.start()

    def await_first_attempt(self, timeout_s: float) -> bool:
        """Until it is known of each; False when that takes longer for one of them."""
        deadline, left = time.monotonic() + timeout_s, timeout_s
        known = True
        for sink in self._sinks.values():
            known &= sink.await_first_attempt(left)
            left = max(0.0, deadline - time.monotonic())
        return known

    def stop(self, timeout_s: float) -> None:
        """All at the same time: one that takes long takes nothing from the others."""
        _stop(self._sinks, timeout_s)

    def describe(self) -> str:
        """Where each delivers to."""
        return ", ".join(sink.describe() for sink in self._sinks.values())

    def adopt(self, other: Sink) -> bool:
        """Each adopts the one of its name. One that can't is stopped, and the other started in its place.

        One that is new is started, one that is there no more stopped. False where none could adopt: nothing has
        changed.
        """
        if not isinstance(other, FanOut):
            return False
        sinks = other._sinks
        adopted = {name for name, sink in self._sinks.items() if name in sinks and sink.adopt(sinks[name])}
        if not adopted:
            return False
        _stop({name: sink for name, sink in self._sinks.items() if name not in adopted}, REPLACED_STOP_S)
        self._spool.serve(sinks)
        for name, sink in sinks.items():
            if name not in adopted:
                sink.start()
        self._sinks = {name: self._sinks[name] if name in adopted else sink for name, sink in sinks.items()}
        self._where, self._listener = other._where, other._listener
        return True

    @property
    def hangs(self) -> str:
        """What hangs, and where there are several, of which sink."""
        hanging = {name: what for name, sink in self._sinks.items() if (what := sink.hangs)}
        if len(self._sinks) == 1:
            return "".join(hanging.values())
        return ", ".join(f"{what} ({name})" for name, what in hanging.items())

    @property
    def progress(self) -> SinkProgress | None:
        """Of the one that has some."""
        return next((found for sink in self._sinks.values() if (found := sink.progress) is not None), None)

    def announce(self) -> int:
        """Each."""
        return sum(sink.announce() for sink in self._sinks.values())

    @property
    def broker(self) -> BrokerProgress | None:
        """Of the one that has one."""
        return next((found for sink in self._sinks.values() if (found := sink.broker) is not None), None)

    def publish_info(self, info: NodeInfo) -> None:
        """To each."""
        for sink in self._told():
            sink.publish_info(info)

    def publish_availability(self, view: str, online: bool) -> None:
        """To each."""
        for sink in self._told():
            sink.publish_availability(view, online)

    def publish_condition(self, view: str, condition: Condition) -> None:
        """To each."""
        for sink in self._told():
            sink.publish_condition(view, condition)

    def publish_state(self, state: ViewState) -> None:
        """To each."""
        for sink in self._told():
            sink.publish_state(state)

    def renew_state(self, view: str) -> None:
        """In each."""
        for sink in self._told():
            sink.renew_state(view)

    def publish_event(self, event: Event) -> None:
        """Spooled once, then told to each."""
        self._spool.append(SpooledEvent.of(event, self._where(event.view)))
        for name, sink in (*self._sinks.items(), *self._heard()):
            try:
                sink.publish_event(event)
            except Exception:
                # It is in the spool: its number is used up, whatever a sink makes of it, and the others get it.
                log.exception("%s failed on an event that is in the spool", name)

    def publish_result(self, view: str, prediction: Prediction) -> None:
        """To each."""
        for sink in self._told():
            sink.publish_result(view, prediction)

    def publish_health(self, health: Health) -> None:
        """To each."""
        for sink in self._told():
            sink.publish_health(health)

    def publish_option(self, view: str, option: Option, value: OptionValue) -> None:
        """To each."""
        for sink in self._told():
            sink.publish_option(view, option, value)

    def publish_snooze(self, view: str, until: float | None) -> None:
        """To each."""
        for sink in self._told():
            sink.publish_snooze(view, until)

    def publish_profile(self, profile: str | None) -> None:
        """To each."""
        for sink in self._told():
            sink.publish_profile(profile)

    def publish_snapshot(self, view: str, jpeg: bytes) -> None:
        """To each."""
        for sink in self._told():
            sink.publish_snapshot(view, jpeg)

    def _told(self) -> Iterator[Sink]:
        """All that are told of what is now."""
        yield from self._sinks.values()
        for _, listener in self._heard():
            yield listener

    def _heard(self) -> Sequence[tuple[str, Sink]]:
        return () if self._listener is None else (("the page", self._listener),)


def _stop(sinks: Mapping[str, Sink], timeout_s: float) -> None:
    """Stop them at the same time, and return when all have ended or `timeout_s` is over."""
    deadline = time.monotonic() + timeout_s
    here, others = list(sinks.values())[:1], list(sinks.values())[1:]
    threads = [Thread(target=sink.stop, args=(timeout_s,), name="stop", daemon=True) for sink in others]
    for thread in threads:
        thread.start()
    for sink in here:
        sink.stop(timeout_s)
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
