"""What the parts of an ingest hand to each other, and what a database has to be for it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from edgeclassify.errors import EdgeClassifyError, ExitStatus
from edgeclassify.lazy_dataclass import dataclass


class DatabaseError(EdgeClassifyError):
    """The database can't be used as it is: rights, a name, its schema; trying again does not mend it."""

    exit_status = ExitStatus.CONFIG


class DatabaseMissingError(EdgeClassifyError):
    """What speaks to the database is not installed."""

    exit_status = ExitStatus.UNAVAILABLE


class DatabaseAwayError(EdgeClassifyError):
    """The database is not there now, or busy: what waits is kept, and it is tried again."""

    exit_status = ExitStatus.UNAVAILABLE


class UnfinishedError(EdgeClassifyError):
    """An ingest that leaves was ended before it had."""

    exit_status = ExitStatus.UNAVAILABLE


class RowsRefusedError(Exception):
    """The database takes none of the rows for what is in one of them."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it waits. `received_at`: seconds since the epoch, by this machine's clock; `kept`: the broker
    had it before we came, so nobody knows how old it is."""

    topic: str
    payload: bytes
    received_at: float
    kept: bool


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event. `details`: JSON of what has no column; `live`: it came on `event`, else late on `history`."""

    node: str
    seq: int
    id: str
    view: str
    event_type: str
    label: str
    score: float
    ts: float
    details: str
    live: bool
    received_at: float


@dataclass(frozen=True, slots=True)
class PresenceRow:
    """A node (`view` "") or a view's camera was said to be there or not at that time; None: it is forgotten."""

    node: str
    view: str
    online: bool | None
    kept: bool
    at: float


@dataclass(frozen=True, slots=True)
class FiguresRow:
    """The newest `info` or `health` of a node (`kind`), as JSON."""

    node: str
    kind: str
    body: str
    received_at: float


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A message that can't be read: kept with the reason."""

    node: str
    topic: str
    payload: bytes
    reason: str
    received_at: float


Row = EventRow | PresenceRow | FiguresRow | RefusedRow


class Store(ABC):
    """A database. Used by one thread."""

    @abstractmethod
    def prepare(self) -> None:
        """Connect, and bring its schema up to date. Raises DatabaseError, DatabaseAwayError."""

    @abstractmethod
    def write(self, rows: Sequence[Row]) -> None:
        """All rows or none; a row that is there already changes nothing. Raises DatabaseError, DatabaseAwayError.

        RowsRefusedError where it is a row's fault.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of it. Never raises."""
