"""What counts as too large for a broker that does not say so, and what does not."""

import pytest

from edgeclassify.contract.outgoing import Message
from edgeclassify.publish.mqtt.connection_log import STABLE_S
from edgeclassify.publish.mqtt.session.in_flight import Sent
from edgeclassify.publish.mqtt.session.packet_limit import IN_A_ROW, RETRY_MAX_S, RETRY_S, PacketLimit
from tests.support.clock import Clock


def sent(topic: str, size: int, number: int, at: float = 999.0) -> Sent:
    return Sent(Message(topic, b"x" * size, 1, True), topic, size, number=number, at=at)


STATUS, INFO = sent("status", 60, 0), sent("info", 700, 1)
DISCOVERY = sent("config", 9000, 2)


def ended(
    packet_limit: PacketLimit,
    *unanswered: Sent,
    lasted_s: float = 2.0,
    probe: str | None = None,
    largest_answered: int = 0,
) -> None:
    packet_limit.connection_ended(lasted_s, unanswered, probe=probe, largest_answered=largest_answered)


def struck(packet_limit: PacketLimit, one: Sent, times: int) -> None:
    """Connections that end on it, after everything before it has arrived."""
    for _ in range(times):
        ended(packet_limit, one, probe=str(one.key), largest_answered=500)


def test_a_broker_that_closes_right_away_makes_a_suspect_and_no_limit() -> None:
    packet_limit = PacketLimit(Clock())
    for _ in range(20):
        ended(packet_limit, STATUS, INFO, DISCOVERY)
    assert packet_limit.is_suspect("config")
    assert packet_limit.limit is None
    packet_limit.arrived("config")
    assert not packet_limit.is_suspect("config")


def test_three_connections_that_end_on_a_probe_are_a_proof(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    packet_limit = PacketLimit(clock)
    struck(packet_limit, DISCOVERY, IN_A_ROW - 1)
    assert packet_limit.limit is None
    assert not caplog.records
    struck(packet_limit, DISCOVERY, 1)
    assert packet_limit.limit == 4500
    (message,) = [record.getMessage() for record in caplog.records]
    assert message.startswith("config: left out for 1 h")
    assert "9000 bytes" in message
    assert "more than 4500 bytes" in message
    clock.now += RETRY_S - 1
    assert packet_limit.limit == 4500
    clock.now += 1
    assert packet_limit.limit is None
    assert packet_limit.is_suspect("config")


def test_the_limit_is_never_below_what_has_arrived() -> None:
    packet_limit = PacketLimit(Clock())
    for _ in range(IN_A_ROW):
        ended(packet_limit, DISCOVERY, probe="config", largest_answered=8000)
    assert packet_limit.limit == 8000


def test_after_its_time_one_more_proof_is_enough_and_holds_longer() -> None:
    clock = Clock()
    packet_limit, held_s = PacketLimit(clock), RETRY_S
    struck(packet_limit, DISCOVERY, IN_A_ROW)
    for _ in range(8):
        clock.now += held_s
        assert packet_limit.limit is None
        struck(packet_limit, sent("config", 9000, 2, at=clock.now), 1)
        held_s = min(2 * held_s, RETRY_MAX_S)
        clock.now += held_s - 1
        assert packet_limit.limit == 4500
        clock.now -= held_s - 1
    assert held_s == RETRY_MAX_S
    clock.now += held_s
    assert packet_limit.limit is None
    packet_limit.arrived("config")
    struck(packet_limit, sent("config", 9000, 2, at=clock.now), IN_A_ROW - 1)
    assert packet_limit.limit is None


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
    packet_limit = PacketLimit(Clock())
    for _ in range(3 * IN_A_ROW):
        ended(packet_limit, *unanswered, probe=probe)
    assert packet_limit.limit is None


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
    packet_limit = PacketLimit(Clock())
    ended(packet_limit, *unanswered, lasted_s=lasted_s, largest_answered=largest_answered)
    assert not any(packet_limit.is_suspect(key) for key in ("status", "info", "config"))


def test_suspects_are_bounded() -> None:
    packet_limit = PacketLimit(Clock())
    for number in range(1, 500):
        ended(packet_limit, sent(f"topic{number}", 900, number))
    assert sum(packet_limit.is_suspect(f"topic{number}") for number in range(1, 500)) == 100
    assert packet_limit.is_suspect("topic499")


def test_a_value_that_ends_connections_though_larger_ones_arrive_is_forbidden(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    packet_limit = PacketLimit(clock)
    state = sent("state", 300, 5)
    ended(packet_limit, state, DISCOVERY, largest_answered=400)
    assert not packet_limit.is_suspect("state")
    ended(packet_limit, state, largest_answered=400)
    assert packet_limit.is_suspect("state")
    for _ in range(IN_A_ROW):
        assert not packet_limit.is_forbidden("state")
        ended(packet_limit, state, probe="state", largest_answered=300)
    assert packet_limit.is_forbidden("state")
    assert packet_limit.limit is None
    (message,) = [record.getMessage() for record in caplog.records]
    assert message.startswith("state: left out for 1 h. 3 connections ended on it, and larger messages arrive")
    clock.now += RETRY_S - 1
    assert packet_limit.is_forbidden("state")
    assert not packet_limit.is_forbidden("config")
    clock.now += 1
    assert not packet_limit.is_forbidden("state")
    assert packet_limit.is_suspect("state")
    ended(packet_limit, sent("state", 300, 5, at=clock.now), probe="state", largest_answered=300)
    assert packet_limit.is_forbidden("state")


@pytest.mark.parametrize("largest", [299, 300])
def test_only_what_is_no_larger_than_what_has_arrived_can_be_forbidden(largest: int) -> None:
    packet_limit = PacketLimit(Clock())
    ended(packet_limit, sent("other", 10, 1), largest_answered=largest)
    for _ in range(IN_A_ROW):
        ended(packet_limit, sent("state", 300, 5), probe="state")
    assert packet_limit.is_forbidden("state") is (largest == 300)
    assert (packet_limit.limit is None) is (largest == 300)


def test_an_event_is_never_forbidden() -> None:
    packet_limit = PacketLimit(Clock())
    event = Sent(Message("event", b"x", 1, False), ("event", 1), 200, seq=1, number=5, at=999.0)
    for _ in range(3):
        ended(packet_limit, event, largest_answered=400)
    assert not packet_limit.is_suspect(("event", 1))


def test_one_that_is_not_always_the_first_is_no_suspect() -> None:
    packet_limit = PacketLimit(Clock())
    for number in range(1, 10):
        ended(packet_limit, sent(f"value{number % 2}", 100, number), largest_answered=400)
    ended(packet_limit, STATUS, largest_answered=400)
    ended(packet_limit, STATUS, largest_answered=400)
    assert not any(packet_limit.is_suspect(key) for key in ("value0", "value1", "status"))
