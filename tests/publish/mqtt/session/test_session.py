"""The order and the window of delivery, on a link that the test answers."""

import logging
from collections.abc import Collection, Hashable, Iterable, Sequence
from itertools import pairwise

import pytest

from edgeclassify.broker.failure_texts import message_hint
from edgeclassify.contract.outgoing import Message, event_message
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.mqtt.connection_log import STABLE_S
from edgeclassify.publish.mqtt.link.interface import Link
from edgeclassify.publish.mqtt.replies import Replies
from edgeclassify.publish.mqtt.retained import Rank, RetainedValues
from edgeclassify.publish.mqtt.session.event_queue import LIVE_HOLD_S, LOOK_AGAIN_MAX_S, LOOK_AGAIN_S
from edgeclassify.publish.mqtt.session.in_flight import SILENT_S, Sent
from edgeclassify.publish.mqtt.session.packet_limit import IN_A_ROW, PROBE_AFTER_S, RETRY_S, PacketLimit
from edgeclassify.publish.mqtt.session.packet_size import packet_bytes
from edgeclassify.publish.mqtt.session.refusals import REFUSED_RETRY_S, WELL_S
from edgeclassify.publish.mqtt.session.session import Session
from edgeclassify.publish.spool.memory import MemorySpool
from tests.publish.records import event, spooled
from tests.support.clock import Clock

TOPICS = Topics("edgeclassify", "porch")
WINDOW = 6


class RecordingLink(Link):
    """Takes messages until it is broken; the test acknowledges them."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.broken = False
        self.refused = 0
        """How often it was asked while broken."""
        self.maximum_packet_size = None

    def send(self, message: Message) -> int | None:
        if self.broken:
            self.refused += 1
            return None
        self.sent.append(message)
        return len(self.sent)

    def names(self, begin: int = 0) -> list[str]:
        """The last topic level, with the event's number."""
        return [m.topic.rpartition("/")[2] + _number(m) for m in self.sent[begin:]]


def _number(message: Message) -> str:
    _, found, rest = message.payload.partition(b'"seq":')
    return rest.partition(b",")[0].decode() if found else ""


class MoodySpool(MemorySpool):
    """Can't be read when the test says so; counts how often that was tried."""

    readable = True
    reads = 0

    def __init__(self) -> None:
        super().__init__()
        self.forgotten: list[list[int]] = []
        """What `delivered` was called with."""

    def delivered(self, seqs: Iterable[int]) -> None:
        self.forgotten.append(list(seqs))
        super().delivered(self.forgotten[-1])

    def pending(self, limit: int, *, after: int = 0) -> Sequence[SpooledEvent]:
        self.reads += 1
        return super().pending(limit, after=after) if self.readable else []


class Bench:
    def __init__(self, backlog: int = 0, window: int = WINDOW) -> None:
        self.spool, self.retained, self.replies, self.clock = MoodySpool(), RetainedValues(), Replies(), Clock()
        self.append(*range(1, backlog + 1))
        self.window = window
        self.refused: set[str] = set()
        self.packet_limit = PacketLimit(self.clock)
        self.known: Collection[str] = ()
        self.removed: list[str] = []
        self.connect()

    def connect(self) -> None:
        self.link, self.answered = RecordingLink(), 0
        self.session = Session(
            link=self.link, topics=TOPICS, retained=self.retained, replies=self.replies, spool=self.spool,
            window=self.window, clock=self.clock,
            refused=self.refused, packet_limit=self.packet_limit, known=self.known,
            on_removed=self.removed.append,
        )  # fmt: skip

    def append(self, *seqs: int, view: str = "gate") -> None:
        for seq in seqs:
            self.spool.append(spooled(seq, view=view))

    def acknowledge(self, refusal: str | None = None) -> None:
        """Answer all that is in flight."""
        for mid in range(self.answered + 1, len(self.link.sent) + 1):
            self.session.acknowledged(mid, refusal)
        self.session.settle()
        self.answered = len(self.link.sent)

    def run(self) -> None:
        """Until nothing is in flight and nothing more is sent."""
        while True:
            self.session.pump()
            if len(self.link.sent) == self.answered:
                return
            self.acknowledge()


def test_values_then_the_backlog_in_order() -> None:
    bench = Bench(backlog=3)
    bench.retained.put(Rank.STATUS, Message(TOPICS.status, b"online", 1, True))
    bench.run()
    assert bench.link.names() == ["status", "history1", "history2", "history3"]
    assert bench.spool.depth == 0
    assert bench.session.idle


def test_events_of_this_connection_are_live_and_pass_the_backlog() -> None:
    bench = Bench(backlog=200)
    bench.session.pump()
    bench.append(201)
    sent = len(bench.link.sent)
    assert sent == WINDOW // 2
    bench.session.pump()
    assert bench.link.names(sent) == ["event201"]
    bench.run()
    assert [name for name in bench.link.names() if "history" in name] == [f"history{n}" for n in range(1, 201)]


def test_the_window_bounds_what_is_unacknowledged() -> None:
    bench = Bench()
    bench.append(*range(1, 30))
    bench.session.pump()
    bench.session.pump()
    assert bench.link.names() == [f"event{n}" for n in range(1, WINDOW + 1)]
    bench.session.acknowledged(1, None)
    bench.session.pump()
    assert len(bench.link.sent) == WINDOW + 1


def test_an_event_stays_in_the_spool_until_its_puback() -> None:
    bench = Bench()
    bench.append(1, 2)
    bench.session.pump()
    assert bench.spool.depth == 2
    bench.session.acknowledged(2, None)
    bench.session.settle()
    assert [item.seq for item in bench.spool.pending(9)] == [1]
    bench.session.acknowledged(2, None)
    bench.session.settle()
    bench.session.acknowledged(77, None)
    assert bench.spool.depth == 1


def test_unacknowledged_events_become_history_on_the_next_connection() -> None:
    bench = Bench()
    bench.append(1, 2, 3)
    bench.session.pump()
    bench.session.acknowledged(2, None)
    bench.session.settle()
    bench.link.broken = True
    bench.append(4)
    bench.session.pump()
    bench.connect()
    bench.append(5)
    bench.run()
    assert bench.link.names() == ["event5", "history1", "history3", "history4"]


def test_a_refused_topic_is_logged_once_kept_and_tried_on_the_next_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    bench.append(1, 2, 3)
    with caplog.at_level(logging.WARNING):
        bench.session.pump()
        bench.acknowledge("not authorized")
        bench.append(4)
        bench.run()
    assert bench.link.names() == ["event1", "event2", "event3"]
    assert bench.spool.depth == 4
    assert bench.session.idle
    assert len(caplog.records) == 1
    assert "gate/event: refused by the broker: not authorized" in caplog.records[0].getMessage()
    bench.connect()
    bench.run()
    assert bench.link.names() == [f"history{n}" for n in range(1, 5)]
    assert bench.spool.depth == 0


def test_a_refused_view_does_not_hold_up_the_others() -> None:
    bench = Bench()
    bench.append(*range(1, 200), view="closed-off")
    bench.append(200, 201)
    bench.connect()
    for _ in range(10):
        bench.session.pump()
        for mid, message in enumerate(bench.link.sent, 1):
            bench.session.acknowledged(mid, "not authorized" if "closed-off" in message.topic else None)
        bench.session.settle()
    assert bench.link.names()[-2:] == ["history200", "history201"]
    assert bench.spool.depth == 199
    assert len(bench.link.sent) <= 2 + WINDOW // 2


def test_a_refused_topic_is_tried_again_after_a_while() -> None:
    bench = Bench()
    bench.append(1, 2)
    bench.session.pump()
    bench.acknowledge("not authorized")
    bench.clock.now += REFUSED_RETRY_S - 1
    bench.run()
    assert bench.spool.depth == 2
    bench.clock.now += 2
    bench.run()
    assert bench.link.names() == ["event1", "event2", "history1", "history2"]
    assert bench.spool.depth == 0


@pytest.mark.parametrize("reason", ["quota exceeded", "unspecified error", "implementation specific error"])
def test_a_broker_that_refuses_for_a_moment_has_all_a_moment_later(reason: str) -> None:
    bench = Bench()
    bench.retained.put(Rank.INFO, Message(TOPICS.info, b"{}", 1, True))
    bench.append(1)
    bench.session.pump()
    bench.acknowledge(reason)
    bench.append(2)
    pass_time(bench, 0.5)
    assert bench.link.names() == ["info", "event1"]
    pass_time(bench, 1)
    assert bench.link.names() == ["info", "event1", "info", "history1", "history2"]
    assert bench.spool.depth == 0


def test_a_value_that_ends_connections_is_left_out_for_a_while() -> None:
    bench = Bench()
    bench.retained.put(Rank.STATUS, Message(TOPICS.status, b"online", 1, True))
    bench.retained.put(Rank.INFO, Message(TOPICS.info, b"{}", 1, True))
    bench.retained.put(Rank.HEALTH, Message(TOPICS.health, b"x" * 500, 1, True))
    for _ in range(2 + IN_A_ROW):
        bench.connect()
        bench.session.pump()
        for _ in range(2):
            for mid, message in enumerate(bench.link.sent, 1):
                if message.topic != TOPICS.info:
                    bench.session.acknowledged(mid, None)
            bench.clock.now += PROBE_AFTER_S
            bench.session.pump()
        assert "info" in bench.link.names()
        bench.session.ended(2 * PROBE_AFTER_S)
    bench.connect()
    bench.append(1)
    bench.run()
    pass_time(bench, 2 * PROBE_AFTER_S)
    assert bench.link.names() == ["status", "health", "event1"]
    assert bench.session.idle
    pass_time(bench, RETRY_S + REFUSED_RETRY_S)
    assert "info" in bench.link.names()


def test_one_refused_event_holds_up_no_others() -> None:
    bench = Bench()
    bench.append(1)
    bench.session.pump()
    bench.acknowledge("payload format invalid")
    for seq in range(2, 60):
        bench.append(seq)
        bench.clock.now += 1
        bench.session.pump()
        for mid in range(bench.answered + 1, len(bench.link.sent) + 1):
            mine = bench.link.names()[mid - 1] in ("event1", "history1")
            bench.session.acknowledged(mid, "payload format invalid" if mine else None)
        bench.session.settle()
        bench.answered = len(bench.link.sent)
    names = bench.link.names()
    assert [event.seq for event in bench.spool.pending(9)] == [1]
    assert names[-1] == "event59"
    assert 3 <= names.count("history1") <= 8


def test_a_broker_that_refuses_now_and_then_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    with caplog.at_level(logging.INFO):
        for seq in range(1, 30):
            bench.append(seq)
            bench.session.pump()
            bench.acknowledge("quota exceeded" if seq % 3 == 0 else None)
            pass_time(bench, 2)
        assert bench.spool.depth == 0
        assert len(caplog.records) == 1
        bench.clock.now += WELL_S
        bench.append(30)
        bench.run()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "accepted by the broker again" in caplog.records[1].getMessage()


def test_a_retry_does_not_send_what_is_in_flight_twice() -> None:
    bench = Bench()
    bench.append(1, view="closed-off")
    bench.session.pump()
    bench.acknowledge("quota exceeded")
    bench.clock.now += REFUSED_RETRY_S + 1
    bench.append(2)
    bench.retained.put(Rank.STATUS, Message(TOPICS.status, b"online", 1, True))
    bench.session.pump()
    assert bench.link.names() == ["event1", "status", "event2", "history1"]
    bench.clock.now += 1
    bench.session.pump()
    assert len(bench.link.sent) == 4


def test_a_refused_value_is_logged_and_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            bench.retained.put(Rank.HEALTH, Message(TOPICS.health, b"{}", 1, True))
            bench.session.pump()
            bench.acknowledge("not authorized")
    assert len(caplog.records) == 1
    assert bench.session.idle


def test_a_message_that_the_broker_can_not_take_is_said_and_does_not_block(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    bench.link.maximum_packet_size = 2000
    bench.append(1)
    bench.spool.append(spooled(2, label="x" * 3000))
    bench.append(3)
    bench.replies.put(Message(TOPICS.response("info"), b"x" * 3000, 1, False))
    bench.run()
    assert bench.link.names() == ["event1", "event3"]
    assert [event.seq for event in bench.spool.pending(9)] == [2]
    assert "the broker takes at most 2000" in caplog.text
    assert bench.replies.waiting == 0


def test_while_live_events_come_the_backlog_trickles() -> None:
    bench = Bench(backlog=20)
    bench.append(21)
    bench.session.pump()
    assert bench.link.names() == ["event21", "history1"]
    bench.acknowledge()
    bench.session.pump()
    assert bench.link.names(2) == ["history2"]
    bench.clock.now += LIVE_HOLD_S
    bench.acknowledge()
    bench.session.pump()
    assert bench.link.names(3) == ["history3", "history4", "history5"]


def test_answers_are_sent_again_until_the_broker_has_them() -> None:
    bench = Bench(backlog=9)
    bench.replies.put(Message(TOPICS.response("ping"), b"1", 1, False))
    bench.session.pump()
    assert bench.link.names()[0] == "ping"
    bench.connect()
    bench.session.pump()
    assert bench.link.names()[0] == "ping"
    bench.acknowledge()
    bench.connect()
    bench.session.pump()
    assert "ping" not in bench.link.names()


def test_a_window_of_one_delivers_everything() -> None:
    bench = Bench(backlog=20, window=1)
    bench.append(21)
    bench.run()
    assert bench.spool.depth == 0


def test_events_dropped_by_a_full_spool_end_the_walk() -> None:
    bench = Bench(backlog=150)
    bench.session.pump()
    for seq in range(1, 151):
        bench.spool.delivered([seq])
    bench.run()
    assert bench.session.idle


def pass_time(bench: Bench, seconds: float) -> None:
    """As the delivery thread does, which wakes up about once a second."""
    end = bench.clock.now + seconds
    while bench.clock.now < end:
        bench.clock.now += 0.5
        bench.run()


def test_an_event_appended_behind_the_walk_goes_out_on_this_connection() -> None:
    bench = Bench()
    bench.append(1, 3)
    bench.run()
    bench.append(2)
    pass_time(bench, LOOK_AGAIN_S + 1)
    assert bench.link.names() == ["event1", "event3", "history2"]
    assert bench.spool.depth == 0
    bench.append(4)
    bench.run()
    assert bench.link.names()[-1] == "event4"


@pytest.mark.parametrize("acknowledged", [0, 64])
def test_a_spool_that_can_not_be_read_for_a_moment_is_read_again(acknowledged: int) -> None:
    bench = Bench(backlog=150)
    if acknowledged:
        bench.session.pump()  # has read its first batch
    bench.spool.readable = False
    bench.append(151)
    bench.run()
    assert bench.spool.depth == 151 - acknowledged
    bench.spool.readable = True
    pass_time(bench, LOOK_AGAIN_S + 1)
    assert bench.link.names() == [f"history{n}" for n in range(1, 152)]
    assert bench.spool.depth == 0


def test_a_spool_that_stays_unreadable_is_asked_seldom() -> None:
    bench = Bench(backlog=150)
    bench.spool.readable = False
    bench.run()
    bench.spool.reads = 0
    pass_time(bench, 1000)
    assert bench.spool.reads < 2 * 1000 / LOOK_AGAIN_MAX_S
    bench.spool.readable = True
    pass_time(bench, LOOK_AGAIN_MAX_S + 1)
    assert bench.spool.depth == 0


def test_what_is_refused_is_not_taken_for_unmet_and_hides_nothing() -> None:
    bench = Bench()
    bench.append(*range(1, 100), view="closed-off")
    bench.connect()
    bench.session.pump()
    bench.acknowledge("not authorized")
    bench.run()
    sent = len(bench.link.sent)
    bench.spool.reads = 0
    pass_time(bench, 30)
    assert (bench.spool.reads, len(bench.link.sent)) == (0, sent)
    bench.append(101)
    bench.run()
    bench.append(100)
    pass_time(bench, LOOK_AGAIN_S + 1)
    assert bench.link.names(sent) == ["event101", "history100"]
    assert bench.spool.depth == 99


def test_what_is_in_flight_is_not_sent_twice_by_looking_again() -> None:
    bench = Bench()
    bench.append(1, 3)
    bench.session.pump()
    bench.append(2)
    for _ in range(3):
        bench.clock.now += LOOK_AGAIN_S
        bench.session.pump()
    assert bench.link.names() == ["event1", "event3", "history2"]
    bench.acknowledge()
    bench.run()
    assert len(bench.link.sent) == 3


def test_events_held_back_and_then_dropped_do_not_hide_others() -> None:
    bench = Bench()
    bench.link.maximum_packet_size = 2000
    for seq in (1, 2):
        bench.spool.append(spooled(seq, label="x" * 3000))
    bench.append(4)
    bench.run()
    bench.spool.delivered([1, 2])  # as a spool does that drops what is too old
    bench.append(3)
    pass_time(bench, REFUSED_RETRY_S + 1)
    assert bench.link.names() == ["event4", "history3"]


def test_a_refused_value_is_sent_again_after_a_while() -> None:
    bench = Bench()
    bench.retained.put(Rank.INFO, Message(TOPICS.info, b"{}", 1, True))
    bench.session.pump()
    bench.acknowledge("not authorized")
    pass_time(bench, REFUSED_RETRY_S - 1)
    assert bench.link.names() == ["info"]
    pass_time(bench, 2)
    assert bench.link.names() == ["info", "info"]
    pass_time(bench, 2 * REFUSED_RETRY_S)
    assert len(bench.link.sent) == 2


def test_a_refused_value_is_not_sent_again_when_a_newer_one_was() -> None:
    bench = Bench()
    bench.retained.put(Rank.INFO, Message(TOPICS.info, b"1", 1, True))
    bench.session.pump()
    bench.acknowledge("quota exceeded")
    bench.retained.put(Rank.INFO, Message(TOPICS.info, b"2", 1, True))
    pass_time(bench, 2 * REFUSED_RETRY_S)
    assert [message.payload for message in bench.link.sent] == [b"1", b"2"]


def test_refused_answers_are_said_once_whatever_they_are_called(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    for number in range(50):
        bench.replies.put(Message(TOPICS.response(f"x{number}"), b"{}", 1, False))
        bench.session.pump()
        bench.acknowledge("not authorized" if number % 2 else None)
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [TOPICS.response("x1")]
    assert len(bench.refused) == 1


def test_a_value_of_qos_0_has_arrived_when_something_after_it_was_answered() -> None:
    bench = Bench()
    picture = Message(TOPICS.snapshot("gate"), b"x" * 5000, 0, True)
    bench.retained.put(Rank.INFO, Message(TOPICS.info, b"{}", 1, True))
    bench.retained.put(Rank.SNAPSHOT, picture)
    bench.append(1)
    bench.session.pump()
    assert bench.link.names() == ["info", "snapshot", "event1"]
    bench.session.acknowledged(2, None)  # as soon as it is written
    bench.session.acknowledged(1, None)
    assert picture in bench.session.unacknowledged
    assert bench.session.ended(1.0) == {TOPICS.info}
    bench.session.acknowledged(3, None)
    assert bench.session.unacknowledged == []
    assert bench.session.ended(1.0) == {TOPICS.info, TOPICS.snapshot("gate")}


INFO = Message(TOPICS.info, b"{}", 1, True)
PING = Message(TOPICS.response("ping"), b"1", 1, False)


def test_it_is_idle_once_a_value_has_arrived() -> None:
    bench = Bench()
    assert bench.session.idle
    bench.retained.put(Rank.INFO, INFO)
    assert not bench.session.idle
    bench.session.pump()
    assert not bench.session.idle
    bench.acknowledge()
    assert bench.session.idle


def test_it_is_idle_once_a_reply_has_arrived() -> None:
    bench = Bench()
    bench.replies.put(PING)
    assert not bench.session.idle
    bench.session.pump()
    assert not bench.session.idle
    bench.acknowledge()
    assert bench.session.idle


@pytest.mark.parametrize("backlog", [0, 1])
def test_it_is_not_idle_while_events_wait(backlog: int) -> None:
    bench = Bench(backlog)
    if not backlog:
        bench.append(1)
    assert not bench.session.idle
    bench.run()
    assert bench.session.idle


def test_answers_that_came_together_are_told_the_spool_at_once() -> None:
    bench = Bench()
    bench.append(1, 2, 3)
    bench.session.pump()
    bench.acknowledge()
    bench.session.settle()
    assert bench.spool.forgotten == [[1, 2, 3]]


@pytest.mark.parametrize(("window", "backlog"), [(0, 1), (1, 1), (2, 1), (3, 1), (4, 2), (7, 3)])
def test_the_backlog_fills_half_the_window(window: int, backlog: int) -> None:
    bench = Bench(backlog=20, window=window)
    bench.session.pump()
    assert len(bench.link.sent) == backlog


@pytest.mark.parametrize(("window", "sent"), [(0, 1), (1, 1), (2, 2)])
def test_a_window_takes_one_message_at_least(window: int, sent: int) -> None:
    bench = Bench(window=window)
    bench.append(1, 2, 3)
    bench.session.pump()
    assert len(bench.link.sent) == sent


def test_the_backlog_trickles_for_as_long_as_it_is_said() -> None:
    bench = Bench(backlog=20)
    bench.append(21)
    bench.session.pump()
    bench.clock.now += 0.75
    bench.acknowledge()
    bench.session.pump()
    assert bench.link.names() == ["event21", "history1", "history2"]
    bench.clock.now += 0.25
    bench.session.pump()
    assert bench.link.names(3) == ["history3", "history4"]


def test_a_value_that_is_known_comes_again_as_soon_as_the_connection_is_stable() -> None:
    bench = Bench()
    bench.retained.put(Rank.INFO, INFO)
    bench.run()
    bench.known = bench.session.ended(STABLE_S - 0.25)
    bench.connect()
    bench.clock.now += STABLE_S - 0.25
    bench.run()
    assert bench.link.names() == []
    bench.clock.now += 0.25
    bench.run()
    bench.clock.now += STABLE_S
    bench.run()
    assert bench.link.names() == ["info"]


def test_where_nothing_was_known_all_values_come_once() -> None:
    bench = Bench()
    bench.retained.put(Rank.INFO, INFO)
    bench.run()
    bench.clock.now += STABLE_S
    bench.run()
    assert bench.link.names() == ["info"]


def test_only_a_value_that_is_the_newest_is_known() -> None:
    bench = Bench()
    bench.retained.put(Rank.INFO, INFO)
    bench.session.pump()
    bench.retained.put(Rank.INFO, Message(TOPICS.info, b"newer", 1, True))
    bench.acknowledge()
    assert bench.session.ended(1.0) == set()


def test_a_value_that_is_sent_anew_is_no_longer_known() -> None:
    bench = Bench()
    bench.retained.put(Rank.INFO, INFO)
    bench.run()
    bench.retained.put(Rank.INFO, Message(TOPICS.info, b"newer", 1, True))
    bench.session.pump()
    assert bench.session.ended(1.0) == set()


def test_neither_events_nor_replies_are_known() -> None:
    bench = Bench()
    bench.append(1)
    bench.replies.put(PING)
    bench.run()
    assert bench.session.ended(1.0) == set()


def test_a_removal_that_the_broker_has_taken_is_told() -> None:
    bench = Bench()
    bench.retained.put(Rank.REMOVED, Message("gone", b"", 1, True))
    bench.retained.put(Rank.INFO, INFO)
    bench.replies.put(Message(TOPICS.response("ping"), b"", 1, False))
    bench.append(1)
    bench.session.pump()
    assert bench.removed == []
    bench.acknowledge()
    assert bench.removed == ["gone"]


def test_a_removal_that_was_refused_is_not_told() -> None:
    bench = Bench()
    bench.retained.put(Rank.REMOVED, Message("gone", b"", 1, True))
    bench.session.pump()
    bench.acknowledge("not authorized")
    assert bench.removed == []


def test_a_silent_broker_is_overdue() -> None:
    bench = Bench()
    bench.append(1)
    bench.session.pump()
    bench.clock.now += SILENT_S
    assert bench.session.overdue() is None
    bench.clock.now += 1.0
    assert (bench.session.overdue() or "").startswith("it did not acknowledge anything within")


def test_what_has_not_arrived_is_known_in_its_order() -> None:
    bench = Bench()
    bench.retained.put(Rank.INFO, INFO)
    bench.append(1)
    bench.session.pump()
    assert bench.session.unacknowledged == bench.link.sent


def test_a_broken_link_takes_nothing_and_is_asked_once() -> None:
    bench = Bench()
    bench.append(1, 2, 3)
    bench.link.broken = True
    bench.session.pump()
    assert bench.session.unacknowledged == []
    assert bench.link.refused == 1


def test_a_refused_event_is_said_to_stay(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.append(1)
    bench.session.pump()
    bench.acknowledge("not authorized")
    assert [record.getMessage() for record in caplog.records] == [
        f"{TOPICS.event('gate')}: refused by the broker: not authorized.{message_hint('not authorized')} "
        "Its events stay in the spool."
    ]


def test_a_refused_value_is_said_and_once_for_all_connections(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.retained.put(Rank.INFO, INFO)
    for _ in range(2):
        bench.session.pump()
        bench.acknowledge("not authorized")
        bench.connect()
    assert [record.getMessage() for record in caplog.records] == [
        f"{TOPICS.info}: refused by the broker: not authorized.{message_hint('not authorized')}"
    ]


def test_a_refused_reply_is_given_up() -> None:
    bench = Bench()
    bench.replies.put(PING)
    bench.session.pump()
    bench.acknowledge("quota exceeded")
    pass_time(bench, REFUSED_RETRY_S)
    bench.connect()
    bench.run()
    assert bench.link.names() == []


def test_a_reply_that_is_taken_ends_no_refusal(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench = Bench()
    bench.replies.put(PING)
    bench.session.pump()
    bench.acknowledge("not authorized")
    bench.clock.now += WELL_S
    bench.replies.put(PING)
    bench.run()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_value_is_said_to_be_accepted_again_only_after_a_refusal(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench = Bench()
    bench.retained.put(Rank.INFO, INFO)
    bench.run()
    assert caplog.records == []


def test_a_refusal_is_said_again_when_the_topic_was_accepted_meanwhile(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench = Bench()
    for refusal in ("quota exceeded", None, "quota exceeded"):
        bench.retained.put(Rank.INFO, INFO)
        bench.session.pump()
        bench.acknowledge(refusal)
        bench.clock.now += WELL_S
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO", "WARNING"]


# --- what the spool holds and this session has not met -----------------------------------------------------


def test_an_event_behind_the_cursor_is_looked_for_after_a_second() -> None:
    bench = Bench()
    bench.append(1, 4)
    bench.run()
    for late in (2, 3):
        bench.append(late)
        bench.session.pump()
        bench.clock.now += 0.75
        bench.run()
        assert bench.spool.depth == 1
        bench.clock.now += 0.25
        bench.run()
        bench.run()
        assert bench.spool.depth == 0
    assert bench.link.names() == ["event1", "event4", "history2", "history3"]


def test_it_looks_half_as_often_each_time_that_it_finds_nothing() -> None:
    bench = Bench(backlog=150)
    bench.spool.readable = False
    bench.session.pump()
    looked, reads = list[float](), bench.spool.reads
    for _ in range(1200):
        bench.clock.now += 0.25
        bench.session.pump()
        if bench.spool.reads > reads:
            looked.append(bench.clock.now)
            reads = bench.spool.reads
    apart = [after - before for before, after in pairwise(looked)]
    # What is read again comes to its end a turn later, and is found to be unmet then.
    assert apart == [2.25, 4.25, 8.25, 16.25, 32.25, 60.25, 60.25, 60.25]


@pytest.mark.parametrize("read_again_before", [False, True])
def test_what_is_in_flight_is_not_looked_for(read_again_before: bool) -> None:
    bench = Bench()
    bench.append(1, 3)
    if read_again_before:
        bench.run()
        bench.append(2)
        pass_time(bench, 2.0)
    bench.append(4)
    bench.session.pump()
    reads = bench.spool.reads
    for _ in range(20):
        bench.clock.now += 0.5
        bench.session.pump()
    assert bench.spool.reads == reads


def refusing(*seqs: int) -> Bench:
    """A connection on which the events of `gate` are refused: the first one was, the others are held back."""
    bench = Bench()
    bench.append(seqs[0])
    bench.session.pump()
    bench.acknowledge("not authorized")
    bench.append(*seqs[1:])
    bench.session.pump()
    return bench


def test_live_events_that_are_held_back_are_not_looked_for() -> None:
    bench = refusing(1, 2, 3)
    reads = bench.spool.reads
    pass_time(bench, 30.0)
    assert bench.spool.reads == reads


def test_live_events_that_are_held_back_hide_no_other() -> None:
    bench = refusing(1, 3, 4)
    bench.append(2, view="door")
    pass_time(bench, 2.0)
    assert "history2" in bench.link.names()


def test_what_was_held_back_and_dropped_hides_others_for_five_minutes_at_most() -> None:
    bench = Bench()
    bench.link.maximum_packet_size = 2000
    bench.spool.append(spooled(1, label="x" * 3000))
    bench.append(3)
    bench.run()
    bench.spool.delivered([1])  # as a spool does that drops what is too old
    bench.append(2)
    bench.clock.now += 299.75
    bench.run()
    assert bench.link.names() == ["event3"]
    bench.clock.now += 0.25
    bench.run()
    bench.run()
    assert bench.link.names() == ["event3", "history2"]


# --- packets: how large they may be -------------------------------------------------------------------------


class SmallPackets(PacketLimit):
    """Has learned a limit."""

    learned: int | None = None

    @property
    def limit(self) -> int | None:
        return self.learned


LIVE = event_message(TOPICS, event(1))


@pytest.mark.parametrize(
    ("told", "learned", "fits"),
    [(0, None, True), (-1, None, False), (None, 0, True), (None, -1, False), (9, -1, False), (-1, 9, False)],
)
def test_the_smaller_limit_counts_to_the_byte(
    told: int | None, learned: int | None, fits: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Figures are bytes more than the message has."""
    bench = Bench()
    size = packet_bytes(LIVE, mqtt5=True)
    limits = SmallPackets(bench.clock)
    limits.learned = None if learned is None else size + learned
    bench.packet_limit = limits
    bench.connect()
    bench.link.maximum_packet_size = None if told is None else size + told
    bench.append(1)
    bench.session.pump()
    (sent,) = bench.link.sent
    assert (sent.payload == LIVE.payload) is fits
    assert (caplog.records == []) is fits
    assert packet_bytes(sent, mqtt5=True) <= size


def test_a_message_is_shortened_as_far_as_it_must_be_and_this_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    size = packet_bytes(LIVE, mqtt5=True)
    bench.link.maximum_packet_size = size - 1
    bench.append(1, 2)
    bench.session.pump()
    assert [packet_bytes(sent, mqtt5=True) < size for sent in bench.link.sent] == [True, True]
    assert [record.getMessage() for record in caplog.records] == [
        f"{TOPICS.event('gate')}: shortened from {size} to at most {size - 1} bytes, which is all that the broker "
        "takes"
    ]


def test_the_bytes_under_way_are_those_of_what_was_shortened() -> None:
    bench = Bench()
    bench.link.maximum_packet_size = packet_bytes(LIVE, mqtt5=True) - 1
    bench.append(1)
    bench.run()
    ended: list[int] = []

    class Listening(PacketLimit):
        def connection_ended(
            self, lasted_s: float, unanswered: Sequence[Sent], *, probe: Hashable, largest_answered: int
        ) -> None:
            ended.append(largest_answered)

    bench.packet_limit = Listening(bench.clock)
    bench.connect()
    bench.link.maximum_packet_size = packet_bytes(LIVE, mqtt5=True) - 1
    bench.append(2)
    bench.run()
    bench.session.ended(1.0)
    assert ended == [packet_bytes(bench.link.sent[0], mqtt5=True)]


def test_an_event_that_does_not_fit_is_said_to_stay(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.link.maximum_packet_size = 100
    bench.append(1)
    bench.run()
    size = packet_bytes(LIVE, mqtt5=True)
    assert [record.getMessage() for record in caplog.records] == [
        f"{TOPICS.event('gate')}: not sent: {size} bytes, and the broker takes at most 100. "
        "It stays in the spool, and those that fit are sent"
    ]
    assert bench.spool.depth == 1


def test_a_value_that_does_not_fit_is_said_and_tried_again_later(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.link.maximum_packet_size = 100
    value = Message(TOPICS.health, b"x" * 200, 1, True)
    bench.retained.put(Rank.HEALTH, value)
    bench.run()
    assert [record.getMessage() for record in caplog.records] == [
        f"{TOPICS.health}: not sent: {packet_bytes(value, mqtt5=True)} bytes, and the broker takes at most 100"
    ]
    bench.link.maximum_packet_size = None
    pass_time(bench, REFUSED_RETRY_S - 0.5)
    assert bench.link.names() == []
    pass_time(bench, 0.5)
    assert bench.link.names() == ["health"]


def test_a_reply_that_does_not_fit_is_given_up() -> None:
    bench = Bench()
    bench.link.maximum_packet_size = 100
    bench.replies.put(Message(TOPICS.response("ping"), b"x" * 200, 1, False))
    bench.run()
    assert bench.session.idle
    bench.connect()
    pass_time(bench, REFUSED_RETRY_S)
    assert bench.link.names() == []


def test_what_does_not_fit_holds_nothing_up() -> None:
    bench = Bench(backlog=3)
    bench.link.maximum_packet_size = 600
    bench.retained.put(Rank.INFO, Message(TOPICS.info, b"x" * 700, 1, True))
    bench.replies.put(Message(TOPICS.response("x"), b"x" * 700, 1, False))
    bench.spool.append(spooled(4, label="x" * 700))
    bench.append(5)
    bench.session.pump()
    assert bench.link.names() == ["event5", "history1"]


# --- suspects: on what connections may have ended -----------------------------------------------------------


def test_a_suspect_event_keeps_its_place_and_waits_until_the_connection_stands() -> None:
    bench = Bench(backlog=3)
    bench.spool.append(spooled(4, label="a longer one"))
    bench.append(*range(5, 21))
    bench.connect()
    bench.session.pump()
    bench.acknowledge()
    bench.session.pump()  # 4, 5 and 6 are on their way
    bench.session.ended(1.0)
    assert [seq for seq in range(1, 21) if bench.packet_limit.is_suspect(("event", seq))] == [4]
    bench.connect()
    bench.append(21)
    bench.run()
    assert bench.link.names() == ["event21"]
    pass_time(bench, PROBE_AFTER_S + 1)
    assert bench.link.names() == ["event21", *(f"history{seq}" for seq in range(4, 21))]
    assert bench.spool.depth == 0
    assert not bench.packet_limit.is_suspect(("event", 4))


def with_suspects(*sizes: int) -> Bench:
    """A new connection to a broker that has twice closed one on values of these sizes."""
    bench = Bench()
    bench.retained.put(Rank.STATUS, Message(TOPICS.status, b"online", 1, True))
    for size in sizes:
        bench.retained.put(Rank.STATE, Message(f"edgeclassify/porch/v{size}", b"x" * size, 1, True))
    for _ in sizes:
        bench.connect()
        bench.session.pump()
        bench.session.acknowledged(1, None)
        bench.session.ended(1.0)
    bench.connect()
    bench.run()
    return bench


def test_a_suspect_waits_exactly_until_the_connection_stands() -> None:
    bench = with_suspects(900, 500)
    bench.clock.now += PROBE_AFTER_S - 0.25
    bench.session.pump()
    assert bench.link.names() == ["status"]
    bench.clock.now += 0.25
    bench.session.pump()
    assert bench.link.names() == ["status", "v500"]


@pytest.mark.parametrize("refusal", [None, "not authorized"])
def test_suspects_are_sent_one_at_a_time(refusal: str | None) -> None:
    bench = with_suspects(900, 500)
    bench.clock.now += PROBE_AFTER_S
    for _ in range(3):
        bench.session.pump()
    assert bench.link.names() == ["status", "v500"]
    bench.session.acknowledged(2, refusal)
    bench.session.pump()
    assert bench.link.names() == ["status", "v500", "v900"]


class Suspecting(PacketLimit):
    """Suspects what the test says."""

    suspects: Collection[Hashable] = ()

    def is_suspect(self, key: Hashable) -> bool:
        return key in self.suspects


def suspecting(*keys: Hashable, backlog: int = 0) -> Bench:
    """A new connection on which these are suspects."""
    bench = Bench(backlog)
    limits = Suspecting(bench.clock)
    limits.suspects = keys
    bench.packet_limit = limits
    bench.connect()
    return bench


def test_a_probe_that_does_not_fit_lets_the_next_one_go() -> None:
    bench = suspecting(("event", 1), TOPICS.info, backlog=1)
    bench.link.maximum_packet_size = 100
    bench.retained.put(Rank.INFO, INFO)
    pass_time(bench, PROBE_AFTER_S)
    assert bench.link.names() == ["info"]


def test_what_is_sent_first_is_never_suspected() -> None:
    bench = Bench()
    bench.retained.put(Rank.STATUS, Message(TOPICS.status, b"x" * 500, 1, True))
    for _ in range(3):
        bench.connect()
        bench.session.pump()
        bench.session.ended(1.0)
    assert not bench.packet_limit.is_suspect(TOPICS.status)


def test_while_a_suspect_holds_the_backlog_up_the_spool_is_left_alone() -> None:
    bench = suspecting(("event", 1), backlog=3)
    bench.session.pump()
    reads = bench.spool.reads
    for _ in range(7):
        bench.clock.now += 0.25
        bench.session.pump()
    assert (bench.spool.reads, bench.link.names()) == (reads, [])


def test_only_the_answer_to_a_probe_lets_the_next_one_go() -> None:
    bench = with_suspects(900, 500)
    bench.clock.now += PROBE_AFTER_S
    bench.session.pump()
    bench.append(1)
    bench.session.pump()
    bench.session.acknowledged(3, "quota exceeded")
    bench.session.pump()
    assert bench.link.names() == ["status", "v500", "event1"]


def test_a_suspect_that_does_not_fit_lets_the_next_one_go() -> None:
    bench = Bench(backlog=2)
    for seq in (3, 4):
        bench.spool.append(spooled(seq, label="x" * 500))
    bench.connect()
    bench.session.pump()
    for mid in (1, 2):
        bench.session.acknowledged(mid, None)
    bench.session.settle()
    bench.session.ended(1.0)
    assert bench.packet_limit.is_suspect(("event", 3))
    bench.connect()
    bench.link.maximum_packet_size = 500
    bench.append(5)
    pass_time(bench, PROBE_AFTER_S + LIVE_HOLD_S)
    assert bench.link.names() == ["event5"]
    assert bench.session.idle


class Forbidding(PacketLimit):
    """Has learned that a topic is forbidden."""

    def is_forbidden(self, key: Hashable) -> bool:
        return key == TOPICS.info


def test_a_forbidden_value_holds_nothing_up() -> None:
    bench = Bench()
    bench.packet_limit = Forbidding(bench.clock)
    bench.connect()
    bench.retained.put(Rank.INFO, INFO)
    bench.retained.put(Rank.HEALTH, Message(TOPICS.health, b"{}", 1, True))
    bench.run()
    assert bench.link.names() == ["health"]
    assert bench.session.idle


def test_a_suspect_value_comes_last_and_the_smallest_first() -> None:
    bench = Bench()
    values = [Message(f"edgeclassify/porch/v{size}", b"x" * size, 1, True) for size in (10, 900, 500)]
    for value in values:
        bench.retained.put(Rank.STATE, value)
    for _ in range(2):
        bench.connect()
        bench.session.pump()
        bench.session.acknowledged(1, None)
        bench.session.ended(1.0)
    bench.connect()
    bench.append(1)
    bench.run()
    assert bench.link.names() == ["v10", "event1"]
    pass_time(bench, PROBE_AFTER_S + 1)
    assert bench.link.names() == ["v10", "event1", "v500", "v900"]


def test_an_event_that_connections_end_on_is_left_in_the_spool_and_the_others_flow() -> None:
    bench = Bench()
    bench.append(1, 2)
    bench.spool.append(spooled(3, label="x" * 3000))
    bench.append(4, 5)
    for _ in range(8):
        bench.connect()
        for _ in range(2 * int(PROBE_AFTER_S) + 4):
            bench.clock.now += 0.5
            bench.session.pump()
            found = [mid for mid, message in enumerate(bench.link.sent, 1) if len(message.payload) > 3000]
            for mid in range(1, found[0] if found else len(bench.link.sent) + 1):
                bench.session.acknowledged(mid, None)
            bench.session.settle()
            if found:
                bench.session.ended(bench.clock.now - 1000.0 if bench.clock.now < 1005 else 1.0)
                break
    assert [one.seq for one in bench.spool.pending(9)] == [3]


def test_what_arrived_on_a_short_connection_comes_last_on_the_next() -> None:
    bench = Bench()
    for name in ("status", "info", "health"):
        rank = Rank.STATUS if name == "status" else Rank.HEALTH
        bench.retained.put(rank, Message(f"edgeclassify/porch/{name}", b"1", 1, True))
    bench.session.pump()
    bench.session.acknowledged(1, None)
    bench.session.acknowledged(2, None)
    known = bench.session.ended(1.0)
    bench.retained.put(Rank.HEALTH, Message("edgeclassify/porch/info", b"2", 1, True))
    bench.known = known
    bench.connect()
    bench.append(1)
    bench.run()
    assert bench.link.names() == ["status", "info", "health", "event1"] or bench.link.names() == [
        "status", "health", "info", "event1",
    ]  # fmt: skip
    bench.known = bench.session.ended(1.0)
    bench.connect()
    bench.run()
    assert bench.link.names() == ["status"]
    pass_time(bench, STABLE_S)
    assert sorted(bench.link.names()[1:]) == ["health", "info", "status"]
    assert bench.session.ended(STABLE_S) == ()
