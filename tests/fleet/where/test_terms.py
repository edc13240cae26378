"""Terms against what nodes said, by the messages that they send; what was not said decides nothing."""

from dataclasses import replace
from typing import Any

import pytest

from edgeclassify.contract import outgoing
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.fleet.known import KnownNodes
from edgeclassify.fleet.where.parsing import parse
from edgeclassify.health.updates import UpdateHealth
from edgeclassify.types import Condition, Option, Problem, UpdateState
from edgeclassify.watch.interface import Arrival
from tests.publish.records import T0, health, info, state

NOW = T0 + 100
UPDATE = UpdateHealth(id="u-7", version=7, state=UpdateState.ROLLED_BACK, reason="too hot")
PORCH, BARE = Topics("edgeclassify", "porch"), Topics("edgeclassify", "bare")


def take(known: KnownNodes, message: Message, **changes: Any) -> None:
    known.take(Arrival(message.topic, message.payload, 0, True, NOW, as_published=False, **changes))


@pytest.fixture
def known() -> KnownNodes:
    """porch has said everything, bare nothing but that it is online."""
    known = KnownNodes("edgeclassify", wall=lambda: NOW)
    take(known, outgoing.status_message(PORCH, True))
    take(known, outgoing.info_message(PORCH, replace(info(), version="1.4.2", views=("gate", "yard"))))
    take(
        known,
        outgoing.health_message(
            PORCH, health(ts=T0 + 40, temperature_c=61.5, throttled=False, broker="b.lan:1883", update=UPDATE)
        ),
    )
    for view, label in (("gate", "open"), ("yard", "Egyptian cat")):
        take(known, outgoing.state_message(PORCH, state(label, view=view, ts=T0 + 70)))
        take(known, outgoing.availability_message(PORCH, view, view == "gate"))
    take(known, outgoing.option_message(PORCH, "gate", Option.ENABLED, True))
    take(known, outgoing.option_message(PORCH, "gate", Option.THRESHOLD, 0.7))
    take(known, outgoing.option_message(PORCH, "yard", Option.ENABLED, False))
    take(known, outgoing.option_message(PORCH, "yard", Option.THRESHOLD, 0.5))
    take(known, outgoing.option_message(PORCH, "yard", Option.INTERVAL, 90.0))
    take(known, outgoing.condition_message(PORCH, "yard", Condition((Problem.COVERED,), None, False)))
    take(known, outgoing.snooze_message(PORCH, "yard", NOW + 5))
    take(known, outgoing.profile_message(PORCH, "night"))
    take(known, outgoing.status_message(BARE, True))
    return known


@pytest.mark.parametrize(
    "text",
    [
        "name=p*", "name!=q*", "online", "online=yes", "version<1.5", "version>=1.4.2", "model=mobilenet_v2",
        "sha256=abab*", "view=gate", "view=yard", "view!=door", "profile=night", "problem",
        "problem='no camera: yard'",
        "problem='yard covered'", "yard.problem=covered", "temperature>61", "temperature=61.5", "throttled=no",
        "not throttled", "fps=2", "inference>4", "waiting=0", "dropped=0", "up>1min", "up<62", "clock",
        "silent<31",
        "silent>29", "label=open", "label='Egyptian *'", "gate.label=open", "score>0.9", "camera", "camera=no",
        "gate.camera", "enabled", "enabled=off", "yard.enabled=no", "threshold<0.6", "gate.threshold=0.7",
        "interval=90", "interval>1min", "snoozed", "yard.snoozed", "gate.snoozed=no", "label!=closed",
        "not gate.problem", "server=b.lan:*", "update=rolled_back", "update!=kept", "release=7", "release<8",
        "gate.label=open and yard.label!=open",
    ],
)  # fmt: skip
def test_what_a_node_has_said_holds(known: KnownNodes, text: str) -> None:
    assert parse(text).of(known.facts("porch")) is True


@pytest.mark.parametrize(
    "text",
    [
        "name=porc", "online=no", "version>1.5", "model=cat*", "view=door", "profile!=night", "temperature<61.5",
        "throttled", "up>62", "silent>1min", "gate.label='Egyptian cat'", "label!=open", "gate.camera=no",
        "gate.enabled=no", "threshold>0.7", "interval<90", "gate.snoozed", "yard.problem!=covered", "gate.problem",
        "not problem", "score<0.9", "update=kept", "release>7", "server!=b.lan*",
    ],
)  # fmt: skip
def test_what_it_has_said_otherwise_does_not(known: KnownNodes, text: str) -> None:
    assert parse(text).of(known.facts("porch")) is False


@pytest.mark.parametrize(
    "text",
    [
        "version<1.5", "not version<1.5", "version!=1.5", "model=x", "sha256!=x", "view=gate", "view!=gate",
        "temperature>60", "not temperature>60", "label=open", "label!=open", "enabled", "not enabled", "silent>1",
        "up>1", "throttled", "online and version<1.5", "not online or version<1.5", "snoozed", "profile=none",
        "update=kept", "release!=1", "server=x",
    ],
)  # fmt: skip
def test_what_it_has_not_said_decides_nothing(known: KnownNodes, text: str) -> None:
    assert parse(text).of(known.facts("bare")) is None


def test_one_that_decides_is_enough(known: KnownNodes) -> None:
    bare = known.facts("bare")
    assert parse("online or version<1.5").of(bare) is True
    assert parse("version<1.5 or online").of(bare) is True
    assert parse("not online and version<1.5").of(bare) is False
    assert parse("version<1.5 and not online").of(bare) is False


def test_a_view_that_a_node_does_not_have_decides_nothing(known: KnownNodes) -> None:
    assert parse("door.label=open").of(known.facts("porch")) is None
    assert parse("door.label!=open").of(known.facts("porch")) is None


def test_of_several_views_one_that_has_not_said_may_have_it(known: KnownNodes) -> None:
    porch = known.facts("porch")
    assert parse("gate.interval=1").of(porch) is None
    assert parse("interval=90").of(porch) is True


def test_an_option_that_is_no_number_is_not_known(known: KnownNodes) -> None:
    take(known, Message(PORCH.option("gate", Option.THRESHOLD), b"much", 1, True))
    assert parse("gate.threshold>0").of(known.facts("porch")) is None
    take(known, Message(PORCH.option("gate", Option.ENABLED), b"perhaps", 1, True))
    assert parse("gate.enabled").of(known.facts("porch")) is None
