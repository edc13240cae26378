"""What the pipeline knows of delivery: a sink that never blocks, and a spool of undelivered events."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from edgeclassify.health import Health
from edgeclassify.types import (
    Event,
    NodeInfo,
    OpenOccurrence,
    Option,
    OptionValue,
    Prediction,
    ViewRecord,
    ViewState,
)


@dataclass(frozen=True, slots=True)
class SpooledEvent:
    """An event as the spool keeps it: its number, its view, and its message body as it goes out live.

    `after`: what is known of the view from this event on; None: it says nothing of that.
    """

    seq: int
    view: str
    body: bytes
    after: ViewRecord | None = field(default=None, compare=False)


class Spool(ABC):
    """Events that the broker has not acknowledged, in order of `seq`, bounded: the oldest is dropped first.

    Thread-safe: the inference thread appends, the sink's thread reads and deletes.
    """

    @abstractmethod
    def append(self, event: SpooledEvent) -> None:
        """Keep an event until `delivered` names it: on disk before this returns, where the spool has a disk.

        Of two with one `seq` the later stays. What it says of its view (`after`) becomes durable in the same
        commit. Never raises for a full spool or a full disk.
        """

    @abstractmethod
    def pending(self, limit: int, *, after: int = 0) -> Sequence[SpooledEvent]:
        """The oldest undelivered events with a `seq` above `after`, in order of `seq`, at most `limit`."""

    @abstractmethod
    def delivered(self, seqs: Iterable[int]) -> None:
        """The broker has acknowledged the events with these numbers: forget them. Unknown ones are ignored."""

    @abstractmethod
    def views(self) -> Mapping[str, ViewRecord]:
        """What is known of each view by its events, also of those before a restart where it is `persistent`."""

    @abstractmethod
    def keep_open(self, occurrences: Iterable[OpenOccurrence]) -> None:
        """These are still open, and so old by now. Others than those that events have opened are ignored.

        To be called now and then, and before `close`: after a kill that much is known of how long ago it was.
        """

    @property
    def persistent(self) -> bool:
        """True where what is kept outlives the process."""
        return False

    @property
    @abstractmethod
    def last_seq(self) -> int:
        """The highest `seq` ever appended (delivered or not); 0: none yet. What comes later is higher."""

    @property
    @abstractmethod
    def depth(self) -> int:
        """Number of undelivered events."""

    @property
    @abstractmethod
    def dropped(self) -> int:
        """Number of events dropped because the spool was full or they were too old, since start."""

    @property
    def on_disk(self) -> bool:
        """Would every event survive a power cut now?"""
        return False

    def maintain(self) -> None:  # noqa: B027 - a spool in memory has nothing to do
        """Called about once a second: drop what is too old, write what had to wait in memory."""

    def close(self) -> None:  # noqa: B027 - most spools have nothing to release
        """Flush and release; nothing may be appended afterwards."""


class Sink(ABC):
    """Delivers to one place (a broker, a terminal). Thread-safe; what publishes returns at once.

    States, availability and info describe now: the newest value replaces an older one that could not be sent.
    Events are never replaced: they go through the spool.
    """

    @abstractmethod
    def start(self) -> None:
        """Begin to connect in the background."""

    @abstractmethod
    def await_first_attempt(self, timeout_s: float) -> bool:
        """Wait until the first attempt to connect has succeeded or failed; False when it takes longer.

        An event goes out as it happens, not as history, only where there is a connection.
        """

    @abstractmethod
    def stop(self, timeout_s: float) -> None:
        """Deliver what is pending, say goodbye (retained `offline`), disconnect; at most `timeout_s` seconds."""

    def describe(self) -> str:
        """Where it delivers to, in a few words, without credentials."""
        return "nowhere"

    def adopt(self, other: "Sink") -> bool:
        """Show from now on what `other` would, on the connection there is: views, labels, requests, discovery.

        `other` was made from a changed config for the same node and broker, and not started; it is of no use then.
        False: that can't be, and `other` is to be started in place of this one.
        """
        return False

    @property
    def hangs(self) -> bool:
        """Has the thread that delivers not moved within its own limits? Waiting for a network is no hang."""
        return False

    @abstractmethod
    def publish_info(self, info: NodeInfo) -> None:
        """What runs on this node (retained)."""

    @abstractmethod
    def publish_availability(self, view: str, online: bool) -> None:
        """Does this view's camera deliver frames (retained)?"""

    @abstractmethod
    def publish_state(self, state: ViewState) -> None:
        """What a view shows now (retained). May be called for every frame: a change of label, event or `since`
        goes out at once, a mere change of score with the next heartbeat."""

    @abstractmethod
    def publish_event(self, event: Event) -> None:
        """A label entered or left: spooled, then delivered at least once. Its `seq` is above all earlier ones.

        Raises PublishError, and spools nothing, for an event that has no JSON form (a score of NaN).
        """

    @abstractmethod
    def publish_result(self, view: str, prediction: Prediction) -> None:
        """The raw prediction of one frame: best effort, dropped while offline."""

    @abstractmethod
    def publish_health(self, health: Health) -> None:
        """Figures of the running daemon (retained)."""

    @abstractmethod
    def publish_option(self, view: str, option: Option, value: OptionValue) -> None:
        """What an option of a view is set to (retained)."""

    @abstractmethod
    def publish_snapshot(self, view: str, jpeg: bytes) -> None:
        """The newest picture behind an event (retained): whole JPEG files only."""
