"""What a draft changes, in lines for people: each key with its value now and before."""

import json
from collections.abc import Iterator
from typing import Any

from edgeclassify.documents.toml import parse_toml
from edgeclassify.redaction import redacted_source, redacted_value
from edgeclassify.setup.draft import Draft

_MISSING = object()


def changed_lines(draft: Draft) -> list[str]:
    """A line for each key that is another one; a file that says nothing yet counts as empty."""
    before = {} if draft.is_fresh or draft.before is None else dict(_flat(parse_toml(draft.before.text)))
    after = dict(_flat(draft.document))
    return [*_set(before, after), *(f"{key}: taken away" for key in before if key not in after)]


def _set(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for key, value in after.items():
        old = before.get(key, _MISSING)
        if old != value:
            yield f"{key} = {_shown(key, value)}" + ("" if old is _MISSING else f"   (was {_shown(key, old)})")


def _flat(table: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Keys joined by dots; tables of a list by their names."""
    for key, value in table.items():
        if isinstance(value, dict) and (value or not above):
            yield from _flat(value, f"{above}{key}.")
        elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            for number, one in enumerate(value):
                yield from _flat(one, f"{above}{key}.{one.get('name', number)}.")
        else:
            yield f"{above}{key}", value


def _shown(key: str, value: Any) -> str:
    if isinstance(value, str):
        value = redacted_source(value) if key.endswith(".source") else redacted_value(value)
    return json.dumps(value, ensure_ascii=False, default=str)
