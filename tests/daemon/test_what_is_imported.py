"""A daemon has nothing in memory of what its config does not name and nobody asks it for."""

import subprocess
import sys

import pytest

from tests.support.waiting import patient

PROGRAM = """
import sys
import edgeclassify.daemon, edgeclassify.daemon.publishing
print("\\n".join(sys.modules))
"""


@pytest.fixture(scope="module")
def imported() -> frozenset[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=patient(120)
    )
    return frozenset(done.stdout.split())


@pytest.mark.parametrize(
    "room",
    [
        "edgeclassify.contract.responses.answers",
        "edgeclassify.contract.responses.carried",
        "edgeclassify.contract.responses.teaching",
        "edgeclassify.contract.requests.reading",
        "edgeclassify.contract.requests.teaching",
        "edgeclassify.daemon.teaching.orders",
        "edgeclassify.model.opening.taught",
        "edgeclassify.model.trial_run.trial",
        "edgeclassify.pictures",
        "edgeclassify.recording.format.writer",
        "edgeclassify.recording.running.frame_recording",
        "edgeclassify.recording.running.running_recording",
        "edgeclassify.scene.checks",
        "edgeclassify.scene.examiner",
        "edgeclassify.scene.motion",
        "edgeclassify.teaching.looks.taker",
        "edgeclassify.teaching.fitting",
        "edgeclassify.teaching.store",
        "edgeclassify.config.layers",
        "edgeclassify.daemon.updating",
        "edgeclassify.updates",
        "edgeclassify.web",
        "edgeclassify.publish.history.sink",
        "edgeclassify.publish.mqtt.sink",
        "paho",
        "requests",
        "edgeclassify.publish.webhook",
        "edgeclassify.publish.snapshots",
        "edgeclassify.sources.images",
        "edgeclassify.sources.network",
        "edgeclassify.sources.picamera",
        "edgeclassify.sources.synthetic",
        "edgeclassify.sources.video",
    ],
)
def test_what_is_for_few_comes_when_it_is_asked_for(room: str, imported: frozenset[str]) -> None:
    assert "edgeclassify.daemon.supervisor" in imported
    assert not [name for name in imported if name == room or name.startswith(f"{room}.")]


def test_pictures_of_a_folder_need_nothing_that_fetches_them() -> None:
    program = "import sys\nfrom edgeclassify.sources.images.source import ImagesSource\n" + (
        "ImagesSource('camera', '/pictures')\nprint('edgeclassify.sources.http' in sys.modules)\n"
        "ImagesSource('camera', 'http://127.0.0.1/a.jpg')\nprint('edgeclassify.sources.http' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=patient(120)
    )
    assert done.stdout.split() == ["False", "True"]
