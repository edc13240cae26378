"""What the history says to who asks: of its file, and of what the spool has for it yet."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path

from edgeclassify.history.interface import Answer, LoggedEvent, Page
from edgeclassify.history.log import HistoryLog
from edgeclassify.history.pictures import with_pictures
from edgeclassify.history.whole import WholeHistory
from edgeclassify.publish.history.keeper import HistoryKeeper
from edgeclassify.publish.interface import SpoolReader
from edgeclassify.types import HistoryQuery

BATCH = 64
"""Events that are read of the spool at once, and written in one commit."""


def pending(spool: SpoolReader, after: int = 0) -> Sequence[LoggedEvent]:
    """The oldest BATCH above `after` that the history has not had."""
    return [LoggedEvent(one.seq, one.view, one.body) for one in spool.pending(BATCH, after=after)]


def answer_to(
    query: HistoryQuery, keeper: HistoryKeeper, spool: SpoolReader, *, zone: tzinfo | None, pictures: Path | None
) -> Answer:
    """What the query asks for, also where what the spool has can't be written. Raises StorageError."""
    waiting: list[LoggedEvent] = []
    while events := pending(spool, waiting[-1].seq if waiting else 0):
        waiting += events

    def ask(opened: HistoryLog) -> Answer:
        with closing(WholeHistory(opened.connection, waiting)) as whole:
            return whole.answer(query, zone)

    answer = keeper.ask(ask)
    return replace(answer, events=with_pictures(answer.events, pictures)) if isinstance(answer, Page) else answer
