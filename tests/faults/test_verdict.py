"""A verdict that can't fail proves nothing: each fault alone is found, and named."""

from collections.abc import Collection
from typing import Any

import pytest

from tests.faults.journal import Journal, Made, Pulse
from tests.faults.verdict import Arrival, Verdict, judge

VIEWS = ("gate", "yard")


def made(seq: int, *, returned: bool = True, name: str | None = None) -> Made:
    return Made(seq, name or f"id{seq}", VIEWS[seq % 2], "start", returned)


def arrival(seq: int, *, late: bool = False, view: str | None = None, **changes: Any) -> Arrival:
    body: dict[str, Any] = {"seq": seq, "id": f"id{seq}", "event_type": "start", "label": "cat"}
    if late:
        body["historical"] = True
    return Arrival("history" if late else "event", view or VIEWS[seq % 2], body | changes)


def verdict(
    events: list[Made], arrivals: list[Arrival], dropped: int = 0, acknowledged: Any = None, kills: Any = ()
) -> Verdict:
    journal = Journal(tuple(events), (Pulse(1.0, 5, 0, dropped, True),), (), (0.0,))
    return judge(journal, arrivals, acknowledged or {}, kills)


def faults(found: Verdict) -> set[str]:
    names = ("lost", "reordered", "holes", "contradictions", "dropped")
    return {name for name in names if getattr(found, name)}


FOUR = [made(1), made(2), made(3), made(4)]


def test_all_arrived_once() -> None:
    found = verdict(FOUR, [arrival(1), arrival(2), arrival(3), arrival(4)])
    assert (found.good, found.events, found.repeated) == (True, 4, 0)


def test_repeats_and_late_ones_are_fine_when_they_can_be_told() -> None:
    order = [arrival(1), arrival(3), arrival(2, late=True), arrival(3, late=True), arrival(4), arrival(4)]
    found = verdict(FOUR, order)
    assert (found.good, found.repeated, found.historical) == (True, 2, 2)


def test_a_repeated_run_is_no_reordering() -> None:
    late = [arrival(seq, late=True) for seq in (1, 3, 1, 3)]
    assert verdict([made(1), made(2), made(3)], [*late, arrival(2)]).good


def test_what_came_live_and_comes_again_late_is_a_repeat() -> None:
    """Killed before it was noted that 1 was acknowledged, with 3 sent as history by then."""
    order = [arrival(1), arrival(2), arrival(3, late=True), arrival(1, late=True), arrival(4)]
    assert (verdict(FOUR, order).good, verdict(FOUR, order).repeated) == (True, 1)


def test_lost() -> None:
    found = verdict(FOUR, [arrival(1), arrival(2), arrival(4)])
    assert (found.lost, found.holes) == ((3,), (3,))
    assert not found.good


def test_the_last_one_lost() -> None:
    assert verdict(FOUR, [arrival(1), arrival(2), arrival(3)]).lost == (4,)


def test_nothing_arrived() -> None:
    assert verdict(FOUR, []).lost == (1, 2, 3, 4)


def test_lost_though_its_number_arrived_with_another_event() -> None:
    found = verdict([made(1), made(2, name="other")], [arrival(1), arrival(2)])
    assert found.lost == (2,)
    assert faults(found) == {"lost", "contradictions"}


def test_killed_while_it_was_handed_over_may_arrive_or_not() -> None:
    events = [made(1), made(2, returned=False, name="never on disk"), made(2), made(3, returned=False)]
    assert verdict(events, [arrival(1), arrival(2)]).good
    assert verdict(events, [arrival(1), arrival(2), arrival(3, late=True)]).good


def test_a_number_that_was_skipped() -> None:
    assert faults(verdict([made(1), made(3)], [arrival(1), arrival(3)])) == {"holes"}


def test_the_first_numbers_are_missing() -> None:
    assert verdict([made(3)], [arrival(3)]).holes == (1, 2)


def test_reordered_on_one_topic_of_one_view() -> None:
    found = verdict(FOUR, [arrival(3), arrival(1), arrival(2), arrival(4)])
    assert (faults(found), len(found.reordered)) == ({"reordered"}, 1)
    late = [arrival(3, late=True), arrival(1, late=True), arrival(2), arrival(4)]
    assert faults(verdict(FOUR, late)) == {"reordered"}


def test_views_have_no_order_between_each_other() -> None:
    assert verdict(FOUR, [arrival(2), arrival(1), arrival(4), arrival(3)]).good


def test_a_number_used_twice() -> None:
    events = [*FOUR, made(4, name="again")]
    found = verdict(events, [arrival(1), arrival(2), arrival(3), arrival(4), arrival(4, id="again")])
    assert faults(found) == {"contradictions"}


def test_a_repeat_that_differs() -> None:
    order = [arrival(1), arrival(2), arrival(3), arrival(3, late=True, label="dog"), arrival(4)]
    assert faults(verdict(FOUR, order)) == {"contradictions"}


def test_late_and_live_are_mixed_up() -> None:
    silent = Arrival("history", "yard", arrival(1).body)
    loud = Arrival("event", "yard", arrival(1, late=True).body)
    for one in (silent, loud):
        assert faults(verdict([made(1)], [one])) == {"contradictions"}


def test_on_the_topic_of_another_view() -> None:
    assert not verdict([made(1)], [arrival(1, view="gate")]).good


def test_an_event_that_nobody_made() -> None:
    assert faults(verdict([made(1)], [arrival(1), arrival(2)])) == {"contradictions"}


def test_dropped() -> None:
    assert faults(verdict([made(1)], [arrival(1)], dropped=1)) == {"dropped"}


def test_the_brokers_own_loss_needs_evidence() -> None:
    three, got = [made(1), made(2), made(3)], [arrival(1), arrival(3)]
    assert verdict(three, got, acknowledged={2: [10.0]}, kills=[10.4]).lost_by_broker == (2,)
    assert verdict(three, got, acknowledged={2: [10.0]}, kills=[10.4]).good
    for acknowledged, kills in (({}, [10.4]), ({2: [10.5]}, [10.4]), ({2: [8.0]}, [10.4]), ({2: [10.0]}, [])):
        found = verdict(three, got, acknowledged=acknowledged, kills=kills)
        assert (found.lost, found.holes, found.lost_by_broker) == ((2,), (2,), ())


def test_every_fault_is_in_the_lines() -> None:
    text = "\n".join(verdict(FOUR, [arrival(4), arrival(2)]).lines())
    assert "lost           2" in text
    assert "lost: seq 1" in text
    assert "reordered: gate/event: seq 2 after 4" in text


# --- every start has one end ---------------------------------------------------------------------------------


def paired(
    *told: tuple[str, str, int, str], still_open: Collection[str] = (), missing: Collection[int] = ()
) -> Verdict:
    """Of one view: (type, id, run of the node, reason), numbered from 1; `missing`: what did not arrive."""
    events = [
        Made(seq, name, "gate", kind, True, run, reason) for seq, (kind, name, run, reason) in enumerate(told, 1)
    ]
    arrivals = [
        arrival(event.seq, view="gate", id=event.id, event_type=event.event_type)
        for event in events
        if event.seq not in missing
    ]
    journal = Journal(tuple(events), (Pulse(1.0, 5, 0, 0, True),), (), (0.0,))
    return judge(journal, arrivals, {}, (), still_open)


START_A, END_A = ("start", "a", 0, ""), ("end", "a", 0, "replaced")
START_B = ("start", "b", 0, "")


def test_starts_with_their_ends_and_what_is_still_open_are_fine() -> None:
    within = ("update", "a", 0, "score rose"), ("lasting", "a", 0, ""), ("lasting", "a", 0, "")
    found = paired(START_A, *within, END_A, START_B, still_open={"b"})
    assert (found.good, found.unpaired, found.still_open, found.went_on) == (True, (), 1, 0)


@pytest.mark.parametrize(
    ("told", "still_open", "text"),
    [
        ([START_A], set(), "a has no end, and is not open"),
        ([START_A, END_A], {"a"}, "a is open in the database, and has ended"),
        ([START_A, END_A, END_A], set(), "seq 3: gate: end of a, and open is None"),
        ([START_A, START_B, ("end", "b", 0, "")], set(), "seq 2: gate: b starts, and a has not ended"),
        ([START_A, END_A, START_A], {"a"}, "seq 3: gate: a starts again"),
        ([END_A], set(), "seq 1: gate: end of a, and open is None"),
        ([START_A, ("update", "b", 0, "")], {"a"}, "seq 2: gate: update of b, and open is a"),
        ([START_A, END_A, ("lasting", "a", 0, "")], set(), "seq 3: gate: lasting of a, and open is None"),
    ],
)
def test_what_does_not_pair(told: list[tuple[str, str, int, str]], still_open: set[str], text: str) -> None:
    found = paired(*told, still_open=still_open)
    assert text in found.unpaired
    assert not found.good
    assert f"unpaired: {text}" in "\n".join(found.lines())


def test_pairs_are_counted_by_what_was_made_too() -> None:
    assert paired(START_A, END_A, missing={2}).unpaired == ()


def test_what_goes_on_over_an_end_of_the_process_is_counted() -> None:
    later, gone = ("end", "a", 1, "below threshold"), ("end", "a", 1, "gone after restart")
    assert paired(START_A, later).went_on == 1
    assert paired(START_A, gone).went_on == 0
    assert paired(START_A, END_A, ("start", "b", 1, ""), still_open={"b"}).went_on == 0
    assert paired(START_A, END_A, START_B, ("update", "b", 1, ""), still_open={"b"}).went_on == 1
