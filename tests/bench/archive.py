"""`python -m tests.bench.archive --images N`: an archive in every way, in one run, and what each costs.

The images are made of the photos at hand (480x640 JPEGs, a thousand to a folder). Then, one after the other, each
in processes of its own, all on the same model and files (`--sample`: what is no archive on fewer):

* `bare`: read, cv2.imdecode, invoke(), in one thread of one process; nothing is made of it: the yardstick.
* `archive, 1 process`, `2 processes`: `edgeclassify archive --jobs`.
* `archive, Dask`: the same on a scheduler and two workers of one thread each, on this machine.
* `concurrent.futures`: what one would write in an hour: a pool of two processes, imread, resize, invoke, a CSV.
* `classify --json`: the command for a few.

images/s are of the whole, start and end included. Efficiency: by `bare`, before and after them, for each process.
Memory: the sum of the processes' PSS, the most of a sample each half second.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.archive_images import make_images
from tests.support.dask_cluster import local_cluster
from tests.support.data import needed_test_data
from tests.support.photos import TF2_V2, model_path
from tests.support.process_memory import process_memory

COMMAND = [sys.executable, "-m", "edgeclassify"]
BARE = """
import sys, time, os
from pathlib import Path
import cv2
from ai_edge_litert.interpreter import Interpreter
cv2.setNumThreads(1)
files = sorted(Path(sys.argv[2]).rglob("*.jpg"))
it = Interpreter(sys.argv[1], num_threads=1); it.allocate_tensors(); it.invoke()
import numpy
began = time.perf_counter()
for file in files:
    cv2.imdecode(numpy.frombuffer(file.read_bytes(), numpy.uint8), cv2.IMREAD_COLOR)
    it.invoke()
print(len(files) / (time.perf_counter() - began))
"""
SCRIPT = """
import csv, sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
import cv2, numpy as np

def begin(model):
    global it, given, taken
    from ai_edge_litert.interpreter import Interpreter
    cv2.setNumThreads(1)
    it = Interpreter(model, num_threads=1); it.allocate_tensors()
    given, taken = it.get_input_details()[0], it.get_output_details()[0]

def work(file):
    image = cv2.imread(file)
    if image is None:
        return file, []
    image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    image = cv2.resize(image, tuple(given["shape"][2:0:-1]), interpolation=cv2.INTER_AREA)
    it.set_tensor(given["index"], image[None].astype(given["dtype"])); it.invoke()
    scale, zero = taken["quantization"]
    scores = (it.get_tensor(taken["index"])[0].astype(np.float32) - zero) * (scale or 1)
    best = np.argsort(-scores)[:5]
    return file, [(int(i), float(scores[i])) for i in best]

if __name__ == "__main__":
    files = [str(one) for one in sorted(Path(sys.argv[2]).rglob("*.jpg"))]
    with ProcessPoolExecutor(2, initializer=begin, initargs=(sys.argv[1],)) as pool, open(sys.argv[3], "w") as out:
        done = pool.map(work, files, chunksize=64)
        csv.writer(out).writerows([file, *sum(map(list, best), [])] for file, best in done)
"""


@dataclass(frozen=True)
class Way:
    """What a way took: seconds, and the most PSS in MiB."""

    name: str
    seconds: float
    mib: float
    processes: int = 1


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for one in found:
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


class Sampler:
    """The sum of PSS of processes and all below them, the most of a sample each half second."""

    def __init__(self, roots: Sequence[int]) -> None:
        self._roots, self.most = roots, 0.0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> float:
        self._ends.set()
        self._thread.join()
        return self.most

    def _run(self) -> None:
        while not self._ends.wait(0.5):
            total = 0.0
            for pid in {one for root in self._roots for one in tree(root)}:
                try:
                    total += process_memory(pid).pss / 1024
                except (OSError, KeyError):
                    continue
            self.most = max(self.most, total)


def timed(name: str, command: Sequence[str], *, processes: int = 1, beside: Sequence[int] = ()) -> Way:
    began = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        sampler = Sampler([process.pid, *beside])
        status = process.wait()
        took, most = time.perf_counter() - began, sampler.end()
        if status:
            errors.seek(0)
            raise SystemExit(f"{name}: exit status {status}: {errors.read().decode(errors='replace')[-2000:]}")
    print(f"{name}: {took:.1f} s, {most:.0f} MiB", file=sys.stderr, flush=True)
    return Way(name, took, most, processes)


def bare_rate(model: Path, images: Path) -> float:
    """Images a second of decode and invoke() alone."""
    command = [sys.executable, "-c", BARE, str(model), str(images)]
    rate = float(subprocess.run(command, capture_output=True, check=True).stdout)
    print(f"bare: {rate:.1f} images/s", file=sys.stderr, flush=True)
    return rate


def some_of(images: Path, count: int, folder: Path) -> Path:
    """The first so many, in a folder of their own."""
    for image in sorted(images.rglob("*.jpg"))[:count]:
        place = folder / image.parent.name / image.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.hardlink_to(image)
    return folder


def measure(images: Path, count: int, model: Path, work: Path, sample: int) -> None:
    def archive(out: str, *more: str) -> list[str]:
        return [
            *COMMAND,
            "archive",
            str(images),
            "--out",
            str(work / out),
            "--model",
            str(model),
            "--no-summary",
            *more,
        ]

    print(f"{count} images, {os.cpu_count()} cores, model {model.name}")
    few = some_of(images, sample, work / "few") if sample < count else images
    before = bare_rate(model, few)
    script = work / "script.py"
    script.write_text(SCRIPT)
    ways = [
        timed("archive, 1 process", archive("one", "--jobs", "1")),
        timed("archive, 2 processes", archive("two", "--jobs", "2"), processes=2),
    ]
    with local_cluster(work / "dask", 2) as cluster:
        assert cluster.scheduler is not None
        beside = [cluster.scheduler.pid, *(one.pid for one in cluster.workers)]
        time.sleep(5)
        on_dask = archive("cluster", "--scheduler", cluster.address)
        ways.append(timed("archive, Dask, 2 workers", on_dask, processes=2, beside=beside))
    ways += [
        timed(
            "concurrent.futures, 2 processes",
            [sys.executable, str(script), str(model), str(few), str(work / "script.csv")],
            processes=2,
        ),
        timed("classify --json", [*COMMAND, "classify", "--json", "--model", str(model), str(few)]),
    ]
    after = bare_rate(model, few)
    bare = (before + after) / 2
    print(
        f"{'bare: decode + invoke(), one thread':40} {bare:8.1f} images/s ({before:.1f} before, {after:.1f} after)"
    )
    for way in ways:
        rate = (count if way.name.startswith("archive") else sample) / way.seconds
        print(
            f"{way.name:40} {rate:8.1f} images/s {way.seconds:8.1f} s {way.mib:7.0f} MiB PSS "
            f"{rate / bare / way.processes:6.2f} of bare for each process"
        )
    one, two, dask = ways[0].seconds, ways[1].seconds, ways[2].seconds
    print(
        f"scaling from 1 to 2 processes: {one / two:.2f}; Dask beside 2 processes: "
        f"{(dask - two) / count * 1e3:+.3f} ms an image"
    )
    same = all(
        (work / "one" / "parts" / part.name).read_bytes() == part.read_bytes()
        for out in ("two", "cluster")
        for part in (work / out / "parts").iterdir()
    )
    print(f"the parts are the same, byte for byte: {'yes' if same else 'NO'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--images", type=int, default=2000, metavar="N")
    parser.add_argument(
        "--folder", type=Path, help="where images are kept for the next run; else in a temporary one"
    )
    parser.add_argument("--model", default=TF2_V2, help="of the test data's models")
    parser.add_argument("--sample", type=int, metavar="N", help="so many are enough for what is no archive")
    given = parser.parse_args()
    data = needed_test_data()
    work = Path(tempfile.mkdtemp(prefix="archive-bench-"))
    images = given.folder or work / "images"
    try:
        make_images(images, given.images, data)
        count = sum(1 for _ in images.rglob("*.jpg"))
        measure(images, count, model_path(data, given.model), work, min(given.sample or count, count))
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
