"""Label files, and their count against the model's output.

A label file is UTF-8 text: one label per line in the order of the output, or one of the forms that exporters write
(`documents`, `lines`, `other_tools`).
"""

import re
from collections.abc import Sequence
from pathlib import Path

from edgeclassify.errors import LabelError, ModelMissingError
from edgeclassify.files import read_plain_file
from edgeclassify.late_pattern import late_pattern
from edgeclassify.model.labels.documents import from_document
from edgeclassify.model.labels.lines import cells_of, from_lines, is_title
from edgeclassify.model.labels.other_tools import from_other_tools
from edgeclassify.types import UNKNOWN

_MAX_BYTES = 8 << 20
# Control characters, line separators, and the half characters that JSON can spell but UTF-8 can't.
_UNPRINTABLE = late_pattern(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ASSIGNED = late_pattern(r"\s*[A-Za-z_]\w{0,60}\s*=\s*(?=[\[{])")
"""What stands before a list that was copied out of a program."""
_PAGES = {"<!doctype html": "a web page", "<html": "a web page", "version https://git-lfs": "a git-lfs pointer"}
"""How what comes in place of a file that could not be fetched begins."""
_BACKGROUND = frozenset({"background", "__background__", "unused background", "dummy", "???", "n/a"})


def read_labels(path: Path) -> tuple[str, ...]:
    """The labels of a file, by class index. Raises ModelMissingError or LabelError."""
    try:
        content = read_plain_file(path, _MAX_BYTES)
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
    if (assigned := _ASSIGNED.match(text)) is not None:
        text = text[assigned.end() :]
    labels: Sequence[str] | None
    if text.lstrip().startswith(("[", "{")):
        labels = from_document(text, name)
    else:
        labels = from_other_tools(text, name)
        if labels is None:
            labels = from_lines(_lines(text, name), name)
    for index, label in enumerate(labels):
        if not label.strip() or _UNPRINTABLE.search(label):
            raise LabelError(f"{name}: expected a printable label for class index {index}, found {label!r}.")
    return tuple(label.strip() for label in labels)


def fitted(labels: Sequence[str], classes: int, labels_name: str, model_name: str) -> tuple[str, ...]:
    """The labels without a title line, or of a single line all cells; two for a single output: its no and its yes.

    Raises LabelError, with the likely cause, unless there is one label per class.
    """
    if len(labels) == 1 and classes > 1 and len(cells := cells_of(labels[0])) == classes:
        labels = cells
    if len(labels) == classes + 1 and is_title(labels[:1]) and classes > 1:
        labels = labels[1:]
    if len(labels) == classes or (classes == 1 and len(labels) == 2):
        return tuple(labels)
    wanted = f"{classes} labels, as many as {model_name} has classes"
    if classes == 1:
        wanted = f"1 label or 2 (of no and yes) for the single output of {model_name}"
    raise LabelError(f"{labels_name}: expected {wanted}, found {len(labels)}. " + _likely_cause(labels, classes))


def told_apart(labels: Sequence[str]) -> tuple[str, ...]:
    """The labels, with a mark on those that are words of a view's state: "unknown" is a view that shows nothing,
    and Home Assistant has two words of the same kind."""
    return tuple(f"{label} (class)" if is_word_of_state(label) else label for label in labels)


def is_word_of_state(label: str) -> bool:
    """True where this label would be taken for a state without a label."""
    return label.casefold() == UNKNOWN or label in ("None", "unavailable")


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
    start = text.lstrip()[:40].casefold()
    if found := next((what for begin, what in _PAGES.items() if start.startswith(begin)), ""):
        raise LabelError(f"{name}: expected labels, found {found}. Fetch the file again.")
    return text


def _lines(text: str, name: str) -> list[str]:
    """The lines without what is blank at the end; one that is blank in between is a fault."""
    # Not splitlines(): that also breaks at characters that may stand in a label.
    lines = [line.strip() for line in re.split(r"\r\n|\r|\n", text.rstrip())]
    for number, line in enumerate(lines, start=1):
        if not line:
            raise LabelError(f"{name}: expected a label in line {number}, found a blank line. Take it out.")
    return lines
