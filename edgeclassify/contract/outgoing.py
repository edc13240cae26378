"""Topics and bodies of the MQTT contract, version 1: pure functions from records to messages.

Bodies are compact JSON in UTF-8 (plain text for `status`, `availability` and label topics). Times are RFC 3339,
UTC, with milliseconds. Scores have 4 digits. Numbers are finite: JSON has no NaN, so a record that holds one is
refused with PublishError before it can reach the spool or the broker.
"""

from collections.abc import Mapping

from edgeclassify.contract import bodies, responses
from edgeclassify.contract.bodies.base import Body
from edgeclassify.contract.encoding import finite
from edgeclassify.contract.topics import Topics
from edgeclassify.health import Health
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import Condition, Event, NodeInfo, Option, OptionValue, Prediction, Response, ViewState
from edgeclassify.types.limits import NO_PROFILE

ONLINE, OFFLINE = b"online", b"offline"
ON, OFF = b"ON", b"OFF"
NOT_KNOWN = b"None"
"""In place of ON and OFF where nobody can tell. Home Assistant takes it as unknown."""
JSON, TEXT, JPEG = "application/json", "text/plain", "image/jpeg"
RESULT_EXPIRY_S = 10
"""A raw result says nothing about a later moment, so an MQTT 5 broker may drop it after this long. Nothing else
but answers expires: events must arrive however late, and retained messages describe now until the next one."""
PROBE_EXPIRY_S = 60
"""A trial that is broken off leaves nothing behind at a broker of MQTT 5."""
RESPONSE_EXPIRY_S = 300
"""Nobody waits longer for an answer."""


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message. `content_type` and `expiry_s` (seconds; None: never) exist in MQTT 5 only."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    content_type: str = JSON
    expiry_s: int | None = None


def status_message(topics: Topics, online: bool) -> Message:
    """Whether the daemon is connected; `online=False` is also the will."""
    return Message(topics.status, ONLINE if online else OFFLINE, qos=1, retain=True, content_type=TEXT)


def info_message(topics: Topics, info: NodeInfo) -> Message:
    """What runs on the node."""
    return _json(topics.info, bodies.Info.of(info), retain=True)


def health_message(topics: Topics, health: Health) -> Message:
    """Figures of the running daemon; null where the machine can't tell."""
    return _json(topics.health, bodies.Health.of(health), retain=True)


def availability_message(topics: Topics, view: str, online: bool) -> Message:
    """Whether the view's camera delivers frames."""
    payload = ONLINE if online else OFFLINE
    return Message(topics.availability(view), payload, qos=1, retain=True, content_type=TEXT)


def condition_message(topics: Topics, view: str, condition: Condition) -> Message:
    """Whether the view's camera shows what the view was set up for."""
    return _json(topics.problems(view), bodies.Problems.of(condition), retain=True)


def state_message(topics: Topics, state: ViewState) -> Message:
    """What the view shows now."""
    return _json(topics.state(state.view), bodies.State.of(state), retain=True)


def label_messages(topics: Topics, state: ViewState, slugs: Mapping[str, str]) -> list[Message]:
    """ON for the listed label that the view shows, OFF for the others; None for all where the state is not known.

    `slugs`: listed label → topic level.
    """
    if not state.known:
        return unknown_label_messages(topics, state.view, slugs)
    return [
        _text(topics.label(state.view, name), ON if state.label == label else OFF) for label, name in slugs.items()
    ]


def unknown_label_messages(topics: Topics, view: str, slugs: Mapping[str, str]) -> list[Message]:
    """Nobody can tell which of its labels the view shows."""
    return [_text(topics.label(view, name), NOT_KNOWN) for name in slugs.values()]


def event_message(topics: Topics, event: Event) -> Message:
    """A label entered or left."""
    return _json(topics.event(event.view), bodies.Event.of(event), retain=False)


def stored_event_message(topics: Topics, view: str, body: bytes, *, historical: bool) -> Message:
    """An event from the body that event_message() gave it. `historical`: it could not be sent when it happened."""
    if historical:
        return Message(topics.history(view), bodies.HistoricalEvent.of_stored(body), qos=1, retain=False)
    return Message(topics.event(view), body, qos=1, retain=False)


def result_message(topics: Topics, view: str, prediction: Prediction) -> Message:
    """The raw prediction of one frame."""
    result = bodies.Result.of(prediction)
    return _json(topics.result(view), result, retain=False, qos=0, expiry_s=RESULT_EXPIRY_S)


def option_message(topics: Topics, view: str, option: Option, value: OptionValue) -> Message:
    """What an option of a view is set to: ON or OFF, or a number with at most 4 digits after the point."""
    if isinstance(value, bool):
        text = ON if value else OFF
    else:
        text = f"{round(finite(value, option), 4):.10g}".encode()
    return Message(topics.option(view, option), text, qos=1, retain=True, content_type=TEXT)


def snooze_message(topics: Topics, view: str, until: float | None) -> Message:
    """Until when (seconds since the epoch) the view is left alone; None: it is not."""
    return _json(topics.snooze(view), bodies.Snooze.of(until), retain=True)


def profile_message(topics: Topics, profile: str | None) -> Message:
    """Which profile is on; None: none is."""
    return _text(topics.profile, (NO_PROFILE if profile is None else profile).encode())


def snapshot_message(topics: Topics, view: str, jpeg: bytes) -> Message:
    """The newest snapshot of a view."""
    return Message(topics.snapshot(view), jpeg, qos=0, retain=True, content_type=JPEG)


def response_message(topics: Topics, response: Response) -> Message:
    """The answer to a request. Raises PublishError where its data can't be written as JSON."""
    body = responses.Answer.of(response)
    return _json(topics.response(response.command), body, retain=False, expiry_s=RESPONSE_EXPIRY_S)


def probe_message(topics: Topics, mark: str) -> Message:
    """What is kept for a moment, to see whether it is given to who subscribes late. `mark`: hexadecimal digits."""
    return Message(topics.probe, mark.encode(), qos=1, retain=True, content_type=TEXT, expiry_s=PROBE_EXPIRY_S)


def removed(topic: str) -> Message:
    """An empty retained message: it removes what the broker keeps of a topic."""
    return Message(topic, b"", qos=1, retain=True)


def same_situation(one: ViewState, other: ViewState) -> bool:
    """True where both say the same apart from the moment's scores: the second is a heartbeat, not a change."""
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("label", "since", "seq", "event_id", "model", "known", "problems", "day", "clock")
    )


def _text(topic: str, payload: bytes) -> Message:
    return Message(topic, payload, qos=1, retain=True, content_type=TEXT)


def _json(topic: str, body: Body, *, retain: bool, qos: int = 1, expiry_s: int | None = None) -> Message:
    return Message(topic, body.encode(topic), qos, retain, JSON, expiry_s)
