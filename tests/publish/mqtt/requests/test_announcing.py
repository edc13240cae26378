"""When all that is retained is sent again: at an interval, and when all nodes are asked."""

from itertools import pairwise

from edgeclassify.publish.mqtt.requests.announcing import Announcing
from edgeclassify.publish.mqtt.requests.repeat import REPEAT_MAX_S, REPEAT_S, Repeat
from tests.support.clock import Clock


def due_at(made: Announcing, clock: Clock, until: float, step: float = 0.5) -> list[float]:
    found = []
    while clock() < until:
        if made.take():
            found.append(clock())
        clock.now += step
    return found


def test_unasked_and_without_an_interval_nothing_is_sent() -> None:
    clock = Clock(0.0)
    assert due_at(Announcing(0.0, clock), clock, 100_000, 10) == []


def test_asked_it_is_due_once_at_the_moment_that_was_drawn() -> None:
    clock = Clock(100.0)
    made = Announcing(0.0, clock, draw=lambda low, high: low + (high - low) / 4)
    made.asked(60)
    assert due_at(made, clock, 300) == [115.0]


def test_of_many_nodes_each_draws_its_own_moment_within_the_time() -> None:
    found = []
    for _ in range(300):
        clock = Clock(0.0)
        made = Announcing(0.0, clock)
        made.asked(60)
        found += due_at(made, clock, 70)
    assert len(found) == 300
    assert max(found) <= 60.5
    # 300 over ten parts: about 30 in each.
    parts = [sum(6 * i <= at < 6 * (i + 1) for at in found) for i in range(10)]
    assert min(parts) >= 8


def test_who_asks_again_and_again_is_answered_at_growing_distances() -> None:
    clock = Clock(0.0)
    made = Announcing(0.0, clock)
    found = []
    while clock() < 400:
        made.asked(0)
        if made.take():
            found.append(clock())
        clock.now += 0.5
    apart = [b - a for a, b in pairwise(found)]
    assert apart[0] == REPEAT_S
    assert apart == sorted(apart)
    assert apart[-1] == REPEAT_MAX_S


def test_the_first_interval_begins_anywhere_and_the_rest_is_nearly_even() -> None:
    clock = Clock(0.0)
    made = Announcing(100.0, clock, draw=lambda low, high: (low + high) / 2)
    assert due_at(made, clock, 400) == [50.0, 150.0, 250.0, 350.0]
    clock = Clock(0.0)
    low = due_at(Announcing(100.0, clock, draw=lambda low, _: low), clock, 200)
    assert low == [0.0, 90.0, 180.0]
    clock = Clock(0.0)
    assert due_at(Announcing(100.0, clock, draw=lambda _, high: high), clock, 330) == [100.0, 210.0, 320.0]


def test_who_wants_it_sooner_gets_it_sooner() -> None:
    again = Repeat()
    again.ask(0.0, 60.0)
    again.ask(1.0, 2.0)
    again.ask(2.0, 50.0)
    assert not again.take(2.9)
    assert again.take(3.0)
    assert not again.take(60.0)
