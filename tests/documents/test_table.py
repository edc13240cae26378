"""Tables read key by key: what passes, and one fault for each key that does not."""

from pathlib import Path
from typing import Any

import pytest

from edgeclassify.documents.faults import ConfigFault
from edgeclassify.documents.table import Table


def table_of(**values: Any) -> tuple[Table, list[ConfigFault]]:
    faults: list[ConfigFault] = []
    return Table(values, faults), faults


def test_values_of_their_types_pass() -> None:
    table, faults = table_of(a="text", b=3, c=0.5, d="rgb", e="x/y.jpg", f=[1, 2.5], g=["p", "q"], h={"i": ""})
    assert table.text("a") == "text"
    assert table.count("b", above=2) == 3
    assert table.number("c", least=0.5, most=0.5) == 0.5
    assert table.choice("d", ("rgb", "bgr")) == "rgb"
    assert table.path("e") == Path("x/y.jpg")
    assert table.numbers("f", lambda values: values) == (1.0, 2.5)
    assert table.text_or_texts("g") == ("p", "q")
    within = table.table("h")
    assert within is not None
    assert within.text("i") == ""
    within.end()
    table.end()
    assert faults == []


def test_a_whole_number_passes_for_one_with_a_fraction() -> None:
    table, _ = table_of(a=1)
    assert type(table.number("a")) is float


def test_what_is_not_there_is_no_fault_unless_it_is_needed() -> None:
    table, faults = table_of()
    assert table.text("a") is None
    assert table.table("b") is None
    assert faults == []
    assert table.text("c", needed=True) is None
    assert [str(one) for one in faults] == ["c: expected a value, found nothing. This key has no default."]


def refuse(_: object) -> Any:
    raise ValueError("something else")


@pytest.mark.parametrize(
    ("value", "read", "fault"),
    [
        (3, lambda t: t.text("a"), "a: expected a string in quotes, found 3."),
        ("", lambda t: t.text("a", may_be_empty=False), "a: expected a non-empty string, found ''."),
        ("x", lambda t: t.text("a", check=refuse), "a: expected something else, found 'x'."),
        ("rbg", lambda t: t.choice("a", ("rgb", "xyz")), "a: expected one of rgb, xyz, found 'rbg'."),
        (True, lambda t: t.choice("a", ("rgb",)), "a: expected one of rgb, found true."),
        (7, lambda t: t.path("a"), "a: expected a path in quotes, found 7."),
        ("a\nb", lambda t: t.path("a"), "a: expected text without control characters, found 'a\\nb'."),
        ("~nobody-here/x", lambda t: t.path("a"), "a: expected a path whose ~ is the home folder"),
        ("1", lambda t: t.number("a"), "a: expected a number, found '1'."),
        (True, lambda t: t.number("a"), "a: expected a number, found true."),
        (10**400, lambda t: t.number("a"), "a: expected a number of a usual size, found 1000"),
        (float("nan"), lambda t: t.number("a"), "a: expected a finite number, found nan."),
        (float("nan"), lambda t: t.number("a", above=0), "a: expected a number above 0, found nan."),
        (float("inf"), lambda t: t.number("a", least=0), "a: expected a finite number, found inf."),
        (0, lambda t: t.number("a", above=0), "a: expected a number above 0, found 0."),
        (0.49, lambda t: t.number("a", least=0.5), "a: expected a number of at least 0.5, found 0.49."),
        (1.01, lambda t: t.number("a", most=1), "a: expected a number of at most 1, found 1.01."),
        (1.5, lambda t: t.count("a", above=0), "a: expected a whole number, found 1.5."),
        (True, lambda t: t.count("a", above=0), "a: expected a whole number, found true."),
        (0, lambda t: t.count("a", above=0), "a: expected a number above 0, found 0."),
        (1, lambda t: t.numbers("a", tuple), "a: expected a list, found 1."),
        ([1, "x"], lambda t: t.numbers("a", tuple), "a[1]: expected a number, found 'x'."),
        ([1], lambda t: t.numbers("a", refuse), "a: expected something else, found [1]."),
        (1, lambda t: t.text_or_texts("a"), "a: expected a string in quotes, or a list, found 1."),
        (["x", 2], lambda t: t.text_or_texts("a"), "a[1]: expected a string in quotes, found 2."),
        ("x", lambda t: t.table("a"), "a: expected a table, found 'x'."),
        (
            [{}],
            lambda t: t.table("a"),
            "Write [a], in single brackets: there is one.",
        ),
    ],
)
def test_one_fault_for_a_wrong_value(value: Any, read: Any, fault: str) -> None:
    table, faults = table_of(a=value)
    assert read(table) is None
    table.end()
    assert len(faults) == 1
    assert fault in str(faults[0])


def test_keys_of_a_table_within_have_its_name() -> None:
    table, faults = table_of(golden={"label": 3, "lable": "x"})
    within = table.table("golden")
    assert within is not None
    within.text("label")
    within.end()
    assert [one.key for one in faults] == ["golden.label", "golden.lable"]
    assert 'Did you mean "label"?' in str(faults[1])


def test_secrets_are_not_shown() -> None:
    table, faults = table_of(password=17, url="https://user:word@host/x")
    table.text("password")
    table.number("url")
    assert not any(secret in str(one) for one in faults for secret in ("17", "word@"))
