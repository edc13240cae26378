"""A change of a config of several files: it goes into the main one alone, which holds over those below it."""

from collections.abc import Iterator, Sequence
from typing import Any

from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.config.editing.tables import LISTS
from edgeclassify.config.layers.layered import Layered
from edgeclassify.config.layers.merging import values_of
from edgeclassify.errors import ConfigError


def with_tables(text: str, main: dict[str, Any], whole: Layered, keys: Sequence[KeyChange]) -> str:
    """The main file's text, with a table for each view or camera of the keys that only files below it have.

    `main`: what it says; `whole`: with those below it. Raises ConfigError where such a view is to be taken away.
    """
    for section, name in dict.fromkeys(key.path[:2] for key in keys if key.path[0] in LISTS):
        if name in _names(main, section) or name not in _names(whole.document, section):
            continue
        if any(key.path == (section, name) and key.value is None for key in keys):
            files = sorted({str(file) for at, file in _said(whole) if at[:2] == (section, name)})
            raise ConfigError(
                f"{section}.{name}: comes from {', '.join(files)}. Take it out there, or set its enabled to false."
            )
        text = f'{text.rstrip()}\n\n[[{section}]]\nname = "{name}"\n'
    return text


def included_notes(whole: Layered, keys: Sequence[KeyChange]) -> Iterator[str]:
    """A sentence for each key that a file below the main one says, by the files as they were before."""
    for key in keys:
        files = sorted({str(file) for at, file in _said(whole) if at[: len(key.path)] == key.path})
        others = [file for file in files if file != str(whole.main)]
        if others:
            what = "holds again" if key.value is None else "is overridden here, and stays as it is there"
            yield f"{'.'.join(key.path)}: what {', '.join(others)} says of it {what}"


def _names(document: dict[str, Any], section: str) -> list[str]:
    there = document.get(section, ())
    return [str(one.get("name", "")) for one in there] if isinstance(there, list) else []


def _said(whole: Layered) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The place of each value, as a change names it, and the file that says it."""
    document = whole.document
    for place, one in values_of(whole.tree):
        if place[0] in LISTS and len(place) > 1 and isinstance(place[1], int):
            name = str(document[str(place[0])][place[1]].get("name", ""))
            yield (str(place[0]), name, *map(str, place[2:])), one.file
        else:
            yield tuple(map(str, place)), one.file
