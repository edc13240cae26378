"""Images beside a recording: bounded, private, and nobody waits for them."""

import errno
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeclassify.errors import StorageError
from edgeclassify.recording.format.frame_images import FrameImages, images_folder
from edgeclassify.recording.format.reader import RecordingReader
from edgeclassify.recording.running.frame_recording import FrameRecording
from edgeclassify.recording.running.frame_tap import FrameTap
from edgeclassify.recording.running.interface import Bounds, FrameBounds
from edgeclassify.recording.running.tap import TappedDecider
from edgeclassify.types import Frame, PixelFormat
from tests.publish.snapshots.sample_images import comment_of, decoded
from tests.recording.inputs import fresh, put_into, seen
from tests.recording.running.test_tap import FACTS, recording
from tests.recording.shown_frames import shown
from tests.support.waiting import patient, wait_for

Begin = Callable[..., FrameRecording]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    with ExitStack() as stack:

        def begin(
            interval_s: float = 0, most_bytes: int = 10**9, least_free_bytes: int = 0, **more: Any
        ) -> FrameRecording:
            frames = FrameRecording(
                tmp_path / "a.frames", FrameBounds(interval_s, most_bytes, least_free_bytes), **more
            )
            frames.folder.make()
            frames.start()
            stack.callback(frames.end, 5.0)
            return frames

        yield begin


def offer(frames: FrameRecording, frame: Frame, view: str = "gate", *, made_events: bool = False) -> None:
    frames.offer(view, frame, made_events=made_events)


def names(frames: FrameRecording) -> list[str]:
    return sorted(path.name for path in frames.folder.path.iterdir())


class SlowDisk:
    """Syncing waits until `gate` is open; `entered`: somebody waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate, self.entered = threading.Event(), threading.Event()
        monkeypatch.setattr(os, "fsync", self._sync)

    def _sync(self, _: int) -> None:
        self.entered.set()
        assert self.gate.wait(patient(20))


def test_a_frame_is_a_jpeg_that_its_recorded_time_leads_to(begin: Begin) -> None:
    frames = begin()
    offer(frames, replace(shown(5.25, level=90), origin="a/b.png"))
    frames.end(5)
    found = FrameImages(frames.folder.path).of("front", 5_250_000_000)
    assert found is not None
    assert found.earlier_s == 0
    jpeg = found.path.read_bytes()
    assert decoded(jpeg).shape == (48, 64, 3)
    assert abs(int(decoded(jpeg).mean()) - 90) <= 2
    assert comment_of(jpeg) == {
        "camera": "front", "ts": "2023-11-14T22:13:25.250Z", "captured_at_ns": 5_250_000_000, "origin": "a/b.png",
    }  # fmt: skip
    assert frames.progress.images == 1
    assert frames.progress.bytes == len(jpeg)
    assert (frames.progress.dropped, frames.progress.ended) == (0, None)


def test_they_are_for_their_user_and_group_alone(begin: Begin) -> None:
    before = os.umask(0)
    try:
        frames = begin()
        offer(frames, shown(1))
        frames.end(5)
    finally:
        os.umask(before)
    (image,) = frames.folder.path.iterdir()
    assert frames.folder.path.stat().st_mode & 0o777 == 0o750
    assert image.stat().st_mode & 0o777 == 0o640


def test_of_other_views_there_are_none(begin: Begin) -> None:
    frames = begin(views=("gate",))
    offer(frames, shown(1), "yard", made_events=True)
    offer(frames, shown(2), "gate")
    frames.end(5)
    assert [name.rsplit("-")[-1] for name in names(frames)] == ["2000000000.jpg"]


def test_they_are_an_interval_apart(begin: Begin) -> None:
    frames = begin(interval_s=1.0)
    for tenth in range(25):
        offer(frames, shown(10 + tenth / 10), made_events=tenth == 3)
        expected = (tenth >= 0) + (tenth >= 3) + (tenth >= 18)
        wait_for(lambda count=expected: frames.progress.images == count)  # type: ignore[misc]
    frames.end(5)
    assert len(names(frames)) == 3
    assert frames.progress.dropped == 0


def test_no_pixels_of_a_camera_are_held(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many frames are offered while the disk hangs: each is given back at once."""
    disk = SlowDisk(monkeypatch)
    frames = begin()
    given_back: list[float] = []

    class Buffer:
        def __init__(self, seconds: float) -> None:
            self.seconds = seconds
            self._memory = np.full(48 * 64 * 3, 70, np.uint8)
            address, _ = self._memory.__array_interface__["data"]
            self.__array_interface__ = {
                "version": 3, "shape": (48, 64, 3), "typestr": "|u1", "data": (address, True),
            }  # fmt: skip

        def __del__(self) -> None:
            given_back.append(self.seconds)

    for seconds in range(10):
        frame = replace(shown(seconds), pixels=np.asarray(Buffer(seconds)), lent=True)
        offer(frames, frame)
        if seconds == 0:
            assert disk.entered.wait(patient(10))
        del frame
        assert given_back == list(range(seconds + 1))
    disk.gate.set()
    frames.end(5)


def test_what_is_lent_in_the_size_for_people_is_copied_in_that_size(begin: Begin) -> None:
    frames, frame = begin(), shown(1)
    larger = replace(frame, pixels=np.full((96, 128), 50, np.uint8), pixel_format=PixelFormat.GRAY)
    larger = replace(larger, width=128, height=96)
    offer(frames, replace(frame, main=lambda: larger, lent=True))
    larger.pixels[:] = 255  # the camera goes on with its buffer
    frames.end(5)
    (path,) = frames.folder.path.iterdir()
    image = decoded(path.read_bytes())
    assert image.shape == (96, 128, 3)
    assert abs(int(image.mean()) - 50) <= 2


def test_what_has_to_be_decoded_first_is_so_by_the_recordings_own_thread(begin: Begin) -> None:
    frames, frame = begin(), shown(1)
    by: list[str] = []

    def main() -> Frame:
        by.append(threading.current_thread().name)
        # As some sources give it: only the pixels count.
        return Frame(np.full((120, 160, 3), 9, np.uint8), PixelFormat.BGR, 160, 120, "front", 0, 0, 0.0)

    offer(frames, replace(frame, main=main))
    frames.end(5)
    assert by == ["recording-frames"]
    (path,) = frames.folder.path.iterdir()
    assert path.name.endswith("-1000000000.jpg")
    assert decoded(path.read_bytes()).shape == (120, 160, 3)
    assert comment_of(path.read_bytes())["captured_at_ns"] == 1_000_000_000


@pytest.mark.parametrize(("size", "expected"), [((1280, 64), (1280, 64)), ((2560, 64), (1280, 32))])
def test_large_ones_are_made_smaller(size: tuple[int, int], expected: tuple[int, int], begin: Begin) -> None:
    frames = begin()
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    offer(frames, replace(shown(1), pixels=pixels, width=size[0], height=size[1]))
    frames.end(5)
    (path,) = frames.folder.path.iterdir()
    assert decoded(path.read_bytes()).shape[1::-1] == expected


def test_one_of_each_camera_waits_and_the_newest_wins(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SlowDisk(monkeypatch)
    frames = begin()
    offer(frames, shown(1))
    assert disk.entered.wait(patient(10))
    for seconds in (2, 3, 4):
        offer(frames, shown(seconds))
    offer(frames, shown(2.5, "back"))
    assert frames.progress.dropped == 2
    disk.gate.set()
    frames.end(5)
    assert [name.rsplit("-")[-1] for name in names(frames)] == [
        "2500000000.jpg", "1000000000.jpg", "4000000000.jpg",
    ]  # fmt: skip
    assert (frames.progress.images, frames.progress.dropped) == (3, 2)


def test_one_that_made_an_event_gives_way_to_such_a_one_only(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(monkeypatch)
    frames = begin()
    offer(frames, shown(1))
    assert disk.entered.wait(patient(10))
    offer(frames, shown(2))
    offer(frames, shown(3), made_events=True)
    offer(frames, shown(4))
    assert frames.progress.dropped == 2
    offer(frames, shown(5), made_events=True)
    offer(frames, shown(6))
    assert frames.progress.dropped == 4
    disk.gate.set()
    frames.end(5)
    assert [name.rsplit("-")[-1] for name in names(frames)] == ["1000000000.jpg", "5000000000.jpg"]


def test_a_frame_that_is_none_is_counted_and_said_once(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    frames = begin()
    broken = replace(shown(1), pixels=np.zeros((3, 3), np.uint8))
    offer(frames, broken)
    wait_for(lambda: frames.progress.dropped == 1)
    offer(frames, replace(broken, captured_at_ns=2))
    wait_for(lambda: frames.progress.dropped == 2)
    offer(frames, shown(3))
    frames.end(5)
    assert (frames.progress.images, frames.progress.ended) == (1, None)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def size_of_one(begin: Begin) -> int:
    frames = begin()
    offer(frames, shown(1))
    frames.end(5)
    (image,) = frames.folder.path.iterdir()
    size = image.stat().st_size
    image.unlink()
    frames.folder.discard()
    return size


@pytest.mark.parametrize(("spare", "images"), [(0, 3), (-1, 2)])
def test_they_end_at_their_size(spare: int, images: int, begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    # The captured_at_ns in its comment has as many digits in each of them.
    frames = begin(most_bytes=3 * size_of_one(begin) + spare)
    for seconds in (1, 2, 3, 4, 5):
        offer(frames, shown(seconds))
        at_least = min(seconds, images)
        wait_for(lambda least=at_least: frames.progress.images == least)  # type: ignore[misc]
    wait_for(lambda: frames.progress.ended is not None)
    assert "they have reached their " in str(frames.progress.ended)
    assert frames.progress.images == images
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "What the deciders get is recorded on" in caplog.text


def test_the_bound_is_told_in_mb(begin: Begin) -> None:
    frames = begin(most_bytes=500)
    offer(frames, shown(1))
    wait_for(lambda: frames.progress.ended is not None)
    assert frames.progress.ended == "they have reached their 0.0005 MB"
    assert names(frames) == []


def test_a_disk_without_room_ends_them_while_the_scores_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    frames = FrameRecording(images_folder(tmp_path / "a"), FrameBounds(0, 10**9, 10**18))
    running = recording(tmp_path / "a", frames=frames)
    running.start()
    tapped = TappedDecider(fresh())
    tapped.listen(running.listener(FACTS))
    put_into(tapped, seen(1, 0, 0.9, 0))
    offer(frames, shown(1))
    wait_for(lambda: frames.progress.ended is not None)
    put_into(tapped, seen(2, 0, 0.9, 0))
    offer(frames, shown(2))
    running.end("done", 5)
    progress = running.progress
    assert (progress.inputs, progress.ended) == (2, "done")
    assert progress.frames == frames.progress
    assert "MB of the disk are free" in str(frames.progress.ended)
    assert (frames.progress.images, frames.progress.bytes) == (0, 0)
    assert len(caplog.records) == 1


def test_a_disk_that_is_full_all_the_same(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    frames = begin()
    offer(frames, shown(1))
    wait_for(lambda: frames.progress.images == 1)
    monkeypatch.setattr(os, "fsync", full)
    offer(frames, shown(2))
    wait_for(lambda: frames.progress.ended is not None)
    assert str(frames.progress.ended).endswith("a.frames can't be written: No space left on device")
    assert len(names(frames)) == 1  # and nothing unfinished
    assert len(caplog.records) == 1


def test_what_is_stopped_takes_none_any_more(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SlowDisk(monkeypatch)
    frames = begin()
    offer(frames, shown(1))
    assert disk.entered.wait(patient(10))
    offer(frames, shown(2))
    frames.stop("not allowed any more")
    frames.stop("again")
    offer(frames, shown(3))
    disk.gate.set()
    frames.end(5)
    assert frames.progress.ended == "not allowed any more"
    assert [name.rsplit("-")[-1] for name in names(frames)] == ["1000000000.jpg"]


def test_the_end_of_a_recording_is_theirs(tmp_path: Path) -> None:
    frames = FrameRecording(images_folder(tmp_path / "a"), FrameBounds(0, 10**9, 0))
    running = recording(tmp_path / "a", Bounds(10**9, 0.0, 0), frames=frames)
    running.start()
    wait_for(lambda: running.progress.ended is not None)
    offer(frames, shown(1))
    running.end("", 5)
    assert names(frames) == []
    assert running.progress.frames is not None
    assert running.progress.frames.ended is None
    assert RecordingReader(running.path).header is not None


@pytest.mark.parametrize("there", ["a", "a.frames"])
def test_a_name_that_is_taken_leaves_nothing_behind(there: str, tmp_path: Path) -> None:
    (tmp_path / there).mkdir()
    frames = FrameRecording(images_folder(tmp_path / "a"), FrameBounds(0, 10**9, 0))
    with pytest.raises(StorageError, match="no recording can be written there: File exists"):
        recording(tmp_path / "a", frames=frames).start()
    assert [path.name for path in tmp_path.iterdir()] == [there]


def test_frames_of_a_camera_in_its_own_layout(begin: Begin) -> None:
    """Rows that are longer than the frame: what is beyond it is not seen."""
    pixels = np.zeros((72, 96), np.uint8)
    pixels[:, :64] = 128
    frames = begin()
    offer(frames, replace(shown(1), pixels=pixels, pixel_format=PixelFormat.YUV420))
    frames.end(5)
    (path,) = frames.folder.path.iterdir()
    assert decoded(path.read_bytes()).shape == (48, 64, 3)


def test_a_tap_passes_on_while_somebody_listens() -> None:
    heard: list[tuple[str, float, bool]] = []

    class Listener:
        def offer(self, view: str, frame: Frame, *, made_events: bool) -> None:
            heard.append((view, frame.captured_at_ns / 1e9, made_events))

    tap = FrameTap()
    tap.offer("gate", shown(1), made_events=False)
    tap.listen(Listener())
    tap.offer("gate", shown(2), made_events=True)
    tap.offer("yard", shown(2), made_events=False)
    tap.listen(None)
    tap.offer("gate", shown(3), made_events=False)
    assert heard == [("gate", 2, True), ("yard", 2, False)]
