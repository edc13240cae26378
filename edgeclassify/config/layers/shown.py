"""A config as it is in the end, a line for each key with the file that says it; nothing that is secret."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edgeclassify.config.layers.layered import INCLUDE, Layered, layered
from edgeclassify.config.layers.merging import NAMED, Place, Said, values_of
from edgeclassify.config.reading import config_bytes, config_text, parsed
from edgeclassify.documents.faults import key_of
from edgeclassify.redaction import (
    may_be_url,
    redacted_source,
    redacted_to_server,
    remember_all_in,
    scrubbed,
    without_named_secrets,
)


def shown_config(path: Path) -> str:
    """All keys that a config's files say, as they hold. Raises ConfigError where one of them can't be read."""
    whole = layered(parsed(config_text(config_bytes(path), path), path), path)
    remember_all_in(whole.document)
    lines = list(_lines(whole))
    width = max((len(text) for text, _ in lines if len(text) <= 60), default=0)
    return "".join(f"{text:{width}}  # {file}\n" for text, file in lines)


def _lines(whole: Layered) -> Iterator[tuple[str, Path]]:
    for place, said in values_of(whole.tree):
        if place[0] != INCLUDE:
            yield f"{_key(place, whole)} = {_value(said.value, str(place[-1]))}", said.file


def _key(place: Place, whole: Layered) -> str:
    """As in `view[gate].roi`: a number says little of a list that several files have made."""
    if len(place) < 2 or place[0] not in NAMED or not isinstance(place[1], int):
        return key_of(place)
    name = whole.tree[str(place[0])][place[1]].get("name")
    shown = name.value if isinstance(name, Said) else place[1]
    below = key_of(place[2:])
    return f"{place[0]}[{shown}]{f'.{below}' if below else ''}"


def _value(value: Any, key: str) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_value(one, key) for one in value)}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_value(one, name)}" for name, one in value.items()) + " }"
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if key == "source":
        value = redacted_source(value)
    elif may_be_url(value):
        value = redacted_to_server(value)
    return json.dumps(scrubbed(without_named_secrets(value)), ensure_ascii=False)
