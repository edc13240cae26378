"""Where the history is asked: by whoever keeps it now, over reloads that put another sink in its place."""

from collections.abc import Callable
from pathlib import Path

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.history.interface import Answer
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import HistoryQuery

NOT_KEPT = "no history is kept: history.enabled is false, or there is no state folder"

GetAnswer = Callable[[], Answer]
"""Gives the answer, or raises EdgeClassifyError where there is none."""


@dataclass(frozen=True, slots=True)
class Question:
    """`then` is called once, in any thread, with what gives the answer. It must return soon."""

    query: HistoryQuery
    then: Callable[[GetAnswer], None]


class HistoryDesk:
    """May be used from any thread. `folder`: of the history, over reloads; None: there is no place for one."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._take: Callable[[Question], None] | None = None

    def answered_by(self, take: Callable[[Question], None] | None) -> None:
        """This takes questions from now on, and raises EdgeClassifyError for one too many; None: nobody."""
        self._take = take

    def ask(self, question: Question) -> None:
        """Ask: the answer comes later. Raises EdgeClassifyError where there will be none."""
        if (take := self._take) is None:
            raise EdgeClassifyError(NOT_KEPT)
        take(question)
