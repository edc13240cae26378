"""The MQTT contract, version 1, as a table: which topic carries what, and how a topic or payload is judged.

The payloads are the classes of bodies.py and responses.py. From here the documents in docs/contract are generated,
and with it `edgeclassify watch --check` judges what a broker carries.
"""

import json
from enum import StrEnum
from typing import Any

from edgeclassify.contract import bodies, requests, responses
from edgeclassify.contract.outgoing import JPEG, JSON, TEXT
from edgeclassify.contract.refusals import RequestError
from edgeclassify.contract.request_payload import body_of
from edgeclassify.contract.topics import announce_all, is_command_like
from edgeclassify.late_model import LateModel, ValidationError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import Command, Option
from edgeclassify.types.limits import RESERVED_VIEW_NAMES


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
    model: type[LateModel] | None
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
            value = self._value_of(payload)
        except RequestError as error:
            return str(error)
        except (ValueError, RecursionError):
            return f"expected {'text' if self.content_type == TEXT else 'JSON'} in UTF-8, found {_shown(payload)}"
        try:
            self.model.model_validate(value)
        except ValidationError as error:
            return "; ".join(_fault(detail) for detail in error.errors(include_url=False)[:3])
        return None

    def _value_of(self, payload: bytes) -> Any:
        if self.content_type == TEXT:
            return payload.decode("utf-8")
        if self.direction is Direction.RECEIVED:
            return body_of(payload)  # as the node reads it: bounded, and nothing where nothing is needed
        return json.loads(payload.decode("utf-8"), parse_constant=_no_constant)


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
_RECEIVED = Direction.RECEIVED
_Body = type[LateModel]
_COMMANDS: dict[Command, tuple[_Body, _Body, str]] = {
    Command.PING: (requests.Request, responses.PingResponse, "Is the daemon there?"),
    Command.INFO: (requests.Request, responses.InfoResponse, "What runs on the node, and its figures now."),
    Command.SNAPSHOT: (requests.ViewRequest, responses.SnapshotResponse, "Take a picture now."),
    Command.CLASSIFY_NOW: (
        requests.ViewRequest,
        responses.ClassifyNowResponse,
        "Classify the next frame at once.",
    ),
    Command.PAUSE: (
        requests.PauseRequest,
        responses.SwitchResponse,
        "Classify no more, until resume or for so many seconds.",
    ),
    Command.RESUME: (requests.ViewsRequest, responses.SwitchResponse, "Classify again."),
    Command.RELOAD: (requests.Request, responses.ReloadResponse, "Read the config again."),
    Command.MODELS: (requests.Request, responses.ModelsResponse, "The models of the node."),
    Command.PROFILE: (requests.ProfileRequest, responses.ProfileResponse, "Switch to a profile, or to none."),
    Command.SET: (requests.SetRequest, responses.SetResponse, "Set an option of a view."),
    Command.ANNOUNCE: (
        requests.Request,
        responses.AnnounceResponse,
        "Send all retained messages again.",
    ),
    Command.HISTORY: (requests.HistoryRequest, responses.HistoryResponse, "Events of the node's own log."),
    Command.TEACH_ADD: (
        requests.TeachAddRequest,
        responses.TeachChangeResponse,
        "What a view shows, or what was behind an event, becomes an example.",
    ),
    Command.TEACH_CORRECT: (
        requests.TeachCorrectRequest,
        responses.TeachChangeResponse,
        "What an event really was.",
    ),
    Command.TEACH_FIT: (requests.TeachFitRequest, responses.TeachFitResponse, "Fit a head to the examples."),
    Command.TEACH_LIST: (requests.TeachListRequest, responses.TeachListResponse, "Taught models, and examples."),
    Command.TEACH_MOVE: (
        requests.TeachMoveRequest,
        responses.TeachChangeResponse,
        "An example is of another label.",
    ),
    Command.TEACH_REMOVE: (requests.TeachRemoveRequest, responses.TeachChangeResponse, "Take examples away."),
    Command.TEACH_UNDO: (requests.TeachUndoRequest, responses.TeachChangeResponse, "Take the last change back."),
    Command.TEACH_COLLECT: (
        requests.TeachCollectRequest,
        responses.TeachCollectResponse,
        "Gather different frames of a view over the day.",
    ),
    Command.TEACH_CLUSTERS: (
        requests.TeachClustersRequest,
        responses.TeachClustersResponse,
        "What was gathered, in groups of pictures that are alike.",
    ),
    Command.TEACH_REVIEW: (
        requests.TeachReviewRequest,
        responses.TeachReviewResponse,
        "What a model was not sure of.",
    ),
    Command.TEACH_LABEL: (
        requests.TeachLabelRequest,
        responses.TeachChangeResponse,
        "What a group of pictures, or one, shows.",
    ),
}
_OPTIONS: dict[Option, tuple[_Body, str]] = {
    Option.ENABLED: (bodies.Switch, "is the view classified"),
    Option.THRESHOLD: (bodies.ScoreText, "score that a label needs to enter"),
    Option.INTERVAL: (bodies.SecondsText, "seconds between two classified frames"),
}


def _word(command: Command) -> str:
    """A command in the name of its channels, which has no slashes."""
    return command.replace("/", "-")


CHANNELS: tuple[Channel, ...] = (
    Channel(
        "status", f"{_NODE}/status", bodies.Presence, "Is the daemon connected; also its will.", 1, True, TEXT
    ),
    Channel("info", f"{_NODE}/info", bodies.Info, "What runs on the node.", 1, True),
    Channel("health", f"{_NODE}/health", bodies.Health, "Figures of the running daemon.", 1, True),
    Channel(
        "probe",
        f"{_NODE}/probe/kept",
        bodies.ProbeText,
        "There for a moment, while the node tries what the broker keeps; to be passed over.",
        1,
        True,
        TEXT,
    ),
    Channel("profile", f"{_NODE}/profile/state", bodies.ProfileText, "Which profile is on.", 1, True, TEXT),
    Channel(
        "profile-set",
        f"{_NODE}/profile/set",
        bodies.ChosenProfileText,
        "Switches to a profile, or to none.",
        1,
        False,
        TEXT,
        _RECEIVED,
    ),
    *(
        Channel(f"request-{_word(name)}", f"{_NODE}/request/{name}", asked, text, direction=_RECEIVED)
        for name, (asked, _, text) in _COMMANDS.items()
    ),
    *(
        Channel(f"response-{_word(name)}", f"{_NODE}/response/{name}", answered, f"The answer to {name}.")
        for name, (_, answered, _) in _COMMANDS.items()
    ),
    Channel(
        "response", f"{_NODE}/response/{{command}}", responses.Refusal, "The answer to a command that is none."
    ),
    Channel(
        "availability", f"{_VIEW}/availability", bodies.Presence, "Does its camera deliver frames.", 1, True, TEXT
    ),
    Channel("problems", f"{_VIEW}/problems", bodies.Problems, "What is wrong with its camera's picture.", 1, True),
    Channel("state", f"{_VIEW}/state", bodies.State, "What the view shows now.", 1, True),
    Channel("event", f"{_VIEW}/event", bodies.Event, "A label entered, its score rose, or it left."),
    Channel(
        "history", f"{_VIEW}/history", bodies.HistoricalEvent, "Events that could not be sent when they happened."
    ),
    Channel("result", f"{_VIEW}/result", bodies.Result, "The raw prediction of one frame.", 0),
    Channel("snapshot", f"{_VIEW}/snapshot", None, "The newest picture behind an event.", 0, True, JPEG),
    Channel("label", f"{_VIEW}/label/{{label}}", bodies.Showing, "Does the view show this label.", 1, True, TEXT),
    Channel("snooze", f"{_VIEW}/snooze", bodies.Snooze, "Until when it is not classified.", 1, True),
    *(
        Channel(f"{name}", f"{_VIEW}/{name}/state", model, f"What {name} is set to: {text}.", 1, True, TEXT)
        for name, (model, text) in _OPTIONS.items()
    ),
    *(
        Channel(f"{name}-set", f"{_VIEW}/{name}/set", model, f"Sets {name}: {text}.", 1, False, TEXT, _RECEIVED)
        for name, (model, text) in _OPTIONS.items()
    ),
)
ANNOUNCE_ALL = Channel(
    "announce-all", "{prefix}/request/announce", requests.AnnounceAllRequest,
    "Asks all nodes to send all their retained messages again, each at a time of its own; nobody answers.",
    direction=_RECEIVED,
)  # fmt: skip
"""One topic for all nodes: its match has no node."""
DISCOVERY = Channel(
    "discovery", "{ha_prefix}/device/{node}/config", bodies.Discovery, "The node as a device of Home Assistant.",
    1, True,
)  # fmt: skip
DISCOVERY_OF_A_VIEW = Channel(
    "discovery-view", "{ha_prefix}/device/{node}/{view}/config", bodies.Discovery,
    "A view that is a device of its own there.", 1, True,
)  # fmt: skip
LEVELS: dict[str, str] = {
    "prefix": "mqtt.prefix of the node's config.",
    "node": "node.name of the node's config: letters, digits, _ and -.",
    "view": "Name of a view: letters, digits, _ and -.",
    "label": "A label of the view's config as a topic level: lower-case letters, digits and _.",
    "command": "The command that was asked for.",
    "ha_prefix": "home_assistant.prefix of the node's config.",
}
"""What the varying levels of the addresses are."""

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
    if topic == announce_all(prefix):
        return Match(ANNOUNCE_ALL, "")
    node, *levels = topic[len(prefix) + 1 :].split("/")
    if not _is_name(node) or not 1 <= len(levels) <= 3 or not all(map(_is_name, levels)):
        return None
    detail = "/".join(levels[1:])
    if (channel := _BY_TAIL.get(tuple(levels))) is not None:  # status, info, health, a request, an answer
        return Match(channel, node, detail=detail)
    if levels[0] == "response" and is_command_like(detail):
        return Match(_BY_TAIL["response", "{command}"], node, detail=detail)
    if levels[0] in RESERVED_VIEW_NAMES:
        return None
    return _match_view(node, levels[0], levels[1:])


def _match_view(node: str, view: str, levels: list[str]) -> Match | None:
    if len(levels) == 2 and levels[0] == "label":
        return Match(_BY_TAIL["{view}", "label", "{label}"], node, view, levels[1])
    channel = _BY_TAIL.get(("{view}", *levels))
    return None if channel is None else Match(channel, node, view, levels[0] if len(levels) > 1 else "")


def _is_name(level: str) -> bool:
    return 0 < len(level) <= 64 and _LEVEL_LETTERS.issuperset(level)
