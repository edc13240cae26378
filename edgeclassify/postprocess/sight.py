"""What an event goes by: when it is, which frame shows it, what the scene was like. Its trace tells of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from edgeclassify.postprocess.scores.observation import Observation
from edgeclassify.postprocess.timer import NS_PER_S
from edgeclassify.types import PLAIN_SURROUNDINGS, Moment, Problem, Surroundings, Why, top_k

LATELY_S = 60.0
"""So long a change of the light is told of."""
BEST = 3
"""Labels that a trace lists."""


# A tuple, since one is made for each frame: a frozen dataclass takes six times as long.
class Sight(NamedTuple):
    """When (on the observations' time line, and since the epoch), from which file, and what was seen.

    `observation`: None where no frame shows it. `light_changed_s`: so long ago the light did; None: not lately.
    """

    ns: int
    at: float
    origin: str | None
    observation: Observation | None = None
    surroundings: Surroundings = PLAIN_SURROUNDINGS
    light_changed_s: float | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why its frame can't be trusted."""
        return self.surroundings.problems

    def score(self, index: int) -> float:
        """A label's score in the frame."""
        assert self.observation is not None, "asked where a frame shows it"
        return float(self.observation.scores[index])

    def explain(self, why: Why, index: int, labels: Sequence[str]) -> Why:
        """A trace with what was seen by then. `index`: of the event's label."""
        why = replace(why, light_changed_s=self.light_changed_s, shifted=self.surroundings.shifted)
        if self.observation is None:
            return why
        return replace(
            why,
            score=float(self.observation.scores[index]),
            raw_score=self.observation.raw_score(index),
            best=top_k(self.observation.scores, labels, BEST),
        )


class Sights:
    """The sights of one view: what its frames came with, as far as it says something of what follows."""

    def __init__(self) -> None:
        self.surroundings = PLAIN_SURROUNDINGS
        """Of the newest frame."""
        self._light_changed_ns: int | None = None

    def note(self, surroundings: Surroundings, now_ns: int) -> None:
        """A frame came with these."""
        self.surroundings = surroundings
        if surroundings.light_changed:
            self._light_changed_ns = now_ns

    def forget(self) -> None:
        """No frames come: nothing is wrong with them."""
        self.surroundings = PLAIN_SURROUNDINGS

    def shift(self, by_ns: int) -> None:
        """Another time line begins: how long ago the light changed stays."""
        if self._light_changed_ns is not None:
            self._light_changed_ns += by_ns

    def of(self, observation: Observation) -> Sight:
        """What an observation shows."""
        ns = observation.scene_ns
        light_s = self._light_changed_s(ns)
        return Sight(ns, observation.captured_at, observation.origin, observation, self.surroundings, light_s)

    def without_frame(self, now: Moment, origin: str | None) -> Sight:
        """What shows without a frame."""
        return Sight(now.ns, now.at, origin, light_changed_s=self._light_changed_s(now.ns))

    def unlooked(self, now: Moment, origin: str | None) -> Sight:
        """What goes on while frames come that nobody looks at, or the next one is not there yet."""
        return self.without_frame(now, origin)._replace(surroundings=self.surroundings)

    def _light_changed_s(self, now_ns: int) -> float | None:
        if self._light_changed_ns is None:
            return None
        since_s = (now_ns - self._light_changed_ns) / NS_PER_S
        return round(since_s, 3) if 0 <= since_s <= LATELY_S else None
