"""`edgeclassify snapshot` on the synthetic camera: the picture, the figures, and what is refused."""

import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify import demo
from edgeclassify.__main__ import main
from edgeclassify.cli.snapshot import watch_focus
from edgeclassify.errors import ExitStatus
from edgeclassify.pixels import sharpness
from edgeclassify.sources.images.reading import load_frame
from tests.support.sources import ScriptedSource
from tests.support.waiting import patient

PHOTO = Path(demo.__file__).parent / "photos" / "cat.jpg"
CONFIG = f"""
[[camera]]
name = "front"
source = "synthetic:?size=640x480&fps=50&picture={PHOTO}"
[[camera]]
name = "back"
source = "synthetic:?size=320x240&fps=50"
[[view]]
name = "table"
camera = "front"
roi = [0.25, 0.25, 0.5, 0.5]
[[view]]
name = "whole"
camera = "front"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "edgeclassify.toml"
    path.write_text(CONFIG)
    return path


def snapshot(*arguments: str | Path) -> int:
    return main(["snapshot", "--settle", "0.1", *map(str, arguments)])


def read_image(path: Path) -> NDArray[np.uint8]:
    image = cv2.imread(str(path))
    assert image is not None
    return np.asarray(image, np.uint8)


def test_a_picture_with_the_views_outlined(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "front.jpg"
    assert snapshot("--config", config, "--camera", "front", file) == ExitStatus.OK
    picture = read_image(file)
    assert picture.shape == (480, 640, 3)
    plain = tmp_path / "plain.jpg"
    assert snapshot("--source", f"synthetic:?size=640x480&fps=50&picture={PHOTO}", plain) == ExitStatus.OK
    difference = np.abs(picture.astype(int) - read_image(plain)).max(axis=2)
    edge, inside = difference[118:124, 162:478], difference[300:350, 300:400]
    assert edge.max() > 60
    assert inside.max() < 30
    said = capsys.readouterr().out.splitlines()[0]
    assert said.startswith(f"{file}: 640x480, focus ")
    assert "brightness 0." in said


def test_focus_is_larger_for_a_sharper_picture() -> None:
    frame = load_frame(PHOTO)
    from dataclasses import replace

    figures = [sharpness(frame)]
    for sigma in (1, 2, 4):
        figures.append(sharpness(replace(frame, pixels=cv2.GaussianBlur(frame.pixels, (0, 0), sigma))))
    assert figures == sorted(figures, reverse=True)
    dimmed = replace(frame, pixels=(frame.pixels // np.uint8(2)))
    assert sharpness(dimmed) == pytest.approx(figures[0], rel=0.1)
    flat = replace(frame, pixels=np.zeros_like(frame.pixels))
    assert sharpness(flat) == 0


def three_frames() -> ScriptedSource:
    """An open camera at whose fourth frame somebody presses Ctrl-C."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    source = ScriptedSource([*[load_frame(PHOTO)] * 3, interrupt])
    source.open()
    return source


def test_watch_prints_the_focus_until_it_is_interrupted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    watch_focus(three_frames(), 0.0)
    said = capsys.readouterr().out
    assert said.count("\rfocus") == 3
    assert said.count("\n") == 1, "one line, written over, and its end"
    assert "best" in said
    assert "█" in said


@pytest.mark.parametrize(("pause", "lines"), [(0.0, 3), (60.0, 1)])
def test_watch_prints_lines_where_nobody_sees_it_written_over(
    capsys: pytest.CaptureFixture[str],
    pause: float,
    lines: int,
) -> None:
    watch_focus(three_frames(), 0.0, line_s=pause)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == lines
    assert all(re.fullmatch(r"focus +\d+\.\d\d  best +\d+\.\d\d  brightness \d\.\d\d", line) for line in said)


def test_watch_ends_quietly_when_its_reader_goes_away() -> None:
    command = (
        f"{sys.executable} -m edgeclassify snapshot --settle 0 --watch --source 'synthetic:?fps=50' | head -2"
    )
    with subprocess.Popen(["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as shell:
        out, errors = shell.communicate(timeout=patient(30))
    assert out.count(b"focus") == 2
    assert errors == b""


@pytest.mark.parametrize(
    ("arguments", "status", "parts"),
    [
        ((), ExitStatus.USAGE, ("FILE",)),
        (("a.png",), ExitStatus.USAGE, (".jpg", "a.png")),
        (("a.jpg",), ExitStatus.USAGE, ("--camera", "front, back")),
        (("--camera", "frnt", "a.jpg"), ExitStatus.USAGE, ('Did you mean "front"?',)),
        (("--source", "synthetc:", "a.jpg"), ExitStatus.CONFIG, ("synthetic:",)),
        (("--source", "v4l2:/dev/video97", "a.jpg"), ExitStatus.UNAVAILABLE, ("/dev/video97",)),
        (("--source", "images:/nowhere.jpg", "a.jpg"), ExitStatus.NO_INPUT, ("/nowhere.jpg",)),
        (("--source", "synthetic:?fps=50", "/nowhere/a.jpg"), ExitStatus.CANNOT_WRITE, ("/nowhere/a.jpg",)),
    ],
)
def test_refusals(
    config: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    status: ExitStatus,
    parts: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    if "/nowhere/a.jpg" in arguments:
        (tmp_path / "file").write_text("")
        arguments = (*arguments[:-1], str(tmp_path / "file" / "a.jpg"))
        parts = (arguments[-1],)
    assert snapshot("--config", config, *arguments) == status
    said = capsys.readouterr().err
    assert "Traceback" not in said
    for part in parts:
        assert part in said


def test_no_picture_where_none_may_be_stored(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(f"[node]\nlabels_only = true\n{CONFIG}")
    file = tmp_path / "a.jpg"
    assert snapshot("--config", config, "--camera", "front", file) == ExitStatus.USAGE
    assert "labels_only" in capsys.readouterr().err
    assert not file.exists()


def test_no_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("edgeclassify.preflight.one_frame.PATIENCE_S", 0.2)
    file = tmp_path / "a.jpg"
    assert snapshot("--source", "synthetic:?fps=50&faults=stall@0:never", file) == ExitStatus.UNAVAILABLE
    assert "no frame within 0.2 s" in capsys.readouterr().err
