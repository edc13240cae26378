"""What a decider knows, as JSON: so a recording may begin at any time, and be decided on from there.

A decider's parts are small objects of `postprocess` with attributes: numbers, texts, arrays, and each other. What
a fresh decider of the same view has alike (labels, rules) is left out. What is written by one version is taken by
the same version only: elsewhere a replay begins with nothing but what was in the view.
"""

import sys
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError
from enum import Enum
from typing import Any, TypeGuard

import numpy as np

from edgeclassify.postprocess.interface import Decider

_HOME = "edgeclassify."
_HOMES_OF_STATE = ("edgeclassify.postprocess.", "edgeclassify.types.")
_SAME = object()


class ForeignMemoryError(ValueError):
    """What was written can't be taken by this decider."""


def memory_of(decider: Decider, fresh: Decider) -> dict[str, Any]:
    """What it knows that `fresh`, made of the same labels and rules, does not.

    Raises TypeError for a part that has no form here.
    """
    found = _difference(decider, fresh)
    return {} if found is _SAME else dict(found)


def remember(fresh: Decider, memory: dict[str, Any]) -> None:
    """Let it know that. Raises ForeignMemoryError where its parts are others; then it may know some of it."""
    try:
        _put(fresh, memory)
    except (AttributeError, TypeError, ValueError, KeyError, IndexError, RecursionError) as error:
        raise ForeignMemoryError(str(error)) from error


def _attributes(value: object) -> Iterator[tuple[str, Any]]:
    """Name and value of each, of __dict__ and of __slots__."""
    if _is_record(value):
        yield from zip(value._fields, value, strict=True)
        return
    names = [name for kind in type(value).__mro__ for name in kind.__dict__.get("__slots__", ())]
    yield from ((name, getattr(value, name)) for name in names if hasattr(value, name))
    yield from getattr(value, "__dict__", {}).items()


def _is_part(value: object) -> bool:
    """True where it is an object of ours whose attributes count, no enum and nothing that is called."""
    return type(value).__module__.startswith(_HOME) and not isinstance(value, Enum | type) and not callable(value)


def _is_record(value: object) -> TypeGuard[Any]:
    """True for a tuple whose values have names: a part that can't be changed, only replaced as a whole."""
    return isinstance(value, tuple) and hasattr(value, "_fields")


# --- written ---------------------------------------------------------------------------------------------


def _difference(value: Any, fresh: Any) -> Any:
    """_SAME; a table of what changes in a part; or a list of one, the whole value."""
    if value is fresh or (callable(value) and callable(fresh)):
        return _SAME
    if _is_part(value) and type(value) is type(fresh) and not _is_record(value):
        of_fresh = dict(_attributes(fresh))
        found = {name: _difference(one, of_fresh.get(name)) for name, one in _attributes(value)}
        return {name: one for name, one in found.items() if one is not _SAME} or _SAME
    written = _written(value)
    return _SAME if type(value) is type(fresh) and written == _written(fresh) else [written]


def _written(value: Any) -> Any:
    """A value as a whole: a list [kind, …] for all that JSON does not have."""
    if isinstance(value, Enum):
        return ["enum", *_name_of(type(value)), value.value]
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        return ["array", array.dtype.str, list(array.shape), b64encode(array.tobytes()).decode()]
    if value is None or isinstance(value, str | int | float):
        return value
    if type(value) in (tuple, list, set, frozenset):
        return [type(value).__name__, *map(_written, value)]
    if isinstance(value, deque):
        return ["deque", value.maxlen, *map(_written, value)]
    if isinstance(value, dict):
        return ["dict", *([_written(key), _written(one)] for key, one in value.items())]
    if _is_part(value):
        return ["part", *_name_of(type(value)), {name: _written(one) for name, one in _attributes(value)}]
    raise TypeError(f"a decider knows a {type(value).__name__}, which has no form in a recording")


def _name_of(kind: type) -> tuple[str, str]:
    return kind.__module__, kind.__qualname__


# --- read ------------------------------------------------------------------------------------------------


def _put(into: Any, changes: dict[str, Any]) -> None:
    """Change a part: by name [a whole value], or a table of what changes in the part that is there."""
    known = dict(_attributes(into))
    for name, one in changes.items():
        if name not in known:
            raise ForeignMemoryError(f"{type(into).__name__} has no {name}")
        if isinstance(one, list):
            _set(into, name, _read(one[0]))
        else:
            _set(into, name, _changed(known[name], one))


def _changed(part: Any, changes: dict[str, Any]) -> Any:
    """The part itself, changed; of a frozen record another one, since others may hold it too."""
    if not _is_frozen(part):
        _put(part, changes)
        return part
    made = object.__new__(type(part))
    for name, value in _attributes(part):
        object.__setattr__(made, name, value)
    _put(made, changes)
    return made


def _is_frozen(part: object) -> bool:
    name = next((name for name, _ in _attributes(part)), None)
    if name is None:
        return False
    try:
        setattr(part, name, getattr(part, name))
    except FrozenInstanceError:
        return True
    return False


def _set(into: Any, name: str, value: Any) -> None:
    object.__setattr__(into, name, value)


def _read(written: Any) -> Any:
    if not isinstance(written, list):
        return written
    kind, *content = written
    if kind not in _READ:
        raise ForeignMemoryError(f"{kind!r} is no kind of value")
    return _READ[kind](content)


def _array(content: list[Any]) -> Any:
    name, shape, data = content
    dtype = np.dtype(name)
    if dtype.hasobject:
        raise ForeignMemoryError("an array of objects")
    array = np.frombuffer(b64decode(data), dtype).reshape(shape)
    return array.copy() if shape else array[()]


def _part(content: list[Any]) -> Any:
    module, name, attributes = content
    kind = _class(module, name)
    if issubclass(kind, tuple):
        return _record(kind, attributes)
    made = object.__new__(kind)
    for attribute, one in attributes.items():
        _set(made, attribute, _read(one))
    return made


def _record(kind: Any, attributes: dict[str, Any]) -> Any:
    if list(attributes) != list(getattr(kind, "_fields", ())):
        raise ForeignMemoryError(f"{kind.__name__} has other values")
    return tuple.__new__(kind, map(_read, attributes.values()))


def _class(module: str, name: str) -> type[Any]:
    """One of ours that is loaded already: a file must not make this process import or call anything."""
    if not module.startswith(_HOMES_OF_STATE):
        raise ForeignMemoryError(f"{module} is no part of decisions")
    found = getattr(sys.modules.get(module), name, None)
    if not isinstance(found, type) or found.__module__ != module:
        raise ForeignMemoryError(f"{module} has no {name}")
    return found


_READ: dict[str, Callable[[list[Any]], Any]] = {
    "tuple": lambda content: tuple(map(_read, content)),
    "list": lambda content: list(map(_read, content)),
    "set": lambda content: set(map(_read, content)),
    "frozenset": lambda content: frozenset(map(_read, content)),
    "deque": lambda content: deque(map(_read, content[1:]), content[0]),
    "dict": lambda content: {_read(key): _read(one) for key, one in content},
    "array": _array,
    "enum": lambda content: _class(content[0], content[1])(content[2]),
    "part": _part,
}
