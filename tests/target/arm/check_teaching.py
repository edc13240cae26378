"""The whole way of a taught model, in one runtime on one machine: taught, fitted, opened, asked.

    check_teaching.py RUNTIME OUTPUT BASE...

Five photos of the test data are five classes; three cut-outs of each, in changing light, are taught, eight
others are asked for. OUTPUT: JSON with the labels and scores of each base. With EDGECLASSIFY_TAUGHT=FOLDER the
models that were taught elsewhere, in that folder of models, are asked instead. Written for `run.sh`, which
compares.
"""

import json
import os
import platform
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edgeclassify.model.catalog.places import ENVIRONMENT
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.runtime.runtimes import runtime_name
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.interface import Picture
from edgeclassify.teaching.teacher import Teacher
from edgeclassify.types import ModelChoice, PixelFormat, Pixels
from edgeclassify.types.model_choice import RuntimeName
from tests.model.frames import frame_of
from tests.model.known import ALL_KNOWN
from tests.support.data import needed_test_data
from tests.support.photos import photos

CLASSES, TAUGHT, ASKED = 5, 3, 8


def cut_outs(image: Pixels, count: int, seed: int) -> list[Pixels]:
    """Parts of a picture (BGR), a little darker or brighter, as RGB."""
    rng, found = np.random.default_rng(seed), []
    height, width = image.shape[:2]
    for _ in range(count):
        side = int(min(height, width) * rng.uniform(0.6, 0.9))
        top, left = rng.integers(0, height - side + 1), rng.integers(0, width - side + 1)
        part = image[top : top + side, left : left + side].astype(np.int32)
        bright = np.clip(part * int(rng.integers(170, 300)) // 256, 0, 255).astype(np.uint8)
        found.append(np.ascontiguousarray(bright[:, :, ::-1]))
    return found


def teach(name: str, base: str, runtime: RuntimeName, taught: dict[str, list[Pixels]]) -> None:
    """A taught model of these pictures."""

    def opened(config: ModelChoice) -> Embedder:
        return Embedder.open(replace(config, runtime=runtime), trials=ALL_KNOWN)

    with Teacher(name, open_embedder=opened) as teacher:
        for label, pictures in taught.items():
            teacher.add(label, [Picture(one, f"{label} {i}") for i, one in enumerate(pictures)], base=base)
        teacher.fit()


def ask(name: str, runtime: RuntimeName, asked: list[Pixels]) -> dict[str, Any]:
    """What it says of these pictures."""
    classifier = open_classifier(ModelChoice(name=name, runtime=runtime), trials=ALL_KNOWN)
    best = [classifier.classify(frame_of(one, PixelFormat.RGB)).top(1)[0] for one in asked]
    return {"labels": [one.label for one in best], "scores": [round(one.score, 4) for one in best]}


def main(runtime: RuntimeName, output: Path, bases: list[str]) -> None:
    """All bases in turn."""
    chosen = photos(needed_test_data())[:CLASSES]
    images = {photo.path.stem: np.asarray(cv2.imread(str(photo.path)), np.uint8) for photo in chosen}
    taught = {label: cut_outs(image, TAUGHT, seed) for seed, (label, image) in enumerate(images.items())}
    asked = [one for seed, image in enumerate(images.values()) for one in cut_outs(image, ASKED, 100 + seed)]
    truth = [label for label in images for _ in range(ASKED)]
    elsewhere = os.environ.get("EDGECLASSIFY_TAUGHT")
    os.environ[ENVIRONMENT] = elsewhere or tempfile.mkdtemp()
    report: dict[str, Any] = {"machine": platform.machine(), "runtime": runtime_name(runtime), "truth": truth}
    for base in bases:
        name = f"five-{Path(base).stem}"
        if elsewhere is None:
            teach(name, base, runtime, taught)
        report[Path(base).stem] = ask(name, runtime, asked)
    output.write_text(json.dumps(report))
    if elsewhere is None:
        print(os.environ[ENVIRONMENT])


if __name__ == "__main__":
    wanted: RuntimeName = "litert" if sys.argv[1] == "litert" else "tflite-runtime"
    main(wanted, Path(sys.argv[2]), sys.argv[3:])
