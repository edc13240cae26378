"""Who looks at which camera, how often, and in which size."""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.web.pictures.interface import Size


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a camera by all who look: a frame each `interval_s`, in these sizes. `since`: when the
    last of them came (monotonic seconds), who is shown one at once."""

    interval_s: float
    sizes: frozenset[Size]
    since: float


@dataclass(frozen=True, eq=False, slots=True)
class Viewer:
    """Somebody who looks, `since` then (monotonic seconds)."""

    camera: str
    size: Size
    interval_s: float
    since: float


@dataclass
class Viewers:
    """Changed in the server's loop alone; `wanted` is replaced as a whole, so that any thread may look at it."""

    wanted: Mapping[str, Wanted] = field(default_factory=lambda: MappingProxyType({}))
    _here: set[Viewer] = field(default_factory=set)

    def come(self, viewer: Viewer) -> None:
        """Somebody looks."""
        self._here.add(viewer)
        self._sum_up()

    def go(self, viewer: Viewer) -> None:
        """No more."""
        self._here.discard(viewer)
        self._sum_up()

    def __len__(self) -> int:
        return len(self._here)

    def _sum_up(self) -> None:
        found: dict[str, Wanted] = {}
        for viewer in self._here:
            known = found.get(viewer.camera, Wanted(viewer.interval_s, frozenset(), viewer.since))
            interval_s, since = min(known.interval_s, viewer.interval_s), max(known.since, viewer.since)
            found[viewer.camera] = Wanted(interval_s, known.sizes | {viewer.size}, since)
        self.wanted = MappingProxyType(found)
