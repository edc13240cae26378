"""V4L2 devices: what is said where there is none, and the real thing in a virtual machine.

The virtual machine is a Debian kernel with its V4L2 test devices: tests/target/vm/build-vm.sh FOLDER, then
EDGECLASSIFY_VM=FOLDER.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.errors import AbsentError, ExitStatus, SourceSetupError, SourceUnusableError
from edgeclassify.sources.video.device import DeviceSource
from tests.sources.video.common import one_message
from tests.support.waiting import patient

TARGET = Path(__file__).resolve().parents[2] / "target" / "vm"
PHOTOS = Path(__file__).resolve().parents[3] / "edgeclassify" / "demo" / "photos"


def test_missing(tmp_path: Path) -> None:
    path = tmp_path / "video9"
    with pytest.raises(AbsentError) as caught:
        DeviceSource("front", str(path)).open()
    assert one_message(caught.value, path, "plugged in")
    assert caught.value.exit_status is ExitStatus.UNAVAILABLE


def test_no_device(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("")
    with pytest.raises(SourceSetupError, match="file or folder"):
        DeviceSource("front", str(tmp_path / "a.mp4")).open()


def test_a_device_that_is_no_camera(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SourceSetupError) as caught:
        DeviceSource("front", "/dev/null").open()
    assert one_message(caught.value, "/dev/null", "another kind")
    assert capfd.readouterr().err == ""


def test_not_permitted(tmp_path: Path, unprivileged: Callable[[], AbstractContextManager[None]]) -> None:
    node = tmp_path / "video0"
    try:
        os.mknod(node, 0o020600, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("making a device node needs root")
    with unprivileged(), pytest.raises(SourceUnusableError) as caught:
        DeviceSource("front", str(node)).open()
    assert one_message(caught.value, node, "usermod -aG video")


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """What tests/target/vm/check_device.py saw on real V4L2 devices."""
    folder = os.environ.get("EDGECLASSIFY_VM")
    if not folder:
        pytest.skip("EDGECLASSIFY_VM names no virtual machine; tests/target/vm/build-vm.sh makes one")
    done = subprocess.run(
        [
            TARGET / "run-in-vm.sh", folder, sys.executable, "-m", "tests.target.vm.check_device",
            PHOTOS / "cat.jpg", PHOTOS / "espresso.jpg",
        ],
        env={**os.environ, "VM_TIMEOUT": str(int(patient(280))), "VM_LOOPBACK": "video_nr=10 exclusive_caps=1"},
        capture_output=True,
        text=True,
        timeout=patient(300),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    seen: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    return seen


@pytest.mark.vm
@pytest.mark.timeout(patient(320))
class TestRealDevice:
    def test_what_the_kernel_tells(self, report: dict[str, Any]) -> None:
        seen = report["inspected"]
        assert (seen["driver"], seen["captures"]) == ("vivid", True)
        assert "YUYV" in seen["formats"]
        assert [640, 480] in [row[:2] for row in seen["sizes_yuyv"]]
        assert seen["brightness"] == [0, 255, 128]
        assert "Menu Item 3" in seen["menu"].values()

    @pytest.mark.parametrize(
        ("part", "mode"),
        [
            ("auto", ["YUYV", 640, 360]),
            ("wanted", ["YUYV", 640, 480]),
            ("size", ["YUYV", 1280, 720]),
        ],
    )
    def test_frames(self, report: dict[str, Any], part: str, mode: list[Any]) -> None:
        seen = report[part]
        assert seen["mode"] == mode
        assert seen["shape"] == [mode[2], mode[1], 3]
        assert seen["clocks"] == 10
        assert seen["ages_ms"][0] > -101
        assert seen["ages_ms"][1] < 2000

    def test_frame_rate(self, report: dict[str, Any]) -> None:
        assert report["size"]["interval_s"] == pytest.approx(0.2)

    def test_refusals_name_the_nearest(self, report: dict[str, Any]) -> None:
        assert "Nearest: [640, 480]" in report["no_such_size"]
        assert "expected one of YUYV" in report["no_such_format"]
        assert "fps: expected at most" in report["no_such_rate"]
        assert report["absent"].startswith("AbsentError: /dev/video97")

    def test_in_use_by_another_program(self, report: dict[str, Any]) -> None:
        busy = report["busy"]
        assert f"(pid {busy['pid']})" in busy["said"]
        assert busy["afterwards"] is None

    def test_controls(self, report: dict[str, Any]) -> None:
        seen = report["controls"]
        assert seen["before"] == 128
        assert seen["at_open"] == [200, 10]
        assert seen["adopted"] is True
        assert seen["hot"] == [50, 128]
        assert 'Did you mean "brightness"?' in seen["unknown"]
        assert "0 to 255; found 999" in seen["range"]
        assert 'Did you mean "100% Colorbar"?' in seen["menu"]

    def test_a_read_gives_up_in_time(self, report: dict[str, Any]) -> None:
        assert all(0.29 < waited < 1 for waited in report["read_timeout"]["waited_s"])
        assert report["read_timeout"]["back"]

    @pytest.mark.parametrize(("part", "reason"), [("stall", "no new frame for 2 s"), ("unplugged", "has gone")])
    def test_the_ladder_brings_it_back(self, report: dict[str, Any], part: str, reason: str) -> None:
        seen = report[part]
        assert reason in seen["error"]
        assert seen["told"] == [True, False, True]
        assert seen["noticed_s"] < 5
        assert seen["back_s"] < 15
        assert seen["reopens"] >= 1
        assert seen["ended"]
        assert seen["last_error"] == "None"

    def test_opening_again_leaks_nothing(self, report: dict[str, Any]) -> None:
        before, after = report["leak"]["open_files"]
        assert after <= before

    def test_mjpg_is_decoded_no_larger_than_needed_and_in_full_for_people(self, report: dict[str, Any]) -> None:
        if "loopback" not in report:
            pytest.skip("v4l2loopback could not be built: no device with MJPG")
        seen = report["loopback"]["frames"]
        assert seen["mode"] == ["MJPG", 1280, 720]
        assert seen["shape"] == [360, 640, 3]
        assert seen["main"] == [720, 1280, 3]
        assert "expected one of MJPG" in report["loopback"]["yuyv"]
        assert "Nearest: [1280, 720]" in report["loopback"]["size"]
