"""What came of an order, for people and programs: counted, and the same reasons together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgeclassify.fleet.interface import Outcome, Report, Target


@dataclass(frozen=True, slots=True)
class Group:
    """Targets that have the same outcome for the same reason."""

    outcome: Outcome
    why: str
    targets: tuple[Target, ...]


def groups(report: Report) -> Sequence[Group]:
    """In the order of the outcomes; of one outcome the largest first."""
    found: dict[tuple[Outcome, str], list[Target]] = {}
    for one in report.results:
        found.setdefault((one.outcome, one.why), []).append(one.target)
    order = list(Outcome)
    made = [Group(outcome, why, tuple(targets)) for (outcome, why), targets in found.items()]
    return sorted(made, key=lambda group: (order.index(group.outcome), -len(group.targets), group.why))


def counts(report: Report) -> Mapping[str, int]:
    """Outcome → how many targets have it."""
    return {str(outcome): sum(one.outcome is outcome for one in report.results) for outcome in Outcome}


def as_json(said: str, report: Report) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "order": said,
        "counts": counts(report),
        "stopped": report.stopped or None,
        "nodes": [
            {
                "node": one.target.node,
                "view": one.target.view or None,
                "outcome": str(one.outcome),
                "why": one.why or None,
                "data": None if one.data is None else dict(one.data),
                "seconds": None if one.took_s is None else round(one.took_s, 3),
            }
            for one in report.results
        ],
    }
