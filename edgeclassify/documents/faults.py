"""Faults of a file in the user's words: key, expected, found, and what was probably meant."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Self

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.redaction import (
    may_be_url,
    redacted_source,
    redacted_to_server,
    redacted_value,
    scrubbed,
    without_named_secrets,
)
from edgeclassify.suggestions import did_you_mean

SECRET_KEYS = ("password",)
SHAPES = {
    "size": "[width, height]",
    "roi": "[x, y, width, height]",
    "zoom": "[x, y, width, height]",
    "colour_gains": "[red, blue]",
    "frame_duration_us": "[least, greatest]",
}
"""Lists of a fixed length, as they are written."""
_HOST_AND_PORT = re.compile(r"[\w. -]*(:[0-9]{1,5})?|[0-9a-f:.\[\]%]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """One fault: the key's place in the file, what is expected there, what was found, and a hint."""

    key: str
    expected: str
    found: str
    hint: str = ""

    def __str__(self) -> str:
        """One line for the report."""
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.key}: expected {scrubbed(self.expected)}, found {redacted(self.found)}.{hint}"

    @classmethod
    def choice(cls, key: str, choices: Sequence[str], found: str) -> Self:
        """A fault of a value that must be one of `choices`."""
        expected = f"one of {', '.join(map(redacted_value, choices)) or '(nothing is defined)'}"
        return cls(key, expected, repr(redacted_value(found)), did_you_mean(found, choices))


def listed(names: Iterable[object], most: int = 12) -> str:
    """Names for a message; of very many only the first."""
    there = list(map(str, names))
    more = f" and {len(there) - most} more" if len(there) > most else ""
    return ", ".join(there[:most]) + more


def redacted(text: str) -> str:
    """`text` without what may be user and password in a URL, even a mistyped one.

    From the ":" to the last "@", and what stands behind `password=`.
    """
    return scrubbed(without_named_secrets(re.sub(r":.*@", ":(not shown)@", text, flags=re.DOTALL)))


def report(name: str, faults: Sequence[ConfigFault | str]) -> str:
    """All faults as one message, a line each."""
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return "\n".join([f"{name}: {count}", *(f"  {fault}" for fault in faults)])


def key_of(path: Sequence[int | str]) -> str:
    """The place in a file as it is written: `camera[0].size`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def found_text(path: Sequence[int | str], value: Any) -> str:
    """What stands at that place, for a message: nothing that is or may be secret, at most 80 characters."""
    if any(secret in str(step) for step in path for secret in SECRET_KEYS):
        return "(not shown)"
    if isinstance(value, dict):
        return f"a table with {', '.join(map(str, value)) or 'nothing'}"
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return f"a list of {len(value)} tables or lists"  # what is in them may be secret
    is_host = "host" in path[-1:] or "hosts" in path[-2:-1]
    if is_host and isinstance(value, str) and not _HOST_AND_PORT.fullmatch(value):
        return "a value with more in it (not shown)"
    text = str(value).lower() if isinstance(value, bool) else _quoted(path, value)
    return text if len(text) <= 80 else text[:77] + "…"


def _quoted(path: Sequence[int | str], value: Any) -> str:
    if isinstance(value, str) and path and path[-1] == "url":
        return repr(redacted_to_server(value))
    if isinstance(value, str):
        return repr(redacted_source(value) if path and path[-1] == "source" else redacted_value(value))
    text = redacted(repr(value))
    if path and path[-1] == "source":
        return "a value of another type (not shown)"
    return "a value that may hold a password (not shown)" if may_be_url(text) else text
