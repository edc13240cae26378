"""The figures for monitors, of a real daemon."""

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from prometheus_client.openmetrics import parser as open_metrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from edgeclassify.files.folder_condition import FolderCondition, condition_of
from edgeclassify.health import CameraHealth, Health
from edgeclassify.web.api.metric_names import OF_CAMERAS, OF_NODE
from tests.support.waiting import wait_for
from tests.web.live_node import Lamp, LiveNode


@pytest.fixture
def node(tmp_path: Path) -> Iterator[LiveNode]:
    with LiveNode(tmp_path) as made:
        yield made


def samples(node: LiveNode) -> dict[tuple[str, str], float]:
    """(Name, the values of its labels by their names) → value."""
    with node.asked("/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        families = list(read_text(answer.read().decode()))
    return {
        (sample.name, ",".join(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_figures_of_node_cameras_and_views(node: LiveNode) -> None:
    wait_for(lambda: ("edgeclassify_view_score", "gate") in samples(node))
    found = samples(node)
    assert found["edgeclassify_frames_total", ""] > 0
    assert found["edgeclassify_frames_per_second", ""] > 0
    folders = {one: found["edgeclassify_state_folder", one] for one in FolderCondition}
    assert sum(folders.values()) == 1
    assert folders[condition_of(node.folder)] == 1
    assert found["edgeclassify_camera_up", "front"] == 1
    assert found["edgeclassify_camera_frames_total", "front"] > 0
    assert found["edgeclassify_view_online", "gate"] == 1
    assert found["edgeclassify_view_label", "day,gate"] == 1
    assert found["edgeclassify_view_score", "gate"] > 0.99
    assert ("edgeclassify_webhook_connected", "") not in found  # there is no webhook
    node.lamp.brightness = 0
    wait_for(lambda: samples(node).get(("edgeclassify_view_label", "night,gate")) == 1)


def test_who_looks_is_counted(node: LiveNode) -> None:
    with node.asked("/api/stream") as stream, node.asked("/api/cameras/front/stream.mjpeg") as pictures:
        stream.read(10)
        pictures.read(10)
        found = samples(node)
    assert found["edgeclassify_page_listeners", ""] == 1
    assert found["edgeclassify_page_viewers", ""] == 1
    assert found["edgeclassify_page_pictures_total", ""] >= 1
    wait_for(lambda: samples(node)["edgeclassify_page_viewers", ""] == 0)
    wait_for(lambda: samples(node)["edgeclassify_page_listeners", ""] == 0)


def test_it_speaks_open_metrics_too(node: LiveNode) -> None:
    with node.asked("/metrics", Accept="application/openmetrics-text; version=1.0.0") as answer:
        assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
        names = {
            family.name
            for family in open_metrics.text_string_to_metric_families(answer.read().decode())  # type: ignore[no-untyped-call]
        }
    assert "edgeclassify_frames" in names


def test_no_figure_is_forgotten() -> None:
    # No number; those of the state folder and the broker have names of their own.
    words = {"ts", "cameras", "state_folder", "broker", "broker_lacks", "slowed_by", "update"}
    assert set(OF_NODE) == {one.name for one in fields(Health)} - words
    others = {"name", "state", "profile", "error", "fresh_processes"}
    assert set(OF_CAMERAS) == {one.name for one in fields(CameraHealth)} - others


def test_figures_are_called_as_by_the_exporter_of_mqtt() -> None:
    file = Path(__file__).parents[3] / "config/prometheus/mqtt-exporter.yaml"
    for metric in yaml.safe_load(file.read_text())["metrics"]:
        named = OF_NODE[metric["mqtt_name"]]
        assert metric["prom_name"] == f"edgeclassify_{named.name}" + ("_total" if named.counts else "")
        assert metric["type"] == ("counter" if named.counts else "gauge")


def test_a_monitor_hears_one_word(node: LiveNode) -> None:
    wait_for(lambda: node.status("/healthz") == 200)
    assert node.get("/healthz") == {"status": "ok"}


def test_a_monitor_hears_of_a_node_that_sees_nothing(tmp_path: Path) -> None:
    node = LiveNode(tmp_path)
    node.lamps["front"] = lamp = Lamp("front")
    lamp.is_lost = True
    with node:
        with node.asked("/healthz") as answer:
            assert (answer.status, json.loads(answer.read())) == (503, {"status": "down"})
        lamp.is_lost = False
        wait_for(lambda: node.status("/healthz") == 200)
