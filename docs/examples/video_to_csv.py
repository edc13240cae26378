"""Writes what a video shows, second by second, as CSV: `python video_to_csv.py film.mp4 [MODEL] > film.csv`."""

import csv
import sys
from collections.abc import Iterator
from typing import Any

import cv2

from edgeclassify import Classifier

STEP_S = 1.0


def frames(path: str, times: list[float]) -> Iterator[Any]:
    """A frame of each second, in OpenCV's order of colours; when it is shown goes to `times`."""
    video = cv2.VideoCapture(path)
    try:
        while video.grab():  # a frame that is passed over is not converted
            time_s = video.get(cv2.CAP_PROP_POS_MSEC) / 1000
            if not times or time_s >= times[-1] + STEP_S:
                is_whole, frame = video.retrieve()
                if is_whole:
                    times.append(time_s)
                    yield frame
    finally:
        video.release()


path, *model = sys.argv[1:]
table = csv.writer(sys.stdout)
table.writerow(["time_s", "label", "score"])
times: list[float] = []
with Classifier(*model) as classifier:
    # The next frames are decoded while the model runs. The result comes first: its time has been noted by then.
    for result, time_s in zip(classifier.many(frames(path, times), order="bgr"), times, strict=False):
        table.writerow([f"{time_s:.2f}", result.best.label, f"{result.best.score:.3f}"])
if not times:
    sys.exit(f"{path}: not a video that OpenCV can read")
