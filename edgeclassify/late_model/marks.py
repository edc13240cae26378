"""What stands in a class in the place of pydantic's own names: it only remembers what was written."""

from collections.abc import Callable
from typing import Any

ConfigDict = dict
ValidationInfo = Any
MISSING: Any = type("Missing", (), {"__repr__": lambda _: "MISSING", "__slots__": ()})()
"""In place of a default where there is none."""


class ValidationError(ValueError):
    """What pydantic found wrong, of a late model. `errors` and its text are pydantic's."""

    def __init__(self, found: Any) -> None:
        super().__init__(str(found))
        self._found = found

    def errors(self, **options: Any) -> Any:
        """The details, as pydantic has them."""
        return self._found.errors(**options)

    def error_count(self) -> int:
        """How many there are."""
        return int(self._found.error_count())


class JsonValue:
    """Stands for pydantic's type of that name."""


class Field:
    """`rules`: what is said beside the default, by pydantic's words."""

    __slots__ = ("default", "default_factory", "rules")

    def __init__(
        self, default: Any = MISSING, *, default_factory: Callable[[], Any] | None = None, **rules: Any
    ) -> None:
        self.default, self.default_factory, self.rules = default, default_factory, rules


class AfterValidator:
    """A function that gets a value of the right type, and may refuse or change it."""

    __slots__ = ("func",)

    def __init__(self, func: Callable[[Any], Any]) -> None:
        self.func = func


class BeforeValidator:
    """A function that gets a value before its type is looked at."""

    __slots__ = ("func",)

    def __init__(self, func: Callable[[Any], Any]) -> None:
        self.func = func


class PrivateAttr:
    """An attribute that is no field: not judged, and not frozen."""

    __slots__ = ("default",)

    def __init__(self, default: Any) -> None:
        self.default = default


class ValidatorMark:
    """A validator of a class. `fields`: those that it looks at; empty: at the whole.

    `function`: as it was written, for pydantic; it is called as any method of the class is.
    """

    __slots__ = ("fields", "function", "mode")

    def __init__(self, fields: tuple[str, ...], mode: str, function: Any) -> None:
        self.fields, self.mode, self.function = fields, mode, function

    def __get__(self, instance: Any, owner: type) -> Any:
        return self.function.__get__(instance, owner)


def field_validator(*fields: str, mode: str = "after") -> Callable[[Any], ValidatorMark]:
    """As pydantic's."""
    return lambda function: ValidatorMark(fields, mode, function)


def model_validator(*, mode: str) -> Callable[[Any], ValidatorMark]:
    """As pydantic's."""
    return lambda function: ValidatorMark((), mode, function)
