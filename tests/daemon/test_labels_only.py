"""A node that is set to labels only sends no pixel and stores none, whatever happens and whatever is asked of it.

The proof looks at everything: all messages of a real broker, and all files that the daemon leaves. The same search
is then shown to find the pictures of a node that may take some.
"""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edgeclassify.errors import ExitStatus
from tests.daemon.service import Service
from tests.support.broker import Mosquitto, Observer
from tests.support.waiting import patient, wait_for

pytestmark = pytest.mark.broker

IMAGE_FILE = re.compile(rb"\xff\xd8\xff[\xdb\xe0-\xef\xfe]|\x89PNG\r\n\x1a\n|RIFF....WEBP", re.DOTALL)
IN_BASE64 = re.compile(rb"/9j/[2-4]|iVBORw0KGgo|UklGR")
LARGEST_MESSAGE = 16_384
"""Bytes; the longest without pictures is Home Assistant's discovery. A frame of the test has 57,600."""
COMMANDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("snapshot", {"view": "gate"}), ("classify_now", {"view": "gate"}), ("info", {}), ("models", {}),
)  # fmt: skip


@pytest.fixture
def observer(broker: Mosquitto) -> Iterator[Observer]:
    made = Observer(broker.port, "#").start()
    yield made
    made.stop()


def config(port: int, *, labels_only: bool, snapshots: bool) -> str:
    answer = {True: "true", False: "false"}
    return (
        f'[node]\nname = "porch"\nstate_dir = "state"\nlabels_only = {answer[labels_only]}\n'
        f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\nresults = true\nresults_interval_s = 0\n'
        f"[snapshot]\nmqtt = {answer[snapshots]}\ndisk = {answer[snapshots]}\nmin_free_bytes = 0\n"
        '[[camera]]\nname = "front"\nsource = "images:photos"\ninterval_s = 0.05\nloop = true\n'
        # Noise is nothing that a model knows: with this threshold whatever is best enters at once.
        '[[view]]\nname = "gate"\nthreshold_enter = 0.01\nthreshold_exit = 0.001\nconfirm_s = 0\n'
    )


def run_and_ask(service: Service, observer: Observer) -> dict[str, dict[str, Any]]:
    """Let events happen, ask for everything that could give a picture, and stop: the answers by command."""
    service.start().told("READY=1")
    wait_for(lambda: len(observer.of("gate/event")) >= 3 and len(observer.of("gate/result")) >= 10, 30)
    for command, body in COMMANDS:
        payload = json.dumps({"transaction": command, **body}).encode()
        observer.publish(f"edgeclassify/porch/request/{command}", payload, retain=False)
    wait_for(lambda: all(observer.of(f"response/{command}") for command, _ in COMMANDS), 30)
    status, _ = service.end()
    assert status == ExitStatus.OK, service.lines()
    return {command: json.loads(observer.of(f"response/{command}")[0]) for command, _ in COMMANDS}


def pixel_runs(photos: Path) -> list[bytes]:
    """Pieces of the frames as they lie in memory, in the orders that the daemon uses."""
    runs = []
    for path in sorted(photos.iterdir()):
        bgr = cv2.imread(str(path))
        assert bgr is not None
        for pixels in (bgr, np.ascontiguousarray(bgr[:, :, ::-1])):
            runs += [pixels[row].tobytes()[:24] for row in range(0, pixels.shape[0], 10)]
    return runs


def shows_pixels(data: bytes, runs: list[bytes]) -> bool:
    coded = (base64.b64encode(run) for run in runs)
    is_file = IMAGE_FILE.search(data) or IN_BASE64.search(data)
    return bool(is_file) or any(run in data for run in (*runs, *coded))


def pictures(service: Service, observer: Observer) -> tuple[list[str], list[str]]:
    """Topics and files in which there are pixels."""
    runs = pixel_runs(service.photos)
    topics = [message.topic for message in list(observer.received) if shows_pixels(message.payload, runs)]
    files = [path for path in (service.folder / "state").rglob("*") if path.is_file()]
    assert files, "the daemon keeps its event numbers, at least"
    return topics, [str(path) for path in files if shows_pixels(path.read_bytes(), runs)]


def test_labels_only_sends_and_stores_no_pixel(service: Service, observer: Observer) -> None:
    service.write(raw=config(service.port, labels_only=True, snapshots=False))
    answers = run_and_ask(service, observer)
    assert pictures(service, observer) == ([], [])
    assert max(len(message.payload) for message in observer.received) < LARGEST_MESSAGE
    assert not [topic for topic in observer.topics() if topic.endswith("/snapshot") and "/request/" not in topic
                and "/response/" not in topic]  # fmt: skip
    assert answers["snapshot"]["status"] == "error"
    assert "node.labels_only" in answers["snapshot"]["error"]
    assert {answers[command]["status"] for command, _ in COMMANDS[1:]} == {"ok"}
    assert not (service.folder / "state" / "snapshots").exists()


def test_the_same_search_finds_the_pictures_of_another_node(service: Service, observer: Observer) -> None:
    service.write(raw=config(service.port, labels_only=False, snapshots=True))
    answers = run_and_ask(service, observer)
    topics, files = pictures(service, observer)
    assert set(topics) == {"edgeclassify/porch/gate/snapshot"}
    assert files
    state = service.folder / "state"
    elsewhere = [path for path in files if Path(path).parent != state / "snapshots" / "gate"]
    assert elsewhere == [str(state / "looks.sqlite")]
    assert answers["snapshot"]["status"] == "ok"
    assert answers["snapshot"]["data"]["published"]
    assert answers["snapshot"]["data"]["path"] in files


@pytest.mark.parametrize("key", ["mqtt", "disk"])
def test_labels_only_and_snapshots_contradict_each_other(service: Service, key: str) -> None:
    text = config(service.port, labels_only=True, snapshots=False)
    service.write(raw=text.replace(f"\n{key} = false", f"\n{key} = true"))
    service.start()
    assert service.process is not None
    assert service.process.wait(patient(20)) == ExitStatus.CONFIG
    log = "\n".join(service.lines())
    assert f"snapshot.{key}" in log
    assert "node.labels_only" in log
    assert "Traceback" not in log
