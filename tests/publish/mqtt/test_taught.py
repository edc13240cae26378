"""What a server has taught is kept for its next connection, and forgotten of very many others."""

from typing import Any, cast

import pytest

from edgeclassify.broker.servers import Server
from edgeclassify.contract.outgoing import Message
from edgeclassify.publish.mqtt.connection_log import STABLE_S
from edgeclassify.publish.mqtt.link.connector import Connector
from edgeclassify.publish.mqtt.retained import Rank, RetainedValues
from edgeclassify.publish.mqtt.taught import TaughtByServer

A, B = Server("a", 1883, "10.0.0.1"), Server("a", 1883, "10.0.0.2")


def taught() -> tuple[TaughtByServer, list[Server]]:
    made = list[Server]()

    def connect(server: Server) -> Connector:
        made.append(server)
        return cast(Connector, object())

    return TaughtByServer(connect, "porch"), made


def test_each_address_has_its_own() -> None:
    known, made = taught()
    first = known.of(A)
    first.refused.add("a topic")
    assert known.of(B).refused == set()
    assert known.of(B).packet_limit is not first.packet_limit
    assert known.of(B).subscriptions is not first.subscriptions
    assert known.of(A) is first
    assert made == [A, B]


def test_of_very_many_the_one_that_was_not_asked_for_is_forgotten() -> None:
    known, made = taught()
    first, second = known.of(A), known.of(B)
    for number in range(62):
        known.of(Server("c", number))
    assert known.of(A) is first  # 64 are remembered, and this one is the newest now
    known.of(Server("d", 1))
    assert known.of(A) is first
    assert known.of(B) is not second
    assert made.count(B) == 2


def test_values_are_known_after_two_short_connections_where_they_are_still_the_newest() -> None:
    retained = RetainedValues()
    old, new, other = (Message(topic, text, 1, True) for topic, text in (("x", b"1"), ("x", b"2"), ("y", b"3")))
    for message in (old, other):
        retained.put(Rank.STATE, message)
    while retained.take():
        pass
    of_a = taught()[0].of(A)

    def end(lasted_s: float) -> Any:
        of_a.ended(lasted_s, retained.sent(["x", "y", "z"]), [], "status")
        return of_a.known_in(retained)

    assert end(1.0) == ()
    assert end(STABLE_S - 0.1) == ["x", "y"]
    retained.put(Rank.STATE, new)
    assert of_a.known_in(retained) == ["y"]
    assert retained.take() == new  # at another server: this one still has the value of before
    assert of_a.known_in(retained) == ["y"]
    retained.put(Rank.STATE, old)
    assert retained.sent(["x", "y"]) == {"y": other}  # one waits
    assert end(STABLE_S) == ()


def test_while_one_lasts_what_was_said_of_the_others_is_forgotten(caplog: pytest.LogCaptureFixture) -> None:
    known, _ = taught()
    name, there = known.of(Server("a", 1883)), known.of(A)
    for one in (name, there):
        for _ in range(2):
            one.log.failed("not found")
    assert len(caplog.messages) == 2
    known.lasts(there)
    for one in (name, there):
        one.log.failed("not found")
    assert caplog.messages[2:] == ["broker a:1883: not found; trying again"]
