"""The orders that there are, made of words on a command line. Each is checked here, before anybody is asked."""

import re
from typing import Any

from edgeclassify.errors import UsageError
from edgeclassify.fleet.order import EACH_VIEW, Order
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import Command, Option

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_SWITCH = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


def set_order(place: str, value: str) -> Order:
    """`place`: OPTION, VIEW.OPTION, or *.OPTION for each view. Raises UsageError."""
    view, point, option = place.rpartition(".")
    if option not in list(Option):
        hint = did_you_mean(option, list(Option))
        raise UsageError(
            f"fleet set: expected {', '.join(Option)}, with VIEW. before it where nodes have several views, "
            f"found {option!r}{f'. {hint}' if hint else ''}"
        )
    if point and not view:
        raise UsageError(f"fleet set: expected the name of a view before the point, found none in {place!r}")
    body: dict[str, Any] = {"option": option, "value": _value(option, value)}
    return _checked(Command.SET, f"set {place} {value}", body, view)


def pause_order(view: str | None, seconds: float | None) -> Order:
    """Leave a view alone, or all: until they are told to go on, or for so long. Raises UsageError."""
    body = {} if seconds is None else {"seconds": seconds}
    said = "" if seconds is None else f" for {seconds:g} s"
    return _checked(Command.PAUSE, f"pause {view or 'all views'}{said}", body, view or "")


def resume_order(view: str | None) -> Order:
    """Classify again. Raises UsageError."""
    return _checked(Command.RESUME, f"resume {view or 'all views'}", {}, view or "")


def profile_order(name: str) -> Order:
    """Switch to a profile, or to none. Raises UsageError."""
    return _checked(Command.PROFILE, f"profile {name}", {"profile": name}, "")


def reload_order() -> Order:
    """Read the config again."""
    return Order(Command.RELOAD, "reload")


def announce_order() -> Order:
    """Say again all that a late subscriber must know."""
    return Order(Command.ANNOUNCE, "announce")


def ping_order() -> Order:
    """Answer."""
    return Order(Command.PING, "ping")


def _checked(command: Command, said: str, body: dict[str, Any], view: str) -> Order:
    each = view == EACH_VIEW
    if view and not each and _NAME.fullmatch(view) is None:
        raise UsageError(f"fleet {command}: view: expected letters, digits, _ and -, found {view!r}")
    order = Order(command, said, {**body, "view": view} if view and not each else body, each_view=each)
    order.check()
    return order


def _value(option: str, text: str) -> Any:
    """As JSON has it; what is no number stays a text, and is refused by the request's own words."""
    if option == Option.ENABLED:
        return _SWITCH.get(text.lower(), text)
    try:
        return float(text)
    except ValueError:
        return text
