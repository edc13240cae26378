"""`python -m tests.bench.archive_kills [--images N] [--kills K]`: killed at random, nothing lost, nothing twice.

An archive of N images is begun on two processes and killed by SIGKILL at a moment by chance, K times; then it is
finished. Parts are closed every 256 images, and results committed ten times a second, so that kills come in the
middle of those too. At the end: every part is read, every image is there once, and its row is as of a run
that nobody disturbed.
"""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from edgeclassify.archive.output.places import part_files
from edgeclassify.archive.output.reading import read_rows
from tests.bench.archive_images import make_images
from tests.support.data import needed_test_data

RUN = """
import sys
from pathlib import Path
from edgeclassify.archive import run
from edgeclassify.archive.archiving import archive
from edgeclassify.archive.listing.options import ListingOptions
from edgeclassify.archive.running.processes import Processes
from edgeclassify.archive.wanted import Wanted
from edgeclassify.types import ModelChoice
run.COMMIT_S = 0.1
archive([sys.argv[1]], Path(sys.argv[2]), Wanted(ModelChoice(threads=1)), ListingOptions(),
        open_runner=lambda wanted: Processes(wanted, 2), part_images=256, said=lambda _: print(flush=True))
"""
LONGEST_S = 1.5


def kill_once(command: list[str], out: Path, after_s: float) -> str:
    """Start it and kill it so long after it began to work; returns in what state that was."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    ended = process.wait() != -signal.SIGKILL
    process.stdout.close()
    left = list((out / "parts").glob("*.tmp"))
    return (
        "it had ended"
        if ended
        else f"{len(list((out / 'parts').glob('*.parquet')))} parts, {len(left)} unfinished"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--images", type=int, default=2000, metavar="N")
    parser.add_argument("--kills", type=int, default=20, metavar="K")
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument(
        "--folder", type=Path, help="where images are kept for the next run; else in a temporary one"
    )
    given = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="archive-kills-"))
    images, out, whole = given.folder or work / "images", work / "out", work / "whole"
    chance = random.Random(given.seed)
    try:
        make_images(images, given.images, needed_test_data())
        for number in range(given.kills):
            state = kill_once(
                [sys.executable, "-c", RUN, str(images), str(out)], out, chance.uniform(0, LONGEST_S)
            )
            print(f"kill {number + 1}: {state}", flush=True)
        for folder in (out, whole):
            command = [sys.executable, "-c", RUN, str(images), str(folder)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        rows, expected = list(read_rows(out)), list(read_rows(whole))
        times = Counter(row.path for row in rows)
        print(f"{len(expected)} images, {len(part_files(out))} parts: {len(times)} of them are there")
        print(f"twice: {sum(count > 1 for count in times.values())}, lost: {len(expected) - len(times)}")
        print(f"rows as of a run that nobody disturbed: {'yes' if rows == expected else 'NO'}")
        if rows != expected:
            raise SystemExit(1)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
