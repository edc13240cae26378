"""Where events go: a sink that never blocks, and the spool that keeps events until every sink has had them."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Self

from edgeclassify.contract import bodies
from edgeclassify.errors import PublishError
from edgeclassify.files import FolderCondition
from edgeclassify.health import Health
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.replaced_files import ReplacedFilesError
from edgeclassify.types import (
    Condition,
    Event,
    NodeInfo,
    OpenOccurrence,
    Option,
    OptionValue,
    Prediction,
    TallyRecord,
    ViewRecord,
    ViewState,
)


@dataclass(frozen=True, slots=True)
class SpooledEvent:
    """An event as the spool keeps it: its number, its view, and its JSON form by the contract.

    That form is what is on disk, and what goes out over MQTT, byte for byte, also of an event that an earlier
    version has spooled. Other sinks make their own bodies from `event`.
    `after`: what is known of the view from this event on, `tally`: what is counted of its label; None: it says
    nothing of that.
    """

    seq: int
    view: str
    body: bytes
    after: ViewRecord | None = field(default=None, compare=False)
    tally: TallyRecord | None = field(default=None, compare=False)

    @classmethod
    def of(cls, event: Event, where: str = "event") -> Self:
        """An event that is to be spooled. Raises PublishError for one that has no JSON form; `where` names it."""
        after = ViewRecord(event.view, event.seq, event.open)
        return cls(event.seq, event.view, bodies.Event.of(event).encode(where), after, event.tally)

    @property
    def event(self) -> Event:
        """The event, read from its JSON form. Raises PublishError where a later version has written another."""
        try:
            return bodies.Event.model_validate_json(self.body).to_event(self.view)
        except (ValueError, ReplacedFilesError) as error:
            raise PublishError(f"event {self.seq} of view {self.view}: {error}") from error


class SpoolReader(ABC):
    """Events that one sink has not had yet, in order of `seq`. Thread-safe."""

    @abstractmethod
    def pending(self, limit: int, *, after: int = 0) -> Sequence[SpooledEvent]:
        """The oldest of them with a `seq` above `after`, in order of `seq`, at most `limit`."""

    @abstractmethod
    def delivered(self, seqs: Iterable[int]) -> None:
        """The sink has delivered the events with these numbers. Unknown ones are ignored."""

    @property
    @abstractmethod
    def last_seq(self) -> int:
        """The highest `seq` ever appended (delivered or not); 0: none yet. What comes later is higher."""

    @property
    @abstractmethod
    def depth(self) -> int:
        """Number of these events."""


class Spool(SpoolReader):
    """Events that a sink has not delivered, in order of `seq`, bounded: the oldest is dropped first.

    An event is kept until every sink that is served has delivered it. As a reader the spool itself stands for all
    of them: `pending` is what some sink has not had, `delivered` is said for each.
    Thread-safe: the inference thread appends, the sinks' threads read and say what is delivered.
    """

    @abstractmethod
    def append(self, event: SpooledEvent) -> None:
        """Keep an event until it is delivered: on disk before this returns, where the spool has a disk.

        Of two with one `seq` the later stays. What it says of its view (`after`) and of its label (`tally`)
        becomes durable in the same commit. Never raises for a full spool or a full disk.
        """

    @abstractmethod
    def serve(self, sinks: Collection[str]) -> None:
        """These sinks, by name, are to have every event from now on, and what is here.

        What one of them has had stays known over a restart, where the spool is `persistent`. Nothing is kept any
        longer for one that is not among them: should it come back, it is new.
        """

    @abstractmethod
    def reader(self, sink: str) -> SpoolReader:
        """What a sink that is served has not had."""

    @abstractmethod
    def views(self) -> Mapping[str, ViewRecord]:
        """What is known of each view by its events, also of those before a restart where it is `persistent`."""

    @abstractmethod
    def keep_open(self, occurrences: Iterable[OpenOccurrence]) -> None:
        """These are still open, and so old by now. Others than those that events have opened are ignored.

        To be called now and then, and before `close`: after a kill that much is known of how long ago it was.
        """

    @abstractmethod
    def tally(self, view: str, label: str) -> TallyRecord | None:
        """What events have counted of a label, as `views` does of views; None: nothing."""

    @abstractmethod
    def tallies_of(self, view: str) -> Sequence[TallyRecord]:
        """The same of all labels of a view."""

    @property
    @abstractmethod
    def tallies_known(self) -> bool:
        """True where what earlier runs have counted is known: it could be read since the start."""

    @property
    @abstractmethod
    def last_counted_at(self) -> float:
        """When a label that is counted started last, seconds since the epoch; 0: none did."""

    @property
    def persistent(self) -> bool:
        """True where what is kept outlives the process."""
        return False

    @property
    @abstractmethod
    def dropped(self) -> int:
        """Number of events dropped because the spool was full or they were too old, since start."""

    @property
    def on_disk(self) -> bool:
        """True while every event would survive a power cut."""
        return False

    @property
    def folder_condition(self) -> FolderCondition | None:
        """What becomes of what is written where the spool is; None: it is in no folder."""
        return None

    def maintain(self) -> None:
        """Called about once a second: drop what is too old, write what had to wait in memory."""

    def close(self) -> None:
        """Flush and release; nothing may be appended afterwards."""


@dataclass(frozen=True, slots=True)
class SinkProgress:
    """How a sink gets on with its events. `connected`: False while its other end takes none. `depth`: how many it
    has not delivered. `dropped`: how many its other end would not take, since it was made."""

    connected: bool
    depth: int
    dropped: int


@dataclass(frozen=True, slots=True)
class BrokerProgress:
    """How a sink gets on with its broker. `server`: the one that it is connected to; None: none. `connects`: how
    often one has accepted it, `changes`: how often that was another one than the last, since it was made. `lacks`:
    what it does not give to who subscribes late, in words; None: not known."""

    server: str | None
    connects: int
    changes: int
    lacks: Sequence[str] | None = None


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
    def hangs(self) -> str:
        """What has not moved within its own limits, "" while all does. Waiting for a network is no hang."""
        return ""

    @property
    def progress(self) -> SinkProgress | None:
        """Of the webhook; None: there is none here."""
        return None

    def announce(self) -> int:
        """Send all that is retained again; returns how many topics that is. 0 where nothing ever is."""
        return 0

    @property
    def broker(self) -> BrokerProgress | None:
        """Of the MQTT broker; None: there is none here."""
        return None

    @property
    def reaches_broker(self) -> bool | None:
        """False while its broker does not take messages; None: it has none."""
        progress = self.broker
        return None if progress is None else progress.server is not None

    @abstractmethod
    def publish_info(self, info: NodeInfo) -> None:
        """What runs on this node (retained)."""

    @abstractmethod
    def publish_availability(self, view: str, online: bool) -> None:
        """What is known of this view's camera: True while it delivers frames (retained)."""

    @abstractmethod
    def publish_condition(self, view: str, condition: Condition) -> None:
        """Whether this view's camera shows what the view was set up for (retained)."""

    @abstractmethod
    def publish_state(self, state: ViewState) -> None:
        """What a view shows now (retained). May be called for every frame: a change of label, event or `since`
        goes out at once, a mere change of score with the next heartbeat."""

    def renew_state(self, view: str) -> None:  # noqa: B027  a sink may show no states
        """The next state of the view goes out at once, also where it says what the last did."""

    @abstractmethod
    def publish_event(self, event: Event) -> None:
        """A label entered or left. Its `seq` is above all earlier ones.

        The fan-out spools it, on disk first, and then tells each sink, which reads it from the spool and delivers
        it at least once. Raises PublishError, with nothing spooled, for an event that has no JSON form (a score of
        NaN).
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
    def publish_snooze(self, view: str, until: float | None) -> None:
        """Until when a view is left alone, seconds since the epoch; None: it is not (retained)."""

    @abstractmethod
    def publish_profile(self, profile: str | None) -> None:
        """Which profile is on; None: none is (retained)."""

    @abstractmethod
    def publish_snapshot(self, view: str, jpeg: bytes) -> None:
        """The newest snapshot of a view (retained): whole JPEG files only."""


class EventSink(Sink):
    """A sink that takes events alone: what describes now has no place there."""

    def await_first_attempt(self, timeout_s: float) -> bool:
        """There is nothing to wait for: events are delivered however late."""
        return True

    def publish_info(self, info: NodeInfo) -> None:
        """Left out."""

    def publish_availability(self, view: str, online: bool) -> None:
        """Left out."""

    def publish_condition(self, view: str, condition: Condition) -> None:
        """Left out."""

    def publish_state(self, state: ViewState) -> None:
        """Left out."""

    def publish_result(self, view: str, prediction: Prediction) -> None:
        """Left out."""

    def publish_health(self, health: Health) -> None:
        """Left out."""

    def publish_option(self, view: str, option: Option, value: OptionValue) -> None:
        """Left out."""

    def publish_snooze(self, view: str, until: float | None) -> None:
        """Left out."""

    def publish_profile(self, profile: str | None) -> None:
        """Left out."""

    def publish_snapshot(self, view: str, jpeg: bytes) -> None:
        """Left out."""
