"""An answer that goes on for hours ends with the leave to get it: by a log-out, or another password."""

import time
from collections.abc import Callable

from starlette.types import Message, Send

LOOKS_S = 5.0
"""How often it is looked whether it may go on."""


class NoLongerAllowedError(Exception):
    """Raised into an answer that goes on: its connection ends."""


def while_allowed(send: Send, is_allowed: Callable[[], bool]) -> Send:
    """Send on while it is. Raises NoLongerAllowedError."""
    looked_at = time.monotonic()

    async def send_while_allowed(message: Message) -> None:
        nonlocal looked_at
        now, goes_on = time.monotonic(), message.get("more_body", False)
        if goes_on and now >= looked_at + LOOKS_S:
            looked_at = now
            if not is_allowed():
                raise NoLongerAllowedError
        await send(message)

    return send_while_allowed
