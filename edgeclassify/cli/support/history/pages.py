"""Pages of a history, one after the other."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from edgeclassify.cli.support.history.sources import Ask
from edgeclassify.types import HistoryQuery
from edgeclassify.types.history import MOST_EVENTS

Events = list[dict[str, Any]]


def newest(ask: Ask, query: HistoryQuery, count: int) -> Events:
    """The newest events, at most `count`, oldest first."""
    found: Events = []
    while len(found) < count:
        data = ask(replace(query, limit=min(MOST_EVENTS, count - len(found))))
        found += data["events"]
        if not (data["events"] and data["more"]):
            break
        query = replace(query, before_seq=found[-1]["seq"])
    return found[::-1]


def every(ask: Ask, query: HistoryQuery) -> Iterator[Events]:
    """All events, oldest first, page by page. What comes meanwhile is among them."""
    query = replace(query, after_seq=0, limit=MOST_EVENTS)
    while True:
        data = ask(query)
        if data["events"]:
            yield data["events"]
            query = replace(query, after_seq=data["events"][-1]["seq"])
        if not (data["events"] and data["more"]):
            return
