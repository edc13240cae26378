"""Which camera is meant, and who has one open."""

import os
import subprocess
import sys
from concurrent.futures import CancelledError
from pathlib import Path
from types import ModuleType

import pytest

from edgeclassify.errors import SourceError, SourceSetupError, SourceUnusableError
from edgeclassify.sources.picamera.devices import CameraInfo, abandon, find
from edgeclassify.sources.picamera.runtime import check_age
from edgeclassify.sources.support import device_users
from edgeclassify.sources.support.device_users import users_of
from tests.support.optional import present

ONE = CameraInfo(0, "imx708", "/base/axi/pcie@120000/rp1/i2c@88000/imx708@1a")
TWO = CameraInfo(1, "imx219", "/base/axi/pcie@120000/rp1/i2c@80000/imx219@10")
THREE = CameraInfo(2, "imx219", "/base/axi/pcie@120000/rp1/i2c@70000/imx219@10")


@pytest.mark.parametrize(
    ("selector", "found"),
    [("", ONE), ("0", ONE), ("1", TWO), ("imx708", ONE), (THREE.id, THREE), ("i2c@80000/imx219@10", TWO)],
)
def test_by_number_model_or_id(selector: str, found: CameraInfo) -> None:
    assert find(selector, [ONE, TWO, THREE]) == found


def test_two_of_one_model() -> None:
    with pytest.raises(SourceSetupError) as caught:
        find("imx219", [ONE, TWO, THREE])
    assert "found 2 of that model" in str(caught.value)
    assert "by number or id" in str(caught.value)


@pytest.mark.parametrize("selector", ["7", "imx500", "i2c@99999"])
def test_none(selector: str) -> None:
    with pytest.raises(SourceError) as caught:
        find(selector, [ONE, TWO])
    assert f"picamera:{selector}" in str(caught.value)
    assert "0: imx708" in str(caught.value)
    assert "ribbon cable" in str(caught.value)
    with pytest.raises(SourceError, match="found no camera"):
        find("0", [])


class WaitingPicam:
    """Has a job that waits for a frame, and ends it only when it is told to."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def cancel_all_and_flush(self) -> None:
        self.said.append("cancel")

    def wait(self, job: object, timeout: float) -> None:
        self.said.append("wait")
        if "cancel" not in self.said:
            raise TimeoutError
        raise CancelledError


def test_a_job_that_waits_is_taken_back_before_anybody_waits_for_it() -> None:
    picam = WaitingPicam()
    abandon(picam, object())
    assert picam.said == ["cancel", "wait"]


def test_an_old_picamera2_is_told_apart() -> None:
    class Picamera2:
        def wait(self, job: object) -> None:
            pass

    class MappedArray:
        def __init__(self, request: object, stream: str) -> None:
            pass

    old = ModuleType("picamera2")
    vars(old).update(Picamera2=Picamera2, MappedArray=MappedArray)
    with pytest.raises(SourceUnusableError, match=r"0\.3\.18 or later.*full-upgrade"):
        check_age(old)


def test_the_program_that_has_a_device_open(tmp_path: Path) -> None:
    device = tmp_path / "video0"
    device.write_text("")
    assert "fuser" in users_of(str(device))
    code = f"import sys; f = open({str(device)!r}); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        present(program.stdout).readline()
        said = users_of(str(tmp_path / "video*"))
        present(program.stdin).close()
    assert f"(pid {program.pid})" in said
    assert "python" in said


def test_our_own_use_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path / "video0"
    with device.open("w"):
        assert str(os.getpid()) not in users_of(str(device))
    monkeypatch.setattr(device_users, "PROC", tmp_path)  # nothing may be read there
    assert "another program" in users_of(str(device))
