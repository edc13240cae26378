"""What counts as too large for a broker that does not say so, and what does not."""

import pytest

from edgeclassify.contract.payload import Message
from edgeclassify.publish.mqtt.connection_log import STABLE_S
from edgeclassify.publish.mqtt.in_flight import Sent
from edgeclassify.publish.mqtt.packet_limit import IN_A_ROW, RETRY_MAX_S, RETRY_S, Oversize


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def sent(topic: str, size: int, number: int, at: float = 999.0) -> Sent:
    return Sent(Message(topic, b"x" * size, 1, True), topic, size, number=number, at=at)


STATUS, INFO = sent("status", 60, 0), sent("info", 700, 1)
DISCOVERY = sent("config", 9000, 2)


def ended(
    oversize: Oversize,
    *unanswered: Sent,
    lasted_s: float = 2.0,
    probe: str | None = None,
    largest_answered: int = 0,
) -> None:
    oversize.connection_ended(lasted_s, unanswered, probe=probe, largest_answered=largest_answered)


def struck(oversize: Oversize, one: Sent, times: int) -> None:
    """Connections that end on it, after everything before it has arrived."""
    for _ in range(times):
        ended(oversize, one, probe=str(one.key), largest_answered=500)


def test_a_broker_that_closes_right_away_makes_a_suspect_and_no_limit() -> None:
    oversize = Oversize(Clock())
    for _ in range(20):
        ended(oversize, STATUS, INFO, DISCOVERY)
    assert oversize.is_suspect("config")
    assert oversize.limit is None
    oversize.arrived("config")
    assert not oversize.is_suspect("config")


def test_three_connections_that_end_on_a_probe_are_a_proof(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    oversize = Oversize(clock)
    struck(oversize, DISCOVERY, IN_A_ROW - 1)
    assert oversize.limit is None
    assert not caplog.records
    struck(oversize, DISCOVERY, 1)
    assert oversize.limit == 4500
    (message,) = [record.getMessage() for record in caplog.records]
    assert message.startswith("config: left out for 1 h")
    assert "9000 bytes" in message
    assert "more than 4500 bytes" in message
    clock.now += RETRY_S - 1
    assert oversize.limit == 4500
    clock.now += 1
    assert oversize.limit is None
    assert oversize.is_suspect("config")


def test_the_limit_is_never_below_what_has_arrived() -> None:
    oversize = Oversize(Clock())
    for _ in range(IN_A_ROW):
        ended(oversize, DISCOVERY, probe="config", largest_answered=8000)
    assert oversize.limit == 8000


def test_after_its_time_one_more_proof_is_enough_and_holds_longer() -> None:
    clock = Clock()
    oversize, held_s = Oversize(clock), RETRY_S
    struck(oversize, DISCOVERY, IN_A_ROW)
    for _ in range(8):
        clock.now += held_s
        assert oversize.limit is None
        struck(oversize, sent("config", 9000, 2, at=clock.now), 1)
        held_s = min(2 * held_s, RETRY_MAX_S)
        clock.now += held_s - 1
        assert oversize.limit == 4500
        clock.now -= held_s - 1
    assert held_s == RETRY_MAX_S
    clock.now += held_s
    assert oversize.limit is None
    oversize.arrived("config")
    struck(oversize, sent("config", 9000, 2, at=clock.now), IN_A_ROW - 1)
    assert oversize.limit is None


@pytest.mark.parametrize(
    ("unanswered", "probe"),
    [
        ((STATUS, INFO, DISCOVERY), "config"),  # what came before it has not arrived either
        ((DISCOVERY,), None),  # it was no probe
        ((DISCOVERY,), "info"),
        ((sent("config", 9000, 2, at=1000 - STABLE_S),), "config"),  # sent long before the end
        ((), "config"),
    ],
)
def test_no_proof(unanswered: tuple[Sent, ...], probe: str | None) -> None:
    oversize = Oversize(Clock())
    for _ in range(3 * IN_A_ROW):
        ended(oversize, *unanswered, probe=probe)
    assert oversize.limit is None


@pytest.mark.parametrize(
    ("unanswered", "lasted_s", "largest_answered"),
    [
        ((STATUS, INFO, DISCOVERY), STABLE_S, 0),  # no connection that ended within seconds
        ((STATUS, INFO, DISCOVERY), 2.0, 9000),  # as large ones arrive
        ((STATUS,), 2.0, 0),  # the first one never waits
        ((sent("config", 9000, 2, at=1000 - STABLE_S),), 2.0, 0),
        ((), 2.0, 0),
    ],
)
def test_no_suspect(unanswered: tuple[Sent, ...], lasted_s: float, largest_answered: int) -> None:
    oversize = Oversize(Clock())
    ended(oversize, *unanswered, lasted_s=lasted_s, largest_answered=largest_answered)
    assert not any(oversize.is_suspect(key) for key in ("status", "info", "config"))


def test_suspects_are_bounded() -> None:
    oversize = Oversize(Clock())
    for number in range(1, 500):
        ended(oversize, sent(f"topic{number}", 900, number))
    assert sum(oversize.is_suspect(f"topic{number}") for number in range(1, 500)) == 100
    assert oversize.is_suspect("topic499")


def test_a_value_that_ends_connections_though_larger_ones_arrive_is_forbidden(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    oversize = Oversize(clock)
    state = sent("state", 300, 5)
    ended(oversize, state, DISCOVERY, largest_answered=400)
    assert not oversize.is_suspect("state")
    ended(oversize, state, largest_answered=400)
    assert oversize.is_suspect("state")
    for _ in range(IN_A_ROW):
        assert not oversize.is_forbidden("state")
        ended(oversize, state, probe="state", largest_answered=300)
    assert oversize.is_forbidden("state")
    assert oversize.limit is None
    (message,) = [record.getMessage() for record in caplog.records]
    assert message.startswith("state: left out for 1 h. 3 connections ended on it, and larger messages arrive")
    clock.now += RETRY_S - 1
    assert oversize.is_forbidden("state")
    assert not oversize.is_forbidden("config")
    clock.now += 1
    assert not oversize.is_forbidden("state")
    assert oversize.is_suspect("state")
    ended(oversize, sent("state", 300, 5, at=clock.now), probe="state", largest_answered=300)
    assert oversize.is_forbidden("state")


@pytest.mark.parametrize("largest", [299, 300])
def test_only_what_is_no_larger_than_what_has_arrived_can_be_forbidden(largest: int) -> None:
    oversize = Oversize(Clock())
    ended(oversize, sent("other", 10, 1), largest_answered=largest)
    for _ in range(IN_A_ROW):
        ended(oversize, sent("state", 300, 5), probe="state")
    assert oversize.is_forbidden("state") is (largest == 300)
    assert (oversize.limit is None) is (largest == 300)


def test_an_event_is_never_forbidden() -> None:
    oversize = Oversize(Clock())
    event = Sent(Message("event", b"x", 1, False), ("event", 1), 200, seq=1, number=5, at=999.0)
    for _ in range(3):
        ended(oversize, event, largest_answered=400)
    assert not oversize.is_suspect(("event", 1))


def test_one_that_is_not_always_the_first_is_no_suspect() -> None:
    oversize = Oversize(Clock())
    for number in range(1, 10):
        ended(oversize, sent(f"value{number % 2}", 100, number), largest_answered=400)
    ended(oversize, STATUS, largest_answered=400)
    ended(oversize, STATUS, largest_answered=400)
    assert not any(oversize.is_suspect(key) for key in ("value0", "value1", "status"))
