"""What the parts of a fleet's orders hand to each other: who is asked, and what came of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """Who is asked: a node; `view`: for one of its views, "": for none, or the one that the order names."""

    node: str
    view: str = ""

    def __str__(self) -> str:
        return f"{self.node}/{self.view}" if self.view else self.node


class Outcome(StrEnum):
    """What came of an order at a target."""

    DONE = "done"
    REFUSED = "refused"
    SILENT = "silent"
    OFFLINE = "offline"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Answer:
    """A node's answer. `error` None: it was done, and `data` is what it says of it."""

    data: Mapping[str, Any]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it at a target. `why`: in a sentence, "" where it was done.

    `took_s`: seconds from the first request to the answer.
    """

    target: Target
    outcome: Outcome
    why: str = ""
    data: Mapping[str, Any] | None = None
    took_s: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All results, in the order of the targets. `stopped`: why not all were asked, "" where they were."""

    results: tuple[Result, ...]
    stopped: str = ""
    interrupted: bool = False

    @property
    def all_done(self) -> bool:
        """Nobody failed, and nobody was left out."""
        return all(one.outcome is Outcome.DONE for one in self.results)
