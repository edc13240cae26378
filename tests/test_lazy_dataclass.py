"""Lazy dataclasses: in all that can be seen of them as those of the standard library, only made later."""

import copy
import dataclasses
import functools
import inspect
import pickle
import threading
import types
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

import pytest

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """A record as the package has them."""

    x: int
    y: float = 0.5
    tags: tuple[str, ...] = dataclasses.field(default_factory=tuple)
    of_all: ClassVar[str] = "all"

    @property
    def total(self) -> float:
        return self.x + self.y


@dataclass(frozen=True, slots=True)
class Point3(Point):
    z: int = 7


@dataclass(frozen=True, slots=True, eq=False)
class Handle:
    name: str


@dataclass(frozen=True, slots=True)
class Own:
    name: str

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("no name")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and other.name.lower() == self.name.lower()

    def __hash__(self) -> int:
        return hash(self.name.lower())

    def __repr__(self) -> str:
        return f"<{self.name}>"


class Named(Protocol):
    name: str


@dataclass(frozen=True, slots=True)
class WithProtocol(Named):
    name: str


def makes() -> type[Any]:
    """A class of which nothing has been made yet."""

    @dataclass(frozen=True, slots=True)
    class Fresh:
        a: int
        b: list[int] = dataclasses.field(default_factory=list)

    return Fresh


def is_made(kind: type, method: str = "__init__") -> bool:
    return isinstance(kind.__dict__[method], types.FunctionType)


def test_nothing_is_made_before_the_first_record_and_then_what_makes_one() -> None:
    fresh = makes()
    assert not is_made(fresh)
    fresh(1)
    assert is_made(fresh)
    assert not is_made(fresh, "__eq__")
    assert fresh(1) == fresh(1)
    assert is_made(fresh, "__eq__")
    assert not is_made(fresh, "__repr__")


def test_what_tells_of_its_fields_makes_no_method() -> None:
    fresh = makes()
    assert [one.name for one in dataclasses.fields(fresh)] == ["a", "b"]
    assert not any(is_made(fresh, one) for one in ("__init__", "__repr__", "__eq__", "__hash__"))
    record = fresh(1, [2])  # what the fields say was not taken out of the class
    assert (dataclasses.replace(record, a=3), fresh(1).b) == (fresh(3, [2]), [])
    assert repr(record).endswith("Fresh(a=1, b=[2])")


def test_which_fields_are_compared_is_as_the_standard_library_has_it() -> None:
    def written() -> type[Any]:
        class Compared:
            a: float
            b: list[int] = dataclasses.field(default_factory=list, hash=False)
            c: int = dataclasses.field(default=3, compare=False)
            d: int = dataclasses.field(default=4, compare=False, hash=True)

        return Compared

    class Other:
        a = 1

    for kind in (dataclass(frozen=True, slots=True)(written()), dataclasses.dataclass(frozen=True)(written())):
        assert kind(1, [2], 3) == kind(1.0, [2], 5)
        assert kind(1, [2]) != kind(1, [3])
        assert kind(1, d=5) == kind(1, d=6)
        assert hash(kind(1, [2], 3)) == hash(kind(1, [3], 4)) == hash((1, 4))
        assert kind(1).__eq__(Other()) is NotImplemented
        nan = kind(float("nan"))
        assert nan == nan
        assert kind.__eq__.__qualname__.endswith("Compared.__eq__")


def test_fields_that_are_all_given_by_name() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class ByName:
        a: int = 1
        b: int
        c: int = dataclasses.field(default=3, kw_only=False)

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Plain:
        a: int = 1
        b: int

    assert not is_made(Plain)
    assert dataclasses.replace(Plain(b=2), a=5) == Plain(b=2, a=5)
    assert [one.kw_only for one in dataclasses.fields(Plain)] == [True, True]
    assert list(inspect.signature(Plain).parameters) == ["a", "b"]
    assert ByName(7, b=2) == ByName(b=2, c=7)
    kinds: tuple[Any, ...] = (ByName, Plain)
    for kind in kinds:
        with pytest.raises(TypeError):
            kind(1, 2)


def test_what_a_record_is_made_of_is_as_the_standard_library_has_it() -> None:
    fresh = makes()
    own = inspect.signature(fresh)

    @dataclasses.dataclass(frozen=True, slots=True)
    class Fresh:
        a: int
        b: list[int] = dataclasses.field(default_factory=list)

    whole = inspect.signature(Fresh)
    assert [(one.name, one.kind, one.annotation) for one in own.parameters.values()] == [
        (one.name, one.kind, one.annotation) for one in whole.parameters.values()
    ]
    assert fresh(1).b is not fresh(1).b
    with pytest.raises(TypeError, match="argument"):
        fresh()
    with pytest.raises(TypeError, match="argument"):
        fresh(1, [], 3)


def test_fields_that_are_not_given_or_given_by_name_alone() -> None:
    @dataclass(frozen=True, slots=True)
    class Odd:
        a: int
        b: int = dataclasses.field(default=2, kw_only=True)
        c: int = dataclasses.field(default=3, init=False)

    assert Odd(1, b=5) == Odd(1, b=5)
    assert (Odd(1).b, Odd(1).c) == (2, 3)
    with pytest.raises(TypeError):
        Odd(1, 2)  # type: ignore[misc]


@pytest.mark.parametrize(
    "look",
    [
        dataclasses.fields,
        dataclasses.is_dataclass,
        repr,
        lambda kind: kind.__match_args__,
        lambda kind: kind.__eq__,
    ],
)
def test_who_looks_at_the_class_first_sees_what_the_standard_library_makes(look: Callable[[Any], Any]) -> None:
    fresh = makes()
    look(fresh)
    assert [one.name for one in dataclasses.fields(fresh)] == ["a", "b"]
    assert fresh.__match_args__ == ("a", "b")
    assert fresh(1) == fresh(1, [])
    assert fresh(1) != fresh(2)


def test_a_record_is_what_it_was_made_of() -> None:
    point = Point(1, tags=("a",))
    assert (point.x, point.y, point.tags, point.total, Point.of_all) == (1, 0.5, ("a",), 1.5, "all")
    assert repr(point) == "Point(x=1, y=0.5, tags=('a',))"
    assert point == Point(1, 0.5, ("a",))
    assert hash(point) == hash(Point(1, 0.5, ("a",)))
    assert dataclasses.replace(point, y=2.0) == Point(1, 2.0, ("a",))
    assert dataclasses.asdict(point) == {"x": 1, "y": 0.5, "tags": ("a",)}
    match point:
        case Point(x, y):
            assert (x, y) == (1, 0.5)


def test_it_has_slots_and_can_not_be_changed() -> None:
    point = Point(1)
    assert not hasattr(point, "__dict__")
    changes: list[Callable[[], None]] = [
        lambda: setattr(point, "x", 2),
        lambda: setattr(point, "new", 2),
        lambda: delattr(point, "x"),
    ]
    for change in changes:
        with pytest.raises(dataclasses.FrozenInstanceError):
            change()
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]


def test_a_subclass_has_the_fields_of_its_base() -> None:
    point = Point3(1, 2.0)
    assert [one.name for one in dataclasses.fields(point)] == ["x", "y", "tags", "z"]
    assert (point.total, point.z, point == Point(1, 2.0)) == (3.0, 7, False)
    assert vars(Point3)["__slots__"] == ("z",)
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 5  # type: ignore[misc]


def test_one_that_is_only_itself() -> None:
    one = Handle("a")
    assert one != Handle("a")
    assert len({one, Handle("a"), one}) == 2


def test_what_a_class_writes_itself_stays() -> None:
    assert Own("A") == Own("a")
    assert len({Own("A"), Own("a")}) == 1
    assert repr(Own("a")) == "<a>"
    with pytest.raises(ValueError, match="no name"):
        Own("")


def test_a_protocol_may_be_its_base() -> None:
    assert WithProtocol("a").name == "a"


@pytest.mark.parametrize("record", [Point(1, tags=("a",)), Point3(4), Own("a")])
def test_copies_and_pickles(record: object) -> None:
    assert copy.deepcopy(record) == record
    assert pickle.loads(pickle.dumps(record)) == record


def test_a_pickle_of_a_class_of_which_nothing_was_made_yet() -> None:
    fresh = makes()
    record: Any = object.__new__(fresh)
    record.__setstate__([1, [2]])
    assert record == fresh(1, [2])


def test_other_kinds_of_dataclasses_are_those_of_the_standard_library() -> None:
    @dataclass
    class Plain:
        a: int = 1

    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        a: int = 1

    assert is_made(Plain)
    assert is_made(Ordered)
    changed = Plain()
    changed.a = 2
    assert (changed, Ordered(3) > Ordered(2)) == (Plain(2), True)


def _styles() -> dict[str, tuple[dict[str, bool], Callable[[], type[Any]]]]:
    def frozen() -> type[Any]:
        class Frozen:
            a: int
            b: list[int] = dataclasses.field(default_factory=list)
            c: int = dataclasses.field(default=3, compare=False)
            of_all: ClassVar[int] = 4

            @functools.cached_property
            def double(self) -> int:
                return 2 * self.a

        return Frozen

    def changing() -> type[Any]:
        class Changing:
            a: int
            b: list[int] = dataclasses.field(default_factory=list)
            c: int = 3

        return Changing

    def derived() -> type[Any]:
        class Derived:
            a: int
            b: int = 2
            _sum: int = dataclasses.field(init=False, repr=False, compare=False)

            def __post_init__(self) -> None:
                object.__setattr__(self, "_sum", self.a + self.b)

            @property
            def total(self) -> int:
                return self._sum

        return Derived

    both = {"frozen": True, "slots": True}
    return {"frozen": ({"frozen": True}, frozen), "slots": ({"slots": True}, changing), "derived": (both, derived)}


@pytest.mark.parametrize("style", _styles())
def test_each_style_is_as_the_standard_library_has_it(style: str) -> None:
    options, written = _styles()[style]
    kinds = dataclass(**options)(written()), dataclasses.dataclass(**options)(written())
    assert not is_made(kinds[0])
    lazy, usual = (
        {
            "text": repr(kind(1)),
            "equal": (kind(1) == kind(1), kind(1) == kind(2)),
            "replaced": repr(dataclasses.replace(kind(1), a=5)),
            "as a dict": dataclasses.asdict(kind(1)),
            "signature": str(inspect.signature(kind)),
            "hashed": kind.__hash__ is not None,
            "slots": hasattr(kind(1), "__dict__"),
            "of the class": sorted(name for name in vars(kind) if name in ("b", "c", "of_all")),
            "copied": repr(copy.deepcopy(kind(1))),
            "own": [getattr(kind(3), name) for name in ("double", "total") if hasattr(kind, name)],
            "changed": _said_to(kind(1), lambda one: setattr(one, "a", 7)),
            "taken": _said_to(kind(1), lambda one: delattr(one, "a")),
        }
        for kind in kinds
    )
    assert lazy == usual


def test_what_needs_the_class_itself_is_made_at_once() -> None:
    class Base:
        pass

    def with_super() -> type[Any]:
        class Above:
            a: int = 1

            def text(self) -> str:
                return super().__repr__()

        return Above

    def of_another() -> type[Any]:
        class Below(Base):
            a: int = 1

        return Below

    def passing_on() -> type[Any]:
        class Passing:
            a: dataclasses.InitVar[int]
            b: int = 2

            def __post_init__(self, a: int) -> None:
                assert a == 1

        return Passing

    assert dataclass(frozen=True)(with_super())().text().startswith("<")
    below = dataclass(frozen=True)(of_another())
    assert Base.__subclasses__() == [below]
    assert dataclass(slots=True)(passing_on())(1).b == 2


def test_a_default_that_all_would_share_is_refused() -> None:
    class Sharing:
        a: list[int] = []  # noqa: RUF012 - the fault

    with pytest.raises(ValueError, match="mutable default"):
        dataclass(slots=True)(Sharing)


@pytest.mark.parametrize("options", [{"frozen": True}, {"frozen": True, "slots": True}, {"slots": True}])
def test_one_with_an_equality_of_its_own_is_hashed_as_it_would_be(
    options: dict[str, bool],
) -> None:
    def written() -> type[Any]:
        class Same:
            a: int = 1

            def __eq__(self, other: object) -> bool:
                return True

        return Same

    lazy, usual = dataclass(**options)(written()), dataclasses.dataclass(**options)(written())
    if usual.__hash__ is None:
        assert lazy.__hash__ is None
    else:
        assert hash(lazy(3)) == hash(usual(3))
    assert lazy(1) == lazy(2)


def _said_to(record: Any, change: Callable[[Any], None]) -> str:
    try:
        change(record)
    except AttributeError as error:
        return f"{type(error).__name__}: {error}"
    return "done"


def test_many_threads_may_be_the_first() -> None:
    for _ in range(20):
        fresh, begin = makes(), threading.Barrier(8)
        found: list[Any] = []

        def make(fresh: Any = fresh, begin: threading.Barrier = begin, found: list[Any] = found) -> None:
            begin.wait()
            found.append(fresh(1))

        threads = [threading.Thread(target=make) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [fresh(1, [])] * 8
