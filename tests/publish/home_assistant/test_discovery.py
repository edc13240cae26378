"""The discovery message: what does not need Home Assistant to be checked (tests/home_assistant does)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from edgeclassify.contract.layout import Layout, ViewLayout
from edgeclassify.contract.topics import Topics
from edgeclassify.health.figures import ENTITIES
from edgeclassify.publish.home_assistant.device import (
    LONGEST_STATE,
    MOST_OPTIONS,
    MOST_TRIGGERS,
    Device,
    Presentation,
)
from edgeclassify.publish.home_assistant.discovery import (
    Announcement,
    birth_topics,
    components,
    discovery_messages,
    discovery_topic,
    discovery_topics,
    platforms,
)

LAYOUT = Layout(Topics("edgeclassify", "porch"), (ViewLayout("feeder", ("cat", "猫")), ViewLayout("gate")))


def device(layout: Layout = LAYOUT, **changes: Any) -> Device:
    values: dict[str, Any] = {"ha_prefix": "homeassistant", "name": "Porch", "version": "1.2.3"}
    return Device(layout, **(values | changes))


def body(gone: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    (message,) = discovery_messages(device(**changes), gone)
    found = json.loads(message.payload)
    assert isinstance(found, dict)
    return found


def test_one_retained_message_below_the_discovery_prefix() -> None:
    (message,) = discovery_messages(device(ha_prefix="ha/test"))
    assert (message.topic, message.qos, message.retain) == ("ha/test/device/porch/config", 1, True)
    assert discovery_topic("ha/test", "porch") == message.topic
    assert birth_topics("homeassistant") == ("homeassistant/status",)
    assert birth_topics("ha") == ("ha/status", "homeassistant/status")


def test_it_names_the_device_and_who_made_the_message() -> None:
    found = body()
    assert found["device"]["identifiers"] == ["edgeclassify_porch"]
    assert (found["device"]["name"], found["device"]["sw_version"]) == ("Porch", "1.2.3")
    assert found["origin"] == {"name": "edgeclassify", "sw_version": "1.2.3"}


def test_every_component_has_an_id_of_its_own() -> None:
    announced = body()["components"].values()
    entities = [found for found in announced if found["platform"] != "device_automation"]
    ids = [found["unique_id"] for found in entities]
    of_each_node = [entity for entity in ENTITIES.values() if entity.feature is None]
    assert len(ids) == len(set(ids)) == 1 + len(of_each_node) + (5 + 4) * 2 + 3 * 2
    assert len(announced) - len(entities) == 2 * 2
    assert all(name.startswith("edgeclassify_porch.") for name in ids)


def test_a_view_has_a_problem_sensor_where_its_camera_is_checked() -> None:
    found = body()["components"]["feeder.problem"]
    assert (found["platform"], found["device_class"], found["name"]) == (
        "binary_sensor",
        "problem",
        "Feeder problem",
    )
    assert found["state_topic"] == found["json_attributes_topic"] == "edgeclassify/porch/feeder/problems"
    assert found["entity_category"] == "diagnostic"
    unchecked = Layout(LAYOUT.topics, (ViewLayout("feeder", checked=False),))
    assert "feeder.problem" not in body(layout=unchecked)["components"]
    assert "edgeclassify/porch/feeder/problems" not in set(unchecked.retained_topics())
    assert "edgeclassify/porch/feeder/problems" in set(LAYOUT.retained_topics())


def test_until_when_a_view_is_snoozed_is_a_moment_that_may_be_unknown() -> None:
    found = body()["components"]["feeder.snooze"]
    assert (found["platform"], found["device_class"], found["name"]) == (
        "sensor",
        "timestamp",
        "Feeder snoozed until",
    )
    assert found["state_topic"] == "edgeclassify/porch/feeder/snooze"
    assert found["value_template"] == "{{ value_json.until | default(None) }}"
    assert found["entity_category"] == "diagnostic"
    assert [row["topic"] for row in found["availability"]] == ["edgeclassify/porch/status"]
    without = Layout(LAYOUT.topics, LAYOUT.views, snoozes=False)
    assert "feeder.snooze" not in body(layout=without)["components"]
    assert "edgeclassify/porch/feeder/snooze" not in set(without.retained_topics())
    assert "edgeclassify/porch/feeder/snooze" in set(LAYOUT.retained_topics())


def test_a_profile_is_chosen_from_a_list() -> None:
    assert "profile" not in body()["components"]
    layout = replace(LAYOUT, profiles=("away", "night"))
    found = body(layout=layout)["components"]["profile"]
    assert (found["platform"], found["name"]) == ("select", "Profile")
    assert found["options"] == ["away", "night", "No profile"]
    assert found["state_topic"] == "edgeclassify/porch/profile/state"
    assert found["command_topic"] == "edgeclassify/porch/profile/set"
    assert found["value_template"] == "{{ 'No profile' if value == 'none' else value }}"
    assert found["command_template"] == "{{ 'none' if value == 'No profile' else value }}"
    assert (found["qos"], found["availability"]) == (1, [{"topic": "edgeclassify/porch/status"}])
    assert "profile" not in body(layout=replace(layout, sets_profile=False))["components"]
    assert "edgeclassify/porch/profile/state" in set(replace(layout, sets_profile=False).retained_topics())
    assert "edgeclassify/porch/profile/state" not in set(LAYOUT.retained_topics())


def test_a_view_is_available_while_daemon_and_camera_are() -> None:
    found = body()["components"]["feeder.label"]
    topics = [row["topic"] for row in found["availability"]]
    assert topics == ["edgeclassify/porch/status", "edgeclassify/porch/feeder/availability"]
    assert found["availability_mode"] == "all"


def test_every_topic_is_one_of_the_layout() -> None:
    layout = Layout(LAYOUT.topics, LAYOUT.views, options=True, snapshots=True)
    kept = set(layout.retained_topics()) | {layout.topics.event(view.name) for view in layout.views}
    for name, config in components(device(layout)).items():
        topics = {value for key, value in config.items() if key.endswith("topic") and key != "command_topic"}
        assert topics, name
        assert topics <= kept, name


@pytest.mark.parametrize(("options", "snapshots"), [(False, False), (True, False), (False, True)])
def test_only_what_the_node_offers_is_announced(options: bool, snapshots: bool) -> None:
    layout = Layout(LAYOUT.topics, LAYOUT.views, options=options, snapshots=snapshots)
    kinds = set(platforms(device(layout)).values())
    assert ({"switch", "number"} <= kinds, "image" in kinds) == (options, snapshots)


def test_what_is_gone_is_named_by_its_platform_alone() -> None:
    found = body({"yard.label": "sensor", "feeder.label": "sensor"})["components"]
    assert found["yard.label"] == {"platform": "sensor"}
    assert "unique_id" in found["feeder.label"], "what is there is not gone"


def test_an_announcement_has_its_message_and_its_birth_topic() -> None:
    announcement = Announcement(device(), {"yard.label": "sensor"})
    assert announcement.messages == discovery_messages(device(), {"yard.label": "sensor"})
    assert announcement.birth_topics == ("homeassistant/status",)


def test_a_label_that_is_no_utf_8_does_not_stop_the_announcement() -> None:
    layout = Layout(LAYOUT.topics, (ViewLayout("feeder", ("c\udce9t",)),))
    (message,) = discovery_messages(device(layout))
    assert json.loads(message.payload)


def test_a_view_with_an_area_has_a_message_of_its_own_behind_the_nodes() -> None:
    shown = {"gate": Presentation(("open", "shut"), name="Drive gate", area="Drive")}
    gone = {"gate.label": "sensor", "gate/label.ajar": "binary_sensor", "yard/label": "sensor"}
    found = device(presentations=shown, page="http://porch")
    node, own = discovery_messages(found, gone)
    assert (node.topic, own.topic) == discovery_topics(found)
    assert own.topic == "homeassistant/device/porch/gate/config"
    assert (own.qos, own.retain) == (1, True)

    of_node, of_view = json.loads(node.payload), json.loads(own.payload)
    assert of_node["device"]["configuration_url"] == "http://porch"
    assert of_view["device"] == {
        "identifiers": ["edgeclassify_porch/gate"],
        "name": "Drive gate",
        "model": "View",
        "manufacturer": "edgeclassify",
        "sw_version": "1.2.3",
        "via_device": "edgeclassify_porch",
        "suggested_area": "Drive",
    }
    assert of_node["components"]["gate.label"] == {"platform": "sensor"}, "it has moved"
    assert of_view["components"]["gate/label.ajar"] == {"platform": "binary_sensor"}
    assert "yard/label" not in of_node["components"].keys() | of_view["components"].keys(), "its topic is emptied"
    assert of_view["components"]["gate/label"]["name"] is None, "called as its device"
    assert of_view["components"]["gate/score"]["name"] == "Score"
    assert platforms(found).keys() == (of_node["components"].keys() | of_view["components"].keys()) - gone.keys()


@pytest.mark.parametrize(
    ("name", "expected"), [(None, "Front door score"), ("Porch", "Score"), ("Haus", "Haus score")]
)
def test_a_view_is_called_as_the_config_has_it(name: str | None, expected: str) -> None:
    layout = Layout(LAYOUT.topics, (ViewLayout("front_door"),))
    found = components(device(layout, presentations={"front_door": Presentation(name=name)}))
    assert found["front_door.score"]["name"] == expected


@pytest.mark.parametrize(
    ("count", "is_list"), [(0, False), (1, True), (MOST_OPTIONS, True), (MOST_OPTIONS + 1, False)]
)
def test_few_labels_are_options(count: int, is_list: bool) -> None:
    labels = tuple(f"label {i}" for i in range(count))
    assert Presentation(labels).options == (labels if is_list else ())
    found = components(device(presentations={"gate": Presentation(labels)}))["gate.label"]
    assert found.get("options") == (list(labels) if is_list else None)
    assert ("device_class" in found) is is_list


@pytest.mark.parametrize(("length", "is_list"), [(LONGEST_STATE, True), (LONGEST_STATE + 1, False)])
def test_what_is_no_state_is_no_option(length: int, is_list: bool) -> None:
    assert bool(Presentation(("x" * length,)).options) is is_list


def test_icon_and_class_of_the_binary_sensor() -> None:
    plain = Presentation(on=("open",), icon="mdi:gate")
    for shown, expected in ((plain, (None, "mdi:gate")), (replace(plain, device_class="door"), ("door", None))):
        found = components(device(presentations={"gate": shown}))
        assert (found["gate.on"].get("device_class"), found["gate.on"].get("icon")) == expected
        assert found["gate.label"]["icon"] == "mdi:gate"
    assert "gate.on" not in components(device(presentations={"gate": Presentation(icon="mdi:gate")}))


def test_counts_of_the_day_for_labels_that_are_listed_or_on() -> None:
    found = components(device(presentations={"feeder": Presentation(on=("dog", "cat"))}))
    counted = {name for name in found if name.startswith("feeder.") and "today" in name}
    slugs = {"cat", "dog", *(slug for slug in ViewLayout("x", ("猫",)).slugs.values())}
    assert counted == {f"feeder.{kind}.{slug}" for kind in ("today", "seconds_today") for slug in slugs}


def test_triggers_for_few_labels_and_for_a_stay_where_the_config_asks() -> None:
    def triggers(view: ViewLayout, **shown: Any) -> set[str]:
        layout = Layout(LAYOUT.topics, (view,))
        found = components(device(layout, presentations={"gate": Presentation(**shown)}))
        return {name.removeprefix("gate.trigger.") for name in found if name.startswith("gate.trigger.")}

    few = tuple("abcdefgh")
    assert len(few) == MOST_TRIGGERS
    assert triggers(ViewLayout("gate"), can_show=few) == {
        f"{kind}.{one}" for kind in ("start", "end") for one in few
    }
    assert triggers(ViewLayout("gate"), can_show=(*few, "i")) == set()
    listed = ViewLayout("gate", ("open",))
    assert triggers(listed, can_show=few, lasting=("open", "a")) == {"start.open", "end.open", "lasting.open"}
