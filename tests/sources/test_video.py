"""Video files, network streams and V4L2 devices through the real OpenCV."""

import os
import socket
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from edgeclassify.errors import ExitStatus, ImageError, MissingInputError, SourceError
from edgeclassify.sources import capture, video
from edgeclassify.sources.capture import CaptureState, CaptureThread, LatestFrames
from edgeclassify.sources.quiet import quiet_opencv
from edgeclassify.sources.video import DeviceSource, StreamSource, VideoFileSource
from edgeclassify.types import PixelFormat
from tests.sources.pictures import encode, two_halves
from tests.sources.servers import body, mjpeg, serving


def write_video(path, count, size=(64, 48)):
    """A Motion JPEG file whose frame n has the brightness 20 * n."""
    quiet_opencv()  # FFmpeg's log level is set once, by whoever uses it first
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MJPG"), 10, size)
    assert writer.isOpened()
    for number in range(count):
        writer.write(np.full((size[1], size[0], 3), 20 * number, np.uint8))
    writer.release()
    return path


def open_and_read(source, count):
    source.open()
    for _ in range(count):
        source.read(1)


def one_message(error, *parts):
    text = str(error)
    assert "\n" not in text
    for part in parts:
        assert str(part) in text
    return True


class TestFile:
    def test_every_frame_in_order(self, tmp_path):
        source = VideoFileSource("front", str(write_video(tmp_path / "a.avi", 6)))
        source.open()
        frames = [source.read(1) for _ in range(6)]
        assert source.read(1) is None
        assert source.read(1) is None
        source.close()
        source.close()
        assert not source.live
        assert [frame.sequence for frame in frames] == list(range(6))
        assert [round(float(frame.pixels.mean()) / 20) for frame in frames] == list(range(6))
        frame = frames[0]
        assert (frame.width, frame.height, frame.pixels.shape) == (64, 48, (48, 64, 3))
        assert (frame.pixel_format, frame.camera) == (PixelFormat.BGR, "front")
        assert 0 <= time.monotonic_ns() - frame.captured_at_ns < 10e9

    def test_loop(self, tmp_path):
        source = VideoFileSource("front", str(write_video(tmp_path / "a.avi", 3)), loop=True)
        source.open()
        levels = [round(float(source.read(1).pixels.mean()) / 20) for _ in range(7)]
        source.close()
        assert levels == [0, 1, 2, 0, 1, 2, 0]

    def test_open_again_starts_over(self, tmp_path):
        source = VideoFileSource("front", str(write_video(tmp_path / "a.avi", 3)))
        for _ in range(2):
            source.open()
            assert source.skip(1)
            assert round(float(source.read(1).pixels.mean()) / 20) == 1
            source.close()

    def test_missing_or_no_file(self, tmp_path):
        for path in (tmp_path / "none.mp4", tmp_path):
            with pytest.raises(MissingInputError) as caught:
                VideoFileSource("front", str(path)).open()
            assert one_message(caught.value, path)
            assert caught.value.exit_status is ExitStatus.NO_INPUT

    @pytest.mark.parametrize("data", [b"", b"no video at all" * 100, encode(two_halves(), "PNG")[:40]])
    def test_broken(self, tmp_path, data, capfd):
        path = tmp_path / "a.mp4"
        path.write_bytes(data)
        source = VideoFileSource("front", str(path))
        with pytest.raises(ImageError) as caught:
            open_and_read(source, 1)  # FFmpeg takes the start of a picture for a video, and finds no frame
        source.close()
        assert one_message(caught.value, path)
        assert caught.value.exit_status is ExitStatus.DATA
        assert capfd.readouterr().err == ""

    @pytest.mark.parametrize("loop", [False, True])
    def test_without_a_single_frame(self, tmp_path, loop, capfd):
        path = write_video(tmp_path / "a.avi", 2)
        path.write_bytes(path.read_bytes()[: path.read_bytes().index(b"movi") + 4])
        frames = LatestFrames()
        thread = CaptureThread(VideoFileSource("front", str(path), loop=loop), frames)
        thread.start()
        deadline = time.monotonic() + 5
        while not thread.ended:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        thread.stop()
        assert thread.state is CaptureState.FAILED
        assert isinstance(thread.error, ImageError)
        assert one_message(thread.error, path)

    def test_not_permitted(self, tmp_path, unprivileged):
        path = write_video(tmp_path / "a.avi", 1)
        path.chmod(0)
        with unprivileged(), pytest.raises(MissingInputError, match="Permission denied"):
            VideoFileSource("front", str(path)).open()


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
        monkeypatch.setattr(capture, "BACK_OFF_S", 0.05)
        monkeypatch.setattr(capture, "MAX_BACK_OFF_S", 0.1)
        frames = LatestFrames()
        told = []
        with serving(mjpeg(list(self.PICTURES))) as server:
            port = server.server_port
            source = StreamSource("front", self.url(port))
            thread = CaptureThread(
                source, frames, restart_attempts=1000, on_available=lambda *args: told.append(args)
            )
            thread.start()
            assert frames.take(10) is not None
        deadline = time.monotonic() + 10
        while thread.state is not CaptureState.RESTARTING:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        while frames.take(0.05) is not None:
            pass
        with serving(mjpeg(list(self.PICTURES)), port):
            assert frames.take(10) is not None
            assert thread.stop(5)
        assert told == [("front", True), ("front", False), ("front", True)]
        assert thread.restarts >= 1
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
        monkeypatch.setattr(video, "OPEN_TIMEOUT_S", 0.3)
        with serving(lambda handler: handler.server.stopping.wait(20)) as server:
            started = time.monotonic()
            with pytest.raises(SourceError):
                StreamSource("front", self.url(server.server_port)).open()
            assert time.monotonic() - started < 10

    def test_stream_that_falls_silent(self, monkeypatch):
        monkeypatch.setattr(video, "READ_TIMEOUT_S", 0.3)
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


class TestDevice:
    def test_missing(self, tmp_path):
        path = tmp_path / "video9"
        with pytest.raises(SourceError) as caught:
            DeviceSource("front", str(path)).open()
        assert one_message(caught.value, path, "plugged in")
        assert caught.value.exit_status is ExitStatus.UNAVAILABLE

    def test_no_device(self, tmp_path):
        (tmp_path / "a.mp4").write_text("")
        with pytest.raises(SourceError, match="file or folder"):
            DeviceSource("front", str(tmp_path / "a.mp4")).open()

    def test_a_device_that_is_no_camera(self, capfd):
        with pytest.raises(SourceError) as caught:
            DeviceSource("front", "/dev/null").open()
        assert one_message(caught.value, "/dev/null", "another program")
        assert capfd.readouterr().err == ""

    def test_not_permitted(self, tmp_path, unprivileged):
        node = tmp_path / "video0"
        try:
            os.mknod(node, 0o020600, os.makedev(1, 3))
        except PermissionError:
            pytest.skip("making a device node needs root")
        with unprivileged(), pytest.raises(SourceError) as caught:
            DeviceSource("front", str(node)).open()
        assert one_message(caught.value, node, "usermod -aG video")

    def test_a_real_camera(self):
        nodes = sorted(Path("/dev").glob("video*"))
        if not nodes:
            pytest.skip("no /dev/video* on this machine")
        source = DeviceSource("front", str(nodes[0]))
        source.open()
        assert source.read(5).pixels.ndim == 3
        source.close()
