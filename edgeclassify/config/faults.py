"""What pydantic says of a document, as faults in the user's words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, get_args, get_origin

from edgeclassify.documents.faults import SHAPES, ConfigFault, found_text, key_of
from edgeclassify.late_model import LateModel, ValidationError
from edgeclassify.suggestions import did_you_mean

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def faults_of(error: ValidationError, document: dict[str, Any], root: type[LateModel]) -> list[ConfigFault]:
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


def _fault(detail: "ErrorDetails", document: dict[str, Any], root: type[LateModel]) -> ConfigFault:
    path = _document_path(detail["loc"], document)
    key = key_of(path)
    kind, ctx, found = detail["type"], detail.get("ctx", {}), found_text(path, detail["input"])
    if kind == "extra_forbidden":
        known = _fields(root, path[:-1])
        expected = f"one of the keys {', '.join(known)}"
        return ConfigFault(key, expected, "an unknown key", did_you_mean(str(path[-1]), known))
    if kind == "missing" and isinstance(path[-1], int):  # a list that is too short
        return ConfigFault(
            key_of(path[:-1]), _shape(path[:-1], "a longer list"), found_text(path, detail["input"])
        )
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


def _fields(root: type[LateModel], path: Sequence[int | str]) -> list[str]:
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
    if isinstance(annotation, type) and issubclass(annotation, LateModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _section_in(part)) is not None), None)
