"""Topics and bodies of the MQTT contract, version 1: pure functions from records to messages.

Bodies are compact JSON in UTF-8 (plain text for `status`, `availability` and label topics). Times are RFC 3339,
UTC, with milliseconds. Scores have 4 digits. Numbers are finite: JSON has no NaN, so a record that holds one is
refused with PublishError before it can reach the spool or the broker.
"""

import hashlib
import json
import math
import numbers
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from edgeclassify.errors import PublishError
from edgeclassify.redaction import scrubbed
from edgeclassify.types import Event, Health, NodeInfo, Option, OptionValue, Prediction, Response, ViewState

CONTRACT_VERSION = 1
ONLINE, OFFLINE = b"online", b"offline"
ON, OFF = b"ON", b"OFF"
NOT_KNOWN = b"None"
"""In place of ON and OFF where nobody can tell. Home Assistant takes it as unknown."""
JSON, TEXT, JPEG = "application/json", "text/plain", "image/jpeg"
RESULT_TOP = 5
"""Labels that a raw result lists."""
RESULT_EXPIRY_S = 10
"""A raw result says nothing about a later moment, so an MQTT 5 broker may drop it after this long. Nothing else
but answers expires: events must arrive however late, and retained messages describe now until the next one."""
RESPONSE_EXPIRY_S = 300
"""Nobody waits longer for an answer."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SLUG_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message. `content_type` and `expiry_s` (seconds; None: never) exist in MQTT 5 only."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    content_type: str = JSON
    expiry_s: int | None = None


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one node: everything is below `<prefix>/<node>`."""

    prefix: str
    node: str

    @property
    def base(self) -> str:
        """`<prefix>/<node>`."""
        return f"{self.prefix}/{self.node}"

    @property
    def status(self) -> str:
        """Is the daemon connected (and the topic of the will)."""
        return f"{self.base}/status"

    @property
    def info(self) -> str:
        """What runs on the node."""
        return f"{self.base}/info"

    @property
    def health(self) -> str:
        """Figures of the running daemon."""
        return f"{self.base}/health"

    def availability(self, view: str) -> str:
        """Does the view's camera deliver frames."""
        return f"{self.base}/{view}/availability"

    def state(self, view: str) -> str:
        """What the view shows now."""
        return f"{self.base}/{view}/state"

    def event(self, view: str) -> str:
        """Events as they happen."""
        return f"{self.base}/{view}/event"

    def history(self, view: str) -> str:
        """Events that could not be sent when they happened."""
        return f"{self.base}/{view}/history"

    def result(self, view: str) -> str:
        """Raw predictions."""
        return f"{self.base}/{view}/result"

    def label(self, view: str, label_slug: str) -> str:
        """ON/OFF of one listed label."""
        return f"{self.base}/{view}/label/{label_slug}"

    def snapshot(self, view: str) -> str:
        """The newest picture behind an event."""
        return f"{self.base}/{view}/snapshot"

    def option(self, view: str, option: Option) -> str:
        """What an option of a view is set to."""
        return f"{self.base}/{view}/{option}/state"

    def option_set(self, view: str, option: Option) -> str:
        """Sets an option of a view."""
        return f"{self.base}/{view}/{option}/set"

    def request(self, command: str) -> str:
        """Asks for something."""
        return f"{self.base}/request/{command}"

    def response(self, command: str) -> str:
        """Replies a request."""
        return f"{self.base}/response/{command}"


def slug(label: str) -> str:
    """`label` as a topic level: lower-case ASCII letters, digits and "_", at most 64 characters.

    Accents are folded ("Schön" is "schon"). A label of which letters would be lost ("猫") or cut off keeps its
    identity by the first 8 digits of its SHA-256.
    """
    folded = unicodedata.normalize("NFKD", label).lower()
    kept = re.sub(r"[^a-z0-9]+", "_", "".join(c for c in folded if not unicodedata.combining(c))).strip("_")
    lost = any(c.isalnum() and not c.isascii() for c in folded)
    if kept and not lost and len(kept) <= _SLUG_LENGTH:
        return kept
    return _marked(kept or "label", label)


def label_slugs(labels: Iterable[str]) -> dict[str, str]:
    """Each label's slug; labels that would share one ("a b", "A-b") are told apart by their digest."""
    plain = {label: slug(label) for label in labels}
    taken = list(plain.values())
    return {label: name if taken.count(name) == 1 else _marked(name, label) for label, name in plain.items()}


def _marked(name: str, label: str) -> str:
    digest = hashlib.sha256(label.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name[: _SLUG_LENGTH - 9].rstrip('_')}_{digest}"


def rfc3339(seconds: float) -> str:
    """Seconds since the epoch as `2026-11-23T06:54:00.123Z`. Raises PublishError for what is no date."""
    try:
        moment = _EPOCH + timedelta(milliseconds=round(_finite(seconds, "time") * 1000))
    except OverflowError as error:
        raise PublishError(f"time {seconds!r}: expected seconds since 1970 within the years 1 to 9999") from error
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def status_message(topics: Topics, online: bool) -> Message:
    """Is the daemon connected; `online=False` is also the will."""
    return Message(topics.status, ONLINE if online else OFFLINE, qos=1, retain=True, content_type=TEXT)


def info_message(topics: Topics, info: NodeInfo) -> Message:
    """What runs on the node."""
    body = asdict(info) | {"started": rfc3339(info.started)}
    return _json(topics.info, {"v": CONTRACT_VERSION, "contract": CONTRACT_VERSION} | body, retain=True)


def health_message(topics: Topics, health: Health) -> Message:
    """Figures of the running daemon; null where the machine can't tell."""
    return _json(topics.health, {"v": CONTRACT_VERSION} | health_body(health), retain=True)


def health_body(health: Health) -> dict[str, Any]:
    """The figures by name, the time as text."""
    return asdict(health) | {"ts": rfc3339(health.ts)}


def availability_message(topics: Topics, view: str, online: bool) -> Message:
    """Does the view's camera deliver frames."""
    payload = ONLINE if online else OFFLINE
    return Message(topics.availability(view), payload, qos=1, retain=True, content_type=TEXT)


def state_message(topics: Topics, state: ViewState) -> Message:
    """What the view shows now."""
    body = {
        "v": CONTRACT_VERSION,
        "label": state.label,
        "score": _score(state.score),
        "since": rfc3339(state.since),
        "ts": rfc3339(state.ts),
        "seq": state.seq,
        "event_id": state.event_id,
        "top": [{"label": row.label, "score": _score(row.score)} for row in state.top],
        "model": state.model,
    } | _origin(state.origin)
    return _json(topics.state(state.view), body, retain=True)


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
    # What a person looks for stands first: a terminal cuts long lines.
    body: dict[str, Any] = {
        "v": CONTRACT_VERSION,
        "event_type": str(event.event_type),
        "label": event.label,
        "score": _score(event.score),
        "seq": event.seq,
        "id": event.id,
        "ts": rfc3339(event.ts),
        "why": event.why,
    } | _origin(event.origin)
    return _json(topics.event(event.view), body, retain=False)


def result_message(topics: Topics, view: str, prediction: Prediction) -> Message:
    """The raw prediction of one frame."""
    body: dict[str, Any] = {
        "v": CONTRACT_VERSION,
        "ts": rfc3339(prediction.captured_at),
        "frame": prediction.frame_sequence,
        "top": [asdict(row) | {"score": _score(row.score)} for row in prediction.top(RESULT_TOP)],
        "preprocess_ms": prediction.preprocess_ms,
        "invoke_ms": prediction.invoke_ms,
    } | _origin(prediction.origin)
    return _json(topics.result(view), body, retain=False, qos=0, expiry_s=RESULT_EXPIRY_S)


def option_message(topics: Topics, view: str, option: Option, value: OptionValue) -> Message:
    """What an option of a view is set to: ON or OFF, or a number with at most 4 digits after the point."""
    if isinstance(value, bool):
        text = ON if value else OFF
    else:
        text = f"{round(_finite(value, option), 4):.10g}".encode()
    return Message(topics.option(view, option), text, qos=1, retain=True, content_type=TEXT)


def snapshot_message(topics: Topics, view: str, jpeg: bytes) -> Message:
    """The newest picture behind an event."""
    return Message(topics.snapshot(view), jpeg, qos=0, retain=True, content_type=JPEG)


def response_message(topics: Topics, response: Response) -> Message:
    """The answer to a request. Raises PublishError where its data can't be written as JSON."""
    body = {
        "v": CONTRACT_VERSION,
        "transaction": response.transaction,
        "status": "ok" if response.error is None else "error",
        "data": response.data,
        "error": None if response.error is None else scrubbed(response.error),
    }
    return _json(topics.response(response.command), body, retain=False, expiry_s=RESPONSE_EXPIRY_S)


def history_body(event_body: bytes) -> bytes:
    """The body of an event that could not be sent when it happened, from the one that it has live."""
    return event_body[:-1] + b',"historical":true}'


def removed(topic: str) -> Message:
    """An empty retained message: it removes what the broker keeps of a topic."""
    return Message(topic, b"", qos=1, retain=True)


def same_situation(one: ViewState, other: ViewState) -> bool:
    """Do both say the same apart from the moment's scores? Then the second is a heartbeat, not a change."""
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("label", "since", "seq", "event_id", "model", "known")
    )


def _text(topic: str, payload: bytes) -> Message:
    return Message(topic, payload, qos=1, retain=True, content_type=TEXT)


def _json(
    topic: str, body: Mapping[str, Any], *, retain: bool, qos: int = 1, expiry_s: int | None = None
) -> Message:
    text = json.dumps(_plain(body, topic), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # A lone surrogate (a file name that is no UTF-8) has no UTF-8 form: it becomes "?" rather than an error.
    return Message(topic, text.encode("utf-8", "replace"), qos, retain, JSON, expiry_s)


def _plain(value: Any, where: str) -> Any:
    """`value` in JSON's own types: numpy scalars become numbers, reals have 4 digits and are finite."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{where} {key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, where) for item in value]
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return round(_finite(float(value), where), 4)
    raise PublishError(f"{where}: expected text, a number, a list or a table, found {type(value).__name__}")


def _origin(origin: str | None) -> dict[str, str]:
    return {} if origin is None else {"origin": origin}


def _score(score: float) -> float:
    return round(_finite(float(score), "score"), 4)


def _finite(number: float, where: str) -> float:
    if not math.isfinite(number):
        raise PublishError(f"{where}: expected a finite number, found {number}. JSON can't carry it.")
    return number
