"""The stream servers do what the tests of the sources count on."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from cv2 import VideoCapture
from numpy.typing import NDArray

from edgeclassify.sources.support.native_log import silence_opencv
from tests.sources.servers import serving
from tests.sources.streams.servers import age_ms, mpegts, rtsp_server, transport_stream
from tests.support.optional import present
from tests.support.waiting import wait_for

FPS = 50
TIMEOUTS = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 5000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 2000]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], VideoCapture | None]]:
    """Open a stream with OpenCV, over TCP; None when it can't. Released at the end."""
    monkeypatch.setenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")
    silence_opencv()
    captures = []

    def opened(url: str) -> VideoCapture | None:
        captures.append(cv2.VideoCapture(url, cv2.CAP_FFMPEG, TIMEOUTS))
        return captures[-1] if captures[-1].isOpened() else None

    yield opened
    for capture in captures:
        capture.release()


def newest(capture: VideoCapture, seconds: float = 1.0) -> NDArray[np.uint8] | None:
    """The last picture read in this time; None when there is one no more."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if not capture.grab():
            return None
    read, pixels = capture.retrieve()
    return np.asarray(pixels, np.uint8) if read else None


def test_pictures_tell_their_age(watch: Callable[[str], VideoCapture | None]) -> None:
    with rtsp_server(fps=FPS) as server:
        assert server.url == f"rtsp://127.0.0.1:{server.port}/stream"
        picture = present(newest(present(watch(server.url))))
        assert picture.shape == (240, 320, 3)
        assert 0 <= age_ms(picture) < 2000


def test_killed_and_started_again_on_the_same_port(watch: Callable[[str], VideoCapture | None]) -> None:
    with rtsp_server(fps=FPS) as server:
        port, capture = server.port, watch(server.url)
        server.kill()
        assert newest(present(capture), 30) is None
        server.start()
        assert server.port == port
        server.restart()
        assert newest(present(watch(server.url))) is not None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)


@pytest.mark.parametrize(("stop", "go_on"), [("stall", "resume"), ("freeze", "thaw")])
def test_silent_for_a_while(watch: Callable[[str], VideoCapture | None], stop: str, go_on: str) -> None:
    with rtsp_server(fps=FPS) as server:
        capture = present(watch(server.url))
        assert newest(capture) is not None
        getattr(server, stop)()
        assert newest(capture, 30) is None  # at once where it fails, after the time to read where nothing comes
        getattr(server, go_on)()
        capture = present(watch(server.url))
        wait_for(lambda: age_ms(present(newest(capture))) < 2000)


@pytest.mark.parametrize("method", ["basic", "digest"])
def test_only_for_its_user(watch: Callable[[str], VideoCapture | None], method: str) -> None:
    with rtsp_server(fps=FPS, auth=method, user="cam", password="p@:/#%s") as server:
        assert watch(server.url) is not None
        assert watch(server.url_as("cam", "wrong")) is None
        assert watch(server.url_as("", "")) is None


def test_another_size(watch: Callable[[str], VideoCapture | None]) -> None:
    with rtsp_server(fps=FPS, size="320x240", other_size="640x480") as server:
        assert present(newest(present(watch(server.url)))).shape == (240, 320, 3)
        server.change_size()
        time.sleep(0.5)
        assert present(newest(present(watch(server.url)))).shape == (480, 640, 3)


def test_a_picture_of_ones_own(watch: Callable[[str], VideoCapture | None], tmp_path: Path) -> None:
    path = tmp_path / "red.png"
    cv2.imwrite(str(path), np.full((48, 64, 3), (0, 0, 255), np.uint8))
    with rtsp_server(fps=FPS, picture=path) as server:
        blue, green, red = present(newest(present(watch(server.url)))).mean(axis=(0, 1))
        assert red > 200 > 60 > max(blue, green)


def test_transport_stream_over_http(watch: Callable[[str], VideoCapture | None], tmp_path: Path) -> None:
    data = transport_stream(tmp_path / "a.ts", 25, (64, 48), 25)
    with serving(mpegts(data, 0.5)) as server:
        started = time.monotonic()
        capture = present(watch(f"http://127.0.0.1:{server.server_port}/a.ts"))
        levels = []
        while capture.grab():
            levels.append(round(float(capture.retrieve()[1].mean()) / 20))
        assert levels[:6] == [0, 1, 2, 3, 4, 5]
        assert len(levels) >= 23
        assert time.monotonic() - started > 0.4


def test_two_transport_streams_of_different_sizes(
    watch: Callable[[str], VideoCapture | None], tmp_path: Path
) -> None:
    small = transport_stream(tmp_path / "a.ts", 25, (64, 48), 25)
    large = transport_stream(tmp_path / "b.ts", 25, (128, 96), 25)
    with serving(mpegts(small + large, 0.5)) as server:
        capture = present(watch(f"http://127.0.0.1:{server.server_port}/a.ts"))
        count = 0
        while capture.grab():
            count += 1
        assert count >= 46
