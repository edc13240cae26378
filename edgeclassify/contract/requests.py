"""What a node may be asked, as classes: one per request. They describe, judge, and become a types.Request.

Whatever is wrong is a RequestError with one sentence: the key, what was expected, what was found.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, RootModel, ValidationError, ValidationInfo, field_validator

from edgeclassify import types
from edgeclassify.contract.bodies.base import Body, Label, Level, Score, Time, about
from edgeclassify.contract.encoding import seconds_of
from edgeclassify.contract.refusals import RequestError, choices, hint, shown
from edgeclassify.contract.request_payload import Object
from edgeclassify.types import Asker, Command, EventType, Option, OptionValue, Period
from edgeclassify.types.history import MOST_EVENTS
from edgeclassify.types.limits import MAX_SNOOZE_S, MAX_VIEW_INTERVAL_S, NO_PROFILE

MAX_TRANSACTION = 64
"""Characters of a transaction that is text."""
_MAX_OPTION_BYTES = 32
_MAX_PROFILE_BYTES = 128
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


def _unsigned(value: float) -> float:
    # -0 is in every range, and the option's topic would show it.
    if math.copysign(1.0, value) < 0:
        raise ValueError("expected a number without a sign")
    return value


Transaction = (
    Annotated[str, Field(max_length=MAX_TRANSACTION)] | Annotated[int, Field(ge=-(2**63), lt=2**63)] | None
)
EventNumber = Annotated[int, Field(ge=0, lt=2**63)]
_NUMBER_WORDS = "the number of an event"
_TIME_WORDS = "a time such as 2026-11-29T06:54:00.000Z"
Interval = Annotated[float, Field(ge=0, le=MAX_VIEW_INTERVAL_S)]


class Request(Body):
    """Asks for something; nothing is needed, and an empty payload is a request too."""

    transaction: Transaction = about("Comes back in the answer.", default=None)

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it, for who carries it out."""
        return types.Request(command, self.transaction, asker=asker)


class ViewRequest(Request):
    """Asks for something of one view."""

    view: Level | None = about(
        "Name of the view; may be left out where the node has one only.", default=None, validate_default=True
    )

    @field_validator("view")
    @classmethod
    def _is_there(cls, view: str | None, info: ValidationInfo) -> str | None:
        """One of the node's views, where those are known. Where there is one only, it need not be named."""
        views: Sequence[str] | None = info.context
        if view is None and views is not None and len(views) == 1:
            return views[0]
        return _one_of(views, view)

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it."""
        return types.Request(command, self.transaction, self.view, asker=asker)


class ViewsRequest(Request):
    """Asks for something of one view, or of all."""

    view: Level | None = about("Name of the view; absent: all of them.", default=None)

    @field_validator("view")
    @classmethod
    def _is_there(cls, view: str | None, info: ValidationInfo) -> str | None:
        return None if view is None else _one_of(info.context, view)

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it."""
        return types.Request(command, self.transaction, self.view, asker=asker)


def _one_of(views: Sequence[str] | None, view: str | None) -> str | None:
    if views is not None and view not in views:
        raise ValueError("expected a view of the node")
    return view


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


class ProfileRequest(Request):
    """Asks that a profile of the node's config is on from now on, or none."""

    words: ClassVar[Mapping[str, str]] = {"profile": "the name of a profile, or none"}

    profile: Level | None = about(f"Name of the profile; {NO_PROFILE}, null or absent: none.", default=None)

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it."""
        profile = None if self.profile == NO_PROFILE else self.profile
        return types.Request(command, self.transaction, profile=profile, asker=asker)


class SetOption(ViewRequest):
    """Sets an option of a view: the one that is meant says what its value may be."""

    value_words: ClassVar[str]

    option: Literal["enabled", "threshold", "interval"] = about("What is set.")
    value: Any = about("The new value.")

    @property
    def taken(self) -> OptionValue:
        """The value as the option keeps it."""
        return float(self.value)

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it."""
        return types.Request(command, self.transaction, self.view, Option(self.option), self.taken, asker=asker)


class SetEnabled(SetOption):
    """Watch a view, or let it rest."""

    value_words = "true or false, ON or OFF"

    option: Literal["enabled"] = about("What is set.")
    value: bool | Literal["ON", "OFF"] = about("Is the view classified?")

    @property
    def taken(self) -> OptionValue:
        """True while the view is to be watched."""
        return self.value in (True, "ON")


class SetThreshold(SetOption):
    """Sets the score that a label needs to enter."""

    value_words = "a number of 0 to 1"

    option: Literal["threshold"] = about("What is set.")
    value: Annotated[Score, AfterValidator(_unsigned)] = about("The new threshold_enter, 0-1.")


class SetInterval(SetOption):
    """Sets how often a view is classified."""

    value_words = f"seconds of 0 to {MAX_VIEW_INTERVAL_S:g}"

    option: Literal["interval"] = about("What is set.")
    value: Annotated[Interval, AfterValidator(_unsigned)] = about("Seconds between two classified frames.")


class SetRequest(
    RootModel[Annotated[SetEnabled | SetThreshold | SetInterval, Field(discriminator="option")]],
):
    """Sets an option of a view."""


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


_REQUESTS: Mapping[Command, type[Request]] = {
    Command.SNAPSHOT: ViewRequest,
    Command.CLASSIFY_NOW: ViewRequest,
    Command.PAUSE: PauseRequest,
    Command.RESUME: ViewsRequest,
    Command.HISTORY: HistoryRequest,
    Command.PROFILE: ProfileRequest,
}
_OPTIONS: Mapping[Any, type[SetOption]] = {
    "enabled": SetEnabled,
    "threshold": SetThreshold,
    "interval": SetInterval,
}


def request_of(command: Command, body: Object, views: Sequence[str], asker: Asker) -> types.Request:
    """The body of a command as a Request of the asker. Raises RequestError."""
    kind = _kind(command, body)
    known = list(kind.model_fields)
    for key in body:
        if key not in known:
            expected = f"{command} has no such key, expected {', '.join(known)}"
            raise RequestError(f"{shown(key)}: {expected}{hint(key, known)}")
    try:
        asked = kind.model_validate(_unicode(body), context=views)
    except ValidationError as error:
        key = str(error.errors(include_url=False, include_context=False)[0]["loc"][0])
        raise RequestError(_sentence(kind, key, body.get(key), views)) from error
    return asked.to_request(command, asker)


def transaction_of(body: Object) -> Transaction:
    """What the sender wants to see in the answer, whatever else is wrong; None: nothing that could be shown."""
    try:
        return Request.model_validate(_unicode({"transaction": body.get("transaction")})).transaction
    except ValidationError:
        return None


def option_request(view: str, option: Option, payload: bytes, asker: Asker) -> types.Request:
    """The plain text of an option topic as a Request of the asker. Raises RequestError."""
    text = payload[: _MAX_OPTION_BYTES + 1].decode("utf-8", "replace").strip()
    value: Any = text
    if len(payload) <= _MAX_OPTION_BYTES and option is not Option.ENABLED and _NUMBER.fullmatch(text):
        value = float(text)
    return request_of(Command.SET, {"option": str(option), "value": value}, [view], asker)


def profile_request(payload: bytes, asker: Asker) -> types.Request:
    """The plain text of the profile's topic as a Request of the asker. Raises RequestError."""
    text = payload[: _MAX_PROFILE_BYTES + 1].decode("utf-8", "replace").strip()
    return request_of(Command.PROFILE, {"profile": text or None}, (), asker)


def _kind(command: Command, body: Object) -> type[Request]:
    if command is not Command.SET:
        return _REQUESTS.get(command, Request)
    option = body.get("option")
    return _OPTIONS.get(option, SetOption) if isinstance(option, str) else SetOption


def _sentence(kind: type[Request], key: str, found: Any, views: Sequence[str]) -> str:
    """What is told of a key whose value is wrong."""
    if issubclass(kind, HistoryRequest | PauseRequest | ProfileRequest) and key in kind.words:
        return f"{key}: expected {kind.words[key]}, found {shown(found)}"
    words = {"view": views, "option": list(Option)}.get(key)
    if words is not None:
        return f"{key}: expected one of {choices(words)}, found {shown(found)}{hint(found, words)}"
    expected = f"text of at most {MAX_TRANSACTION} characters or an integer of 64 bits"
    if issubclass(kind, SetOption) and key == "value":
        option = next(name for name, one in _OPTIONS.items() if one is kind)
        expected = f"for {option} {kind.value_words}"
    return f"{key}: expected {expected}, found {shown(found)}"


def _unicode(body: Object) -> Object:
    """The body without lone surrogates, which pydantic does not take for text: each becomes "?", as in answers."""
    return {
        key: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for key, value in body.items()
    }
