"""Documents laid over each other key by key, each value with the file that it comes from."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from edgeclassify.documents.faults import key_of
from edgeclassify.lazy_dataclass import dataclass

NAMED = {"camera": "camera", "view": None}
"""Sections of which there are several, whose tables belong together by their name; and the name of one without."""
Place = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and the file that says it."""

    value: Any
    file: Path


Tree = dict[str, Any]
"""As a document, with a Said for each value that is no table, and lists of trees for the sections of NAMED."""


def said(document: Mapping[str, Any], file: Path) -> Tree:
    """A document as what its file says."""
    return {key: _said(value, file, key, is_top=True) for key, value in document.items()}


def _said(value: Any, file: Path, key: str, *, is_top: bool = False) -> Any:
    if key == "model" and isinstance(value, str):  # the name alone stands for its table
        value = {"name": value}
    if isinstance(value, dict):
        return {name: _said(one, file, name) for name, one in value.items()}
    if is_top and key in NAMED and isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return [_said(one, file, "") for one in value]
    return Said(value, file)


def merged(under: Tree, over: Tree) -> Tree:
    """Tables key by key, `over` wins. The cameras and views of both, those of one name as one; other lists as a
    whole."""
    tree = dict(under)
    for key, value in over.items():
        before = tree.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            tree[key] = merged(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            tree[key] = _by_name(before, value, NAMED[key])
        else:
            tree[key] = value
    return tree


def _by_name(under: list[Tree], over: list[Tree], unnamed: str | None) -> list[Tree]:
    """Each of `under` is met once: two of one name in `over` stay two, and so a fault."""
    tables = list(under)
    free = {at: _name(one, unnamed) for at, one in enumerate(under)}
    for table in over:
        name = _name(table, unnamed)
        at = None if name is None else next((at for at, other in free.items() if other == name), None)
        if at is not None:
            tables[at] = merged(tables[at], table)
            del free[at]
        else:
            tables.append(table)
    return tables


def _name(table: Tree, unnamed: str | None) -> str | None:
    found = table.get("name")
    return str(found.value) if isinstance(found, Said) else unnamed


def document_of(tree: Any) -> Any:
    """The plain document again."""
    if isinstance(tree, Said):
        return tree.value
    if isinstance(tree, dict):
        return {key: document_of(one) for key, one in tree.items()}
    return [document_of(one) for one in tree]


def values_of(tree: Any, place: Place = ()) -> Iterator[tuple[Place, Said]]:
    """Each value with its place."""
    if isinstance(tree, Said):
        yield place, tree
        return
    for step, one in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield from values_of(one, (*place, step))


class Origins:
    """Which file a key of the merged document comes from. `main`: what need not be said."""

    def __init__(self, tree: Tree, main: Path) -> None:
        self._files = {key_of(place): one.file for place, one in values_of(tree)}
        self._main = main

    @property
    def elsewhere(self) -> dict[str, str]:
        """Each key that another file than the main one says, with that file."""
        return {key: str(file) for key, file in self._files.items() if file != self._main}

    def other_file(self, key: str) -> Path | None:
        """The file behind a key as it is written in a fault; None: the main one, or several."""
        while key:
            below = (f"{key}.", f"{key}[")
            files = {file for name, file in self._files.items() if name == key or name.startswith(below)}
            if files:
                (*others, one) = files
                return None if others or one == self._main else one
            key = key[: max(key.rfind("."), key.rfind("["), 0)]
        return None
