"""Figures of a replay: events with their times, stays, flaps."""

from edgeclassify.postprocess.interface import Step
from edgeclassify.recording.interface import (
    Happening,
    LabelGroups,
    LiveEvent,
    RulesChanged,
    TimePassed,
    ViewFacts,
)
from edgeclassify.recording.replay.judgement import Stay
from edgeclassify.recording.replay.replaying import Replayed
from edgeclassify.recording.replay.tally import FLAP_S, Tally, from_first
from edgeclassify.types import Event, EventType, Moment
from tests.recording.inputs import LABELS, START, at, make_rules, seen

FACTS = ViewFacts("gate", LABELS, "m")


def event(kind: EventType, label: str) -> Event:
    return Event("a", 1, "gate", kind, label, 0.7, START)


def replayed(
    what: Happening, *events: Event, live: tuple[Event, ...] | None = None, facts: ViewFacts = FACTS
) -> Replayed:
    told = events if live is None else live
    return Replayed(facts, what, Step(None, events), tuple(LiveEvent(e.event_type, e.label, e.id) for e in told))


def tally(*inputs: Replayed) -> Tally:
    found = Tally(from_first())
    for one in inputs:
        found.count(one)
    return found


def test_times_begin_with_the_first_input_that_has_one() -> None:
    found = tally(
        replayed(RulesChanged(make_rules())),
        replayed(seen(100.0, 0, 1, 0)),
        replayed(TimePassed(at(102.5)), event(EventType.START, "open")),
    ).views["gate"]
    assert (found.first_s, found.last_s, found.lasted_s) == (0.0, 2.5, 2.5)
    assert (found.inputs, found.frames) == (3, 1)
    assert [(one.t, one.view, one.index) for one in found.events] == [(2.5, "gate", 1)]


def test_a_group_has_no_class_index() -> None:
    grouped = ViewFacts("gate", LABELS, "m", LabelGroups(("pet", "open"), ((2,), (1,))))
    found = tally(
        replayed(seen(0, 0, 1, 0), event(EventType.START, "pet"), event(EventType.START, "open"), facts=grouped)
    ).views["gate"]
    assert [one.index for one in found.events] == [-1, 1]
    assert (found.labels, found.groups) == (("pet", "open"), grouped.groups)


def test_of_two_classes_with_one_name_the_first_counts() -> None:
    twice = ViewFacts("gate", ("crane", "open", "crane"), "m")
    found = tally(replayed(seen(0, 0, 1, 0), event(EventType.START, "crane"), facts=twice)).views["gate"]
    assert found.events[0].index == 0


def test_stays_last_from_a_start_to_its_end() -> None:
    found = tally(
        replayed(seen(0, 0, 1, 0), event(EventType.END, "closed")),  # it was there before
        replayed(seen(1, 0, 1, 0), event(EventType.START, "open")),
        replayed(seen(2, 0, 1, 0), event(EventType.UPDATE, "open")),
        replayed(seen(3, 0, 1, 0), event(EventType.END, "open"), event(EventType.START, "cat")),
    ).views["gate"]
    assert found.stays == [Stay("open", 1.0, 3.0), Stay("cat", 3.0)]
    assert [found.count(kind) for kind in (EventType.START, EventType.UPDATE, EventType.END)] == [2, 1, 2]


def test_a_label_that_comes_back_too_soon_has_flapped() -> None:
    def flaps(pause_s: float, label: str = "open") -> int:
        return tally(
            replayed(seen(0, 0, 1, 0), event(EventType.START, "open")),
            replayed(seen(1, 0, 1, 0), event(EventType.END, "open")),
            replayed(seen(1 + pause_s, 0, 1, 0), event(EventType.START, label)),
        ).views["gate"].flaps  # fmt: skip

    assert flaps(FLAP_S - 0.1) == 1
    assert flaps(FLAP_S) == 0
    assert flaps(1.0, "cat") == 0


def test_inputs_that_gave_other_events_live_are_counted() -> None:
    start, end = event(EventType.START, "open"), event(EventType.END, "open")
    found = tally(
        replayed(seen(0, 0, 1, 0), start),
        replayed(seen(1, 0, 1, 0), start, live=()),
        replayed(seen(2, 0, 1, 0), live=(start,)),
        replayed(seen(3, 0, 1, 0), start, live=(end,)),
        replayed(seen(4, 0, 1, 0)),
    ).views["gate"]
    assert found.unlike_live == 3


def test_views_are_counted_each_by_itself_on_one_time_line() -> None:
    yard = ViewFacts("yard", LABELS, "m")
    found = tally(
        replayed(seen(10, 0, 1, 0)),
        replayed(seen(12, 0, 1, 0), event(EventType.START, "open"), facts=yard),
    ).views
    assert list(found) == ["gate", "yard"]
    assert found["yard"].events[0].t == 2.0
    assert found["yard"].lasted_s == 0.0


def test_per_hour() -> None:
    found = tally(replayed(seen(0, 0, 1, 0)), replayed(seen(1800, 0, 1, 0))).views["gate"]
    assert found.per_hour(3) == 6.0
    assert tally(replayed(seen(0, 0, 1, 0))).views["gate"].per_hour(3) == 0.0


def test_the_clock_of_the_wall_does_not_count() -> None:
    seconds = from_first()
    assert [seconds(Moment(5_000_000_000, 99.0)), seconds(Moment(7_000_000_000, 1.0))] == [0.0, 2.0]
