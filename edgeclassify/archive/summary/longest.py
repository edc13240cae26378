"""The visits with the most images, of all that come."""

import heapq

from edgeclassify.archive.summary.visits import Visit

MOST = 25


class Longest:
    """Takes each visit once, and keeps some."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._heap: list[tuple[int, int, Visit]] = []
        self.visits = 0
        """How many there are."""

    def take(self, visit: Visit) -> None:
        """One more. Of those as long as each other the first ones are kept."""
        self.visits += 1
        entry = (visit.images, -self.visits, visit)
        if len(self._heap) < self._most:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    @property
    def visits_shown(self) -> list[Visit]:
        """Those that are kept, the longest first."""
        return [visit for *_, visit in sorted(self._heap, key=lambda one: one[:2], reverse=True)]
