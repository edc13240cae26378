"""Time of a snapshot, and what taking them costs inference.

    python -m tests.bench.snapshots

First table: ms per picture of a photo at two sizes, by step, and for a message that may have to be made smaller.
Second table: ms per frame (preprocess and invoke, the built-in model), without and with pictures: one per second,
as events come, and one after the other without a pause, which is the worst that can be; measured in turns within
one run.
"""

import logging
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from edgeclassify.config import SnapshotConfig
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.pictures.caption import Caption
from edgeclassify.pictures.jpeg import Drawing
from edgeclassify.pixels import to_bgr
from edgeclassify.publish.snapshots import SnapshotTaker
from edgeclassify.types import (
    FULL_FRAME,
    Event,
    EventType,
    Frame,
    LabelScore,
    ModelChoice,
    PixelFormat,
    Roi,
    ViewState,
)
from tests.model.frames import in_format

PHOTO = Path(__file__).parents[2] / "edgeclassify" / "demo" / "photos" / "espresso.jpg"
SIZES = ((640, 480), (1920, 1080))
ROUNDS = 30
ROI = Roi(0.2, 0.2, 0.5, 0.5)
TOP = (LabelScore(1, "espresso", 0.93), LabelScore(2, "cup", 0.04), LabelScore(3, "coffee mug", 0.02))
STATE = ViewState("gate", "espresso", 0.93, 1.8e9, 1.8e9, 1, "id-1", TOP, "mobilenet_v2")
EVENT = Event("id-1", 1, "gate", EventType.START, "espresso", 0.93, 1.8e9)


def photo(width: int, height: int) -> Frame:
    """The photo as a camera would give it: YUV420."""
    stored = cv2.imread(str(PHOTO))
    assert stored is not None, PHOTO
    bgr = cv2.resize(stored, (width, height), interpolation=cv2.INTER_CUBIC)
    return in_format(np.ascontiguousarray(bgr[:, :, ::-1]), PixelFormat.YUV420)


def median_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def steps() -> None:
    print(f"ms per picture, median of {ROUNDS}")
    print("size        to BGR   draw  encode 85   whole, kept on disk   KiB   within 100,000 bytes   KiB")
    for width, height in SIZES:
        frame = photo(width, height)
        caption = Caption.of_event(frame, STATE, EVENT)
        drawing = Drawing(frame, ROI, caption)
        jpeg, fitting = drawing.jpeg(85), drawing.jpeg_within(85, 100_000)
        assert fitting is not None
        convert, draw = median_ms(partial(to_bgr, frame)), median_ms(drawing.render)
        code = median_ms(partial(drawing.jpeg, 85)) - draw
        fit = median_ms(partial(drawing.jpeg_within, 85, 100_000))
        with tempfile.TemporaryDirectory() as folder:
            config = SnapshotConfig(disk=True, min_free_bytes=0)
            taker = SnapshotTaker(config=config, folder=Path(folder), publish=None)
            whole = median_ms(partial(taker.take_now, frame, ROI, STATE))
        print(
            f"{width:>4}x{height:<5} {convert:>7.1f} {draw:>6.1f} {code:>10.1f} {whole:>21.1f} "
            f"{len(jpeg.data) / 1024:>5.0f} {fit:>22.1f} {len(fitting.data) / 1024:>5.0f}"
        )


def classify_ms(classifier: ImageClassifier, frame: Frame, seconds: float) -> list[float]:
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        times.append(classifier.classify(frame, FULL_FRAME).ms)
        time.sleep(0.02)  # frames come at a camera's pace, not as fast as they can be taken
    return times


def beside(taker: SnapshotTaker, frame: Frame, pause_s: float, stop: threading.Event) -> threading.Thread:
    def work() -> None:
        while not stop.wait(pause_s):
            taker.offer(frame, ROI, STATE, [EVENT])

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def effect() -> None:
    classifier = open_classifier(ModelChoice())
    print("\nms per frame, of the built-in model, beside snapshots (published and on disk)")
    print("size        pictures        p50    p95   pictures taken   p50 ratio")
    for width, height in SIZES:
        frame = photo(width, height)
        classify_ms(classifier, frame, 0.5)
        alone: list[float] = []
        rows: dict[str, tuple[list[float], list[int]]] = {"1 per second": ([], []), "all the time": ([], [])}
        for _ in range(3):
            alone += classify_ms(classifier, frame, 2.0)
            for (times, sent), pause_s in zip(rows.values(), (1.0, 0.002), strict=True):
                with tempfile.TemporaryDirectory() as folder:
                    config = SnapshotConfig(disk=True, mqtt=True, min_free_bytes=0)

                    def note(_view: str, jpeg: bytes, sent: list[int] = sent) -> None:
                        sent.append(len(jpeg))

                    taker = SnapshotTaker(config=config, folder=Path(folder), publish=note)
                    taker.start()
                    stop = threading.Event()
                    thread = beside(taker, frame, pause_s, stop)
                    times += classify_ms(classifier, frame, 3.0)
                    stop.set()
                    thread.join()
                    taker.stop(5)
        base = statistics.median(alone)
        for name, times, count in (
            ("none", alone, 0), *((name, times, len(sent)) for name, (times, sent) in rows.items())
        ):  # fmt: skip
            p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            print(f"{width:>4}x{height:<5} {name:<14} {p50:>5.1f} {p95:>6.1f} {count:>16} {p50 / base:>11.2f}")
    classifier.close()


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # that pictures are dropped where they come without a pause
    steps()
    effect()
