"""Top-1 and top-5 of the real models on the photos, on each runtime; agreement; milliseconds per frame.

    python -m tests.bench.accuracy

`beyond` is the share of the time of a whole `classify()` call that is not `invoke()`, against `invoke()`.
Ends with status 1 where a model falls short of what it must reach (in brackets).
"""

import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.runtime.cores import auto_threads
from edgeclassify.model.runtime.runtimes import available_runtimes
from edgeclassify.types import Frame, ModelChoice
from edgeclassify.types.model_choice import RuntimeName
from tests.support.data import needed_test_data
from tests.support.photos import TF2_V2, V1_SMALL, V2, Photo, model_path, photos

LEAST = {TF2_V2: (89, 99), V2: (90, 0), V1_SMALL: (52, 0)}
"""Top-1 and top-5 that each model must reach, of 100."""

LEAST_AGREEMENT = 97


@dataclass(frozen=True)
class Figures:
    """What one model did on one runtime; times are medians per frame."""

    runtime: str
    best: tuple[int, ...]
    top1: int
    top5: int
    preprocess_ms: float
    invoke_ms: float
    classify_ms: float


def measure(path: Path, runtime: RuntimeName, pictures: Sequence[Photo], frames: Sequence[Frame]) -> Figures:
    """Classify every photo once, after one that does not count."""
    classifier = open_classifier(ModelChoice(name=str(path), runtime=runtime))
    classifier.classify(frames[0])
    predictions, times = [], []
    for frame in frames:
        started = time.perf_counter()
        predictions.append(classifier.classify(frame))
        times.append((time.perf_counter() - started) * 1e3)
    pairs = list(zip(pictures, predictions, strict=True))
    return Figures(
        runtime=classifier.info.runtime,
        best=tuple(prediction.top(1)[0].index for prediction in predictions),
        top1=sum(prediction.top(1)[0].index == photo.index for photo, prediction in pairs),
        top5=sum(photo.index in [entry.index for entry in prediction.top(5)] for photo, prediction in pairs),
        preprocess_ms=statistics.median(prediction.preprocess_ms for prediction in predictions),
        invoke_ms=statistics.median(prediction.invoke_ms for prediction in predictions),
        classify_ms=statistics.median(times),
    )


def line(model: str, figures: Figures) -> str:
    """One row of the table."""
    least1, least5 = LEAST[model]
    beyond = (figures.classify_ms - figures.invoke_ms) / figures.invoke_ms
    return (
        f"{model:30} {figures.runtime:22} {figures.top1:3} (>= {least1})  {figures.top5:3} (>= {least5:2})  "
        f"{figures.preprocess_ms:7.3f} {figures.invoke_ms:9.3f} {figures.classify_ms:9.3f} {beyond:7.1%}"
    )


def main() -> int:
    """Print the table; 1 where something falls short."""
    folder = needed_test_data()
    pictures = photos(folder)
    frames = [photo.frame() for photo in pictures]
    print(f"{len(pictures)} photos, OpenCV {cv2.__version__}, {auto_threads()} threads per invoke, medians in ms")
    print(
        f"{'model':30} {'runtime':22} {'top-1':11}  {'top-5':11}  "
        f"{'preproc':>7} {'invoke':>9} {'classify':>9}  beyond"
    )
    is_short = False
    for model, (least1, least5) in LEAST.items():
        found = [measure(model_path(folder, model), name, pictures, frames) for name in available_runtimes()]
        for figures in found:
            print(line(model, figures), flush=True)
            is_short |= figures.top1 < least1 or figures.top5 < least5
        if len(found) == 2:
            agreement = sum(a == b for a, b in zip(found[0].best, found[1].best, strict=True))
            print(f"{model:30} the two runtimes agree on {agreement} (>= {LEAST_AGREEMENT})")
            is_short |= agreement < LEAST_AGREEMENT
    return int(is_short)


if __name__ == "__main__":
    sys.exit(main())
