"""Fixtures of the library's tests: the built-in model, open, and a photo that it knows."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify import Classifier
from edgeclassify.demo import demo_photos

ESPRESSO = "espresso.jpg"


@pytest.fixture(scope="session")
def photos() -> Iterator[Path]:
    """The folder of the demo's photos."""
    with demo_photos() as folder:
        yield folder


@pytest.fixture(scope="session")
def espresso(photos: Path) -> Path:
    return photos / ESPRESSO


@pytest.fixture(scope="session")
def bgr(espresso: Path) -> NDArray[np.uint8]:
    """The espresso as OpenCV reads it."""
    return np.asarray(cv2.imread(str(espresso)), np.uint8)


@pytest.fixture(scope="module")
def classifier() -> Iterator[Classifier]:
    with Classifier() as opened:
        yield opened
