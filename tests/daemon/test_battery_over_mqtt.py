"""A battery that a topic tells of: the real daemon, sink and governor, a real broker, fake cameras."""

import pytest

from edgeclassify.daemon.governing import governing
from tests.daemon.conftest import StartNode
from tests.daemon.nodes import Node
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker

ON_BATTERY = {"enabled": True, "battery": "mqtt:garden/solar", "battery_key": "soc", "load_max": 1000.0}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sensors are looked at many times a second."""
    monkeypatch.setattr(governing, "STEP_S", 0.1)


def tell(node: Node, percent: object, topic: str = "garden/solar") -> None:
    node.observer.publish(topic, f'{{"soc": {percent}}}'.encode(), retain=True)


def slowdown(node: Node) -> float:
    return node.daemon.running.figures.governed.slowdown or 0.0  # type: ignore[union-attr]


def test_the_emptier_the_further_apart_and_nothing_is_lost(
    start_node: StartNode, caplog: pytest.LogCaptureFixture
) -> None:
    node = start_node(governor=ON_BATTERY, node={"health_interval_s": 0.2})
    tell(node, '"empty"')
    wait_for(lambda: any("found 'empty'" in message for message in caplog.messages))
    assert slowdown(node) == 1
    tell(node, 20)
    wait_for(lambda: slowdown(node) > 1.5, 30)
    wait_for(lambda: any(b'"slowed_by":"battery"' in one for one in node.of("/health")), 30)
    wait_for(lambda: any(b'"one_thread":true' in one for one in node.of("/health")), 30)
    assert any(b'"battery_percent":20.0' in one for one in node.of("/health"))
    # It is watched all the time, and so is what is in it.
    told = node.of("/gate/availability")
    assert b"offline" not in told[told.index(b"online") :]
    assert [one for one in node.of("/gate/event") if b'"end"' in one] == []
    tell(node, 90)
    wait_for(lambda: slowdown(node) == 1, 60)


def test_a_reload_listens_on_another_topic(start_node: StartNode) -> None:
    node = start_node(governor=ON_BATTERY)
    tell(node, 20, topic="shed/solar")
    node.document["governor"] = ON_BATTERY | {"battery": "mqtt:shed/solar"}
    node.daemon.request_reload()
    wait_for(lambda: slowdown(node) > 1.2, 30)
    node.document["governor"] = {}
    node.daemon.request_reload()
    wait_for(lambda: node.daemon.running.figures.governed.slowdown is None, 30)  # type: ignore[union-attr]
    (view,) = node.daemon.running.parts.views  # type: ignore[union-attr]
    assert view.rules.pace.apart_s == 0
