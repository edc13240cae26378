"""A field of a late model, by pydantic's names of what is known of it."""

from typing import Any

from edgeclassify.late_model.marks import MISSING, Field


def is_late(kind: Any) -> bool:
    """True of the classes that are late models."""
    return isinstance(kind, type) and hasattr(kind, "late_record")


class LateField:
    """A field. `annotation`: as it was written, with `Annotated`."""

    __slots__ = ("annotation", "mark")

    def __init__(self, annotation: Any, mark: Field) -> None:
        self.annotation, self.mark = annotation, mark

    @property
    def default(self) -> Any:
        """MISSING where there is none, or a function makes it."""
        return self.mark.default

    @property
    def description(self) -> str | None:
        """What it is."""
        return self.mark.rules.get("description")

    @property
    def alias(self) -> str | None:
        """Its name outside, where that differs."""
        return self.mark.rules.get("alias")

    def is_required(self) -> bool:
        """True where a record needs a value of it."""
        return self.mark.default is MISSING and self.mark.default_factory is None

    def get_default(self, *, call_default_factory: bool = False) -> Any:
        """The default; a table that may be left out is a record with the defaults of its own."""
        mark = self.mark
        if mark.default_factory is None:
            return mark.default
        if not call_default_factory:
            return None
        if is_late(mark.default_factory):
            return mark.default_factory.model_construct()  # type: ignore[attr-defined]
        value = mark.default_factory()
        return self.annotation.model_construct() if value == {} and is_late(self.annotation) else value
