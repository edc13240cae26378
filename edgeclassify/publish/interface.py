"""What the pipeline knows of delivery: a publisher that never blocks, and a spool of undelivered events."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from edgeclassify.types import Event, Health, NodeInfo, Prediction, ViewState


class Spool(ABC):
    """Events that the broker has not acknowledged, in order of `seq`, bounded: the oldest is dropped first.

    Thread-safe: the inference thread appends, the publisher's thread reads and deletes.
    """

    @abstractmethod
    def append(self, event: Event) -> None:
        """Keep an event until `delivered` names it. Never blocks for long, never raises for a full spool."""

    @abstractmethod
    def pending(self, limit: int, *, after: int = 0) -> Sequence[Event]:
        """The oldest undelivered events with a `seq` above `after`, in order of `seq`, at most `limit`."""

    @abstractmethod
    def delivered(self, seq: int) -> None:
        """The broker has acknowledged the event with this `seq`: forget it. Unknown numbers are ignored."""

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
        """Number of events dropped because the spool was full, since start."""

    def close(self) -> None:  # noqa: B027 - most spools have nothing to release
        """Flush and release; nothing may be appended afterwards."""


class Publisher(ABC):
    """Delivers to one place (a broker, a terminal). Every method returns at once and is thread-safe.

    States, availability and info describe now: the newest value replaces an older one that could not be sent.
    Events are never replaced: they go through the spool.
    """

    @abstractmethod
    def start(self) -> None:
        """Begin to connect in the background. Raises ConfigError, and only for settings that can never work."""

    @abstractmethod
    def stop(self, timeout_s: float) -> None:
        """Deliver what is pending, say goodbye (retained `offline`), disconnect; at most `timeout_s` seconds."""

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
    def retire_view(self, view: str) -> None:
        """Remove the retained topics of a view that the config no longer has and nobody publishes any more."""
