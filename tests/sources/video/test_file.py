"""Video files through the real OpenCV."""

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import cv2
import pytest

from edgeclassify.errors import ExitStatus, ImageError, MissingInputError
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.sources.video.file import VideoFileSource
from edgeclassify.types import CameraState, Frame, PixelFormat
from tests.sources.image_files import encode, two_halves
from tests.sources.video.common import one_message, open_and_read, write_video
from tests.support.optional import present


class TestFile:
    def test_every_frame_in_order(self, tmp_path: Path) -> None:
        source = VideoFileSource("front", str(write_video(tmp_path / "a.avi", 6)))
        source.open()
        frames = [source.read(1) for _ in range(6)]
        assert source.read(1) is None
        assert source.read(1) is None
        source.close()
        source.close()
        assert not source.live
        assert [present(frame).sequence for frame in frames] == list(range(6))
        assert [round(float(present(frame).pixels.mean()) / 20) for frame in frames] == list(range(6))
        frame = frames[0]
        assert (present(frame).width, present(frame).height, present(frame).pixels.shape) == (64, 48, (48, 64, 3))
        assert (present(frame).pixel_format, present(frame).camera) == (PixelFormat.BGR, "front")
        assert 0 <= time.monotonic_ns() - present(frame).captured_at_ns < 10e9

    def test_loop(self, tmp_path: Path) -> None:
        source = VideoFileSource("front", str(write_video(tmp_path / "a.avi", 3)), loop=True)
        source.open()
        levels = [round(float(present(source.read(1)).pixels.mean()) / 20) for _ in range(7)]
        source.close()
        assert levels == [0, 1, 2, 0, 1, 2, 0]

    def test_its_frames_carry_its_own_time(self, tmp_path: Path) -> None:
        path = write_video(tmp_path / "a.avi", 6)
        os.utime(path, (1.7e9, 1.7e9))
        source = VideoFileSource("front", str(path))
        source.open()
        frames = [source.read(1) for _ in range(6)]
        source.close()
        assert [present(frame).scene_ns for frame in frames] == [number * 10**8 for number in range(6)]
        assert [present(frame).captured_at for frame in frames] == pytest.approx(
            [1.7e9 - 0.6 + n / 10 for n in range(6)], abs=1e-3
        )

    def test_its_time_goes_on_over_the_rounds(self, tmp_path: Path) -> None:
        source = VideoFileSource("front", str(write_video(tmp_path / "a.avi", 3)), loop=True)
        source.open()
        frames = [source.read(1) for _ in range(7)]
        source.close()
        assert [present(frame).scene_ns for frame in frames] == [number * 10**8 for number in range(7)]
        assert time.time() - present(frames[0]).captured_at < 10

    def test_a_film_without_positions_has_a_time_that_goes_on(self, tmp_path: Path) -> None:
        positions = iter([0.0, 100.0, 50.0, 0.0])

        class Jumping:
            def __init__(self, *arguments: Any) -> None:
                self._capture = cv2.VideoCapture(*arguments)

            def get(self, what: int) -> float:
                return next(positions) if what == cv2.CAP_PROP_POS_MSEC else float(self._capture.get(what))

            def __getattr__(self, name: str) -> Any:
                return getattr(self._capture, name)

        source = VideoFileSource("front", str(write_video(tmp_path / "a.avi", 4)), capture=Jumping)
        source.open()
        assert [present(present(source.read(1)).scene_ns) // 10**6 for _ in range(4)] == [0, 100, 101, 102]
        source.close()

    def test_in_real_time_it_is_as_a_camera(self, tmp_path: Path) -> None:
        source = VideoFileSource("front", str(write_video(tmp_path / "a.avi", 3)), realtime=True)
        source.open()
        frame = present(source.read(1))
        source.close()
        assert frame.scene_ns is None
        assert time.time() - frame.captured_at < 10

    def test_open_again_starts_over(self, tmp_path: Path) -> None:
        source = VideoFileSource("front", str(write_video(tmp_path / "a.avi", 3)))
        for _ in range(2):
            source.open()
            assert source.skip(1)
            assert round(float(present(source.read(1)).pixels.mean()) / 20) == 1
            source.close()

    def test_missing_or_no_file(self, tmp_path: Path) -> None:
        for path in (tmp_path / "none.mp4", tmp_path):
            with pytest.raises(MissingInputError) as caught:
                VideoFileSource("front", str(path)).open()
            assert one_message(caught.value, path)
            assert caught.value.exit_status is ExitStatus.NO_INPUT

    @pytest.mark.parametrize("data", [b"", b"no video at all" * 100, encode(two_halves(), "PNG")[:40]])
    def test_broken(self, tmp_path: Path, data: bytes, capfd: pytest.CaptureFixture[str]) -> None:
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
    def test_without_a_single_frame(self, tmp_path: Path, loop: bool, capfd: pytest.CaptureFixture[str]) -> None:
        path = write_video(tmp_path / "a.avi", 2)
        path.write_bytes(path.read_bytes()[: path.read_bytes().index(b"movi") + 4])
        frames = LatestFrames()
        thread = CaptureThread(VideoFileSource("front", str(path), loop=loop), frames, CaptureRules())
        thread.start()
        deadline = time.monotonic() + 5
        while not thread.ended:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        thread.stop()
        assert thread.state is CameraState.FAILED
        assert isinstance(thread.error, ImageError)
        assert one_message(thread.error, path)

    def test_not_permitted(self, tmp_path: Path, unprivileged: Callable[[], AbstractContextManager[None]]) -> None:
        path = write_video(tmp_path / "a.avi", 1)
        path.chmod(0)
        with unprivileged(), pytest.raises(MissingInputError, match="Permission denied"):
            VideoFileSource("front", str(path)).open()


class TestRealtime:
    """write_video makes ten frames a second; frame n has the brightness 20 * n."""

    def source(self, tmp_path: Path, count: int, *, loop: bool = False) -> VideoFileSource:
        made = VideoFileSource("front", str(write_video(tmp_path / "a.avi", count)), realtime=True, loop=loop)
        made.open()
        return made

    def level(self, frame: Frame) -> int:
        return round(float(frame.pixels.mean()) / 20)

    def test_at_its_own_pace(self, tmp_path: Path) -> None:
        source = self.source(tmp_path, 8)
        assert source.live
        assert source.frame_interval_s == pytest.approx(0.1)
        started = time.monotonic()
        assert [self.level(present(source.read(1))) for _ in range(8)] == list(range(8))
        assert time.monotonic() - started == pytest.approx(0.7, abs=0.15)
        assert source.read(1) is None
        source.close()

    def test_a_slow_reader_misses_frames_and_stays_in_time(self, tmp_path: Path) -> None:
        source = self.source(tmp_path, 12)
        assert self.level(present(source.read(1))) == 0
        started = time.monotonic()
        time.sleep(0.55)
        asked = time.monotonic() - started
        level = self.level(present(source.read(1)))
        assert (
            asked * 10 - 1 <= level <= (time.monotonic() - started) * 10 + 0.5
        )  # 5 or 6, where nothing else runs
        source.close()

    def test_waits_no_longer_than_it_may(self, tmp_path: Path) -> None:
        source = self.source(tmp_path, 4)
        source.read(1)
        started = time.monotonic()
        with pytest.raises(NoFrameInTimeError):
            source.read(0.02)
        assert time.monotonic() - started < 0.09
        assert self.level(present(source.read(1))) == 1
        source.close()

    def test_again_and_again(self, tmp_path: Path) -> None:
        source = self.source(tmp_path, 3, loop=True)
        assert [self.level(present(source.read(1))) for _ in range(7)] == [0, 1, 2, 0, 1, 2, 0]
        source.close()

    def test_through_the_capture_thread(self, tmp_path: Path) -> None:
        """Frames that come between two intervals are left out, as of a camera."""
        frames = LatestFrames()
        path = str(write_video(tmp_path / "a.avi", 12))
        thread = CaptureThread(VideoFileSource("front", path, realtime=True), frames, CaptureRules(interval_s=0.3))
        thread.start()
        seen = []
        while not thread.ended or frames.waiting:
            if lease := frames.take(0.2):
                seen.append(self.level(lease.frame))
        thread.stop()
        assert thread.state is CameraState.FINISHED
        assert seen[0] == 0
        assert len(seen) in (4, 5)
