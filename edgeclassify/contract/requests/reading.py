"""What came from a stranger, as a types.Request. Whatever is wrong is a RequestError with one sentence: the key,
what was expected, what was found."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from edgeclassify import types
from edgeclassify.contract.refusals import RequestError, hint, shown
from edgeclassify.contract.request_payload import Object
from edgeclassify.contract.requests import teaching
from edgeclassify.contract.requests.base import Request, Transaction, ViewRequest, ViewsRequest
from edgeclassify.contract.requests.node import HistoryRequest, PauseRequest, ProfileRequest
from edgeclassify.contract.requests.options import OPTIONS, SetOption
from edgeclassify.late_model import ValidationError
from edgeclassify.types import Asker, Command, Option

_MAX_OPTION_BYTES = 32
_MAX_PROFILE_BYTES = 128
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")

_REQUESTS: Mapping[Command, type[Request]] = {
    Command.SNAPSHOT: ViewRequest,
    Command.CLASSIFY_NOW: ViewRequest,
    Command.PAUSE: PauseRequest,
    Command.RESUME: ViewsRequest,
    Command.HISTORY: HistoryRequest,
    Command.PROFILE: ProfileRequest,
    **teaching.REQUESTS,
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
        raise RequestError(_first_fault(error, kind, body, views)) from error
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
    return OPTIONS.get(option, SetOption) if isinstance(option, str) else SetOption


def _first_fault(error: ValidationError, kind: type[Request], body: Object, views: Sequence[str]) -> str:
    first = error.errors(include_url=False)[0]
    if not first["loc"]:  # keys that don't go together: the class has said it
        return str(first["ctx"]["error"])
    key = str(first["loc"][0])
    return kind.fault(key, body.get(key), views)


def _unicode(body: Object) -> Object:
    """The body without lone surrogates, which pydantic does not take for text: each becomes "?", as in answers."""
    return {
        key: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for key, value in body.items()
    }
