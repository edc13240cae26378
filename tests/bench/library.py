"""What the library costs: `python -m tests.bench.library [--rounds N] [--instructions]`.

Its import and its first answer, each in processes of their own, in turns with a process that imports numpy and
OpenCV alone, and with one that adds the runtime, loads the model and invokes it once: CPU time, which others on
the machine change less than time on the clock, and what `-X importtime` adds up. A call, beside the bare invoke()
in the same process. Many files, one by one and by `many`. `--instructions` counts those of the processes, which do
not drift with the machine's load, and nothing else; it needs valgrind.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np

from edgeclassify import Classifier
from edgeclassify.demo import demo_photos
from tests.support.data import needed_test_data
from tests.support.photos import TF2_V2, model_path, photos

BASE = "numpy and OpenCV"
BARE = "numpy, OpenCV, LiteRT, the model, one invoke()"
IMPORT = "from edgeclassify import Classifier"
ANSWER = "Classifier(model)(photo)"


def scripts(model: Path, photo: Path) -> dict[str, str]:
    """What the processes run, by what they are called in the table."""
    return {
        BASE: "import numpy, cv2",
        IMPORT: "from edgeclassify import Classifier",
        BARE: (
            "import numpy, cv2; from ai_edge_litert.interpreter import Interpreter\n"
            f"it = Interpreter({str(model)!r}); it.allocate_tensors(); it.invoke(); cv2.imread({str(photo)!r})"
        ),
        ANSWER: f"from edgeclassify import Classifier; Classifier({str(model)!r})({str(photo)!r})",
    }


def cpu_ms(script: str) -> float:
    """User and system time of a Python that runs it."""
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed: {script}")
    return (usage.ru_utime + usage.ru_stime) * 1e3


def import_ms(script: str) -> float:
    """The sum of what `-X importtime` says of each module by itself."""
    command = [sys.executable, "-X", "importtime", "-c", script]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr.splitlines()
    parts = (line.removeprefix("import time:").split("|")[0] for line in said if line.startswith("import time:"))
    return sum(int(part) for part in parts if part.strip().isdecimal()) / 1e3


def counted(script: str) -> int:
    """The instructions of a Python that runs it, in all of its threads."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise SystemExit(f"valgrind says nothing of {script}: {done.stderr[-500:]}")
    return int(found[1])


def instructions(model: Path, photo: Path) -> None:
    """The table of counted processes."""
    found = {}
    for name, script in scripts(model, photo).items():
        print(name, file=sys.stderr)
        found[name] = counted(script) / 1e6
    print("\n| a process that does | million instructions | times those of the first |")
    print("|---|---|---|")
    for name, count in found.items():
        print(f"| {name} | {count:.0f} | {count / found[BASE]:.2f} |")


def starts(rounds: int, model: Path, photo: Path) -> None:
    """The table of processes."""
    cases = scripts(model, photo)
    cpu: dict[str, list[float]] = {name: [] for name in cases}
    imports: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        for name, script in cases.items():
            cpu[name].append(cpu_ms(script))
            imports[name].append(import_ms(script))
    print(f"\n| a process that does | CPU, ms | more than {BASE} | -X importtime, ms | more |")
    print("|---|---|---|---|---|")
    for name in cases:
        row = [statistics.median(cpu[name]), difference(cpu, name)]
        row += [statistics.median(imports[name]), difference(imports, name)]
        print(f"| {name} | {row[0]:.0f} | {row[1]:+.0f} | {row[2]:.0f} | {row[3]:+.0f} |")


def difference(found: Mapping[str, list[float]], name: str) -> float:
    """The median over the rounds of how much more it is than the base."""
    return statistics.median(one - base for one, base in zip(found[name], found[BASE], strict=True))


def median_ms(call: Callable[[], object], count: int = 200) -> float:
    """Of so many calls, on the clock."""
    took = []
    for _ in range(count):
        before = time.perf_counter()
        call()
        took.append(time.perf_counter() - before)
    return statistics.median(took) * 1e3


def calls(rounds: int, model: Path, photo: Path) -> None:
    """A call beside the bare invoke() of the same network, in turns."""
    frame = np.asarray(cv2.resize(np.asarray(cv2.imread(str(photo))), (640, 480)), np.uint8)
    yuv = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420), np.uint8)
    with Classifier(model, threads=1) as classifier:
        network = classifier._classifier.network  # noqa: SLF001
        assert network is not None
        invoke = network.interpreter.invoke  # type: ignore[attr-defined]
        ways: dict[str, Callable[[], object]] = {
            "bare invoke()": invoke,
            "a call, array of BGR 640x480": lambda: classifier(frame, order="bgr"),
            "a call, array of YUV420 640x480": lambda: classifier(yuv, order="yuv420"),
        }
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                found[name].append(median_ms(way))
    print("\n| 1 thread | ms | beyond invoke() |")
    print("|---|---|---|")
    for name, took in found.items():
        beyond = statistics.median(a - b for a, b in zip(took, found["bare invoke()"], strict=True))
        print(f"| {name} | {statistics.median(took):.2f} | {beyond:.3f} |")


def batches(rounds: int, model: Path, data: Path) -> None:
    """Files one by one and by `many`, in turns."""
    files = [photo.path for photo in photos(data)]
    with Classifier(model) as classifier:
        ways: dict[str, Callable[[], object]] = {
            "one by one": lambda: [classifier(path) for path in files],
            "many": lambda: list(classifier.many(files)),
        }
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds + 1):
            for name, way in ways.items():
                found[name].append(median_ms(way, 1) / len(files))
    print(f"\n| {len(files)} JPEG files | ms a file |")
    print("|---|---|")
    for name, took in found.items():
        print(f"| {name} | {statistics.median(took[1:]):.2f} |")
    ratios = [one / many for one, many in zip(found["one by one"][1:], found["many"][1:], strict=True)]
    print(f"\nmany: {statistics.median(ratios):.2f} times as fast (median of {len(ratios)} pairs)")


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description="what the library costs")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--instructions", action="store_true")
    options = parser.parse_args()
    rounds = options.rounds
    data = needed_test_data()
    model = model_path(data, TF2_V2)
    load = os.getloadavg()[0]
    with demo_photos() as folder:
        photo = folder / "espresso.jpg"
        if options.instructions:
            instructions(model, photo)
            return
        starts(rounds, model, photo)
        calls(rounds, model, photo)
    batches(rounds, model, data)
    print(f"\n{os.cpu_count()} cores; load {load:.1f} before, {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
