"""Events as the webhook posts them: what MQTT says by its topic stands in the body."""

import json
from typing import Literal

from edgeclassify.contract.bodies.base import Level, about
from edgeclassify.contract.bodies.event import Event, HistoricalEvent


class PostedEvent(Event):
    """An event with the node and the view that it is of. One that could not be posted when it happened says so."""

    node: Level = about("Name of the node.")
    view: Level = about("Name of the view.")
    historical: Literal[True] | None = about("It is late; absent: it is not.", default=None)

    @staticmethod
    def of_stored(node: str, view: str, event: bytes, *, late: bool) -> bytes:
        """The bytes of an event as it was kept, with these in front, without reading it."""
        place = json.dumps({"node": node, "view": view}, ensure_ascii=False, separators=(",", ":"))
        return place[:-1].encode() + b"," + (HistoricalEvent.of_stored(event) if late else event)[1:]
