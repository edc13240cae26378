"""The class itself: its fields, and frozen records of it, by pydantic's names of what can be done with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, get_origin

from edgeclassify.late_model.field import LateField
from edgeclassify.late_model.marks import MISSING, Field, PrivateAttr, ValidatorMark
from edgeclassify.replaced_files import late_imports


def _merged(cls: type, what: str) -> dict[str, Any]:
    """What all classes of its line have, those of its bases first."""
    found: dict[str, Any] = {}
    for one in reversed(cls.__mro__):
        found |= vars(one).get(what, {})
    return found


def _pydantic_side() -> Any:
    """Loads pydantic, perhaps long after the start. Raises ReplacedFilesError."""
    with late_imports():
        from edgeclassify.late_model import pydantic_class
    return pydantic_class


class LateModel:
    """A model that pydantic has not seen yet."""

    __slots__ = ("_said",)

    if TYPE_CHECKING:
        _said: frozenset[str]

    model_config: ClassVar[dict[str, Any]] = {}
    model_fields: ClassVar[Mapping[str, LateField]] = {}
    late_privates: ClassVar[Mapping[str, Any]] = {}
    """The defaults of private attributes."""
    late_validators: ClassVar[Mapping[str, ValidatorMark]] = {}

    late_own_fields: ClassVar[Mapping[str, LateField]] = {}
    """Those of the class itself."""

    def __init_subclass__(cls) -> None:
        own, privates, judges = {}, {}, {}
        for name, value in vars(cls).items():
            if isinstance(value, ValidatorMark):
                judges[name] = value
            elif type(value).__module__.startswith("pydantic."):  # a default by its looks, or passed over
                raise TypeError(
                    f"{cls.__name__}.{name}: expected what late_model has of that name, found pydantic's"
                )
        for name, annotation in cls.__annotations__.items():
            if get_origin(annotation) is ClassVar:  # type: ignore[comparison-overlap]
                continue
            value = cls.__dict__.get(name, MISSING)
            if value is not MISSING:
                delattr(cls, name)  # a record has it itself
            if name.startswith("_"):
                privates[name] = value.default if isinstance(value, PrivateAttr) else value
            else:
                own[name] = LateField(annotation, value if isinstance(value, Field) else Field(value))
        cls.late_own_fields = own
        cls.model_fields = _merged(cls, "late_own_fields")
        cls.late_privates = _merged(cls, "late_privates") | privates
        cls.late_validators = _merged(cls, "late_validators") | judges

    def __init__(self, **values: Any) -> None:
        """Judged by pydantic, raises ValidationError."""
        self._become(values)

    def _become(self, value: Any) -> None:
        made = type(self).model_validate(value)
        vars(self).update(vars(made))
        object.__setattr__(self, "_said", frozenset(made.model_fields_set))

    @classmethod
    def late_record(cls, values: dict[str, Any], said: frozenset[str]) -> Self:
        """A record of its fields' values, which are known to be right. `said`: those that somebody has set."""
        new = object.__new__(cls)
        attributes = vars(new)
        if cls.late_privates:
            attributes.update(cls.late_privates)
        attributes.update(values)
        object.__setattr__(new, "_said", said)
        return new

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """A record that is not judged: the others of its fields are at their defaults."""
        made = {}
        for name, field in cls.model_fields.items():
            if name in values:
                made[name] = values[name]
            elif not field.is_required():
                made[name] = field.get_default(call_default_factory=True)
        return cls.late_record(made, frozenset(values if _fields_set is None else _fields_set))

    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Self:
        """The same with other values, which are not judged."""
        new = object.__new__(type(self))
        vars(new).update(vars(self))
        said = self._said
        if update:
            vars(new).update(update)
            said = said.union(update)
        object.__setattr__(new, "_said", said)
        return new

    @property
    def model_fields_set(self) -> set[str]:
        """The fields that somebody has set, as far as they are not at their defaults by themselves."""
        return set(self._said)

    def model_dump(
        self, *, mode: str = "python", exclude: set[str] | None = None, **options: Any
    ) -> dict[str, Any]:
        """Its fields and their values, records as dicts. `mode`: "json": in types that JSON has, by pydantic."""
        if mode == "python" and not options:
            return {name: _dumped(value) for name, value in self if not (exclude and name in exclude)}
        record = _pydantic_side().pydantic_record(self)
        written: dict[str, Any] = record.model_dump(mode=mode, exclude=exclude, **options)
        return written

    def model_dump_json(self, **options: Any) -> str:
        """As JSON, by pydantic."""
        return str(_pydantic_side().pydantic_record(self).model_dump_json(**options))

    @classmethod
    def model_validate(cls, value: Any, **options: Any) -> Self:
        """What pydantic judges to be right, as a record. Raises ValidationError."""
        if isinstance(value, cls):
            return value
        found: Self = _pydantic_side().judged(cls, "model_validate", value, options)
        return found

    @classmethod
    def model_validate_json(cls, text: str | bytes, **options: Any) -> Self:
        """The same of JSON."""
        found: Self = _pydantic_side().judged(cls, "model_validate_json", text, options)
        return found

    @classmethod
    def model_json_schema(cls, **options: Any) -> dict[str, Any]:
        """Its JSON Schema, by pydantic."""
        schema: dict[str, Any] = _pydantic_side().pydantic_class(cls).model_json_schema(**options)
        return schema

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Pydantic asks for it where a model of its own holds one of these."""
        return _pydantic_side().core_schema_of(cls, handler)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return ((name, value) for name, value in vars(self).items() if name not in self.late_privates)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.late_privates:
            raise AttributeError(f"{type(self).__name__} is frozen: {name} can't be set")
        vars(self)[name] = value

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} can't be deleted")

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), *(value for _, value in self)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self)})"

    def __reduce__(self) -> Any:
        return _again, (type(self), vars(self), self._said)


class RootModel(LateModel):
    """A model of a single value, `root`."""

    root: Any

    def __init__(self, root: Any) -> None:
        """Judged by pydantic, raises ValidationError."""
        self._become(root)

    def __class_getitem__(cls, annotation: Any) -> type[Self]:
        return type(cls.__name__, (cls,), {"__annotations__": {"root": annotation}, "__module__": cls.__module__})

    def model_dump(self, **options: Any) -> Any:
        """The value, by pydantic."""
        return _pydantic_side().pydantic_record(self).model_dump(**options)


def create_model(name: str, /, *, __base__: type[LateModel], **fields: Any) -> type[LateModel]:
    """As pydantic's, with the description of its base. `fields`: the annotation and the mark of each."""
    annotations = {key: annotation for key, (annotation, _) in fields.items()}
    marks = {key: mark for key, (_, mark) in fields.items()}
    namespace = {"__module__": __base__.__module__, "__doc__": __base__.__doc__, "__annotations__": annotations}
    return type(name, (__base__,), namespace | marks)


def _again(cls: type[LateModel], attributes: dict[str, Any], said: frozenset[str]) -> LateModel:
    return cls.late_record(attributes, said)


def _dumped(value: Any) -> Any:
    if isinstance(value, LateModel):
        return value.model_dump()
    if isinstance(value, dict):
        return {key: _dumped(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(map(_dumped, value))
    return value
