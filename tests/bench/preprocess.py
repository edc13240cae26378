"""Time and accuracy of the ways to scale a frame down, and the time of preprocessing in each pixel format.

    python -m tests.bench.preprocess

First table: resize of the centre crop of a BGR frame to 224x224 in ms, and top-1 on the photos. The photos'
shorter side is at most 384 pixels, so each is also classified enlarged 2 and 4 times (Lanczos), where a
method that skips pixels loses. Second table: the whole preprocessing per pixel format against one invoke.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.preprocess import sampling
from edgeclassify.model.preprocess.resize import Resizer
from edgeclassify.types import ModelChoice, PixelFormat
from tests.model.frames import frame_of, in_format, picture
from tests.support.data import needed_test_data
from tests.support.photos import TF2_V2, V1_SMALL, V2, Photo, model_path, photos

Pixels = NDArray[np.uint8]
ENLARGEMENTS = (1, 2, 4)
FRAME_SIZES = ((640, 480), (1280, 720), (1920, 1080))


class _OneStep:
    """A resizer of one OpenCV call, in place of the project's own."""

    method = cv2.INTER_AREA

    def __init__(self, source: tuple[int, int], target: tuple[int, int], channels: int) -> None:
        self._target = target

    def __call__(self, source: Pixels, target: Pixels) -> None:
        cv2.resize(source, self._target, dst=target, interpolation=self.method)


class _Area(_OneStep):
    method = cv2.INTER_AREA


class _Linear(_OneStep):
    method = cv2.INTER_LINEAR


class _Nearest(_OneStep):
    method = cv2.INTER_NEAREST


METHODS: dict[str, Callable[..., object]] = {
    "area": _Area,
    "linear": _Linear,
    "nearest": _Nearest,
    "halve, then linear": Resizer,
}


def median_ms(call: Callable[[], object], repeats: int = 200) -> float:
    """Median time of a call in milliseconds, after ten calls that don't count."""
    times = []
    for _ in range(repeats + 10):
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times[10:])


def resize_ms(method: Callable[..., object], width: int, height: int) -> float:
    """Time to resize the centre crop of a frame to 224x224."""
    side = int(0.875 * height) // 8 * 8
    crop = picture(width, height)[:side, :side]
    target = np.empty((224, 224, 3), np.uint8)
    resize = method((side, side), (224, 224), 3)
    assert callable(resize)
    return median_ms(lambda: resize(crop, target))


def top1(classifier: NetworkClassifier, pictures: Sequence[Photo], enlargement: int) -> int:
    """How many photos are right, each enlarged so many times."""
    right = 0
    for photo in pictures:
        frame = photo.frame()
        size = (frame.width * enlargement, frame.height * enlargement)
        pixels = np.asarray(cv2.resize(frame.pixels, size, interpolation=cv2.INTER_LANCZOS4), np.uint8)
        right += classifier.classify(frame_of(pixels, PixelFormat.BGR)).top(1)[0].index == photo.index
    return right


def compare_methods(folder: Path) -> None:
    """The first table."""
    pictures = photos(folder)
    sizes = "  ".join(f"{w}x{h}" for w, h in FRAME_SIZES)
    print(f"resize to 224x224, ms: {sizes}; top-1 of {len(pictures)}, photos enlarged {ENLARGEMENTS} times")
    for name, method in METHODS.items():
        times = "  ".join(f"{resize_ms(method, *size):7.3f}" for size in FRAME_SIZES)
        setattr(sampling, Resizer.__name__, method)
        rights = []
        for model in (TF2_V2, V2, V1_SMALL):
            classifier = open_classifier(ModelChoice(name=str(model_path(folder, model))))
            right = [top1(classifier, pictures, enlargement) for enlargement in ENLARGEMENTS]
            rights.append(f"{model.rsplit('_', 1)[0]} {right}")
        print(f"{name:20} {times}   {'  '.join(rights)}", flush=True)
    setattr(sampling, Resizer.__name__, Resizer)


def compare_formats(folder: Path) -> None:
    """The second table."""
    classifier = open_classifier(ModelChoice(name=str(model_path(folder, TF2_V2))))
    print(f"\npreprocessing, median of 200, ms (share of the median invoke); {classifier.info.runtime}")
    for width, height in FRAME_SIZES:
        for pixel_format in PixelFormat:
            frame = in_format(picture(width, height), pixel_format)
            predictions = [classifier.classify(frame) for _ in range(210)][10:]
            preprocess = statistics.median(p.preprocess_ms for p in predictions)
            invoke = statistics.median(p.invoke_ms for p in predictions)
            size = f"{width}x{height}"
            print(f"{size:10} {pixel_format:7} {preprocess:6.3f} of {invoke:6.3f} ({preprocess / invoke:5.1%})")


if __name__ == "__main__":
    data = needed_test_data()
    print(f"OpenCV {cv2.__version__}, {cv2.getNumThreads()} threads")
    compare_methods(data)
    compare_formats(data)
