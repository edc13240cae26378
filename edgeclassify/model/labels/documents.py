"""Labels in documents: JSON, or Python's way of writing the same.

A list, an object of index → label or label → index, a list of objects, or an object that holds one of these as its
"names", "labels", …
"""

import ast
import json
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from edgeclassify.errors import LabelError

_LONGEST_LITERAL = 1 << 20
"""Characters of Python: its parser takes some hundred times as much memory."""

_MOST_OBJECTS = 1000
"""Objects in objects that are looked through for the labels."""

INDEX = re.compile(r"\d{1,7}")
"""A class index as text."""

NAME_KEYS = ("name", "label", "class", "class_name", "display_name", "label_name", "title", "category", "tag")
INDEX_KEYS = ("index", "id", "idx", "class_id", "class_index", "label_id", "number", "value", "key", "target")
# From what holds nothing else to what may hold other things too.
_LIST_KEYS = (
    *("names", "labels", "class_names", "classes", "id2label", "label2id", "class_indices", "categories"),
    *("label_map", "labelmap", "tags", "label"),
)


def from_document(text: str, name: str) -> Sequence[str]:
    """The labels of JSON or of a Python literal, by class index. Raises LabelError; `name` names the file."""
    try:
        entries = _entries(_parsed(text, name), name)
    except RecursionError as error:
        raise LabelError(f"{name}: expected a JSON list of labels, found lists in lists in lists.") from error
    if not entries:
        raise LabelError(f"{name}: expected labels, found none.")
    return [label_of(entry, index, name) for index, entry in enumerate(entries)]


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, name))
    except json.JSONDecodeError as error:
        document = _literal(text)
        if document is not None:
            return document
        raise LabelError(f"{name}: expected JSON, found a fault in line {error.lineno}: {error.msg}.") from error


def _literal(text: str) -> Any:
    """A list, tuple or dict as Python writes it; None where it is none."""
    if len(text) > _LONGEST_LITERAL:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):  # of odd escapes in strings
            document = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    if isinstance(document, dict):
        return {str(key): value for key, value in document.items()}
    return list(document) if isinstance(document, list | tuple) else None


def _unique(pairs: list[tuple[str, Any]], name: str) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise LabelError(f'{name}: expected one label for each class index, found two for "{twice}".')
    return document


def _entries(document: Any, name: str) -> Sequence[Any]:
    """What stands for each class, in the order of the classes."""
    if isinstance(document, list | tuple):
        return in_order(document, name)
    if not isinstance(document, dict):
        raise LabelError(f"{name}: expected a list of labels, found {str(document)[:60]!r}.")
    by_key = {str(key): value for key, value in document.items()}
    if all(INDEX.fullmatch(key) for key in by_key):
        return by_index(((int(key), value) for key, value in by_key.items()), name)
    if all(_is_index(value) for value in by_key.values()):
        return by_index(((int(value), key) for key, value in by_key.items()), name)
    held = _held(by_key)
    if held is None:
        key = next(key for key in by_key if not INDEX.fullmatch(key))
        raise LabelError(f'{name}: expected an object of class index → label, found the key "{key[:60]}".')
    return _entries(held, name)


def _held(document: Mapping[str, Any]) -> Any:
    """The list or object that holds the labels: by its key, wherever it is; else the only one there is."""
    inside: list[Any] = [document]
    for found in inside:
        if len(inside) > _MOST_OBJECTS:
            return None
        by_key = {str(key).casefold(): value for key, value in found.items()}
        for key in _LIST_KEYS:
            if isinstance(by_key.get(key), list | tuple | dict) and by_key[key]:
                return by_key[key]
        inside += [value for value in found.values() if isinstance(value, dict)]
    values = list(document.values())
    return values[0] if len(values) == 1 and isinstance(values[0], list | tuple | dict) else None


def in_order(entries: Sequence[Any], name: str) -> Sequence[Any]:
    """Objects that say their own index in the order of that; all else as it stands."""
    indices = [_own_index(entry) for entry in entries]
    known = [index for index in indices if index is not None]
    if len(known) < len(indices) or all(a < b for a, b in pairwise(known)):
        return entries  # whatever they count from, or leave out
    # Nothing but the order can be meant by a number that has a key of its own: it may well count from 1.
    least = min(1, min(known))
    return by_index(((index - least, entry) for index, entry in zip(known, entries, strict=True)), name)


def _own_index(entry: Any) -> int | None:
    if not isinstance(entry, dict):
        return None
    return next((int(entry[key]) for key in INDEX_KEYS if _is_index(entry.get(key))), None)


def _is_index(value: Any) -> bool:
    if isinstance(value, str):
        return bool(INDEX.fullmatch(value))
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**7


def label_of(entry: Any, index: int, name: str) -> str:
    """The label in a list's or object's entry: text, [WordNet id, name], or an object. Raises LabelError."""
    label = entry
    if isinstance(entry, list | tuple) and len(entry) == 2:
        label = entry[-1]  # Keras' imagenet_class_index.json has [WordNet id, name]
    elif isinstance(entry, dict):
        keys = {str(key).casefold(): value for key, value in entry.items()}
        label = next((keys[key] for key in NAME_KEYS if isinstance(keys.get(key), str)), entry)
    if not isinstance(label, str):
        raise LabelError(
            f"{name}: expected a string as the label of class index {index}, found {str(label)[:60]}."
        )
    return label


def by_index(labels: Iterable[tuple[int, Any]], name: str) -> Sequence[Any]:
    """Labels with their indices, in order. Raises LabelError where an index is missing or there twice."""
    known: dict[int, Any] = {}
    for index, label in labels:
        if index in known:
            raise LabelError(f"{name}: expected one label for each class index, found two for {index}.")
        known[index] = label
    return _all_of(known, name)


def _all_of(labels: Mapping[int, Any], name: str) -> Sequence[Any]:
    for index in range(len(labels)):
        if index not in labels:
            raise LabelError(f"{name}: expected a label for each class index, found none for {index}.")
    return [labels[index] for index in range(len(labels))]
