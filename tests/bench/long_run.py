"""`python -m tests.bench.long_run growth|night`: does the daemon's memory grow?

`growth`: a synthetic camera as fast as frames are read, with the built-in model, sampled from frame 10,000 to
frame 200,000. `night`: 100 frames a second of `mobilenet_v2` for so many minutes (a night in short), in which the
camera fails in six ways, the connection to the broker is cut, and the config is read again, each over and over;
the page is off.

A real `edgeclassify run` beside a real mosquitto behind a proxy. Own memory (RssAnon), open files and threads are
sampled to FOLDER/NAME.csv and drawn to FOLDER/NAME.svg. The config that is read again is each time another than
the one before: a view's threshold changes.
"""

import argparse
import csv
import itertools
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from edgeclassify.pictures.chart import Axis, Chart, Series, svg
from tests.support.broker import Mosquitto, Observer, Proxy, mosquitto_path
from tests.support.data import needed_test_data
from tests.support.process_memory import ProcessMemory, process_memory
from tests.support.waiting import wait_for

MODEL = "tf2_mobilenet_v2_1.0_224_ptq.tflite"
FIRST, LAST = 10_000, 200_000
"""Frames between which growth is measured."""
FAULTS = (
    "stall@800:restart,error@2300:restart,freeze@3800:reopen,exception@5300:restart,unplug@6800:1s,block@8300:1s"
)
EVERY = 9000
"""Frames after which the script of faults begins anew."""
CUT_EVERY_S, CUT_FOR_S, RELOAD_EVERY_S = 37.0, 4.0, 53.0
SETTLED_S = 120.0
"""From then on a night's memory is compared: caches are full, and each thing has happened."""
NEVER = 1 << 30


@dataclass(frozen=True)
class Sample:
    """`at_s`: since the start; `frames`: inferred until then, by the last message of health."""

    at_s: float
    frames: int
    memory: ProcessMemory


class Run:
    """A daemon on a synthetic camera, its broker, and who listens."""

    def __init__(self, folder: Path, source: str, model: str, around: ExitStack) -> None:
        """`model`: the lines of `[model]`."""
        self._folder, self._source, self._model = folder, source, model
        self._broker = Mosquitto(folder).start()
        around.callback(self._broker.stop)
        self.proxy = Proxy(self._broker.port).start()
        around.callback(self.proxy.stop)
        self._observer = Observer(self._broker.port, "edgeclassify/bench/health").start()
        around.callback(self._observer.stop)
        self.config = folder / "config.toml"
        self.write_config(0)
        command = [sys.executable, "-m", "edgeclassify", "run", "--config", str(self.config)]
        self.log = (folder / "journal").open("w+")
        around.callback(self.log.close)
        self._started = time.monotonic()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        around.callback(self._end)
        wait_for(lambda: self._observer.of("health") or self.process.poll() is not None, 60)

    def write_config(self, turn: int) -> None:
        """The config of this turn: every one is another than the one before."""
        text = f"""
            [node]
            name = "bench"
            state_dir = "{self._folder / "state"}"
            health_interval_s = 2
            [mqtt]
            host = "127.0.0.1"
            port = {self.proxy.port}
            [model]
            {self._model}
            [recovery]
            fresh_process = false
            [[camera]]
            name = "front"
            source = "{self._source}"
            interval_s = 0
            [[view]]
            name = "door"
            threshold_enter = {0.9 + 0.01 * (turn % 3)}
        """
        self.config.write_text("\n".join(line.strip() for line in text.splitlines()))

    def reload(self, turn: int) -> None:
        """Have it read another config."""
        self.write_config(turn)
        self.process.send_signal(signal.SIGHUP)

    def sample(self) -> Sample:
        """Now. Raises SystemExit where the daemon has ended."""
        if self.process.poll() is not None:
            self.log.seek(0)
            sys.exit(f"the daemon ended with {self.process.returncode}:\n{self.log.read()[-3000:]}")
        bodies = self._observer.of("health")
        del self._observer.received[:-1]
        frames = json.loads(bodies[-1])["frames"] if bodies and bodies[-1] else 0
        return Sample(time.monotonic() - self._started, frames, process_memory(self.process.pid))

    def _end(self) -> None:
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        self.process.kill()


def growth(run: Run, every_s: float) -> Generator[Sample]:
    """Samples until the last frame that counts."""
    while True:
        sample = run.sample()
        yield sample
        if sample.frames >= LAST:
            return
        time.sleep(every_s)


def night(run: Run, every_s: float, seconds: float) -> Generator[Sample]:
    """Samples of a night in which everything goes wrong again and again."""
    over = threading.Event()
    troubles = [
        threading.Thread(target=_cut, args=(run, over)),
        threading.Thread(target=_reload, args=(run, over)),
    ]
    for one in troubles:
        one.start()
    try:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            yield run.sample()
            time.sleep(every_s)
    finally:
        over.set()
        for one in troubles:
            one.join()


def _cut(run: Run, over: threading.Event) -> None:
    while not over.wait(CUT_EVERY_S):
        run.proxy.cut()
        over.wait(CUT_FOR_S)
        run.proxy.restore()


def _reload(run: Run, over: threading.Event) -> None:
    for turn in itertools.count(1):
        if over.wait(RELOAD_EVERY_S):
            return
        run.reload(turn)


def keep(samples: list[Sample], file: Path, title: str) -> None:
    """The samples as CSV, and own memory as a curve beside it."""
    with file.with_suffix(".csv").open("w", newline="") as sheet:
        writer = csv.writer(sheet)
        writer.writerow(["seconds", "frames", "anon_kib", "rss_kib", "threads", "open_files"])
        for one in samples:
            memory = one.memory
            row = [round(one.at_s, 1), one.frames, memory.anon, memory.rss, memory.threads, memory.open_files]
            writer.writerow(row)
    minutes = [(one.at_s / 60, one) for one in samples]
    series = (
        Series("own memory, MiB", [(at, one.memory.anon / 1024) for at, one in minutes], has_marks=False),
        Series("open files", [(at, one.memory.open_files) for at, one in minutes], has_marks=False),
        Series("threads", [(at, one.memory.threads) for at, one in minutes], has_marks=False),
    )
    file.with_suffix(".svg").write_text(svg(Chart(title, Axis("minutes"), Axis("", lowest=0), series)))


def show(samples: list[Sample]) -> None:
    """First and last tenth of what is compared: medians, which single moments do not move."""
    tenth = max(1, len(samples) // 10)
    first, last = samples[:tenth], samples[-tenth:]
    span = f"{samples[0].at_s / 60:.1f} to {samples[-1].at_s / 60:.1f} min"
    print(f"frames {samples[0].frames:,} to {samples[-1].frames:,}, {span}, {len(samples)} samples, load ", end="")
    print(f"{os.getloadavg()[0]:.1f}")
    for name in ("anon", "rss", "threads", "open_files"):
        values = [getattr(one.memory, name) for one in samples]
        begin = statistics.median(getattr(one.memory, name) for one in first)
        end = statistics.median(getattr(one.memory, name) for one in last)
        low, high = min(values), max(values)
        print(f"{name:12s} {begin:10,.0f} -> {end:10,.0f}  ({end - begin:+,.0f}; {low:,} to {high:,})")


def main() -> None:
    """Run one of the two and print what grew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["growth", "night"])
    parser.add_argument("--minutes", type=float, default=30.0, help="How long the night is (default: 30).")
    parser.add_argument("--every", type=float, default=5.0, help="Seconds between samples (default: 5).")
    parser.add_argument("--folder", type=Path, default=Path(), help="Where the curve goes.")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    models = needed_test_data() / "models"
    if mosquitto_path() is None:
        sys.exit("no mosquitto here: sudo apt install mosquitto")
    is_night = options.what == "night"
    source = f"synthetic:?fps=100&faults={FAULTS}&every={EVERY}" if is_night else "synthetic:?size=128x96&fps=0"
    model = f'name = "{models / MODEL}"\nlabels = "{models / "imagenet_labels.txt"}"' if is_night else ""
    samples: list[Sample] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as around:
        run = Run(Path(folder), source, model, around)
        measured = night(run, options.every, options.minutes * 60) if is_night else growth(run, options.every)
        title = "A night with faults in short" if is_night else "Own memory while frames go by"
        for sample in around.enter_context(closing(measured)):
            samples.append(sample)
            if len(samples) % 12 == 1:
                memory = sample.memory
                print(f"{sample.at_s:7.0f} s {sample.frames:8,} frames  own memory {memory.anon:,} KiB  "
                      f"{memory.threads} threads {memory.open_files} files", file=sys.stderr)  # fmt: skip
                keep(samples, options.folder / f"memory_{options.what}", title)
        keep(samples, options.folder / f"memory_{options.what}", title)
        run.log.flush()
        (options.folder / f"memory_{options.what}.log").write_text((Path(folder) / "journal").read_text())
    counted = [one for one in samples if (one.at_s >= SETTLED_S if is_night else one.frames >= FIRST)]
    show(counted or samples)


if __name__ == "__main__":
    main()
