"""Server-Sent Events, as https://html.spec.whatwg.org/multipage/server-sent-events.html has them."""

import json
from typing import Any

CONTENT_TYPE = "text/event-stream"
COMMENT = b": still here\n\n"
"""Keeps proxies from taking a quiet stream for a dead one."""
BEGIN = b"retry: 1000\n\n"
"""A browser that has lost us asks again after so many milliseconds."""


def message(boot: str, number: int, kind: str, data: Any) -> bytes:
    """One event. JSON has no raw line breaks: one line holds it. Raises ValueError for what JSON lacks (NaN)."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"id: {boot}-{number}\nevent: {kind}\ndata: {text}\n\n".encode("utf-8", "replace")


def number_after(last: str, boot: str) -> int | None:
    """The number in an id of this run; None: it is of another, or none at all."""
    head, _, number = last.rpartition("-")
    return int(number) if head == boot and number.isascii() and number.isdigit() and len(number) < 16 else None
