import pytest

from edgeclassify.publish.announce import STABLE_S
from edgeclassify.publish.oversize import IN_A_ROW, RETRY_S, SMALLEST, Oversize
from edgeclassify.publish.payload import Message


def value(topic: str, size: int) -> Message:
    return Message(topic, b"x" * size, 1, True)


BIG = value("gate/snapshot", 5000)


def test_the_largest_value_of_three_short_connections_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    oversize = Oversize()
    smaller, small = value("porch/snapshot", 3000), value("info", 700)
    for size in (5200, 5000, 5100):
        assert not oversize.leaves_out(value("gate/snapshot", 9000))
        oversize.connection_ended(2.0, [small, value("gate/snapshot", size), smaller])
    left_out = [oversize.leaves_out(value("gate/snapshot", size)) for size in (4999, 5000, 9000)]
    assert left_out == [False, True, True]
    assert not oversize.leaves_out(smaller)
    (message,) = [record.getMessage() for record in caplog.records]
    assert message.startswith("gate/snapshot: left out")
    assert "5000 bytes" in message
    assert "limit the packet size" in message
    for _ in range(IN_A_ROW):  # the connections still end: the next largest
        oversize.connection_ended(2.0, [small, smaller])
    assert oversize.leaves_out(smaller)


@pytest.mark.parametrize(
    ("lasted_s", "unacknowledged"),
    [
        (STABLE_S, [BIG]),
        (2.0, []),
        (2.0, [value("info", SMALLEST)]),
        (2.0, [value("porch/snapshot", 6000), BIG]),
        (2.0, [Message("gate/event", b"x" * 5000, 1, False)]),
    ],
)
def test_only_the_same_value_in_a_row_counts(lasted_s: float, unacknowledged: list[Message]) -> None:
    oversize = Oversize()
    for _ in range(3):
        for _ in range(IN_A_ROW - 1):
            oversize.connection_ended(2.0, [BIG])
        oversize.connection_ended(lasted_s, unacknowledged)
    assert not any(oversize.leaves_out(message) for message in (BIG, *unacknowledged))


def test_tried_again_after_a_day() -> None:
    now = 1000.0
    oversize = Oversize(lambda: now)
    for _ in range(IN_A_ROW):
        oversize.connection_ended(2.0, [BIG])
    now += RETRY_S - 1
    assert oversize.leaves_out(BIG)
    now += 2
    assert not oversize.leaves_out(BIG)
