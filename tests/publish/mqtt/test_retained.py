from edgeclassify.contract.outgoing import Message
from edgeclassify.publish.mqtt.retained import Rank, RetainedValues


def message(topic: str, payload: bytes = b"1") -> Message:
    return Message(topic, payload, 1, True)


def drain(retained: RetainedValues) -> list[tuple[str, bytes]]:
    taken = []
    while (item := retained.take()) is not None:
        taken.append((item.topic, item.payload))
    return taken


def test_latest_wins_while_nothing_can_be_sent() -> None:
    live = RetainedValues()
    live.put(Rank.STATE, message("a", b"1"))
    live.put(Rank.STATE, message("b", b"1"))
    live.put(Rank.STATE, message("a", b"2"))
    assert live.waiting == 2
    assert drain(live) == [("a", b"2"), ("b", b"1")]
    assert live.waiting == 0


def test_a_value_that_changes_while_sent_is_sent_again() -> None:
    live = RetainedValues()
    live.put(Rank.STATE, message("a", b"1"))
    assert live.take() is not None
    live.put(Rank.STATE, message("a", b"2"))
    assert drain(live) == [("a", b"2")]


def test_a_new_connection_gets_everything_by_rank() -> None:
    live = RetainedValues()
    for rank, topic in ((Rank.HEALTH, "h"), (Rank.STATE, "s"), (Rank.AVAILABILITY, "v"), (Rank.STATUS, "on")):
        live.put(rank, message(topic))
    drain(live)
    live.put(Rank.INFO, message("i"))
    live.renew()
    assert [topic for topic, _ in drain(live)] == ["on", "i", "v", "s", "h"]


def test_unchanged_values_are_left_alone() -> None:
    live = RetainedValues()
    live.put_changed(Rank.STATE, [message("a", b"ON"), message("b", b"OFF")])
    drain(live)
    live.put_changed(Rank.STATE, [message("a", b"ON"), message("b", b"ON")])
    assert drain(live) == [("b", b"ON")]


def test_put_back_means_the_newest_value_once_more() -> None:
    live = RetainedValues()
    live.put(Rank.STATE, message("a", b"1"))
    live.put(Rank.STATE, message("a", b"2"))
    drain(live)
    for topic in ("a", "a", "never known"):
        live.put_back(topic)
    assert drain(live) == [("a", b"2")]
