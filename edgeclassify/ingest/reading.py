"""A message as rows of a database, or why it is none.

What a database needs is asked for; keys and kinds of events of later versions are taken as they are.
"""

import json
import re
import sys
from datetime import UTC, datetime
from typing import Any

from edgeclassify.contract.bodies.base import CONTRACT_VERSION
from edgeclassify.contract.channels import Match, match_topic
from edgeclassify.contract.outgoing import OFFLINE, ONLINE
from edgeclassify.ingest.interface import EventRow, FiguresRow, Message, PresenceRow, RefusedRow, Row

LARGEST = 2**63 - 1
_PRESENCE = {ONLINE: True, OFFLINE: False, b"": None}
_COLUMNS = ("v", "event_type", "label", "score", "seq", "id", "ts", "historical")
_LONGEST = 256
"""Characters of a name, a label or an id."""
_SHOWN = 60
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""JSON's escape of it, behind an even number of backslashes."""


class RefusedError(Exception):
    """The message can't be taken over; says what was expected and found."""


def row_of(message: Message, prefix: str) -> Row | None:
    """The row of a message below `prefix`; None: it has nothing to keep."""
    match = match_topic(prefix, message.topic)
    try:
        if match is None:
            raise RefusedError("topic: expected one of the contract, found this one")
        return _row(match, message)
    except RefusedError as error:
        node = message.topic[len(prefix) + 1 :].split("/")[0][:_LONGEST]
        return RefusedRow(node, message.topic, message.payload, str(error), message.received_at)


def _row(match: Match, message: Message) -> Row | None:
    kind = match.channel.name
    if kind in ("status", "availability"):
        if message.payload not in _PRESENCE:
            raise RefusedError(
                f"expected {ONLINE.decode()} or {OFFLINE.decode()}, found {_shown(message.payload)}"
            )
        online = _PRESENCE[message.payload]
        return PresenceRow(match.node, match.view, online, message.kept, message.received_at)
    if kind in ("info", "health"):
        if not message.payload:
            return None
        text = _written(_object(message.payload), kind)
        return FiguresRow(match.node, kind, text, message.received_at)
    if kind in ("event", "history"):
        return _event(match, message, _object(message.payload), live=kind == "event")
    return None


def _event(match: Match, message: Message, body: dict[str, Any], *, live: bool) -> EventRow:
    if body.get("v") != CONTRACT_VERSION:
        raise RefusedError(
            f"v: expected {CONTRACT_VERSION}, found {_shown(body.get('v'))}: is edgeclassify older here?"
        )
    return EventRow(
        match.node,
        _number(body),
        _text(body, "id"),
        match.view,
        _text(body, "event_type"),
        _text(body, "label"),
        _score(body),
        _moment(body),
        _written({key: value for key, value in body.items() if key not in _COLUMNS}, "event"),
        live,
        message.received_at,
    )


def _object(payload: bytes) -> dict[str, Any]:
    try:
        body = json.loads(payload.decode("utf-8"), parse_constant=_no_constant, parse_int=_whole)
    except (ValueError, RecursionError):
        raise RefusedError(f"expected JSON in UTF-8, found {_shown(payload)}") from None
    if not isinstance(body, dict):
        raise RefusedError(f"expected an object, found {_shown(payload)}")
    return body


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _whole(text: str) -> float:
    """One that no database keeps as a number is taken for what it is to all else: without end."""
    number = int(text)
    return number if abs(number) <= sys.float_info.max else float(text)


def _text(body: dict[str, Any], key: str) -> str:
    text = body.get(key)
    if not isinstance(text, str) or not 0 < len(text) <= _LONGEST:
        raise RefusedError(f"{key}: expected text of 1 to {_LONGEST} characters, found {_shown(text)}")
    _check_text(text, key)
    return text


def _check_text(text: str, key: str) -> None:
    if "\0" in text:
        raise RefusedError(f"{key}: expected text without U+0000, which a database can't keep, found one")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RefusedError(f"{key}: expected text, found half a character (a lone surrogate)") from None


def _number(body: dict[str, Any]) -> int:
    seq = body.get("seq")
    if type(seq) is not int or not 1 <= seq <= LARGEST:
        raise RefusedError(f"seq: expected a whole number from 1 on, found {_shown(seq)}")
    return seq


def _score(body: dict[str, Any]) -> float:
    score: Any = body.get("score")
    if type(score) not in (int, float) or not 0 <= score <= 1:
        raise RefusedError(f"score: expected a number of 0 to 1, found {_shown(score)}")
    return float(score)


def _moment(body: dict[str, Any]) -> float:
    ts: Any = body.get("ts")
    try:
        moment = datetime.fromisoformat(ts)
        if moment.tzinfo is None:
            raise ValueError(ts)
        seconds = moment.astimezone(UTC).timestamp()
    except (TypeError, ValueError, OverflowError):
        raise RefusedError(f"ts: expected a time as 2026-11-23T06:54:00.123Z, found {_shown(ts)}") from None
    return seconds


def _written(body: dict[str, Any], where: str) -> str:
    """As JSON that a database can read: it knows no U+0000, no numbers without end."""
    try:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    except (ValueError, RecursionError):
        raise RefusedError(f"{where}: expected finite numbers, and not too many levels, found others") from None
    if _NUL.search(text) is not None:
        raise RefusedError(f"{where}: expected text without U+0000, which a database can't keep, found one")
    _check_text(text, where)
    return text


def _shown(found: object) -> str:
    if found is None:
        return "nothing"
    text = repr(found)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
