"""Which event is posted next, and which are given up."""

from edgeclassify.publish.interface import SpoolReader
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.webhook.queue import READ_AHEAD, EventQueue
from tests.publish.records import spooled

ATTEMPTS, MOST_ON_TRIAL = 5, 10
"""As docs/webhook.md says."""


class Posting:
    """A queue over a spool of `count` events, and a receiver that refuses those in `bad`."""

    def __init__(self, count: int, bad: set[int] | None = None) -> None:
        self.spool = MemorySpool(1000)
        self.spool.serve(["webhook"])
        self.reader: SpoolReader = self.spool.reader("webhook")
        self.queue = EventQueue(self.reader)
        self.bad = bad or set()
        self.posted: list[int] = []
        self.given_up: list[int] = []
        self.add(*range(1, count + 1))

    def add(self, *seqs: int) -> None:
        for seq in seqs:
            self.spool.append(spooled(seq))

    def post(self, times: int) -> list[int]:
        """So many posts at most; what was posted."""
        begin = len(self.posted)
        for _ in range(times):
            event = self.queue.next()
            if event is None:
                break
            self.posted.append(event.seq)
            if event.seq not in self.bad:
                self.queue.taken(event.seq)
            elif self.queue.refused(event.seq):
                self.given_up.append(event.seq)
        return self.posted[begin:]

    @property
    def left(self) -> list[int]:
        return [event.seq for event in self.reader.pending(1000)]


def test_in_order_and_each_once() -> None:
    count = 2 * READ_AHEAD + 3
    one = Posting(count)
    assert one.post(1000) == list(range(1, count + 1))
    assert one.left == []
    assert one.queue.next() is None
    one.add(count + 1)
    assert one.post(5) == [count + 1]


def test_one_that_is_not_taken_is_the_next_again() -> None:
    one = Posting(2)
    assert [one.queue.next(), one.queue.next()] == [spooled(1), spooled(1)]


def test_one_at_fault_is_given_up_when_the_one_behind_it_is_taken() -> None:
    one = Posting(4, bad={2})
    assert one.post(1000) == [1, *[2] * ATTEMPTS, 3, 2, 4]
    assert (one.given_up, one.left) == ([2], [])


def test_the_last_one_at_fault_waits_for_another() -> None:
    one = Posting(1, bad={1})
    assert one.post(ATTEMPTS + 3) == [1] * (ATTEMPTS + 3)
    assert (one.given_up, one.left) == ([], [1])
    one.add(2, 3)
    assert one.post(1000) == [2, 1, 3]
    assert (one.given_up, one.left) == ([1], [])


def test_several_at_fault() -> None:
    one = Posting(5, bad={1, 2, 4})
    assert one.post(1000) == [*[1] * ATTEMPTS, 2, 3, 1, 2, *[4] * ATTEMPTS, 5, 4]
    assert one.given_up == [1, 2, 4]


def test_a_receiver_that_takes_none_costs_none() -> None:
    count = MOST_ON_TRIAL + 5
    one = Posting(count, bad=set(range(1, count + 1)))
    first = one.post(ATTEMPTS + 3 * MOST_ON_TRIAL)
    assert max(first) == MOST_ON_TRIAL
    assert first[: ATTEMPTS + MOST_ON_TRIAL] == [*[1] * ATTEMPTS, *range(2, MOST_ON_TRIAL + 1), 1]
    assert (one.given_up, len(one.left)) == ([], count)
    one.bad.clear()
    one.post(1000)
    assert (one.given_up, one.left) == ([], [])
    assert set(one.posted) == set(range(1, count + 1))


def test_one_that_is_taken_at_its_last_chance_is_not_lost() -> None:
    one = Posting(3, bad={1})
    assert one.post(ATTEMPTS + 1) == [*[1] * ATTEMPTS, 2]
    one.bad.clear()
    assert one.post(1000) == [1, 3]
    assert (one.given_up, one.left) == ([], [])


def test_a_receiver_that_is_mended_gets_the_oldest_first() -> None:
    one = Posting(3, bad={1, 2, 3})
    one.post(ATTEMPTS - 1)
    one.bad.clear()
    assert one.post(1000) == [1, 2, 3]
    assert one.given_up == []


def test_what_the_spool_drops_is_on_trial_no_more() -> None:
    one = Posting(2, bad={1, 2})
    one.post(ATTEMPTS + 1)
    one.reader.delivered([1, 2])
    one.queue.taken(1)
    one.queue.taken(2)
    one.add(3, 4)
    one.bad = {3}
    assert one.post(1000) == [*[3] * ATTEMPTS, 4, 3]
    assert one.given_up == [3]


def test_those_behind_have_no_last_chance() -> None:
    one = Posting(3)
    one.queue.next()
    one.queue.refused(2)
    one.queue.taken(1)
    assert not one.queue.refused(2)
    assert one.left == [2, 3]
