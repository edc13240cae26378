"""Records of a late model do what pydantic's do."""

import copy
import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import pydantic
import pytest

from edgeclassify.late_model import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    LateModel,
    PrivateAttr,
    RootModel,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)
from edgeclassify.late_model.pydantic_class import pydantic_class


def _upper(value: str) -> str:
    return value.upper()


class Inner(LateModel):
    """A part."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    size: Annotated[int, Field(ge=1)] = Field(1, description="How large.")
    word: Annotated[str, BeforeValidator(str), AfterValidator(_upper)] = "X"


class Outer(LateModel):
    """The whole."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True)
    unit: ClassVar[str] = "m"

    inner: Inner = Field(default_factory=Inner)
    inners: Annotated[tuple[Inner, ...], Field(strict=False)] = ()
    path: Annotated[Path, Field(strict=False)] | None = None
    kind: Literal["a", "b"] = Field("a", alias="is")
    data: dict[str, JsonValue] = Field(default_factory=dict)
    left: Inner = Field(default_factory=dict)  # type: ignore[assignment] # a table that may be left out

    _origin: str = PrivateAttr("nowhere")

    @field_validator("kind")
    @classmethod
    def _not_b_of_context(cls, value: str, info: ValidationInfo) -> str:
        if value == info.context:
            raise ValueError("another kind")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.total > 100:
            raise ValueError("less than that")
        return self

    @property
    def total(self) -> int:
        """Of all sizes."""
        return self.inner.size + sum(one.size for one in self.inners)

    def named(self, origin: str) -> Self:
        """A copy from there."""
        new = self.model_copy()
        new._origin = origin  # noqa: SLF001 - of the same class
        return new

    @property
    def origin(self) -> str:
        """Where it is from."""
        return self._origin


class Special(Outer):
    """With one more, and another default."""

    kind: Literal["a", "b"] = Field("b", alias="is")
    more: bool = False


def built(**values: Any) -> Outer:
    """Judged, by the names that are used outside."""
    return Outer(**values)


class Written(pydantic.BaseModel):
    """The same whole, as pydantic has it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    inner: Inner
    either: Inner | Outer | None = None


def test_a_record_without_a_judgement_has_all_defaults() -> None:
    made = Outer.model_construct(path=Path("/x"))
    assert made.model_fields_set == {"path"}
    assert dict(made) == {
        "inner": Inner(),
        "inners": (),
        "path": Path("/x"),
        "kind": "a",
        "data": {},
        "left": Inner(),
    }
    assert type(made.inner) is Inner
    assert made.unit == "m"
    assert Special.model_construct().kind == "b"
    assert [*Special.model_fields] == ["inner", "inners", "path", "kind", "data", "left", "more"]


def test_each_record_has_a_table_of_its_own() -> None:
    assert Outer.model_construct().data is not Outer.model_construct().data


def test_a_judged_one_is_a_record_all_the_way_down() -> None:
    judged = Outer.model_validate({"inner": {"size": 3, "word": "a"}, "inners": [{}, Inner(size=2)], "is": "b"})
    assert type(judged) is Outer
    assert (type(judged.inner), judged.inner.word) == (Inner, "A")
    assert [one.size for one in judged.inners] == [1, 2]
    assert judged.model_fields_set == {"inner", "inners", "kind"}
    assert judged.inner.model_fields_set == {"size", "word"}
    assert judged.total == 6
    assert (judged.left, type(judged.left)) == (Inner(), Inner)
    assert Inner.model_validate({"word": 5}).word == "5"
    assert built(inner=Inner(size=3, word="a"), **{"is": "a"}).inner.size == 3


def test_json_is_judged_as_json() -> None:
    text = '{"inners": [{"size": 2}], "path": "/x", "data": {"a": [1, null]}}'
    judged = Outer.model_validate_json(text)
    assert (judged.inners, judged.path, judged.data) == ((Inner(size=2),), Path("/x"), {"a": [1, None]})
    assert Written.model_validate_json('{"inner": {"size": 2}}').inner == Inner(size=2)


@pytest.mark.parametrize(
    ("document", "loc", "kind"),
    [
        ({"inner": {"size": 0}}, ("inner", "size"), "greater_than_equal"),
        ({"inners": [{}, {"size": "1"}]}, ("inners", 1, "size"), "int_type"),
        ({"other": 1}, ("other",), "extra_forbidden"),
        ({"is": "c"}, ("is",), "literal_error"),
        ({"inner": {"size": 101}}, (), "value_error"),
        ({"inner": 1}, ("inner",), "model_type"),
    ],
)
def test_faults_are_those_of_pydantic(document: dict[str, Any], loc: tuple[Any, ...], kind: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(document)
    with pytest.raises(pydantic.ValidationError) as real:
        pydantic_class(Outer).model_validate(document)
    (detail,) = caught.value.errors(include_url=False)
    assert (detail["loc"], detail["type"]) == (loc, kind)
    assert str(caught.value) == str(real.value)
    assert caught.value.error_count() == 1
    assert issubclass(ValidationError, ValueError)


def test_a_judgement_knows_its_context() -> None:
    assert Outer.model_validate({"is": "b"}, context="a").kind == "b"
    with pytest.raises(ValidationError, match="another kind"):
        Outer.model_validate({"is": "b"}, context="b")


def test_a_record_is_taken_as_it_is() -> None:
    made = Special.model_construct()
    assert Outer.model_validate(made) is made
    inner = Inner()
    assert Written(inner=inner).inner is inner
    assert type(Written(inner=inner, either={"is": "b"}).either) is Outer  # type: ignore[arg-type]


def test_it_is_frozen_but_for_what_is_private() -> None:
    made = Outer.model_construct()
    with pytest.raises(AttributeError, match="Outer is frozen: kind can't be set"):
        made.kind = "b"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="Outer is frozen: kind can't be deleted"):
        del made.kind
    assert (made.origin, made.named("here").origin) == ("nowhere", "here")


def test_what_is_equal() -> None:
    made = Outer.model_construct()
    assert made == Outer()
    assert made != made.named("here")
    assert made != made.model_copy(update={"kind": "b"})
    other: object = Outer()
    assert Inner() != other
    assert {Inner(): 1}[Inner()] == 1
    assert hash(Inner(size=2)) != hash(Inner())
    assert repr(Inner(size=2)) == "Inner(size=2, word='X')"


def test_copies_and_pickles_are_whole() -> None:
    made = built(inners=(Inner(size=4),), **{"is": "b"}).named("here")
    for again in (copy.deepcopy(made), copy.copy(made), pickle.loads(pickle.dumps(made)), made.model_copy()):
        assert again == made
        assert again.model_fields_set == {"inners", "kind"}
        assert again.origin == "here"
    changed = made.model_copy(update={"path": None})
    assert changed.model_fields_set == {"inners", "kind", "path"}
    assert made.model_fields_set == {"inners", "kind"}


def test_it_is_written_as_by_pydantic() -> None:
    document = {"inners": [{"size": 2}], "path": "/x", "data": {"a": 1}}
    made, real = Outer.model_validate(document), pydantic_class(Outer).model_validate(document)
    for options in ({}, {"mode": "json"}, {"exclude": {"inner"}}, {"exclude_unset": True}, {"by_alias": True}):
        assert made.model_dump(**options) == real.model_dump(**options), options
    assert json.loads(made.model_dump_json()) == made.model_dump(mode="json")
    assert Written(inner=Inner(size=2)).model_dump(mode="json", exclude_unset=True) == {"inner": {"size": 2}}


def test_its_schema_is_that_of_pydantic() -> None:
    schema = Outer.model_json_schema()
    assert schema["description"] == "The whole."
    assert schema["$defs"]["Inner"]["properties"]["size"] == {
        "default": 1, "description": "How large.", "minimum": 1, "title": "Size", "type": "integer"
    }  # fmt: skip
    assert schema["properties"]["is"]["enum"] == ["a", "b"]
    assert Written.model_json_schema()["properties"]["inner"] == {"$ref": "#/$defs/Inner"}


def test_what_is_known_of_a_field() -> None:
    fields = Outer.model_fields
    assert (fields["kind"].alias, fields["kind"].default, fields["kind"].is_required()) == ("is", "a", False)
    assert Inner.model_fields["size"].description == "How large."
    assert fields["inner"].get_default() is None
    assert fields["inner"].get_default(call_default_factory=True) == Inner()


def test_a_model_of_a_single_value() -> None:
    class Word(RootModel[str]):
        root: Annotated[str, Field(min_length=2)]

    class Either(RootModel[Annotated[Inner | Outer, Field(union_mode="left_to_right")]]):
        pass

    assert Word.model_validate("ab").root == "ab"
    with pytest.raises(ValidationError):
        Word.model_validate("a")
    assert type(Either.model_validate({"is": "b"}).root) is Outer
    assert Word("ab") == Word.model_validate("ab")
    assert (Word("ab").model_dump(), Word("ab").model_dump_json()) == ("ab", '"ab"')
    assert Word("ab").model_copy() == Word("ab")


def test_what_else_is_said_is_kept_where_it_may_be() -> None:
    class Open(LateModel):
        model_config = ConfigDict(extra="allow")

        name: str

    made = Open.model_validate({"name": "x", "url": "u"})
    assert made.model_dump() == json.loads(made.model_dump_json()) == {"name": "x", "url": "u"}
    assert made == made.model_copy() != Open(name="x")


def test_one_that_is_made_of_fields() -> None:
    made = create_model("Made", __base__=Inner, weight=(float, Field(description="In kg.")))
    assert made.model_validate({"weight": 2.5}).model_dump() == {"size": 1, "word": "X", "weight": 2.5}
    assert made.__doc__ == "A part."
    with pytest.raises(ValidationError):
        made.model_validate({})


def test_what_a_validator_asks_may_be_of_two_bases() -> None:
    class Side(LateModel):
        model_config = ConfigDict(frozen=True)

        side: int = 1

        @field_validator("side")
        @classmethod
        def _is_small(cls, value: int) -> int:
            if value > 5:
                raise ValueError("a small one")
            return value

    class Both(Inner, Side):
        last: int = 2

    assert [*Both.model_fields] == ["side", "size", "word", "last"]
    assert [*pydantic_class(Both).model_fields] == ["side", "size", "word", "last"]
    with pytest.raises(ValidationError, match="a small one"):
        Both(side=6)


@pytest.mark.parametrize(
    "mark",
    [
        pydantic.Field(max_length=5),
        pydantic.PrivateAttr(5),
        pydantic.field_validator("word")(classmethod(lambda _, word: word)),
        pydantic.model_validator(mode="after")(lambda record: record),
    ],
)
@pytest.mark.parametrize("annotations", [{"word": str}, {}])
def test_a_mark_of_pydantic_itself_is_refused(mark: Any, annotations: dict[str, Any]) -> None:
    namespace = {"__annotations__": annotations, "word": mark, "__module__": __name__}
    with pytest.raises(TypeError, match=r"Said\.word: expected what late_model has of that name"):
        type("Said", (LateModel,), namespace)


def test_nothing_of_it_loads_pydantic_before_a_judgement() -> None:
    code = (
        "import sys; from typing import Annotated; from edgeclassify.late_model import Field, LateModel\n"
        "class One(LateModel):\n    size: Annotated[int, Field(ge=1)] = 1\n"
        "made = One.model_construct(size=2); made.model_copy().model_dump(); made == made; repr(made)\n"
        "print('pydantic' in sys.modules); One(size=3); print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\nTrue\n"
