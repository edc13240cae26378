import logging
import threading

import pytest
from hypothesis import example, given, settings, strategies as st

from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.memory import MemorySpool


def event(seq: int) -> SpooledEvent:
    return SpooledEvent(seq, "gate", b'{"seq":%d}' % seq)


def seqs(spool: MemorySpool, limit: int = 1000, after: int = 0) -> list[int]:
    return [item.seq for item in spool.pending(limit, after=after)]


def test_events_stay_until_delivered() -> None:
    spool = MemorySpool()
    for seq in (1, 2, 3):
        spool.append(event(seq))
    assert seqs(spool) == [1, 2, 3]
    spool.delivered([2])
    spool.delivered([2, 99])
    spool.delivered([])
    assert seqs(spool) == [1, 3]
    assert (spool.depth, spool.dropped, spool.last_seq) == (2, 0, 3)


def test_pending_is_a_window() -> None:
    spool = MemorySpool()
    for seq in range(1, 11):
        spool.append(event(seq))
    assert seqs(spool, 3) == [1, 2, 3]
    assert seqs(spool, 3, after=3) == [4, 5, 6]
    assert seqs(spool, 3, after=9) == [10]
    assert seqs(spool, 3, after=10) == []


def test_full_spool_drops_the_oldest_counts_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    spool = MemorySpool(capacity=3)
    with caplog.at_level(logging.WARNING):
        for seq in range(1, 7):
            spool.append(event(seq))
    assert seqs(spool) == [4, 5, 6]
    assert spool.dropped == 3
    assert [record.getMessage() for record in caplog.records] == [
        "the spool is full (3 undelivered events): the oldest are dropped"
    ]


def test_capacity_must_hold_one() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        MemorySpool(0)


_DROPPED = [(True, seq) for seq in range(1, 7)]
"""Of these numbers 1 is dropped."""


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 30)), max_size=80))
@example([*_DROPPED, (False, 1)])
@example([*_DROPPED, (False, 1), (False, 1)])
@example([*_DROPPED, (False, 3), (True, 1), (False, 1)])
def test_like_a_simple_model(steps: list[tuple[bool, int]]) -> None:
    spool, kept, dropped, gone = MemorySpool(capacity=5), set[int](), 0, set[int]()
    for append, seq in steps:
        if append:
            spool.append(event(seq))
            kept.add(seq)
            gone.discard(seq)
            if len(kept) > 5:
                gone.add(min(kept))
                kept.remove(min(kept))
                dropped += 1
        else:
            spool.delivered([seq])
            kept.discard(seq)
            dropped -= seq in gone  # it was on its way, and has arrived: not lost after all
            gone.discard(seq)
        assert seqs(spool) == sorted(kept)
        assert (spool.depth, spool.dropped) == (len(kept), dropped)


def test_two_threads_lose_nothing() -> None:
    spool = MemorySpool(capacity=100_000)

    def fill() -> None:
        for seq in range(1, 5001):
            spool.append(event(seq))

    thread = threading.Thread(target=fill)
    thread.start()
    taken: list[int] = []
    while thread.is_alive() or spool.depth:
        for item in spool.pending(50):
            taken.append(item.seq)
            spool.delivered([item.seq])
    thread.join()
    assert taken == list(range(1, 5001))
