"""Pages of the log of events: asked of the daemon, which knows its file and what is on the way there."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from edgeclassify.types import Command
from edgeclassify.types.history import MOST_EVENTS
from edgeclassify.web.api.events.bodies import WhichEvents, WhichPage
from edgeclassify.web.api.events.pictures import pictured_of
from edgeclassify.web.api.interface import Around, Asked
from edgeclassify.web.api.requests import ask
from edgeclassify.web.interface import NodeFacts, PageNode

Events = Sequence[dict[str, Any]]


async def list_events(asked: Asked) -> Response:
    """A page of them, each with its view and whether there is a picture of it."""
    page: WhichPage = asked.query
    data = await ask(asked.around, Command.HISTORY, page.request())
    events: Events = data["events"]
    facts = asked.around.node.facts
    pictured = await asked.around.threads.run(lambda: _pictured(events, asked.around.node, facts))
    older = data["more"] and page.after_seq is None
    return JSONResponse(
        {
            "events": [{**_without_path(one), "has_picture": one["seq"] in pictured} for one in events],
            "more": data["more"],
            "next_before_seq": events[-1]["seq"] if older else None,
        }
    )


async def count_events(asked: Asked) -> Response:
    """How often labels started in each day or hour."""
    return JSONResponse(await ask(asked.around, Command.HISTORY, asked.query.request()))


async def every_page(around: Around, which: WhichEvents) -> AsyncIterator[Events]:
    """All that are meant, oldest first: a page at least, if an empty one. What comes meanwhile is among them.

    Raises RefusedError.
    """
    after, more = 0, True
    while more:
        data = await ask(around, Command.HISTORY, which.request(after_seq=after, limit=MOST_EVENTS))
        events: Events = data["events"]
        yield events
        after, more = events[-1]["seq"] if events else 0, bool(events) and data["more"]


def _pictured(events: Events, node: PageNode, facts: NodeFacts) -> set[int]:
    """Of the newest ones the pictures may still wait to be written."""
    found = pictured_of(events, facts)
    if events and facts.shows_pictures and facts.looks is not None and events[0]["seq"] not in found:
        node.settle_looks()
        found = pictured_of(events, facts)
    return found


def _without_path(event: dict[str, Any]) -> dict[str, Any]:
    """Where the picture's file lies is the node's own affair."""
    return {key: value for key, value in event.items() if key != "picture"}
