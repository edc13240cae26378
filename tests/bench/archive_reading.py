"""`python -m tests.bench.archive_reading`: what reading an archive's images costs, and finding them still saves.

The photos of the test data, in turns: decoded alone (`cv2.imdecode` at the same scale), read as the archive does
(bytes, hash, header, Exif, checks), both with the built-in model behind it, one by one and the next one ahead;
and asked whether it is still. Times are the best of some rounds, in ms per image. `--list N`: how long N names of
one folder take to be listed, and with how much memory.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from edgeclassify.archive.interface import Batch, Item
from edgeclassify.archive.listing import finding
from edgeclassify.archive.listing.listing import make_listing
from edgeclassify.archive.reading.batch import read_batch
from edgeclassify.archive.reading.images import read_item
from edgeclassify.archive.reading.read_image import ReadImage
from edgeclassify.archive.stillness.stillness import Stillness
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.types import ModelChoice
from tests.support.data import needed_test_data

ROUNDS = 7
_REDUCED = {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4}


class _Ways:
    """The photos, and what can be done with them."""

    def __init__(self) -> None:
        self._classifier = open_classifier(ModelChoice())
        self._side = self._classifier.wanted_side()
        files = sorted((needed_test_data() / "images").glob("*.jpg"))
        self._batch = Batch("photos", tuple(Item(str(file)) for file in files))
        self.images = [image for image in read_batch(self._batch, self._side) if image.frame is not None]

    def decode(self) -> None:
        for image in self.images:
            self._decoded(image)

    def read(self) -> None:
        for image in self.images:
            read_item(image.item, self._side)

    def decode_and_classify(self) -> None:
        for image in self.images:
            self._decoded(image)
            self._classify(image)

    def read_and_classify(self) -> None:
        for image in self.images:
            self._classify(read_item(image.item, self._side))

    def read_ahead_and_classify(self) -> None:
        for image in read_batch(self._batch, self._side):
            self._classify(image)

    def still(self) -> None:
        stillness = Stillness()
        for image in self.images:
            stillness.is_still(image)

    def _classify(self, image: ReadImage) -> None:
        if image.frame is not None:
            self._classifier.classify(image.frame)

    def _decoded(self, image: ReadImage) -> None:
        assert image.frame is not None
        assert image.width is not None
        flag = _REDUCED[max(1, round(image.width / image.frame.width))] | cv2.IMREAD_IGNORE_ORIENTATION
        cv2.imdecode(np.frombuffer(Path(image.item.location).read_bytes(), np.uint8), flag)


def _reading() -> None:
    ways = _Ways()
    rows = {
        "bytes and imdecode": ways.decode,
        "bytes and all of reading": ways.read,
        "imdecode, then classify": ways.decode_and_classify,
        "reading, then classify": ways.read_and_classify,
        "reading the next one ahead, and classify": ways.read_ahead_and_classify,
        "is it still": ways.still,
    }
    taken: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(ROUNDS):  # in turns: the machine may have other work in some of them
        for name, work in rows.items():
            began = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - began)
    for name, times in taken.items():
        print(f"{name:<42} {1000 * min(times) / len(ways.images):6.2f} ms")


class _Entry:
    """A name that no disk holds."""

    def __init__(self, number: int) -> None:
        self.name = b"IMG_%08d.jpg" % number
        self.path, self.number = b"/photos/" + self.name, number

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return False

    def is_symlink(self) -> bool:
        return False

    def inode(self) -> int:
        return self.number


class _Scan:
    """A folder of so many names, in no order."""

    count = 0

    def __init__(self, path: bytes) -> None:
        self.path = path

    def __enter__(self) -> Iterator[_Entry]:
        return (_Entry(number * 7919 % self.count) for number in range(self.count))

    def __exit__(self, *_: object) -> None:
        pass


def _listing(count: int) -> None:
    _Scan.count, finding.scan = count, _Scan  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        began = time.perf_counter()
        listing = make_listing([folder], Path(folder, "list"))
        listed = time.perf_counter()
        images = sum(len(batch.items) for batch in listing.batches())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(
            f"{images} names: listed in {listed - began:.0f} s, read in {time.perf_counter() - listed:.0f} s; "
            f"{before} MB before, {peak} MB at most; {Path(folder, 'list').stat().st_size >> 20} MB on disk"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", type=int, metavar="N")
    arguments = parser.parse_args()
    if arguments.list:
        _listing(arguments.list)
    else:
        _reading()
