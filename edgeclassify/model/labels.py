"""Label files, and their count against the model's output.

A label file is UTF-8 text: one label per line in the order of the output; or lines of "index label"; or JSON,
a list of labels or an object of index → label.
"""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from edgeclassify.errors import LabelError, ModelMissingError

_MAX_BYTES = 8 << 20
_INDEXED = re.compile(r"(\d{1,7})(?:[:,;]\s*|\s+)(\S.*)")
# Control characters, line separators, and the half characters that JSON can spell but UTF-8 can't.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BACKGROUND = frozenset({"background", "__background__", "unused background", "dummy", "???", "n/a"})


def read_labels(path: Path) -> tuple[str, ...]:
    """The labels of a file, by class index. Raises ModelMissingError or LabelError."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ModelMissingError(f"{path}: expected a label file, found nothing there. Check the path.") from error
    except IsADirectoryError as error:
        raise LabelError(f"{path}: expected a label file, found a folder. Name the file inside it.") from error
    except OSError as error:
        raise LabelError(f"{path}: the label file can't be read: {error.strerror}.") from error
    return parse_labels(content, str(path))


def parse_labels(content: bytes, name: str) -> tuple[str, ...]:
    """The labels in a label file's bytes, by class index; `name` names it in messages. Raises LabelError."""
    text = _text(content, name)
    if text.lstrip().startswith(("[", "{")):
        labels = _from_json(text, name)
    else:
        labels = _from_lines(_lines(text, name), name)
    for index, label in enumerate(labels):
        if not label.strip() or _UNPRINTABLE.search(label):
            raise LabelError(f"{name}: expected a printable label for class index {index}, found {label!r}.")
    return tuple(label.strip() for label in labels)


def check_count(labels: Sequence[str], classes: int, labels_name: str, model_name: str) -> None:
    """Raise LabelError unless there is one label per class, with the likely cause."""
    if len(labels) == classes:
        return
    raise LabelError(
        f"{labels_name}: expected {classes} labels, as many as {model_name} has classes, found {len(labels)}. "
        + _likely_cause(labels, classes)
    )


def _likely_cause(labels: Sequence[str], classes: int) -> str:
    has_background = labels[0].casefold() in _BACKGROUND
    if len(labels) == classes - 1 and not has_background:
        return (
            'The model probably has a class 0 for "background" that the list lacks: put a line "background" '
            "before the first label."
        )
    if len(labels) == classes + 1 and has_background:
        return f"The model has no class for {labels[0]!r}: take the first line out of the list."
    if len(labels) == classes + 1:
        return "The list has one label too many: look for a title line or a label broken over two lines."
    if len(labels) == classes - 1:
        return "The list lacks one label: look for two labels on one line."
    return "These are probably the labels of another model."


def _text(content: bytes, name: str) -> str:
    if len(content) > _MAX_BYTES:
        raise LabelError(f"{name}: expected a label file, found one of more than {_MAX_BYTES >> 20} MB.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise LabelError(f"{name}: expected UTF-8 text, found UTF-16. Save the file as UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LabelError(
            f"{name}: expected UTF-8 text, found the byte 0x{content[error.start]:02x} in line {line}. "
            "Save the file as UTF-8."
        ) from error
    if not text.strip():
        found = "blank lines only" if content else "an empty file"
        raise LabelError(f"{name}: expected labels, found {found}.")
    return text


def _lines(text: str, name: str) -> list[str]:
    """The lines without what is blank at the end; one that is blank in between is a fault."""
    # Not splitlines(): that also breaks at characters that may stand in a label.
    lines = [line.strip() for line in re.split(r"\r\n|\r|\n", text.rstrip())]
    for number, line in enumerate(lines, start=1):
        if not line:
            raise LabelError(f"{name}: expected a label in line {number}, found a blank line. Take it out.")
    return lines


def _from_lines(lines: list[str], name: str) -> Sequence[str]:
    matches = [_INDEXED.fullmatch(line) for line in lines]
    found = [(int(match[1]), match[2]) for match in matches if match is not None]
    if len(found) < len(lines):
        return lines
    indices = [index for index, _ in found]
    if set(indices) == set(range(len(indices))):
        return _by_index(dict(found), name)
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
    return _by_index(dict(found), name)


def _by_index(labels: Mapping[int, str], name: str) -> Sequence[str]:
    for index in range(len(labels)):
        if index not in labels:
            raise LabelError(f"{name}: expected a label for each class index, found none for {index}.")
    return [labels[index] for index in range(len(labels))]


def _from_json(text: str, name: str) -> Sequence[str]:
    try:
        document = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, name))
    except json.JSONDecodeError as error:
        raise LabelError(f"{name}: expected JSON, found a fault in line {error.lineno}: {error.msg}.") from error
    except RecursionError as error:
        raise LabelError(f"{name}: expected a JSON list of labels, found lists in lists in lists.") from error
    if isinstance(document, dict):
        if not all(re.fullmatch(r"\d{1,7}", key) for key in document):
            key = next(key for key in document if not re.fullmatch(r"\d{1,7}", key))
            raise LabelError(f'{name}: expected an object of class index → label, found the key "{key[:60]}".')
        entries = _by_index({int(key): value for key, value in document.items()}, name)
    else:
        entries = document
    if not entries:
        raise LabelError(f"{name}: expected labels, found none.")
    return [_json_label(entry, index, name) for index, entry in enumerate(entries)]


def _unique(pairs: list[tuple[str, Any]], name: str) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise LabelError(f'{name}: expected one label for each class index, found two for "{twice}".')
    return document


def _json_label(entry: Any, index: int, name: str) -> str:
    # Keras' imagenet_class_index.json has [WordNet id, name].
    label = entry[-1] if isinstance(entry, list) and len(entry) == 2 else entry
    if not isinstance(label, str):
        found = str(label)[:60]
        raise LabelError(f"{name}: expected a string as the label of class index {index}, found {found}.")
    return label
