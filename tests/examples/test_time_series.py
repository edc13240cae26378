"""What reads our messages into time series: a real exporter for Prometheus, and the names in Telegraf's config."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from edgeclassify.contract import outgoing
from edgeclassify.contract.topics import Topics
from tests.publish.records import health
from tests.support.broker import HOST, Mosquitto, Observer, free_port
from tests.support.waiting import patient, wait_for

EXPORTER = Path("config/prometheus/mqtt-exporter.yaml")
TELEGRAF = Path("config/telegraf/edgeclassify.conf")
SCHEMAS = Path("docs/contract/schemas")
TOPICS = Topics("edgeclassify", "gatecam")
OF_TOPIC = {
    TOPICS.event("gate"): "event",
    TOPICS.history("gate"): "historical-event",
    TOPICS.state("gate"): "state",
    TOPICS.health: "health",
}
GO_TIME = re.compile(r"2006-01-02T15:04:05\.999Z07:00")


def properties(schema: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{schema}.schema.json").read_text())
    return found


def telegraf_inputs() -> list[dict[str, Any]]:
    inputs: list[dict[str, Any]] = tomllib.loads(TELEGRAF.read_text())["inputs"]["mqtt_consumer"]
    return inputs


def schemas_of(telegraf: dict[str, Any]) -> list[dict[str, Any]]:
    """Of what is published where this input listens."""
    patterns = [re.compile(topic.replace("+", "[^/]+")) for topic in telegraf["topics"]]
    return [
        properties(name)
        for topic, name in OF_TOPIC.items()
        if any(pattern.fullmatch(topic) for pattern in patterns)
    ]


def fields_of(schema: dict[str, Any]) -> set[str]:
    """The names that a flattened message has: a key in an object is joined to that by "_"."""
    found = set()
    for name, value in schema["properties"].items():
        inner = schema.get("$defs", {}).get(value.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
        found |= {name, *(f"{name}_{key}" for key in inner)}
    return found


@pytest.mark.broker
def test_prometheus_gets_the_figures_of_each_node(broker: Mosquitto, tmp_path: Path) -> None:
    program = shutil.which("prometheus-mqtt-exporter")
    if program is None:
        pytest.skip("prometheus-mqtt-exporter is not installed (Debian: apt-get install prometheus-mqtt-exporter)")
    config = tmp_path / "exporter.yaml"
    config.write_text(EXPORTER.read_text().replace("localhost:1883", f"{HOST}:{broker.port}"))
    port = free_port()
    command = [program, "-config", str(config), "-listen-address", HOST, "-listen-port", str(port)]
    sender = Observer(broker.port, "nothing").start()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as exporter:
        try:
            for node, frames in (("gatecam", 4711), ("feeder", 12)):
                message = outgoing.health_message(Topics("edgeclassify", node), health(frames=frames, fps=3.5))
                sender.publish(message.topic, message.payload, retain=True)

            def figures() -> str:
                try:
                    return requests.get(f"http://{HOST}:{port}/metrics", timeout=patient(5)).text
                except requests.RequestException:
                    return ""

            wait_for(lambda: len(re.findall(r"^edgeclassify_frames_total\{", figures(), re.M)) == 2, 30)
            text = figures()
        finally:
            exporter.terminate()
            sender.stop()
    assert re.search(
        r'^edgeclassify_frames_total\{sensor="gatecam",topic="edgeclassify/gatecam/health"\} 4711\b', text, re.M
    )
    assert re.search(r'^edgeclassify_frames_per_second\{sensor="feeder".*\} 3.5\b', text, re.M)
    wanted = {metric["prom_name"] for metric in yaml.safe_load(EXPORTER.read_text())["metrics"]}
    there = set(re.findall(r"^(edgeclassify_\w+)\{", text, re.M))
    full = json.loads(message.payload)
    null = {
        m["prom_name"] for m in yaml.safe_load(EXPORTER.read_text())["metrics"] if full[m["mqtt_name"]] is None
    }
    assert there == wanted - null


def test_the_exporter_asks_for_figures_that_there_are() -> None:
    metrics = yaml.safe_load(EXPORTER.read_text())["metrics"]
    known = properties("health")["properties"]
    assert [metric["mqtt_name"] for metric in metrics if metric["mqtt_name"] not in known] == []


def test_telegraf_listens_where_we_publish_and_names_what_is_in_it() -> None:
    heard = [
        schema["$id"] if "$id" in schema else schema["title"]
        for one in telegraf_inputs()
        for schema in schemas_of(one)
    ]
    assert len(heard) == len(OF_TOPIC)
    for one in telegraf_inputs():
        for schema in schemas_of(one):
            named = {*one.get("tag_keys", ()), *one.get("json_string_fields", ()), one["json_time_key"]}
            assert named - fields_of(schema) == set()
        assert GO_TIME.fullmatch(one["json_time_format"])
        (parsing,) = one["topic_parsing"]
        levels = {len(topic.split("/")) for topic in one["topics"]}
        assert levels == {len(parsing["tags"].split("/"))} == {len(parsing["topic"].split("/"))}
