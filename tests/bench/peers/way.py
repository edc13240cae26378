"""What every way does: one answer as soon as it can, then each picture timed, then what it took.

Imports nothing but Python's own: it runs in the peers' environment, too, where this project is not.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def report(classify: Callable[[str], tuple[str, float]], pictures: list[str]) -> None:
    """Print JSON lines: the first answer, then all that was measured.

    `classify`: the best label of a picture's file and its score. `pictures`: their paths.
    """
    label, score = classify(pictures[0])
    print(json.dumps({"first": label, "score": score}), flush=True)
    for picture in pictures[:5]:  # caches, and what a framework does once
        classify(picture)
    times, before = [], os.times()
    for picture in pictures:
        started = time.perf_counter()
        classify(picture)
        times.append((time.perf_counter() - started) * 1e3)
    after = os.times()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    figures = {
        "ms": times,
        "cpu_ms": (after.user + after.system - before.user - before.system) / len(pictures) * 1e3,
        "rss_mb": pages * resource.getpagesize() / 1e6,
        "python": sys.version.split()[0],
    }
    print(json.dumps(figures), flush=True)


def arguments() -> tuple[str, str, list[str]]:
    """The model's file or folder, the label file, and the pictures."""
    model, labels, *pictures = sys.argv[1:]
    return model, labels, pictures
