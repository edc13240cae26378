"""`@dataclass` of the standard library, with the work of its methods put off until they are needed.

`dataclasses` writes the source of six methods for each class, compiles and runs it: half a millisecond of a fast
CPU, and this package has hundreds of records, of most of which a process never makes one. Here a record that is
frozen or has slots gets its slots at once, since nothing can add them later; `__init__`, the only one that most
classes ever need, when the first record is made; what `replace()` and `fields()` need, and what compares records,
when that is first looked up; and the others when one of them is: the standard library makes them then, of the
class as it was written. Type checkers see its `dataclass`; `fields()`, `replace()`, `asdict()`, pickling and
subclasses work as they do there.
"""

from __future__ import annotations

import dataclasses
import threading
import typing
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """As the standard library's: lazily where frozen or slots are true, with only eq or kw_only beside."""

        def decorate(cls: type) -> type:
            is_plain = options.keys() <= {"frozen", "slots", "eq", "kw_only"} and _can_be_late(
                cls, has_slots=options.get("slots", False)
            )
            frozen, slots = options.get("frozen", False), options.get("slots", False)
            if not (is_plain and (frozen or slots)):
                return dataclasses.dataclass(**options)(cls)
            style = _Style(frozen, slots, options.get("eq", True), options.get("kw_only", False))
            return _with_methods_to_come(cls, style)

        return decorate if cls is None else decorate(cls)


_ALWAYS = ("__init__", "__repr__", "__match_args__", "__dataclass_fields__", "__dataclass_params__")
_OF_FIELDS = ("__match_args__", "__dataclass_fields__")
_OF_EQUALS = ("__eq__", "__hash__")
_MISSING: Any = type("Factory", (), {"__repr__": lambda _: "<factory>", "__slots__": ()})()
_making = threading.RLock()
"""Held while methods are made: those of a class need its bases'."""


class _Style(typing.NamedTuple):
    """The options of a class, as of `dataclass`."""

    frozen: bool
    slots: bool
    eq: bool
    kw_only: bool


class _Methods:
    """The generated methods of one class, until they are made."""

    __slots__ = ("_style", "_written", "fields", "final", "names")

    def __init__(self, written: type, fields: tuple[str, ...], names: tuple[str, ...], style: _Style) -> None:
        """`written`: the class as it stands in the source; `names`: of the methods that it has not itself."""
        self._written, self.fields, self.names, self._style = written, fields, names, style
        self.final: type = written

    def make(self, name: str) -> None:
        """Put that one into the class, where it stays, and what comes with it."""
        if name == "__init__" and self._has_plain_init():
            self._make_init()
        elif name in _OF_FIELDS:
            self._make_fields()
        elif name in _OF_EQUALS:
            self._make_comparison()
        else:
            self._make_all()

    def _put(self, made: Mapping[str, Any]) -> None:
        for name in self.names:
            if name in made and isinstance(self.final.__dict__[name], _Lazy):
                setattr(self.final, name, made[name])

    def _make_all(self) -> None:
        written = self._written
        _say_something(written)
        frozen, eq, kw_only = self._style.frozen, self._style.eq, self._style.kw_only
        made: type = dataclasses.dataclass(frozen=frozen, eq=eq, kw_only=kw_only)(written)
        self._put(made.__dict__)

    def _make_fields(self) -> None:
        """What tells of its fields, without a method."""
        written = self._written
        # Of a copy: what reads the fields takes them out of the class.
        values = {key: value for key, value in vars(written).items() if key not in ("__dict__", "__weakref__")}
        draft = type(written)(written.__name__, written.__bases__, values)
        _say_something(draft)
        # One whose base is frozen must be so itself, which costs two methods.
        options = {"init": False, "repr": False, "eq": False, "frozen": self._style.frozen and self._has_bases()}
        made: type = dataclasses.dataclass(**options, kw_only=self._style.kw_only)(draft)
        self._put({name: made.__dict__[name] for name in _OF_FIELDS})

    def _make_comparison(self) -> None:
        """`__eq__` and `__hash__`."""
        fields = dataclasses.fields(self.final)
        compared = [one.name for one in fields if one.compare]
        hashed = [one.name for one in fields if (one.compare if one.hash is None else one.hash)]
        known: dict[str, Any] = {}
        exec(
            "def __eq__(self, other):\n"
            " if self is other:\n"
            "  return True\n"
            " if other.__class__ is not self.__class__:\n"
            "  return NotImplemented\n"
            f" return {_tuple_of('self', compared)} == {_tuple_of('other', compared)}\n"
            "def __hash__(self):\n"
            f" return hash({_tuple_of('self', hashed)})",
            known,
        )
        made = {name: known[name] for name in _OF_EQUALS}
        for name, function in made.items():
            function.__qualname__ = f"{self.final.__qualname__}.{name}"
        self._put(made)

    def _has_bases(self) -> bool:
        return any("__dataclass_fields__" in vars(base) for base in self.final.__mro__[1:])

    def _has_plain_init(self) -> bool:
        """True where it can be written without looking at other classes."""
        values = map(vars(self._written).get, self.fields)
        said = {value.kw_only for value in values if isinstance(value, dataclasses.Field)}
        return said <= {dataclasses.MISSING, self._style.kw_only} and not self._has_bases()

    def _make_init(self) -> None:
        values = vars(self._written)
        defaults = {name: values[name] for name in self.fields if name in values}
        given = [name for name in self.fields if not _has_no_parameter(defaults.get(name))]
        init = _written_init(self.final, given, defaults, kw_only=self._style.kw_only)
        kinds = self._written.__annotations__
        init.__annotations__ = {**{name: kinds[name] for name in given}, "return": None}
        init.__qualname__ = f"{self.final.__qualname__}.__init__"
        self._put({"__init__": init})


def _say_something(cls: type) -> None:
    if not cls.__doc__:  # else dataclass() writes one, which takes as long as all the rest
        cls.__doc__ = f"{cls.__name__}(...)"


def _tuple_of(record: str, names: Sequence[str]) -> str:
    return f"({''.join(f'{record}.{name}, ' for name in names)})"


def _written_init(final: type, names: Sequence[str], defaults: Mapping[str, Any], *, kw_only: bool) -> Any:
    """The function, as dataclasses writes it; `defaults`: by the name of the field, as they stand in the class."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_missing": _MISSING}
    parameters, lines = ["self", "*"] if kw_only and names else ["self"], []
    for name in names:
        given, parameter, value = defaults.get(name, dataclasses.MISSING), name, name
        if isinstance(given, dataclasses.Field):
            if given.default_factory is not dataclasses.MISSING:
                known[f"_make_{name}"] = given.default_factory
                parameter, value = f"{name}=_missing", f"_make_{name}() if {name} is _missing else {name}"
            given = given.default
        if given is not dataclasses.MISSING:
            known[f"_default_{name}"] = given
            parameter = f"{name}=_default_{name}"
        parameters.append(parameter)
        lines.append(f" _set(self, {name!r}, {value})")
    if hasattr(final, "__post_init__"):
        lines.append(" self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n" + "\n".join(lines or [" pass"]), known)
    return known["__init__"]


class _Lazy:
    """In the place of a method: looked up for the first time, it has that made."""

    __slots__ = ("_methods", "_name")

    def __init__(self, methods: _Methods, name: str) -> None:
        self._methods, self._name = methods, name

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        final = self._methods.final
        with _making:
            if isinstance(final.__dict__[self._name], _Lazy):  # no other thread was faster
                self._methods.make(self._name)
        found = final.__dict__[self._name]
        return found.__get__(instance, owner) if hasattr(found, "__get__") else found


def _with_methods_to_come(cls: type, style: _Style) -> type:
    own = dict(cls.__dict__)
    if style.eq and style.frozen and own.get("__hash__", own) is None:
        del own["__hash__"]  # Python's own doing, of an __eq__
    names = tuple(name for name, kind in cls.__annotations__.items() if not _is_class_var(kind))
    wanted = list(_ALWAYS)
    if style.eq:  # with an __eq__ alone Python lets nothing of it be hashed
        wanted += _OF_EQUALS if style.frozen else ("__eq__",)
    methods = _Methods(cls, names, tuple(name for name in wanted if name not in own), style)
    for name in ("__dict__", "__weakref__"):
        own.pop(name, None)
    for name in names:
        value = own.pop(name, dataclasses.MISSING)
        usual = value.default if isinstance(value, dataclasses.Field) else value
        if not style.slots and usual is not dataclasses.MISSING:
            own[name] = usual
    if style.slots:
        inherited = {slot for base in cls.__mro__[1:-1] for slot in _slots_of(base)}
        own["__slots__"] = tuple(name for name in names if name not in inherited)
    own |= {name: _Lazy(methods, name) for name in methods.names}
    final = methods.final = type(cls)(cls.__name__, cls.__bases__, own)
    final.__qualname__ = cls.__qualname__
    if style.frozen:
        _freeze(final)
        if style.slots:
            _pickle_slots(final, own)
    return final


def _freeze(final: Any) -> None:
    """Refuse what would change a record, as dataclasses does."""

    def set_attribute(self: Any, name: str, value: object) -> None:
        if type(self) is final or name in final.__dataclass_fields__:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(final, self).__setattr__(name, value)

    def delete_attribute(self: Any, name: str) -> None:
        if type(self) is final or name in final.__dataclass_fields__:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(final, self).__delattr__(name)

    final.__setattr__, final.__delattr__ = set_attribute, delete_attribute


def _pickle_slots(final: Any, own: Mapping[str, Any]) -> None:
    """Pickle what is frozen and has slots, as dataclasses does."""
    if "__getstate__" not in own:
        final.__getstate__ = _state
    if "__setstate__" not in own:
        final.__setstate__ = _set_state


def _state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


def _can_be_late(cls: type, *, has_slots: bool) -> bool:
    """False for what `dataclasses` treats in a way of its own, and where no second class may come of the first.

    It makes a second one itself where there are slots.
    """
    values = vars(cls)
    if any(map(_is_set_later, values.values())) or any(map(_is_special, cls.__annotations__.values())):
        return False
    if any(values[name].__hash__ is None for name in cls.__annotations__ if name in values):
        return False  # a default that all records would share
    if has_slots:
        return True
    functions = (getattr(one, "fget", getattr(one, "func", one)) for one in values.values())
    codes = (one.__code__ for one in functions if hasattr(one, "__code__"))
    return cls.__bases__ == (object,) and not any("__class__" in code.co_freevars for code in codes)


def _is_special(annotation: Any) -> bool:
    return isinstance(annotation, dataclasses.InitVar) or annotation in (dataclasses.InitVar, dataclasses.KW_ONLY)


def _has_no_parameter(value: object) -> bool:
    return isinstance(value, dataclasses.Field) and not value.init


def _is_set_later(value: Any) -> bool:
    """True for a field with a default that `__init__` has no parameter for: rare, and where it is set depends on
    the slots."""
    has_none = value.default is value.default_factory is dataclasses.MISSING if _has_no_parameter(value) else True
    return not has_none


def _slots_of(base: type) -> tuple[str, ...]:
    slots = base.__dict__.get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _is_class_var(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return annotation.startswith(("ClassVar", "typing.ClassVar"))
    return annotation is ClassVar or typing.get_origin(annotation) is ClassVar
