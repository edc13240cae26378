"""An order carried out: by a few nodes first, where that is wanted, then by all."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from edgeclassify.fleet.interface import Outcome, Report, Result, Target
from edgeclassify.fleet.link import FleetLink
from edgeclassify.fleet.order import Order
from edgeclassify.fleet.round import Pace
from edgeclassify.types import Command
from edgeclassify.watch.records import problems

HEALTH_TOPICS = ("health", "+/state", "+/availability", "+/problems")
"""What must be heard of nodes that come first, below their own level."""
Progress = Callable[[int, int], None]
"""Told how many targets are settled, of how many."""
_PASSING = " waiting"
"""Events that are under way just now are no sign that something went wrong."""
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Canary:
    """`count` nodes come first, of those that are online; the rest where these have done it.

    They must still be well `watch_s` later.
    """

    count: int = 0
    watch_s: float = 30.0


def carry_out(
    link: FleetLink,
    order: Order,
    targets: Sequence[Target],
    pace: Pace,
    canary: Canary = Canary(),  # noqa: B008 - it is frozen
    progress: Progress = lambda done, total: None,
) -> Report:
    """Give an order to all targets. Ctrl-C ends it, and what was done until then is in the report."""
    first, rest = _split(link, targets, canary.count)
    results: list[Result] = []
    try:
        if first:
            why = _try_first(link, order, first, pace, canary, results, lambda done: progress(done, len(targets)))
            if why:
                return Report(_in_order(targets, (*results, *_not_asked(rest))), why)
        stopped = link.run(order, rest, pace, results, lambda done: progress(len(first) + done, len(targets)))
    except KeyboardInterrupt:
        done = {one.target for one in results}
        left = [target for target in targets if target not in done]
        found = _in_order(targets, (*results, *_not_asked(left)))
        return Report(found, "it was interrupted", interrupted=True)
    return Report(_in_order(targets, results), stopped)


def _split(link: FleetLink, targets: Sequence[Target], count: int) -> tuple[list[Target], list[Target]]:
    """Those of the first nodes, and the rest. Who is offline says nothing of an order: others come first."""
    nodes = list(dict.fromkeys(target.node for target in targets))
    there = [node for node in nodes if link.known.is_online(node) is not False]
    chosen = set((there or nodes)[:count])
    first = [target for target in targets if target.node in chosen]
    return first, [target for target in targets if target.node not in chosen]


def _in_order(targets: Sequence[Target], results: Iterable[Result]) -> tuple[Result, ...]:
    places = {target: place for place, target in enumerate(targets)}
    return tuple(sorted(results, key=lambda one: places[one.target]))


def _try_first(
    link: FleetLink,
    order: Order,
    targets: Sequence[Target],
    pace: Pace,
    canary: Canary,
    results: list[Result],
    progress: Callable[[int], None],
) -> str:
    """Why the rest are not to follow; "": they are."""
    nodes = sorted({target.node for target in targets})
    before = {node: _ills(link, node) for node in nodes}
    link.run(order, targets, pace, results, progress)
    failed = [f"{one.target} {one.outcome}" for one in results if one.outcome is not Outcome.DONE]
    if failed:
        gone = any(one.outcome is Outcome.OFFLINE for one in results)
        remedy = ". --wait SECONDS waits for who is offline" if gone else ""
        return f"of the first {len(targets)} not all have done it: {_listed(failed)}{remedy}"
    link.listen(canary.watch_s)
    answers: list[Result] = []
    link.run(Order(Command.PING, "ping"), [Target(node) for node in nodes], pace, answers)
    # One that does not obey a ping has answered all the same.
    silent = (Outcome.SILENT, Outcome.OFFLINE)
    ill = [f"{one.target.node} {one.outcome}" for one in answers if one.outcome in silent]
    ill += [f"{node} {problem}" for node in nodes for problem in sorted(_ills(link, node) - before[node])]
    return (
        f"of the first {len(targets)} not all are well {canary.watch_s:g} s later: {_listed(ill)}" if ill else ""
    )


def _ills(link: FleetLink, node: str) -> set[str]:
    """What is wrong with a node, without how much of it."""
    found = problems(link.known.facts(node).node)
    return {re.sub("^[0-9]+ ", "", problem) for problem in found if not problem.endswith(_PASSING)}


def _listed(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _LISTED} more" if len(texts) > _LISTED else ""
    return ", ".join(texts[:_LISTED]) + more


def _not_asked(targets: Iterable[Target]) -> list[Result]:
    return [Result(target, Outcome.NOT_ASKED) for target in targets]
