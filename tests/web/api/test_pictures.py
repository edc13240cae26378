"""What cameras show, over HTTP: to browsers, and to programs that others look with."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from edgeclassify.types import Pixels
from edgeclassify.web.api import pictures
from edgeclassify.web.safety.access_file import AccessFile, write_access
from edgeclassify.web.safety.passwords import new_token
from tests.support.waiting import patient, wait_for
from tests.web.live_node import HEIGHT, WIDTH, Lamp, LiveNode

NO_FFMPEG = "FFmpeg is not installed (Debian: apt-get install ffmpeg)"
NO_GSTREAMER = "GStreamer's tools are not installed (Debian: apt-get install gstreamer1.0-tools)"


@dataclass(frozen=True, slots=True)
class Address:
    """Of a stream: the URL without its scheme, and the token that it wants; "": none."""

    rest: str
    token: str


@pytest.fixture
def node(tmp_path: Path) -> Iterator[LiveNode]:
    with LiveNode(tmp_path) as made:
        yield made


def decoded(data: bytes) -> Pixels:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def frame(node: LiveNode, query: str = "") -> Pixels:
    with node.asked(f"/api/cameras/front/frame.jpg{query}") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"] == "no-store"
        return decoded(answer.read())


def test_a_picture_shows_what_is_now(node: LiveNode) -> None:
    assert frame(node).shape == (HEIGHT, WIDTH, 3)
    assert frame(node).mean() > 250
    node.lamp.brightness = 0
    wait_for(lambda: frame(node).mean() < 5)


def test_a_smaller_one_is_enough_for_a_small_place(tmp_path: Path) -> None:
    node = LiveNode(tmp_path)
    node.document["web"]["longest_side"] = 300
    with node:
        shapes = [frame(node, query).shape for query in ("", "?width=150", "?width=151", "?width=4096")]
    assert shapes == [(225, 300, 3), (112, 150, 3), (225, 300, 3), (225, 300, 3)]


def test_a_stream_goes_on_and_shows_changes(node: LiveNode) -> None:
    with node.asked("/api/cameras/front/stream.mjpeg?fps=20") as answer:
        assert answer.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=frame"
        seen: list[float] = []
        read = b""
        while not seen or seen[-1] > 5:
            read += answer.read1(65536)
            *whole, read = read.split(b"\r\n--frame\r\n")
            for part in whole:
                picture = part.partition(b"\r\n\r\n")[2]
                seen.append(float(decoded(picture).mean()))
            node.lamp.brightness = 0
        assert seen[0] > 250


def test_nothing_is_coded_once_nobody_looks(node: LiveNode) -> None:
    with node.asked("/api/cameras/front/stream.mjpeg") as answer:
        answer.read(100)

    def figure(name: str) -> float:
        with node.asked("/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return float(next(line for line in lines if line.startswith(f"edgeclassify_page_{name} ")).split()[1])

    wait_for(lambda: figure("viewers") == 0)
    before, frames = figure("pictures_total"), node.daemon.health.frames
    wait_for(lambda: node.daemon.health.frames > frames + 10)
    assert figure("pictures_total") - before <= 1  # the one that was under way


@pytest.mark.parametrize("what", ["frame.jpg", "stream.mjpeg"])
def test_what_is_asked_wrongly_is_refused(node: LiveNode, what: str) -> None:
    assert node.status(f"/api/cameras/nothing/{what}") == 404
    assert node.status(f"/api/cameras/front/{what}?width=0") == 422
    assert node.status(f"/api/cameras/front/{what}?fps=0") == 422


def test_a_camera_that_views_want_rarely_shows_more_to_who_looks(tmp_path: Path) -> None:
    node = LiveNode(tmp_path)
    node.document["camera"][0]["interval_s"] = 30
    with node:
        wait_for(lambda: node.daemon.health.frames == 1)
        frame(node)
        node.lamp.brightness = 0
        wait_for(lambda: frame(node).mean() < 5)
        assert node.daemon.health.frames == 1  # its view has not looked


def test_frames_that_all_count_come_at_their_own_pace_whoever_looks(tmp_path: Path) -> None:
    node = LiveNode(tmp_path)
    node.document["camera"][0]["interval_s"] = 0.4
    node.lamps["front"] = lamp = Lamp("front")
    lamp.live = False
    with node:
        frame(node)
        begun, before = time.monotonic(), node.daemon.health.frames
        with node.asked("/api/cameras/front/stream.mjpeg?fps=20") as answer:
            answer.read(2000)
            wait_for(lambda: node.daemon.health.frames >= before + 3)
        assert time.monotonic() - begun > 0.7


def test_a_camera_that_is_lost_is_said(node: LiveNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PATIENCE_S", 0.3)
    frame(node)
    node.lamp.is_lost = True
    time.sleep(0.1)
    with node.asked("/api/cameras/front/frame.jpg") as answer:
        assert answer.status == 503
        assert json.loads(answer.read()) == {"error": "camera front has given no picture for 0.3 seconds"}
    node.lamp.is_lost = False
    wait_for(lambda: node.status("/api/cameras/front/frame.jpg") == 200)


# --- programs -------------------------------------------------------------------------------------------


@pytest.fixture(params=["open", "locked"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Address]:
    """Of a stream: for everybody, or for who has the token."""
    token = new_token() if request.param == "locked" else ""
    if token:
        write_access(tmp_path / "access.json", AccessFile().with_token("looking", token, may_change=False))
    node = LiveNode(tmp_path)
    node.document["web"]["access_file"] = str(tmp_path / "access.json")
    with node:
        yield Address(f"127.0.0.1:{node.port}/api/cameras/front/stream.mjpeg", token)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason=NO_FFMPEG)
def test_ffmpeg_reads_the_stream(address: Address, tmp_path: Path) -> None:
    url = f"http://{f'any:{address.token}@' if address.token else ''}{address.rest}"
    command = ["ffmpeg", "-v", "error", "-i", url, "-frames:v", "3", str(tmp_path / "%d.png")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=patient(60), check=False)
    assert ran.returncode == 0, ran.stderr
    pictures = [decoded((tmp_path / f"{number}.png").read_bytes()) for number in (1, 2, 3)]
    assert [picture.shape for picture in pictures] == [(HEIGHT, WIDTH, 3)] * 3
    assert pictures[2].mean() > 250


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason=NO_FFMPEG)
@pytest.mark.parametrize("address", ["locked"], indirect=True)
def test_ffmpeg_sees_nothing_without_the_token(address: Address) -> None:
    command = ["ffmpeg", "-v", "error", "-i", f"http://{address.rest}", "-f", "null", "-"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=patient(60), check=False)
    assert ran.returncode != 0
    assert "401" in ran.stderr


@pytest.mark.skipif(shutil.which("gst-launch-1.0") is None, reason=NO_GSTREAMER)
def test_gstreamer_reads_the_stream(address: Address, tmp_path: Path) -> None:
    lacking = [
        element
        for element in ("souphttpsrc", "multipartdemux", "jpegdec", "pngenc")
        if subprocess.run(["gst-inspect-1.0", element], capture_output=True, check=False).returncode
    ]
    if lacking:
        pytest.skip(f"GStreamer has no {lacking[0]} (Debian: apt-get install gstreamer1.0-plugins-good)")
    login = f"user-id=any user-pw={address.token} " if address.token else ""
    pipeline = (
        f"souphttpsrc location=http://{address.rest} {login}! multipartdemux ! jpegdec ! videoconvert ! pngenc ! "
    )
    into = f"multifilesink location={tmp_path}/%d.png max-files=3"
    command = ["gst-launch-1.0", "-q", *pipeline.split(), *into.split()]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        wait_for(lambda: process.poll() is not None or len(list(tmp_path.glob("*.png"))) >= 3, 30)
        assert process.poll() is None, process.stderr and process.stderr.read()
    finally:
        process.terminate()
        process.communicate(timeout=patient(10))
    # The newest may not be whole.
    oldest = min(tmp_path.glob("*.png"), key=lambda file: file.stat().st_mtime)
    assert decoded(oldest.read_bytes()).shape == (HEIGHT, WIDTH, 3)
