"""A payload's values, taken over as far as they are what they should be.

Nothing is believed, and no more is asked for than is shown: a node of another version may say more or less than
this version's contract, so that its classes would be too strict (`watch --check` judges by them; `event_of` takes
the keys that they know). What can't be read is one of UNREADABLE.
"""

import json
from itertools import islice
from typing import Any

from edgeclassify.contract import bodies, encoding
from edgeclassify.contract.outgoing import OFFLINE, ONLINE
from edgeclassify.files import FolderCondition
from edgeclassify.late_model import ValidationError, pydantic_class
from edgeclassify.publish.mqtt.probing.findings import lacks_in
from edgeclassify.types import Event
from edgeclassify.watch.interface import Arrival
from edgeclassify.watch.records import WatchedNode

assert pydantic_class, "loaded before pip can put another version under a watch that has run for long"

UNREADABLE = (ValueError, TypeError, KeyError, RecursionError, OverflowError)
_PRESENCE = {ONLINE: True, OFFLINE: False}


def note_heard(node: WatchedNode, ts: Any, arrival: Arrival) -> None:
    """A message that the broker had kept shows that the node lived when it was written, not now."""
    written_at = seconds_of(ts)
    if arrival.kept and written_at is not None:
        node.heard_at = max(node.heard_at or 0.0, min(written_at, arrival.received_at))


def note_health(node: WatchedNode, body: dict[str, Any]) -> None:
    """The figures that are shown."""
    node.fps = _number(body.get("fps"))
    node.inference_ms = _number(body.get("inference_ms_p50"))
    node.temperature_c = _number(body.get("temperature_c"))
    node.throttled = _flag(body.get("throttled"))
    node.spool_depth = None if body.get("spool_depth") is None else whole_of(body["spool_depth"])
    node.spool_dropped = None if body.get("spool_dropped") is None else whole_of(body["spool_dropped"])
    node.spool_on_disk = _flag(body.get("spool_on_disk"))
    node.state_folder = _condition(body.get("state_folder"))
    node.webhook_connected = _flag(body.get("webhook_connected"))
    node.clock_synchronised = _flag(body.get("clock_synchronised"))
    node.broker_lacks = lacks_in(body.get("broker_lacks")) or ()


def note_info(node: WatchedNode, body: dict[str, Any]) -> None:
    """What runs on it."""
    node.version = text_of(body["version"])
    node.started = seconds_of(body.get("started"))
    node.models = tuple(text_of(model["name"]) for model in body.get("models", [])[:8])


def problems_of(body: dict[str, Any]) -> tuple[str, ...]:
    """What is wrong with the picture of a view's camera, in its node's words, not endless."""
    return tuple(text_of(problem)[:32] for problem in body["problems"][:8])


def event_of(body: dict[str, Any], view: str) -> Event | None:
    """The record of an event's JSON object, late or not; None: it is none.

    Keys of later versions are left out.
    """
    kind = bodies.HistoricalEvent if body.get("historical") else bodies.Event
    names = {field.alias or name for name, field in kind.model_fields.items()}
    try:
        known = json.dumps({key: value for key, value in body.items() if key in names})
        return kind.model_validate_json(known).to_event(view)
    except (ValidationError, ValueError, TypeError, RecursionError):
        return None


def today_of(body: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    """The labels of a state's day with their counts, not endless."""
    today = body.get("today", {})
    if not isinstance(today, dict):
        raise TypeError("no object")
    return tuple((text_of(label), whole_of(counted["count"])) for label, counted in islice(today.items(), 50))


def object_of(arrival: Arrival) -> dict[str, Any]:
    """A JSON object."""
    body = json.loads(arrival.payload)
    if not isinstance(body, dict):
        raise TypeError("no object")
    return body


def presence_of(arrival: Arrival) -> bool:
    """True where it says that something is online."""
    return _PRESENCE[arrival.payload]


def text_of(value: Any) -> str:
    """A text, not endless."""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value[:200]


def whole_of(value: Any) -> int:
    """A whole number as a database could keep it."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise TypeError("no number")
    return value


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _condition(value: Any) -> FolderCondition | None:
    """None, too, for one that a later version has."""
    return FolderCondition(value) if value in list(FolderCondition) else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def seconds_of(value: Any) -> float | None:
    """RFC 3339 → seconds since the epoch."""
    return None if value is None else encoding.seconds_of(text_of(value))
