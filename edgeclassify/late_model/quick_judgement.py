"""A judge for what is plainly good, without pydantic: the same record, or no word.

It knows the types, bounds and validators that a config is made of. Where anything is out of the ordinary, a fault
above all, it raises UnsureError, and pydantic judges, with its messages. So it may be stricter than pydantic, and
never laxer: what it takes, pydantic takes, and makes the same of it.
"""

import math
import re
from collections.abc import Callable
from enum import Enum
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from edgeclassify.late_model.field import LateField, is_late
from edgeclassify.late_model.marks import AfterValidator, BeforeValidator, Field, ValidatorMark

_Model = TypeVar("_Model")
_EXACT_WHOLE = 2**53
"""Whole numbers below it are the same as floats."""
_BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "ge": lambda value, bound: value >= bound,
    "gt": lambda value, bound: value > bound,
    "le": lambda value, bound: value <= bound,
    "lt": lambda value, bound: value < bound,
    "min_length": lambda value, bound: len(value) >= bound,
    "max_length": lambda value, bound: len(value) <= bound,
    "pattern": lambda value, bound: _matches(value, bound),
    "allow_inf_nan": lambda value, bound: True,  # no number that is not finite comes so far
}
_KNOWN_RULES = frozenset({"strict", "extra", "frozen", "validate_default", "defer_build", "json_schema_extra"})
_SAY_NOTHING = frozenset({"description", "json_schema_extra", "strict"})


class UnsureError(Exception):
    """What was found may be good or not."""


def quickly_judged(kind: type[_Model], document: Any) -> _Model:
    """The record that pydantic would make of the document, of a late model that is strict. Raises UnsureError."""
    try:
        found: _Model = _record(kind, document)
    except (ValueError, TypeError, AttributeError, KeyError, OSError, AssertionError) as error:
        raise UnsureError from error
    return found


def _record(kind: Any, document: Any) -> Any:
    _refuse_other_models(kind)
    validators: dict[str, ValidatorMark] = kind.late_validators
    for method, mark in validators.items():
        if not mark.fields and mark.mode == "before":
            document = getattr(kind, method)(document)
    if type(document) is not dict or not document.keys() <= kind.model_fields.keys():
        raise UnsureError
    values = {}
    for name, field in kind.model_fields.items():
        if name not in document and field.mark.default_factory is None and not field.is_required():
            values[name] = field.mark.default  # it is good, and no validator changes it
            continue
        value = _judge_of(field.annotation)(document[name]) if name in document else _of_factory(field)
        if not field.mark.rules.keys() <= _SAY_NOTHING:
            raise UnsureError
        for method, mark in validators.items():
            if name in mark.fields:
                value = getattr(kind, method)(value)
        values[name] = value
    record = kind.late_record(values, frozenset(document))
    for method, mark in validators.items():
        if not mark.fields and mark.mode == "after":
            record = getattr(record, method)()
    return record


@cache
def _refuse_other_models(kind: Any) -> None:
    """Raises UnsureError for a model that has more to it than a section of the config."""
    rules: dict[str, Any] = {}
    for one in reversed(kind.__mro__):
        rules |= vars(one).get("model_config", {})
    if not (rules.get("strict") and rules.get("extra") == "forbid" and rules.keys() <= _KNOWN_RULES):
        raise UnsureError
    for mark in kind.late_validators.values():
        if "*" in mark.fields or mark.mode not in (("after",) if mark.fields else ("before", "after")):
            raise UnsureError


def _of_factory(field: LateField) -> Any:
    factory = field.mark.default_factory
    if factory is None:
        raise UnsureError  # nothing is said of what must be said
    if is_late(factory):
        return field.get_default(call_default_factory=True)
    return _judge_of(field.annotation)(factory())


@cache
def _judge_of(annotation: Any, converts: bool = False) -> Callable[[Any], Any]:
    """What judges the values of a type. Of one that is not known it refuses all.

    `converts`: what TOML has no type for may be made of what it has.
    """
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if is_late(annotation):
        return lambda value: _record(annotation, value)
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _with_rules(parts[0], annotation.__metadata__)
    if origin in (Union, UnionType):
        return _one_of(parts)
    if origin is Literal:
        return lambda value: _literal(parts, value)
    if converts and annotation is Path:
        return lambda value: Path(_text(value))
    if converts and isinstance(annotation, type) and issubclass(annotation, Enum):
        return lambda value: annotation(_text(value))
    if converts and origin is tuple:
        return _tuple(parts)
    if origin is list:
        each = _judge_of(parts[0])
        return lambda value: list(map(each, _of_type(list, value)))
    if origin is dict:
        key, item = map(_judge_of, parts)
        return lambda value: {key(name): item(one) for name, one in _of_type(dict, value).items()}
    return _refuse


def _refuse(value: Any) -> Any:
    raise UnsureError


def _of_type(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise UnsureError
    return value


def _text(value: Any) -> str:
    _of_type(str, value).encode()  # a lone surrogate is no text
    return str(value)


def _number(value: Any) -> float:
    if type(value) is int and abs(value) < _EXACT_WHOLE:
        return float(value)
    if not math.isfinite(_of_type(float, value)):
        raise UnsureError
    return float(value)


_PLAIN: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    bool: lambda value: _of_type(bool, value),
    int: lambda value: _of_type(int, value),
    float: _number,
    type(None): lambda value: _of_type(type(None), value),
}


def _matches(value: str, pattern: str) -> bool:
    # Beyond ASCII, and at an end of line, Python's patterns are not those of pydantic.
    if not (value.isascii() and pattern.startswith("^") and pattern.endswith("$") and "|" not in pattern):
        raise UnsureError
    return re.fullmatch(pattern, value) is not None and "\n" not in value


def _with_rules(inner: Any, marks: tuple[Any, ...]) -> Callable[[Any], Any]:
    first = [mark.func for mark in reversed(marks) if isinstance(mark, BeforeValidator)]
    judge = _judge_of(inner, any(isinstance(mark, Field) and mark.rules.get("strict") is False for mark in marks))
    then: list[Callable[[Any], Any]] = []
    for mark in marks:
        if isinstance(mark, Field):
            then += [_bound(rule, limit) for rule, limit in mark.rules.items() if rule not in _SAY_NOTHING]
        elif isinstance(mark, AfterValidator):
            then.append(mark.func)
        elif not isinstance(mark, BeforeValidator):
            return _refuse

    def judged(value: Any) -> Any:
        for step in first:
            value = step(value)
        value = judge(value)
        for step in then:
            value = step(value)
        return value

    return judged


def _bound(rule: str, limit: Any) -> Callable[[Any], Any]:
    holds = _BOUNDS.get(rule)

    def judged(value: Any) -> Any:
        if holds is None or not holds(value, limit):
            raise UnsureError
        return value

    return judged


def _literal(known: tuple[Any, ...], value: Any) -> Any:
    for one in known:
        if type(one) is type(value) and one == value:
            return one
    raise UnsureError


def _one_of(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    """The one type that takes the value, or the one that takes it as it stands; else pydantic chooses."""
    judges = tuple(map(_judge_of, kinds))

    def judged(value: Any) -> Any:
        found = []
        for judge in judges:
            try:
                found.append(judge(value))
            except (UnsureError, ValueError, TypeError):
                continue
        as_it_stands = [one for one in found if _is_same(one, value)] if len(found) > 1 else found
        if len(as_it_stands) != 1:
            raise UnsureError
        return as_it_stands[0]

    return judged


def _is_same(one: Any, other: Any) -> bool:
    if type(one) is list and type(other) is list:
        return len(one) == len(other) and all(map(_is_same, one, other))
    return type(one) is type(other) and one == other


def _tuple(parts: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(parts) == 2 and parts[1] is Ellipsis:
        item = _judge_of(parts[0])
        return lambda value: tuple(map(item, _of_type(list, value)))
    items = tuple(map(_judge_of, parts))

    def judged(value: Any) -> Any:
        if len(_of_type(list, value)) != len(items):
            raise UnsureError
        return tuple(judge(one) for judge, one in zip(items, value, strict=True))

    return judged
