"""`python -m tests.bench.archive_stillness`: what `archive --still` saves on a camera trap's days, and misses.

Yards are drawn (`tests.bench.yards`), each with a camera that is set off every few minutes from dawn into the
night: by leaves, by light, and now and then by a visitor. Each time it takes three pictures within four seconds,
each with its own noise, as JPEGs of 640x480; a visitor stands elsewhere in each. Then, one after the other, on
one process each and with the same model: `edgeclassify archive`, and the same with `--still`.

`still`: images for which the classifier was not asked. `visitors`: of the images with one, those that were taken
for still.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as parquet

from tests.bench.yards.camera import Moment, shot
from tests.bench.yards.light import weather
from tests.bench.yards.places import KINDS, Place, place
from tests.support.data import needed_test_data
from tests.support.photos import TF2_V2, model_path

FROM_H, UNTIL_H = 6.0, 22.0
BURST, APART_H = 3, 2 / 3600
VISITED = 0.15
"""Of the pictures: as often as `shot` draws somebody."""


@dataclass(frozen=True)
class Trap:
    """A yard and its day."""

    where: Place
    number: int

    def pictures(self, every_min: float) -> Iterator[tuple[cv2.typing.MatLike, bool]]:
        """In their order, BGR 640x480, and whether a visitor is in it. Each burst has one visitor or none."""
        sky = weather(self.number, has_infrared=True, rains=self.number % 2 == 1)
        draws = np.random.default_rng(self.number)
        for burst, hour in enumerate(np.arange(FROM_H, UNTIL_H, every_min / 60)):
            wanted = draws.random() < VISITED
            seed = burst * 1000
            for i in range(BURST):
                moment = Moment(sky, float(hour) + i * APART_H, seed)
                while self._is_visited(moment) != wanted:
                    seed += 1
                    moment = Moment(sky, moment.hour, seed)
                picture = cv2.cvtColor(shot(self.where, 0, moment), cv2.COLOR_RGB2BGR)
                yield cv2.resize(picture, (640, 480), interpolation=cv2.INTER_CUBIC), wanted
                seed += 1

    def _is_visited(self, moment: Moment) -> bool:
        """As shot() draws it."""
        key = [
            *self.where.kind.encode(),
            self.where.number,
            0,
            moment.sky.seed,
            round(moment.hour * 3600),
            moment.seed,
        ]
        return np.random.default_rng(key).random() < VISITED


def draw(folder: Path, yards: int, every_min: float) -> dict[str, bool]:
    """The images of all traps, by their paths in the folder: is a visitor there?"""
    visited = {}
    kinds = list(KINDS)
    for number in range(yards):
        camera = folder / f"trap{number:02}"
        camera.mkdir(parents=True)
        trap = Trap(place(kinds[number % len(kinds)], number), number)
        for i, (picture, has_visitor) in enumerate(trap.pictures(every_min)):
            path = camera / f"img_{i:05}.jpg"
            cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
            visited[str(path.relative_to(folder))] = has_visitor
        print(f"{number + 1} of {yards} yards drawn", file=sys.stderr)
    return visited


def classified(images: Path, out: Path, model: Path, *more: str) -> float:
    """Seconds that the archive took."""
    command = [
        sys.executable,
        "-m",
        "edgeclassify",
        "archive",
        str(images),
        "--out",
        str(out),
        "--model",
        str(model),
    ]
    began = time.perf_counter()
    subprocess.run([*command, "--jobs", "1", "--no-summary", *more], check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    """Draw, classify both ways, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--yards", type=int, default=6)
    parser.add_argument("--every", type=float, default=6.0, metavar="MIN", help="minutes between two bursts")
    parser.add_argument("--model", default=TF2_V2, help="of the test data's models")
    given = parser.parse_args()
    model = model_path(needed_test_data(), given.model)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        visited = draw(work / "images", given.yards, given.every)
        all_s = classified(work / "images", work / "all", model)
        still_s = classified(work / "images", work / "still", model, "--still")
        rows = parquet.read_table(work / "still" / "parts", columns=["path", "still"]).to_pylist()
    stills = {str(Path(row["path"]).relative_to(work / "images")) for row in rows if row["still"]}
    missed = sum(visited[path] for path in stills)
    print(
        f"{len(visited)} images of {given.yards} yards, a burst of {BURST} every {given.every:g} min, {model.name}"
    )
    print(f"still: {len(stills)} of {len(visited)} ({len(stills) / len(visited):.0%})")
    print(f"visitors among them: {missed} of {sum(visited.values())}")
    print(f"all classified: {all_s:.1f} s; with --still: {still_s:.1f} s, {all_s / still_s:.2f} times as fast")


if __name__ == "__main__":
    main()
