"""Draws what docs/teaching.md shows of places and of changed copies. `python docs/draw_teaching.py`

docs/images/teaching-scenes.jpg: a gate in both states over a day and two nights. docs/images/teaching-copies.jpg:
a picture, and the copies that are taught with it.
"""

import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from edgeclassify.teaching.augmentation import variants  # noqa: E402
from edgeclassify.types import Pixels  # noqa: E402
from tests.bench.yards.camera import Moment, shot  # noqa: E402
from tests.bench.yards.light import Weather, weather  # noqa: E402
from tests.bench.yards.places import Place, place  # noqa: E402

IMAGES = ROOT / "docs" / "images"
TILE, GAP, QUALITY = (192, 144), 4, 80
CLEAR = replace(weather(5, has_infrared=True, rains=False), clouds=0.1)
WET = replace(CLEAR, rain_from=9.0, rain_to=20.0)
LAMP = replace(CLEAR, has_infrared=False)
NIGHT_H = 22
MOMENTS: tuple[tuple[Weather, float], ...] = (
    (CLEAR, 9), (CLEAR, 13), (WET, 14), (CLEAR, 17.8), (CLEAR, NIGHT_H), (LAMP, NIGHT_H),
)  # fmt: skip


def main() -> None:
    """Write both."""
    gate = place("swing gate", 1)
    save("teaching-scenes", [[shown(gate, state, *moment) for moment in MOMENTS] for state in (0, 1)])
    pixels = shown(gate, 0, CLEAR, 13)
    save("teaching-copies", [[pixels, *variants(pixels, b"teaching")]])


def shown(where: Place, state: int, sky: Weather, hour: float) -> Pixels:
    """A picture of the place."""
    return shot(where, state, Moment(sky, hour, 4))


def save(name: str, rows: list[list[Pixels]]) -> None:
    """One image of many."""
    tiles = [[cv2.resize(one, TILE, interpolation=cv2.INTER_AREA) for one in row] for row in rows]
    width, height = TILE[0] + GAP, TILE[1] + GAP
    sheet = np.full((height * len(rows) - GAP, width * len(rows[0]) - GAP, 3), 255, np.uint8)
    for down, row in enumerate(tiles):
        for across, tile in enumerate(row):
            sheet[down * height : down * height + TILE[1], across * width : across * width + TILE[0]] = tile
    path = IMAGES / f"{name}.jpg"
    cv2.imwrite(str(path), sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
