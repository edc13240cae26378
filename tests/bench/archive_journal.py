"""`python -m tests.bench.archive_journal [--images N]`: what journal and parts cost an image, and memory over N.

Rows made up, packed as a classifying process gives them, go through the journal into parts, as in a run; every
tenth of the way: CPU microseconds for each image, the most memory of the process, the journal's size.
"""

import argparse
import hashlib
import resource
import tempfile
import time
from contextlib import closing
from pathlib import Path

from edgeclassify.archive.interface import Row
from edgeclassify.archive.journal.journal import Journal
from edgeclassify.archive.journal.records import BatchResult
from edgeclassify.archive.listing.options import MOST_IN_BATCH
from edgeclassify.archive.output.parts import write_part
from edgeclassify.archive.packing import pack, unpack_values

COMMIT_BATCHES = 10


def made_up() -> bytes:
    """The rows of a batch, packed."""
    rows = [
        Row(
            f"/mnt/archive/cam{number % 9}/IMG_{number:07}.JPG",
            "/mnt/archive/cam",
            1.7e9 + number,
            "exif",
            90_000 + number,
            1920,
            1080,
            hashlib.sha256(b"%d" % number).hexdigest(),
            labels=("cat", "dog", "fox", "hare", "owl"),
            scores=(0.5, 0.2, 0.1, 0.05, 0.01),
        )
        for number in range(MOST_IN_BATCH)
    ]
    return pack(rows)


def write_due(folder: Path, journal: Journal) -> None:
    part = journal.begin_part()
    if part is not None:
        write_part(folder, part.number, (row for one in journal.rows_of(part) for row in unpack_values(one)), {})
        journal.end_part(part)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--images", type=int, default=512_000, metavar="N")
    turns = parser.parse_args().images // MOST_IN_BATCH // COMMIT_BATCHES
    rows, began = made_up(), time.process_time()
    with tempfile.TemporaryDirectory() as name, closing(Journal(Path(name) / "journal")) as journal:
        for turn in range(turns):
            first = turn * COMMIT_BATCHES
            journal.keep([BatchResult(first + one, rows, MOST_IN_BATCH) for one in range(COMMIT_BATCHES)])
            write_due(Path(name), journal)
            if (turn + 1) % max(1, turns // 10) == 0:
                images = journal.counts.images
                cpu_us = (time.process_time() - began) / images * 1e6
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
                size = (Path(name) / "journal").stat().st_size >> 20
                print(f"{images:10} images {cpu_us:6.2f} us CPU each {peak:5} MiB at most, journal {size} MiB")


if __name__ == "__main__":
    main()
