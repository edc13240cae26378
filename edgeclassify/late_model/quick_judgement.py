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
_SAY_NOTHING = frozenset({"description", "json_schema_extra", "strict"})


class UnsureError(Exception):
    """What was found may be good or not."""


def quickly_judged(kind: type[_Model], document: Any) -> _Model:
    """The record that pydantic would make of the document, of a late model that is strict. Raises UnsureError."""
    try:
        found: _Model = _record(kind, document)
    except (ValueError, TypeError, AttributeError, KeyError, OSError) as error:
        raise UnsureError from error
    return found


def _record(kind: Any, document: Any) -> Any:
    validators: list[ValidatorMark] = list(kind.late_validators.values())
    for mark in validators:
        if not mark.fields and mark.mode == "before":
            document = mark.__get__(None, kind)(document)
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
        for mark in validators:
            if name in mark.fields:
                value = _validated(mark, kind, value)
        values[name] = value
    record = kind.late_record(values, frozenset(document))
    for mark in validators:
        if not mark.fields and mark.mode == "after":
            record = mark.__get__(record, kind)()
    return record


def _of_factory(field: LateField) -> Any:
    factory = field.mark.default_factory
    if factory is None:
        raise UnsureError  # nothing is said of what must be said
    if is_late(factory):
        return field.get_default(call_default_factory=True)
    return _judge_of(field.annotation)(factory())


def _validated(mark: ValidatorMark, kind: Any, value: Any) -> Any:
    if mark.mode != "after":
        raise UnsureError
    return mark.__get__(None, kind)(value)


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
    """The one type that takes the value: of several pydantic chooses by rules of its own."""
    judges = tuple(map(_judge_of, kinds))

    def judged(value: Any) -> Any:
        found = []
        for judge in judges:
            try:
                found.append(judge(value))
            except (UnsureError, ValueError, TypeError):
                continue
        if len(found) != 1:
            raise UnsureError
        return found[0]

    return judged


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
