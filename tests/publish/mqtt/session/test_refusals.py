import pytest

from edgeclassify.publish.mqtt.session.refusals import FIRST_RETRY_S, REFUSED_RETRY_S, WELL_S, Refusals
from tests.support.clock import Clock

EVENT, HISTORY, INFO = "p/node/gate/event", "p/node/gate/history", "p/node/info"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def refusals(clock: Clock) -> Refusals:
    return Refusals(clock)


@pytest.mark.parametrize(
    ("reason", "pauses"),
    [
        ("not authorized", [REFUSED_RETRY_S] * 3),
        ("topic name invalid", [REFUSED_RETRY_S] * 3),
        ("quota exceeded", [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]),
        ("unspecified error", [1, 2, 4]),
        ("implementation specific error", [1, 2, 4]),
        ("packet identifier in use", [1, 2, 4]),
        ("payload format invalid", [1, 2, 4]),
    ],
)
def test_how_long_a_topic_waits(refusals: Refusals, clock: Clock, reason: str, pauses: list[float]) -> None:
    for pause in pauses:
        refusals.event(EVENT, 1, reason)
        refusals.value(INFO, reason)
        clock.now += pause - 0.01
        assert refusals.holds(EVENT, 2)
        assert not refusals.holds(HISTORY, 2)
        assert (refusals.due_values(), refusals.due_events()) == ([], False)
        clock.now += 0.01
        assert (refusals.due_values(), refusals.due_events()) == ([INFO], True)
        assert not refusals.holds(EVENT, 2)
        assert (refusals.due_values(), refusals.due_events()) == ([], False)


def test_what_is_taken_once_is_tried_soon_again(refusals: Refusals, clock: Clock) -> None:
    for _ in range(6):
        refusals.value(INFO, "quota exceeded")
    refusals.taken(INFO, None)
    refusals.value(INFO, "quota exceeded")
    clock.now += FIRST_RETRY_S
    assert refusals.due_values() == [INFO]


def test_several_refused_at_once_are_one_pause(refusals: Refusals, clock: Clock) -> None:
    for seq in range(10):
        refusals.event(EVENT, seq, "quota exceeded")
    clock.now += FIRST_RETRY_S
    assert refusals.due_events()


def test_an_event_at_fault_waits_alone(refusals: Refusals, clock: Clock) -> None:
    refusals.event(EVENT, 1, "payload format invalid")
    clock.now += FIRST_RETRY_S
    assert refusals.due_events()
    refusals.taken(EVENT, 2)
    for pause in (1, 2, 4):
        refusals.event(HISTORY, 1, "payload format invalid")
        assert refusals.holds(HISTORY, 1)
        assert not refusals.holds(HISTORY, 3)
        clock.now += pause - 0.01
        assert not refusals.due_events()
        clock.now += 0.01
        assert refusals.due_events()
        assert not refusals.holds(HISTORY, 1)


def test_what_another_view_sends_proves_nothing(refusals: Refusals, clock: Clock) -> None:
    refusals.event(EVENT, 1, "quota exceeded")
    clock.now += FIRST_RETRY_S
    assert refusals.due_events()
    refusals.taken("p/node/door/event", 2)
    refusals.event(HISTORY, 1, "quota exceeded")
    assert refusals.holds(HISTORY, 3)


def test_an_event_that_was_taken_is_known_no_more(refusals: Refusals, clock: Clock) -> None:
    refusals.event(EVENT, 1, "quota exceeded")
    refusals.taken(EVENT, 1)
    refusals.taken(EVENT, 2)
    clock.now += REFUSED_RETRY_S
    refusals.due_events()
    refusals.event(EVENT, 1, "quota exceeded")
    assert refusals.holds(EVENT, 3)


def test_a_newer_value_takes_the_place_of_a_refused_one(refusals: Refusals, clock: Clock) -> None:
    refusals.value(INFO, "quota exceeded")
    refusals.sent(INFO)
    clock.now += REFUSED_RETRY_S
    assert refusals.due_values() == []


def test_a_value_that_can_not_be_sent_is_put_off(refusals: Refusals, clock: Clock) -> None:
    refusals.put_off(INFO)
    clock.now += REFUSED_RETRY_S - 0.01
    assert refusals.due_values() == []
    clock.now += 0.01
    assert refusals.due_values() == [INFO]


def test_when_it_is_over(refusals: Refusals, clock: Clock) -> None:
    assert refusals.is_over(EVENT)
    refusals.event(EVENT, 1, "quota exceeded")
    refusals.value(INFO, "quota exceeded")
    clock.now += WELL_S - 0.01
    assert not refusals.is_over(EVENT)
    assert not refusals.is_over(INFO)
    clock.now += 0.01
    assert refusals.is_over(EVENT)
