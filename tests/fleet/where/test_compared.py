"""Values against texts: patterns, numbers with units, versions, yes and no."""

import re
from typing import Any

import pytest

from edgeclassify.fleet.where.compared import Kind, check, holds, version_key


@pytest.mark.parametrize(
    ("kind", "found", "sign", "text", "expected"),
    [
        (Kind.TEXT, "north-1", "=", "north-*", True),
        (Kind.TEXT, "north-1", "=", "North-*", False),
        (Kind.TEXT, "cat [red]", "=", "cat [red]", True),
        (Kind.TEXT, "cat r", "=", "cat [red]", False),
        (Kind.TEXT, "north-1", "!=", "north-?", False),
        (Kind.TEXT, "north-10", "!=", "north-?", True),
        (Kind.NUMBER, 60.0, "<", "60", False),
        (Kind.NUMBER, 60.0, "<=", "60", True),
        (Kind.NUMBER, 60.0, ">=", "60", True),
        (Kind.NUMBER, 60.0, ">", "60", False),
        (Kind.NUMBER, 60, "=", "60.0", True),
        (Kind.NUMBER, 60, "!=", "60", False),
        (Kind.NUMBER, -3.5, "<", "-3.4", True),
        (Kind.SECONDS, 119.0, "<", "2min", True),
        (Kind.SECONDS, 120.0, "=", "2m", True),
        (Kind.SECONDS, 3600.0, "=", "1h", True),
        (Kind.SECONDS, 86_400.0, "=", "1d", True),
        (Kind.SECONDS, 5.0, "=", "5s", True),
        (Kind.FLAG, True, "=", "on", True),
        (Kind.FLAG, False, "=", "No", True),
        (Kind.FLAG, True, "!=", "yes", False),
        (Kind.VERSION, "1.10.0", ">", "1.9", True),
        (Kind.VERSION, "1.5.0", "=", "1.5", True),
        (Kind.VERSION, "1.5rc1", "<", "1.5", True),
        (Kind.VERSION, "1.5.post1", ">=", "1.5", True),
        (Kind.VERSION, "1.5+deb12", ">=", "1.5", True),
        (Kind.VERSION, "1.4.9", "=", "1.4.*", True),
        (Kind.VERSION, "1.4.9", "!=", "1.4.*", False),
        (Kind.VERSION, "unknown", "<", "1.5", None),
        (Kind.VERSION, "unknown", "!=", "1.5", None),
        (Kind.NUMBER, "much", ">", "1", None),
    ],
)
def test_a_value_is_held_against_a_text(
    kind: Kind, found: Any, sign: str, text: str, expected: bool | None
) -> None:
    check(kind, sign, text)
    assert holds(kind, found, sign, text) is expected


@pytest.mark.parametrize(
    ("kind", "sign", "text", "expected"),
    [
        (Kind.NUMBER, "=", "5min", "a number"),
        (Kind.NUMBER, "=", "1e3", "a number"),
        (Kind.NUMBER, "=", "9" * 400, "a number"),
        (Kind.SECONDS, ">", "5 weeks", "seconds, or 5min, 2h, 3d"),
        (Kind.FLAG, "=", "maybe", "yes or no"),
        (Kind.VERSION, "<", "1.*", "a version such as 1.5"),
        (Kind.VERSION, "=", "new", "a version such as 1.5, or a pattern such as 1.*"),
        (Kind.VERSION, "=", "", "a version such as 1.5, or a pattern such as 1.*"),
    ],
)
def test_a_text_that_cant_be_compared_is_refused(kind: Kind, sign: str, text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        check(kind, sign, text)


def test_versions_are_in_the_order_of_their_releases() -> None:
    ordered = [
        "0.9",
        "1.0.dev1",
        "1.0a2",
        "1.0rc9",
        "1.0rc10",
        "1",
        "1.0.post1",
        "1.0.1",
        "1.2",
        "1.10",
        "2.0~beta",
        "2.0",
    ]
    keys = [version_key(text) for text in ordered]
    assert None not in keys
    assert keys == sorted(keys, key=lambda key: key or ((), 0, "", 0))
    assert len(set(keys)) == len(keys)
    assert version_key("1.0.0") == version_key("v1") == version_key("1+deb12")
    assert version_key("1.5/2") is None
    assert version_key("1" * 10) is None
