"""What a daemon says of itself: the first line of its log, its status, its broker."""

import logging
from pathlib import Path
from typing import Any

import pytest

from edgeclassify import __version__
from edgeclassify.config import MqttConfig
from edgeclassify.contract.layout import Layout
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.mqtt.sink import MqttSink
from edgeclassify.publish.spool.memory import MemorySpool
from tests.daemon.bench import Bench, view
from tests.support.sinks import RecordingSink
from tests.support.waiting import wait_for


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_what_runs_is_said_in_one_line_without_secrets(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(RecordingSink, "describe", lambda _: "broker broker.local:1883, history")
    cameras = [
        {"name": "front", "source": "synthetic:"},
        {"name": "back", "source": "rtsp://cam:hunter2@host/live"},
    ]
    bench.document["camera"] = cameras
    bench.document["view"] = [
        view("gate", camera="front"),
        view("door", camera="back"),
        view("yard", camera="back", model={"name": "own.tflite"}),
    ]
    bench.start()
    assert bench.raised is None
    wait_for(lambda: bench.sink.of("state"))
    bench.stop()
    (line,) = [record.getMessage() for record in caplog.records if __version__ in record.getMessage()]
    assert line == (
        f"edgeclassify {__version__}, config test.toml: cameras front (synthetic), back (rtsp); "
        f"models builtin for gate, door, {bench.folder}/own.tflite for yard; runtime fake 1.0; "
        "broker broker.local:1883, history"
    )


def test_the_status_tells_of_a_refused_reload_until_a_good_one(bench: Bench) -> None:
    bench.start()

    def status() -> str:
        return [line for line in bench.notifier.told if line.startswith("STATUS=")][-1]

    good = dict(bench.document)
    assert "refused" not in status()
    wait_for(lambda: bench.sink.of("state"))
    bench.document = {**good, "nonsense": 1, "camera": []}
    bench.reload()
    assert "cameras: front running; the last reload was refused: test.toml: 2 faults" in status()
    assert "\n" not in status()
    bench.document = {**good, **{f"nonsense{i}": i for i in range(100)}}
    bench.reload()
    assert "test.toml: 100 faults" in status()
    assert len(status()) < 400
    bench.document = good
    bench.reload()
    assert "refused" not in status()
    bench.stop()


@pytest.mark.parametrize(
    ("host", "tls", "said"),
    [
        ("broker.local", None, "broker broker.local:1883"),
        ("fe80::1", None, "broker [fe80::1]:1883"),
        ("broker.local", {}, "broker broker.local:8883 (TLS)"),
    ],
)
def test_a_broker_in_few_words(host: str, tls: dict[str, str] | None, said: str) -> None:
    document: dict[str, Any] = {"host": host} if tls is None else {"host": host, "tls": tls, "port": 8883}
    config = MqttConfig.model_validate(document)
    sink = MqttSink(config=config, layout=Layout(Topics("e", "n"), ()), spool=MemorySpool())
    assert sink.describe() == said
    sink.stop(0.1)
