"""Which version of MQTT is tried when: none is pinned by one bad moment."""

from itertools import pairwise

import pytest

from edgeclassify.publish.mqtt.link.client import CONNECT_TIMEOUT_S
from edgeclassify.publish.mqtt.link.protocols import GUESSING_S, REFUSED_S, Attempt, Protocols
from tests.support.clock import Clock

FIVE, GUESS, OLD = Attempt("5", CONNECT_TIMEOUT_S), Attempt("5", GUESSING_S), Attempt("3.1.1", CONNECT_TIMEOUT_S)


def untimed(attempt: Attempt | None) -> Attempt | None:
    """As one that waits as long as the first does, but for a guess."""
    if attempt is None or attempt == GUESS:
        return attempt
    return Attempt(attempt.protocol, CONNECT_TIMEOUT_S)


def first(protocols: Protocols) -> Attempt | None:
    """What the next connection begins with, however long it waits."""
    return untimed(protocols.first())


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_the_config_says_is_kept_to(protocol: str) -> None:
    protocols = Protocols(protocol)
    for refused in (True, False, False, False, False):
        assert first(protocols) == Attempt(protocol, CONNECT_TIMEOUT_S)
        assert protocols.fails(protocol, refused=refused) is None


def test_a_broker_of_mqtt_5() -> None:
    protocols = Protocols("auto")
    assert first(protocols) == GUESS
    protocols.works("5")
    assert first(protocols) == FIVE
    assert protocols.fails("5", refused=False) is None  # it has shown that it speaks it
    assert first(protocols) == FIVE


def test_no_answer_leads_to_the_old_version_and_back_on_the_next_connection() -> None:
    clock = Clock()
    protocols = Protocols("auto", clock)
    assert untimed(protocols.fails("5", refused=False)) == OLD
    protocols.works("3.1.1")
    assert first(protocols) == GUESS
    protocols.works("5")
    assert first(protocols) == FIVE


def test_a_broker_that_never_answers_5_is_asked_more_and_more_seldom() -> None:
    clock = Clock()
    protocols = Protocols("auto", clock)
    asked = []
    for second in range(24 * 3600):
        clock.now = 1000.0 + second
        if first(protocols) == GUESS:
            asked.append(second)
            assert untimed(protocols.fails("5", refused=False)) == OLD
        protocols.works("3.1.1")
    pauses = [after - before for before, after in pairwise(asked)]
    assert pauses[:4] == [1, 60, 120, 240]
    assert max(pauses) == 3600


def test_one_that_says_no_is_asked_again_after_an_hour() -> None:
    clock = Clock()
    protocols = Protocols("auto", clock)
    assert untimed(protocols.fails("5", refused=True)) == OLD
    protocols.works("3.1.1")
    clock.now += REFUSED_S - 1
    assert first(protocols) == OLD
    clock.now += 1
    assert first(protocols) == GUESS


def test_another_broker_in_its_place_that_knows_only_the_old_version() -> None:
    protocols = Protocols("auto", Clock())
    protocols.works("5")
    assert untimed(protocols.fails("5", refused=True)) == OLD  # it says so
    protocols = Protocols("auto", Clock())
    protocols.works("5")
    assert [untimed(protocols.fails("5", refused=False)) for _ in range(4)] == [None, None, OLD, OLD]


def test_another_broker_that_knows_only_the_new_version() -> None:
    protocols = _of_an_old_broker()
    assert protocols.fails("3.1.1", refused=True) is None
    assert first(protocols) == GUESS


def test_another_broker_that_leaves_the_old_version_without_an_answer() -> None:
    protocols = _of_an_old_broker()
    tried = []
    for _ in range(3):
        assert protocols.fails("3.1.1", refused=False) is None
        tried.append(first(protocols))
    assert tried == [OLD, OLD, GUESS]


def test_a_broker_with_too_much_to_do_is_seldom_asked_for_5_too() -> None:
    protocols = _of_an_old_broker()
    tried = []
    for _ in range(9):
        tried.append(first(protocols))
        if tried[-1] == GUESS:
            assert untimed(protocols.fails("5", refused=False)) == OLD
        protocols.fails("3.1.1", refused=False)
    assert [attempt == GUESS for attempt in tried] == [False, *2 * [False, False, True], False, False]


def test_one_answer_ends_the_doubts() -> None:
    protocols = _of_an_old_broker()
    for _ in range(10):
        protocols.fails("3.1.1", refused=False)
        protocols.fails("3.1.1", refused=False)
        assert first(protocols) == OLD
        protocols.works("3.1.1")


def test_one_that_closes_twice_has_said_no() -> None:
    clock = Clock()
    protocols = Protocols("auto", clock)
    for _ in range(2):
        assert first(protocols) == GUESS
        assert untimed(protocols.fails("5", refused=False, closed=True)) == OLD
        protocols.works("3.1.1")
    clock.now += REFUSED_S - 1
    assert first(protocols) == OLD
    clock.now += 1
    assert first(protocols) == GUESS


def test_one_that_closes_and_is_then_too_busy_is_taken_at_its_word() -> None:
    protocols = Protocols("auto", Clock())
    tried = []
    for _ in range(6):
        tried.append(first(protocols))
        if tried[-1] == GUESS:
            assert untimed(protocols.fails("5", refused=False, closed=True)) == OLD
        protocols.fails("3.1.1", refused=False)
    assert tried == [GUESS, GUESS, OLD, OLD, GUESS, OLD]


def test_one_that_closes_always_speaks_neither() -> None:
    protocols = Protocols("auto", Clock())
    for _ in range(5):
        assert first(protocols) == GUESS
        assert untimed(protocols.fails("5", refused=False, closed=True)) == OLD
        assert protocols.fails("3.1.1", refused=False, closed=True) is None


def test_one_that_speaks_5_and_closes_in_its_start_still_speaks_it() -> None:
    protocols = Protocols("auto", Clock())
    protocols.works("5")
    for _ in range(2):
        assert protocols.fails("5", refused=False, closed=True) is None
        assert first(protocols) == FIVE


def test_neither_version_answered_both_are_tried_again() -> None:
    protocols = Protocols("auto", Clock())
    for _ in range(5):
        assert first(protocols) == GUESS
        assert untimed(protocols.fails("5", refused=False)) == OLD
        assert protocols.fails("3.1.1", refused=False) is None


@pytest.mark.parametrize("protocol", ["5", "3.1.1", "auto"])
def test_a_silent_broker_is_given_more_and_more_time(protocol: str) -> None:
    protocols = Protocols(protocol, Clock())
    version = "5" if protocol == "auto" else protocol
    protocols.works(version)
    waits = []
    for _ in range(5):
        waits.append(protocols.first().timeout_s)
        protocols.fails(version, refused=False, closed=protocol == "auto" and len(waits) > 2)
    assert waits == ([5, 10, 20, 20, 20] if protocol == "auto" else [5, 10, 20, 40, 40])
    protocols.works(version)
    assert protocols.first().timeout_s == 5


def test_a_guess_is_short_and_no_reason_for_patience() -> None:
    protocols = Protocols("auto", Clock())
    assert protocols.first() == GUESS
    assert protocols.fails("5", refused=False) == OLD


def _of_an_old_broker() -> Protocols:
    """It has refused MQTT 5, and taken 3.1.1."""
    protocols = Protocols("auto", Clock())
    protocols.fails("5", refused=True)
    protocols.works("3.1.1")
    assert first(protocols) == OLD
    return protocols
