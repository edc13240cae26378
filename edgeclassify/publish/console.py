"""A sink that prints: topic and payload of what a broker would get. For trying out without one."""

import sys
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import TextIO

from edgeclassify.contract import outgoing
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.errors import StorageError
from edgeclassify.health import Health
from edgeclassify.publish.interface import Sink, SpoolReader
from edgeclassify.slugs import label_slugs
from edgeclassify.types import Condition, Event, NodeInfo, Option, OptionValue, Prediction, ViewState

BrokenOutput = OSError | ValueError | StorageError
"""How a stream says that it takes no more: closed pipe, full disk, closed by ourselves."""


class ConsoleSink(Sink):
    """One line per message: topic, a space, the payload. States are printed on change only.

    `out`: a text stream, None for standard output as it is at `start`. A stream that breaks (a closed pipe, a full
    disk) ends the printing and is told to `on_broken`, once, in the thread that was printing; nothing is raised.
    `spool`: an event that was printed is delivered there.
    Whole, since most of its methods are a sink's, of a line each.
    """

    def __init__(
        self,
        *,
        prefix: str,
        node: str,
        labels: Mapping[str, tuple[str, ...]],
        results: bool = False,
        out: TextIO | None = None,
        on_broken: Callable[[BrokenOutput], None] = lambda _: None,
        spool: SpoolReader | None = None,
    ) -> None:
        self._topics = Topics(prefix, node)
        self._slugs = {view: label_slugs(listed) for view, listed in labels.items()}
        self._results = results
        self._out = out
        self._on_broken, self._spool = on_broken, spool
        self._lock = Lock()
        self._states: dict[str, ViewState] = {}
        self._broken = False

    def start(self) -> None:
        """Print `status online`."""
        if self._out is None:
            self._out = sys.stdout
        self._print([outgoing.status_message(self._topics, online=True)])

    def describe(self) -> str:
        """Standard output, as far as is known."""
        return "no broker, messages are printed"

    def adopt(self, other: Sink) -> bool:
        """Print for other views and labels from now on."""
        if not isinstance(other, ConsoleSink):
            return False
        with self._lock:
            self._states = {
                view: state
                for view, state in self._states.items()
                if self._slugs.get(view) == other._slugs.get(view)
            }
            self._slugs, self._results = other._slugs, other._results
        return True

    def await_first_attempt(self, timeout_s: float) -> bool:
        """There is nothing to wait for."""
        return True

    def stop(self, timeout_s: float) -> None:
        """Print `status offline`."""
        self._print([outgoing.status_message(self._topics, online=False)])

    def publish_info(self, info: NodeInfo) -> None:
        """Print it."""
        self._print([outgoing.info_message(self._topics, info)])

    def publish_availability(self, view: str, online: bool) -> None:
        """Print it."""
        self._print([outgoing.availability_message(self._topics, view, online)])

    def publish_condition(self, view: str, condition: Condition) -> None:
        """Print it."""
        self._print([outgoing.condition_message(self._topics, view, condition)])

    def publish_state(self, state: ViewState) -> None:
        """Print it when it is a change."""
        message = outgoing.state_message(self._topics, state)
        with self._lock:
            known = self._states.get(state.view)
            self._states[state.view] = state
        if known is None or not outgoing.same_situation(known, state):
            slugs = self._slugs.get(state.view, {})
            self._print([message, *outgoing.label_messages(self._topics, state, slugs)])

    def publish_event(self, event: Event) -> None:
        """Print it: then it is delivered."""
        self._print([outgoing.event_message(self._topics, event)])
        if self._spool is not None:
            self._spool.delivered([event.seq])

    def publish_result(self, view: str, prediction: Prediction) -> None:
        """Print it, where results are asked for."""
        if self._results:
            self._print([outgoing.result_message(self._topics, view, prediction)])

    def publish_health(self, health: Health) -> None:
        """Print it."""
        self._print([outgoing.health_message(self._topics, health)])

    def publish_option(self, view: str, option: Option, value: OptionValue) -> None:
        """Print it."""
        self._print([outgoing.option_message(self._topics, view, option, value)])

    def publish_snooze(self, view: str, until: float | None) -> None:
        """Print it."""
        self._print([outgoing.snooze_message(self._topics, view, until)])

    def publish_profile(self, profile: str | None) -> None:
        """Print it."""
        self._print([outgoing.profile_message(self._topics, profile)])

    def publish_snapshot(self, view: str, jpeg: bytes) -> None:
        """Images have no place on a terminal: their size is printed."""
        self._write(f"{self._topics.snapshot(view)} ({len(jpeg)} bytes of JPEG)\n")

    def _print(self, messages: Iterable[Message]) -> None:
        self._write("".join(f"{message.topic} {message.payload.decode('utf-8')}\n" for message in messages))

    def _write(self, lines: str) -> None:
        with self._lock:
            if self._out is None or self._broken:
                return
            try:
                self._out.write(lines)
                self._out.flush()
            except (OSError, ValueError, StorageError) as error:
                self._broken = True
                self._on_broken(error)
