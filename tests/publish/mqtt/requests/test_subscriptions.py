import logging

import pytest

from edgeclassify.publish.mqtt.connection_log import STABLE_S
from edgeclassify.publish.mqtt.requests.subscriptions import ALONE_AFTER_S, IN_A_ROW, LEFT_OUT_S, Subscriptions
from tests.support.clock import Clock

STATUS, BIRTH, REQUESTS = "p/node/status", "homeassistant/status", "p/node/request/+"
WANTED = [STATUS, BIRTH, REQUESTS]


class Broker:
    """Ends a connection on what it forbids; the rest it answers."""

    def __init__(self, *forbidden: str) -> None:
        self.clock, self.forbidden = Clock(), forbidden
        self.subscriptions = Subscriptions(self.clock)

    def connection(self, lasts_s: float = 5.0) -> list[str]:
        """What was subscribed to by the end: it lasts so long, or until something forbidden is asked for."""
        self.subscriptions.begin()
        until, asked = self.clock.now + lasts_s, list[str]()
        while self.clock.now < until:
            new = [topic for topic in self.subscriptions.choose(WANTED, []) if topic not in asked]
            asked += new
            bad = [topic for topic in new if topic in self.forbidden]
            if bad:
                self.subscriptions.ended(new[new.index(bad[0]) :])
                return asked
            self.clock.now += 0.25
        return asked


def test_all_at_once_where_all_is_well() -> None:
    subscriptions = Subscriptions(Clock())
    assert subscriptions.choose(WANTED, []) == WANTED
    assert subscriptions.choose(WANTED, WANTED) == WANTED
    assert subscriptions.choose(WANTED[:2], []) == WANTED[:2]


@pytest.mark.parametrize("forbidden", WANTED)
def test_one_that_ends_connections_is_left_out(forbidden: str, caplog: pytest.LogCaptureFixture) -> None:
    broker = Broker(forbidden)
    with caplog.at_level(logging.WARNING):
        for _ in range(1 + IN_A_ROW):
            assert forbidden in broker.connection()
        assert set(broker.connection()) == set(WANTED) - {forbidden}
    assert [record.getMessage().split(": ")[0] for record in caplog.records] == [forbidden]
    broker.clock.now += LEFT_OUT_S
    assert forbidden in broker.connection()
    assert forbidden not in broker.connection()
    broker.forbidden = ()
    broker.clock.now += LEFT_OUT_S
    assert set(broker.connection()) == set(WANTED)
    assert broker.subscriptions.choose(WANTED, []) == WANTED


def test_each_of_several_is_found() -> None:
    broker = Broker(*WANTED)
    attempts = 0
    while broker.connection():
        attempts += 1
    assert attempts == len(WANTED) * (1 + IN_A_ROW)


def test_a_suspect_is_asked_for_alone_and_later() -> None:
    broker = Broker()
    subscriptions, clock = broker.subscriptions, broker.clock
    subscriptions.choose(WANTED, [])
    subscriptions.ended([BIRTH, REQUESTS])
    subscriptions.begin()
    assert subscriptions.choose(WANTED, []) == [STATUS, REQUESTS]
    clock.now += ALONE_AFTER_S - 0.01
    assert subscriptions.choose(WANTED, []) == [STATUS, REQUESTS]
    clock.now += 0.01
    assert subscriptions.choose(WANTED, [STATUS]) == [STATUS, REQUESTS]
    assert subscriptions.choose(WANTED, []) == WANTED
    assert subscriptions.choose(WANTED, [BIRTH]) == WANTED
    assert subscriptions.choose(WANTED, []) == WANTED
    subscriptions.begin()
    assert subscriptions.choose(WANTED, []) == WANTED


def test_connections_that_end_for_another_reason_leave_nothing_out() -> None:
    broker = Broker()
    for _ in range(10):
        broker.subscriptions.begin()
        broker.subscriptions.choose(WANTED, [])
        broker.subscriptions.ended(broker.subscriptions.choose(WANTED, []))
        broker.clock.now += 1
    assert set(broker.connection()) == set(WANTED)


@pytest.mark.parametrize(("after_s", "suspect"), [(STABLE_S - 0.1, True), (STABLE_S, False)])
def test_a_broker_that_does_not_answer_and_ends_much_later_says_nothing(after_s: float, suspect: bool) -> None:
    broker = Broker()
    broker.subscriptions.choose(WANTED, [])
    broker.clock.now += after_s
    broker.subscriptions.ended(WANTED)
    broker.subscriptions.begin()
    assert (STATUS not in broker.subscriptions.choose(WANTED, [])) is suspect
