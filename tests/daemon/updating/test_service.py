"""Updates of a real daemon with a real broker and a real web server."""

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeclassify import model as model_package
from edgeclassify.updates.interface import GateRules, Manifest
from edgeclassify.updates.manifest import manifest_bytes
from edgeclassify.updates.signature import new_private_key, public_key_of, signed
from tests.daemon.service import Service
from tests.support.broker import Mosquitto, Observer
from tests.support.waiting import wait_for
from tests.updates.made import model
from tests.updates.web_server import Web, web_server

KEY = new_private_key()
TFLITE = (Path(model_package.__file__).parent / "builtin" / "mobilenet_v2_64.tflite").read_bytes()
LABELS = (Path(model_package.__file__).parent / "builtin" / "labels.txt").read_bytes()
GATE = GateRules(seconds=3.0, most_offline_s=1.5)
CONFIG = '[model]\nname = "${UPDATE}/m.tflite"\nlabels = "${UPDATE}/labels.txt"\n'
WAIT_S = 60.0
CRASHES = """
import os, sys
if any("trial_run.child" in word for word in sys.orig_argv) and os.path.exists(os.environ["TRIALS_CRASH"]):
    os.write(1, b"ready\\n")
    os.abort()
"""

pytestmark = [pytest.mark.broker, pytest.mark.slow]


class Fleet:
    """One node, and what its owner puts on the web server."""

    def __init__(self, service: Service, web: Web, observer: Observer) -> None:
        self.service, self.web, self.observer = service, web, observer
        service.write()
        text = service.config.read_text().replace(
            "[mqtt]",
            f'health_interval_s = 1\n[updates]\nurl = "{web.url}/fleet/update"\n'
            f'public_key = "{public_key_of(KEY)}"\n'
            "interval_s = 10\n[mqtt]",
        )
        service.config.write_text(text)

    def publish(self, tflite: bytes = TFLITE, **changes: Any) -> None:
        self.web.files |= {"/fleet/models/m.tflite": tflite, "/fleet/models/labels.txt": LABELS}
        models = (model(tflite), model(LABELS, "labels.txt"))
        made = replace(Manifest("june", 7, config=CONFIG, models=models, gate=GATE), **changes)
        self.web.files["/fleet/update"] = signed(manifest_bytes(made), KEY)

    def update(self) -> dict[str, Any]:
        """What the node's newest health says."""
        found = self.observer.of("porch/health")
        return (json.loads(found[-1])["update"] or {}) if found and found[-1] else {}

    def becomes(self, state: str) -> dict[str, Any]:
        wait_for(lambda: self.update().get("state") == state, WAIT_S)
        return self.update()

    @property
    def record(self) -> dict[str, Any]:
        return dict(json.loads((self.service.folder / "state" / "updates" / "state.json").read_text()))


@pytest.fixture
def fleet(service: Service, broker: Mosquitto) -> Iterator[Fleet]:
    observer = Observer(broker.port).start()
    with web_server() as web:
        yield Fleet(service, web, observer)
    observer.stop()


def test_a_good_one_is_kept_over_a_kill_in_its_watch(fleet: Fleet) -> None:
    fleet.publish(gate=GateRules(seconds=6.0, most_offline_s=5.0))
    fleet.service.start()
    fleet.becomes("watched")
    fleet.service.end(signal.SIGKILL)
    fleet.observer.received.clear()
    fleet.service.start()
    assert fleet.becomes("kept") == {"id": "june", "version": 7, "state": "kept", "reason": None}
    assert fleet.record["running"]["version"] == 7
    assert fleet.service.end()[0] == 0
    assert fleet.record["watched"] is None


def test_what_a_reload_refuses_is_refused(fleet: Fleet) -> None:
    folder = fleet.service.folder
    (folder / "sitecustomize.py").write_text(CRASHES)
    fleet.service.environment |= {
        "PYTHONPATH": str(folder),
        "TRIALS_CRASH": str(folder / "crash"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    fleet.publish(config=CONFIG + '[view_]\nname = "x"\n')
    fleet.service.start()
    assert "view_" in fleet.becomes("refused")["reason"]
    fleet.publish(tflite=TFLITE[: len(TFLITE) // 2], version=8, id="july")
    assert fleet.service.process is not None
    fleet.service.process.send_signal(signal.SIGHUP)  # it looks at once
    wait_for(lambda: fleet.update().get("version") == 8 and fleet.update()["state"] == "refused", WAIT_S)
    assert "m.tflite" in fleet.update()["reason"]
    (folder / "crash").touch()
    fleet.publish(version=9, id="august")
    fleet.service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: fleet.update().get("version") == 9 and fleet.update()["state"] == "refused", WAIT_S)
    assert "crashed on this model" in fleet.update()["reason"]
    assert fleet.service.process.poll() is None


def test_a_view_that_goes_offline_undoes_it(fleet: Fleet) -> None:
    fleet.web.files["/camera.png"] = (fleet.service.photos / "0.png").read_bytes()
    config = fleet.service.config
    config.write_text(config.read_text().replace("images:photos", f"images:{fleet.web.url}/camera.png"))
    fleet.publish(gate=GateRules(seconds=60.0, most_offline_s=1.5))
    fleet.service.start()
    fleet.becomes("watched")
    fleet.web.status = 500
    found = fleet.becomes("rolled_back")
    assert found["reason"] == "view gate was online before, and is offline for 1.5 s"
    assert fleet.record["running"] is None
    assert fleet.service.process is not None
    assert fleet.service.process.poll() is None
