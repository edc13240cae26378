"""The forms that label lists have, beyond one label per line: lines with an index, CSV, and documents.

A document is JSON, or Python's way of writing the same: a list, an object of index → label or label → index, a
list of objects, or an object that holds one of these as its "names", "labels", …
"""

import ast
import csv
import json
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from edgeclassify.errors import LabelError

_LONGEST_LITERAL = 1 << 20
"""Characters of Python: its parser takes some hundred times as much memory."""

_INDEX = re.compile(r"\d{1,7}")
_INDEXED = re.compile(r"(\d{1,7})(?:[:,;=|]\s*|\s+)(\S.*)")

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
    return [_label(entry, index, name) for index, entry in enumerate(entries)]


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
        return _in_order(document, name)
    if not isinstance(document, dict):
        raise LabelError(f"{name}: expected a list of labels, found {str(document)[:60]!r}.")
    by_key = {str(key): value for key, value in document.items()}
    if all(_INDEX.fullmatch(key) for key in by_key):
        return by_index(((int(key), value) for key, value in by_key.items()), name)
    if all(_is_index(value) for value in by_key.values()):
        return by_index(((int(value), key) for key, value in by_key.items()), name)
    held = next((by_key[key] for key in _LIST_KEYS if isinstance(by_key.get(key), list | tuple | dict)), None)
    if held is None and len(by_key) == 1:
        held = next((value for value in by_key.values() if isinstance(value, list | tuple | dict)), None)
    if held is None:
        key = next(key for key in by_key if not _INDEX.fullmatch(key))
        raise LabelError(f'{name}: expected an object of class index → label, found the key "{key[:60]}".')
    return _entries(held, name)


def _in_order(entries: Sequence[Any], name: str) -> Sequence[Any]:
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
        return bool(_INDEX.fullmatch(value))
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**7


def _label(entry: Any, index: int, name: str) -> str:
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


_ITEM = re.compile(r"item\s*\{([^{}]*)\}")
_FIELD = re.compile(r"""(\w+)\s*:\s*(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|(\d+))""")
_BLOCK = re.compile(r"^names:[ \t]*(?:#.*)?\n((?:[ \t]+.*\n|-.*\n|[ \t]*\n)+)", re.MULTILINE)
_INLINE = re.compile(r"^names:[ \t]*([\[{].*?[\]}])[ \t]*$", re.MULTILINE | re.DOTALL)


def from_other_tools(text: str, name: str) -> Sequence[str] | None:
    """The labels of a TensorFlow label map (`item { id: 1 name: "…" }`) or of the `names:` in a YAML file; None
    where the text is neither."""
    if _ITEM.match(text.lstrip()):
        items = [{key: a or b or c for key, a, b, c in _FIELD.findall(body)} for body in _ITEM.findall(text)]
        return [_label(entry, index, name) for index, entry in enumerate(_in_order(items, name))]
    if inline := _INLINE.search(text):
        return from_document(inline[1], name)
    if block := _BLOCK.search(f"{text}\n"):
        lines = [
            line.strip() for line in block[1].splitlines() if line.strip() and not line.strip().startswith("#")
        ]
        return from_lines([_unquoted(re.sub(r"^- *", "", line)) for line in lines], name)
    return None


def _unquoted(line: str) -> str:
    """A line of YAML without the quotes around its value."""
    return re.sub(r"""^(\d+: *)?(['"])(.*)\2$""", r"\1\3", line)


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


def from_lines(lines: list[str], name: str) -> Sequence[str]:
    """The labels of lines: CSV with a title line or quotes, "index label", or the lines themselves."""
    table = _table(lines)
    if table is not None:
        return _from_table(table, name)
    matches = [_INDEXED.fullmatch(line) for line in lines]
    found = [(int(match[1]), match[2]) for match in matches if match is not None]
    if len(found) < len(lines):
        return lines
    indices = [index for index, _ in found]
    if set(indices) == set(range(len(indices))):
        return by_index(found, name)
    is_numbering = indices == sorted(indices) and indices[0] in (0, 1) and len(indices) > 1
    if not is_numbering:
        return lines  # labels that happen to begin with numbers
    if indices == list(range(1, len(indices) + 1)):
        raise LabelError(
            f"{name}: expected class indices from 0, found them from 1. Count from 0; if the numbers belong to "
            "the labels, write the file as a JSON list."
        )
    twice = next((a for a, b in pairwise(indices) if a == b), None)
    if twice is not None:
        raise LabelError(f"{name}: expected one label for each class index, found two for {twice}.")
    return by_index(found, name)


# CSV: rows of the same number of columns, with a title line that says which column is which, or with quotes.

_TITLES_OF_NAMES = frozenset((*NAME_KEYS, "names", "labels", "classes", "class name", "display name", "species"))
_TITLES_OF_INDICES = frozenset((*INDEX_KEYS, "", "class id", "class index", "label id", "no", "#", "class_idx"))


def _table(lines: list[str]) -> list[list[str]] | None:
    """The rows, where the lines are CSV beyond doubt; None where they are plain lines."""
    has_quotes = any(line.startswith('"') for line in lines)
    for delimiter in ",;\t":
        rows = _rows(lines, delimiter)
        if rows is not None and len(rows[0]) > 1 and (is_title(rows[0]) or _index_column(rows) is not None):
            return rows
    rows = _rows(lines, ",")
    return rows if has_quotes and rows is not None and len(rows[0]) == 1 else None


def _rows(lines: list[str], delimiter: str) -> list[list[str]] | None:
    """A row per line; None where they differ in length, or quotes don't fit."""
    try:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error:
        return None
    return rows if len(rows) == len(lines) and len({len(row) for row in rows}) == 1 else None


def is_title(row: Sequence[str]) -> bool:
    """Is this a title line? One of its cells says that labels stand below, and another one is known too."""
    cells = [cell.casefold() for cell in row]
    known = sum(cell in _TITLES_OF_NAMES or cell in _TITLES_OF_INDICES for cell in cells)
    return any(cell in _TITLES_OF_NAMES for cell in cells) and known >= min(2, len(cells))


def _index_column(rows: Sequence[Sequence[str]]) -> int | None:
    """The column that holds each index once."""
    for column in range(len(rows[0])):
        cells = [row[column] for row in rows]
        if all(map(_INDEX.fullmatch, cells)) and {int(cell) for cell in cells} == set(range(len(cells))):
            return column
    return None


def _from_table(rows: list[list[str]], name: str) -> Sequence[str]:
    if len(rows[0]) == 1:
        return [row[0] for row in rows]
    titles = [cell.casefold() for cell in rows[0]] if is_title(rows[0]) else []
    body = rows[1:] if titles else rows
    if not body:
        raise LabelError(f"{name}: expected labels below the title line, found none.")
    index = _index_column(body)
    if index is None:
        index = next((i for i, title in enumerate(titles) if title in _TITLES_OF_INDICES), None)
    named = [i for i in range(len(rows[0])) if i != index]
    column = next((i for i in named if titles and titles[i] in _TITLES_OF_NAMES), named[-1])
    if index is None or not all(_INDEX.fullmatch(row[index]) for row in body):
        return [row[column] for row in body]
    numbers = [int(row[index]) for row in body]
    first = 1 if titles and min(numbers) == 1 and sorted(numbers) == list(range(1, len(numbers) + 1)) else 0
    return by_index(((number - first, row[column]) for number, row in zip(numbers, body, strict=True)), name)
