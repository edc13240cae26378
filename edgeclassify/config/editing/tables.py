"""A change carried out in a document: in plain tables, and in those that keep comments and layout."""

from collections.abc import MutableMapping
from typing import Any, Protocol

from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.errors import ConfigError
from edgeclassify.suggestions import did_you_mean

LISTS = ("view", "camera")
"""Sections of which there are several: their tables are found by their `name`."""
UNNAMED = "camera"
"""The name of a camera that has none."""

Table = MutableMapping[str, Any]


class Writing(Protocol):
    """How a document is written into."""

    def put(self, table: Table, key: str, value: Any) -> None:
        """Set a key: there already, or not."""

    def append(self, document: Table, section: str, value: dict[str, Any]) -> None:
        """One more table of a section of which there are several."""

    def take(self, document: Table, section: str, number: int) -> None:
        """Take one of them away."""


def carry_out(document: Table, change: KeyChange, writing: Writing) -> None:
    """Change the document. Raises ConfigError for a view or camera that is not there."""
    path, value = change.path, change.value
    if path[0] not in LISTS:
        _set(document, path, value, writing)
        return
    section, name = path[0], path[1]
    number = _number_of(document, section, name)
    if len(path) > 2:
        if number is None:
            raise _unknown(document, section, name)
        _set(document[section][number], path[2:], value, writing)
    elif value is None:
        if number is None:
            raise _unknown(document, section, name)
        writing.take(document, section, number)
    elif number is None:
        writing.append(document, section, {"name": name, **value})
    else:
        _assimilate(document[section][number], {"name": name, **value}, writing)


def _set(table: Table, path: tuple[str, ...], value: Any, writing: Writing) -> None:
    *way, key = path
    for step in way:
        if not isinstance(table.get(step), MutableMapping):
            if value is None:
                return
            # A model's name stands for its table.
            writing.put(table, step, {"name": str(table[step])} if step == "model" and step in table else {})
        table = table[step]
    if value is None:
        table.pop(key, None)
    elif isinstance(value, dict) and isinstance(table.get(key), MutableMapping):
        _assimilate(table[key], value, writing)
    elif table.get(key) != value or type(table.get(key)) is bool:
        writing.put(table, key, value)


def _assimilate(table: Table, wanted: dict[str, Any], writing: Writing) -> None:
    """Key by key, so that comments beside those that stay do too."""
    for key in [key for key in table if key not in wanted]:
        del table[key]
    for key, value in wanted.items():
        _set(table, (key,), value, writing)


def _number_of(document: Table, section: str, name: str) -> int | None:
    return next((i for i, one in enumerate(_names(document, section)) if one == name), None)


def _names(document: Table, section: str) -> list[str]:
    unnamed = UNNAMED if section == "camera" else ""
    return [str(one.get("name", unnamed)) for one in document.get(section, ())]


def _unknown(document: Table, section: str, name: str) -> ConfigError:
    names = _names(document, section)
    expected = f"one of {', '.join(names) or 'none'}"
    return ConfigError(f"{section}: expected {expected}, found {name}. {did_you_mean(name, names)}".rstrip())


class PlainWriting:
    """Into a document of dicts and lists."""

    def put(self, table: Table, key: str, value: Any) -> None:
        """As it is."""
        table[key] = value

    def append(self, document: Table, section: str, value: dict[str, Any]) -> None:
        """As it is."""
        document.setdefault(section, []).append(value)

    def take(self, document: Table, section: str, number: int) -> None:
        """With the last one the section is gone."""
        del document[section][number]
        if not document[section]:
            del document[section]
