"""What stands in a request's payload: one flat JSON object of a bounded size, from a stranger."""

import json
from collections.abc import Mapping
from typing import Any

from edgeclassify.contract.refusals import RequestError, shown

MAX_BYTES = 4096
"""Of a request's payload; the longest one that makes sense has 300."""

Object = Mapping[str, Any]


def body_of(payload: bytes) -> Object:
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
