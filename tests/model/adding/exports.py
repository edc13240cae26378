"""Zips as tools export them, with models that tell red, green and blue apart."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.types import ModelChoice, PixelFormat
from tests.model.colour_nets import SIDE
from tests.model.frames import frame_of
from tests.model.tflite_files import ModelDef, tflite_bytes

LABELS = b"0 red\n1 green\n2 blue\n"


def model_bytes(model: ModelDef) -> bytes:
    return tflite_bytes(model)


def zipped(path: Path, files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip of these files."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def colours_told(name: str) -> list[str]:
    """What the model of that name says of a red, a green and a blue picture."""
    classifier = open_classifier(ModelChoice(name=name))
    try:
        found = []
        for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255)):
            pixels = np.full((SIDE, SIDE, 3), colour, np.uint8)
            found.append(classifier.classify(frame_of(pixels, PixelFormat.RGB)).top(1)[0])
        assert all(one.score > 0.9 for one in found)
        return [one.label for one in found]
    finally:
        classifier.close()
