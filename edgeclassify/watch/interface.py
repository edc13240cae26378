"""What the parts of a watch hand to each other: what has arrived, and what there is to say of it."""

from typing import Any

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message. `received_at`: seconds since the epoch, by this machine's clock.

    `retained` is the flag as the publisher set it where the broker speaks MQTT 5 (`as_published`); with 3.1.1 it
    only says that the broker had kept the message. `qos`: the lower one of publisher and subscription. `delivery`:
    the connection that it came on and its number there, where it is ours to acknowledge.
    """

    topic: str
    payload: bytes
    qos: int
    retained: bool
    received_at: float
    content_type: str | None = None
    as_published: bool = True
    delivery: tuple[int, int] | None = None

    @property
    def kept(self) -> bool:
        """True where the broker had it before we came: nobody knows when it was sent, and it is no sign of life.

        Only where the flag is not as published: there is no telling else, and False.
        """
        return self.retained and not self.as_published


@dataclass(frozen=True, slots=True)
class EventSeen:
    """An event came, live or late. `repeated`: this number was here before. `body`: its JSON object."""

    node: str
    view: str
    topic: str
    body: dict[str, Any]
    received_at: float
    historical: bool
    repeated: bool


@dataclass(frozen=True, slots=True)
class HoleSeen:
    """The numbers `first` to `last` of a node are missing. `while_away`: the watch itself was cut off before."""

    node: str
    first: int
    last: int
    at: float
    while_away: bool


@dataclass(frozen=True, slots=True)
class HoleFilled:
    """All numbers of a hole that was reported have come after all."""

    node: str
    first: int
    last: int
    at: float


@dataclass(frozen=True, slots=True)
class Renumbered:
    """A node counts from a lower number than before: its state folder was lost."""

    node: str
    seq: int
    before: int
    at: float


@dataclass(frozen=True, slots=True)
class Change:
    """A node or one of its views (`view` not "") came or went: `what` is online or offline.

    `kept`: the broker had it before this watch began; since when is unknown, `at` is when it was read.
    """

    node: str
    view: str
    what: str
    at: float
    kept: bool = False


@dataclass(frozen=True, slots=True)
class LinkChange:
    """The watch's own connection. `complete`: the broker kept what came meanwhile. `server`: the one that it is
    to; "" while there is none."""

    connected: bool
    reason: str
    at: float
    complete: bool = True
    server: str = ""


Notice = EventSeen | HoleSeen | HoleFilled | Renumbered | Change | LinkChange
