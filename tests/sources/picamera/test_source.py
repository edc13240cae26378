"""The picamera2 source: what it says where picamera2 can't be had, and the real thing in the camera root.

The camera root is a Debian with the real libcamera and picamera2, whose camera is libcamera's virtual one:
tests/target/camera/build-root.sh ROOT, then EDGECLASSIFY_CAMERA_ROOT=ROOT.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from edgeclassify.errors import ExitStatus, SourceError
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.sources.picamera import devices, runtime
from edgeclassify.sources.picamera.settings import PicameraSettings
from edgeclassify.sources.picamera.source import PicameraSource
from tests.support.data import find_test_data

TARGET = Path(__file__).resolve().parents[2] / "target" / "camera"


class FailingImport(MetaPathFinder, Loader):
    """Makes `import picamera2` fail as told."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name == "picamera2" else None

    def create_module(self, spec: ModuleSpec) -> None:
        raise self.error

    def exec_module(self, module: ModuleType) -> None:
        """Never reached."""


@pytest.fixture
def failing_import(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    def install(error: Exception) -> None:
        monkeypatch.delitem(sys.modules, "picamera2", raising=False)
        monkeypatch.setattr(sys, "meta_path", [FailingImport(error), *sys.meta_path])

    return install


@pytest.mark.parametrize(
    ("error", "parts"),
    [
        (ModuleNotFoundError("No module named 'picamera2'", name="picamera2"), ("apt install python3-picamera2",)),
        (
            ModuleNotFoundError("No module named 'libcamera'", name="libcamera"),
            ("module libcamera", "system-site"),
        ),
        (
            ValueError("numpy.dtype size changed, may indicate binary incompatibility. Expected 96, got 88"),
            ("simplejpeg", "another numpy", "Expected 96, got 88"),
        ),
        (ImportError("libcamera.so.0.5: cannot open shared object file"), ("libcamera.so.0.5", "apt install")),
    ],
)
def test_picamera2_cannot_be_imported(
    failing_import: Callable[[Exception], None], error: Exception, parts: tuple[str, ...]
) -> None:
    failing_import(error)
    with pytest.raises(SourceError) as caught:
        PicameraSource("front").open()
    text = str(caught.value)
    assert "\n" not in text
    assert caught.value.exit_status is ExitStatus.UNAVAILABLE
    for part in ("picamera", *parts):
        assert part in text


def test_another_error_of_the_import_is_not_hidden(failing_import: Callable[[Exception], None]) -> None:
    failing_import(ValueError("something else"))
    with pytest.raises(ValueError, match="something else"):
        PicameraSource("front").open()


def test_before_open() -> None:
    source = PicameraSource("front", PicameraSettings(selector="1"))
    source.close()
    source.close()
    assert source.describe() == "picamera:1"
    with pytest.raises(SourceError, match="not open"):
        source.read(0.1)
    with pytest.raises(SourceError, match="not open") as caught:
        source.skip(0.1)
    assert not isinstance(caught.value, NoFrameInTimeError)


def test_a_close_that_does_not_return_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    started = time.monotonic()
    assert not devices.bounded(lambda: time.sleep(0.5), 0.05)
    assert time.monotonic() - started < 0.4
    assert devices.bounded(lambda: None, 1)

    def divide_by_zero() -> None:
        raise ZeroDivisionError("division by zero")

    assert not devices.bounded(divide_by_zero, 1)
    assert "division by zero" in caplog.text


def test_causes_stand_in_the_message() -> None:
    error = RuntimeError("Camera __init__ sequence did not complete.")
    error.__cause__ = OSError("Device or resource busy")
    assert runtime.chain(error) == "Camera __init__ sequence did not complete: Device or resource busy"


@pytest.fixture(scope="module")
def camera_root() -> Path:
    root = os.environ.get("EDGECLASSIFY_CAMERA_ROOT")
    if not root:
        pytest.skip("EDGECLASSIFY_CAMERA_ROOT names no camera root; tests/target/camera/build-root.sh makes one")
    if os.geteuid() != 0:
        pytest.skip("the camera root needs root rights")
    if not Path(root, "opt/camera/bin/python").exists():
        pytest.skip(f"{root} is no camera root; tests/target/camera/build-root.sh makes one")
    return Path(root)


def in_root(root: Path, script: str, *arguments: str, timeout_s: int = 100) -> dict[str, Any]:
    """What a script of tests/target/camera saw on the real picamera2 and libcamera."""
    done = subprocess.run(
        [TARGET / "run-in-root.sh", root, f"tests/target/camera/{script}", *arguments],
        env={**os.environ, "EDGECLASSIFY_TEST_DATA": str(find_test_data() or "")},
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    return seen


@pytest.fixture(scope="module")
def report(camera_root: Path) -> dict[str, Any]:
    return in_root(camera_root, "check_source.py", "200", "252", "10")


@pytest.mark.camera_root
class TestRealCamera:
    def test_frames_have_the_wanted_size_and_the_streams_layout(self, report: dict[str, Any]) -> None:
        first = report["first"]
        assert first["frames"] == 200
        assert (first["size"], first["format"], first["stride"]) == ([448, 252], "nv12", 448)
        assert first["shape"] == [378, 448]

    def test_frames_are_lent_not_copied(self, report: dict[str, Any]) -> None:
        assert report["first"]["copied"] == 0
        assert not report["first"]["writable"]

    def test_the_picture_is_libcameras_colour_bars(self, report: dict[str, Any]) -> None:
        for part in ("first", "main"):
            bars = report[part]["luma_columns"]
            assert len(bars) == 8
            assert (bars[0], bars[-1]) == (16, 235)

    def test_the_main_stream_of_the_same_moment(self, report: dict[str, Any]) -> None:
        assert report["main"]["size"] == [1280, 720]
        assert report["main"]["same_moment"]

    def test_sensor_timestamps_are_recent_rise_and_are_the_clock(self, report: dict[str, Any]) -> None:
        assert report["first"]["timestamps_rise"]
        assert report["first"]["clocks"] == 200
        assert 0 <= report["first"]["age_ms_max"] < 2000

    def test_closes_and_opens_again(self, report: dict[str, Any]) -> None:
        assert report["again"]["size"] == [448, 252]

    def test_no_rung_leaks_descriptors(self, report: dict[str, Any]) -> None:
        for part in ("restarted", "reopened", "recreated"):
            before, after = report[part]["open_files"]
            assert after <= before, part

    def test_a_read_that_timed_out_leaves_the_source_good(self, report: dict[str, Any]) -> None:
        assert report["timeouts"]["timed_out"] > 0
        assert report["timeouts"]["then_size"] == [448, 252]

    def test_what_is_lent_is_left_alone_and_never_starves_the_camera(self, report: dict[str, Any]) -> None:
        lending = report["lending"]
        assert (lending["lent"], lending["copied"]) == (3, 3)
        assert lending["unchanged"]
        assert lending["goes_on"] == 448
        assert lending["readable_after_close"]
        assert lending["main_after_close"] == 448  # of lores: main has gone with the camera
        assert lending["opens_again"] == 448
        assert lending["lent_again"] == 3

    def test_through_the_capture_thread(self, report: dict[str, Any]) -> None:
        thread = report["thread"]
        assert thread["ended"]
        assert 3 <= thread["taken"] <= 13
        assert thread["error"] == "None"

    def test_two_sources_of_one_camera(self, report: dict[str, Any]) -> None:
        assert "another [[camera]]" in report["second_user"]
        assert report["skipped"] is True  # the first one goes on

    def test_settings_while_it_runs(self, report: dict[str, Any]) -> None:
        adopted = report["adopted"]
        assert (adopted["nothing"], adopted["other_size"]) == (True, False)
        assert "controls.gain: expected a camera with AnalogueGain" in adopted["refused"]
        assert (adopted["hot"], adopted["back"]) == (True, True)
        assert adopted["applied"] == {"FrameDurationLimits": [25000, 25000], "FaceDetectMode": 1}
        assert adopted["applied_back"] == {}
        assert adopted["goes_on"] == 448

    @pytest.mark.parametrize(
        ("part", "words"),
        [
            ("absent_camera", ("SourceError: picamera:7", "1: Virtual Video Device (Virtual1)")),
            ("absent_model", ("SourceError: picamera:imx708", "ribbon cable")),
            ("missing_control", ("SourceSetupError", "LensPosition", "FrameDurationLimits")),
            ("missing_zoom", ("SourceSetupError", "ScalerCrop", "view's roi")),
            ("too_large", ("SourceSetupError", "at most 1280x720", "Nearest: [1280, 720]")),
            ("no_such_size", ("SourceSetupError", "found 700x500", "Nearest: [1280, 720]")),
        ],
    )
    def test_refusals(self, report: dict[str, Any], part: str, words: tuple[str, ...]) -> None:
        for word in words:
            assert word in report[part]


@pytest.mark.camera_root
def test_pictures_through_the_camera_have_the_top_label_of_their_files(camera_root: Path) -> None:
    """Wherever the file's own label is sure: others change with a grey level, which 4:2:0 costs already."""
    report = in_root(camera_root, "check_pictures.py")
    assert report["seen"] == report["pictures"] >= 3
    for model in report["models"].values():
        assert model["sure"] >= 2
        assert model["sure_same_as_file"] == model["sure"]
        assert model["same_as_file"] >= 0.85 * report["pictures"]
        assert model["main_same_as_lores"] == report["pictures"]


@pytest.mark.camera_root
def test_many_frames_with_flat_memory_and_open_files(camera_root: Path) -> None:
    report = in_root(camera_root, "check_endurance.py", "4000")
    assert report["frames"] == 4000
    assert report["restarts"] == 8
    first, last = report["rows"][2], report["rows"][-1]
    assert last["open_files"] <= first["open_files"]
    assert last["resident_kib"] - first["resident_kib"] < 6000
