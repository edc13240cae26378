"""Each fault of a way out is found, and named."""

from collections.abc import Collection

from tests.faults.journal import Journal, Made, Pulse
from tests.faults.test_verdict import arrival, made
from tests.faults.ways import WayVerdict, judge_way

FOUR = [made(1), made(2), made(3), made(4)]


def way(events: Collection[Made], *seqs: int) -> WayVerdict:
    journal = Journal(tuple(events), (Pulse(1.0, 5, 0, 0, True),), (), (0.0,))
    return judge_way("webhook", journal, [arrival(seq) for seq in seqs])


def test_all_in_order_and_some_again() -> None:
    found = way(FOUR, 1, 2, 2, 3, 1, 4)
    assert (found.good, found.repeated, found.arrivals, found.events) == (True, 2, 6, 4)
    assert found.lines() == ["webhook        4 of 4 events, 2 repeated, 0 lost, 0 reordered, 0 contradictions"]


def test_lost() -> None:
    found = way(FOUR, 1, 2, 4)
    assert (found.good, found.lost) == (False, (3,))
    assert "  lost: seq 3" in found.lines()


def test_reordered_also_between_views() -> None:
    found = way(FOUR, 1, 3, 2, 4)
    assert (found.good, found.reordered) == (False, ("seq 2 after 3",))


def test_one_that_was_never_made() -> None:
    assert not way(FOUR, 1, 2, 3, 4, 5).good


def test_a_repeat_that_differs() -> None:
    journal = Journal(tuple(FOUR), (), (), (0.0,))
    arrivals = [*map(arrival, (1, 2, 3, 4)), arrival(4, label="dog")]
    assert not judge_way("webhook", journal, arrivals).good


def test_killed_while_it_was_handed_over_may_arrive_or_not() -> None:
    events = [*FOUR, made(5, returned=False)]
    assert way(events, 1, 2, 3, 4).good
    found = way(events, 1, 2, 3, 4, 5)
    assert (found.good, found.arrivals, found.repeated) == (True, 4, 0)
