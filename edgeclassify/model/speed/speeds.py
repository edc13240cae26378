"""What "auto" makes of what is known of a model's speed here, and where that comes from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.machine import board_name
from edgeclassify.model.runtime.cores import usable_cores
from edgeclassify.model.runtime.interpreter import Interpreter
from edgeclassify.model.speed.known_speeds import KnownSpeeds, Measured
from edgeclassify.model.speed.measuring import BUDGET_S, CLOCKS, Clocks, Opened, measure
from edgeclassify.model.speed.ways import Way, best_way, guessed_way, unknown_ways

TimeElsewhere = Callable[[Sequence[Way], float], Mapping[Way, float]]
"""Milliseconds of an invoke in each of these ways, of a runtime that this process has not loaded, within so many
seconds; those that could not be had are left out."""
_LEAST_ELSEWHERE_S = 0.5
"""For less no process is started."""


def here() -> str:
    """The board with the cores that this process may use: elsewhere, or with others, it is measured again."""
    return f"{board_name()}, {usable_cores()} cores"


@dataclass(frozen=True, slots=True)
class Speeds:
    """`known`: what was measured before. `measures`: what is not known is measured, within `budget_s`."""

    known: KnownSpeeds
    measures: bool = False
    budget_s: float = BUDGET_S
    place: str = field(default_factory=here)
    clocks: Clocks = CLOCKS

    def known_of(self, sha256: str) -> Measured:
        """What is known of a model here."""
        return self.known.of(sha256, self.place)

    def way(self, sha256: str, ways: Sequence[Way]) -> Way:
        """The best of these ways by what is known of the model, else by a guess."""
        if len(ways) == 1:
            return ways[0]
        return _by(self.known_of(sha256), ways) or guessed_way(ways)

    def measured(
        self,
        sha256: str,
        ways: Sequence[Way],
        first: Opened,
        taken: Way,
        open_one: Callable[[int], Interpreter],
        elsewhere: TimeElsewhere,
    ) -> tuple[Way, Interpreter | None]:
        """The best way after what was not known of the model has been measured, where it is to be.

        `first`: the interpreter of the way that was taken; `open_one` opens the same with other threads. The
        interpreter that comes with the way is one of them; None: the way is another runtime's.
        """
        if not self.measures or len(ways) == 1:
            return taken, first.interpreter
        known, began = self.known_of(sha256), self.clocks.now()
        opened = {taken.threads: first.interpreter}
        same = [way for way in ways if way.runtime == taken.runtime]
        if not known.is_settled or unknown_ways(same, known.ways):
            others = [way.threads for way in reversed(same) if way != taken]
            timed, opened = measure(
                first, taken.threads, others, open_one, budget_s=self.budget_s, clocks=self.clocks
            )
            if found := {way.key: timed.ms[way.threads] for way in same if way.threads in timed.ms}:
                known = self.known.add(sha256, self.place, found, is_calm=timed.is_calm)
        strange = [way for way in unknown_ways(ways, known.ways) if way.runtime != taken.runtime]
        left_s = self.budget_s - (self.clocks.now() - began)
        # Without figures of this one, those of another one say nothing.
        if strange and known.is_settled and left_s >= _LEAST_ELSEWHERE_S:
            ms = elsewhere(strange, left_s)
            known = self.known.add(sha256, self.place, {way.key: ms.get(way) for way in strange}, is_calm=True)
        best = _by(known, ways) or taken
        if best.runtime != taken.runtime:
            return best, None
        return best, opened.get(best.threads) or open_one(best.threads)


def _by(known: Measured, ways: Sequence[Way]) -> Way | None:
    return best_way(ways, known.ways) if known.is_settled else None


NO_SPEEDS = Speeds(KnownSpeeds(None), place="")
"""Nothing is known, and nothing measured."""
