"""The bundled photos at several moments: no camera gives the same picture twice."""

import shutil
from pathlib import Path

import cv2
import numpy as np

from edgeclassify.pictures.jpeg import image_jpeg

QUALITY = 90
SHARE = 0.94
"""Of each side that a later moment shows: the camera was knocked, and looks a little to one side."""
LATER = (
    (0.0, 0.0, 1.05),
    (1.0, 0.2, 0.95),
    (0.0, 0.6, 1.10),
    (0.8, 0.0, 0.90),
    (0.2, 0.4, 1.00),
    (0.0, 1.0, 0.95),
    (1.0, 0.0, 1.10),
)
"""Each later moment: where what is left out lies (0: right or below, 1: left or above), and how bright it is."""


def write_moments(photos: Path, folder: Path) -> None:
    """Fill `folder`, which is made: each photo as it is, then all of them at each later moment, in this order by
    their names."""
    folder.mkdir()
    originals = sorted(photos.glob("*.jpg"))
    for photo in originals:
        shutil.copyfile(photo, folder / f"1-{photo.name}")
        pixels = cv2.imread(str(photo))
        assert pixels is not None, "the package's own photos can be read"
        height, width = pixels.shape[:2]
        kept_height, kept_width = round(height * SHARE), round(width * SHARE)
        for number, (right, down, light) in enumerate(LATER, start=2):
            top, left = round((height - kept_height) * down), round((width - kept_width) * right)
            window = pixels[top : top + kept_height, left : left + kept_width]
            shown = np.clip(window * light, 0, 255).astype(np.uint8)
            (folder / f"{number}-{photo.name}").write_bytes(image_jpeg(shown, QUALITY, b"edgeclassify demo").data)
