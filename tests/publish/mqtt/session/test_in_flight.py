"""How long an acknowledgement may take, and what the answers show."""

import pytest

from edgeclassify.contract.outgoing import Message
from edgeclassify.publish.mqtt.session.in_flight import OVERTAKEN_S, SILENT_S, SLOWEST_LINK, InFlight, Sent
from tests.support.clock import Clock


class Bench:
    """Message ids are the numbers in the order of sending, from 0."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.flight = InFlight(self.clock)
        self._count = 0

    def send(self, qos: int = 1, size: int = 0, historical: bool = False) -> int:
        message = Message(f"topic{self._count}", b"", qos, True)
        key = message.topic
        sent = Sent(message, key, size, self._count, historical, None, self._count, self.clock.now)
        self.flight.add(self._count, sent)
        self._count += 1
        return self._count - 1

    def answer(self, mid: int, refused: bool = False) -> list[int]:
        return [sent.number for sent in self.flight.answered(mid, refused=refused)]

    def open(self) -> list[int]:
        return [sent.number for sent in self.flight.unanswered]


def test_silence_has_a_limit_and_nothing_due_has_none() -> None:
    bench = Bench()
    bench.clock.now += 10 * SILENT_S
    assert bench.flight.overdue() is None
    first = bench.send()
    bench.clock.now += SILENT_S - 1
    assert bench.flight.overdue() is None
    bench.send()
    bench.clock.now += 1
    assert bench.flight.overdue() == "it did not acknowledge anything within 60 s"
    bench.answer(first)
    assert bench.flight.overdue() is None
    bench.clock.now += SILENT_S
    assert bench.flight.overdue() is not None


def test_a_slow_link_has_more_time() -> None:
    bench = Bench()
    bench.send(qos=0, size=90 * SLOWEST_LINK)
    bench.send(size=10 * SLOWEST_LINK)
    bench.clock.now += SILENT_S + 99
    assert bench.flight.overdue() is None
    bench.clock.now += 1
    assert bench.flight.overdue() is not None


def test_one_that_was_overtaken_has_less() -> None:
    bench = Bench()
    for _ in range(4):
        bench.send()
    bench.answer(1)
    bench.answer(3)
    assert bench.flight.overdue() is None
    bench.clock.now += OVERTAKEN_S - 1
    assert bench.flight.overdue() is None
    bench.clock.now += 1
    assert bench.flight.overdue() == "it did not acknowledge 2 of our messages, and later ones it did"


def test_a_broker_that_is_a_little_out_of_order_is_let_be() -> None:
    bench = Bench()
    for _ in range(100):
        early, late = bench.send(), bench.send()
        bench.answer(late)
        assert bench.flight.overdue() is None
        bench.clock.now += OVERTAKEN_S - 1
        assert bench.flight.overdue() is None
        bench.answer(early)
        assert bench.flight.overdue() is None


def test_what_comes_after_the_answered_ones_is_not_overtaken() -> None:
    bench = Bench()
    for _ in range(3):
        bench.answer(bench.send())
    bench.send()
    bench.clock.now += 2 * OVERTAKEN_S
    assert bench.flight.overdue() is None


@pytest.mark.parametrize("mid", [7, -1])
def test_an_id_that_is_not_known_or_comes_twice_changes_nothing(mid: int) -> None:
    bench = Bench()
    bench.send(historical=True)
    assert bench.answer(mid) == []
    assert (bench.open(), bench.flight.historical) == ([0], 1)
    assert bench.answer(0) == [0]
    assert bench.answer(0) == []
    assert (bench.open(), bench.flight.historical, len(bench.flight)) == ([], 0, 0)


def test_qos_0_has_arrived_when_something_later_was_answered() -> None:
    bench = Bench()
    before, picture, after = bench.send(), bench.send(qos=0, size=5000), bench.send(size=300)
    assert bench.answer(picture) == [picture]  # as soon as it is written
    assert bench.answer(before) == [before]
    assert bench.open() == [picture, after]
    assert bench.answer(after) == [after, picture]
    assert bench.open() == []
    assert bench.flight.largest_answered == 5000


def test_a_refused_message_shows_nothing_of_its_size() -> None:
    bench = Bench()
    bench.answer(bench.send(size=900), refused=True)
    assert bench.flight.largest_answered == 0
    bench.answer(bench.send(size=200))
    assert bench.flight.largest_answered == 200
