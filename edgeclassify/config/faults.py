"""Faults of a config file in the user's words: key, expected, found, and what was probably meant."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from edgeclassify.redaction import (
    may_be_url,
    redacted_source,
    redacted_to_server,
    redacted_value,
    scrubbed,
    without_named_secrets,
)
from edgeclassify.suggestions import did_you_mean

SECRET_KEYS = ("password",)
SHAPES = {
    "size": "[width, height]",
    "roi": "[x, y, width, height]",
    "zoom": "[x, y, width, height]",
    "colour_gains": "[red, blue]",
    "frame_duration_us": "[least, greatest]",
}
"""Lists of a fixed length, as they are written."""
_HOST_AND_PORT = re.compile(r"[\w. -]*(:[0-9]{1,5})?|[0-9a-f:.\[\]%]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """One fault: the key's place in the file, what is expected there, what was found, and a hint."""

    key: str
    expected: str
    found: str
    hint: str = ""

    def __str__(self) -> str:
        """One line for the report."""
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.key}: expected {scrubbed(self.expected)}, found {redacted(self.found)}.{hint}"

    @classmethod
    def choice(cls, key: str, choices: Sequence[str], found: str) -> Self:
        """A fault of a value that must be one of `choices`."""
        expected = f"one of {', '.join(map(redacted_value, choices)) or '(nothing is defined)'}"
        return cls(key, expected, repr(redacted_value(found)), did_you_mean(found, choices))


def listed(names: Iterable[object], most: int = 12) -> str:
    """Names for a message; of very many only the first."""
    there = list(map(str, names))
    more = f" and {len(there) - most} more" if len(there) > most else ""
    return ", ".join(there[:most]) + more


def redacted(text: str) -> str:
    """`text` without what may be user and password in a URL, even a mistyped one.

    From the ":" to the last "@", and what stands behind `password=`.
    """
    return scrubbed(without_named_secrets(re.sub(r":.*@", ":(not shown)@", text, flags=re.DOTALL)))


def report(name: str, faults: Sequence[ConfigFault | str]) -> str:
    """All faults as one message, a line each."""
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return "\n".join([f"{name}: {count}", *(f"  {fault}" for fault in faults)])


def faults_of(error: ValidationError, document: dict[str, Any], root: type[BaseModel]) -> list[ConfigFault]:
    """The faults behind a validation error of `document` against `root`."""
    # A union ("auto" or a number) yields one detail per branch for the same key: the user needs one line.
    merged: dict[str, ConfigFault] = {}
    for detail in error.errors(include_url=False):
        fault = _fault(detail, document, root)
        seen = merged.get(fault.key)
        merged[fault.key] = fault if seen is None else _either(seen, fault)
    return list(merged.values())


def _either(a: ConfigFault, b: ConfigFault) -> ConfigFault:
    expected = a.expected if b.expected in a.expected else f"{a.expected}, or {b.expected}"
    return ConfigFault(a.key, expected, a.found, a.hint or b.hint)


def _fault(detail: ErrorDetails, document: dict[str, Any], root: type[BaseModel]) -> ConfigFault:
    path = _document_path(detail["loc"], document)
    key = _key(path)
    kind, ctx, found = detail["type"], detail.get("ctx", {}), _found(path, detail["input"])
    if kind == "extra_forbidden":
        known = _fields(root, path[:-1])
        expected = f"one of the keys {', '.join(known)}"
        return ConfigFault(key, expected, "an unknown key", did_you_mean(str(path[-1]), known))
    if kind == "missing" and isinstance(path[-1], int):  # a list that is too short
        return ConfigFault(_key(path[:-1]), _shape(path[:-1], "a longer list"), _found(path, detail["input"]))
    if kind == "too_long":
        return ConfigFault(key, _shape(path, f"a list of {ctx['max_length']}"), found)
    if kind == "missing":
        return ConfigFault(key, "a value", "nothing", "This key has no default.")
    if kind == "literal_error":
        choices = [word.strip("'\" ") for word in str(ctx["expected"]).replace(" or ", ", ").split(",")]
        text = str(detail["input"])
        return ConfigFault(key, f"one of {', '.join(choices)}", found, did_you_mean(text, choices))
    if kind == "value_error":
        error = ctx.get("error", detail["msg"])
        return ConfigFault(key or "the file", str(error), found, getattr(error, "hint", ""))
    return ConfigFault(key, _expected(kind, ctx, detail["msg"]), found, _brackets(kind, path, detail["input"]))


def _shape(path: Sequence[int | str], otherwise: str) -> str:
    shape = SHAPES.get(str(path[-1]))
    return f"a list {shape}" if shape else otherwise


def _brackets(kind: str, path: Sequence[int | str], found: Any) -> str:
    """What to write where a table stands in place of an array of tables, or the other way round."""
    name = path[-1] if len(path) == 1 else None
    if name is not None and kind == "tuple_type" and isinstance(found, dict):
        return f"Write [[{name}]], in double brackets: there may be several."
    if name is not None and kind == "model_type" and isinstance(found, list):
        return f"Write [{name}], in single brackets: there is one."
    return ""


def _expected(kind: str, ctx: dict[str, Any], message: str) -> str:
    """What pydantic wanted, as a noun phrase."""
    phrases = {
        "greater_than_equal": "a number of at least {ge:.12g}",
        "greater_than": "a number above {gt:.12g}",
        "less_than_equal": "a number of at most {le:.12g}",
        "string_pattern_mismatch": "1 to 64 letters, digits, - or _",
        "string_too_short": "a non-empty string",
        "string_type": "a string in quotes",
        "bool_type": "true or false",
        "bool_parsing": "true or false",
        "float_type": "a number",
        "float_parsing": "a number",
        "int_type": "a whole number",
        "int_parsing": "a whole number",
        "int_from_float": "a whole number",
        "finite_number": "a finite number",
        "path_type": "a path in quotes",
        "tuple_type": "a list",
        "dict_type": "a table",
        "model_type": "a table",
        "model_attributes_type": "a table",
    }
    if kind in phrases:
        return phrases[kind].format(**ctx)
    return message.removeprefix("Input should be ").removeprefix("Value error, ")


def _document_path(loc: tuple[int | str, ...], document: Any) -> list[int | str]:
    """The part of pydantic's location that exists in the file (it appends names of union branches)."""
    path: list[int | str] = []
    here = document
    for step in loc:
        if isinstance(here, dict):
            path.append(step)
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int):
            path.append(step)
            here = here[step] if step < len(here) else None
        else:
            break
    return path


def _key(path: Sequence[int | str]) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _found(path: Sequence[int | str], value: Any) -> str:
    if any(secret in str(step) for step in path for secret in SECRET_KEYS):
        return "(not shown)"
    if isinstance(value, dict):
        return f"a table with {', '.join(map(str, value)) or 'nothing'}"
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return f"a list of {len(value)} tables or lists"  # what is in them may be secret
    if path and path[-1] == "host" and isinstance(value, str) and not _HOST_AND_PORT.fullmatch(value):
        return "a value with more in it (not shown)"
    text = str(value).lower() if isinstance(value, bool) else _quoted(path, value)
    return text if len(text) <= 80 else text[:77] + "…"


def _quoted(path: Sequence[int | str], value: Any) -> str:
    if isinstance(value, str) and path and path[-1] == "url":
        return repr(redacted_to_server(value))
    if isinstance(value, str):
        return repr(redacted_source(value) if path and path[-1] == "source" else redacted_value(value))
    text = redacted(repr(value))
    if path and path[-1] == "source":
        return "a value of another type (not shown)"
    return "a value that may hold a password (not shown)" if may_be_url(text) else text


def _fields(root: type[BaseModel], path: Sequence[int | str]) -> list[str]:
    """Names of the keys that the table at `path` may have."""
    section: Any = root
    is_name = False  # the next step is a name of the user's own, in a table of tables
    for step in path:
        if isinstance(step, str) and not is_name:
            annotation = section.model_fields[step].annotation
            section, is_name = _section_in(annotation), get_origin(annotation) is dict
        else:
            is_name = False
    return list(section.model_fields)


def _section_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _section_in(part)) is not None), None)
