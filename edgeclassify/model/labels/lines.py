"""Labels in lines: the lines themselves, lines with an index, CSV with a title line or quotes."""

import re
from collections.abc import Sequence
from itertools import pairwise

from edgeclassify.errors import LabelError
from edgeclassify.late_pattern import late_pattern
from edgeclassify.model.labels.documents import INDEX, INDEX_KEYS, NAME_KEYS, by_index

_LONGEST_LINE = 1000
"""Characters of a line with an index in a less usual form."""

_SINGLE_QUOTED = late_pattern(r"'[^']+'")
_INDEXED = late_pattern(r"(\d{1,7})(?:[:,;=|]\s*|\s+)(\S.*)")
_LISTED = late_pattern(r"(?P<index>\d{1,7})\s*[.)-]\s+(?P<label>\S.*)")
_ASSIGNED = late_pattern(r"(?P<label>\S.*?)\s*[:=]\s*(?P<index>\d{1,7})")


def from_lines(lines: list[str], name: str) -> Sequence[str]:
    """The labels of lines: CSV with a title line or quotes, "index label", or the lines themselves."""
    if len(lines) > 1 and all(line.endswith(",") for line in lines[:-1]):
        lines = [line.removesuffix(",") for line in lines]  # copied out of a program
    if all(_SINGLE_QUOTED.fullmatch(line) for line in lines):
        return [line[1:-1] for line in lines]
    table = _table(lines)
    if table is not None:
        return _from_table(table, name)
    if (listed := _marked(lines, _LISTED)) is not None:
        return listed
    matches = [_INDEXED.fullmatch(line) for line in lines]
    found = [(int(match[1]), match[2]) for match in matches if match is not None]
    if len(found) < len(lines):
        return _marked(lines, _ASSIGNED) or lines
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


def _marked(lines: list[str], form: re.Pattern[str]) -> Sequence[str] | None:
    """Labels with their index in a less usual form; None where not each index and label is there once."""
    if max(map(len, lines)) > _LONGEST_LINE:
        return None
    matches = [form.fullmatch(line) for line in lines]
    known = {int(match["index"]): match["label"] for match in matches if match is not None}
    if len(set(known.values())) == len(lines) and set(known) == set(range(len(lines))):
        return [known[index] for index in range(len(lines))]
    return None


def cells_of(line: str) -> list[str]:
    """The cells of a single line, where it holds all labels."""
    found = [_rows([line], delimiter) for delimiter in ",;"]
    return max((rows[0] for rows in found if rows is not None), key=len, default=[line])


# CSV: rows of the same number of columns, with a title line that says which column is which, or with quotes.

_TITLES_OF_NAMES = frozenset((*NAME_KEYS, "names", "labels", "classes", "class name", "display name", "species"))
_TITLES_OF_INDICES = frozenset((*INDEX_KEYS, "", "class id", "class index", "label id", "no", "#", "class_idx"))


def _table(lines: list[str]) -> list[list[str]] | None:
    """The rows, where the lines are CSV beyond doubt; None where they are plain lines."""
    has_quotes = any(line.startswith('"') for line in lines)
    for delimiter in ",;\t":
        if delimiter not in lines[0]:
            continue  # one column
        rows = _rows(lines, delimiter)
        if rows is not None and len(rows[0]) > 1 and (is_title(rows[0]) or _index_column(rows) is not None):
            return rows
    rows = _rows(lines, ",") if has_quotes else None
    return rows if rows is not None and len(rows[0]) == 1 else None


def _rows(lines: list[str], delimiter: str) -> list[list[str]] | None:
    """A row per line; None where they differ in length, or quotes don't fit."""
    import csv  # most label files have plain lines

    try:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error:
        return None
    return rows if len(rows) == len(lines) and len({len(row) for row in rows}) == 1 else None


def is_title(row: Sequence[str]) -> bool:
    """True where it is a title line: one cell says that labels stand below, and another one is known too."""
    cells = [cell.casefold() for cell in row]
    known = sum(cell in _TITLES_OF_NAMES or cell in _TITLES_OF_INDICES for cell in cells)
    return any(cell in _TITLES_OF_NAMES for cell in cells) and known >= min(2, len(cells))


def _index_column(rows: Sequence[Sequence[str]]) -> int | None:
    """The column that holds each index once."""
    for column in range(len(rows[0])):
        cells = [row[column] for row in rows]
        if all(map(INDEX.fullmatch, cells)) and {int(cell) for cell in cells} == set(range(len(cells))):
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
    if index is None or not all(INDEX.fullmatch(row[index]) for row in body):
        return [row[column] for row in body]
    numbers = [int(row[index]) for row in body]
    first = 1 if titles and min(numbers) == 1 and sorted(numbers) == list(range(1, len(numbers) + 1)) else 0
    return by_index(((number - first, row[column]) for number, row in zip(numbers, body, strict=True)), name)
