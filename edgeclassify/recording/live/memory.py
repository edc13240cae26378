"""What a decider knows, as JSON: so a recording may begin at any time, and be decided on from there.

A decider's parts are small objects of `postprocess` with attributes: numbers, texts, arrays, and each other. What a
fresh decider of the same view has alike (labels, rules) is left out. What is written by one version is taken by the
same version only: elsewhere a replay begins with nothing but what was in the view.
"""

import dataclasses
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from enum import Enum
from typing import Any

import numpy as np

from edgeclassify.postprocess.interface import Decider

_HOME = "edgeclassify."
_SAME = object()


class ForeignMemoryError(ValueError):
    """What was written can't be taken by this decider."""


def memory_of(decider: Decider, fresh: Decider) -> dict[str, Any]:
    """What it knows that `fresh`, made of the same labels and rules, does not. Raises TypeError for a part that has
    no form here."""
    found = _difference(decider, fresh)
    return {} if found is _SAME else dict(found)


def remember(fresh: Decider, memory: dict[str, Any]) -> None:
    """Let it know that. Raises ForeignMemoryError where its parts are others; then it may know some of it."""
    try:
        _put(fresh, memory)
    except (AttributeError, TypeError, ValueError, KeyError) as error:
        raise ForeignMemoryError(str(error)) from error


def _attributes(value: object) -> Iterator[tuple[str, Any]]:
    """Name and value of each, of __dict__ and of __slots__."""
    names = [name for kind in type(value).__mro__ for name in kind.__dict__.get("__slots__", ())]
    yield from ((name, getattr(value, name)) for name in names if hasattr(value, name))
    yield from getattr(value, "__dict__", {}).items()


def _is_part(value: object) -> bool:
    """True where it is an object of ours whose attributes count, no enum and no callable."""
    kind = type(value)
    return kind.__module__.startswith(_HOME) and not isinstance(value, Enum | type) and not callable(value)


def _difference(value: Any, fresh: Any) -> Any:
    """_SAME, or what must be put in the place of the fresh value."""
    if value is fresh:
        return _SAME
    if _is_part(value) and type(value) is type(fresh):
        of_fresh = dict(_attributes(fresh))
        changed = {name: _difference(one, of_fresh.get(name)) for name, one in _attributes(value)}
        changed = {name: one for name, one in changed.items() if one is not _SAME}
        return changed or _SAME
    if callable(value) and callable(fresh):
        return _SAME
    written = _written(value)
    return _SAME if type(value) is type(fresh) and not callable(fresh) and written == _written(fresh) else [written]


def _written(value: Any) -> Any:
    """A value as a whole: [kind, content] for all that JSON does not have."""
    if value is None or isinstance(value, bool | str) and not isinstance(value, Enum):
        return value
    if isinstance(value, Enum):
        return ["enum", *_name_of(type(value)), value.value]
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        return ["array", array.dtype.str, list(array.shape), b64encode(array.tobytes()).decode()]
    if isinstance(value, int | float):
        return value
    if isinstance(value, tuple | list | set | frozenset):
        return [type(value).__name__, *map(_written, value)]
    if hasattr(value, "maxlen") and hasattr(value, "appendleft"):
        return ["deque", value.maxlen, *map(_written, value)]
    if isinstance(value, dict):
        return ["dict", *([_written(key), _written(one)] for key, one in value.items())]
    if _is_part(value):
        return ["part", *_name_of(type(value)), {name: _written(one) for name, one in _attributes(value)}]
    raise TypeError(f"a decider knows a {type(value).__name__}, which has no form in a recording")


def _name_of(kind: type) -> tuple[str, str]:
    return kind.__module__, kind.__qualname__


def _put(into: Any, changed: dict[str, Any]) -> None:
    """`changed`: name → [a whole value], or what changes in the part that is there."""
    known = dict(_attributes(into))
    for name, one in changed.items():
        if name not in known:
            raise ForeignMemoryError(f"{type(into).__name__} has no {name}")
        if isinstance(one, list):
            object.__setattr__(into, name, _read(one[0]))
        elif dataclasses.is_dataclass(known[name]) and getattr(known[name], "__dataclass_params__").frozen:  # noqa: B009
            object.__setattr__(into, name, _changed(known[name], one))
        else:
            _put(known[name], one)


def _changed(frozen: Any, changed: dict[str, Any]) -> Any:
    """Another record: a frozen one may be shared."""
    made = object.__new__(type(frozen))
    for name, value in _attributes(frozen):
        object.__setattr__(made, name, value)
    _put(made, changed)
    return made


def _read(written: Any) -> Any:
    if not isinstance(written, list):
        return written
    kind, *content = written
    match kind:
        case "tuple":
            return tuple(map(_read, content))
        case "list":
            return list(map(_read, content))
        case "set":
            return set(map(_read, content))
        case "frozenset":
            return frozenset(map(_read, content))
        case "dict":
            return {_read(key): _read(one) for key, one in content}
        case "deque":
            from collections import deque

            return deque(map(_read, content[1:]), content[0])
        case "array":
            dtype, shape, data = content
            if np.dtype(dtype).hasobject:
                raise ForeignMemoryError("an array of objects")
            array = np.frombuffer(b64decode(data), np.dtype(dtype)).reshape(shape)
            return array[()] if shape == [] else array.copy()
        case "enum":
            module, name, value = content
            return _class(module, name)(value)
        case "part":
            module, name, attributes = content
            made = object.__new__(_class(module, name))
            for attribute, one in attributes.items():
                object.__setattr__(made, attribute, _read(one))
            return made
    raise ForeignMemoryError(f"{kind!r} is no kind of value")


def _class(module: str, name: str) -> type[Any]:
    """One of ours that is loaded already: a file must not make this process import or call anything."""
    if not module.startswith(("edgeclassify.postprocess.", "edgeclassify.types.")):
        raise ForeignMemoryError(f"{module} is no part of decisions")
    found = getattr(sys.modules.get(module), name, None)
    if not isinstance(found, type) or found.__module__ != module:
        raise ForeignMemoryError(f"{module} has no {name}")
    return found
