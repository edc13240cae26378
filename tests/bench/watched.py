"""How fast a watched folder's backlog is given: `python -m tests.bench.watched [COUNT...]`.

For each COUNT that many small pictures lie in a folder; all are given, and acknowledged one by one as after a
classification. Prints pictures per second, and what the process grew by: with each COUNT in a process of its own.
Whatever does not grow with the backlog gives the same rate at every COUNT.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from edgeclassify.sources.images.watched.put_away import After
from edgeclassify.sources.images.watched.source import WatchedFolderSource
from edgeclassify.types import Outcome

COUNTS = (2_000, 8_000, 32_000)
PER_FOLDER = 500


def fill(folder: Path, count: int, *, in_folders: bool) -> None:
    """Small JPEGs, a second apart."""
    data = cv2.imencode(".jpg", np.zeros((32, 32, 3), np.uint8))[1].tobytes()
    start = time.time() - count
    for number in range(count):
        place = folder / f"{number // PER_FOLDER:04d}" if in_folders else folder
        place.mkdir(exist_ok=True)
        path = place / f"{number}.jpg"
        path.write_bytes(data)
        os.utime(path, (start + number, start + number))


def run(count: int, after: After, *, in_folders: bool) -> None:
    """One line of figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "drop"
        folder.mkdir()
        fill(folder, count, in_folders=in_folders)
        source = WatchedFolderSource("front", str(folder), after=after, classified=Path(name) / "classified.txt")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        source.open()
        first = source.read(60)
        began, last = time.monotonic(), -1.0
        for number in range(count):
            frame = first if number == 0 else source.read(60)
            assert frame is not None
            assert frame.captured_at > last, "not the oldest first"
            last = frame.captured_at
            source.processed(frame.sequence, Outcome.SEEN)
        took = time.monotonic() - began
        source.close()
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
        where = "in folders" if in_folders else "in one folder"
        print(f"{count:6} {where:14} {after:7} {count / took:6.0f} pictures/s   {grown} MB")


def main() -> None:
    """Each count in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", nargs="*", type=int, default=list(COUNTS))
    parser.add_argument("--after", choices=("keep", "delete", "move"), default="keep")
    parser.add_argument("--folders", action="store_true", help=f"{PER_FOLDER} pictures in each of many folders")
    parser.add_argument("--here", action="store_true", help="in this process")
    given = parser.parse_args()
    for count in given.counts:
        if given.here:
            run(count, given.after, in_folders=given.folders)
        else:
            options = ["--folders"] if given.folders else []
            command = [sys.executable, "-m", "tests.bench.watched", "--here", "--after", given.after]
            subprocess.run([*command, *options, str(count)], check=True)


if __name__ == "__main__":
    main()
