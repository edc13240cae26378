"""What waits to be told."""

import threading

from edgeclassify.web.live.outbox import CAPACITY, Outbox, Said


def said(kind: str, of: str, value: object) -> Said:
    return Said(kind, of, lambda: value)


def values(outbox: Outbox) -> list[object]:
    return [one.write() for one in outbox.take()]


def test_nothing_is_kept_while_nobody_listens() -> None:
    outbox = Outbox()
    outbox.put(said("state", "gate", 1))
    assert values(outbox) == []


def test_of_how_one_thing_is_now_the_newest_is_told_at_its_own_place() -> None:
    outbox = Outbox()
    outbox.is_open = True
    for one in [
        said("state", "gate", "gate 1"),
        said("event", "", "event 1"),
        said("state", "yard", "yard 1"),
        said("state", "gate", "gate 2"),
        said("event", "", "event 2"),
        said("look", "gate", "look"),
    ]:
        outbox.put(one)
    assert values(outbox) == ["event 1", "yard 1", "gate 2", "event 2", "look"]
    assert values(outbox) == []


def test_of_too_many_the_oldest_go_and_that_is_known() -> None:
    outbox = Outbox()
    outbox.is_open = True
    for number in range(CAPACITY):
        outbox.put(said("event", "", number))
    assert not outbox.lost
    outbox.put(said("event", "", CAPACITY))
    assert outbox.lost
    assert values(outbox) == list(range(1, CAPACITY + 1))


def test_what_was_left_is_gone_once_it_is_closed() -> None:
    outbox = Outbox()
    outbox.is_open = True
    outbox.put(said("event", "", 1))
    outbox.close()
    outbox.is_open = True
    assert values(outbox) == []


def test_it_is_taken_while_others_go_on_leaving_some() -> None:
    outbox = Outbox()
    outbox.is_open = True
    stopping, taken = threading.Event(), []

    def leave() -> None:
        while not stopping.is_set():
            outbox.put(said("state", "gate", 1))

    thread = threading.Thread(target=leave)
    thread.start()
    try:
        for _ in range(50):
            taken.append(len(outbox.take()))
    finally:
        stopping.set()
        thread.join()
    assert set(taken) <= {0, 1}
