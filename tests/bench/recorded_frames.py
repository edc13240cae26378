"""What pictures beside a recording cost the inference thread.

    python -m tests.bench.recorded_frames

First table: µs that each frame adds in the inference thread where nobody records, where pictures are recorded and
this frame is not due, and where it is (lent pixels are copied; the JPEG and the disk are another thread's). The
last column: what a frame costs on average at ten frames a second and one picture a second.
Second table: ms per frame (preprocess and invoke, the built-in model), without and with pictures, one per second
and one of each frame; measured in turns within one run.
"""

import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.recording.running.frame_recording import FrameRecording
from edgeclassify.recording.running.frame_tap import FrameTap
from edgeclassify.recording.running.interface import FrameBounds
from edgeclassify.types import FULL_FRAME, Frame, ModelChoice
from tests.bench.snapshots import photo

SIZES = ((320, 240), (640, 480), (1920, 1080))
ROUNDS, OFFERS = 40, 20
FRAME_S = 0.02
"""Between two frames: they come at a camera's pace, not as fast as they can be taken."""


def begun(folder: Path, interval_s: float) -> FrameRecording:
    """Images of frames so far apart, that go to a folder."""
    frames = FrameRecording(folder / f"every-{interval_s}.frames", FrameBounds(interval_s, 10**10, 0))
    frames.folder.make()
    frames.start()
    return frames


class Camera:
    """Gives the photo again and again, each time as a frame of its own."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def frame(self) -> Frame:
        """Captured now."""
        return replace(self._frame, captured_at_ns=time.monotonic_ns(), captured_at=time.time(), lent=True)


def median_us(offer: Callable[[Frame], None], camera: Camera, pause_s: float, offers: int) -> float:
    """Of one call, the median of the rounds."""
    times = []
    for _ in range(ROUNDS):
        frames = [camera.frame() for _ in range(offers)]
        started = time.perf_counter()
        for frame in frames:
            offer(frame)
        times.append((time.perf_counter() - started) / offers * 1e6)
        time.sleep(pause_s)
    return statistics.median(times)


def added() -> None:
    """The first table."""
    print(f"µs per frame in the inference thread, median of {ROUNDS}")
    print(f"{'size':12}{'not recorded':>14}{'not due':>10}{'due':>10}{'at 10/s, one due':>18}")
    for width, height in SIZES:
        camera, tap = Camera(photo(width, height)), FrameTap()

        def offer(frame: Frame, tap: FrameTap = tap) -> None:
            tap.offer("gate", frame, made_events=False)

        with tempfile.TemporaryDirectory() as folder:
            silent = median_us(offer, camera, 0, OFFERS)
            rare, each = begun(Path(folder), 1e6), begun(Path(folder), 0)
            tap.listen(rare)
            offer(camera.frame())
            not_due = median_us(offer, camera, 0, OFFERS)
            tap.listen(each)
            due = median_us(offer, camera, 0.1, 1)  # so that the one before has been written
            for frames in (rare, each):
                frames.end(10)
        mean = 0.9 * not_due + 0.1 * due
        print(f"{f'{width}x{height}':12}{silent:>14.2f}{not_due:>10.2f}{due:>10.0f}{mean:>18.1f}")


def classified_ms(
    classifier: ImageClassifier, camera: Camera, frames: FrameRecording | None, s: float
) -> list[float]:
    """Of each frame, with what recording adds to it."""
    times, end = [], time.monotonic() + s
    while time.monotonic() < end:
        frame = camera.frame()
        started = time.perf_counter()
        classifier.classify(frame, FULL_FRAME)
        if frames is not None:
            frames.offer("gate", frame, made_events=False)
        times.append(1000 * (time.perf_counter() - started))
        time.sleep(FRAME_S)
    return times


def beside() -> None:
    """The second table."""
    classifier = open_classifier(ModelChoice())
    print("\nms per frame, of the built-in model, beside a recording with pictures")
    print("size        pictures        p50    p95   written   left out   p50 ratio")
    for width, height in SIZES:
        camera = Camera(photo(width, height))
        classified_ms(classifier, camera, None, 0.5)
        times: dict[str, list[float]] = {"none": [], "1 per second": [], "of each frame": []}
        with tempfile.TemporaryDirectory() as folder:
            kinds = {
                "none": None, "1 per second": begun(Path(folder), 1.0), "of each frame": begun(Path(folder), 0.0),
            }  # fmt: skip
            for _ in range(3):
                for name, frames in kinds.items():
                    times[name] += classified_ms(classifier, camera, frames, 3.0)
            for name, frames in kinds.items():
                p50, p95 = statistics.median(times[name]), statistics.quantiles(times[name], n=20)[-1]
                written = left_out = 0
                if frames is not None:
                    frames.end(10)
                    written, left_out = frames.progress.images, frames.progress.dropped
                ratio = p50 / statistics.median(times["none"])
                print(
                    f"{f'{width}x{height}':12}{name:<14} {p50:>5.1f} {p95:>6.1f} {written:>9} {left_out:>10} "
                    f"{ratio:>11.2f}"
                )
    classifier.close()


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    added()
    beside()
