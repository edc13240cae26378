"""The daemon on the real picamera2 and libcamera, whose virtual camera shows a photo of a cat.

Needs the camera root: tests/target/camera/build-root.sh ROOT, then EDGECLASSIFY_CAMERA_ROOT=ROOT.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.support import write_or_execute
from tests.support.data import ROOT
from tests.support.waiting import patient


@pytest.mark.camera_root
@pytest.mark.parametrize("closed", [False, True], ids=["as it is", "MemoryDenyWriteExecute="])
def test_a_cat_before_the_camera_is_published_as_a_cat(closed: bool) -> None:
    root = os.environ.get("EDGECLASSIFY_CAMERA_ROOT")
    if not root:
        pytest.skip("EDGECLASSIFY_CAMERA_ROOT names no camera root (tests/target/camera/build-root.sh)")
    run = ROOT / "tests" / "target" / "camera" / "run-in-root.sh"
    command = ["bash", str(run), root, "tests/target/camera/check_daemon.py", "20"]
    if closed:
        command = [sys.executable, write_or_execute.__file__, *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=patient(100))
    if closed and done.returncode == write_or_execute.UNKNOWN:
        pytest.skip("this kernel does not refuse memory that is written and executed (before Linux 6.3)")
    assert done.returncode == 0, done.stdout + done.stderr
    messages = [line.split(" ", 1) for line in done.stdout.splitlines() if line.startswith("edgeclassify/")]
    assert ["edgeclassify/root/table/availability", "online"] in messages
    events = [json.loads(body) for topic, body in messages if topic.endswith("/event")]
    assert [event["event_type"] for event in events if event["event_type"] != "update"] == ["start", "end"]
    assert "cat" in events[0]["label"].lower() or events[0]["label"] == "tabby"
