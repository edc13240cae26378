"""Requests that wait: in order, bounded, and none without an answer."""

from dataclasses import dataclass, field

from edgeclassify.daemon.requests.queue import CAPACITY, RequestQueue
from edgeclassify.types import Command, Request, Response


@dataclass
class Asker:
    heard: list[Response] = field(default_factory=list)

    def answer(self, response: Response) -> None:
        self.heard.append(response)

    def asks(self, number: int) -> Request:
        return Request(Command.PING, number, asker=self)


def test_in_order_and_the_daemon_is_woken_for_each() -> None:
    woken, asker = list[bool](), Asker()
    queue = RequestQueue(lambda: woken.append(True))
    assert queue.take() is None
    for number in range(3):
        queue.put(asker.asks(number))
    assert len(woken) == 3
    taken = [queue.take() for _ in range(4)]
    assert [request and request.transaction for request in taken] == [0, 1, 2, None]
    assert asker.heard == []


def test_of_too_many_the_newest_are_refused() -> None:
    woken, asker = list[bool](), Asker()
    queue = RequestQueue(lambda: woken.append(True))
    for number in range(CAPACITY + 2):
        queue.put(asker.asks(number))
    busy = "the daemon is busy: too many requests wait. Ask again later."
    assert asker.heard == [Response("ping", number, {}, busy) for number in (CAPACITY, CAPACITY + 1)]
    assert len(woken) == CAPACITY
    assert queue.take() == asker.asks(0)
    queue.put(asker.asks(99))
    assert len(asker.heard) == 2


def test_at_the_stop_all_are_refused() -> None:
    asker = Asker()
    queue = RequestQueue(lambda: None)
    queue.put(asker.asks(1))
    queue.close()
    queue.put(asker.asks(2))
    assert asker.heard == [Response("ping", number, {}, "the daemon stops") for number in (1, 2)]
    assert queue.take() is None
