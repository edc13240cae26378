"""What is in a history: events with their numbers, pages of them, and how many labels started when."""

from collections.abc import Sequence
from pathlib import Path

from edgeclassify.errors import HistoryError
from edgeclassify.lazy_dataclass import dataclass


class NewerHistoryError(HistoryError):
    """A later version of edgeclassify has written it. It stays as it is."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event of the log. `body`: its JSON form by the contract, as it was spooled.

    `picture`: the file of its snapshot, where there is one on this machine.
    """

    seq: int
    view: str
    body: bytes
    picture: Path | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Events that were asked for, in order of `seq`, and whether there are more behind the last one."""

    events: Sequence[LoggedEvent]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How often a label started in a view within a day or an hour.

    `begin`: when that began, in seconds since the epoch; `name`: what its clocks showed then.
    """

    begin: float
    name: str
    view: str
    label: str
    starts: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts, oldest first, and whether older ones were left out."""

    counts: Sequence[Count]
    more: bool = False


Answer = Page | Overview
