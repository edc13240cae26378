"""What follows from frames: numbered, published, counted and logged, in this order."""

import logging
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from edgeclassify.errors import PublishError
from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline.interface import NO_TALLIES, NoTallies
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.postprocess.interface import Step
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.types import Event, Novelty, Today, ViewState
from tests.publish.records import event, state
from tests.support.sinks import RecordingSink

NUMBERED = ((1, "open"), (2, "shut"))


class Choosy(RecordingSink):
    """Takes no event of label "odd"."""

    def publish_event(self, event: Event) -> None:
        if event.label == "odd":
            raise PublishError("no JSON")
        super().publish_event(event)


class Bench:
    def __init__(self) -> None:
        self.spool = MemorySpool()
        self.sink = Choosy(self.spool, delivers=False)
        self.health = HealthMonitor()
        self.outlet = Outlet(self.sink, self.health, EventNumbers(self.spool))

    @property
    def counted(self) -> int:
        report = self.health.report(
            cameras=(), dropped=0, restarts=0, spool_depth=0, spool_dropped=0, spool_on_disk=True
        )
        return report.events


def test_events_come_before_the_state_that_names_the_last_one() -> None:
    bench = Bench()
    told = bench.outlet.tell(Step(state(seq=0), (event(0), event(0, label="shut"))))
    assert [(kind, value.seq) for kind, value in bench.sink.calls] == [("event", 1), ("event", 2), ("state", 2)]
    assert told == Step(state(seq=2), tuple(replace(event(0, label=label), seq=seq) for seq, label in NUMBERED))
    assert bench.counted == 2


def test_without_a_state_events_alone_are_told() -> None:
    bench = Bench()
    told = bench.outlet.tell(Step(None, (event(0),)))
    assert [kind for kind, _ in bench.sink.calls] == ["event"]
    assert told.state is None


def test_a_state_without_events_has_the_number_of_its_views_last_one() -> None:
    bench = Bench()
    bench.outlet.tell_event(event(0))
    bench.outlet.tell_event(event(0, view="door"))
    told = bench.outlet.tell(Step(state(seq=0)))
    assert told == Step(state(seq=1))
    assert bench.sink.of("state") == [state(seq=1)]


def test_an_event_is_logged_with_its_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    Bench().outlet.tell_event(event(0))
    assert [record.getMessage() for record in caplog.records] == [
        "view gate: start of open, score 0.93 of 0.60 (seq 1)"
    ]


def test_an_event_that_is_not_taken_is_neither_counted_nor_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench = Bench()
    with pytest.raises(PublishError):
        bench.outlet.tell(Step(state(), (event(0, label="odd"),)))
    assert (bench.counted, bench.sink.calls, caplog.records) == (0, [], [])


@given(st.lists(st.tuples(st.sampled_from(["gate", "door"]), st.sampled_from(["open", "odd"]))))
def test_numbers_go_up_by_one_and_only_with_what_is_spooled(told: list[tuple[str, str]]) -> None:
    bench = Bench()
    taken = 0
    for view, label in told:
        try:
            assert bench.outlet.tell_event(event(0, view=view, label=label)).seq == taken + 1
            taken += 1
        except PublishError:
            assert label == "odd"
    assert [item.seq for item in bench.spool.pending(1000)] == list(range(1, taken + 1))


class Counting(NoTallies):
    """Says of each event that it is the first one today, and keeps a list."""

    def __init__(self) -> None:
        self.kept: list[Event] = []

    def counted(self, event: Event) -> Event:
        return replace(event, novelty=Novelty.FIRST_TODAY, count_today=len(self.kept) + 1)

    def keep(self, event: Event) -> None:
        self.kept.append(event)

    def today(self, state: ViewState, now_at: float | None = None) -> Today:
        return Today("2026-11-29" if now_at is None else "2026-11-30", (), None)


def test_an_event_goes_out_with_what_is_counted_which_is_kept_where_it_was_taken() -> None:
    bench, tallies = Bench(), Counting()
    outlet = replace(bench.outlet, tallies=tallies)
    told = outlet.tell(Step(state(seq=0), (event(0),)))
    assert [(one.novelty, one.count_today, one.seq) for one in told.events] == [(Novelty.FIRST_TODAY, 1, 1)]
    assert bench.sink.calls == [("event", told.events[0]), ("state", told.state)]
    assert tallies.kept == list(told.events)
    with pytest.raises(PublishError):
        outlet.tell_event(event(0, label="odd"))
    assert len(tallies.kept) == 1


def test_a_state_goes_out_with_the_counts_of_its_day_or_of_now() -> None:
    bench = Bench()
    outlet = replace(bench.outlet, tallies=Counting())
    told = outlet.tell(Step(state(seq=0), ())).state
    assert told == state(seq=0, day="2026-11-29", today=())
    outlet.tell_again(state(seq=0))
    outlet.tell_again(state(seq=0), 5.0)
    assert [value.day for _, value in bench.sink.calls] == ["2026-11-29", "2026-11-29", "2026-11-30"]


def test_where_nobody_counts_nothing_is_said() -> None:
    one, shown = event(1), state()
    assert NO_TALLIES.counted(one) == one
    assert NO_TALLIES.today(shown) == Today()
    assert not NO_TALLIES.turns("gate", 0.0)
