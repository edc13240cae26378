"""What a node has to say, over a change of its layout."""

import pytest

from edgeclassify.contract.outgoing import Message
from edgeclassify.publish.mqtt.outbox import Outbox
from edgeclassify.publish.mqtt.retained import Rank, RetainedValues
from edgeclassify.publish.spool.memory import MemorySpool
from tests.publish.records import layout, state


def outbox(labels: dict[str, tuple[str, ...]]) -> Outbox:
    return Outbox(layout(labels), MemorySpool(), results_interval_s=0)


def drained(retained: RetainedValues) -> list[Message]:
    found = []
    while (message := retained.take()) is not None:
        found.append(message)
    return found


@pytest.mark.parametrize(
    ("after", "is_news"), [({"gate": ("open",)}, False), ({"gate": ("open", "shut")}, True), ({"gate": ()}, True)]
)
def test_a_state_is_news_where_its_labels_have_changed(after: dict[str, tuple[str, ...]], is_news: bool) -> None:
    box = outbox({"gate": ("open",), "door": ()})
    assert box.put_state(state())
    box.adopt(outbox(after))
    assert box.put_state(state()) is is_news


def test_the_state_of_a_view_that_is_gone_is_not_renewed() -> None:
    box = outbox({"gate": (), "door": ()})
    box.put_state(state())
    box.put_state(state(view="door"))
    box.adopt(outbox({"gate": ()}))
    drained(box.retained)
    box.renew_states(older_than_s=0.0)
    assert [message.topic for message in drained(box.retained)] == ["edgeclassify/porch/gate/state"]


def test_what_is_taken_over_goes_out_by_rank_and_only_where_it_is_news() -> None:
    def message(topic: str, payload: bytes) -> Message:
        return Message(topic, payload, 1, True)

    live, other = RetainedValues(), RetainedValues()
    live.put_all(Rank.STATE, [message("gone", b"1"), message("kept", b"2")])
    live.put(Rank.STATUS, message("status", b"online"))
    drained(live)
    other.put(Rank.REMOVED, message("gone", b""))
    other.put(Rank.STATUS, message("status", b"online"))
    other.put(Rank.DISCOVERY, message("discovery", b"{}"))
    live.adopt(other)
    assert [(found.topic, found.payload) for found in drained(live)] == [("discovery", b"{}"), ("gone", b"")]
