"""When it is noted what is open, and when the end of the daemon ends it: between fakes."""

from collections.abc import Iterable

import pytest

from edgeclassify.daemon.kept.open_occurrences import OpenOccurrences, end_views
from edgeclassify.errors import PublishError
from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.types import Event, EventType, Moment, OpenOccurrence, Reason
from tests.pipeline.benches import make_view
from tests.support.classifiers import BrightnessClassifier
from tests.support.frames import make_frame
from tests.support.sinks import RecordingSink


class KeepingSpool(MemorySpool):
    """Says that it outlives the process, and notes what it is told."""

    persistent = True

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[list[str]] = []

    def keep_open(self, occurrences: Iterable[OpenOccurrence]) -> None:
        self.noted.append([one.view for one in occurrences])


class Bench:
    """Two views, one of them with a label in it, and a clock."""

    def __init__(self, spool: MemorySpool | None = None, sink: RecordingSink | None = None) -> None:
        self.now = 100.0
        self.spool = KeepingSpool() if spool is None else spool
        self.numbers = EventNumbers(self.spool)
        self.sink = RecordingSink(self.spool) if sink is None else sink
        self.outlet = Outlet(self.sink, HealthMonitor(), self.numbers)
        self.open_occurrences = OpenOccurrences(self.spool, lambda: self.now)
        self.views = [make_view("gate"), make_view("yard")]
        self.views[0].see(BrightnessClassifier().classify(make_frame(255)), self.outlet)

    @property
    def told(self) -> list[tuple[str, EventType, str]]:
        return [(event.view, event.event_type, event.why.reason or "") for event in self.sink.of("event")]


START = ("gate", EventType.START, "")


@pytest.mark.parametrize(("resume_s", "times"), [(300.0, [100, 160, 220]), (10.0, [100, 102, 104])])
def test_what_is_open_is_noted_as_often_as_it_takes(resume_s: float, times: list[int]) -> None:
    bench = Bench()
    assert isinstance(bench.spool, KeepingSpool)
    noted = []
    for second in range(100, 225 if resume_s > 100 else 106):
        before = len(bench.spool.noted)
        bench.now = float(second)
        bench.open_occurrences.keep(bench.views, resume_s)
        if len(bench.spool.noted) > before:
            noted.append(second)
    assert noted == times
    assert bench.spool.noted[0] == ["gate"]


@pytest.mark.parametrize(
    ("for_good", "resume_s", "persistent", "ends"),
    [
        (False, 300.0, True, False),
        (True, 300.0, True, True),  # the film is over
        (False, 0.0, True, True),
        (False, 300.0, False, True),  # nothing outlives the process
    ],
)
def test_the_end_leaves_open_what_can_go_on(for_good: bool, resume_s: float, persistent: bool, ends: bool) -> None:
    bench = Bench(None if persistent else MemorySpool())
    bench.open_occurrences.end(bench.views, bench.outlet, for_good=for_good, resume_s=resume_s)
    assert bench.told == [START, *([("gate", EventType.END, "stopped")] if ends else [])]
    if isinstance(bench.spool, KeepingSpool):
        assert bench.spool.noted == ([] if ends else [["gate"]])
    assert (bench.views[0].open(Moment.now()) is None) is ends


def test_what_was_open_is_taken_up_by_its_view_or_ended() -> None:
    bench = Bench()
    other = OpenOccurrences(bench.spool)
    views = [make_view("yard")]
    other.take_up(views, 300.0)
    other.end_left_over(bench.outlet)
    other.end_left_over(bench.outlet)
    assert bench.told == [START, ("gate", EventType.END, "gone after restart")]
    end = bench.sink.of("event")[-1]
    assert (end.seq, end.id) == (2, bench.sink.of("event")[0].id)
    assert bench.spool.views()["gate"].open is None


def test_what_is_taken_up_is_not_ended() -> None:
    bench = Bench()
    other = OpenOccurrences(bench.spool)
    views = [make_view("gate")]
    other.take_up(views, 300.0)
    other.end_left_over(bench.outlet)
    assert bench.told == [START]
    kept = views[0].open(Moment.now())
    assert kept is not None
    assert kept.id == bench.sink.of("event")[0].id


@pytest.mark.parametrize("error", [PublishError("no JSON"), ZeroDivisionError()])
def test_one_view_that_can_not_be_ended_keeps_no_other_from_it(error: Exception) -> None:
    class Refusing(RecordingSink):
        def publish_event(self, event: Event) -> None:
            if event.event_type is EventType.END and event.view == "gate":
                raise error
            super().publish_event(event)

    bench = Bench(sink=Refusing())
    bench.views[1].see(BrightnessClassifier().classify(make_frame(255)), bench.outlet)
    end_views(bench.views, Reason.STOPPED, bench.outlet)
    assert bench.told[-1] == ("yard", EventType.END, "stopped")
    assert [event.seq for event in bench.sink.of("event")] == [1, 2, 3]
