"""What a request says: the body of one checked against its command, and the plain text of an option topic.

Whatever is wrong is a RequestError with one sentence: the key, what was expected, what was found. What was found
comes from a stranger: it is shown shortened and escaped.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import Asker, Command, Option, OptionValue, Request

MAX_BYTES = 4096
"""Of a request's payload; the longest one that makes sense has 300."""
MAX_TRANSACTION = 64
"""Characters of a transaction that is text."""
MAX_INTERVAL_S = 86_400.0 * 7
_MAX_OPTION_BYTES = 32
_MAX_INTEGER = 2**63
_SHOWN, _LISTED = 40, 20
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_SWITCH = {"ON": True, "OFF": False}

Transaction = str | int | None
Body = Mapping[str, Any]


class RequestError(ValueError):
    """A request that can't be obeyed; the message is what its sender is told."""


def body_of(payload: bytes) -> Body:
    """The JSON object in `payload`, nothing for an empty one. Raises RequestError."""
    if len(payload) > MAX_BYTES:
        raise RequestError(f"payload: expected at most {MAX_BYTES} bytes, found {len(payload)}")
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestError(f"payload: expected UTF-8 text, found byte {payload[error.start]:#04x}") from error
    if not text.strip():
        return {}
    try:
        body = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise RequestError(f"payload: expected a JSON object: {error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise RequestError("payload: expected a flat JSON object, found one nested too deeply") from error
    if not isinstance(body, dict):
        raise RequestError(f"payload: expected a JSON object, found {shown(body)}")
    return body


def transaction_of(body: Body) -> Transaction:
    """What the sender wants to see in the answer. Raises RequestError."""
    value = body.get("transaction")
    if value is None or (isinstance(value, str) and len(value) <= MAX_TRANSACTION):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and -_MAX_INTEGER <= value < _MAX_INTEGER:
        return value
    expected = f"text of at most {MAX_TRANSACTION} characters or an integer of 64 bits"
    raise RequestError(f"transaction: expected {expected}, found {shown(value)}")


def request_of(command: Command, body: Body, views: Sequence[str], asker: Asker) -> Request:
    """The body of a command as a Request of the asker. Raises RequestError."""
    allowed = ("transaction", *_KEYS.get(command, ()))
    for key in body:
        if key not in allowed:
            hint = _hint(key, allowed)
            raise RequestError(f"{shown(key)}: {command} has no such key, expected {', '.join(allowed)}{hint}")
    transaction = transaction_of(body)
    view = _view(command, body.get("view"), views) if "view" in allowed else None
    if command is not Command.SET:
        return Request(command, transaction, view, asker=asker)
    option = Option(_choice("option", body.get("option"), list(Option)))
    return Request(command, transaction, view, option, _value(option, body.get("value")), asker=asker)


def option_request(view: str, option: Option, payload: bytes, asker: Asker) -> Request:
    """The plain text of an option topic as a Request of the asker. Raises RequestError."""
    text = payload[: _MAX_OPTION_BYTES + 1].decode("utf-8", "replace").strip()
    value: Any = text
    if len(payload) <= _MAX_OPTION_BYTES and option is not Option.ENABLED and _NUMBER.fullmatch(text):
        value = float(text)
    return Request(Command.SET, None, view, option, _value(option, value), asker=asker)


def choices(words: Sequence[str]) -> str:
    """The words in a row; of very many the first."""
    return ", ".join(words[:_LISTED]) + (", …" if len(words) > _LISTED else "")


def shown(value: Any) -> str:
    """What was found: short, and without control characters."""
    if isinstance(value, bool) or value is None:
        return "null" if value is None else str(value).lower()
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} with {len(value)} entries"
    text = ascii(value[: _SHOWN + 1] if isinstance(value, str) else value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


_KEYS: Mapping[Command, tuple[str, ...]] = {
    Command.SNAPSHOT: ("view",),
    Command.CLASSIFY_NOW: ("view",),
    Command.PAUSE: ("view",),
    Command.RESUME: ("view",),
    Command.SET: ("view", "option", "value"),
}


def _view(command: Command, value: Any, views: Sequence[str]) -> str | None:
    """The view that is meant; None: all. Where there is one only, it need not be named."""
    if value is None and command in (Command.PAUSE, Command.RESUME):
        return None
    if value is None and len(views) == 1:
        return views[0]
    return _choice("view", value, views)


def _choice(key: str, value: Any, words: Sequence[str]) -> str:
    if isinstance(value, str) and value in words:
        return value
    hint = _hint(value, words) if isinstance(value, str) else ""
    raise RequestError(f"{key}: expected one of {choices(words)}, found {shown(value)}{hint}")


def _hint(word: str, words: Sequence[str]) -> str:
    found = did_you_mean(word[:MAX_TRANSACTION], words)
    return f". {found}" if found else ""


def _switch(value: Any) -> bool | None:
    if isinstance(value, str):
        return _SWITCH.get(value)
    return value if isinstance(value, bool) else None


def _number(most: float) -> Callable[[Any], float | None]:
    def number(value: Any) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            return None  # a NaN is in no range
        # -0 is in every range, and the option's topic would show it.
        return float(value) if math.copysign(1.0, value) > 0 else None

    return number


_VALUES: Mapping[Option, tuple[Callable[[Any], OptionValue | None], str]] = {
    Option.ENABLED: (_switch, "true or false, ON or OFF"),
    Option.THRESHOLD: (_number(1.0), "a number of 0 to 1"),
    Option.INTERVAL: (_number(MAX_INTERVAL_S), f"seconds of 0 to {MAX_INTERVAL_S:g}"),
}


def _value(option: Option, value: Any) -> OptionValue:
    convert, expected = _VALUES[option]
    converted = convert(value)
    if converted is None:
        raise RequestError(f"value: expected for {option} {expected}, found {shown(value)}")
    return converted


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise RequestError(f"{shown(key)}: expected once, found twice in one object")
        found[key] = value
    return found


def _integer(digits: str) -> int | float:
    return -0.0 if digits == "-0" else int(digits)


def _no_constant(word: str) -> None:
    raise RequestError(f"payload: expected JSON, which has no {word}")
