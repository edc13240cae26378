"""Why a request can't be obeyed, in the words that its sender is told.

What was found comes from a stranger: it is shown shortened and escaped.
"""

from collections.abc import Sequence
from typing import Any

from edgeclassify.suggestions import did_you_mean

_SHOWN, _LISTED, _GUESSED = 40, 20, 64


class RequestError(ValueError):
    """A request that can't be obeyed; the message is what its sender is told."""


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


def hint(word: Any, words: Sequence[str]) -> str:
    """The word that was probably meant, as a further sentence; nothing where there is none near."""
    found = did_you_mean(word[:_GUESSED], words) if isinstance(word, str) else ""
    return f". {found}" if found else ""
