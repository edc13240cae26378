"""Cameras: rights to their devices, and a picture of each, unless the daemon has it."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from edgeclassify.doctor.cameras import found
from edgeclassify.doctor.cameras.each import look_at_each
from edgeclassify.doctor.interface import Standing
from edgeclassify.doctor.software.child import Told
from edgeclassify.files.rights import Account
from edgeclassify.service.sandbox import Service
from tests.doctor.looked_at import around, config_of, places

NOBODY = Service(Account("nobody", 65534, frozenset({65534})), Path("/nonexistent"), {})
CSI = '[[camera]]\nname = "csi"\nsource = "picamera:0"\n'
RUNS = {"ActiveState": "active", "StatusText": "5 frames a second"}


def picture(path: Path, light: int) -> Path:
    cv2.imwrite(str(path), np.full((48, 64, 3), light, np.uint8))
    return path


def test_a_picture_of_each(tmp_path: Path) -> None:
    light, dark = picture(tmp_path / "light.png", 128), picture(tmp_path / "dark.png", 0)
    cameras = {"one": f"images:{light}", "two": f"images:{dark}", "three": f"images:{tmp_path}/none.png",
               "four": f"watch:{tmp_path}", "five": "http://user:hidden-words@127.0.0.1:1/x.mjpg"}  # fmt: skip
    text = "".join(f'[[camera]]\nname = "{name}"\nsource = "{source}"\n' for name, source in cameras.items())
    findings = look_at_each(around(config_of(text + _views(cameras))))
    assert {finding.subject: str(finding.standing) for finding in findings} == {
        "one": "ok", "two": "warning", "three": "fault", "four": "ok", "five": "fault",
    }  # fmt: skip
    assert findings[0].found.startswith("64x48")
    assert not any("hidden-words" in finding.found for finding in findings)


def _views(cameras: dict[str, str]) -> str:
    return "".join(f'[[view]]\nname = "v{name}"\ncamera = "{name}"\n' for name in cameras)


def test_what_the_daemon_has_is_left_to_it() -> None:
    (finding,) = look_at_each(around(config_of(CSI), shown=RUNS))
    assert finding.standing is Standing.UNKNOWN
    assert "5 frames a second" in finding.found
    (stream,) = look_at_each(around(config_of('[[camera]]\nsource = "rtsp://cam/1"\n'), shown=RUNS))
    assert stream.standing is Standing.UNKNOWN
    (beside,) = look_at_each(around(config_of('[[camera]]\nsource = "synthetic:"\n'), beside_daemon=True))
    assert beside.standing is Standing.UNKNOWN


def test_rights_to_the_devices(tmp_path: Path) -> None:
    there = places(tmp_path, dev__video0="", dev__media0="", dev__dma_heap__linux_cma="")
    for node in ("video0", "media0", "dma_heap/linux_cma"):
        (there.dev / node).chmod(0o660)
    asked = around(config_of(CSI), places=there, service=NOBODY)
    (finding,) = found.look_at_rights(asked)
    assert finding.standing is Standing.FAULT
    assert "video0" in finding.found
    assert "SupplementaryGroups" in (finding.remedy or "")
    for node in ("video0", "media0", "dma_heap/linux_cma"):
        (there.dev / node).chmod(0o666)
    # Folders above may be closed to nobody: then the devices are not what is in his way.
    (opened,) = found.look_at_rights(around(config_of(CSI), places=there))
    assert opened.standing is Standing.OK


def test_no_device_is_needed_for_a_stream() -> None:
    (finding,) = found.look_at_rights(around(config_of('[[camera]]\nsource = "synthetic:"\n')))
    assert finding.standing is Standing.OK


def test_a_csi_camera_that_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "libcamera", lambda: Told({"libcamera": "0.5.2", "cameras": []}))
    (finding,) = found.look_at_cameras(around(config_of(CSI)))
    assert finding.standing is Standing.FAULT
    assert "cable" in (finding.remedy or "")
    csi = [{"number": 0, "model": "imx708", "id": "/base/soc/i2c"}]
    monkeypatch.setattr(found, "libcamera", lambda: Told({"libcamera": "0.5.2", "cameras": csi}))
    (finding,) = found.look_at_cameras(around(config_of(CSI)))
    assert (finding.standing, finding.found) == (Standing.OK, "picamera:0 (imx708)")


def test_picamera2_is_only_missed_where_it_is_needed() -> None:
    """The child is real: picamera2 is not in the environment of the tests."""
    found.libcamera.cache_clear()
    (needed,) = found.look_at_software(around(config_of(CSI)))
    (spared,) = found.look_at_software(around(config_of('[[camera]]\nsource = "synthetic:"\n')))
    assert spared.standing is Standing.OK
    if needed.standing is not Standing.OK:
        assert needed.standing is Standing.FAULT
        assert "python3-picamera2" in (needed.remedy or "")
