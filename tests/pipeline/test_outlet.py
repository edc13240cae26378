"""What follows from frames: numbered, published, counted and logged, in this order."""

import logging
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeclassify.errors import PublishError
from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.postprocess.interface import Step
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.types import Event
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
