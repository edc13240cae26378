"""RTSP and other streams through the real FFmpeg, against a real RTSP server on loopback."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.errors import AbsentError, MissingInputError, SourceError
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.ladder import Waits
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.sources.interface import StalledError
from edgeclassify.sources.network import stream
from edgeclassify.sources.network.source import HttpSource
from edgeclassify.sources.network.stream import LastRow, StreamLag, StreamSource
from edgeclassify.types import CameraState
from tests.sources.capture.taking import take_frame
from tests.sources.servers import serving
from tests.sources.streams.servers import age_ms, mpegts, rtsp_server, transport_stream
from tests.sources.video.common import one_message
from tests.support.optional import present
from tests.support.waiting import wait_for

FPS = 50


@pytest.fixture(autouse=True)
def no_options(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is the process's: as a start would find it."""
    monkeypatch.delenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", raising=False)


QUICK = Waits(back_off_s=0.05, max_back_off_s=0.1)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "READ_TIMEOUT_S", 0.5)


@pytest.fixture
def run() -> Iterator[Callable[..., tuple[CaptureThread, LatestFrames, list[Any]]]]:
    """Capture threads, stopped at the end; with each the list of what it told."""
    threads = []

    def start(source: StreamSource, **rules: Any) -> tuple[CaptureThread, LatestFrames, list[Any]]:
        hand_off, told = LatestFrames(), []
        thread = CaptureThread(
            source, hand_off, CaptureRules(**rules), lambda _, online: told.append(online), QUICK
        )
        threads.append((thread, hand_off))
        thread.start()
        return thread, hand_off, told

    yield start
    for thread, hand_off in threads:
        hand_off.close()
        assert thread.stop(10)


def skip_for_ever(source: StreamSource) -> None:
    while True:
        source.skip(0.2)


def ages(hand_off: LatestFrames, count: int = 5) -> list[int]:
    return [age_ms(take_frame(hand_off).pixels) for _ in range(count)]


class TestRtsp:
    def test_the_newest_frame_over_tcp(
        self, run: Callable[..., tuple[CaptureThread, LatestFrames, list[Any]]]
    ) -> None:
        with rtsp_server(fps=FPS) as server:
            thread, hand_off, _ = run(StreamSource("front", server.url), interval_s=0.2)
            seen = ages(hand_off)
            assert os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] == "rtsp_transport;tcp"
            assert f":{server.port:04X} 01" in Path("/proc/net/tcp").read_text()  # established
            assert thread.stop(5)
        assert max(seen[1:]) < 500

    def test_nothing_of_the_start_is_left(self) -> None:
        """What came while the stream was being opened is seconds old."""
        with rtsp_server(fps=FPS) as server:
            source = StreamSource("front", server.url)
            source.open()
            assert age_ms(present(source.read(2)).pixels) < 400
            interval_s = source.frame_interval_s  # FFmpeg guesses it from when packets came: not on a busy machine
            assert interval_s is None or interval_s == pytest.approx(1 / FPS, rel=0.5)
            source.close()

    def test_killed_and_started_again(
        self,
        run: Callable[..., tuple[CaptureThread, LatestFrames, list[Any]]],
        quick: None,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        with rtsp_server(fps=FPS, user="cam", password="hunter2", auth="digest") as server:
            thread, hand_off, told = run(StreamSource("front", server.url), restart_attempts=2)
            assert hand_off.take(30) is not None
            server.kill()
            wait_for(lambda: thread.state is CameraState.RESTARTING)
            time.sleep(1.0)  # more attempts than would be given to a camera that is there
            server.start()
            wait_for(lambda: thread.state is CameraState.RUNNING, 20)
            assert thread.stop(10)
        assert told == [True, False, True]
        assert "hunter2" not in caplog.text

    @pytest.mark.parametrize(("stop", "go_on"), [("stall", "resume"), ("freeze", "thaw")])
    def test_silent_for_a_while(
        self, run: Callable[..., tuple[CaptureThread, LatestFrames, list[Any]]], quick: None, stop: str, go_on: str
    ) -> None:
        with rtsp_server(fps=FPS) as server:
            thread, hand_off, told = run(StreamSource("front", server.url), stall_timeout_s=2.0)
            assert hand_off.take(10) is not None
            getattr(server, stop)()
            silent = time.monotonic()
            wait_for(lambda: thread.state is CameraState.RESTARTING, 20)
            assert time.monotonic() - silent < 5
            getattr(server, go_on)()
            wait_for(lambda: thread.state is CameraState.RUNNING, 30)
            assert max(ages(hand_off)[1:]) < 1500
            assert thread.stop(10)
        assert told == [True, False, True]

    def test_a_timed_out_grab_is_a_stall_whatever_it_gives(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """FFmpeg flushes an old frame out of its decoder then, and OpenCV calls it a success."""
        monkeypatch.setattr(stream, "READ_TIMEOUT_S", 0.5)
        with rtsp_server(fps=FPS) as server:
            source = StreamSource("front", server.url)
            source.open()
            source.read(1)
            server.stall()
            started = time.monotonic()
            with pytest.raises(StalledError):
                skip_for_ever(source)
            assert time.monotonic() - started < 3
            source.close()

    @pytest.mark.parametrize("method", ["basic", "digest"])
    @pytest.mark.parametrize("password", ["hunter2", "p@:/#%s"])
    def test_its_user(self, method: str, password: str) -> None:
        with rtsp_server(fps=FPS, auth=method, user="cam", password=password) as server:
            source = StreamSource("front", server.url)
            source.open()
            assert present(source.read(2)).width == 320
            source.close()
            for url, words in (
                (server.url_as("cam", "wrong-one"), "a user or password that it refuses"),
                (server.url_as("", ""), "no user and password in the URL"),
            ):
                with pytest.raises(AbsentError, match=words) as caught:
                    StreamSource("front", url).open()
                assert one_message(caught.value, "rtsp://127.0.0.1")
                assert "wrong-one" not in str(caught.value)
                assert caught.value.retry_s == 60

    def test_no_such_path(self) -> None:
        with rtsp_server(fps=FPS) as server, pytest.raises(AbsentError, match="nothing at this path"):
            StreamSource("front", server.url.replace("/stream", "/none")).open()

    def test_a_server_that_says_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stream, "OPEN_TIMEOUT_S", 0.5)
        monkeypatch.setattr(stream, "CONNECT_TIMEOUT_S", 0.5)
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            started = time.monotonic()
            with pytest.raises(AbsentError, match=r"found none in 0\.5 s"):
                StreamSource("front", f"rtsp://127.0.0.1:{server.getsockname()[1]}/x").open()
            assert time.monotonic() - started < 5

    def test_nobody_there(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        with pytest.raises(AbsentError) as caught:
            StreamSource("front", f"rtsp://user:hunter2@127.0.0.1:{port}/a").open()
        assert one_message(caught.value, f"127.0.0.1:{port}", "can't connect", "refused")
        assert "hunter2" not in str(caught.value)

    def test_another_size_midway(
        self, run: Callable[..., tuple[CaptureThread, LatestFrames, list[Any]]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """OpenCV 4.13 scales to the old size; before that it shows rubbish, and we open the stream again."""
        monkeypatch.setattr(stream, "SAME_ROW_S", 1.0)
        with rtsp_server(fps=FPS, size="320x240", other_size="160x120", picture="ball") as server:
            thread, hand_off, _ = run(StreamSource("front", server.url))
            assert take_frame(hand_off, 10).width == 320
            server.change_size()
            if LastRow().is_needed:
                wait_for(lambda: take_frame(hand_off).width == 160, 20)
                assert thread.status.reopens >= 1
            else:
                time.sleep(1.5)
                assert take_frame(hand_off).width == 320
            assert thread.stop(10)


class TestTransportStream:
    def test_over_http_by_ffmpeg(self, tmp_path: Path) -> None:
        data = transport_stream(tmp_path / "a.ts", 100, (64, 48), 25)
        with serving(mpegts(data, 4)) as server:
            source = HttpSource("front", f"http://127.0.0.1:{server.server_port}/a.ts")
            source.open()
            assert isinstance(source.source, StreamSource)
            assert source.frame_interval_s == pytest.approx(1 / 25)
            assert present(source.read(5)).pixels.shape == (48, 64, 3)
            source.close()


class TestPace:
    def test_a_reader_in_time(self) -> None:
        pace = StreamLag()
        assert [round(pace.lag_s(n / 10, 100 + n / 10 + (n % 3) / 50), 2) for n in range(9)] == [0, 0.02, 0.04] * 3

    def test_a_reader_too_slow(self) -> None:
        pace = StreamLag()
        lags = [pace.lag_s(n / 25, 100 + n / 10) for n in range(60)]
        assert lags[-1] == pytest.approx(59 * (1 / 10 - 1 / 25), rel=0.01)

    @pytest.mark.parametrize("drift", [100e-6, -100e-6])
    def test_a_clock_that_goes_wrong_is_no_lag(self, drift: float) -> None:
        pace = StreamLag()
        assert max(pace.lag_s(n * (1 + drift), 100.0 + n) for n in range(200_000)) < 0.01

    def test_without_a_clock(self) -> None:
        pace = StreamLag()
        assert {pace.lag_s(-3.7e20, 100.0 + n) for n in range(50)} == {0.0}
        assert {StreamLag().lag_s(0.0, 100.0 + n) for n in range(50)} == {0.0}

    def test_a_stream_that_is_behind_is_opened_again(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(stream, "LARGEST_LAG_S", 1.2)
        with rtsp_server(fps=FPS) as server:
            captures: list[Any] = []

            def capture(*arguments: Any) -> Any:
                captures.append(cv2.VideoCapture(*arguments))
                return captures[-1]

            source = StreamSource("front", server.url, capture=capture)
            source.open()
            opens, before = source.open, []

            def open_again() -> None:
                before.append(age_ms(captures[-1].retrieve()[1]))
                opens()

            monkeypatch.setattr(source, "open", open_again)
            for _ in range(200):
                source.skip(1)
                time.sleep(0.04)  # slower than the stream
                if before:
                    break
            assert age_ms(present(source.read(2)).pixels) < before[0] / 2
            source.close()
        assert "smaller stream" in caplog.text


class TestLastRow:
    @pytest.fixture
    def row(self, monkeypatch: pytest.MonkeyPatch) -> LastRow:
        monkeypatch.setattr(cv2, "__version__", "4.11.0")
        return LastRow()

    def pictures(self, number: int, last: int) -> NDArray[np.uint8]:
        picture = np.full((4, 4, 3), number, np.uint8)
        picture[-1] = last
        return picture

    def test_stale_once_and_then_harmless(self, row: LastRow) -> None:
        stale = [second for second in range(8000) if row.says_stale(self.pictures(second % 200, 7), float(second))]
        assert stale == [11]

    def test_an_hour_between_two(self, row: LastRow) -> None:
        stale = []
        for second in range(8000):
            if row.says_stale(self.pictures(second % 200, second // 100), float(second)):
                stale.append(second)
                row.opened()
        assert len(stale) == 3
        assert stale[1] - stale[0] >= 3600

    def test_a_row_that_changes(self, row: LastRow) -> None:
        assert not any(row.says_stale(self.pictures(0, second % 200), float(second)) for second in range(100))

    def test_not_needed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cv2, "__version__", "4.13.0")
        row = LastRow()
        assert not any(row.says_stale(self.pictures(0, 7), float(second)) for second in range(100))


@pytest.mark.parametrize("url", ["rtsp://:8554/x", "http://host:port/x", "http:///x"])
def test_no_url(url: str) -> None:
    with pytest.raises(MissingInputError):
        StreamSource("front", url).open()


def test_read_before_open() -> None:
    with pytest.raises(SourceError, match="not open"):
        StreamSource("front", "http://h/x").read(1)
