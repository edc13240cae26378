"""Pictures of some classes to teach: parts of the demo's photos, each another one."""

from pathlib import Path

import cv2
import numpy as np

from edgeclassify.demo import demo_photos
from edgeclassify.types import Pixels

CAT, ESPRESSO, TRIPOD = "cat", "espresso", "tripod"


def part_of(photo: str, number: int) -> Pixels:
    """A part of a photo, RGB: the same for the same number, of another place and size for another one."""
    with demo_photos() as folder:
        image = cv2.imread(str(folder / f"{photo}.jpg"))
    assert image is not None
    draws = np.random.default_rng(number)
    height, width = image.shape[:2]
    side = int(min(height, width) * draws.uniform(0.7, 0.95))
    top, left = int(draws.integers(height - side + 1)), int(draws.integers(width - side + 1))
    part = image[top : top + side, left : left + side, ::-1]
    return np.ascontiguousarray(cv2.resize(part, (160, 160), interpolation=cv2.INTER_AREA))


def write_parts(folder: Path, photo: str, count: int, first: int = 0) -> Path:
    """A folder with so many parts of a photo as PNGs."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        is_written = cv2.imwrite(str(folder / f"{photo}{number}.png"), part_of(photo, number)[:, :, ::-1])
        assert is_written
    return folder
