"""Which version of MQTT is tried when: none is pinned by one bad moment."""

from itertools import pairwise

import pytest

from edgeclassify.publish.mqtt.link.client import CONNECT_TIMEOUT_S
from edgeclassify.publish.mqtt.link.protocols import GUESSING_S, REFUSED_S, Attempt, Protocols
from tests.support.clock import Clock

FIVE, GUESS, OLD = Attempt("5", CONNECT_TIMEOUT_S), Attempt("5", GUESSING_S), Attempt("3.1.1", CONNECT_TIMEOUT_S)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_the_config_says_is_kept_to(protocol: str) -> None:
    protocols = Protocols(protocol)
    for refused in (True, False, False, False, False):
        assert protocols.first() == Attempt(protocol, CONNECT_TIMEOUT_S)
        assert protocols.fails(protocol, refused=refused) is None


def test_a_broker_of_mqtt_5() -> None:
    protocols = Protocols("auto")
    assert protocols.first() == GUESS
    protocols.works("5")
    assert protocols.first() == FIVE
    assert protocols.fails("5", refused=False) is None  # it has shown that it speaks it
    assert protocols.first() == FIVE


def test_no_answer_leads_to_the_old_version_and_back_on_the_next_connection() -> None:
    clock = Clock()
    protocols = Protocols("auto", clock)
    assert protocols.fails("5", refused=False) == OLD
    protocols.works("3.1.1")
    assert protocols.first() == GUESS
    protocols.works("5")
    assert protocols.first() == FIVE


def test_a_broker_that_never_answers_5_is_asked_more_and_more_seldom() -> None:
    clock = Clock()
    protocols = Protocols("auto", clock)
    asked = []
    for second in range(24 * 3600):
        clock.now = 1000.0 + second
        if protocols.first() == GUESS:
            asked.append(second)
            assert protocols.fails("5", refused=False) == OLD
        protocols.works("3.1.1")
    pauses = [after - before for before, after in pairwise(asked)]
    assert pauses[:4] == [1, 60, 120, 240]
    assert max(pauses) == 3600


def test_one_that_says_no_is_asked_again_after_an_hour() -> None:
    clock = Clock()
    protocols = Protocols("auto", clock)
    assert protocols.fails("5", refused=True) == OLD
    protocols.works("3.1.1")
    clock.now += REFUSED_S - 1
    assert protocols.first() == OLD
    clock.now += 1
    assert protocols.first() == GUESS


def test_another_broker_in_its_place_that_knows_only_the_old_version() -> None:
    protocols = Protocols("auto", Clock())
    protocols.works("5")
    assert protocols.fails("5", refused=True) == OLD  # it says so
    protocols = Protocols("auto", Clock())
    protocols.works("5")
    assert [protocols.fails("5", refused=False) for _ in range(4)] == [None, None, OLD, OLD]


def test_another_broker_that_knows_only_the_new_version() -> None:
    protocols = _of_an_old_broker()
    assert protocols.fails("3.1.1", refused=True) is None
    assert protocols.first() == GUESS


def test_another_broker_that_leaves_the_old_version_without_an_answer() -> None:
    protocols = _of_an_old_broker()
    first = []
    for _ in range(3):
        assert protocols.fails("3.1.1", refused=False) is None
        first.append(protocols.first())
    assert first == [OLD, OLD, GUESS]


def test_a_broker_with_too_much_to_do_is_seldom_asked_for_5_too() -> None:
    protocols = _of_an_old_broker()
    first = []
    for _ in range(9):
        first.append(protocols.first())
        if first[-1] == GUESS:
            assert protocols.fails("5", refused=False) == OLD
        protocols.fails("3.1.1", refused=False)
    assert [attempt == GUESS for attempt in first] == [False, *2 * [False, False, True], False, False]


def test_one_answer_ends_the_doubts() -> None:
    protocols = _of_an_old_broker()
    for _ in range(10):
        protocols.fails("3.1.1", refused=False)
        protocols.fails("3.1.1", refused=False)
        assert protocols.first() == OLD
        protocols.works("3.1.1")


def test_one_that_closes_twice_has_said_no() -> None:
    clock = Clock()
    protocols = Protocols("auto", clock)
    for _ in range(2):
        assert protocols.first() == GUESS
        assert protocols.fails("5", refused=False, closed=True) == OLD
        protocols.works("3.1.1")
    clock.now += REFUSED_S - 1
    assert protocols.first() == OLD
    clock.now += 1
    assert protocols.first() == GUESS


def test_one_that_closes_and_is_then_too_busy_is_taken_at_its_word() -> None:
    protocols = Protocols("auto", Clock())
    first = []
    for _ in range(6):
        first.append(protocols.first())
        if first[-1] == GUESS:
            assert protocols.fails("5", refused=False, closed=True) == OLD
        protocols.fails("3.1.1", refused=False)
    assert first == [GUESS, GUESS, OLD, OLD, GUESS, OLD]


def test_one_that_closes_always_speaks_neither() -> None:
    protocols = Protocols("auto", Clock())
    for _ in range(5):
        assert protocols.first() == GUESS
        assert protocols.fails("5", refused=False, closed=True) == OLD
        assert protocols.fails("3.1.1", refused=False, closed=True) is None


def test_one_that_speaks_5_and_closes_in_its_start_still_speaks_it() -> None:
    protocols = Protocols("auto", Clock())
    protocols.works("5")
    for _ in range(2):
        assert protocols.fails("5", refused=False, closed=True) is None
        assert protocols.first() == FIVE


def test_neither_version_answered_both_are_tried_again() -> None:
    protocols = Protocols("auto", Clock())
    for _ in range(5):
        assert protocols.first() == GUESS
        assert protocols.fails("5", refused=False) == OLD
        assert protocols.fails("3.1.1", refused=False) is None


def _of_an_old_broker() -> Protocols:
    """It has refused MQTT 5, and taken 3.1.1."""
    protocols = Protocols("auto", Clock())
    protocols.fails("5", refused=True)
    protocols.works("3.1.1")
    assert protocols.first() == OLD
    return protocols
