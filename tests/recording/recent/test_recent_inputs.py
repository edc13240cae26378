"""What deciders got of late: bounded, and decided on again the very same follows."""

import threading
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings, strategies as st

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.interface import Happening, Input
from edgeclassify.recording.recent.recent_inputs import MOST_WAITING, RecentInputs
from edgeclassify.recording.replay.replaying import Replay
from edgeclassify.recording.running.tap import TappedDecider
from tests.recording.inputs import RULES, START, fresh, happenings, make_begins, put_into, seen
from tests.support.waiting import patient

FACTS = make_begins().facts
Told = list[tuple[str, str, str, float]]


def heard(inputs: RecentInputs, rules: Rules | None = None, of: object = None) -> TappedDecider:
    decider = TappedDecider(fresh(rules))
    decider.remember(inputs.listener(FACTS, of))
    return decider


def kept(inputs: RecentInputs, since: float = 0.0) -> list[Input]:
    stretch = inputs.since("gate", since)
    return [] if stretch is None else [one for one in stretch.records() if isinstance(one, Input)]


@settings(deadline=None, max_examples=30)
@given(happenings(40), RULES, st.integers(1, 12), st.integers(1, 5))
def test_the_very_same_follows_whatever_it_is_cut_into(
    what: Sequence[Happening], rules: Rules, piece: int, packed_each: int
) -> None:
    inputs = RecentInputs(decider_of, piece=piece)
    decider = heard(inputs, rules)
    live: Told = []
    for number, one in enumerate(what):
        live += put_into(decider, one)
        if number % packed_each == 0 or number % piece == 0:
            inputs.pack()
    stretch = inputs.since("gate", 0.0)
    again = [] if stretch is None else list(Replay(decider_of).run(stretch.records()))
    events = [event for one in again for event in one.step.events]
    assert [(str(one.event_type), one.label, one.id, one.ts) for one in events] == live
    assert all(one.as_live for one in again)


def test_it_begins_with_what_was_known_by_then() -> None:
    inputs = RecentInputs(decider_of, piece=4)
    decider = heard(inputs)
    for i in range(40):
        put_into(decider, seen(i * 0.5, 0.0, 0.9, 0.0))
        inputs.pack()
    stretch = inputs.since("gate", START + 10.0)
    assert stretch is not None
    assert START + 8.0 <= stretch.since <= START + 10.0  # whole pieces
    assert stretch.until == START + 19.5
    states = [one.step.state for one in Replay(decider_of).run(stretch.records())]
    assert all(state is not None and state.label == "open" and state.event_id == "id1" for state in states)


def test_the_oldest_goes_where_it_is_too_much_or_too_old() -> None:
    small = RecentInputs(decider_of, most_bytes=2000, piece=8)
    short = RecentInputs(decider_of, most_hours=0.01, piece=8)
    for inputs in (small, short):
        decider = heard(inputs)
        for i in range(400):
            put_into(decider, seen(i * 0.5, 0.1, 0.0, 0.2))
            inputs.pack()
        assert kept(inputs)[-1].what == seen(199.5, 0.1, 0.0, 0.2)
    assert 0 < small.bytes <= 2000
    assert 36 <= len(kept(short)) * 0.5 <= 45
    assert len(kept(small)) < 400


def test_nobody_waits_for_the_packing_and_what_is_left_out_is_a_gap() -> None:
    inputs = RecentInputs(decider_of, piece=4)
    decider = heard(inputs)
    for i in range(100):
        put_into(decider, seen(i * 0.5, 0.0, 0.9, 0.0))
    assert len(kept(inputs)) == 4 * MOST_WAITING
    inputs.pack()
    put_into(decider, seen(60.0, 0.0, 0.9, 0.0))
    assert [one.what for one in kept(inputs)][-1] == seen(60.0, 0.0, 0.9, 0.0)
    stretch = inputs.since("gate", 0.0)
    assert stretch is not None
    assert [piece.continues for piece in stretch.pieces] == [False, True, True, True, False]
    assert all(one.as_live for one in Replay(decider_of).run(stretch.records()))


def test_another_region_forgets_another_decider_does_not() -> None:
    inputs = RecentInputs(decider_of)
    put_into(heard(inputs, of="left"), seen(0.0, 0.9, 0.0, 0.0))
    put_into(heard(inputs, of="left"), seen(1.0, 0.9, 0.0, 0.0))
    assert len(kept(inputs)) == 2
    put_into(heard(inputs, of="right"), seen(2.0, 0.9, 0.0, 0.0))
    assert [one.what for one in kept(inputs)] == [seen(2.0, 0.9, 0.0, 0.0)]
    other = replace(FACTS, labels=("a", "b", "c"))
    inputs.listener(other, "right")
    assert kept(inputs) == []


def test_a_view_that_is_forgotten_hears_no_more() -> None:
    inputs = RecentInputs(decider_of)
    decider = heard(inputs)
    put_into(decider, seen(0.0, 0.9, 0.0, 0.0))
    inputs.forget_others(["another"])
    put_into(decider, seen(1.0, 0.9, 0.0, 0.0))
    assert kept(inputs) == []


def test_it_is_read_while_it_is_heard() -> None:
    inputs = RecentInputs(decider_of, piece=8, most_bytes=20_000)
    decider = heard(inputs)
    broken: list[Exception] = []

    def read() -> None:
        try:
            for _ in range(60):
                kept(inputs)
        except Exception as error:
            broken.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(1000):
        put_into(decider, seen(i * 0.5, 0.1, 0.0, 0.2))
        inputs.pack()
    reader.join(patient(20))
    assert (broken, reader.is_alive()) == ([], False)
