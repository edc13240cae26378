"""The log of events as one file: written while it is read, page by page."""

import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from starlette.responses import Response, StreamingResponse

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.history.csv_lines import csv_of
from edgeclassify.web.api.events.pages import Events, every_page
from edgeclassify.web.api.interface import Asked

log = logging.getLogger(__name__)

CSV, JSON_LINES = "text/csv", "application/jsonl"

Write = Callable[[Events, bool], str]
"""A page as text; True: it is the first."""


async def export_csv(asked: Asked) -> Response:
    """Comma-separated values, with a heading."""
    return await _file(asked, "csv", f"{CSV}; charset=utf-8", lambda page, first: csv_of(page, heading=first))


async def export_lines(asked: Asked) -> Response:
    """A JSON object per line, as over MQTT, with its view."""
    return await _file(
        asked, "jsonl", JSON_LINES, lambda page, _: "".join(f"{json.dumps(event)}\n" for event in page)
    )


async def _file(asked: Asked, ending: str, kind: str, write: Write) -> Response:
    """What is refused is, before anything is sent."""
    pages = every_page(asked.around, asked.query)
    first = await anext(pages)
    node = asked.around.node.facts.config.node
    name = f"{node.name}-events-{datetime.now(node.zone):%Y-%m-%d}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_written(first, pages, write), media_type=kind, headers=headers)


async def _written(first: Events, others: AsyncIterator[Events], write: Write) -> AsyncIterator[bytes]:
    yield write(first, True).encode()
    try:
        async for page in others:
            yield write(page, False).encode()
    except EdgeClassifyError as error:
        # What has been sent can't be taken back: the connection is cut, so that nobody takes it for the whole.
        log.warning("the log of events was not exported to its end: %s", error)
        raise
