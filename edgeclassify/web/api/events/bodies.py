"""What is asked of the log of events, and what comes."""

from typing import Annotated, Any

from edgeclassify.contract import bodies
from edgeclassify.contract.bodies.base import Body, Label, Level, Time, about
from edgeclassify.contract.request_payload import Object
from edgeclassify.late_model import Field
from edgeclassify.types import EventType, Period
from edgeclassify.types.history import MOST_EVENTS
from edgeclassify.web.api.interface import ApiBody

Number = Annotated[int, Field(ge=0, lt=2**63)]
LIMIT = 50


class WhichEvents(ApiBody):
    """Which events are meant; absent: whatever it is."""

    view: Level | None = about("Of this view, there now or once.", default=None)
    label: Label | None = about("Of this label.", default=None)
    type: EventType | None = about("What happened.", default=None)
    since: Time | None = about("Of then or later.", default=None)
    until: Time | None = about("Before then.", default=None)

    def request(self, **more: Any) -> Object:
        """As the contract's request has it. What is None stays away."""
        said = {**self.model_dump(exclude={"type"}), "event_type": self.type, **more}
        return {key: value for key, value in said.items() if value is not None}


class WhichPage(WhichEvents):
    """Which page of them: the newest, those before a number, or those after one, oldest first."""

    before_seq: Number | None = about("The events before this number, newest first.", default=None)
    after_seq: Number | None = about("The events after this number, oldest first.", default=None)
    limit: Annotated[int, Field(ge=1, le=MOST_EVENTS)] = about("At most so many.", default=LIMIT)


class WhichCounts(WhichEvents):
    """How often labels started in each day or hour."""

    per: Period = about("How long each part is, by the node's clocks.", default=Period.DAY)


class EventOnPage(bodies.Event):
    """An event of the log. Those that earlier versions wrote come as they were written."""

    view: Level = about("Name of the view.")
    has_picture: bool = about("Is there a picture of it at picture.jpg?")


class EventsPage(Body):
    """Events of the log."""

    keeps_null = True

    events: list[EventOnPage] = about("Newest first; with after_seq oldest first.")
    more: bool = about("Are there more behind the last one?")
    next_before_seq: int | None = about("For the next page of older ones; null: there is none.", default=None)
