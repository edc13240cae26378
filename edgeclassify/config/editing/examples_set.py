"""Keys that stand in a config as examples (`# name = "porch"`), set right there, as if the # was taken away."""

import copy
import re
import tomllib
from collections.abc import Sequence
from typing import Any

import tomlkit

from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.config.editing.tables import LISTS, PlainWriting, carry_out
from edgeclassify.documents.toml import parse_toml
from edgeclassify.errors import ConfigError

_HEADER = re.compile(r"(# )?\[")


def with_examples_set(text: str, keys: Sequence[KeyChange]) -> str:
    """The text with those of the keys set that stand there as an example, in the table which they are of.

    What finds no such place is left to `edited()`, as is a change that takes a key away. Raises ConfigError where
    the text is no TOML.
    """
    try:
        document = parse_toml(text)
    except ValueError as error:
        raise ConfigError(f"not valid TOML: {error}") from error
    for key in keys:
        wanted = _changed(document, key)
        if wanted is None or wanted == document:
            continue
        written = _in_place(text, key)
        if written is not None and _parsed(written) == wanted:
            text, document = written, wanted
    return text


def _changed(document: dict[str, Any], key: KeyChange) -> dict[str, Any] | None:
    """None where it is nothing that an example stands for."""
    table, names = key.path[0], key.path[1:]
    depth = 2 if table in LISTS else 1
    if key.value is None or len(names) != depth:
        return None
    wanted = copy.deepcopy(document)
    try:
        carry_out(wanted, key, PlainWriting())
    except ConfigError:
        return None
    return wanted


def _in_place(text: str, key: KeyChange) -> str | None:
    """None where it stands nowhere; which of several tables is meant shows when the result is read."""
    name = re.escape(key.path[-1])
    headings = {f"[{key.path[0]}]", f"[[{key.path[0]}]]"}
    example, lines, within = re.compile(rf"# {name} = "), text.splitlines(keepends=True), False
    for number, line in enumerate(lines):
        if _HEADER.match(line):
            within = line.partition("#")[0].strip() in headings
        elif within and example.match(line):
            end = line[len(line.rstrip("\r\n")) :]
            lines[number] = f"{key.path[-1]} = {_toml(key.value)}{end}"
            return "".join(lines)
    return None


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        table.update(value)
        return str(table.as_string())
    return str(tomlkit.item(value).as_string())


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
