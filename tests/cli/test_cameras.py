"""`edgeclassify cameras`: what it says of cameras, and where there is none."""

import json
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.cli.reports.cameras import camera_record, print_cameras
from edgeclassify.errors import ExitStatus
from edgeclassify.sources.picamera.devices import CameraInfo
from edgeclassify.sources.picamera.listing import ListedCamera, ListedControl, ListedMode
from edgeclassify.sources.video.listing import ListedDevice, list_devices
from edgeclassify.sources.video.v4l2 import Control, ControlType, Mode, V4l2Device

CSI = ListedCamera(
    CameraInfo(0, "imx708", "/base/soc/i2c0mux/i2c@1/imx708@1a"),
    (ListedMode(1536, 864, 120.13, False), ListedMode(4608, 2592, 14.35, True)),
    (
        ListedControl("AwbMode", 0, 7, 0, ("Auto", "Daylight")),
        ListedControl("ExposureTime", 60, 66666, 20000, ()),
        ListedControl("ScalerCrop", (0, 0, 64, 64), (0, 0, 4608, 2592), None, ()),
    ),
)
BUSY = ListedCamera(CameraInfo(1, "imx219", "/base/imx219"), fault="picamera:1: can't be opened")
USB = ListedDevice(
    Path("/dev/video0"),
    (Path("/dev/v4l/by-id/usb-046d_HD_Webcam-video-index0"),),
    V4l2Device("uvcvideo", "HD Webcam", "usb-1", True),
    (
        Mode("YUYV", 640, 480, (30.0, 15.0)),
        Mode("MJPG", 1280, 720, (30.0,)),
        Mode("NV12", 640, 480),
        Mode("MJPG", 1920, 1080, (30.0,), step=2, least=(32, 32)),
    ),
    (
        Control(1, "brightness", ControlType.INTEGER, 0, 255, 1, 128, 100, {}, True),
        Control(2, "auto_exposure", ControlType.MENU, 0, 3, 1, 3, 3, {1: "Manual Mode", 3: "Aperture"}, False),
    ),
    ("edgeclassify (pid 77)",),
)


def test_for_people(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    print_cameras([CSI, BUSY], [USB], "picamera: not here")
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "picamera:0  imx708",
        "  id        /base/soc/i2c0mux/i2c@1/imx708@1a",
        "  modes     1536x864 at 120 fps (a part of the view), 4608x2592 at 14.3 fps",
        "  controls  AwbMode: Auto, Daylight",
        "            ExposureTime: 60 to 66666; default 20000",
        "            ScalerCrop: (0, 0, 64, 64) to (0, 0, 4608, 2592); default None",
        "picamera:1  imx219",
        "  id     /base/imx219",
        "  fault  picamera:1: can't be opened",
        "v4l2:/dev/v4l/by-id/usb-046d_HD_Webcam-video-index0  HD Webcam (uvcvideo)",
        "  device     /dev/video0",
        "  in use by  edgeclassify (pid 77)",
        "  modes      YUYV: 640x480 at 30 fps",
        "             MJPG: 1280x720 at 30 fps, 32x32 to 1920x1080 at 30 fps",
        "             and NV12",
        "  controls   brightness: 0 to 255; default 128, now 100",
        "             auto_exposure: Manual Mode, Aperture; default Aperture (can't be set now)",
        "CSI cameras are not listed: picamera: not here",
    ]


def test_for_programs() -> None:
    record = json.loads(json.dumps(camera_record([CSI, BUSY], [USB], None)))
    assert record["picamera"][0]["source"] == "picamera:0"
    assert record["picamera"][0]["modes"][0] == {"width": 1536, "height": 864, "fps": 120.13, "full_view": False}
    assert record["picamera"][1]["fault"] == "picamera:1: can't be opened"
    assert record["v4l2"][0]["source"] == "v4l2:/dev/v4l/by-id/usb-046d_HD_Webcam-video-index0"
    assert record["v4l2"][0]["controls"][1]["menu"] == {"1": "Manual Mode", "3": "Aperture"}
    assert record["picamera_missing"] is None


def test_without_any_camera(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    if list_devices():
        pytest.skip("there is a camera here")
    assert main(["cameras"]) == ExitStatus.UNAVAILABLE
    said = capsys.readouterr()
    assert "no camera here" in said.err
    assert main(["cameras", "--json"]) == ExitStatus.UNAVAILABLE
    assert json.loads(capsys.readouterr().out)["v4l2"] == []


def test_a_node_that_can_not_be_asked(tmp_path: Path) -> None:
    (tmp_path / "video3").write_text("")
    (tmp_path / "video12").write_text("")
    assert [device.path.name for device in list_devices(tmp_path)] == ["video3", "video12"]
    assert "can't be asked" in str(list_devices(tmp_path)[0].fault)
