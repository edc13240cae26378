"""What "auto" makes of what is known of a model's speed here, and where that comes from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.machine import board_name
from edgeclassify.model.runtime.cores import usable_cores
from edgeclassify.model.runtime.interpreter import Interpreter
from edgeclassify.model.speed.known_speeds import KnownSpeeds, Measured
from edgeclassify.model.speed.measuring import BUDGET_S, CLOCKS, Clocks, Opened, measure
from edgeclassify.model.speed.session import Session
from edgeclassify.model.speed.ways import Way, best_way, guessed_way

_LEAST_ELSEWHERE_S = 0.5
"""For less no process is started."""
_QUICK = 0.1
"""Nor where opening the model takes a larger share of the time: a process takes many times as long to start."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a process of its own found. `ms`: of an invoke, by way; those that it had no time for are left out.
    `is_refused`: the runtime can't run the model at all."""

    ms: Mapping[Way, float] = field(default_factory=dict)
    is_refused: bool = False


TimeElsewhere = Callable[[Sequence[Way], float], Elsewhere]
"""Times these ways, of a runtime that this process has not loaded, within so many seconds."""


def here() -> str:
    """The board with the cores that this process may use: elsewhere, or with others, it is measured again."""
    return f"{board_name()}, {usable_cores()} cores"


@dataclass(frozen=True, slots=True)
class Speeds:
    """`known`: what was measured before. `measures`: what is not known is measured, all models of a start within
    `budget_s`. `session`: what this process has measured so far."""

    known: KnownSpeeds
    measures: bool = False
    budget_s: float = BUDGET_S
    place: str = field(default_factory=here)
    clocks: Clocks = CLOCKS
    session: Session = field(default_factory=Session)

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
        what = (sha256, self.place, frozenset(way.key for way in ways))
        began = self.clocks.now()
        budget_s = self.session.left_s(self.budget_s, began)
        if not self.measures or len(ways) == 1 or not budget_s or self.session.is_done(what):
            return self._best(sha256, ways, taken, {taken.threads: first.interpreter}, open_one)
        opened = self._measured_here(sha256, ways, first, taken, open_one, budget_s)
        if first.took_s <= _QUICK * self.budget_s:
            left_s = budget_s - (self.clocks.now() - began)
            self._measure_elsewhere(sha256, ways, taken, elsewhere, left_s)
        self.session.add(what, began, self.clocks.now())
        return self._best(sha256, ways, taken, opened, open_one)

    def _measured_here(
        self,
        sha256: str,
        ways: Sequence[Way],
        first: Opened,
        taken: Way,
        open_one: Callable[[int], Interpreter],
        budget_s: float,
    ) -> Mapping[int, Interpreter]:
        """Measure the runtime that was taken, where that is to be: the interpreters, by threads."""
        known, same = self.known_of(sha256), [way for way in ways if way.runtime == taken.runtime]
        if known.is_settled and any(way.key in known.ways for way in same):
            return {taken.threads: first.interpreter}
        others = [way.threads for way in reversed(same) if way != taken]
        timed, opened = measure(first, taken.threads, others, open_one, budget_s=budget_s, clocks=self.clocks)
        if found := {way.key: timed.ms[way.threads] for way in same if way.threads in timed.ms}:
            self.known.add(sha256, self.place, found, is_calm=timed.is_calm)
        return opened

    def _measure_elsewhere(
        self, sha256: str, ways: Sequence[Way], taken: Way, elsewhere: TimeElsewhere, left_s: float
    ) -> None:
        """Ask for the figures of the other runtime. Without figures of this one, they would say nothing."""
        known = self.known_of(sha256)
        strange = [way for way in ways if way.runtime != taken.runtime and known.is_open(way.key)]
        if not strange or not known.decides or left_s < _LEAST_ELSEWHERE_S:
            return
        found = elsewhere(strange, left_s)
        ms: dict[str, float | None] = {way.key: found.ms[way] for way in strange if way in found.ms}
        if found.is_refused:
            ms = {way.key: None for way in strange}
        missed = [way.key for way in strange if way.key not in ms]
        self.known.add_others(sha256, self.place, ms, missed)

    def _best(
        self,
        sha256: str,
        ways: Sequence[Way],
        taken: Way,
        opened: Mapping[int, Interpreter],
        open_one: Callable[[int], Interpreter],
    ) -> tuple[Way, Interpreter | None]:
        """By what is known now. Without measuring it is what was taken."""
        best = (_by(self.known_of(sha256), ways) if self.measures else None) or taken
        if best.runtime != taken.runtime:
            return best, None
        return best, opened.get(best.threads) or open_one(best.threads)


def _by(known: Measured, ways: Sequence[Way]) -> Way | None:
    return best_way(ways, known.ways, tells_threads=known.decides_threads) if known.decides else None


NO_SPEEDS = Speeds(KnownSpeeds(None), place="")
"""Nothing is known, and nothing measured."""
