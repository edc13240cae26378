"""Records as lines of JSON, and read again: each a list, whose first item says which one it is."""

import json
from collections.abc import Callable, Hashable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

from pydantic import TypeAdapter

from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.interface import (
    Closed,
    GapBegan,
    Happening,
    Header,
    Input,
    LiveEvent,
    Lost,
    Record,
    RulesChanged,
    Seen,
    StillSeen,
    TakenUp,
    TimePassed,
    ViewBegins,
    ViewFacts,
    WatchingEnded,
)
from edgeclassify.recording.scores import KeptScores
from edgeclassify.types import EventType, Moment, OpenOccurrence, Reason, Surroundings

FORMAT = "edgeclassify recording"
VERSION = 1
UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError)
"""What the reading of a damaged line raises."""

_T = TypeVar("_T")


class OtherVersionError(ValueError):
    """The line is of a format that this version does not know. The text says which."""


def header_line(header: Header) -> bytes:
    """The first line of a file."""
    content = {
        FORMAT: VERSION,
        "version": header.version,
        "node": header.node,
        "started": header.started,
    }
    return _line(content)


def read_header(line: bytes) -> Header:
    """Raises OtherVersionError, or one of UNREADABLE for what is no recording."""
    content = json.loads(line)
    if content[FORMAT] != VERSION:
        raise OtherVersionError(str(content[FORMAT]))
    return Header(str(content["version"]), str(content["node"]), float(content["started"]))


def record_line(record: Record) -> bytes:
    """Any other line."""
    if isinstance(record, Input):
        return _line(_input(record))
    if isinstance(record, ViewBegins):
        return _line(
            [
                "view", record.number, plain(ViewFacts, record.facts), plain(Rules, record.rules), record.memory,
                None if record.open is None else plain(OpenOccurrence, record.open),
            ]
        )  # fmt: skip
    if isinstance(record, Lost):
        return _line(["lost", record.inputs])
    return _line(["closed", record.reason])


def read_record(line: bytes) -> Record:
    """Raises one of UNREADABLE."""
    word, *rest = json.loads(line)
    if word == "view":
        number, facts, rules, memory, kept = rest
        occurrence = None if kept is None else taken(OpenOccurrence, kept)
        return ViewBegins(int(number), taken(ViewFacts, facts), taken(Rules, rules), memory, occurrence)
    if word == "lost":
        return Lost(int(rest[0]))
    if word == "closed":
        return Closed(str(rest[0]))
    number, *values, events = rest
    return Input(int(number), _READ[word](*values), tuple(_event(*one) for one in events))


def plain(kind: type[_T], value: _T) -> dict[str, Any]:
    """A dataclass in JSON's types, without what is as it is by default."""
    return {
        name: adapter.dump_python(getattr(value, name), mode="json", exclude_defaults=True)
        for name, (adapter, default) in _fields(cast(Hashable, kind)).items()
        if getattr(value, name) != default
    }


def taken(kind: type[_T], content: dict[str, Any]) -> _T:
    """The dataclass again. Raises ValueError, TypeError, KeyError or AttributeError."""
    known = _fields(cast(Hashable, kind))
    return kind(**{name: known[name][0].validate_python(one) for name, one in content.items()})


@cache
def _fields(kind: Hashable) -> dict[str, tuple[TypeAdapter[Any], Any]]:
    """What a dataclass is made of: how each field is written, and its default."""
    hints = get_type_hints(kind)
    return {one.name: (TypeAdapter(hints[one.name]), one.default) for one in fields(cast(Any, kind)) if one.init}


def _line(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"


def _input(record: Input) -> list[Any]:
    word, values = _written(record.what)
    return [word, record.number, *values, [[one.event_type, one.label, one.id] for one in record.events]]


def _written(what: Happening) -> tuple[str, list[Any]]:
    """The word for it, and its values, which `_READ` takes."""
    match what:
        case Seen():
            around = plain(Surroundings, what.surroundings)
            return "see", [what.ns, what.at, what.scores.written(), what.scene_ns, what.origin, around]
        case StillSeen():
            return "still", [what.now.ns, what.now.at, plain(Surroundings, what.surroundings)]
        case TimePassed():
            return "time", [what.now.ns, what.now.at]
        case GapBegan():
            return "gap", [what.now.ns, what.now.at, what.reason]
        case WatchingEnded():
            return "end", [what.now.ns, what.now.at, what.reason]
        case RulesChanged():
            return "rules", [plain(Rules, what.rules)]
        case TakenUp():
            return "resume", [what.now.ns, what.now.at, plain(OpenOccurrence, what.kept)]


def _event(event_type: str, label: str, number: str) -> LiveEvent:
    return LiveEvent(EventType(event_type), str(label), str(number))


def _moment(ns: Any, at: Any) -> Moment:
    if not isinstance(ns, int):
        raise TypeError("no time")
    return Moment(ns, float(at))


def _seen(ns: Any, at: Any, scores: Any, scene_ns: Any, origin: Any, around: Any) -> Seen:
    now = _moment(ns, at)
    scene = None if scene_ns is None else int(scene_ns)
    return Seen(now.ns, now.at, KeptScores.read(scores), scene, origin, taken(Surroundings, around))


_READ: dict[str, Callable[..., Happening]] = {
    "see": _seen,
    "still": lambda ns, at, around: StillSeen(_moment(ns, at), taken(Surroundings, around)),
    "time": lambda ns, at: TimePassed(_moment(ns, at)),
    "gap": lambda ns, at, reason: GapBegan(_moment(ns, at), Reason(reason)),
    "end": lambda ns, at, reason: WatchingEnded(_moment(ns, at), Reason(reason)),
    "rules": lambda rules: RulesChanged(taken(Rules, rules)),
    "resume": lambda ns, at, kept: TakenUp(taken(OpenOccurrence, kept), _moment(ns, at)),
}
