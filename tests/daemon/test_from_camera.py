"""The daemon on the real picamera2 and libcamera, whose virtual camera shows a photo of a cat.

Needs the camera root: tests/target/camera/build-root.sh ROOT, then EDGECLASSIFY_CAMERA_ROOT=ROOT.
"""

import json
import os
import subprocess

import pytest

from tests.support.data import ROOT


@pytest.mark.camera_root
def test_a_cat_before_the_camera_is_published_as_a_cat() -> None:
    root = os.environ.get("EDGECLASSIFY_CAMERA_ROOT")
    if not root:
        pytest.skip("EDGECLASSIFY_CAMERA_ROOT names no camera root (tests/target/camera/build-root.sh)")
    run = ROOT / "tests" / "target" / "camera" / "run-in-root.sh"
    command = ["bash", str(run), root, "tests/target/camera/check_daemon.py", "20"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    messages = [line.split(" ", 1) for line in done.stdout.splitlines() if line.startswith("edgeclassify/")]
    assert ["edgeclassify/root/table/availability", "online"] in messages
    events = [json.loads(body) for topic, body in messages if topic.endswith("/event")]
    assert [event["event_type"] for event in events if event["event_type"] != "update"] == ["start", "end"]
    assert "cat" in events[0]["label"].lower() or events[0]["label"] == "tabby"
