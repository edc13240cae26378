"""The judge without pydantic: what it takes, pydantic takes, and makes the same of it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.config import Config
from edgeclassify.config.base import Section
from edgeclassify.config.reading import parsed
from edgeclassify.late_model import AfterValidator, ConfigDict, Field, LateModel, ValidationError, field_validator
from edgeclassify.late_model.quick_judgement import UnsureError, quickly_judged

ROOT = Path(__file__).resolve().parents[2]
ODD: tuple[Any, ...] = (
    True, False, 0, 1, -1, 2, 3, 90, 640, 1883, 2**53, 2**80, 0.0, -0.0, 0.25, 0.5, 1.5, 61.0, 1e9, -3.0,
    float("nan"), float("inf"), "", "a", "auto", "none", "gate", "gate\n", "grün", "a b", "\ud800", "~nobody/x",
    "/x/y", "x\0y", "22:00-06:00", "mon-fri 08:00-17:00", "Europe/Berlin", "Europe/Nowhere", "mdi:gate",
    "127.0.0.1", "::1", "broker.lan:1884", "https://example.org/x", "images:/x", "picamera:0", "rtsp://u:p@h/x",
    "file:/x", "start", "ping", "online", "request", "sensor", "+/#", None, [], ["a"], ["a", "b"], [1, 2], [2, 1],
    [0.1, 0.2, 0.3, 0.4], [640, 480], [0.5], [1, 2.5], ["start"], ["nothing"], ["22:00-06:00"], [[1]], {},
    {"a": 1}, {"a": True}, {"a": [1, 2]}, {"a": [1, 2.5]}, {"a": 0.5}, {"a": "b"}, {"a": ["b"]}, {"name": "gate"},
    {"a": {}}, {"a": {"hold_s": 1.0}}, {"a": [1.0, 2.0]}, {"a": [2.0, 1.0]}, {"verify": False, "ca": "/x"},
    {"gate": True, "max_interval_s": 2},
)  # fmt: skip


def kinds(kind: type[Section] = Section) -> Iterator[type[Section]]:
    """All sections of the config."""
    for one in kind.__subclasses__():
        yield one
        yield from kinds(one)


SECTIONS = sorted(kinds(), key=lambda kind: kind.__name__)


def words_of(annotation: Any) -> list[Any]:
    """What a Literal of it allows."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [word for part in get_args(annotation) for word in words_of(part)]


NEEDED: dict[str, dict[str, Any]] = {
    "CameraConfig": {"source": "images:/x"},
    "NightConfig": {"below_lux": 5.0, "controls": {"exposure_us": 200_000}},
    "UpdatesConfig": {
        "url": "https://example.org/x",
        "public_key": "QUhKcTN2b0xkM1pjUW9XY0hPaGE3RnVmTzJIc1Q0Qm0=",
    },
    "ViewConfig": {"name": "gate"},
    "WebTlsConfig": {"cert": "/x", "key": "/y"},
    "WebhookConfig": {"url": "https://example.org/x"},
}
"""What a table of that class must say at least."""


def documents(kind: type[Section]) -> st.SearchStrategy[dict[str, Any]]:
    """Tables of the section: some keys, each with a value that fits it, perhaps, or one that hardly does."""
    values = {name: values_of(field) for name, field in kind.model_fields.items()}
    chosen = st.lists(st.sampled_from([*values]), max_size=3, unique=True)
    said = chosen.flatmap(lambda keys: st.fixed_dictionaries({key: values[key] for key in keys}))
    return said.map(lambda table: NEEDED.get(kind.__name__, {}) | table)


def values_of(field: Any) -> st.SearchStrategy[Any]:
    """What may stand behind the key."""
    inner = [one for one in SECTIONS if re.search(rf"\.{one.__name__}\b", repr(field.annotation))]
    tables = [documents(one) for one in inner]
    lists = [documents(one).map(lambda table: [table]) for one in inner]
    usual = [st.just(field.default)] if isinstance(field.default, bool | int | float | str) else []
    return st.one_of(st.sampled_from([*words_of(field.annotation), *ODD]), *usual, *tables, *lists)


def same(one: Any, other: Any) -> bool:
    """Equal, of the same types all the way down, with the same keys said."""
    if type(one) is not type(other):
        return False
    if isinstance(one, LateModel):
        of_both = zip(one, other, strict=True)
        return one.model_fields_set == other.model_fields_set and all(same(a, b) for a, b in of_both)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return repr(one) == repr(other)


@pytest.mark.parametrize("kind", [one for one in SECTIONS if one is not Config], ids=lambda kind: kind.__name__)
def test_what_it_takes_pydantic_takes_and_makes_the_same_of_it(kind: type[Section]) -> None:
    taken = 0

    @settings(max_examples=150, deadline=None)
    @given(documents(kind))
    def check(document: dict[str, Any]) -> None:
        nonlocal taken
        try:
            quickly = quickly_judged(kind, document)
        except UnsureError:
            return
        taken += 1
        assert same(quickly, kind.model_validate(document))

    check()
    assert taken, "it took none of them: this says nothing"


def test_a_whole_file_is_judged_as_by_pydantic() -> None:
    files = sorted((ROOT / "config").glob("*.toml"))
    assert files
    for file in files:
        document = parsed(file.read_text(), file)
        assert same(quickly_judged(Config, document), Config.model_validate(document)), file


@pytest.mark.parametrize(
    "line",
    ["name = 'Tür'", "state_dir = '~nobody-at-all/x'", "health_interval_s = 0", "unknown = 1", "trust_clock = 1"],
)
def test_a_fault_is_left_to_pydantic(line: str) -> None:
    with pytest.raises(UnsureError):
        quickly_judged(Config, parsed(f"[node]\n{line}\n", Path("x")))


def test_a_good_config_is_read_without_pydantic() -> None:
    """Which takes longer to load than all the rest of a start, but for what a frame needs."""
    code = (
        "import sys; from pathlib import Path; from edgeclassify.config import load_config; "
        f"load_config(Path({str(ROOT / 'config' / 'edgeclassify.toml')!r})); print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def _even(value: int) -> int:
    if value % 2:
        raise ValueError("an even number")
    return value


class _Small(LateModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    level: Annotated[int, Field(ge=1, lt=10), AfterValidator(_even)] = 2
    word: Annotated[str, Field(pattern=r"^[a-z]+$", min_length=2, max_length=4)] = "ab"
    either: str | int | None = None
    number: bool | int | float = 1.0
    plain: tuple[int, ...] = ()
    taken: Annotated[tuple[int, ...], Field(strict=False)] = ()
    odd: set[int] | None = None
    share: Annotated[float, Field(ge=0, le=1)] = 0.0
    weight: float = 0.0
    kind: Literal["a", 3] = 3
    pair: Annotated[tuple[int, int], Field(strict=False)] = (1, 2)
    listed: list[int] | list[float] = Field(default_factory=lambda: [1])

    @field_validator("word")
    @classmethod
    def _no_ab(cls, value: str) -> str:
        if value == "abab":
            raise ValueError("another word")
        return value


@pytest.mark.parametrize(
    ("document", "is_sure"),
    [
        ({}, True),
        ({"level": 8}, True),
        ({"level": 1}, False),
        ({"level": 0}, False),
        ({"level": 10}, False),
        ({"level": True}, False),
        ({"level": 2.0}, False),
        ({"word": "abcd"}, True),
        ({"word": "a"}, False),
        ({"word": "abcde"}, False),
        ({"word": "ab\n"}, False),
        ({"word": "AB"}, False),
        ({"word": "abab"}, False),
        ({"either": "x"}, True),
        ({"either": 3}, True),
        ({"either": None}, True),
        ({"either": 3.0}, False),
        ({"number": True}, True),
        ({"number": 1}, True),  # a float too, but so it stands there
        ({"listed": [1, 2]}, True),
        ({"listed": [1, 2.5]}, True),
        ({"listed": [1, "2"]}, False),
        ({"listed": []}, False),  # of which of both? pydantic chooses
        ({"number": 1.5}, True),
        ({"plain": [1]}, False),  # strict: a list is no tuple
        ({"taken": [1, 2]}, True),
        ({"taken": [1, "2"]}, False),
        ({"odd": [1]}, False),
        ({"word": "ab"}, True),
        ({"share": 1}, True),
        ({"share": 1.0}, True),
        ({"share": -0.1}, False),
        ({"share": 1.1}, False),
        ({"weight": 2**53 - 1}, True),
        ({"weight": 2**53}, False),
        ({"kind": "a"}, True),
        ({"kind": 3}, True),
        ({"kind": 3.0}, False),
        ({"pair": [3, 4]}, True),
        ({"pair": [3]}, False),
        ([], False),
        ("x", False),
    ],
)
def test_each_rule(document: Any, is_sure: bool) -> None:
    try:
        found = quickly_judged(_Small, document)
    except UnsureError:
        found = None
    assert (found is not None) == is_sure
    try:
        judged = _Small.model_validate(document)
    except ValidationError:
        judged = None
    assert found is None or same(found, judged)


def test_of_other_models_it_says_nothing() -> None:
    strict = ConfigDict(strict=True, extra="forbid")

    class Plain(LateModel):
        model_config = strict
        x: int = 1

    class Lax(Plain):
        model_config = ConfigDict(strict=False)

    class Open(Plain):
        model_config = ConfigDict(extra="allow")

    class Short(Plain):
        model_config = ConfigDict(str_max_length=1)

    class Star(Plain):
        @field_validator("*")
        @classmethod
        def _none(cls, value: int) -> int:
            raise ValueError("none")

    class Before(Plain):
        @field_validator("x", mode="before")
        @classmethod
        def _whole(cls, value: Any) -> int:
            return int(value)

    assert quickly_judged(Plain, {"x": 2}).x == 2
    for kind in (Lax, Open, Short, Star, Before):
        with pytest.raises(UnsureError):
            quickly_judged(kind, {"x": 2})


def test_a_validator_is_that_of_the_class_and_an_assertion_is_a_fault() -> None:
    class Base(LateModel):
        model_config = ConfigDict(strict=True, extra="forbid")
        x: int = 1

        @field_validator("x")
        @classmethod
        def _small(cls, value: int) -> int:
            assert value < 5
            return value

    class Smaller(Base):
        @classmethod
        def _small(cls, value: int) -> int:
            assert value < 2
            return value

    assert quickly_judged(Base, {"x": 3}).x == Base(x=3).x == 3
    for kind, value in ((Base, 5), (Smaller, 3)):
        with pytest.raises(UnsureError):
            quickly_judged(kind, {"x": value})
        with pytest.raises(ValidationError):
            kind(x=value)
