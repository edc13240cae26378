"""Bodies made smaller for a broker that takes small packets only: what matters most arrives.

Each kind of message has an order in which parts are left out, the least important first; what is left still is
what the contract says. A body that has no such parts, or does not fit without them, is not sent.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from edgeclassify.contract.outgoing import JSON, Message
from edgeclassify.publish.mqtt.session.packet_size import packet_bytes

_Body = dict[str, Any]
_Step = Callable[[_Body], None]
_ERROR_CHARACTERS = 60
_WHY_LAST = ("reason", "by", "from", "duration_s")
"""What of `why` stays longest, the most important first."""
_WHY_FIRST = "best"
_COMPONENTS_LAST = ("connected", "label", "on", "event", "enabled")
"""Home Assistant's entities that stay longest, by the end of their id."""


def shortened(message: Message, limit: int, *, mqtt5: bool) -> Message | None:
    """The message, or as much of it as makes a packet of at most `limit` bytes; None where nothing does."""
    excess = packet_bytes(message, mqtt5=mqtt5) - limit
    if excess <= 0:
        return message
    steps_of = _STEPS.get(_kind(message))
    if steps_of is None or message.content_type != JSON or not message.payload:
        return None
    room, body = len(message.payload) - excess, message.payload
    try:
        steps = list(steps_of(json.loads(body)))
    except (ValueError, LookupError, TypeError):
        return None  # none of ours
    # Each step makes it smaller: the first one that is enough is found by halving.
    low, high = 1, len(steps)
    if not steps or len(_after(body, steps)) > room:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if len(_after(body, steps[:middle])) <= room else (middle + 1, high)
    return replace(message, payload=_after(body, steps[:low]))


def _kind(message: Message) -> str:
    *_, before, last = ("", *message.topic.split("/"))
    return "response" if before == "response" else last


def _after(body: bytes, steps: list[_Step]) -> bytes:
    found = json.loads(body)
    for step in steps:
        step(found)
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _shorter_list(key: str) -> Callable[[_Body], Iterator[_Step]]:
    """The last entry, then the one before it, until none is left."""
    return lambda body: (lambda found: found[key].pop() for _ in body[key])


def _without(table: str, keys: list[str]) -> Iterator[_Step]:
    for key in keys:
        yield lambda body, key=key: body[table].pop(key, None)  # type: ignore[misc]


def _event(body: _Body) -> Iterator[_Step]:
    """The best labels first, then figures, then what happened to it; never what, when and which."""
    why = body["why"]
    last = [key for key in reversed(_WHY_LAST) if key in why]
    figures = sorted((key for key in why if key not in last), key=lambda key: key != _WHY_FIRST)
    return _without("why", figures + last)


def _state(body: _Body) -> Iterator[_Step]:
    """The best labels, what has not happened yet, the day's counts; never what it shows, and if it is sound."""
    yield from _shorter_list("top")(body)
    for key in [key for key in ("candidate", "raw_score", "today") if key in body]:
        yield lambda body, key=key: body.pop(key, None)  # type: ignore[misc]


def _health(body: _Body) -> Iterator[_Step]:
    """Long errors, then cameras that work, then the others; never the node's own figures."""
    names = [camera["name"] for camera in sorted(body["cameras"], key=lambda one: one.get("error") is not None)]
    yield _short_errors
    for name in names:
        yield lambda body, name=name: _drop_camera(body, name)  # type: ignore[misc]


def _short_errors(body: _Body) -> None:
    for camera in body["cameras"]:
        if camera.get("error"):
            camera["error"] = camera["error"][:_ERROR_CHARACTERS]


def _drop_camera(body: _Body, name: str) -> None:
    body["cameras"] = [camera for camera in body["cameras"] if camera["name"] != name]


def _info(body: _Body) -> Iterator[_Step]:
    yield from _shorter_list("models")(body)
    yield from _shorter_list("views")(body)


def _discovery(body: _Body) -> Iterator[_Step]:
    """The node's figures first, what a view shows last. (What is left out stays as Home Assistant knows it.)"""
    names = list(body["components"])

    def weight(name: str) -> tuple[int, int]:
        end = name.replace("/", ".").rpartition(".")[2]
        kept = len(_COMPONENTS_LAST) - _COMPONENTS_LAST.index(end) if end in _COMPONENTS_LAST else 0
        return (0 if name.startswith("health.") else 1 + kept), -names.index(name)

    return _without("components", sorted(names, key=weight)[:-1])


def _response(body: _Body) -> Iterator[_Step]:
    """Of the history fewer events, the last first; else an answer that says that it has no room."""
    for _ in body["data"].get("events", [])[1:]:
        yield _without_last_event

    def refuse(found: _Body) -> None:
        text = found["error"] or "the answer is larger than the broker takes"
        found.update({"status": "error", "data": {}, "error": text[:_ERROR_CHARACTERS]})

    yield refuse


def _without_last_event(body: _Body) -> None:
    body["data"]["events"].pop()
    body["data"]["more"] = True


_STEPS: Mapping[str, Callable[[_Body], Iterator[_Step]]] = {
    "state": _state,
    "result": _shorter_list("top"),
    "event": _event,
    "history": _event,
    "health": _health,
    "info": _info,
    "config": _discovery,
    "response": _response,
}
