"""Which examples show one moment."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from edgeclassify.model.taught.manifest import ExampleRecord
from edgeclassify.teaching.interface import Units
from edgeclassify.teaching.store import moments as module
from edgeclassify.teaching.store.moments import SAME_COSINE, moments


def record(label: str | None, captured_at: float | None = None, **more: Any) -> ExampleRecord:
    known: dict[str, Any] = {"source": "photos/a.jpg"} | more
    return ExampleRecord("0" * 16, label, added_at=0.0, captured_at=captured_at, **known)


def apart(count: int) -> Units:
    """Embeddings that have nothing in common."""
    return np.eye(count, dtype=np.float32)


def of_times(*records: ExampleRecord) -> list[int]:
    return [int(number) for number in moments(records, apart(len(records)))]


def test_a_minute_at_one_place_is_a_moment() -> None:
    assert of_times(record("open", 100.0), record("open", 160.0)) == [0, 0]
    assert of_times(record("open", 100.0), record("open", 160.1)) == [0, 1]
    assert of_times(record("open", 160.0), record("open", 100.0), record("open", 130.0)) == [0, 0, 0]


def test_a_picture_a_minute_is_not_one_long_moment() -> None:
    times = [record("open", 40.0 * i) for i in range(6)]
    assert of_times(*times) == [0, 0, 1, 1, 2, 2]
    assert of_times(*times[::-1]) == [0, 0, 1, 1, 2, 2]


def test_two_classes_are_never_one_moment() -> None:
    assert of_times(record("open", 0.0), record("closed", 0.0), record(None, 0.0), record("open", 1.0)) == [
        0,
        1,
        2,
        0,
    ]


def test_two_places_are_two_moments() -> None:
    assert of_times(record("open", 0.0, view="front"), record("open", 0.0, view="back")) == [0, 1]
    assert of_times(record("open", 0.0, source="a/1.jpg"), record("open", 0.0, source="b/1.jpg")) == [0, 1]
    assert of_times(record("open", 0.0, source="a/1.jpg"), record("open", 0.0, source="a/2.jpg")) == [0, 0]
    assert of_times(record("open", 0.0, source="a/1.jpg"), record("open", 0.0, view="front")) == [0, 1]
    # A view's pictures come from wherever somebody had them.
    front = [record("open", 0.0, view="front", source=f"{place}/1.jpg") for place in "ab"]
    assert of_times(*front) == [0, 0]


def test_without_a_time_nothing_is_known_of_it() -> None:
    assert of_times(record("open"), record("open"), record("open", 0.0)) == [0, 1, 2]
    assert of_times() == []


def turned(degrees: Sequence[float]) -> Units:
    angles = np.radians(np.asarray(degrees))
    units: Units = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    return units


def test_embeddings_that_are_nearly_the_same_are_one_moment() -> None:
    limit = np.degrees(np.arccos(SAME_COSINE))
    units = turned([0.0, limit * 0.99, 90.0, 90.0 + limit * 1.01, 180.0])
    assert moments([record("open")] * 5, units).tolist() == [0, 0, 1, 2, 3]
    assert moments([record("open"), record("closed")] + [record("open")] * 3, units).tolist() == [0, 1, 2, 3, 4]


def test_where_the_times_are_known_they_alone_tell() -> None:
    units = turned([0.0, 0.0])
    for first, second, expected in ((0.0, 1000.0, [0, 1]), (0.0, None, [0, 0]), (None, 0.0, [0, 0])):
        assert moments([record("open", first), record("open", second)], units).tolist() == expected


def test_what_is_near_in_one_way_or_the_other_hangs_together() -> None:
    records = [record("open", at) for at in (0.0, None, 30.0, 500.0, 520.0)]
    units = turned([0.0, 90.0, 60.0, 90.0, 200.0])
    assert moments(records, units).tolist() == [0, 1, 0, 1, 1]


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
def test_strips_of_any_height_find_the_same(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROWS", rows)
    units = turned([0.0, 40.0, 0.1, 80.0, 40.1, 120.0, 0.2])
    assert moments([record("open")] * 7, units).tolist() == [0, 1, 0, 2, 1, 3, 0]
    timed = [record("open", 1000.0 * i if i in (1, 4) else None) for i in range(7)]
    assert moments(timed, units).tolist() == [0, 1, 0, 2, 3, 4, 0]
