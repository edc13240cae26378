"""Pictures through libcamera's virtual camera, picamera2 and our source: the same top-1 as from files?

To be run by run-in-root.sh; prints one JSON object. The demo's photos are shown, and those of the test data, where
EDGECLASSIFY_TEST_DATA names it; the model is the built-in one, and MobileNet V2 of the test data.
"""

import json
import logging
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.sources.images.reading import list_images, load_frame
from edgeclassify.sources.synthetic.pattern import as_yuv420, fit_image
from edgeclassify.types import Frame, ModelChoice
from tests.support.optional import present

FILES = Path("/opt/files")
PICTURES = Path("/opt/pictures")
DATA = Path("/opt/data")
SIZE = (512, 384)
SURE = 0.5
"""Score from which on a label is no matter of a few grey levels."""
PATIENCE = 40
"""Frames per picture after which a picture that was not seen is given up."""


def prepare() -> int:
    """The pictures in exactly the size of the stream, numbered, as files and for the camera.

    libcamera reads them when it starts. A real camera's Y lies in 16-235, as asked for; the virtual one hands on
    what is in its JPEGs, so theirs are written with that range.
    """
    for folder in (FILES, PICTURES):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    photos = list_images(Path("/opt/edgeclassify/edgeclassify/demo/photos"))
    if (DATA / "images").is_dir():
        photos += list_images(DATA / "images")
    for number, photo in enumerate(photos):
        picture = fit_image(np.asarray(cv2.imread(str(photo)), np.uint8), SIZE)
        full = cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb).astype(np.float32)
        limited = full * (219 / 255, 224 / 255, 224 / 255) + (16, 128 - 128 * 224 / 255, 128 - 128 * 224 / 255)
        shown = cv2.cvtColor(np.rint(limited).astype(np.uint8), cv2.COLOR_YCrCb2BGR)
        cv2.imwrite(str(FILES / f"{number}.png"), picture)
        cv2.imwrite(str(PICTURES / f"{number}.jpg"), shown, [cv2.IMWRITE_JPEG_QUALITY, 100])
    return len(photos)


def models() -> Iterator[tuple[str, ModelChoice]]:
    """The models to try."""
    yield "builtin", ModelChoice()
    file = DATA / "models" / "tf2_mobilenet_v2_1.0_224_ptq.tflite"
    if file.exists():
        yield "mobilenet_v2", ModelChoice(name=str(file), labels=file.parent / "imagenet_labels.txt")


def through_the_camera(count: int) -> dict[int, tuple[Frame, Frame]]:
    """One lores and one main frame of each picture, by its number, as copies."""
    from edgeclassify.sources.picamera.settings import PicameraSettings
    from edgeclassify.sources.picamera.source import PicameraSource

    # It patches picamera2 for the virtual pipeline; only now: it starts libcamera.
    from tests.target.camera import virtual_camera  # noqa: F401

    files = [cv2.imread(str(FILES / f"{number}.png"), cv2.IMREAD_GRAYSCALE) for number in range(count)]
    small = [cv2.resize(present(file), (32, 18), interpolation=cv2.INTER_AREA) for file in files]
    source = PicameraSource(
        "pictures", PicameraSettings("Virtual Pictures Device", wanted_side=SIZE[1], size=SIZE)
    )
    source.open()
    seen: dict[int, tuple[Frame, Frame]] = {}
    for _ in range(PATIENCE * count):
        frame = present(source.read(2.0))
        luma = (frame.pixels[: frame.height, : frame.width].astype(float) - 16) * 255 / 219
        luma = cv2.resize(luma, (32, 18), interpolation=cv2.INTER_AREA)
        number = min(range(count), key=lambda n: float(abs(luma - small[n]).mean()))
        if number not in seen:
            seen[number] = (kept(frame), kept(present(frame.main)()))
        if len(seen) == count:
            break
    source.close()
    return seen


def kept(frame: Frame) -> Frame:
    """The frame with pixels of its own: those of the camera go back to it."""
    from dataclasses import replace

    return replace(frame, pixels=frame.pixels.copy(), main=None)


def compare(classifier: ImageClassifier, seen: Mapping[int, tuple[Frame, Frame]]) -> dict[str, Any]:
    """Top-1 through the camera beside that from the file, and from the file's pixels in the camera's format."""
    rows = []
    for number, (lores, full) in sorted(seen.items()):
        file = load_frame(FILES / f"{number}.png")
        expected, in_format = (
            classifier.classify(frame).top(1)[0] for frame in (file, as_yuv420(file, padding=0))
        )
        got, of_main = (classifier.classify(frame).top(1)[0] for frame in (lores, full))
        rows.append((number, expected, in_format, got, of_main))
    sure = [row for row in rows if row[1].score >= SURE]
    return {
        "same_as_file": sum(got.label == expected.label for _, expected, _, got, _ in rows),
        "same_as_file_in_yuv": sum(got.label == in_format.label for _, _, in_format, got, _ in rows),
        "main_same_as_lores": sum(got.label == of_main.label for *_, got, of_main in rows),
        "sure": len(sure),
        "sure_same_as_file": sum(got.label == expected.label for _, expected, _, got, _ in sure),
        "highest_score_that_differs": max(
            (round(expected.score, 3) for _, expected, _, got, _ in rows if got.label != expected.label),
            default=None,
        ),
        "furthest_score_from_file_in_yuv": round(
            max(abs(got.score - in_format.score) for _, _, in_format, got, _ in rows), 3
        ),
    }


def main() -> None:
    """Show, look, compare."""
    logging.basicConfig(level=logging.WARNING)
    count = prepare()
    seen = through_the_camera(count)
    report: dict[str, Any] = {"pictures": count, "seen": len(seen), "models": {}}
    for name, config in models():
        classifier = open_classifier(config)
        report["models"][name] = compare(classifier, seen)
        classifier.close()
    print(json.dumps(report, indent=1))
    for picture in set(PICTURES.iterdir()) - {PICTURES / "0.jpg"}:
        picture.unlink()  # the virtual camera holds all of them in memory, in other checks too


main()
