"""A change carried out in a document: in plain tables, and in those that keep comments and layout."""

from collections.abc import Iterator, MutableMapping
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

    def remove(self, table: Table, key: str) -> None:
        """Take a key away that is there."""

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


def renewals(change: KeyChange, wanted: Table) -> Iterator[KeyChange]:
    """What comes to the same where a key finds no place: itself written anew, as in `wanted`, or the table that it
    is in, or the one around that, and so on."""
    for depth in range(len(change.path), 2 if change.path[0] in LISTS else 0, -1):
        path = change.path[:depth]
        yield KeyChange(path, _value_at(wanted, path))


def parts_of(change: KeyChange, document: Table) -> list[KeyChange]:
    """The same key by key, where a whole view is to be another one; none: it is something else."""
    if change.path[0] not in LISTS or len(change.path) != 2 or not isinstance(change.value, dict):
        return []
    number = _number_of(document, *change.path)
    there = {} if number is None else document[change.path[0]][number]
    gone = [key for key in there if key != "name" and key not in change.value]
    values = {**dict.fromkeys(gone), **change.value}
    return [KeyChange((*change.path, key), value) for key, value in values.items()] if there else []


def renew(document: Table, change: KeyChange, writing: Writing) -> None:
    """Write a table anew, whatever it was written like before."""
    way: tuple[str, ...] = change.path
    table: Any = document
    if way[0] in LISTS:
        table, way = document[way[0]][_number_of(document, way[0], way[1])], way[2:]
    for step in way[:-1]:
        table = table[step]
    if way[-1] in table:
        writing.remove(table, way[-1])
    if change.value is not None:
        writing.put(table, way[-1], change.value)


def _value_at(document: Table, path: tuple[str, ...]) -> Any:
    """None: there is nothing."""
    value: Any = document
    if path[0] in LISTS:
        number = _number_of(document, path[0], path[1])
        if number is None:  # it has another name by now
            return None
        value, path = document[path[0]][number], path[2:]
    for step in path:
        if not isinstance(value, MutableMapping):
            return None
        value = value.get(step)
    return value


def _set(table: Table, path: tuple[str, ...], value: Any, writing: Writing) -> None:
    if value is None:
        _remove(table, path, writing)
        return
    *way, key = path
    for number, step in enumerate(way):
        if not isinstance(table.get(step), MutableMapping):
            _make(table, path[number:], value, writing)
            return
        table = table[step]
    if isinstance(value, dict) and isinstance(table.get(key), MutableMapping):
        _assimilate(table[key], value, writing)
    elif table.get(key) != value or type(table.get(key)) is bool:
        writing.put(table, key, value)


def _remove(table: Table, path: tuple[str, ...], writing: Writing) -> None:
    """With the last key of a table it is gone itself: nothing is said there any more."""
    step, *rest = path
    if step not in table:
        return
    below = table[step]
    if rest:
        if not isinstance(below, MutableMapping):
            return
        _remove(below, tuple(rest), writing)
        if below:
            return
    writing.remove(table, step)


def _make(table: Table, path: tuple[str, ...], value: Any, writing: Writing) -> None:
    """A key whose tables are not there yet: with all of them."""
    for step in reversed(path[1:]):
        value = {step: value}
    if path[0] == "model" and isinstance(table.get("model"), str):  # the name alone stands for its table
        value = {"name": str(table["model"]), **value}
        writing.remove(table, "model")
    writing.put(table, path[0], value)


def _assimilate(table: Table, wanted: dict[str, Any], writing: Writing) -> None:
    """Key by key, so that comments beside those that stay do too."""
    for key in [key for key in table if key not in wanted]:
        writing.remove(table, key)
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

    def remove(self, table: Table, key: str) -> None:
        """As it is."""
        del table[key]

    def append(self, document: Table, section: str, value: dict[str, Any]) -> None:
        """As it is."""
        document.setdefault(section, []).append(value)

    def take(self, document: Table, section: str, number: int) -> None:
        """With the last one the section is gone."""
        del document[section][number]
        if not document[section]:
            del document[section]
