"""`python -m tests.bench.recovery`: what the restart ladder makes of each fault of a camera.

First table: one recovery from each fault of the synthetic camera at 30 frames per second with the daemon's own
times: how long until it shows (availability turns offline), until frames come again, and how many were lost.
Second table: many recoveries in a row with short times, and memory and open files before and after them. Last the
rung that only the daemon has: a fault that no rung of the thread cures, until it asks for a fresh process.
"""

import argparse
import gc
import logging
import math
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.ladder import WAITS, Waits
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.sources.synthetic.source import SyntheticSource, parse_options
from tests.support.waiting import wait_for
from tests.target.camera.figures import open_files, resident_kib

FAULTS = (
    "stall@{0}:restart", "stall@{0}:reopen", "freeze@{0}:restart", "freeze@{0}:reopen", "repeat@{0}:restart",
    "repeat@{0}:reopen", "error@{0}:restart", "error@{0}:reopen", "exception@{0}:restart", "unplug@{0}:1s",
    "block@{0}:1s", "slow@{0}:20", "stride@{0}:20", "format@{0}:20",
)  # fmt: skip
LOSSES = ("stall", "freeze", "repeat", "error", "exception", "unplug")
"""Of these the camera is lost; the others need nothing."""
FREEZE_S = 60.0
WARM_UP = 20
SHORT = Waits(back_off_s=0.01, max_back_off_s=0.05, settled_s=0.02)


class Watched:
    """A capture thread on a synthetic camera whose frames somebody takes, and when what became of it."""

    def __init__(self, options: str, rules: CaptureRules, waits: Waits = WAITS) -> None:
        self.frames = LatestFrames()
        self.lost: list[float] = []
        self.back: list[float] = []
        self.source = SyntheticSource("front", parse_options(options))
        self.capture = CaptureThread(self.source, self.frames, rules, self._told, waits)
        self._taker = threading.Thread(target=self._take, daemon=True)
        self._gaps: list[tuple[float, float]] = []
        self._done = False
        self.last: tuple[float, int] | None = None
        self.longest: tuple[float, int] = (0.0, 0)

    def _told(self, _: str, online: bool) -> None:
        if online and self.lost:
            self.back.append(time.monotonic())
        elif not online:
            self.lost.append(time.monotonic())

    def _take(self) -> None:
        while not self._done:
            lease = self.frames.take(0.2)
            if lease is None:
                continue
            frame = lease.frame
            now = time.monotonic()
            if self.last is not None and now - self.last[0] > self.longest[0]:
                self.longest = (now - self.last[0], frame.sequence)
            self.last = (now, frame.sequence)

    @contextmanager
    def running(self) -> Iterator["Watched"]:
        """From start to stop."""
        self.capture.start()
        self._taker.start()
        try:
            yield self
        finally:
            self.capture.stop(5)
            self._done = True
            self.frames.close()
            self._taker.join()


def once(fault: str, rows: dict[str, str]) -> None:
    """One recovery with the daemon's own times."""
    rules = CaptureRules(stall_frames=90, freeze_timeout_s=FREEZE_S)
    fps, at = 30, 60
    with Watched(f"?size=320x240&fps={fps}&faults={fault.format(at)}", rules).running() as watched:
        deadline = time.monotonic() + FREEZE_S * 2 + 60
        while time.monotonic() < deadline:
            time.sleep(0.05)
            last = watched.last
            if last is not None and last[1] > at + 150 and (watched.back or not fault.startswith(LOSSES)):
                break
        capture = watched.capture
        began = watched.back[-1] - watched.longest[0] if watched.back else 0.0
        shown = f"{watched.lost[0] - began:8.2f}" if watched.back and "repeat" not in fault else f"{'-':>8}"
        gap_s = watched.longest[0]
        lost = max(0, round(gap_s * fps) - 1)
        what = f"{capture.status.restarts} + {capture.status.reopens}"
        if "repeat" in fault:  # its pictures come all the time, and say nothing
            shown, lost = f"{FREEZE_S:8.0f}", round(FREEZE_S * fps) + lost
        rows[fault] = f"{shown}{gap_s:12.2f}{lost:16}{what:>14}"


def many(fault: str, times: int) -> str:
    """Many recoveries with short times: what they leave behind."""
    freeze_s = 0.1 if "repeat" in fault else 0.0
    rules = CaptureRules(stall_timeout_s=0.1, freeze_timeout_s=freeze_s, restart_attempts=20)
    every = 300 if freeze_s else 60  # frames enough for the source to count as well in between
    with Watched(
        f"?size=160x120&fps=1000&every={every}&faults={fault.format(20)}", rules, SHORT
    ).running() as watched:
        wait_for_frame(watched, WARM_UP * every)
        gc.collect()
        before = resident_kib(), open_files()
        lost_before, restarts, reopens = (
            len(watched.lost),
            watched.capture.status.restarts,
            watched.capture.status.reopens,
        )
        started = time.monotonic()
        wait_for_frame(watched, (WARM_UP + times) * every)
        took_s = time.monotonic() - started
        gc.collect()
        after = resident_kib(), open_files()
        capture = watched.capture
        gaps = [back - lost for lost, back in zip(watched.lost, watched.back, strict=False)]
        median = f"{statistics.median(gaps):.3f}" if gaps else "-"
        return (
            f"{len(watched.lost) - lost_before:8}{median:>9}{took_s:11.1f}"
            f"{capture.status.restarts - restarts:10}{capture.status.reopens - reopens:9}"
            f"{before[0]:11,} → {after[0]:7,}{before[1]:8} → {after[1]}"
        )


def wait_for_frame(watched: Watched, sequence: int) -> None:
    """Until so many frames have come."""
    wait_for(lambda: watched.last is not None and watched.last[1] >= sequence, timeout_s=math.inf)


def until_fresh_process() -> tuple[int, float]:
    """The daemon on a camera that stalls for good: its exit status, and the seconds that it took."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "edgeclassify.toml"
        config.write_text(
            f'[node]\nname = "bench"\nstate_dir = "{folder}"\n'
            '[[camera]]\nsource = "synthetic:?fps=30&faults=stall@60:never"\n'
        )
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "edgeclassify", "run", "--console", "--config", config],
            capture_output=True,
            check=False,
        )
        return done.returncode, time.monotonic() - started - 2


def main() -> None:
    """All three."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=200, help="recoveries of each fault in the second table")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)  # each fault would be told, 200 times
    print("One recovery, default times, 30 frames per second")
    print(f"{'fault : cured by':22}{'shows, s':>9}{'frames away, s':>15}{'frames lost':>13}{'restart + open':>16}")
    rows: dict[str, str] = {}
    threads = [threading.Thread(target=once, args=(fault, rows)) for fault in FAULTS]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for fault in FAULTS:
        print(f"{fault.format('').replace('@', ''):22}{rows[fault]}", flush=True)
    print(f"\n{options.times} recoveries of each, short times")
    print(f"{'fault : cured by':22}{'losses':>8}{'away, s':>9}{'in all, s':>11}{'restarts':>10}{'reopens':>9}"
          f"{'resident KiB':>20}{'open files':>14}")  # fmt: skip
    for fault in FAULTS:
        if fault.startswith(("block", "unplug")):
            fault = fault.replace("1s", "0.1s")
        print(f"{fault.format('').replace('@', ''):22}{many(fault, options.times)}", flush=True)
    status, took_s = until_fresh_process()
    print(f"\nA stall that nothing cures: exit status {status} after {took_s:.0f} s")


if __name__ == "__main__":
    main()
