"""Network streams through the real OpenCV."""

import socket
import time

import pytest

from edgeclassify.errors import ExitStatus, MissingInputError, SourceError
from edgeclassify.sources.capture import ladder
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.rules import CaptureRules
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.sources.video import stream
from edgeclassify.sources.video.stream import StreamSource
from edgeclassify.types import CameraState
from tests.sources.pictures import encode, two_halves
from tests.sources.servers import body, mjpeg, serving
from tests.sources.video.common import one_message, open_and_read


class TestStream:
    PICTURES = (encode(two_halves(), "JPEG"), encode(two_halves().rotate(180), "JPEG"))

    def url(self, port):
        return f"http://user:hunter2@127.0.0.1:{port}/video?token=hunter2"

    def test_mjpeg_over_http(self, capfd):
        with serving(mjpeg(list(self.PICTURES))) as server:
            source = StreamSource("front", self.url(server.server_port))
            source.open()
            frames = [source.read(5) for _ in range(5)]
            source.skip(5)
            source.close()
        assert source.live
        assert [frame.sequence for frame in frames] == list(range(5))
        assert frames[0].pixels.shape == (32, 64, 3)
        assert capfd.readouterr().err == ""

    def test_server_stops_and_comes_back(self, monkeypatch, caplog):
        monkeypatch.setattr(ladder, "BACK_OFF_S", 0.05)
        monkeypatch.setattr(ladder, "MAX_BACK_OFF_S", 0.1)
        frames = LatestFrames()
        told = []
        with serving(mjpeg(list(self.PICTURES))) as server:
            port = server.server_port
            source = StreamSource("front", self.url(port))
            thread = CaptureThread(
                source, frames, CaptureRules(restart_attempts=1000), lambda *args: told.append(args)
            )
            thread.start()
            assert frames.take(10) is not None
        deadline = time.monotonic() + 10
        while thread.state is not CameraState.RESTARTING:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        while frames.take(0.05) is not None:
            pass
        with serving(mjpeg(list(self.PICTURES)), port):
            assert frames.take(10) is not None
            assert thread.stop(5)
        assert told == [("front", True), ("front", False), ("front", True)]
        assert thread.reopens >= 1
        assert "hunter2" not in caplog.text
        assert f"http://127.0.0.1:{port}/video?…" in caplog.text

    def test_host_that_refuses(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        with pytest.raises(SourceError) as caught:
            StreamSource("front", f"rtsp://user:hunter2@127.0.0.1:{port}/a").open()
        assert one_message(caught.value, f"127.0.0.1 port {port}", "refused")
        assert "hunter2" not in str(caught.value)
        assert caught.value.exit_status is ExitStatus.UNAVAILABLE

    @pytest.mark.parametrize("answer", [body(b"no stream", kind="text/html"), body(b"", 401), body(b"", 404)])
    def test_host_without_video(self, answer, capfd):
        with serving(answer) as server, pytest.raises(SourceError) as caught:
            StreamSource("front", self.url(server.server_port)).open()
        assert one_message(caught.value, "not with video", "password")
        assert "hunter2" not in str(caught.value)
        assert capfd.readouterr().err == ""

    def test_host_that_says_nothing(self, monkeypatch):
        monkeypatch.setattr(stream, "OPEN_TIMEOUT_S", 0.3)
        with serving(lambda handler: handler.server.stopping.wait(20)) as server:
            started = time.monotonic()
            with pytest.raises(SourceError):
                StreamSource("front", self.url(server.server_port)).open()
            assert time.monotonic() - started < 10

    def test_stream_that_falls_silent(self, monkeypatch):
        monkeypatch.setattr(stream, "READ_TIMEOUT_S", 0.3)
        pictures = mjpeg(list(self.PICTURES))

        def answer(handler):
            handler.server.falling_silent = time.monotonic() + 0.5
            real = handler.wfile.write

            def write(data):
                if time.monotonic() > handler.server.falling_silent:
                    handler.server.stopping.wait(20)
                return real(data)

            handler.wfile.write = write
            pictures(handler)

        with serving(answer) as server:
            source = StreamSource("front", self.url(server.server_port))
            with pytest.raises(SourceError, match="gave no frame"):
                open_and_read(source, 10_000)
            source.close()

    @pytest.mark.parametrize("url", ["rtsp://:8554/x", "http://host:port/x", "http:///x"])
    def test_no_url(self, url):
        with pytest.raises(MissingInputError):
            StreamSource("front", url).open()

    def test_read_before_open(self):
        with pytest.raises(SourceError, match="not open"):
            StreamSource("front", "http://h/x").read(1)
