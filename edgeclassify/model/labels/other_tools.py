"""Labels in the files of other tools: a YAML list or a YAML file's `names:`, TensorFlow's label map."""

import re
from collections.abc import Sequence

from edgeclassify.errors import LabelError
from edgeclassify.late_pattern import late_pattern
from edgeclassify.model.labels.documents import from_document, in_order, label_of
from edgeclassify.model.labels.lines import from_lines

_ITEM = late_pattern(r"item\s*\{([^{}]*)\}")
_FIELD = late_pattern(r"""(\w+)\s*:\s*(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|(\d+))""")
_NAMES = late_pattern(r"^names:[ \t]*(?:#.*)?", re.MULTILINE)
_FLOW = late_pattern(r"[\[{]([^\[\]{}]+)[\]}]")
_NEXT_KEY = late_pattern(r"\n(?=[^\s#-])")


def from_other_tools(text: str, name: str) -> Sequence[str] | None:
    """The labels of a label map (`item { id: 1 name: "…" }`), a YAML list or a YAML file's `names:`, else None.

    Raises LabelError; `name` names the file.
    """
    if _ITEM.match(text.lstrip()):
        items = [{key: a or b or c for key, a, b, c in _FIELD.findall(body)} for body in _ITEM.findall(text)]
        return [label_of(entry, index, name) for index, entry in enumerate(in_order(items, name))]
    if all(line.startswith("- ") for line in _meant_lines(text)):
        return _from_block(text, name)
    key = _NAMES.search(text)
    if key is None:
        return None
    value = _NEXT_KEY.split(text[key.end() :], maxsplit=1)[0].strip()
    if value.startswith(("[", "{")):
        return _from_flow(value, name)
    return _from_block(value, name)


def _from_flow(value: str, name: str) -> Sequence[str]:
    """`[cat, dog]` or `{0: cat, 1: dog}`, where what stands in it needs no quotes, unlike JSON and Python."""
    try:
        return from_document(value, name)
    except LabelError:
        flow = _FLOW.fullmatch(value)
        if flow is None:
            raise
        return from_lines([_unquoted(part.strip()) for part in flow[1].rstrip(", \n").split(",")], name)


def _from_block(value: str, name: str) -> Sequence[str] | None:
    """A line for each label, with `- ` or its index in front."""
    lines = _meant_lines(value)
    if not lines:
        return None
    return from_lines([_unquoted(re.sub(r"^- *", "", line)) for line in lines], name)


def _meant_lines(text: str) -> list[str]:
    """The lines of YAML that say something."""
    lines = map(str.strip, text.splitlines())
    return [line for line in lines if line and line != "---" and not line.startswith("#")]


def _unquoted(line: str) -> str:
    """A line of YAML without the quotes around its value."""
    return re.sub(r"""^(\d+: *)?(['"])(.*)\2$""", r"\1\3", line)
