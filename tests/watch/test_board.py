"""What a board makes of messages: nodes, views, gaps in the numbers. No broker, no clock."""

import json
from dataclasses import replace
from typing import Any

import pytest

from edgeclassify.contract import outgoing
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.files import FolderCondition
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.mqtt.session.event_messages import spooled_message
from edgeclassify.types import Condition, Option, Problem
from edgeclassify.watch.board import MOST_VIEWS, Board
from edgeclassify.watch.drawing.cells import status
from edgeclassify.watch.interface import (
    Arrival,
    Change,
    EventSeen,
    HoleFilled,
    HoleSeen,
    LinkChange,
    Notice,
    Renumbered,
)
from edgeclassify.watch.missing_events import HOLES, PATIENCE_S, EventSequence, Verdict
from edgeclassify.watch.records import problems
from tests.publish.records import T0, event, health, info, state


class Watched:
    """A board with a clock of its own."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.board = Board(wall=lambda: T0 + self.now, steady=lambda: self.now)

    def take(self, message: Message, kept: bool = False) -> list[Notice]:
        at = T0 + self.now
        arrival = Arrival(message.topic, message.payload, message.qos, kept, at, as_published=False)
        return list(self.board.take(arrival))

    def event(self, seq: int, node: str = "porch", late: bool = False, **changes: Any) -> list[Notice]:
        topics, e = Topics("edgeclassify", node), event(seq, **changes)
        body = outgoing.event_message(topics, e).payload
        return self.take(spooled_message(topics, SpooledEvent(seq, e.view, body), historical=late))

    def wait(self, seconds: float) -> list[Notice]:
        self.now += seconds
        return list(self.board.tick())


PORCH = Topics("edgeclassify", "porch")


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_a_node_and_its_view(watched: Watched) -> None:
    watched.take(outgoing.status_message(PORCH, online=True))
    watched.take(outgoing.info_message(PORCH, info()))
    watched.take(outgoing.health_message(PORCH, health(temperature_c=81.0, spool_depth=4, spool_on_disk=True,
                                                      bytes_written_day=1, events=2)))  # fmt: skip
    watched.take(outgoing.availability_message(PORCH, "gate", online=True))
    watched.take(outgoing.state_message(PORCH, state()))
    watched.take(outgoing.option_message(PORCH, "gate", Option.ENABLED, False))
    node = watched.board.nodes["porch"]
    assert (node.online, node.version, node.models) == (True, "0.1.0", ("mobilenet_v2",))
    assert (node.fps, node.inference_ms, node.temperature_c, node.spool_depth) == (2.0, 4.1, 81.0, 4)
    view = node.views["gate"]
    assert (view.label, view.score, view.online, view.options) == ("open", 0.9346, True, {"enabled": "OFF"})
    assert view.since == pytest.approx(T0, abs=0.001)
    assert problems(node) == ["4 waiting", "webhook takes nothing", "hot"]
    watched.take(outgoing.health_message(PORCH, health(webhook_connected=True)))
    assert problems(node) == []
    watched.take(outgoing.health_message(PORCH, health(webhook_connected=True, clock_synchronised=False)))
    assert problems(node) == ["clock not set"]
    # It is trusted: its states say which day it is.
    watched.take(outgoing.state_message(PORCH, state(day="2026-11-29")))
    assert problems(node) == []
    watched.take(outgoing.state_message(PORCH, state()))
    assert problems(node) == ["clock not set"]


def test_a_state_folder_that_does_not_keep_what_is_written(watched: Watched) -> None:
    watched.take(outgoing.status_message(PORCH, online=True))
    watched.take(
        outgoing.health_message(
            PORCH, health(webhook_connected=True, spool_on_disk=False, state_folder=FolderCondition.READ_ONLY)
        )
    )
    assert problems(watched.board.nodes["porch"]) == ["spool in memory", "state folder read-only"]
    body = json.loads(outgoing.health_message(PORCH, health(webhook_connected=True)).payload)
    payload = json.dumps(body | {"state_folder": "of a later version"}).encode()
    later = Message(PORCH.health, payload, qos=1, retain=True)
    watched.take(later)
    assert problems(watched.board.nodes["porch"]) == []


def test_problems_of_a_camera_and_that_they_are_over(watched: Watched) -> None:
    watched.take(outgoing.status_message(PORCH, online=True))
    watched.take(outgoing.condition_message(PORCH, "gate", Condition((Problem.DARK, Problem.MOVED))))
    node = watched.board.nodes["porch"]
    assert node.views["gate"].problems == ("dark", "moved")
    assert problems(node) == ["gate dark", "gate moved"]
    assert status(node, node.views["gate"], T0).plain == "dark, moved"
    watched.take(outgoing.condition_message(PORCH, "gate", Condition()))
    assert problems(node) == []
    assert status(node, node.views["gate"], T0).plain == "online"
    watched.take(outgoing.condition_message(PORCH, "gate", Condition((Problem.DARK,))))
    watched.take(outgoing.removed(PORCH.problems("gate")))
    assert node.views["gate"].problems == ()
    watched.take(outgoing.condition_message(PORCH, "gate", Condition((Problem.DARK,))))
    watched.take(outgoing.status_message(PORCH, online=False))
    assert problems(node) == ["offline"]


def test_which_profile_is_on(watched: Watched) -> None:
    watched.take(outgoing.status_message(PORCH, online=True))
    node = watched.board.nodes["porch"]
    assert node.profile is None
    watched.take(outgoing.profile_message(PORCH, "away"))
    assert node.profile == "away"
    assert node.views == {}
    watched.take(outgoing.removed(PORCH.profile))
    assert node.profile is None


def test_how_long_a_view_is_still_snoozed(watched: Watched) -> None:
    watched.take(outgoing.status_message(PORCH, online=True))
    watched.take(outgoing.option_message(PORCH, "gate", Option.ENABLED, False))
    watched.take(outgoing.snooze_message(PORCH, "gate", T0 + 1801))
    node = watched.board.nodes["porch"]
    view = node.views["gate"]
    assert view.snoozed_until == pytest.approx(T0 + 1801, abs=0.001)
    assert status(node, view, T0).plain == "snoozed, 30 min left"
    assert status(node, view, T0 + 1802).plain == "paused"
    watched.take(outgoing.snooze_message(PORCH, "gate", None))
    assert view.snoozed_until is None
    assert status(node, view, T0).plain == "paused"
    watched.take(outgoing.snooze_message(PORCH, "gate", T0 + 1801))
    watched.take(outgoing.option_message(PORCH, "gate", Option.ENABLED, True))
    assert status(node, view, T0).plain == "online"
    watched.take(outgoing.removed(PORCH.snooze("gate")))
    assert view.snoozed_until is None
    ignored = watched.board.ignored
    watched.take(Message(PORCH.snooze("gate"), b'{"v":1}', 1, True))
    assert watched.board.ignored == ignored + 1


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"problems": 1}', b'{"problems": [1]}', b'{"problems": null}', b"\xff"]
)
def test_problems_of_strangers_are_left_out(watched: Watched, body: bytes) -> None:
    watched.take(outgoing.condition_message(PORCH, "gate", Condition()))
    watched.take(replace(outgoing.condition_message(PORCH, "gate", Condition()), payload=body))
    assert watched.board.nodes["porch"].views["gate"].problems == ()
    assert watched.board.ignored == 1


def test_problems_are_not_endless(watched: Watched) -> None:
    body = json.dumps({"problems": ["x" * 100] * 100}).encode()
    watched.take(replace(outgoing.condition_message(PORCH, "gate", Condition()), payload=body))
    assert watched.board.nodes["porch"].views["gate"].problems == ("x" * 32,) * 8


def test_what_the_broker_had_kept_is_no_sign_of_life(watched: Watched) -> None:
    watched.take(outgoing.status_message(PORCH, online=False), kept=True)
    node = watched.board.nodes["porch"]
    assert node.heard_at is None
    watched.take(outgoing.availability_message(PORCH, "gate", online=False), kept=True)
    watched.take(outgoing.option_message(PORCH, "gate", Option.ENABLED, True), kept=True)
    assert node.heard_at is None
    watched.take(outgoing.info_message(PORCH, replace(info(), started=T0 - 5000)), kept=True)
    assert node.heard_at == pytest.approx(T0 - 5000, abs=0.001)
    watched.take(outgoing.state_message(PORCH, state(ts=T0 - 300)), kept=True)
    assert node.heard_at == pytest.approx(T0 - 300, abs=0.001)
    watched.take(outgoing.health_message(PORCH, health(ts=T0 - 400)), kept=True)
    assert node.heard_at == pytest.approx(T0 - 300, abs=0.001)
    watched.take(outgoing.option_message(PORCH, "gate", Option.ENABLED, True))
    assert node.heard_at == T0 + watched.now


def test_a_kept_time_of_a_wrong_clock_is_not_in_the_future(watched: Watched) -> None:
    watched.take(outgoing.state_message(PORCH, state(ts=T0 + 86_400)), kept=True)
    assert watched.board.nodes["porch"].heard_at == T0 + watched.now


def test_a_node_that_comes_while_we_watch_is_online_since_then(watched: Watched) -> None:
    watched.take(outgoing.status_message(PORCH, online=True))
    assert watched.board.nodes["porch"].online_since == T0 + watched.now


def test_a_node_that_goes_is_told_with_the_time(watched: Watched) -> None:
    (change,) = watched.take(outgoing.status_message(PORCH, online=True), kept=True)
    assert change == Change("porch", "", "online", T0 + watched.now, kept=True)
    assert watched.board.nodes["porch"].online_since is None  # kept by the broker: since when is unknown
    assert watched.take(outgoing.status_message(PORCH, online=True)) == []
    watched.now += 5
    assert watched.take(outgoing.status_message(PORCH, online=False)) == [
        Change("porch", "", "offline", T0 + watched.now)
    ]
    assert watched.board.nodes["porch"].online_since == T0 + watched.now
    assert problems(watched.board.nodes["porch"]) == ["offline"]


def test_in_order_there_is_no_gap(watched: Watched) -> None:
    for seq in range(812, 900):
        (seen,) = watched.event(seq, view="gate" if seq % 2 else "door")
        assert isinstance(seen, EventSeen)
        assert not seen.repeated
    assert watched.wait(60) == []


def test_a_gap_is_told_once_after_patience_and_again_when_it_is_filled(watched: Watched) -> None:
    watched.event(1)
    watched.event(5)
    assert watched.wait(PATIENCE_S - 0.1) == []
    (gap,) = watched.wait(0.2)
    assert (type(gap), gap.node, gap.first, gap.last) == (HoleSeen, "porch", 2, 4)  # type: ignore[union-attr]
    assert watched.wait(60) == []
    assert watched.board.nodes["porch"].numbers.missing == 3
    assert len(watched.event(3, late=True)) == 1
    assert len(watched.event(2, late=True)) == 1
    seen, filled = watched.event(4, late=True)
    assert isinstance(seen, EventSeen)
    assert isinstance(filled, HoleFilled)
    assert (filled.first, filled.last) == (2, 4)
    assert watched.board.nodes["porch"].numbers.missing == 0


def test_a_backlog_that_live_events_overtake_is_no_gap(watched: Watched) -> None:
    watched.event(50)
    for seq in range(20, 50):  # takes longer than patience, but every message narrows the hole
        (seen,) = watched.event(seq, late=True)
        assert isinstance(seen, EventSeen)
        assert (seen.historical, seen.repeated) == (True, False)
        assert watched.wait(PATIENCE_S / 2) == []
    assert watched.wait(60) == []


def test_a_hole_in_a_backlog_is_found(watched: Watched) -> None:
    watched.event(50)
    for seq in (20, 21, 25, *range(26, 50)):
        watched.event(seq, late=True)
    (gap,) = watched.wait(60)
    assert isinstance(gap, HoleSeen)
    assert (gap.first, gap.last) == (22, 24)


def test_repeats_are_marked_and_fill_nothing(watched: Watched) -> None:
    watched.event(1)
    watched.event(2)
    (again,) = watched.event(2)
    (late,) = watched.event(1, late=True)
    assert isinstance(again, EventSeen)
    assert again.repeated
    assert isinstance(late, EventSeen)
    assert late.repeated
    assert [e.seq for e in watched.board.nodes["porch"].events] == [1, 2]


def test_a_state_shows_that_the_last_event_is_missing(watched: Watched) -> None:
    watched.event(7)
    watched.take(outgoing.state_message(PORCH, state(seq=8)))
    assert watched.wait(1) == []
    (gap,) = watched.wait(PATIENCE_S)
    assert isinstance(gap, HoleSeen)
    assert (gap.first, gap.last) == (8, 8)


def test_a_state_before_its_event_is_no_gap(watched: Watched) -> None:
    watched.event(7)
    watched.take(outgoing.state_message(PORCH, state(seq=8)))
    (seen,) = watched.event(8)
    assert isinstance(seen, EventSeen)
    assert not seen.repeated
    assert watched.wait(60) == []


def test_a_node_that_counts_from_one_again(watched: Watched) -> None:
    watched.event(800)
    over, seen = watched.event(1, id="other")
    assert isinstance(over, Renumbered)
    assert (over.before, over.seq) == (800, 1)
    assert isinstance(seen, EventSeen)
    watched.event(2)
    assert watched.wait(60) == []


def test_a_gap_after_our_own_absence_says_so(watched: Watched) -> None:
    watched.event(1)
    watched.board.link(LinkChange(False, "broke", T0))
    assert watched.board.nodes["porch"].stale
    watched.board.link(LinkChange(True, "", T0, complete=False))
    watched.event(4)
    watched.event(6)
    assert not watched.board.nodes["porch"].stale
    first, second = watched.wait(60)
    assert isinstance(first, HoleSeen)
    assert isinstance(second, HoleSeen)
    assert (first.while_away, second.while_away) == (True, False)


@pytest.mark.parametrize(
    ("tail", "content"),
    [
        ("gate/event", b"{"), ("gate/event", b"[]"), ("gate/event", b'{"seq":"x"}'), ("gate/state", b"[" * 50_000),
        ("status", b"maybe"), ("gate/state", b'{"label":3,"score":1,"seq":1}'), ("a/b/c/d", b"x"),
        ("health", b'{"spool_depth":"many"}'), ("info", b'{"version":1}'), ("gate/enabled/state", b"\xff"),
        ("gate/state", b'{"label":"a","score":0.1,"seq":1,"since":"0000"}'),
    ],
)  # fmt: skip
def test_strangers_messages_are_counted_and_left_out(watched: Watched, tail: str, content: bytes) -> None:
    assert watched.board.take(Arrival(f"edgeclassify/porch/{tail}", content, 1, False, T0)) == ()
    assert watched.board.ignored == 1


def test_what_is_kept_is_bounded(watched: Watched) -> None:
    for number in range(MOST_VIEWS + 50):
        watched.take(outgoing.availability_message(PORCH, f"view{number}", online=True))
    for number in range(0, 1000, 2):
        watched.event(number + 1)
    node = watched.board.nodes["porch"]
    assert len(node.views) == MOST_VIEWS
    assert len(node.events) == 5
    watched.wait(60)
    assert node.numbers.missing == 499  # those of forgotten holes too


def test_removed_topics_remove_view_and_node(watched: Watched) -> None:
    watched.take(outgoing.status_message(PORCH, online=True))
    watched.take(outgoing.state_message(PORCH, state()))
    watched.take(outgoing.removed(PORCH.state("gate")))
    assert watched.board.nodes["porch"].views == {}
    watched.event(1)
    watched.event(3)
    watched.take(outgoing.removed(PORCH.status))
    assert watched.board.nodes == {}
    assert watched.wait(60) == []


def test_the_rate_is_that_of_the_last_seconds(watched: Watched) -> None:
    for seq in range(50):
        watched.event(seq + 1)
    watched.wait(5)
    assert watched.board.rate == pytest.approx(10)
    watched.wait(5)
    assert watched.board.rate == 0


def test_holes_are_split_and_bounded() -> None:
    numbers = EventSequence()
    assert numbers.take(1, "a", 0, live=True) is Verdict.NEW
    for seq in range(3, 3 + 4 * HOLES, 2):
        numbers.take(seq, "a", 0, live=True)
    numbers.due(100)
    assert numbers.missing == 2 * HOLES
