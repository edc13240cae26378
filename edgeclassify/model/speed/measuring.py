"""Measures a few invokes of one model in several ways, in turns, within a time."""

import time
from collections.abc import Callable, Mapping, Sequence

from edgeclassify.errors import ModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.machine import waited_for_processor_s
from edgeclassify.model.runtime.interpreter import Interpreter

BUDGET_S = 1.0
"""What a start is held up for at most for a model that is new here, and by one opening and one turn more where
they are slow."""
ROUNDS, ROUNDS_S = 40, 0.2
"""Turns of each way that are enough, or seconds; more while something disturbs, as long as there is time."""
WARM_UP = 2
"""First turns that do not count where there are others: caches are cold, and the processor's clock is low."""
CALM_RUNS = 5
"""Undisturbed runs of each way that there must be: one alone may be the one that was lucky."""
_CALM_SHARE = 0.5
"""And such a share of the runs. Beside other work some pass for undisturbed that had to do without one of their
threads: it came too late to wait."""
_FOR_OPENING = 0.5
"""The share of the time after which no other interpreter is opened."""
_LIGHT = 0.25
"""One whose opening takes a larger share of the time is not measured: it would be held up by that alone."""
_CALM = 0.1
"""A run is undisturbed where all threads together wait for a processor for no larger share of it."""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Clocks:
    """`now`: seconds; `waited`: how long threads of this process have waited for a processor, None: not known."""

    now: Clock = time.perf_counter
    waited: Callable[[], float | None] = waited_for_processor_s


CLOCKS = Clocks()


@dataclass(frozen=True, slots=True)
class Opened:
    """An interpreter, and how long it took to open it and to run it once, in seconds."""

    interpreter: Interpreter
    took_s: float


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of the quickest invoke, by number of threads; none where there was no time for it.

    `is_calm`: each of them had enough runs that nothing disturbed, and only those count.
    """

    ms: Mapping[int, float]
    is_calm: bool


_NONE = Timed({}, is_calm=False)


def open_timed(open_one: Callable[[], Interpreter], clocks: Clocks = CLOCKS) -> Opened:
    """Open it, and see how long that takes. Raises what it raises."""
    began = clocks.now()
    return Opened(open_one(), clocks.now() - began)


def measure(
    first: Opened,
    threads: int,
    others: Sequence[int],
    open_one: Callable[[int], Interpreter],
    *,
    budget_s: float = BUDGET_S,
    clocks: Clocks = CLOCKS,
) -> tuple[Timed, dict[int, Interpreter]]:
    """What was measured, and the interpreters by number of threads.

    `first` has `threads` of them; `others` are opened by `open_one`. The quickest run counts: what else the
    machine does meanwhile makes the others slower. Nothing is measured where that would take too long, and no
    number that there is no time for.
    """
    opened = {threads: first.interpreter}
    if not others or first.took_s > _LIGHT * budget_s:
        return _NONE, opened
    began = clocks.now()
    for count in others:
        if clocks.now() - began > _FOR_OPENING * budget_s:
            break
        try:
            opened[count] = open_one(count)
        except ModelError:  # no memory for another one, say
            break
    if len(opened) == 1:
        return _NONE, opened
    return _in_turns(opened, began + budget_s, clocks), opened


def _in_turns(opened: Mapping[int, Interpreter], until: float, clocks: Clocks) -> Timed:
    runs: dict[int, list[tuple[float, bool]]] = {count: [] for count in opened}
    enough_at, turn = clocks.now() + ROUNDS_S, 0
    while turn == 0 or clocks.now() < until:
        for count, interpreter in opened.items():
            runs[count].append(_timed(interpreter, clocks))
        turn += 1
        is_long = turn >= WARM_UP + ROUNDS or (turn >= WARM_UP + CALM_RUNS and clocks.now() >= enough_at)
        if is_long and all(map(_calm, runs.values())):
            break
    calm = {count: _calm(found) for count, found in runs.items()}
    if all(calm.values()):
        return Timed({count: min(found) for count, found in calm.items()}, is_calm=True)
    return Timed({count: min(ms for ms, _ in found) for count, found in runs.items()}, is_calm=False)


def _timed(interpreter: Interpreter, clocks: Clocks) -> tuple[float, bool]:
    """Milliseconds of an invoke, and whether it was undisturbed."""
    waited, began = clocks.waited(), clocks.now()
    interpreter.invoke()
    took, after = clocks.now() - began, clocks.waited()
    return took * 1e3, waited is None or after is None or after - waited <= _CALM * took


def _calm(runs: Sequence[tuple[float, bool]]) -> list[float]:
    """Those that nothing disturbed, where they are enough; where there was time for few, that is each of them."""
    late = runs[WARM_UP:] or runs
    calm = [ms for ms, is_calm in late if is_calm]
    return calm if len(calm) >= max(min(CALM_RUNS, len(late)), _CALM_SHARE * len(late)) else []
