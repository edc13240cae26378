"""The images of a watched folder that wait: oldest first, each at a cost that hardly grows with their number."""

import heapq

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.images.reading import natural_key


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """An image that is not done with. `name`: its path within the folder; `mark`: its fingerprint.

    Times in monotonic seconds: not before `due` is it its turn; `failed_since`: since when it can't be read or
    decoded. `tries`: how often nothing could be made of what was decoded.
    """

    name: str
    mark: str
    mtime_ns: int
    due: float
    failed_since: float | None = None
    said: bool = False
    tries: int = 0

    @property
    def has_failed(self) -> bool:
        """True once it was tried without success."""
        return self.failed_since is not None or self.tries > 0

    @property
    def _rank(self) -> tuple[bool, int]:
        return self.has_failed, self.mtime_ns  # what has failed before keeps no other waiting

    def __lt__(self, other: "Candidate") -> bool:
        if self._rank != other._rank:
            return self._rank < other._rank
        return natural_key(self.name) < natural_key(other.name)


class WaitingImages:
    """By name; each has its turn when it is due, the oldest first."""

    def __init__(self) -> None:
        self._by_name: dict[str, Candidate] = {}
        self._later: list[tuple[float, int, Candidate]] = []
        self._due: list[Candidate] = []
        self._number = 0

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def get(self, name: str) -> Candidate | None:
        """The one of that name."""
        return self._by_name.get(name)

    def put(self, candidate: Candidate) -> None:
        """Let it wait, in place of another one of its name."""
        self._by_name[candidate.name] = candidate
        self._number += 1
        heapq.heappush(self._later, (candidate.due, self._number, candidate))

    def remove(self, name: str) -> None:
        """It waits no longer."""
        self._by_name.pop(name, None)  # what lies in the heaps is passed over when its turn comes

    def clear(self) -> None:
        """None waits any longer."""
        self.__init__()  # type: ignore[misc]

    def next_due(self, now: float) -> Candidate | None:
        """The oldest whose turn it is; it goes on waiting until it is removed or put anew."""
        while self._later and self._later[0][0] <= now:
            candidate = heapq.heappop(self._later)[2]
            if self._by_name.get(candidate.name) is candidate:
                heapq.heappush(self._due, candidate)
        while self._due:
            if self._by_name.get(self._due[0].name) is self._due[0]:
                return self._due[0]
            heapq.heappop(self._due)
        return None
