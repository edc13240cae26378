"""What the history says, as the body of an answer: the same over MQTT and for the command."""

import json
from typing import Any

from edgeclassify.contract import responses
from edgeclassify.contract.bodies import Body
from edgeclassify.contract.encoding import rfc3339
from edgeclassify.history.interface import Answer, Count, LoggedEvent, Page


def body_of(answer: Answer) -> Body:
    """Of a page or an overview. An event is passed on as it was spooled, by whatever version."""
    if isinstance(answer, Page):
        return responses.HistoryPage.made(events=[_object(event) for event in answer.events], more=answer.more)
    return responses.HistoryOverview.made(counts=[_starts(one) for one in answer.counts], more=answer.more)


def _object(event: LoggedEvent) -> dict[str, Any]:
    picture = {} if event.picture is None else {"picture": str(event.picture)}
    return {**json.loads(event.body), "view": event.view, **picture}


def _starts(count: Count) -> "responses.Starts":
    return responses.Starts.made(
        begin=rfc3339(count.begin), name=count.name, view=count.view, label=count.label, starts=count.starts
    )
