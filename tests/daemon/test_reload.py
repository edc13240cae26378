"""A reload as the other side of a real broker sees it: the node stays, and so does every view that does."""

import json
import time
from typing import Any

import pytest

from edgeclassify.publish.mqtt.link.connection import PahoLink
from tests.daemon.conftest import StartNode
from tests.daemon.nodes import BASE, Node
from tests.support.broker import HOST, Observer, deaf_port
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker

DISCOVERY = "homeassistant/device/n/config"


def view(name: str, **rules: object) -> dict[str, object]:
    return {"name": name, "confirm_s": 0, **rules}


@pytest.fixture
def node(start_node: StartNode, monkeypatch: pytest.MonkeyPatch) -> Node:
    """Two views, known to Home Assistant; `node.links` counts its connections."""
    opened: list[PahoLink] = []
    original = PahoLink.open

    def counted(self: PahoLink, *timeout: float) -> None:
        original(self, *timeout)
        opened.append(self)

    monkeypatch.setattr(PahoLink, "open", counted)
    views = [view("gate", labels=["day"]), view("door")]
    made = start_node(view=views, home_assistant={"discovery": True})
    made.links = opened  # type: ignore[attr-defined]
    wait_for(lambda: made.of(f"{BASE}/gate/availability")[-1:] == [b"online"])
    wait_for(lambda: made.of(f"{BASE}/gate/label/day") and made.of(f"{BASE}/door/state"))
    return made


def reload(node: Node, **sections: Any) -> list[tuple[str, bytes]]:
    """Every message from the reload on, until all is quiet."""
    before = len(node.observer.received)
    node.document.update(sections)
    node.ask("reload")
    time.sleep(0.7)
    return [(m.topic, m.payload) for m in list(node.observer.received)[before:]]


def retained(node: Node) -> dict[str, bytes]:
    """What the broker keeps, as somebody is told who comes now."""
    late = Observer(node.document["mqtt"]["port"], "#").start()
    try:
        time.sleep(0.5)
        return {m.topic: m.payload for m in list(late.received) if m.retain}
    finally:
        late.stop()


def offline(seen: list[tuple[str, bytes]]) -> list[str]:
    return [topic.removeprefix(f"{BASE}/") for topic, payload in seen if payload == b"offline"]


CAMERA = {"name": "front", "source": "synthetic:", "interval_s": 0}
CHANGES: dict[str, dict[str, Any]] = {
    "a rule": {"view": [view("gate", labels=["day"], threshold_enter=0.7), view("door")]},
    "a pace": {"camera": [{"name": "front", "source": "synthetic:", "interval_s": 0.02}]},
    "the camera's care": {
        "camera": [{"name": "front", "source": "synthetic:", "interval_s": 0, "stall_timeout_s": 7}]
    },
    "a view renamed": {"view": [view("gate", labels=["day"]), view("yard")]},
    "a view more": {"view": [view("gate", labels=["day"]), view("door"), view("yard")]},
    "a view less": {"view": [view("gate", labels=["day"])]},
    "a view's labels": {"view": [view("gate", labels=["day"]), view("door", labels=["night"])]},
    "no discovery": {"home_assistant": {"discovery": False}},
    "no requests but reload": {"commands": {"allow": ["reload"]}},
    "pictures": {"snapshot": {"mqtt": True}},
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_that_stays_is_shown_as_offline(node: Node, change: str) -> None:
    seen = reload(node, **CHANGES[change])
    assert offline(seen) == []
    assert len(node.links) == 1  # type: ignore[attr-defined]
    kept = retained(node)
    assert kept[f"{BASE}/status"] == b"online"
    assert kept[f"{BASE}/gate/availability"] == b"online"


def test_a_renamed_view_is_announced_and_the_old_one_emptied(node: Node) -> None:
    seen = reload(node, view=[view("gate", labels=["day"]), view("yard", labels=["night", "day"])])
    kept = retained(node)
    assert not [topic for topic in kept if "/door/" in topic]
    assert kept[f"{BASE}/yard/availability"] == b"online"
    assert {f"{BASE}/yard/label/{label}" for label in ("night", "day")} <= kept.keys()
    components = json.loads(kept[DISCOVERY])["components"]
    assert {"gate.label", "yard.label", "yard.label.night"} <= components.keys()
    assert components["door.label"] == {"platform": "sensor"}
    topics = [topic for topic, _ in seen]
    assert topics.index(DISCOVERY) < topics.index(f"{BASE}/door/state")
    wait_for(lambda: node.events("yard"))


def test_a_view_becomes_a_device_of_its_own_and_goes_back(node: Node) -> None:
    own = "homeassistant/device/n/door/config"
    shown = {"suggested_area": "Hall", "on": ["night"], "device_class": "door"}
    reload(node, view=[view("gate", labels=["day"]), view("door", home_assistant=shown)])
    kept = retained(node)
    assert json.loads(kept[DISCOVERY])["components"]["door.label"] == {"platform": "sensor"}
    found = json.loads(kept[own])
    assert (found["device"]["suggested_area"], found["device"]["via_device"]) == ("Hall", "edgeclassify_n")
    assert found["components"]["door/on"]["device_class"] == "door"
    assert found["components"]["door/label"]["options"] == ["night", "day"]

    reload(node, view=[view("gate", labels=["day"]), view("door")])
    wait_for(lambda: own not in retained(node))
    assert "state_topic" in json.loads(retained(node)[DISCOVERY])["components"]["door.label"]


def test_a_view_that_comes_back_is_shown_again(node: Node) -> None:
    reload(node, view=[view("gate", labels=["day"])])
    reload(node, view=[view("gate", labels=["day"]), view("door")])
    kept = retained(node)
    assert kept[f"{BASE}/door/availability"] == b"online"
    assert json.loads(kept[f"{BASE}/door/state"])["label"] == "day"
    assert "state_topic" in json.loads(kept[DISCOVERY])["components"]["door.label"]


def test_new_labels_of_a_view_are_shown_at_once(node: Node) -> None:
    reload(node, view=[view("gate", labels=["night"]), view("door")])
    kept = retained(node)
    assert kept[f"{BASE}/gate/label/night"] == b"OFF"
    assert f"{BASE}/gate/label/day" not in kept


def test_what_is_listened_to_follows(node: Node) -> None:
    reload(node, view=[view("gate", labels=["day"]), view("yard")])
    node.set_option("threshold", "0.8", view="yard")
    wait_for(lambda: node.option("threshold", view="yard") == b"0.8")
    node.set_option("threshold", "0.9", view="door")
    assert node.ask("pause", view="yard")["views"] == ["yard"]
    assert "expected one of gate, yard" in node.refused("pause", view="door")
    reload(node, commands={"allow": ["reload", "ping"]})
    node.set_option("threshold", "0.6", view="yard")
    node.ask("ping")
    assert node.views[1].rules.threshold_enter == 0.8


def test_home_assistants_return_is_answered_with_the_new_views(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgeclassify.publish.mqtt.requests.listener.DISCOVERY_JITTER_S", 0.0)
    reload(node, view=[view("gate", labels=["day"]), view("yard")])
    before = len(node.of(DISCOVERY))
    node.observer.publish("homeassistant/status", b"online", False)
    wait_for(lambda: len(node.of(DISCOVERY)) > before)
    assert "yard.label" in json.loads(node.of(DISCOVERY)[-1])["components"]


def test_more_servers_leave_the_connection_where_it_is_one_of_them(node: Node) -> None:
    mqtt = {key: value for key, value in node.document["mqtt"].items() if key not in ("host", "port")}
    here = f"{HOST}:{node.document['mqtt']['port']}"
    with deaf_port() as port:
        port_before = node.document["mqtt"]["port"]
        seen = reload(node, mqtt={**mqtt, "hosts": [f"{HOST}:{port}", here], "order": "listed"})
        assert offline(seen) == []
        assert len(node.links) == 1  # type: ignore[attr-defined]
        # Those that the broker is told of: Home Assistant shows which server it is.
        assert "health.broker" in json.loads(node.of(DISCOVERY)[-1])["components"]
        wait_for(lambda: json.loads(node.of(f"{BASE}/health")[-1])["broker"] == here)
        node.document["mqtt"] = {**mqtt, "host": HOST, "port": port_before}


def test_another_connection_shows_that_the_node_was_gone(node: Node) -> None:
    """What can't be kept is not pretended: without a connection nobody could say that the node has died."""
    seen = reload(node, mqtt={**node.document["mqtt"], "keepalive_s": 20})
    assert offline(seen) == ["status"]
    assert len(node.links) == 2  # type: ignore[attr-defined]
    assert retained(node)[f"{BASE}/status"] == b"online"
