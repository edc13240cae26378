"""Archives of a few pictures for tests."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from edgeclassify.archive.interface import Batch, Item
from edgeclassify.demo import demo_photos


def picture_folder(folder: Path, count: int) -> Path:
    """So many copies of the demo's photos: cam0, cam1, … of four pictures each."""
    with demo_photos() as photos:
        files = sorted(photos.glob("*.jpg"))
        for number in range(count):
            camera = folder / f"cam{number // 4}"
            camera.mkdir(parents=True, exist_ok=True)
            shutil.copy(files[number % len(files)], camera / f"img{number:03}.jpg")
    return folder


def batch_of(files: Sequence[Path], camera: str = "cam") -> Batch:
    """The files as one batch."""
    return Batch(camera, tuple(Item(str(file)) for file in files))
