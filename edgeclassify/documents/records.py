"""Frozen dataclasses as JSON documents and back, read strictly: each value is of the type that its field says."""

import functools
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from edgeclassify.documents.numbers import WrongValueError, number, whole_number

_T = TypeVar("_T")
_Read = Callable[[object], Any]


def plain_values(record: Any) -> Any:
    """The record as dictionaries, lists and single values, as they are written as JSON."""
    if is_dataclass(record):
        names = _names(typing.cast("Any", type(record)))
        return {name: plain_values(getattr(record, name)) for name in names}
    if isinstance(record, Mapping):
        return {key: plain_values(value) for key, value in record.items()}
    if isinstance(record, tuple | list):
        return [plain_values(one) for one in record]
    return record


def record_of(kind: type[_T], document: object) -> _T:
    """The record of this dataclass in a parsed JSON document. Keys that it has no field for are passed over: a
    later release may have written them.

    Raises ValueError whose text says where the document has something else than expected, and what was expected.
    """
    try:
        return typing.cast("_T", _reader(typing.cast("Any", kind))(document))
    except WrongValueError as wrong:
        raise ValueError(f"{'.'.join(map(str, reversed(wrong.place)))}: expected {wrong}") from wrong


@functools.cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


@functools.cache
def _reader(annotation: Any) -> _Read:
    """What reads a value of this type. Raises TypeError for types that no record here has."""
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    if is_dataclass(annotation):
        return _record_reader(annotation)
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return functools.partial(_literal, parts)
    if origin in (Union, types.UnionType) and len(parts) == 2 and types.NoneType in parts:
        read = _reader(next(one for one in parts if one is not types.NoneType))
        return lambda value: None if value is None else read(value)
    if origin is tuple and parts[1:] == (...,):
        return functools.partial(_tuple, _reader(parts[0]))
    if origin is Mapping and parts[0] is str:
        return functools.partial(_mapping, _reader(parts[1]))
    raise TypeError(f"no reader for {annotation}")


def _record_reader(kind: Any) -> _Read:
    hints = typing.get_type_hints(kind)
    read = {one.name: _reader(hints[one.name]) for one in fields(kind)}
    needed = {one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING}

    def record(value: object) -> Any:
        table = _dict(value)
        for name in needed:
            if name not in table:
                raise _at(name, WrongValueError("a value, found nothing"))
        return kind(**{name: _part(name, read[name], table[name]) for name in read if name in table})

    return record


def _part(name: str, read: _Read, value: object) -> Any:
    try:
        return read(value)
    except WrongValueError as wrong:
        raise _at(name, wrong) from wrong


def _at(name: str, wrong: WrongValueError) -> WrongValueError:
    wrong.place.append(name)
    return wrong


def _tuple(read: _Read, value: object) -> Any:
    if not isinstance(value, list):
        raise WrongValueError("a list")
    return tuple(_part(str(index), read, one) for index, one in enumerate(value))


def _mapping(read: _Read, value: object) -> Any:
    return {_str(key): _part(key, read, one) for key, one in _dict(value).items()}


def _dict(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongValueError("an object")
    return value


def _literal(choices: tuple[object, ...], value: object) -> object:
    if value not in choices:
        raise WrongValueError(f"one of {', '.join(map(str, choices))}")
    return value


def _str(value: object) -> str:
    if not isinstance(value, str):
        raise WrongValueError("a string")
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: no file could hold it
        raise WrongValueError("a string of whole characters") from None
    return value


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError("true or false")
    return value


_SIMPLE: Mapping[Any, _Read] = {str: _str, bool: _bool, int: whole_number, float: number}
