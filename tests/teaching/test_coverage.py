"""What is missing among examples is said, and nothing where nothing is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from typing import Any

import pytest

from edgeclassify.model.taught.manifest import Base, ExampleRecord, Manifest
from edgeclassify.teaching.coverage import FEW, LackKind, lacks
from edgeclassify.teaching.darkness import DARK
from edgeclassify.types import EmbeddingFacts

BASE = Base(EmbeddingFacts("builtin", "0" * 64, "pool", 320, "uint8", 0.1, 0), 96, 96, "crop", None)
HOUR = 3600.0


def some(label: str | None, count: int = FEW, /, **facts: Any) -> Iterator[ExampleRecord]:
    for number in range(count):
        example = ExampleRecord(f"{label}{number}", label, "a.jpg", 0.0)
        yield replace(example, **facts)


def said(*examples: Iterator[ExampleRecord], one_class: bool = False) -> list[str]:
    records = tuple(example for one in examples for example in one)
    return [lack.text for lack in lacks(Manifest("gate", 1, 0, 0, "", BASE, one_class, records))]


def spread(label: str, hours: list[float], **facts: Any) -> Iterator[ExampleRecord]:
    for number, hour in enumerate(hours):
        (one,) = some(label, 1, captured_at=1e9 + hour * HOUR, **facts)
        yield replace(one, id=f"{label}{number}")


def test_nothing_is_missing() -> None:
    assert said(some("open"), some("closed")) == []


def test_no_example_and_no_second_class() -> None:
    assert said() == ["no example yet"]
    assert said(some("open")) == ["no second class beside `open`"]
    assert said(some("open"), one_class=True) == []
    assert said(some("open"), some(None)) == [], "what is none of the classes is as good as a second one"


def test_few_examples() -> None:
    assert said(some("open", 1), some("closed", FEW - 1)) == [
        "only 1 picture of `open`",
        "only 4 pictures of `closed`",
    ]


@pytest.mark.parametrize(("brightness", "is_dark"), [(DARK - 0.01, True), (DARK, False)])
def test_a_class_without_the_dark_that_another_one_has(brightness: float, is_dark: bool) -> None:
    found = said(some("open"), some("closed"), some("closed", 1, brightness=brightness))
    assert found == (["no picture of `open` in the dark"] if is_dark else [])


def test_no_dark_at_all_matters_for_cameras_alone() -> None:
    assert said(some("open", view="front"), some("closed", view="front")) == ["no picture in the dark"]
    assert said(some("open"), some("closed")) == []


def test_a_night_that_lamps_make_bright_is_dark_for_a_camera() -> None:
    night = spread("open", [0, 1, 2, 3, 4], view="front")  # 1e9 is 1:46 in UTC
    day = spread("closed", [8, 9, 10, 11, 12], view="front")
    records = (*night, *day)
    manifest = Manifest("gate", 1, 0, 0, "", BASE, False, records)
    assert [one.text for one in lacks(manifest, UTC)] == ["no picture of `closed` in the dark"]
    there = timezone(timedelta(hours=12))
    assert [one.text for one in lacks(manifest, there)] == ["no picture of `open` in the dark"]
    photos = tuple(replace(one, view=None) for one in records)
    assert lacks(replace(manifest, examples=photos), UTC) == ()


def test_all_within_one_hour() -> None:
    day = [1.0, 3, 5, 9, 12, 15, 18, 20, 21, 22]
    close = [5.0 + i / 20 for i in range(19)] + [12.0]
    assert said(spread("open", day), spread("closed", close)) == ["19 of 20 of `closed` are within one hour"]
    assert said(spread("open", day), spread("closed", close[:19])) == ["all 19 of `closed` are within one hour"]
    assert said(spread("open", day), spread("closed", [*close, 17.0, 18.0])) == [
        "19 of 22 of `closed` are within one hour"
    ] * (19 >= 0.9 * 22)
    assert said(spread("open", day), spread("closed", [0, 1.01, 2.02, 3.03, 4.04])) == []
    assert said(spread("open", day), spread("closed", [0, 0.25, 0.5, 0.75, 1.0])) != []
    just_over = [0, 0.25, 0.5, 0.75, 3600.5 / 3600]
    assert said(spread("open", day), spread("closed", just_over)) == [], "4 of 5 are too few"


def test_of_photos_without_a_time_no_hours_are_known() -> None:
    assert said(some("open", 20), some("closed", 20, captured_at=None)) == []


def test_a_view_without_a_class() -> None:
    dark: dict[str, Any] = {"brightness": 0.1}
    found = said(
        some("open", view="front", **dark), some("open", view="back", **dark), some("closed", view="front", **dark)
    )
    assert found == ["no picture of `closed` by the view `back`"]
    found = said(some("open", view="a", **dark), some("open", view="b", **dark), some("closed", **dark))
    assert found == ["no picture of `closed` by the views `a`, `b`"]


def test_kinds_and_labels() -> None:
    records = (*some("open"), *some("closed", 2))
    (lack,) = lacks(Manifest("gate", 1, 0, 0, "", BASE, False, records))
    assert (lack.kind, lack.label) == (LackKind.FEW, "closed")
