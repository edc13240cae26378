"""What is asked of a node and its views: to rest for a while, for a profile, for events of its log."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from edgeclassify import types
from edgeclassify.contract.bodies.base import Body, Label, Level, Time, about
from edgeclassify.contract.encoding import seconds_of
from edgeclassify.contract.refusals import RequestError, choices, shown
from edgeclassify.contract.requests.base import Request, ViewsRequest
from edgeclassify.late_model import Field, ValidationError, ValidationInfo, field_validator
from edgeclassify.types import Asker, Command, EventType, Period
from edgeclassify.types.history import MOST_EVENTS
from edgeclassify.types.limits import MAX_ANNOUNCE_WITHIN_S, MAX_SNOOZE_S, NO_PROFILE

EventNumber = Annotated[int, Field(ge=0, lt=2**63)]
ANNOUNCE_WITHIN_S = 60.0
"""Where nobody says otherwise: 10,000 nodes are 3,300 messages a second."""
_NUMBER_WORDS = "the number of an event"
_TIME_WORDS = "a time such as 2026-11-29T06:54:00.000Z"


class PauseRequest(ViewsRequest):
    """Asks that a view, or all of them, are left alone: until somebody says otherwise, or for a while."""

    words: ClassVar[Mapping[str, str]] = {"seconds": f"a number above 0, {MAX_SNOOZE_S} at most"}

    seconds: Annotated[float, Field(gt=0, le=MAX_SNOOZE_S)] | None = about(
        "Seconds after which they go on by themselves, 30 days at most; absent: until resume, or a restart.",
        default=None,
    )

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it."""
        return types.Request(command, self.transaction, self.view, seconds=self.seconds, asker=asker)


class AnnounceAllRequest(Body):
    """Asks all nodes to send all their retained messages again. Nobody answers it."""

    within_s: Annotated[float, Field(ge=0, le=MAX_ANNOUNCE_WITHIN_S)] = about(
        "Each node does it at a time of its own within so many seconds: a broker takes some thousands of messages "
        "in a second, and a node has about 20.",
        default=ANNOUNCE_WITHIN_S,
    )

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> "AnnounceAllRequest":
        """What came from a stranger. Raises RequestError."""
        for key in body:
            if key not in cls.model_fields:
                raise RequestError(f"{shown(key)}: announce has no such key, expected within_s")
        try:
            return cls.model_validate(body)
        except ValidationError as error:
            expected = f"a number of 0 to {MAX_ANNOUNCE_WITHIN_S}"
            raise RequestError(f"within_s: expected {expected}, found {shown(body.get('within_s'))}") from error


class ProfileRequest(Request):
    """Asks that a profile of the node's config is on from now on, or none."""

    words: ClassVar[Mapping[str, str]] = {"profile": "the name of a profile, or none"}

    profile: Level | None = about(f"Name of the profile; {NO_PROFILE}, null or absent: none.", default=None)

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it."""
        profile = None if self.profile == NO_PROFILE else self.profile
        return types.Request(command, self.transaction, profile=profile, asker=asker)


class HistoryRequest(Request):
    """Asks for events of the node's own log: the newest, those before or after a number; or for an overview."""

    words: ClassVar[Mapping[str, str]] = {
        "view": "the name of a view, there now or once",
        "label": "the name of a label",
        "event_type": f"one of {choices(list(EventType))}",
        "since": _TIME_WORDS,
        "until": _TIME_WORDS,
        "before_seq": _NUMBER_WORDS,
        "after_seq": f"{_NUMBER_WORDS}, and no before_seq",
        "limit": f"an integer of 1 to {MOST_EVENTS}",
        "per": f"one of {choices(list(Period))}",
    }

    view: Level | None = about("Name of the view; absent: all of them.", default=None)
    label: Label | None = about("The label; absent: all of them.", default=None)
    event_type: Annotated[EventType, Field(strict=False)] | None = about(
        "What happened; absent: whatever it was.", default=None
    )
    since: Time | None = about("Events of then or later.", default=None)
    until: Time | None = about("Events before then.", default=None)
    before_seq: EventNumber | None = about(
        "The events before this number, newest first: the next page.", default=None
    )
    after_seq: EventNumber | None = about("The events after this number, oldest first.", default=None)
    limit: Annotated[int, Field(ge=1, le=MOST_EVENTS)] = about("At most so many events.", default=MOST_EVENTS)
    per: Annotated[Period, Field(strict=False)] | None = about(
        "No events, but how often labels started in each day or hour.", default=None
    )

    @field_validator("after_seq")
    @classmethod
    def _is_one_of_both(cls, after_seq: int | None, info: ValidationInfo) -> int | None:
        if after_seq is not None and info.data.get("before_seq") is not None:
            raise ValueError("expected either before_seq or after_seq")
        return after_seq

    @field_validator("since", "until")
    @classmethod
    def _is_a_time(cls, text: str | None) -> str | None:
        if text is not None:
            seconds_of(text)
        return text

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it."""
        query = types.HistoryQuery(
            view=self.view,
            label=self.label,
            event_type=self.event_type,
            since=None if self.since is None else seconds_of(self.since),
            until=None if self.until is None else seconds_of(self.until),
            before_seq=self.before_seq,
            after_seq=self.after_seq,
            limit=self.limit,
            per=self.per,
        )
        return types.Request(command, self.transaction, query=query, asker=asker)
