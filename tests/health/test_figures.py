"""From the one line of a figure follows all that is made of it."""

import dataclasses
import gc
import json
from typing import Any, get_args, get_type_hints

import pytest

from edgeclassify import machine
from edgeclassify.contract import bodies
from edgeclassify.contract.layout import Layout
from edgeclassify.contract.topics import Topics
from edgeclassify.health import CameraHealth, Health, HealthMonitor
from edgeclassify.health.figures import BATTERY_VOLTS, ENTITIES, FIGURES, GOVERNED
from edgeclassify.publish.home_assistant.device import Device
from edgeclassify.publish.home_assistant.discovery import components
from edgeclassify.types import CameraState
from tests.publish.records import health

NAMES = [field.name for field in dataclasses.fields(Health)]


def report() -> Health:
    return HealthMonitor().report(dropped=1, restarts=2, spool_depth=3, spool_dropped=4, spool_on_disk=True)


def test_the_body_has_each_figure_in_its_order() -> None:
    assert list(FIGURES) == NAMES
    assert list(json.loads(bodies.Health.of(health()).encode())) == ["v", *NAMES]
    assert list(bodies.Figures.of(health()).content()) == NAMES


def test_the_schema_says_what_each_figure_is() -> None:
    properties = bodies.Health.model_json_schema()["properties"]
    assert {name: properties[name]["description"] for name in NAMES} == {
        name: figure.text for name, figure in FIGURES.items()
    }


def test_a_figure_of_a_camera_is_told_in_its_place_with_its_text() -> None:
    lines = {field.name: field.metadata["figure"].text for field in dataclasses.fields(CameraHealth)}
    properties = bodies.CameraFigures.model_json_schema()["properties"]
    assert {name: found["description"] for name, found in properties.items()} == lines
    told: dict[str, Any] = dict.fromkeys(lines, 0)
    told |= {"name": "front", "state": CameraState.RUNNING, "profile": "day", "error": None}
    body = bodies.CameraFigures.of(CameraHealth(**told)).encode()
    assert json.loads(body) == told
    assert list(json.loads(body)) == list(lines)
    bodies.CameraFigures.model_validate_json(body)


def test_each_state_of_a_camera_is_in_the_schema() -> None:
    states = bodies.CameraFigures.model_json_schema()["properties"]["state"]["enum"]
    assert states == [state.value for state in CameraState]


def test_what_may_be_unknown_is_null_in_the_body() -> None:
    kinds = get_type_hints(Health)
    unknown: dict[str, Any] = {name: None for name in NAMES if type(None) in get_args(kinds[name])}
    assert {"temperature_c", "throttled", "frame_age_s"} <= set(unknown)
    body = json.loads(bodies.Health.of(health(**unknown)).encode())
    assert {name: body[name] for name in unknown} == unknown
    bodies.Health.model_validate(body)


def test_only_a_figure_with_a_default_may_be_missing_from_an_older_node() -> None:
    body = json.loads(bodies.Health.of(health()).encode())
    for field in dataclasses.fields(Health):
        older = {name: value for name, value in body.items() if name != field.name}
        if field.default is not dataclasses.MISSING and field.name != "cameras":
            bodies.Health.model_validate(older)
            continue
        with pytest.raises(ValueError, match=field.name):
            bodies.Health.model_validate(older)


def test_what_the_machine_tells_is_read_for_each_report() -> None:
    found = report()
    assert found.rss_bytes is not None
    assert found.bytes_written == machine.bytes_written()
    assert (found.dropped, found.restarts, found.spool_depth, found.spool_dropped) == (1, 2, 3, 4)
    assert report().ts >= found.ts > 1_700_000_000


def test_home_assistant_gets_the_entities_in_their_order() -> None:
    layout = Layout(Topics("edgeclassify", "porch"), ())
    every = frozenset(entity.feature for entity in ENTITIES.values() if entity.feature is not None)
    found = components(Device(layout, "homeassistant", "Porch", "1.2.3", features=every))
    assert list(found) == ["connected", *(f"health.{name}" for name in ENTITIES)]
    assert [entity.place for entity in ENTITIES.values()] == sorted(entity.place for entity in ENTITIES.values())
    for name, entity in ENTITIES.items():
        shown = found[f"health.{name}"]
        assert (shown["platform"], shown["name"]) == (entity.platform, entity.name)
        part = f"{{{{ (value_json['{name}'] or {{}})['{entity.part}'] | default(None) }}}}"
        assert shown["value_template"] == (f"{{{{ value_json.{name} }}}}" if entity.part is None else part)
        assert entity.config.items() <= shown.items()


def test_home_assistant_hears_of_a_governor_and_a_battery_where_there_is_one() -> None:
    layout = Layout(Topics("edgeclassify", "porch"), ())

    def shown(*features: str) -> set[str]:
        device = Device(layout, "homeassistant", "Porch", "1.2.3", features=frozenset(features))
        return set(components(device)) & {"health.slowdown", "health.battery_percent", "health.battery_volts"}

    assert shown() == set()
    assert shown(GOVERNED) == {"health.slowdown"}
    assert shown(GOVERNED, BATTERY_VOLTS) == {"health.slowdown", "health.battery_volts"}


def test_a_report_leaves_nothing_that_python_has_to_look_for() -> None:
    """It looks rarely in a daemon: what refers to itself would add up for hours."""
    monitor = HealthMonitor()

    def read() -> None:
        monitor.report(dropped=1, restarts=2, spool_depth=3, spool_dropped=4, spool_on_disk=True)

    for _ in range(2):
        read()
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(50):
            read()
        assert len(gc.get_objects()) - before < 50
    finally:
        gc.enable()
