"""What a node has to say, and when it is news."""

import json
import math
from typing import Any

import pytest

from edgeclassify.contract.outgoing import Message
from edgeclassify.errors import PublishError
from edgeclassify.publish.mqtt.outbox import Outbox
from edgeclassify.publish.mqtt.retained import Rank, RetainedValues
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.types import Command, Response
from tests.publish.records import layout, prediction, state
from tests.support.clock import Clock

NODE = "edgeclassify/porch"


def outbox(
    labels: dict[str, tuple[str, ...]], clock: Clock | None = None, results_interval_s: float = 0.0
) -> Outbox:
    return Outbox(layout(labels), MemorySpool(), results_interval_s=results_interval_s, clock=clock or Clock())


def drained(retained: RetainedValues) -> list[Message]:
    found = []
    while (message := retained.take()) is not None:
        found.append(message)
    return found


def said(box: Outbox) -> dict[str, str]:
    """What is to be sent of plain texts, by the part of the topic that varies."""
    return {
        message.topic.removeprefix(f"{NODE}/"): message.payload.decode()
        for message in drained(box.retained)
        if "/label/" in message.topic
    }


def states(box: Outbox) -> list[Any]:
    return [json.loads(one.payload) for one in drained(box.retained) if one.topic.endswith("/state")]


def test_before_the_first_decision_nobody_can_tell() -> None:
    box = outbox({"gate": ("open", "shut"), "door": ("open",)})
    box.begin()
    assert said(box) == {"gate/label/open": "None", "gate/label/shut": "None", "door/label/open": "None"}


def test_a_view_with_a_state_is_not_unknown_at_the_beginning() -> None:
    box = outbox({"gate": ("open", "shut"), "door": ("open",)})
    box.put_state(state())
    box.begin()
    assert said(box) == {"gate/label/open": "ON", "gate/label/shut": "OFF", "door/label/open": "None"}


def test_a_view_of_which_another_head_decides_shows_its_next_state_whatever_it_says() -> None:
    box = outbox({"gate": ("open",), "door": ("open",)})
    for view in ("gate", "door"):
        box.put_state(state(view=view))
    box.renew_state("gate")
    drained(box.retained)
    assert box.put_state(state(view="door", score=0.7)) is False
    assert box.put_state(state(score=0.7)) is True
    assert [one["score"] for one in states(box)] == [0.7]
    assert box.put_state(state(score=0.8)) is False


def test_a_state_and_its_labels_go_out_at_once() -> None:
    box = outbox({"gate": ("open", "shut")})
    assert box.put_state(state()) is True
    assert [message.topic for message in drained(box.retained)] == [
        f"{NODE}/gate/{name}" for name in ("state", "label/open", "label/shut")
    ]


def test_a_mere_change_of_score_does_not_go_out() -> None:
    box = outbox({"gate": ("open",)})
    box.put_state(state())
    drained(box.retained)
    assert box.put_state(state(score=0.9)) is False
    assert drained(box.retained) == []


@pytest.mark.parametrize(
    "change",
    [{"label": "shut"}, {"since": 5.0}, {"seq": 8}, {"event_id": "id-8"}, {"model": "m"}, {"known": False}],
)
def test_whatever_else_changes_goes_out_at_once(change: dict[str, Any]) -> None:
    box = outbox({"gate": ()})
    box.put_state(state())
    drained(box.retained)
    assert box.put_state(state(**change)) is True
    assert len(states(box)) == 1


def test_only_labels_that_have_changed_go_out() -> None:
    box = outbox({"gate": ("open", "shut", "ajar")})
    box.put_state(state())
    drained(box.retained)
    box.put_state(state("shut"))
    assert said(box) == {"gate/label/open": "OFF", "gate/label/shut": "ON"}


def test_a_state_that_can_not_be_said_is_refused_and_stays_news() -> None:
    box = outbox({"gate": ()})
    with pytest.raises(PublishError):
        box.put_state(state(score=math.nan))
    assert box.put_state(state()) is True


def test_the_heartbeat_says_the_newest_state_when_the_last_message_is_so_old() -> None:
    clock = Clock()
    box = outbox({"gate": ()}, clock)
    box.put_state(state(score=0.7))
    drained(box.retained)
    clock.now += 29.75
    box.put_state(state(score=0.8))  # not sent: the heartbeat goes by what was sent
    box.renew_states(older_than_s=30.0)
    assert states(box) == []
    clock.now += 0.25
    box.renew_states(older_than_s=30.0)
    assert [body["score"] for body in states(box)] == [0.8]
    clock.now += 29.75
    box.renew_states(older_than_s=30.0)
    assert states(box) == []
    clock.now += 0.25
    box.renew_states(older_than_s=30.0)
    assert [body["score"] for body in states(box)] == [0.8]


def test_a_change_puts_the_heartbeat_off() -> None:
    clock = Clock()
    box = outbox({"gate": (), "door": ()}, clock)
    box.put_state(state())
    box.put_state(state(view="door"))
    clock.now += 20.0
    box.put_state(state(view="door", label="shut"))
    drained(box.retained)
    clock.now += 10.0
    box.renew_states(older_than_s=30.0)
    assert [message.topic for message in drained(box.retained)] == [f"{NODE}/gate/state"]


def test_a_heartbeat_that_can_not_be_said_keeps_no_other_back() -> None:
    box = outbox({"gate": (), "door": ()})
    box.put_state(state())
    box.put_state(state(score=math.nan))
    box.put_state(state(view="door"))
    drained(box.retained)
    box.renew_states(older_than_s=0.0)
    assert [message.topic for message in drained(box.retained)] == [f"{NODE}/door/state"]


def test_results_of_one_view_keep_their_distance() -> None:
    clock = Clock()
    box = outbox({"gate": ()}, clock, results_interval_s=2.0)
    assert box.put_result("gate", prediction(1)) is True
    clock.now += 1.75
    assert box.put_result("gate", prediction(2)) is False
    assert box.put_result("door", prediction(3)) is True
    clock.now += 0.25
    assert box.put_result("gate", prediction(4)) is True
    assert [json.loads(message.payload)["frame"] for message in box.take_results()] == [4, 3]


def test_the_first_result_is_due_even_when_the_machine_has_just_started() -> None:
    clock = Clock()
    clock.now = 0.0
    assert outbox({"gate": ()}, clock, results_interval_s=2.0).put_result("gate", prediction()) is True


def test_results_that_are_taken_are_forgotten() -> None:
    box = outbox({"gate": ()})
    box.put_result("gate", prediction())
    assert [message.topic for message in box.take_results()] == [f"{NODE}/gate/result"]
    assert box.take_results() == []


def test_only_the_newest_result_of_a_view_waits() -> None:
    box = outbox({"gate": ()})
    for sequence in (1, 2):
        box.put_result("gate", prediction(sequence))
    assert [json.loads(message.payload)["frame"] for message in box.take_results()] == [2]


def replies(box: Outbox) -> list[Any]:
    found = []
    while (reply := box.replies.take()) is not None:
        found.append((reply[1].topic, json.loads(reply[1].payload)))
    return found


def test_a_reply_waits_to_be_sent() -> None:
    box = outbox({})
    box.put_reply(Response(Command.PING, 7, {"uptime": 5}, None))
    ((topic, body),) = replies(box)
    assert topic == f"{NODE}/response/ping"
    assert (body["transaction"], body["status"], body["data"]) == (7, "ok", {"uptime": 5})


def test_a_reply_without_a_json_form_says_so() -> None:
    box = outbox({})
    box.put_reply(Response(Command.INFO, 7, {"score": math.nan}, None))
    ((topic, body),) = replies(box)
    assert topic == f"{NODE}/response/info"
    assert (body["transaction"], body["status"], body["data"]) == (7, "error", {})
    assert body["error"].startswith("no answer can be given: ")


def test_an_adopted_layout_makes_new_and_changed_views_unknown() -> None:
    box = outbox({"gate": ("open",), "door": ("open",), "shed": ("open",)})
    for view in ("gate", "door", "shed"):
        box.put_state(state(view=view))
    drained(box.retained)
    box.adopt(outbox({"gate": ("open",), "door": ("open", "shut"), "barn": ("open",)}))
    assert said(box) == {
        "door/label/open": "None", "door/label/shut": "None", "barn/label/open": "None"
    }  # fmt: skip


def test_what_waits_of_an_adopted_outbox_waits_here() -> None:
    box, other = outbox({"gate": ()}), outbox({"gate": ()})
    other.retained.put(Rank.INFO, Message(f"{NODE}/info", b"{}", 1, True))
    box.adopt(other)
    assert [message.topic for message in drained(box.retained)] == [f"{NODE}/info"]


def test_what_waits_and_is_due_of_a_view_that_is_gone_is_forgotten() -> None:
    box = outbox({"gate": (), "door": ()}, results_interval_s=2.0)
    for view in ("gate", "door"):
        box.put_result(view, prediction())
    box.adopt(outbox({"gate": ()}))
    assert [message.topic for message in box.take_results()] == [f"{NODE}/gate/result"]
    assert box.put_result("door", prediction()) is True
    assert box.put_result("gate", prediction()) is False


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
    assert [message.topic for message in drained(box.retained)] == [f"{NODE}/gate/state"]


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
