"""A verdict that can't fail proves nothing: each fault alone is found, and named."""

from typing import Any

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
