"""The real model of a class, made when it is first asked for."""

import threading
from functools import partial
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin

import pydantic
from pydantic import BaseModel
from pydantic_core import core_schema

from edgeclassify.late_model.marks import (
    MISSING,
    AfterValidator,
    BeforeValidator,
    Field,
    JsonValue,
    ValidationError,
    ValidatorMark,
)
from edgeclassify.late_model.model import LateModel, RootModel

_made: dict[type[LateModel], type[BaseModel]] = {LateModel: BaseModel, RootModel: pydantic.RootModel}
_making = threading.RLock()
_OF_THE_CLASS = ("__dict__", "__weakref__", "__slots__", "__annotations__", "__annotate_func__", "__annotate__")


class _Metaclass(type(BaseModel)):  # type: ignore[misc]
    """Of a real model: a record of its late class is an instance of it too, so that pydantic takes it as it is."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return super().__instancecheck__(instance) or isinstance(instance, vars(cls).get("late_class", ()))


def pydantic_class(late_class: Any) -> type[BaseModel]:
    """A model of pydantic with the same fields, validators and methods, whose bases are those of the late ones."""
    with _making:
        if late_class not in _made:
            _made[late_class] = _model(late_class)
        return _made[late_class]


def judged(late_class: Any, method: str, value: Any, options: dict[str, Any]) -> Any:
    """A record of what that method of the real model takes. Raises ValidationError."""
    try:
        return late(late_class, getattr(pydantic_class(late_class), method)(value, **options))
    except pydantic.ValidationError as error:
        raise ValidationError(error) from None


def late(late_class: Any, found: BaseModel) -> Any:
    """What pydantic has judged as a record of the late class."""
    return late_class.late_record(
        {**found.__dict__, **(found.model_extra or {})}, frozenset(found.model_fields_set)
    )


def core_schema_of(late_class: Any, handler: Any) -> core_schema.CoreSchema:
    """What a model of pydantic, one of whose fields is of the late class, does with it: judges it by the real
    model, and holds a record of the late one.
    """
    return core_schema.no_info_after_validator_function(
        partial(_taken, late_class),
        handler.generate_schema(pydantic_class(late_class)),
        serialization=core_schema.wrap_serializer_function_ser_schema(_written),
    )


def pydantic_record(record: LateModel) -> BaseModel:
    """The record as pydantic has it, to write it. It is not judged."""
    model = pydantic_class(type(record))
    if isinstance(record, RootModel):
        made: BaseModel = model.model_construct(record.root)
        return made
    return model.model_construct(record.model_fields_set, **dict(record))


def _taken(late_class: Any, found: Any) -> Any:
    return late(late_class, found) if isinstance(found, BaseModel) else found


def _written(value: Any, write: Any) -> Any:
    return write(pydantic_record(value) if isinstance(value, LateModel) else value)


def _model(late_class: Any) -> type[BaseModel]:
    namespace: dict[str, Any] = {"__qualname__": late_class.__qualname__}
    for name, value in vars(late_class).items():
        if name in _OF_THE_CLASS or name.startswith(("late_", "model_fields")):
            continue
        namespace[name] = _validator(value) if isinstance(value, ValidatorMark) else value
    annotations: dict[str, Any] = {}
    for name, annotation in late_class.__annotations__.items():
        if get_origin(annotation) is ClassVar:
            annotations[name] = annotation
    for name, field in late_class.late_own_fields.items():
        annotations[name], namespace[name] = converted(field.annotation), _field(field.mark)
    annotations["late_class"] = ClassVar[Any]
    namespace |= {"__annotations__": annotations, "late_class": late_class}
    bases = tuple(pydantic_class(base) if issubclass(base, LateModel) else base for base in late_class.__bases__)
    made: type[BaseModel] = _Metaclass(late_class.__name__, bases, namespace)
    return made


def _validator(mark: ValidatorMark) -> Any:
    mode: Any = mark.mode
    if not mark.fields:
        return pydantic.model_validator(mode=mode)(mark.function)  # type: ignore[no-untyped-call]
    return pydantic.field_validator(*mark.fields, mode=mode)(mark.function)  # type: ignore[no-untyped-call]


def _field(mark: Field) -> Any:
    if mark.default_factory is not None:
        return pydantic.Field(default_factory=mark.default_factory, **mark.rules)
    return pydantic.Field(**mark.rules) if mark.default is MISSING else pydantic.Field(mark.default, **mark.rules)


def converted(annotation: Any) -> Any:
    """The annotation with pydantic's own names in the place of the marks."""
    if annotation is JsonValue:
        return pydantic.JsonValue
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[(converted(parts[0]), *map(_mark, annotation.__metadata__))]
    if origin is None or origin is Literal:
        return annotation
    inner = tuple(map(converted, parts))
    return Union[inner] if origin in (Union, UnionType) else origin[inner]  # noqa: UP007 - of as many as there are


def _mark(mark: Any) -> Any:
    if isinstance(mark, Field):
        return _field(mark)
    if isinstance(mark, AfterValidator):
        return pydantic.AfterValidator(mark.func)
    return pydantic.BeforeValidator(mark.func) if isinstance(mark, BeforeValidator) else mark
