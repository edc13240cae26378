"""Several sinks as one."""

import logging
import math
import time
from collections.abc import Mapping

import pytest

from edgeclassify.errors import PublishError
from edgeclassify.publish.fanout import FanOut
from edgeclassify.publish.interface import Sink, SpooledEvent
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.types import Condition, Event, EventType, Option, Problem
from tests.publish.records import event, health, info, prediction, state
from tests.support.sinks import RecordingSink


class Recorder(RecordingSink):
    """Notes what the spool held when it was told of an event. `slow_s`: how long its stop takes."""

    def __init__(self, spool: MemorySpool, *, slow_s: float = 0.0, adopts: bool = True, hangs: str = "") -> None:
        super().__init__()
        self.spooled, self.slow_s, self.adopts, self.hangs = spool, slow_s, adopts, hangs
        self.adopted: list[Sink] = []
        self.seen: list[int] = []

    def publish_event(self, event: Event) -> None:
        super().publish_event(event)
        self.seen.append(self.spooled.depth)

    def stop(self, timeout_s: float) -> None:
        super().stop(timeout_s)
        time.sleep(min(self.slow_s, timeout_s))

    def adopt(self, other: Sink) -> bool:
        self.adopted.append(other)
        return self.adopts

    def describe(self) -> str:
        return f"{self.slow_s:g}"


class Failing(Recorder):
    def publish_event(self, event: Event) -> None:
        raise RuntimeError("a bug")


@pytest.fixture
def spool() -> MemorySpool:
    return MemorySpool()


def both(spool: MemorySpool) -> tuple[Recorder, Recorder, FanOut]:
    one, other = Recorder(spool), Recorder(spool)
    return one, other, FanOut(spool, {"mqtt": one, "webhook": other})


def test_an_event_is_spooled_once_before_anybody_hears_of_it(spool: MemorySpool) -> None:
    one, other, sinks = both(spool)
    sinks.start()
    sinks.publish_event(event(1))
    assert one.of("event") == other.of("event") == [event(1)]
    assert (one.seen, other.seen) == ([1], [1])
    assert [item.seq for item in spool.pending(9)] == [1]
    spool.reader("mqtt").delivered([1])
    assert (spool.depth, spool.reader("webhook").depth) == (1, 1)
    spool.reader("webhook").delivered([1])
    assert spool.depth == 0


def test_an_event_without_a_json_form_is_neither_spooled_nor_told(spool: MemorySpool) -> None:
    one, _, sinks = both(spool)
    with pytest.raises(PublishError, match="score: expected a finite number"):
        sinks.publish_event(event(1, score=math.nan))
    assert (spool.depth, spool.last_seq, one.of("event")) == (0, 0, [])


def test_what_an_event_says_of_its_view_is_spooled_with_it(spool: MemorySpool) -> None:
    _, _, sinks = both(spool)
    sinks.publish_event(event(4))
    assert spool.views()["gate"].seq == 4


def test_a_spooled_event_is_read_back_as_it_was(spool: MemorySpool) -> None:
    FanOut(spool, {}).publish_event(event(1))
    (found,) = spool.pending(1)
    assert SpooledEvent.of(found.event).body == found.body
    assert (found.event.id, found.event.view, found.event.event_type) == (event(1).id, "gate", event(1).event_type)
    assert isinstance(found.event.event_type, EventType)


def test_what_a_later_version_has_spooled_is_no_event_here() -> None:
    with pytest.raises(PublishError, match="event 3 of view gate"):
        _ = SpooledEvent(3, "gate", b'{"v":2}').event


def test_a_sink_that_fails_keeps_nothing_from_the_others(
    spool: MemorySpool, caplog: pytest.LogCaptureFixture
) -> None:
    other = Recorder(spool)
    sinks = FanOut(spool, {"mqtt": Failing(spool), "webhook": other})
    with caplog.at_level(logging.ERROR):
        sinks.publish_event(event(1))
    assert (other.of("event"), spool.depth) == ([event(1)], 1)
    assert "mqtt failed on an event" in caplog.text


def test_all_else_goes_to_each(spool: MemorySpool) -> None:
    one, other, sinks = both(spool)
    sinks.start()
    sinks.publish_info(info())
    sinks.publish_availability("gate", True)
    sinks.publish_condition("gate", Condition((Problem.DARK,)))
    sinks.publish_state(state())
    sinks.publish_result("gate", prediction())
    sinks.publish_health(health())
    sinks.publish_option("gate", Option.ENABLED, True)
    sinks.publish_snooze("gate", 5.0)
    sinks.publish_profile("away")
    sinks.publish_snapshot("gate", b"jpeg")
    sinks.stop(1)
    kinds = [
        "start",
        "info",
        "availability",
        "condition",
        "state",
        "result",
        "health",
        "option",
        "snooze",
        "profile",
        "snapshot",
        "stop",
    ]
    assert [kind for kind, _ in one.calls] == [kind for kind, _ in other.calls] == kinds
    assert (one.of("state"), one.of("option")) == ([state()], [("gate", Option.ENABLED, True)])


def test_they_stop_at_the_same_time_within_the_deadline(spool: MemorySpool) -> None:
    slow = {str(number): Recorder(spool, slow_s=0.3) for number in range(4)}
    begin = time.monotonic()
    FanOut(spool, slow).stop(5.0)
    assert 0.3 <= time.monotonic() - begin < 0.9
    stuck = {"mqtt": Recorder(spool), "webhook": Recorder(spool, slow_s=9.0)}
    begin = time.monotonic()
    FanOut(spool, stuck).stop(0.3)
    assert time.monotonic() - begin < 0.9
    assert all(sink.of("stop") for sink in (*slow.values(), *stuck.values()))


def test_the_first_attempts_share_their_time(spool: MemorySpool) -> None:
    one, other, sinks = both(spool)
    assert sinks.await_first_attempt(0.2)
    one.tried.clear()
    begin = time.monotonic()
    assert not sinks.await_first_attempt(0.2)
    assert time.monotonic() - begin < 0.5
    assert one.of("await") == [0.2, 0.2]
    assert [left <= 0.2 for left in other.of("await")] == [True, True]
    assert other.of("await")[1] < 0.1


@pytest.mark.parametrize(
    ("hanging", "said"),
    [
        ({"mqtt": ""}, ""),
        ({"mqtt": "delivery"}, "delivery"),
        ({"mqtt": "", "webhook": ""}, ""),
        ({"mqtt": "delivery", "webhook": ""}, "delivery (mqtt)"),
        ({"mqtt": "delivery", "webhook": "posting"}, "delivery (mqtt), posting (webhook)"),
    ],
)
def test_what_hangs_is_named(spool: MemorySpool, hanging: Mapping[str, str], said: str) -> None:
    assert FanOut(spool, {name: Recorder(spool, hangs=what) for name, what in hanging.items()}).hangs == said


def test_where_they_deliver_to(spool: MemorySpool) -> None:
    assert FanOut(spool, {"mqtt": Recorder(spool), "webhook": Recorder(spool, slow_s=2)}).describe() == "0, 2"
    assert FanOut(spool, {"mqtt": Recorder(spool)}).describe() == "0"


# --- a changed config ----------------------------------------------------------------------------------


def test_each_adopts_the_one_of_its_name(spool: MemorySpool) -> None:
    one, other, sinks = both(spool)
    sinks.start()
    new_one, new_other, replacement = both(spool)
    assert sinks.adopt(replacement)
    assert (one.adopted, other.adopted) == ([new_one], [new_other])
    sinks.publish_availability("gate", True)
    assert (one.of("availability"), new_one.calls, new_other.calls) == ([("gate", True)], [], [])


def test_one_that_can_adopt_nothing_is_replaced(spool: MemorySpool) -> None:
    one, stubborn = Recorder(spool), Recorder(spool, adopts=False)
    sinks = FanOut(spool, {"mqtt": one, "webhook": stubborn})
    sinks.start()
    new_one, new_other, replacement = both(spool)
    assert sinks.adopt(replacement)
    assert (stubborn.running, new_other.running, new_one.running, one.running) == (False, True, False, True)
    sinks.publish_event(event(1))
    assert (len(one.of("event")), len(new_other.of("event")), len(stubborn.of("event"))) == (1, 1, 0)


def test_one_that_is_new_starts_and_one_that_is_gone_stops_and_is_not_waited_for(spool: MemorySpool) -> None:
    one, other, sinks = both(spool)
    sinks.start()
    sinks.publish_event(event(1))
    spool.reader("mqtt").delivered([1])
    page = Recorder(spool)
    assert sinks.adopt(FanOut(spool, {"mqtt": Recorder(spool), "page": page}))
    assert (other.running, page.running) == (False, True)
    assert [item.seq for item in spool.reader("page").pending(9)] == [1], "it gets what is there"
    spool.reader("page").delivered([1])
    assert spool.depth == 0
    sinks.publish_event(event(2))
    assert (len(one.of("event")), len(other.of("event")), len(page.of("event"))) == (2, 1, 1)
    sinks.stop(1)
    assert (one.running, page.running) == (False, False)


def test_where_none_can_adopt_nothing_changes(spool: MemorySpool) -> None:
    stubborn = Recorder(spool, adopts=False)
    sinks, replacement = FanOut(spool, {"mqtt": stubborn}), Recorder(spool)
    sinks.start()
    assert not sinks.adopt(FanOut(spool, {"mqtt": replacement}))
    assert not sinks.adopt(FanOut(spool, {"page": replacement}))
    assert not sinks.adopt(replacement)
    assert (stubborn.running, replacement.calls) == (True, [])


def test_a_listener_hears_all_that_sinks_are_told_and_nothing_waits_for_it(spool: MemorySpool) -> None:
    one, page = Recorder(spool), Recorder(spool)
    sinks = FanOut(spool, {"mqtt": one}, listener=page)
    sinks.start()
    sinks.publish_event(event(1))
    sinks.publish_state(state())
    sinks.renew_state("gate")
    sinks.stop(1)
    assert [kind for kind, _ in page.calls] == ["event", "state", "renew"]
    assert page.seen == [1]  # it is on disk before anybody hears of it
    spool.reader("mqtt").delivered([1])
    assert spool.depth == 0


def test_a_listener_that_fails_keeps_nothing_from_the_sinks(
    spool: MemorySpool, caplog: pytest.LogCaptureFixture
) -> None:
    one = Recorder(spool)
    with caplog.at_level(logging.ERROR):
        FanOut(spool, {"mqtt": one}, listener=Failing(spool)).publish_event(event(1))
    assert one.of("event") == [event(1)]
    assert "the page failed on an event" in caplog.text


def test_what_adopts_has_the_listener_of_the_other(spool: MemorySpool) -> None:
    one, page = Recorder(spool), Recorder(spool)
    sinks = FanOut(spool, {"mqtt": one})
    assert sinks.adopt(FanOut(spool, {"mqtt": Recorder(spool)}, listener=page))
    sinks.publish_event(event(1))
    assert page.of("event") == [event(1)]
