"""An archive as large as is wanted, of the few photos at hand: cropped and coded anew, each file another one."""

import os
import random
from pathlib import Path

import cv2

from edgeclassify.types import Pixels
from tests.support.photos import photos

PER_FOLDER = 1000
_PHOTOS = 24
_SIDE = 640


def make_images(folder: Path, count: int, data: Path, *, seed: int = 1) -> None:
    """So many JPEGs, a thousand to a camera's folder; those that are there already stay.

    `data`: the folder of the test data. They have 640x480 pixels, as of a webcam.
    """
    decoded = [_enlarged(photo.path) for photo in photos(data)[:_PHOTOS]]
    for number in range(count):
        path = folder / f"cam{number // PER_FOLDER:04}" / f"img_{number:07}.jpg"
        if path.exists():
            continue
        if number % PER_FOLDER == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
        chance = random.Random(seed * 1_000_003 + number)
        photo = chance.choice(decoded)
        top, left = chance.randrange(photo.shape[0] - 479), chance.randrange(photo.shape[1] - 639)
        picture = photo[top : top + 480, left : left + 640]
        _, data_of_it = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, chance.randint(60, 92)])
        beside = path.with_suffix(".tmp")
        beside.write_bytes(data_of_it.tobytes())
        os.rename(beside, path)  # noqa: PTH104


def _enlarged(photo: Path) -> Pixels:
    """So large that there is room for other crops."""
    picture = cv2.imread(str(photo))
    assert picture is not None
    scale = max(520 / picture.shape[0], (_SIDE + 60) / picture.shape[1])
    large: Pixels = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return large
