"""A model file that would end the daemon: refused at a reload, and the model before goes on."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from edgeclassify.errors import ExitStatus
from tests.daemon.service import Service
from tests.model.soundness.nets import quantized_net
from tests.model.soundness.test_check import with_input
from tests.model.tflite_files import tflite_bytes
from tests.support.waiting import patient, wait_for

pytestmark = pytest.mark.broker

GOOD = tflite_bytes(quantized_net())
DAMAGED = tflite_bytes(with_input(quantized_net(), "CONV_2D", 1, -1))

CRASHES = """
import os, sys
if any("trial_run.child" in word for word in sys.orig_argv) and os.path.exists(os.environ["TRIALS_CRASH"]):
    os.write(1, b"ready\\n")
    os.abort()
"""


@pytest.fixture
def model(service: Service) -> Path:
    """The daemon's model file, a good one; where the file "crash" lies beside it, every trial crashes."""
    path = service.folder / "m.tflite"
    path.write_bytes(GOOD)
    (service.folder / "labels.txt").write_text("a\nb\nc\nd\ne\n")
    (service.folder / "sitecustomize.py").write_text(CRASHES)
    service.environment |= {
        "PYTHONPATH": str(service.folder),
        "TRIALS_CRASH": str(service.folder / "crash"),
        "XDG_CACHE_HOME": str(service.folder / "cache"),
    }
    text = service.config.read_text()
    service.write(raw=text + f'[model]\nname = "{path}"\nlabels = "{service.folder / "labels.txt"}"\n')
    return path


def damage(model: Path) -> None:
    replacement = model.with_suffix(".new")
    replacement.write_bytes(DAMAGED)
    replacement.replace(model)


def crash_the_trial(model: Path) -> None:
    (model.parent / "crash").touch()
    model.write_bytes(GOOD + bytes(16))


def truncate_in_place(model: Path) -> None:
    os.truncate(model, 0)


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (damage, "operator 0 (CONV_2D): its input 1 is missing"),
        (crash_the_trial, "the runtime crashed on this model (SIGABRT)"),
        (truncate_in_place, "found an empty file"),
    ],
)
def test_a_reload_refuses_it(service: Service, model: Path, happens: Callable[[Path], None], words: str) -> None:
    service.start().told("READY=1")
    happens(model)
    service.told("WATCHDOG=1")
    assert service.process is not None
    service.process.send_signal(signal.SIGHUP)
    service.told("RELOADING=1")
    service.told("READY=1")
    service.told("WATCHDOG=1")  # goes on
    # Said after READY=1, while frames feed the watchdog.
    refusals = wait_for(lambda: [line for line in service.lines() if "reload refused" in line])
    assert len(refusals) == 1
    assert words in refusals[0]
    assert service.end()[0] == ExitStatus.OK


def test_a_start_with_it_ends_with_a_message(service: Service, model: Path) -> None:
    damage(model)
    process = service.start().process
    assert process is not None
    assert process.wait(patient(30)) == ExitStatus.DATA
    assert "Traceback" not in service.log.read_text()
