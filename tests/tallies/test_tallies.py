"""What is told of starts, and of a day in states, as a naive count has it: over kills and jumps of the clock."""

from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.config import SpoolConfig
from edgeclassify.publish.interface import Spool, SpooledEvent
from edgeclassify.publish.spool.clocks import Clocks
from edgeclassify.publish.spool.disk import DiskSpool
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.write_policy import PAUSE_S
from edgeclassify.tallies.days import LocalDays
from edgeclassify.tallies.set_clock import SetClock
from edgeclassify.tallies.tallies import Tallies
from edgeclassify.types import (
    MOST_LABELS_TODAY,
    UNKNOWN,
    ClockState,
    DayTally,
    Event,
    EventType,
    LabelToday,
    Novelty,
    OpenOccurrence,
    Reason,
    TallyRecord,
    Today,
    ViewState,
    Why,
)
from tests.publish.records import event, state
from tests.support.clock import Clock

DAYS = LocalDays("Europe/Berlin")
DAYS_OF_UTC = LocalDays("Etc/UTC")
DAY = DAYS.of(1.795e9)
MIDNIGHT, NOON = DAY.begins_at, DAY.begins_at + 43_200.0


class Node:
    """Counts what is told of views, as the outlet does it."""

    def __init__(self, zone: str = "Europe/Berlin", *, is_set: bool = True, spool: Spool | None = None) -> None:
        self.spool, self.synchronised = MemorySpool() if spool is None else spool, is_set
        self.clock = SetClock(None, synchronised=lambda: self.synchronised)
        self.zone, self.seq = zone, 0
        self.tallies = Tallies(self.spool, LocalDays(zone), self.clock)

    def restart(self) -> None:
        """As behind a kill: what was kept is known."""
        self.tallies = Tallies(self.spool, LocalDays(self.zone), self.clock)

    def tell(self, one: Event) -> Event:
        counted = self.tallies.counted(one)
        self.seq = max(self.seq, self.spool.last_seq) + 1
        counted = replace(counted, seq=self.seq)
        self.spool.append(SpooledEvent.of(counted))
        self.tallies.keep(counted)
        return counted

    def starts(self, at: float, label: str = "cat", view: str = "gate") -> Event:
        return self.tell(event(1, ts=at, label=label, view=view))

    def ends(self, at: float, lasted_s: float, label: str = "cat", gap_s: float | None = None) -> Event:
        why = Why(Reason.BELOW_THRESHOLD, duration_s=lasted_s, gap_s=gap_s)
        return self.tell(event(1, ts=at, label=label, event_type=EventType.END, why=why))

    def today(self, shown: ViewState, now_at: float | None = None) -> Today:
        return self.tallies.today(shown, now_at)

    def seconds(self, shown: ViewState) -> dict[str, float]:
        return {one.label: one.seconds for one in self.today(shown).labels or ()}


def nothing(at: float, **changes: object) -> ViewState:
    return state(UNKNOWN, event_id=None, ts=at, **changes)


def there(at: float, lasted_s: float, label: str = "cat") -> ViewState:
    return state(label, ts=at, since=at - lasted_s, duration_s=lasted_s)


def test_starts_are_counted_and_what_is_new_is_said() -> None:
    node = Node()
    told = [node.starts(NOON), node.starts(NOON + 60), node.starts(NOON + 86_400), node.starts(NOON + 5 * 86_400)]
    assert [(one.novelty, one.days_since, one.count_today) for one in told] == [
        (Novelty.FIRST_EVER, None, 1),
        (None, None, 2),
        (Novelty.FIRST_TODAY, 1, 1),
        (Novelty.FIRST_IN_DAYS, 4, 1),
    ]


def test_views_and_labels_are_counted_by_themselves() -> None:
    node = Node()
    told = [node.starts(NOON), node.starts(NOON, "dog"), node.starts(NOON, view="yard"), node.starts(NOON + 1)]
    assert [one.count_today for one in told] == [1, 1, 1, 2]
    assert node.today(nothing(NOON)).labels == (
        LabelToday("cat", 2, 0.0, NOON + 1),
        LabelToday("dog", 1, 0.0, NOON),
    )


def test_an_update_is_no_news() -> None:
    node = Node()
    node.starts(NOON)
    update = event(1, ts=NOON, label="cat", event_type=EventType.UPDATE)
    assert node.tallies.counted(update) == update
    told = node.starts(NOON)
    assert told.count_today == 2


def test_an_event_that_is_not_kept_is_not_counted() -> None:
    node = Node()
    lost = node.tallies.counted(event(1, ts=NOON, label="cat"))
    assert (lost.count_today, lost.novelty) == (1, Novelty.FIRST_EVER)
    assert node.starts(NOON) == replace(lost, seq=1)


def test_what_is_there_counts_as_of_the_state() -> None:
    node = Node()
    node.starts(NOON)
    assert node.today(there(NOON + 5, 5.0)) == Today("2026-11-18", (LabelToday("cat", 1, 5.0, NOON),))
    assert node.seconds(there(NOON + 9, 9.0)) == {"cat": 9.0}
    node.ends(NOON + 10, 10.0)
    assert node.seconds(nothing(NOON + 11)) == {"cat": 10.0}
    node.starts(NOON + 20)
    assert node.seconds(there(NOON + 21, 1.0)) == {"cat": 11.0}


def test_what_nobody_sees_any_more_counts_as_far_as_it_was_seen() -> None:
    node = Node()
    node.starts(NOON)
    node.today(there(NOON + 5, 5.0))
    assert node.seconds(nothing(NOON + 60)) == {"cat": 5.0}
    node.ends(NOON + 100, 5.0, gap_s=95.0)
    assert node.seconds(nothing(NOON + 100)) == {"cat": 5.0}


def test_what_was_open_before_a_restart_counts_as_far_as_it_was_seen() -> None:
    node = Node()
    node.starts(NOON)
    node.restart()
    node.tallies.take_up([OpenOccurrence("gate", "id", "cat", 0.9, NOON, age_s=40.0, quiet_s=10.0)], NOON + 50)
    assert node.seconds(nothing(NOON + 50)) == {"cat": 40.0}
    node.restart()
    node.tallies.take_up([OpenOccurrence("gate", "id", "cat", 0.9, NOON, age_s=40.0, quiet_s=10.0)], MIDNIGHT + 15)
    assert node.seconds(nothing(MIDNIGHT + 15)) == {"cat": 5.0}


def test_what_another_label_replaces_behind_a_gap_was_there_before_it() -> None:
    """The end carries the time at which the other came, and no gap."""
    node = Node()
    node.starts(MIDNIGHT - 100)
    node.today(there(MIDNIGHT - 40, 60.0))
    node.ends(MIDNIGHT + 500, 70.0)
    assert node.today(nothing(MIDNIGHT + 500)).labels == ()
    assert node.seconds(nothing(MIDNIGHT - 1)) == {"cat": 70.0}
    node.starts(MIDNIGHT - 100)
    node.today(there(MIDNIGHT - 70, 30.0))
    # What its state has told lies ahead: the clock was put back.
    node.ends(MIDNIGHT - 80, 40.0)
    assert node.seconds(nothing(MIDNIGHT - 1)) == {"cat": 110.0}
    node.starts(MIDNIGHT - 100)
    node.today(there(MIDNIGHT - 70, 30.0, "dog"))
    node.ends(MIDNIGHT + 10, 20.0)
    assert node.seconds(nothing(MIDNIGHT + 11)) == {"cat": 10.0}


def test_while_the_disk_can_not_be_read_nothing_is_said_and_later_it_is_added(tmp_path: Path) -> None:
    clock, folder = Clock(), tmp_path / "state"

    def spool() -> DiskSpool:
        return DiskSpool(folder, SpoolConfig(), clocks=Clocks(monotonic=clock))

    with closing(spool()) as before:
        node = Node(spool=before)
        node.starts(NOON - 5 * 86_400)
        node.starts(NOON)
        node.ends(NOON + 1, 1.0)
    folder.rename(tmp_path / "away")
    folder.write_bytes(b"")
    with closing(spool()) as late:
        node = Node(spool=late)
        assert [node.tallies.turns("gate", NOON + at) for at in (9, 10)] == [False, False]
        told = node.starts(NOON + 10)
        assert (told.novelty, told.days_since, told.count_today) == (None, None, None)
        assert node.today(there(NOON + 12, 2.0)) == Today()
        node.ends(NOON + 12, 2.0)
        told = node.starts(NOON + 13, "dog")
        assert (told.novelty, told.count_today) == (None, None)
        under_way = node.tallies.counted(replace(told, ts=NOON + 14))
        folder.unlink()
        (tmp_path / "away").rename(folder)
        clock.now += PAUSE_S
        late.maintain()
        assert [node.tallies.turns("gate", NOON + at) for at in (15, 16)] == [True, False]
        assert node.today(nothing(NOON + 15)).labels == (
            LabelToday("dog", 1, 0.0, NOON + 13),
            LabelToday("cat", 2, 3.0, NOON + 10),
        )
        late.append(SpooledEvent.of(replace(under_way, seq=9)))
        node.tallies.keep(under_way)
        assert (node.today(nothing(NOON + 15)).labels or ())[0] == LabelToday("dog", 2, 0.0, NOON + 14)
        told = node.starts(NOON + 20)
        assert (told.novelty, told.count_today) == (None, 3)
        assert node.starts(NOON + 3 * 86_400).days_since == 3


def test_over_midnight_the_seconds_are_split_and_the_count_stays() -> None:
    node = Node()
    node.starts(MIDNIGHT - 30)
    assert node.seconds(there(MIDNIGHT - 10, 20.0)) == {"cat": 20.0}
    assert node.today(there(MIDNIGHT, 30.0)).labels == ()
    # It started when its start said so, whatever the clocks make of its duration.
    late = replace(there(MIDNIGHT + 4, 34.5), since=MIDNIGHT - 30)
    assert node.today(late).labels == (LabelToday("cat", 0, 4.0, MIDNIGHT - 30),)
    node.ends(MIDNIGHT + 5, 35.5)
    assert node.today(nothing(MIDNIGHT + 6)).labels == (LabelToday("cat", 0, 5.0, MIDNIGHT - 30),)
    told = node.starts(MIDNIGHT + 10)
    assert (told.novelty, told.days_since, told.count_today) == (Novelty.FIRST_TODAY, 1, 1)


def test_a_clock_that_goes_back_over_midnight_goes_on_counting_that_day() -> None:
    node = Node()
    node.starts(MIDNIGHT - 100)
    node.ends(MIDNIGHT - 90, 10.0)
    node.starts(MIDNIGHT + 5)
    node.ends(MIDNIGHT + 6, 1.0)
    assert node.starts(MIDNIGHT - 60).count_today == 2
    assert node.seconds(nothing(MIDNIGHT - 50)) == {"cat": 10.0}
    assert node.today(nothing(MIDNIGHT + 7)).labels == (LabelToday("cat", 1, 1.0, MIDNIGHT - 60),)


def test_those_that_started_last_come_first() -> None:
    node = Node()
    for index in range(MOST_LABELS_TODAY + 5):
        node.starts(NOON + index, f"label{index}")
    node.starts(NOON + 100, "label3")
    labels = [one.label for one in node.today(nothing(NOON + 101)).labels or ()]
    last = MOST_LABELS_TODAY + 4
    assert labels[:3] == ["label3", f"label{last}", f"label{last - 1}"]
    assert (len(labels), len(set(labels))) == (MOST_LABELS_TODAY, MOST_LABELS_TODAY)
    in_it = node.today(there(NOON + 102, 2.0, "label3")).labels or ()
    assert [one.label for one in in_it] == labels
    node.restart()
    assert [one.label for one in node.today(nothing(NOON + 101)).labels or ()] == labels


def test_an_end_does_not_change_the_order() -> None:
    node = Node()
    node.starts(NOON)
    node.today(nothing(NOON))
    node.starts(NOON + 1, "dog")
    node.ends(NOON + 2, 2.0)
    assert [one.label for one in node.today(nothing(NOON + 3)).labels or ()] == ["dog", "cat"]


def test_a_label_that_starts_again_comes_first() -> None:
    node = Node()
    node.today(nothing(NOON))
    for index, label in enumerate(("cat", "dog", "cat")):
        node.starts(NOON + index, label)
    assert [one.label for one in node.today(nothing(NOON + 3)).labels or ()] == ["cat", "dog"]


def test_what_does_not_change_is_made_once() -> None:
    """States are told for every frame."""
    node = Node()
    node.starts(NOON)
    node.starts(NOON + 1, "dog")
    first = node.today(nothing(NOON + 2)).labels
    assert node.today(nothing(NOON + 3)).labels is first
    node.starts(NOON + 4)
    assert node.today(nothing(NOON + 5)).labels is not first


def test_by_a_clock_that_is_not_set_no_days_are_told() -> None:
    node = Node(is_set=False)
    told = node.starts(NOON)
    assert (told.novelty, told.days_since, told.count_today) == (None, None, None)
    assert told.tally == TallyRecord("gate", "cat", undated=True)
    assert node.today(there(NOON, 1.0)) == Today(clock=ClockState.UNSET)
    assert node.ends(NOON + 3, 3.0).tally is None
    node.synchronised = True
    node.clock.look()
    # It has been there before, nobody knows on which day.
    told = node.starts(NOON + 9)
    assert (told.novelty, told.days_since, told.count_today) == (None, None, 1)
    assert node.today(nothing(NOON + 10)) == Today("2026-11-18", (LabelToday("cat", 1, 0.0, NOON + 9),))


def test_an_end_whose_start_nobody_saw_counts_its_seconds() -> None:
    node = Node()
    node.ends(NOON, 7.0)
    assert node.today(nothing(NOON)).labels == (LabelToday("cat", 0, 7.0, 0.0),)
    no_duration = event(1, ts=NOON, label="cat", event_type=EventType.END, why=Why(Reason.STOPPED))
    assert node.tell(no_duration).tally is None


def test_a_moment_that_is_no_date_is_not_counted() -> None:
    node = Node()
    for odd in (float("nan"), float("inf"), 1e300):
        assert node.tallies.counted(event(1, ts=odd)).count_today is None
        assert node.today(nothing(odd)).day is None


def test_a_day_turns_once_for_each_view() -> None:
    node = Node(is_set=False)
    asked = [node.tallies.turns("gate", NOON), node.tallies.turns("gate", NOON + 1)]
    node.synchronised = True
    node.clock.look()
    asked += [node.tallies.turns("gate", NOON + 2), node.tallies.turns("gate", NOON + 3)]
    asked += [node.tallies.turns("gate", DAY.ends_at - 1), node.tallies.turns("gate", DAY.ends_at)]
    asked += [node.tallies.turns("gate", DAY.ends_at + 1), node.tallies.turns("gate", NOON)]
    assert asked == [False, False, True, False, False, True, False, True]
    assert not node.tallies.turns("yard", NOON)


def test_what_is_told_again_behind_midnight_is_of_the_new_day() -> None:
    node = Node()
    node.starts(NOON)
    node.ends(NOON + 1, 1.0)
    shown = nothing(NOON + 2)
    assert node.today(shown, DAY.ends_at - 1) == Today("2026-11-18", (LabelToday("cat", 1, 1.0, NOON),))
    assert node.today(shown, DAY.ends_at) == Today("2026-11-19", ())


def test_days_of_another_zone_hold_from_a_reload_on() -> None:
    node = Node()
    node.starts(MIDNIGHT + 60)
    assert node.today(nothing(MIDNIGHT + 61)).day == "2026-11-18"
    node.tallies.adopt("Europe/Berlin")
    node.tallies.adopt("America/New_York")
    assert node.tallies.zone == "America/New_York"
    assert node.today(nothing(MIDNIGHT + 61)) == Today("2026-11-17", ())
    assert node.starts(MIDNIGHT + 62).count_today == 1


# --- against a naive count ---------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["start", "end", "frame", "kill"]),
        st.sampled_from(["cat", "dog"]),
        st.floats(0.1, 40_000),
        st.sampled_from([0.0, 0.0, 0.0, 3_600.0, -3_600.0, 86_400.0, -86_400.0]),
    ),
    max_size=25,
)


class Naive:
    """Keeps every stay, and adds them up anew for each question."""

    def __init__(self, zone: str) -> None:
        self.days = LocalDays(zone)
        self.starts: Counter[tuple[int, str]] = Counter()
        self.stays: list[tuple[str, float, float]] = []
        self.last_day: dict[str, int] = {}

    def seconds(self, label: str, number: int) -> float:
        return sum(self._share(begin, end, number) for name, begin, end in self.stays if name == label)

    def _share(self, begin: float, end: float, number: int) -> float:
        shares: defaultdict[int, float] = defaultdict(float)
        while begin < end:
            day = self.days.of(begin)
            shares[day.number] += min(day.ends_at, end) - begin
            begin = day.ends_at
        return shares[number]


@settings(deadline=None, max_examples=300)
@given(steps=STEPS, zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Etc/UTC"]))
def test_as_a_naive_count_has_it(steps: list[tuple[str, str, float, float]], zone: str) -> None:
    """As long as the clock comes back to no day that more than two others were counted after."""
    node, naive = Node(zone), Naive(zone)
    wall, opened, jumped = 1.7930e9, None, False
    open_label, age = "", 0.0
    for what, label, passes, jump in steps:
        wall += passes + jump
        jumped |= jump != 0.0
        age += passes
        number = naive.days.of(wall).number
        if what == "kill":
            kept = None if opened is None else OpenOccurrence("gate", "id", open_label, 0.9, opened, age, 0.0)
            node.restart()
            node.tallies.take_up([] if kept is None else [kept], wall)
        elif what == "start" and opened is None:
            told = node.starts(wall, label)
            naive.starts[number, label] += 1
            if not jumped:
                assert told.count_today == naive.starts[number, label]
                before = naive.last_day.get(label)
                away = None if before in (None, number) else number - (before or 0)
                assert told.days_since == away
                assert (told.novelty is Novelty.FIRST_EVER) is (before is None)
                assert (told.novelty is None) is (before == number)
                assert (told.novelty is Novelty.FIRST_IN_DAYS) is (away is not None and away >= 2)
            naive.last_day[label] = number
            opened, open_label, age = wall, label, 0.0
        elif what == "end" and opened is not None:
            node.ends(wall, age, open_label)
            naive.stays.append((open_label, wall - age, wall))
            opened = None
        shown = nothing(wall) if opened is None else there(wall, age, open_label)
        today = node.today(shown)
        assert today.day == str(naive.days.of(wall))
        if jumped:
            continue
        found = {one.label: (one.count, one.seconds) for one in today.labels or ()}
        for name in ("cat", "dog"):
            seconds = naive.seconds(name, number)
            if opened is not None and name == open_label:
                seconds += naive.days.of(wall).share_s(wall - age, wall)
            count, told_s = found.get(name, (0, 0.0))
            assert count == naive.starts[number, name]
            assert told_s == pytest.approx(seconds, abs=0.01)


@settings(deadline=None, max_examples=200)
@given(
    starts=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["cat", "dog"]), st.booleans()), max_size=40),
)
def test_over_jumps_of_the_clock_and_kills_no_start_of_three_days_is_lost(
    starts: list[tuple[int, str, bool]],
) -> None:
    node, naive = Node("Etc/UTC"), Counter[tuple[int, str]]()
    for day, label, kill in starts:
        if kill:
            node.restart()
        at = 1.8e9 + day * 86_400
        naive[day, label] += 1
        assert node.starts(at, label).count_today == naive[day, label]
        assert node.ends(at + 1, 1.0, label).tally is not None
        labels = {one.label: (one.count, one.seconds) for one in node.today(nothing(at + 2)).labels or ()}
        assert labels == {name: (n, float(n)) for (d, name), n in naive.items() if d == day and n}
    for record in node.spool.tallies_of("gate"):
        days = {day: n for (day, name), n in naive.items() if name == record.label}
        first = DAYS_OF_UTC.of(1.8e9).number
        assert record.days == tuple(DayTally(first + day, days[day], float(days[day])) for day in sorted(days))
