"""The example programs of the library, run as a reader runs them."""

import csv
import importlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.__main__ import main
from edgeclassify.demo import demo_photos
from tests.support.waiting import patient

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
LINES_OF_THE_SCRIPT = 3


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    with demo_photos() as bundled:
        shutil.copytree(bundled, folder)
    (folder / "damaged.jpg").write_text("text")
    return folder


def run(program: str, *arguments: str, cwd: Path, fails: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / program), *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=patient(100),
    )
    assert (done.returncode != 0) == fails, done.stderr
    return done.stderr if fails else done.stdout


@pytest.mark.data
def test_the_script_of_three_lines(
    test_data: Path, tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))
    assert main(["models", "fetch", "mobilenet_v2", "--from", str(test_data / "models")]) == 0
    said = run("three_lines.py", "photos/espresso.jpg", cwd=tmp_path).splitlines()
    assert said[0] == "photos/espresso.jpg"
    assert said[1].endswith("espresso")
    assert len(said) == 6
    text = (EXAMPLES / "three_lines.py").read_text(encoding="utf-8").split('"""')[2]
    code = [line for line in text.splitlines() if line and line != "import sys"]
    assert len(code) == LINES_OF_THE_SCRIPT


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """4.5 s of 10 frames each: two seconds of a cat, then coffee."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240))
    with demo_photos() as folder:
        for name, count in (("cat", 20), ("espresso", 25)):
            frame = cv2.resize(np.asarray(cv2.imread(str(folder / f"{name}.jpg"))), (320, 240))
            for _ in range(count):
                writer.write(frame)
    writer.release()
    return path


def test_a_film_as_csv(film: Path, tmp_path: Path) -> None:
    rows = list(csv.DictReader(run("video_to_csv.py", film.name, cwd=tmp_path).splitlines()))
    assert [float(row["time_s"]) for row in rows] == pytest.approx([0, 1, 2, 3, 4], abs=0.15)
    labels = [row["label"] for row in rows]
    assert all(label.endswith("cat") for label in labels[:2])
    assert labels[2:] == ["espresso"] * 3
    assert all(0 < float(row["score"]) <= 1 for row in rows)


def test_what_is_no_film(tmp_path: Path, photos: Path) -> None:
    said = run("video_to_csv.py", "photos/damaged.jpg", cwd=tmp_path, fails=True)
    assert "photos/damaged.jpg: not a video that OpenCV can read" in said
    assert "Traceback" not in said


def test_a_folder_as_a_table(photos: Path, tmp_path: Path) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    said = run("folder_to_dataframe.py", "photos", cwd=tmp_path)
    lines = said.splitlines()
    assert lines[0].split() == ["file", "label", "score", "error"]
    assert any("photos/espresso.jpg" in line and " espresso " in line for line in lines)
    assert any("photos/damaged.jpg" in line and "expected an image" in line for line in lines)


class Camera:
    """A Picamera2 as far as the program uses one. Rows of its buffers are padded, as a Pi 5 pads them."""

    def __init__(self, frames: list[NDArray[np.uint8]]) -> None:
        self._frames, self._size, self.calls = iter(frames), (0, 0), list[str]()

    def create_video_configuration(self, main: dict[str, Any]) -> dict[str, Any]:
        assert main["format"] == "YUV420"
        return {"main": main}

    def configure(self, configuration: dict[str, Any]) -> None:
        self._size = configuration["main"]["size"]

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")

    def capture_array(self, name: str = "main") -> NDArray[np.uint8]:
        assert (name, self.calls) == ("main", ["start"])
        frame = next(self._frames, None)
        if frame is None:
            raise KeyboardInterrupt
        width, height = self._size
        yuv = cv2.cvtColor(cv2.resize(frame, self._size), cv2.COLOR_BGR2YUV_I420)
        padded = np.full((height * 3 // 2, width + 64), 77, np.uint8)
        padded[:height, :width] = yuv[:height]
        chroma = padded[height:].reshape(2, height // 2, -1)
        chroma[:, :, : width // 2] = yuv[height:].reshape(2, height // 2, width // 2)
        return padded


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    yield
    sys.modules.pop("picamera2_loop", None)


@pytest.mark.usefixtures("unloaded")
def test_a_camera_in_a_loop(
    photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cat, coffee = (np.asarray(cv2.imread(str(photos / name)), np.uint8) for name in ("cat.jpg", "espresso.jpg"))
    nothing = np.full_like(cat, 128)
    camera = Camera([nothing, nothing, coffee, coffee, cat, coffee])
    module: Any = type(sys)("picamera2")
    module.Picamera2 = lambda: camera
    monkeypatch.setitem(sys.modules, "picamera2", module)
    monkeypatch.setattr(sys, "argv", ["picamera2_loop.py"])
    importlib.import_module("picamera2_loop")
    said = [line.rpartition(" (")[0] for line in capsys.readouterr().out.splitlines()]
    assert said[-1] == "espresso"
    assert said[-2].endswith("cat")
    assert said.count("espresso") == 2
    assert camera.calls == ["start", "stop"]
