"""What the figures tell of the update that a node has seen last: each is one line in UpdateHealth."""

from dataclasses import field
from typing import Self

from edgeclassify.health.figure import Count, figure
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import UpdateState, UpdateStatus


# fmt: off
@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateHealth:
    """The newest update that a node knows."""

    id: str = field(metadata=figure("The update's id, of its manifest; empty where none could be read yet."))
    version: Count = field(metadata=figure("Its version: a later one has a greater number; 0: none was read yet."))
    state: UpdateState = field(metadata=figure(
        "waiting: for its time, its share of nodes, or its server; downloading; trying: it is being taken over; "
        "watched: it runs, and is undone where something goes wrong; kept; rolled_back: it ran and was undone; "
        "refused: it never ran."))
    reason: str | None = field(metadata=figure(
        "Why it waits, was refused or rolled back, in one sentence; null: there is nothing to say."))

    @classmethod
    def of(cls, status: UpdateStatus) -> Self:
        """From what the node knows."""
        return cls(id=status.id, version=status.version, state=status.state, reason=status.reason)
# fmt: on
