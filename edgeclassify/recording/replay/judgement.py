"""How well decisions agree with what was to be seen.

`extra` starts are those beyond the number of true scenes, never below 0 for one stream; a scene is `missed` where
its label is never shown in it; the delay of one that is found is the time from its begin until its label is first
shown. `extra` is blind to a false start that makes up for a missed one. So two figures are stricter: `false`,
starts of a label that is not the scene's, and `repeated`, starts of the scene's label after its first in it.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from edgeclassify.lazy_dataclass import dataclass

SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Scene:
    """What was to be seen from `begin_s` until before `end_s`, in seconds of the recording; None: no label."""

    label: str | None
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Stay:
    """What was shown, from its start until its end; infinity: it was still there at the end of the recording."""

    label: str
    start_s: float
    end_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of one stream, or of several added up. Times in seconds."""

    lasted_s: float
    scenes: int
    starts: int
    extra: int
    false: int
    repeated: int
    missed: int
    delays_s: tuple[float, ...]

    def __add__(self, other: "Judgement") -> "Judgement":
        return Judgement(
            self.lasted_s + other.lasted_s,
            self.scenes + other.scenes,
            self.starts + other.starts,
            self.extra + other.extra,
            self.false + other.false,
            self.repeated + other.repeated,
            self.missed + other.missed,
            self.delays_s + other.delays_s,
        )

    @property
    def extra_per_hour(self) -> float:
        """Extra starts per hour."""
        return self._per_hour(self.extra)

    @property
    def false_per_hour(self) -> float:
        """False starts per hour."""
        return self._per_hour(self.false)

    @property
    def repeated_per_hour(self) -> float:
        """Repeated starts per hour."""
        return self._per_hour(self.repeated)

    @property
    def mean_delay_s(self) -> float | None:
        """Of the scenes that were found; None: none was."""
        return sum(self.delays_s) / len(self.delays_s) if self.delays_s else None

    def _per_hour(self, count: int) -> float:
        return count * SECONDS_PER_HOUR / self.lasted_s if self.lasted_s > 0 else 0.0


NOTHING_JUDGED = Judgement(0.0, 0, 0, 0, 0, 0, 0, ())


def judge(stays: Iterable[Stay], scenes: Sequence[Scene], lasted_s: float) -> Judgement:
    """Of one stream. `scenes` follow each other."""
    stays = sorted(stays, key=lambda stay: stay.start_s)
    true = [scene for scene in scenes if scene.label is not None]
    shown = [_first_shown_s(stays, scene) for scene in true]
    delays = tuple(at - scene.begin_s for at, scene in zip(shown, true, strict=True) if at is not None)
    false, repeated = _strictly(stays, scenes)
    extra = max(0, len(stays) - len(true))
    missed = len(true) - len(delays)
    return Judgement(lasted_s, len(true), len(stays), extra, false, repeated, missed, delays)


def _first_shown_s(stays: Sequence[Stay], scene: Scene) -> float | None:
    """When the scene's label is first shown in it."""
    return min(
        (
            max(stay.start_s, scene.begin_s)
            for stay in stays
            if stay.label == scene.label and stay.start_s < scene.end_s and stay.end_s > scene.begin_s
        ),
        default=None,
    )


def _strictly(stays: Sequence[Stay], scenes: Sequence[Scene]) -> tuple[int, int]:
    """False and repeated starts."""
    begins, found = [scene.begin_s for scene in scenes], set[int]()
    false = repeated = 0
    for stay in stays:
        at = bisect_right(begins, stay.start_s) - 1
        if at < 0 or scenes[at].label != stay.label:
            false += 1
        elif at in found:
            repeated += 1
        else:
            found.add(at)
    return false, repeated
