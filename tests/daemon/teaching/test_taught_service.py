"""A taught model in the service as systemd runs it: a process of its own, a real broker, the built-in network.

What is taught by it, beside it and by a command decides at once.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.errors import ExitStatus
from edgeclassify.model.taught.places import MANIFEST, resolve_taught
from edgeclassify.teaching.interface import Picture
from edgeclassify.teaching.teacher import Teacher
from tests.daemon.service import Service
from tests.support.broker import Mosquitto, Observer
from tests.support.lessons import CAT, ESPRESSO, TRIPOD, part_of, write_parts
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker

HOUR_S = 3600.0
PICTURES = 4
"""That the camera shows, one after the other."""


class Pets:
    """A service whose view decides by the taught model "pets", which knows cats and cups; and who asks it."""

    def __init__(self, service: Service, observer: Observer, models: Path) -> None:
        self.service, self.observer = service, observer
        service.environment["EDGECLASSIFY_MODELS"] = str(models)
        for path in service.photos.iterdir():
            path.unlink()
        self._asked = 0
        self.teach("cat", CAT)
        self.teach("cup", ESPRESSO)
        with Teacher("pets") as teacher:
            teacher.fit()

    def teach(self, label: str, photo: str, count: int = 6, first: int = 100) -> None:
        """Beside the daemon."""
        pictures = [Picture(part_of(photo, n), photo, captured_at=n * HOUR_S) for n in range(first, first + count)]
        with Teacher("pets") as teacher:
            teacher.add(label, pictures)

    def show(self, photo: str, pictures: int = PICTURES) -> None:
        """What the camera sees from now on."""
        made = write_parts(self.service.folder / "made", photo, pictures)
        for number in range(pictures):
            (made / f"{photo}{number}.png").replace(self.service.photos / f"{number}.png")

    def start(
        self, photo: str, camera: str = "interval_s = 0.05", view: str = "", pictures: int = PICTURES
    ) -> None:
        """`camera`, `view`: further keys of those."""
        self.show(photo, pictures)
        service = self.service
        service.write(
            raw=(
                f'[node]\nname = "porch"\nstate_dir = "state"\n[mqtt]\nhost = "127.0.0.1"\nport = {service.port}\n'
                f'[[camera]]\nname = "front"\nsource = "images:photos"\nloop = true\n{camera}\n'
                f'[model]\nname = "pets"\n[[view]]\nname = "gate"\nconfirm_s = 0\n{view}\n'
            )
        )
        service.start().told("READY=1")

    # --- what is seen of it ----------------------------------------------------------------------------

    @property
    def label(self) -> str | None:
        """What the view shows."""
        states = self.observer.of("gate/state")
        return json.loads(states[-1])["label"] if states else None

    @property
    def states(self) -> int:
        return len(self.observer.of("gate/state"))

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(payload) for payload in self.observer.of("gate/event")]

    def ask(self, command: str, **body: Any) -> dict[str, Any]:
        """The data of the answer."""
        self._asked += 1
        topic = f"edgeclassify/porch/request/teach/{command}"
        self.observer.publish(topic, json.dumps({"transaction": self._asked, **body}).encode(), False)

        def answers() -> list[dict[str, Any]]:
            found = map(json.loads, self.observer.of(f"/response/teach/{command}"))
            return [one for one in found if one["transaction"] == self._asked]

        wait_for(answers, 30)
        (answer,) = answers()
        assert answer["error"] is None, answer
        data: dict[str, Any] = answer["data"]
        return data


@pytest.fixture
def pets(service: Service, broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pets]:
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))
    observer = Observer(broker.port, "#").start()
    yield Pets(service, observer, tmp_path / "models")
    observer.stop()


def test_a_head_that_a_command_fits_decides_at_once_and_what_is_there_stays(pets: Pets) -> None:
    pets.start(CAT)
    wait_for(lambda: pets.label == "cat", 30)
    pets.teach("cup", ESPRESSO, 2, first=200)
    before = pets.states

    command = [sys.executable, "-m", "edgeclassify", "teach", "pets", "fit"]
    done = subprocess.run(command, env={**pets.service.environment, "PATH": ""}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()

    wait_for(lambda: pets.states > before, 10)
    assert pets.label == "cat"
    assert [event["event_type"] for event in pets.events] == ["start"]
    assert any("pets: another head decides from now on" in line for line in pets.service.lines())
    assert not any("config reloaded" in line for line in pets.service.lines())
    assert pets.service.end()[0] == ExitStatus.OK


def test_a_new_class_is_taught_over_mqtt_by_what_the_view_shows(pets: Pets) -> None:
    pets.start(CAT)
    wait_for(lambda: pets.label == "cat", 30)
    pets.show(TRIPOD)
    wait_for(lambda: pets.label == "unknown", 30)

    def taught() -> int:
        labels = {one["label"]: one["examples"] for one in pets.ask("add", label="tripod")["labels"]}
        return int(labels["tripod"])

    wait_for(lambda: taught() == PICTURES, 60)
    assert pets.ask("fit")["in_views"] == ["gate"]
    wait_for(lambda: pets.label == "tripod", 30)
    assert pets.ask("list")["models"][0]["views"] == ["gate"]
    wait_for(lambda: b'"tripod"' in pets.observer.of("homeassistant/device/porch/config")[-1])
    assert pets.observer.of("porch/status") == [b"online"], "the connection stays"
    assert pets.service.end()[0] == ExitStatus.OK


def test_an_event_that_was_wrong_makes_it_better(pets: Pets) -> None:
    pets.start(CAT)
    wait_for(lambda: pets.events, 30)
    (start,) = pets.events
    before = pets.states

    corrected = pets.ask("correct", event_id=start["id"], label="cup")

    assert corrected["fit"]["in_views"] == ["gate"]
    wait_for(lambda: pets.states > before, 10)
    example = pets.ask("list", model="pets", label="cup")["examples"][-1]
    assert (example["event_id"], example["was"], example["view"]) == (start["id"], "cat", "gate")
    fitted = pets.states
    pets.ask("undo")
    wait_for(lambda: pets.states > fitted, 10)
    assert pets.service.end()[0] == ExitStatus.OK


def swap(model: str) -> None:
    """What was a cat is a cup from now on, and the other way round."""
    with Teacher(model) as teacher:
        examples = teacher.manifest().examples
        cats, cups = ([one.id for one in examples if one.label == label] for label in ("cat", "cup"))
        teacher.move(cats, "cup")
        teacher.move(cups, "cat")
        teacher.fit()


@pytest.mark.parametrize(
    "keys",
    [
        {"camera": "interval_s = 3600"},
        {"camera": "interval_s = 0.05", "view": "motion = { gate = true, max_interval_s = 600 }"},
    ],
    ids=["a picture an hour", "nothing moves"],
)
def test_what_was_decided_of_a_picture_is_decided_anew_at_once(pets: Pets, keys: dict[str, str]) -> None:
    pets.start(CAT, **keys, pictures=1)
    wait_for(lambda: pets.label == "cat", 30)
    swap("pets")
    wait_for(lambda: pets.label == "cup", 20)
    wait_for(lambda: len(pets.events) >= 3)  # a state goes out before the event
    assert [event["label"] for event in pets.events] == ["cat", "cat", "cup"]
    assert [event["why"].get("reason") for event in pets.events] == [None, "replaced", None]
    assert pets.service.end()[0] == ExitStatus.OK


def test_a_head_that_is_damaged_is_said_and_the_one_before_goes_on(pets: Pets) -> None:
    pets.start(CAT)
    wait_for(lambda: pets.label == "cat", 30)
    folder = resolve_taught("pets")
    for path in (folder / MANIFEST, *(folder / "versions").iterdir()):
        path.write_bytes(b"{")
    wait_for(lambda: any("a new head can't be taken over" in line for line in pets.service.lines()), 10)

    pets.show(ESPRESSO)
    wait_for(lambda: pets.label == "cup", 30)
    assert len([line for line in pets.service.lines() if "can't be taken over" in line]) == 1
    assert pets.service.end()[0] == ExitStatus.OK
