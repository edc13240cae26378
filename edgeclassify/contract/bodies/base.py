"""What all bodies have: a class describes a payload, judges one that came, is made of a record, and writes it."""

import json
import numbers
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self, cast

from edgeclassify.contract.encoding import rounded
from edgeclassify.errors import PublishError
from edgeclassify.late_model import ConfigDict, Field, LateModel

CONTRACT_VERSION = 1

# Rust's \d and \w know all scripts: ASCII is written out.
_TIME = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$"

Time = Annotated[str, Field(pattern=_TIME, json_schema_extra={"format": "date-time"})]
"""RFC 3339, UTC, with milliseconds."""
Day = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", json_schema_extra={"format": "date"}),
]
"""A day of the calendar."""
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Level = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
Label = Annotated[str, Field(min_length=1)]
Occurrence = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


def about(text: str, **rules: Any) -> Any:
    """A field with its description; `rules` as pydantic has them."""
    return Field(description=text, **rules)


class Body(LateModel):
    """A JSON object of the contract: unknown keys and values of another type are faults.

    What is judged comes by `model_validate_json`. What a node says is made by `of`, from a record that is right
    already, and written by `encode`, in the order of the fields.
    """

    keeps_null: ClassVar[bool] = False
    """True where a key whose default is null is written nevertheless."""

    # Deferred: what a node says is not judged, so that it makes no class's validator.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)

    @classmethod
    def made(cls, **values: Any) -> Self:
        """A body of our own, which is not judged again."""
        return cast(Self, cls.model_construct(**values))

    def encode(self, where: str = "body") -> bytes:
        """Compact JSON in UTF-8. Raises PublishError for a value that has no JSON form; `where` names it there."""
        text = json.dumps(self.content(where), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        # A lone surrogate (a file name that is no UTF-8) has no UTF-8 form: it becomes "?" rather than an error.
        return text.encode("utf-8", "replace")

    def content(self, where: str = "body") -> dict[str, Any]:
        """Keys and values as JSON has them. A key that may be absent is, while it has no value."""
        return {
            key: plain(value, f"{where} {key}")
            for name, key, may_be_absent in _keys(type(self))
            if (value := getattr(self, name)) is not None or not may_be_absent
        }


class Versioned(Body):
    """What a node sends: each says which contract it follows."""

    v: Literal[1] = about("Version of the contract.")

    @classmethod
    def made(cls, **values: Any) -> Self:
        """A body of our own, of the present version."""
        return super().made(v=CONTRACT_VERSION, **values)


def plain(value: Any, where: str) -> Any:
    """`value` in JSON's own types: numpy scalars become numbers, reals have 4 digits and are finite."""
    if type(value) in _PLAIN:  # the usual case first: the tests below take longer than all the rest
        return value
    if isinstance(value, Body):
        return value.content(where)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return rounded(value, where)
    if isinstance(value, Mapping):
        return {str(key): plain(item, f"{where} {key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, where) for item in value]
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return rounded(float(value), where)
    raise PublishError(f"{where}: expected text, a number, a list or a table, found {type(value).__name__}")


_PLAIN = frozenset({str, int, bool, type(None)})


@cache
def _keys(body: type[Body]) -> tuple[tuple[str, str, bool], ...]:
    """The fields of a class: name, key in JSON, and whether it may be absent (its default is None)."""
    return tuple(
        (name, field.alias or name, not body.keeps_null and not field.is_required() and field.default is None)
        for name, field in body.model_fields.items()
    )


assert CONTRACT_VERSION == 1, "Versioned says Literal[1]"
