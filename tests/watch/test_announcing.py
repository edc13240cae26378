"""When a watch asks nodes to announce themselves, and when it leaves them alone."""

import json

import pytest

from edgeclassify.contract import outgoing
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.watch.announcing import HARMED_S, MOST_ALONE, QUIET_S, Announcing
from edgeclassify.watch.board import Board
from edgeclassify.watch.interface import Arrival, LinkChange
from tests.publish.records import T0, info, state
from tests.support.clock import Clock

ALL = "edgeclassify/request/announce"


class Watching:
    """A board, its clock, and what was asked of the nodes."""

    def __init__(self, node: str | None = None) -> None:
        self.clock = Clock(100.0)
        self.board = Board(steady=self.clock)
        self.asked: list[tuple[str, bytes]] = []
        self.asking = Announcing(
            self.board, lambda topic, payload: self.asked.append((topic, payload)), node=node, clock=self.clock
        )

    def hear(self, *messages: Message, kept: bool = True) -> None:
        for message in messages:
            arrival = Arrival(message.topic, message.payload, 1, kept, T0, as_published=False)
            self.asking.heard(arrival)
            self.board.take(arrival)

    def hear_all(self, node: str, *, online: bool = True, kept: bool = True) -> None:
        topics = Topics("edgeclassify", node)
        self.hear(outgoing.status_message(topics, online), outgoing.info_message(topics, info()), kept=kept)

    def wait(self, seconds: float) -> list[tuple[str, bytes]]:
        """What is asked meanwhile."""
        before = len(self.asked)
        end = self.clock() + seconds
        while self.clock() < end:
            self.clock.now += 0.25
            self.asking.tick()
        return self.asked[before:]

    def link(self, *, connected: bool) -> None:
        self.board.link(LinkChange(connected, "", T0))
        self.asking.link(connected=connected)


def within_s(asked: list[tuple[str, bytes]]) -> int:
    ((topic, payload),) = asked
    assert topic == ALL
    return int(json.loads(payload)["within_s"])


def test_where_the_broker_has_kept_all_nobody_is_asked() -> None:
    watching = Watching()
    watching.hear_all("porch")
    watching.hear_all("gate")
    assert watching.wait(60) == []


def test_where_it_has_kept_nothing_all_are_asked_once() -> None:
    watching = Watching()
    assert watching.wait(QUIET_S - 0.25) == []
    assert within_s(watching.wait(0.25)) == 1
    assert watching.wait(60) == []


def test_one_that_is_known_in_part_is_enough() -> None:
    watching = Watching()
    watching.hear_all("porch")
    watching.hear(outgoing.state_message(Topics("edgeclassify", "gate"), state()), kept=False)
    assert watching.wait(60) == [("edgeclassify/gate/request/announce", b"")]


def test_where_nothing_was_kept_one_that_is_known_says_nothing_of_the_others() -> None:
    watching = Watching()
    watching.hear_all("porch", kept=False)
    watching.hear(outgoing.state_message(Topics("edgeclassify", "gate"), state()), kept=False)
    assert within_s(watching.wait(60)) == 2


@pytest.mark.parametrize(("in_part", "alone"), [(MOST_ALONE, True), (MOST_ALONE + 1, False)])
def test_many_that_are_known_in_part_are_asked_together(in_part: int, alone: bool) -> None:
    watching = Watching()
    watching.hear_all("porch")
    for number in range(in_part):
        topics = Topics("edgeclassify", f"n{number}")
        watching.hear(outgoing.status_message(topics, online=True), kept=False)
    asked = [topic for topic, _ in watching.wait(60)]
    assert asked == ([f"edgeclassify/n{n}/request/announce" for n in range(in_part)] if alone else [ALL])


def test_of_one_that_is_offline_nothing_more_is_wanted() -> None:
    watching = Watching()
    watching.hear(outgoing.status_message(Topics("edgeclassify", "sold"), online=False))
    assert watching.wait(60) == []


def test_while_kept_messages_come_it_waits() -> None:
    watching = Watching()
    for number in range(20):
        watching.hear(outgoing.status_message(Topics("edgeclassify", f"n{number}"), online=True))
        assert watching.wait(0.5) == []
    assert len(watching.wait(1)) == 20
    other = Watching()
    for number in range(4):  # what comes as it happens does not keep it waiting
        other.hear(outgoing.status_message(Topics("edgeclassify", f"n{number}"), online=True), kept=False)
        other.wait(0.25)
    assert within_s(other.asked) == 4


@pytest.mark.parametrize(("nodes", "seconds"), [(1, 1), (300, 300), (301, 300)])
def test_the_more_are_heard_the_longer_they_have(nodes: int, seconds: int) -> None:
    watching = Watching()
    for number in range(nodes):
        topics = Topics("edgeclassify", f"n{number}")
        watching.hear(outgoing.status_message(topics, online=True), kept=False)
    assert within_s(watching.wait(5)) == seconds


def test_of_one_node_only_that_is_asked() -> None:
    watching = Watching("porch")
    assert watching.wait(60) == [("edgeclassify/porch/request/announce", b"")]


def test_after_a_loss_they_are_asked_again_where_they_are_not_heard_of() -> None:
    watching = Watching()
    watching.hear_all("porch")
    assert watching.wait(30) == []
    watching.link(connected=False)
    assert watching.wait(30) == []
    watching.link(connected=True)
    assert within_s(watching.wait(30)) == 1
    watching.link(connected=False)
    watching.link(connected=True)
    watching.hear_all("porch")
    assert watching.wait(30) == []


def test_where_the_connection_ends_on_it_nobody_is_asked_again() -> None:
    watching = Watching()
    assert watching.wait(QUIET_S)
    watching.clock.now += HARMED_S - 0.25
    watching.link(connected=False)
    watching.link(connected=True)
    assert watching.wait(30) == []
    watching.link(connected=False)
    watching.link(connected=True)
    assert watching.wait(30) == []
    other = Watching()
    assert other.wait(QUIET_S)
    other.clock.now += HARMED_S
    other.link(connected=False)
    other.link(connected=True)
    assert other.wait(30)


def test_what_all_nodes_are_asked_is_no_node_on_the_board() -> None:
    watching = Watching()
    watching.hear(Message(ALL, b'{"within_s":1}', 1, False), kept=False)
    assert (watching.board.nodes, watching.board.ignored) == ({}, 0)
