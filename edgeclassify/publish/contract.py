"""The MQTT contract, version 1, as classes: one per payload, and a table that says which topic carries which.

From here the documents in docs/contract are generated, and with it `edgeclassify watch --check` judges what a
broker carries. The publisher does not need it: payload.py writes what this describes, and a test compares the two.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel, ValidationError, model_validator

from edgeclassify.config.sections import RESERVED_VIEW_NAMES
from edgeclassify.publish.payload import CONTRACT_VERSION, JPEG, JSON, TEXT
from edgeclassify.types import UNKNOWN, Command, Option

# Rust's \d and \w know all scripts: ASCII is written out.
_TIME = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$"
_LEVEL = r"^[a-zA-Z0-9_-]{1,64}$"
_NUMBER = r"^(ON|OFF|[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?)$"

Time = Annotated[str, Field(pattern=_TIME, json_schema_extra={"format": "date-time"})]
"""RFC 3339, UTC, with milliseconds."""
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Level = Annotated[str, Field(pattern=_LEVEL)]
Label = Annotated[str, Field(min_length=1)]
Occurrence = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
Transaction = str | int | None


def _about(text: str, **rules: Any) -> Any:
    return Field(description=text, **rules)


class Body(BaseModel):
    """A JSON object of the contract: unknown keys and values of another type are faults."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Versioned(Body):
    """What a node sends: each says which contract it follows."""

    v: Literal[1] = _about("Version of the contract.")


# --- texts ---------------------------------------------------------------------------------------------------


class Presence(RootModel[Literal["online", "offline"]]):
    """`online` or `offline`."""


class Switch(RootModel[Literal["ON", "OFF"]]):
    """`ON` or `OFF`."""


class OptionText(RootModel[Annotated[str, Field(pattern=_NUMBER)]]):
    """`ON` or `OFF` for `enabled`, a decimal number for `threshold` (0-1) and `interval` (seconds)."""


# --- the node ------------------------------------------------------------------------------------------------


class Model(Body):
    """A loaded model."""

    name: str = _about("Name of the catalog, or of the file.")
    path: str = _about("The .tflite file on the node.")
    sha256: str = _about("SHA-256 of the file, hexadecimal.", pattern=r"^[0-9a-f]{64}$")
    runtime: str = _about('Runtime and version, e.g. "litert 2.3.0".')
    labels: int = _about("Number of labels.", ge=1)
    input_width: int = _about("Width of the input in pixels.", ge=1)
    input_height: int = _about("Height of the input in pixels.", ge=1)


class Info(Versioned):
    """What runs on the node."""

    contract: Literal[1] = _about("Version of the contract.")
    version: str = _about("Version of edgeclassify.")
    python: str = _about("Version of Python.")
    session: str = _about("A new one for each start of the daemon.")
    started: Time = _about("When the daemon started.")
    models: list[Model] = _about("The models in use.")
    views: list[Level] = _about("Names of the views.")


class Health(Versioned):
    """Figures of the running daemon; null where the machine can't tell."""

    ts: Time = _about("When the figures were taken.")
    uptime_s: Amount = _about("Seconds since the daemon started.")
    frame_age_s: Amount | None = _about("Seconds since the newest frame was captured.")
    fps: Amount = _about("Frames classified per second.")
    frames: Count = _about("Frames classified since start.")
    inference_ms_p50: Amount | None = _about("Milliseconds from frame to scores: the median.")
    inference_ms_p95: Amount | None = _about("Milliseconds from frame to scores: 95 of 100 are quicker.")
    dropped: Count = _about("Frames overwritten by a newer one before inference took them, since start.")
    restarts: Count = _about("Cameras opened again, since start.")
    spool_depth: Count = _about("Events that the broker has not acknowledged yet.")
    spool_dropped: Count = _about("Events dropped because the spool was full or they were too old, since start.")
    temperature_c: float | None = _about("Temperature of the processor in degrees Celsius.", allow_inf_nan=False)
    throttled: bool | None = _about("Is the processor slowed down by heat or low voltage?")
    rss_bytes: Count | None = _about("Memory of the daemon in bytes.")
    bytes_written: Count | None = _about("Bytes that the daemon sent to storage since start.")
    bytes_written_day: Count | None = _about("Bytes that the daemon sent to storage in the last 24 hours.")
    spool_on_disk: bool = _about("False while events wait in memory only.")
    events: Count = _about("Events since start.")
    clock_synchronised: bool | None = _about("Is the clock set by a time server: are the times to be believed?")


# --- a view --------------------------------------------------------------------------------------------------


class LabelScore(Body):
    """A label and its score."""

    label: Label = _about("The label.")
    score: Score = _about("Its score, 0-1.")


class State(Versioned):
    """What the view shows now."""

    label: Label = _about(f'The label; "{UNKNOWN}" while none is above its threshold.')
    score: Score = _about("Its score, 0-1; while unknown that of the best label.")
    since: Time = _about("When the label entered, or the last one left.")
    ts: Time = _about("When the frame was captured.")
    seq: Count = _about("Number of the view's last event; 0: none yet.")
    event_id: Occurrence | None = _about("The occurrence that the label belongs to; null while unknown.")
    top: list[LabelScore] = _about("The best labels, best first.")
    model: str = _about("Name of the model.")

    @model_validator(mode="after")
    def _label_has_an_occurrence(self) -> Self:
        if self.event_id is None and self.label != UNKNOWN:
            raise ValueError(f'expected an event_id for label "{self.label}"')
        return self


class Why(Body):
    """The figures behind a decision; which of them are there depends on the event."""

    threshold_enter: Score | None = _about("start: the score that a label needs to enter.", default=None)
    threshold_exit: Score | None = _about("end: the score below which it leaves.", default=None)
    confirm_s: Amount | None = _about("Seconds that a change must last before it counts.", default=None)
    held_s: Amount | None = _about("Seconds that it had lasted.", default=None)
    reason: str | None = _about("update, end: what happened.", default=None)
    by: Label | None = _about("end, replaced: the label that took its place.", default=None)
    from_: Score | None = _about("update: the score that was reported before.", default=None, alias="from")
    duration_s: Amount | None = _about("end: seconds that the label was there.", default=None)


class Event(Versioned):
    """A label entered (start), its score rose (update), or it left (end)."""

    event_type: Literal["start", "update", "end"] = _about("What happened.")
    label: Label = _about("The label.")
    score: Score = _about("Its score, 0-1.")
    seq: int = _about("Number of the message: grows by one per node, across restarts.", ge=1)
    id: Occurrence = _about("Names the occurrence: its start, updates and end share it.")
    ts: Time = _about("When the frame behind it was captured.")
    why: Why = _about("The figures behind the decision.")


class HistoricalEvent(Event):
    """An event that could not be sent when it happened."""

    historical: Literal[True] = _about("Always true: it says that this is late.")


class IndexedScore(LabelScore):
    """A row of the model's output."""

    index: Count = _about("Class index: the row of the output.")


class Result(Versioned):
    """The raw prediction of one frame."""

    ts: Time = _about("When the frame was captured.")
    frame: Count = _about("Sequence number of the frame.")
    top: list[IndexedScore] = _about("The best labels, best first.")
    preprocess_ms: Amount = _about("Milliseconds from frame to input tensor.")
    invoke_ms: Amount = _about("Milliseconds of the model.")
    origin: str | None = _about("File or URL of the picture; absent for cameras.", default=None)


# --- commands ------------------------------------------------------------------------------------------------


class Request(Body):
    """Asks for something; nothing is needed."""

    transaction: Transaction = _about("Comes back in the answer.", default=None)


class ViewRequest(Request):
    """Asks for something of one view, or of all."""

    view: Level | None = _about("Name of the view; absent: all of them.", default=None)


class SetRequest(Request):
    """Sets an option of a view."""

    view: Level | None = _about("Name of the view; absent: all of them.", default=None)
    option: Literal["enabled", "threshold", "interval"] = _about("What is set.")
    value: bool | Amount = _about(
        "enabled: true or false; threshold: 0-1; interval: seconds between two classified frames."
    )

    @model_validator(mode="after")
    def _value_fits_option(self) -> Self:
        if isinstance(self.value, bool) != (self.option == "enabled"):
            raise ValueError(
                f"expected {'true or false' if self.option == 'enabled' else 'a number'} for {self.option}"
            )
        if self.option == "threshold" and self.value > 1:
            raise ValueError("expected a number in 0-1 for threshold")
        return self


class Response(Versioned):
    """The answer to a request."""

    transaction: Transaction = _about("That of the request; null where it had none that could be read.")
    status: Literal["ok", "error"] = _about("Was it done?")
    data: dict[str, JsonValue] = _about("What was asked for; empty on an error.")
    error: str | None = _about("What was wrong, what was expected and found; null where nothing was.")

    @model_validator(mode="after")
    def _error_is_said(self) -> Self:
        if (self.status == "error") != (self.error is not None):
            raise ValueError(
                f'expected status "error" with an error text, and "ok" with null, found {self.status!r}'
            )
        return self


# --- Home Assistant ------------------------------------------------------------------------------------------


class Origin(BaseModel):
    """Who announces."""

    model_config = ConfigDict(extra="allow", strict=True)

    name: str = _about("Always edgeclassify.")
    sw_version: str | None = _about("Version of edgeclassify.", default=None)


class Discovery(BaseModel):
    """Home Assistant's device discovery; what stands in it is Home Assistant's contract, not this one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    device: dict[str, JsonValue] = _about("The node as a device.")
    origin: Origin = _about("Who announces.")
    components: dict[str, dict[str, JsonValue]] = _about("Its entities, by an id of their own.")


# --- the table -----------------------------------------------------------------------------------------------


class Direction(StrEnum):
    """Seen from the node."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Channel:
    """A kind of topic. `address` has {prefix}, {node}, {view}, ... for the levels that vary.

    `model` None: the payload is bytes (a JPEG). `qos` and `retain` are those of the publisher.
    """

    name: str
    address: str
    model: type[BaseModel] | None
    description: str
    qos: int = 1
    retain: bool = False
    content_type: str = JSON
    direction: Direction = Direction.SENT

    def fault_of(self, payload: bytes) -> str | None:
        """What is wrong with a payload, in one line; None where nothing is."""
        if not payload and self.retain:
            return None  # an empty retained message removes what was there
        if self.model is None:
            whole = payload[:3] == b"\xff\xd8\xff" and payload[-2:] == b"\xff\xd9"
            return None if whole else f"expected a whole JPEG file, found {_shown(payload)}"
        try:
            text = payload.decode("utf-8")
            value = text if self.content_type == TEXT else json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            return f"expected {'text' if self.content_type == TEXT else 'JSON'} in UTF-8, found {_shown(payload)}"
        try:
            self.model.model_validate(value)
        except ValidationError as error:
            return "; ".join(_fault(detail) for detail in error.errors(include_url=False)[:3])
        return None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _shown(payload: bytes) -> str:
    return f"{len(payload)} bytes" if len(payload) > 60 else repr(payload)


def _fault(detail: Any) -> str:
    where = ".".join(map(str, detail["loc"])) or "payload"
    found = repr(detail["input"])
    said = str(detail["msg"]).removeprefix("Value error, ")
    return f"{where}: {said}, found {found if len(found) <= 60 else found[:57] + '...'}"


_NODE = "{prefix}/{node}"
_VIEW = f"{_NODE}/{{view}}"
_REQUESTS: dict[Command, tuple[type[BaseModel], str]] = {
    Command.PING: (Request, "Is the daemon there?"),
    Command.INFO: (Request, "What runs on the node, as in info."),
    Command.SNAPSHOT: (ViewRequest, "Take a picture now."),
    Command.CLASSIFY_NOW: (ViewRequest, "Classify the newest frame now."),
    Command.PAUSE: (ViewRequest, "Classify no more, until resume."),
    Command.RESUME: (ViewRequest, "Classify again."),
    Command.RELOAD: (Request, "Read the config again."),
    Command.MODELS: (Request, "The models of the node."),
    Command.SET: (SetRequest, "Set an option of a view."),
}
_RECEIVED = Direction.RECEIVED

CHANNELS: tuple[Channel, ...] = (
    Channel("status", f"{_NODE}/status", Presence, "Is the daemon connected; also its will.", 1, True, TEXT),
    Channel("info", f"{_NODE}/info", Info, "What runs on the node.", 1, True),
    Channel("health", f"{_NODE}/health", Health, "Figures of the running daemon.", 1, True),
    *(
        Channel(f"request-{name}", f"{_NODE}/request/{name}", model, text, direction=_RECEIVED)
        for name, (model, text) in _REQUESTS.items()
    ),
    Channel("response", f"{_NODE}/response/{{command}}", Response, "The answer to a request."),
    Channel("availability", f"{_VIEW}/availability", Presence, "Does its camera deliver frames.", 1, True, TEXT),
    Channel("state", f"{_VIEW}/state", State, "What the view shows now.", 1, True),
    Channel("event", f"{_VIEW}/event", Event, "A label entered, its score rose, or it left."),
    Channel("history", f"{_VIEW}/history", HistoricalEvent, "Events that could not be sent when they happened."),
    Channel("result", f"{_VIEW}/result", Result, "The raw prediction of one frame.", 0),
    Channel("snapshot", f"{_VIEW}/snapshot", None, "The newest picture behind an event.", 0, True, JPEG),
    Channel("label", f"{_VIEW}/label/{{label}}", Switch, "Does the view show this label.", 1, True, TEXT),
    Channel("option", f"{_VIEW}/{{option}}/state", OptionText, "What an option is set to.", 1, True, TEXT),
    Channel(
        "option-set", f"{_VIEW}/{{option}}/set", OptionText, "Sets an option.", 1, False, TEXT, direction=_RECEIVED
    ),
)
DISCOVERY = Channel(
    "discovery", "{ha_prefix}/device/{node}/config", Discovery, "The node as a device of Home Assistant.", 1, True
)
LEVELS: dict[str, str] = {
    "prefix": "mqtt.prefix of the node's config.",
    "node": "node.name of the node's config: letters, digits, _ and -.",
    "view": "Name of a view: letters, digits, _ and -.",
    "label": "A label of the view's config as a topic level: lower-case letters, digits and _.",
    "option": "enabled, threshold or interval.",
    "command": "The command that was asked for.",
    "ha_prefix": "home_assistant.prefix of the node's config.",
}
"""What the varying levels of the addresses are."""

_OPTIONS = frozenset(map(str, Option))
_BY_TAIL = {tuple(channel.address.split("/")[2:]): channel for channel in CHANNELS}
_LEVEL_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


@dataclass(frozen=True, slots=True)
class Match:
    """A topic of the contract: its kind, and the levels that vary; "" where the kind has no such level."""

    channel: Channel
    node: str
    view: str = ""
    detail: str = ""
    """The label's slug, the option or the command."""


def match_topic(prefix: str, topic: str) -> Match | None:
    """What a topic below `prefix` is; None for one that the contract does not have."""
    if not topic.startswith(f"{prefix}/"):
        return None
    node, *levels = topic[len(prefix) + 1 :].split("/")
    if not _is_name(node) or not 1 <= len(levels) <= 3 or not all(map(_is_name, levels)):
        return None
    if (channel := _BY_TAIL.get(tuple(levels))) is not None:  # status, info, health, request/<command>
        return Match(channel, node, detail=levels[1] if len(levels) > 1 else "")
    if levels[0] == "response" and len(levels) == 2:
        return Match(_BY_TAIL["response", "{command}"], node, detail=levels[1])
    if levels[0] in RESERVED_VIEW_NAMES:
        return None
    return _match_view(node, levels[0], levels[1:])


def _match_view(node: str, view: str, levels: list[str]) -> Match | None:
    channel = None
    detail = ""
    if len(levels) == 1:
        channel = _BY_TAIL.get(("{view}", levels[0]))
    elif len(levels) == 2 and levels[0] == "label":
        channel, detail = _BY_TAIL["{view}", "label", "{label}"], levels[1]
    elif len(levels) == 2 and levels[0] in _OPTIONS:
        channel, detail = _BY_TAIL.get(("{view}", "{option}", levels[1])), levels[0]
    return None if channel is None else Match(channel, node, view, detail)


def _is_name(level: str) -> bool:
    return 0 < len(level) <= 64 and _LEVEL_LETTERS.issuperset(level)


assert CONTRACT_VERSION == 1, "the classes above say Literal[1]"
