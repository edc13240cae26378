"""Takes docs/images/archive.png: the page of an archive. `python docs/draw_archive.py`

The archive is of the bundled photos, cut and lit in many ways, with times in their names, as if two cameras had
taken them on some days. What it says of them is what the model says.
"""

import random
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from edgeclassify.demo import demo_photos

TARGET = Path(__file__).parent / "images" / "archive.png"
BEGIN = datetime(2026, 11, 2, 5, 30, tzinfo=UTC)
DAYS, WIDTH, HEIGHT = 6, 1000, 1180
MOST_VISITS, MOST_IMAGES = 5, 9


def take(folder: Path) -> None:
    """The images, in a folder for each camera: visits of a few seconds between images, hours apart."""
    chance = random.Random(7)
    with demo_photos() as bundled:
        photos = [cv2.imread(str(path)) for path in sorted(bundled.glob("*.jpg"))]
    for camera, seen in (("kitchen", photos), ("sofa", photos[:1])):
        (folder / camera).mkdir(parents=True)
        for day in range(DAYS):
            at = BEGIN + timedelta(days=day, minutes=chance.randrange(90))
            for _ in range(chance.randint(1, MOST_VISITS)):
                photo = chance.choice(seen)
                assert photo is not None
                for _ in range(chance.randint(1, MOST_IMAGES)):
                    height, width = photo.shape[:2]
                    side = round(min(height, width) * chance.uniform(0.6, 1.0))
                    top, left = chance.randint(0, height - side), chance.randint(0, width - side)
                    cut = np.ascontiguousarray(photo[top : top + side, left : left + side])
                    lit = cv2.convertScaleAbs(cut, alpha=chance.uniform(0.7, 1.15))
                    cv2.imwrite(str(folder / camera / f"{at:%Y%m%d_%H%M%S}.jpg"), lit)
                    at += timedelta(seconds=chance.randint(2, 20))
                at += timedelta(minutes=chance.randint(40, 200))


def main() -> None:
    """Make the images, archive them, and take the picture of the page."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        take(folder / "cameras")
        command = [sys.executable, "-m", "edgeclassify", "archive", "cameras", "--out", "pets.out"]
        subprocess.run([*command, "--groups", "everyday"], cwd=folder, check=True)
        page = (folder / "pets.out" / "index.html").as_uri()
        size = f"--window-size={WIDTH},{HEIGHT}"
        browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", size]
        subprocess.run([*browser, f"--screenshot={TARGET}", page], check=True, capture_output=True)


if __name__ == "__main__":
    main()
