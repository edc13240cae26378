"""What is dropped first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.teaching.interface import LookKind
from edgeclassify.teaching.looks.bounds import AT_ONCE, Dropped, bound
from edgeclassify.teaching.looks.file import FILE_NAME
from edgeclassify.teaching.looks.interface import LookBounds
from edgeclassify.teaching.looks.store import LookStore
from tests.teaching.looks.looks import NOON, collected, look, unsure

DAY = 86_400.0
ROOM = 10**9


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LookStore]:
    with LookStore.open(tmp_path / FILE_NAME) as made:
        yield made


def kept(store: LookStore) -> list[int]:
    return sorted(number for kind in LookKind for number in store.numbers(kind))


def whole(store: LookStore, bounds: LookBounds, now: float | None) -> tuple[int, int]:
    """Until all is within bounds: how many were too old, how many had to make room."""
    aged = crowded = 0
    for _ in range(100):
        dropped = bound(store, bounds, now)
        aged, crowded = aged + dropped.aged, crowded + dropped.crowded
        if not dropped.more:
            return aged, crowded
    raise AssertionError("it never ends")


def test_what_is_too_old_goes_and_what_was_collected_stays(store: LookStore) -> None:
    store.add(
        [
            look(1, at=NOON),
            unsure(2, at=NOON),
            collected(3, at=NOON),
            look(4, at=NOON + DAY),
            unsure(5, at=NOON + DAY),
        ]
    )
    now = NOON + 7 * DAY + 1
    assert whole(store, LookBounds(7 * DAY, ROOM), now) == (2, 0)
    assert kept(store) == [3, 4, 5]


@pytest.mark.parametrize(("age", "dropped"), [(7 * DAY - 1, 0), (7 * DAY, 0), (7 * DAY + 1, 1)])
def test_to_the_second(age: float, dropped: int, store: LookStore) -> None:
    store.add([look(1, at=NOON)])
    assert bound(store, LookBounds(7 * DAY, ROOM), NOON + age).aged == dropped


def test_while_the_clock_cant_be_believed_nothing_is_too_old(store: LookStore) -> None:
    store.add([look(1, at=NOON)])
    assert bound(store, LookBounds(1.0, ROOM), None) == Dropped()
    assert kept(store) == [1]


def test_a_clock_that_was_not_set_says_nothing_of_an_age(store: LookStore) -> None:
    """Of before the first NTP, and of a jump ahead: they go with the first that is known to be too old."""
    store.add(
        [look(1, at=5.0), look(2, at=NOON + 900 * DAY), look(3, at=NOON), look(4, at=7.0), look(5, at=NOON + DAY)]
    )
    assert whole(store, LookBounds(7 * DAY, ROOM), NOON + 7 * DAY + 1) == (3, 0)
    assert kept(store) == [4, 5]
    assert whole(store, LookBounds(7 * DAY, ROOM), NOON + 8 * DAY + 1) == (2, 0)


def test_many_that_are_too_old_go_in_several_commits(store: LookStore) -> None:
    store.add([look(number, jpeg=None, at=NOON) for number in range(AT_ONCE + 5)])
    first = bound(store, LookBounds(DAY, ROOM), NOON + 2 * DAY)
    assert first == Dropped(aged=AT_ONCE, more=True)
    assert whole(store, LookBounds(DAY, ROOM), NOON + 2 * DAY) == (5, 0)


def test_events_make_room_first_then_unsure_ones(store: LookStore) -> None:
    picture = bytes(10_000)
    store.add([collected(number, jpeg=picture) for number in range(10)])
    store.add([unsure(number, jpeg=picture) for number in range(10)])
    store.add([look(number, jpeg=picture) for number in range(20)])
    assert whole(store, LookBounds(DAY, 320_000), None)[1] > 5
    assert len(store.numbers(LookKind.UNSURE)) == len(store.numbers(LookKind.COLLECTED)) == 10
    events = store.numbers(LookKind.EVENT)
    assert events == list(range(41 - len(events), 41))  # the oldest of them went
    assert store.bytes_used <= 320_000
    whole(store, LookBounds(DAY, 160_000), None)
    assert store.numbers(LookKind.EVENT) == []
    assert 0 < len(store.numbers(LookKind.UNSURE)) < 10
    assert len(store.numbers(LookKind.COLLECTED)) == 10
    whole(store, LookBounds(DAY, 60_000), None)
    assert 0 < len(store.numbers(LookKind.COLLECTED)) < 6
    store.close()
    assert store.path.stat().st_size < 200_000


def test_a_bound_that_is_kept_costs_nothing(store: LookStore) -> None:
    store.add([look(1), unsure(2)])
    before = store.path.stat().st_mtime_ns, Path(f"{store.path}-wal").stat().st_size
    assert bound(store, LookBounds(DAY, ROOM), NOON + 1) == Dropped()
    assert (store.path.stat().st_mtime_ns, Path(f"{store.path}-wal").stat().st_size) == before


def test_thirty_days_of_events_stay_within_their_days_and_bytes(store: LookStore) -> None:
    most, largest, number = 2_000_000, 0, 0
    for day in range(30):
        for _ in range(2):
            store.add([look(number + one, jpeg=bytes(6000), at=NOON + day * DAY) for one in range(20)])
            number += 20
            whole(store, LookBounds(7 * DAY, most), NOON + day * DAY)
            largest = max(largest, store.bytes_used)
    kept_days = {round((one.at - NOON) / DAY) for one in store.without_pictures(LookKind.EVENT)}
    assert kept_days == set(range(22, 30))
    assert largest <= most
    whole(store, LookBounds(7 * DAY, 1_000_000), NOON + 29 * DAY)
    assert {round((one.at - NOON) / DAY) for one in store.without_pictures(LookKind.EVENT)} <= set(range(25, 30))
    store.close()
    assert store.path.stat().st_size <= 1_000_000
