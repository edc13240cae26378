"""What is in a view: the label's stay, and the gap since it was last seen."""

from dataclasses import dataclass

from edgeclassify.postprocess.timer import NS_PER_S
from edgeclassify.types import OpenOccurrence, Reason


@dataclass(slots=True)
class Occurrence:
    """The label that is in the view. `started_ns`: on the time line of the observations."""

    index: int
    id: str
    started_at: float
    started_ns: int
    reported_score: float

    @classmethod
    def resumed(cls, kept: OpenOccurrence, index: int, last_ns: int) -> "Occurrence":
        """One that was kept over a restart, and was last seen at `last_ns`."""
        started_ns = last_ns - round(kept.age_s * NS_PER_S)
        return cls(index, kept.id, kept.started_at, started_ns, kept.score)

    def kept(self, view: str, label: str, last_ns: int, quiet_s: float = 0.0) -> OpenOccurrence:
        """What is kept of it over a restart: last seen at `last_ns`, `quiet_s` seconds ago."""
        return OpenOccurrence(
            view=view,
            id=self.id,
            label=label,
            score=self.reported_score,
            started_at=self.started_at,
            age_s=self.lasted_s(last_ns),
            quiet_s=quiet_s,
        )

    def lasted_s(self, until_ns: int) -> float:
        """Seconds from its start until then."""
        return max(0, until_ns - self.started_ns) / NS_PER_S


@dataclass(frozen=True, slots=True)
class Gap:
    """No frames came, or none has been seen since a restart. `since_ns`: when the last one did.

    `own`: that is on the time line of a file, else on the monotonic clock; the start of what is in the view is on
    the same.
    """

    reason: Reason
    since_ns: int
    own: bool
