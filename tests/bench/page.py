"""What the page costs: `python -m tests.bench.page WHAT [--model FILE --labels FILE --threads N]`.

The daemon runs in a process of its own, on a camera of 1280x720 photos that it is lent and that never keeps
inference waiting. Viewers are one more process: each has the stream of events and the stream of pictures of the
default config open (5 a second, 960 pixels), as a browser has, and throws away what it reads.

throughput: frames per second, and per second of processor time, with 1, 10 and 50 viewers, as shares of those with
none before and after; medians over the rounds. The second one is the steadier where others work there, too.
cost: milliseconds of processor time per second that the daemon takes more with viewers than without, on a camera
of 10 frames a second: so much is taken from inference where the machine has nothing to spare, and not where it has
idle cores.
frame: microseconds that a frame adds in the inference thread while nobody looks.
memory: of the daemon with 0 and 50 viewers, and per viewer.
hour: an hour of a viewer in short: a camera of 40 frames a second and viewers that come and go; memory over time.
first: seconds from the request to the first picture, by the camera's interval.
opened: seconds from the opening of the page in Chromium to its first picture: the first time, and again.
size: the page's own files, as they are and as they are sent.
"""

import argparse
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from edgeclassify.config import CameraConfig, Config, WebConfig, parse_config
from edgeclassify.daemon.page.taps import Taps
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import FULL_FRAME, Frame
from edgeclassify.web.live.board import Board
from edgeclassify.web.pictures.onlookers import PictureTaker
from tests.bench import page_viewers
from tests.bench.snapshots import photo
from tests.publish import records
from tests.support.broker import free_port
from tests.support.waiting import wait_for
from tests.web.page_node import RecordedNode

VIEWERS = (1, 10, 50)
ROUNDS, BLOCK_S = 7, 3.0
WIDTH, HEIGHT = 1280, 720


class Photos(FrameSource):
    """Lends the same photo, moved by a pixel a frame; `fps` 0: as soon as the last one is done with."""

    live = False

    def __init__(self, camera: str, fps: float = 0.0) -> None:
        super().__init__(camera)
        self.live, self._interval_s = fps > 0, 1 / fps if fps else 0.0
        base = photo(WIDTH, HEIGHT)
        self._frame = replace(base, camera=camera, lent=True)
        self._numbers = itertools.count()

    def open(self) -> None:
        """Nothing is opened."""

    def read(self, timeout_s: float) -> Frame:
        """The next one."""
        time.sleep(self._interval_s)
        number = next(self._numbers)
        self._frame.pixels[0, :8] = number % 256
        return replace(
            self._frame, sequence=number, captured_at_ns=time.monotonic_ns(), captured_at=time.time(), main=None
        )

    def close(self) -> None:
        """Nothing is closed."""


# --- the daemon -----------------------------------------------------------------------------------------


def serve(port: int, model: dict[str, Any], fps: float, interval_s: float) -> None:
    """The daemon, until it is killed."""
    from edgeclassify.daemon import Daemon
    from edgeclassify.daemon.assembly import Factories
    from edgeclassify.daemon.publishing import make_sinks

    with tempfile.TemporaryDirectory() as folder:
        document = {
            "node": {"name": "bench", "state_dir": folder},
            "mqtt": {"enabled": False},
            "web": {"enabled": True, "port": port, "connections": 200},
            "camera": [{"name": "front", "source": "synthetic:", "interval_s": interval_s}],
            "view": [{"name": "gate"}],
            **({"model": model} if model else {}),
        }

        def load() -> Config:
            return parse_config(document, "bench.toml", Path(folder))

        def source(camera: CameraConfig, *_: object) -> FrameSource:
            return Photos(camera.name, fps)

        Daemon(load, make_sink=make_sinks, factories=Factories(source)).run()


class Served:
    """A daemon in another process, and its figures."""

    def __init__(self, model: dict[str, Any], fps: float = 0.0, interval_s: float = 0.0) -> None:
        self.port = free_port()
        options = ["--port", str(self.port), "--fps", str(fps), "--interval", str(interval_s)]
        command = [sys.executable, "-m", "tests.bench.page", "serve", *options, "--section", json.dumps(model)]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def __enter__(self) -> "Served":
        wait_for(self._runs, 60)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)

    def _runs(self) -> bool:
        assert self._process.poll() is None, "the daemon has ended"
        try:
            return self.figure("frames_total") > 0
        except OSError:
            return False

    def figure(self, name: str) -> float:
        """One of /metrics, by its name there without the prefix."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            found = re.search(rf"^edgeclassify_{name} (\S+)$", answer.read().decode(), re.MULTILINE)
        return float(found[1]) if found else 0.0

    @property
    def processor_s(self) -> float:
        """Seconds of processor time since its start."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_mb(self) -> float:
        """What is its own."""
        text = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text()
        return sum(int(found) for found in re.findall(r"^Private_\w+: +(\d+)", text, re.MULTILINE)) / 1000

    def frames_per_s(self, seconds: float) -> tuple[float, float]:
        """Over so many seconds: of time, and of processor time."""
        frames, processor, begun = self.figure("frames_total"), self.processor_s, time.monotonic()
        time.sleep(seconds)
        frames = self.figure("frames_total") - frames
        return frames / (time.monotonic() - begun), frames / (self.processor_s - processor)

    def processor_ms_per_s(self, seconds: float) -> float:
        """Over so many seconds."""
        processor, begun = self.processor_s, time.monotonic()
        time.sleep(seconds)
        return (self.processor_s - processor) / (time.monotonic() - begun) * 1000

    @contextmanager
    def viewed(self, viewers: int) -> Iterator[None]:
        """So many look, within the block."""
        if not viewers:
            yield
            return
        process = subprocess.Popen([sys.executable, page_viewers.__file__, str(self.port), str(viewers)])
        try:
            wait_for(lambda: self.figure("page_viewers") == self.figure("page_listeners") == viewers, 30)
            time.sleep(1.0)
            yield
        finally:
            process.kill()
            process.wait()
        wait_for(lambda: self.figure("page_viewers") == self.figure("page_listeners") == 0, 30)


# --- what is measured -----------------------------------------------------------------------------------


def throughput(model: dict[str, Any]) -> None:
    """With viewers, in turns with none."""
    print(f"{'viewers':>8}{'frames/s':>10}{'share':>9}{'frames/CPU s':>14}{'share':>9}")
    with Served(model) as served:
        for viewers in VIEWERS:
            seen, shares = [], []
            before = served.frames_per_s(BLOCK_S)
            for _ in range(ROUNDS):
                with served.viewed(viewers):
                    seen.append(served.frames_per_s(BLOCK_S))
                after = served.frames_per_s(BLOCK_S)
                around = zip(seen[-1], before, after, strict=True)
                shares.append([2 * found / (one + two) for found, one, two in around])
                before = after
            wall, processor = (statistics.median(column) for column in zip(*seen, strict=True))
            share, other = (statistics.median(column) for column in zip(*shares, strict=True))
            print(f"{viewers:>8}{wall:>10.1f}{share:>9.1%}{processor:>14.1f}{other:>9.1%}", flush=True)


def cost(model: dict[str, Any]) -> None:
    """With viewers, in turns with none."""
    print(f"{'viewers':>8}{'ms/s more':>11}{'pictures/s coded':>18}")
    with Served(model, fps=10) as served:
        for viewers in VIEWERS:
            more, coded = [], 0.0
            for _ in range(ROUNDS):
                without = served.processor_ms_per_s(BLOCK_S)
                with served.viewed(viewers):
                    pictures = served.figure("page_pictures_total")
                    more.append(served.processor_ms_per_s(BLOCK_S) - without)
                    coded = (served.figure("page_pictures_total") - pictures) / BLOCK_S
            print(f"{viewers:>8}{statistics.median(more):>11.1f}{coded:>18.1f}", flush=True)


def frame(rounds: int = 30, frames: int = 500) -> None:
    """What the page is told of one: it comes, a view looks, a state, a result."""
    board = Board(node := RecordedNode())
    taker = PictureTaker(WebConfig(), node, board.looked)
    taps = Taps()
    told, seen = records.state(), records.prediction()
    shown = replace(photo(WIDTH, HEIGHT), lent=True)

    def microseconds() -> float:
        times = []
        for _ in range(rounds):
            begun = time.perf_counter()
            for _ in range(frames):
                taps.offer(shown)
                taps.looked("gate", shown, FULL_FRAME)
                taps.publish_state(told)
                taps.publish_result("gate", seen)
            times.append((time.perf_counter() - begun) / frames * 1e6)
        return statistics.median(times)

    without = microseconds()
    taps.listen(board, taker)
    print(f"no page {without:.1f} us per frame, a page at which nobody looks {microseconds():.1f} us")


def memory(model: dict[str, Any], viewers: int = 50) -> None:
    """With none, with all, with none again."""
    with Served(model, fps=30) as served:
        with served.viewed(1):
            pass
        before = served.memory_mb
        with served.viewed(viewers):
            time.sleep(5)
            during = served.memory_mb
        print(f"nobody {before:.1f} MB, {viewers} viewers {during:.1f} MB, after them {served.memory_mb:.1f} MB:")
        print(f"{(during - before) / viewers * 1000:.0f} kB per viewer")


def hour(model: dict[str, Any], minutes: float = 6.0) -> None:
    """Memory once a half minute, while viewers come and go."""
    with Served(model, fps=40) as served, served.viewed(4):
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < minutes * 60:
            pictures, frames = served.figure("page_pictures_total"), served.figure("frames_total")
            print(
                f"{passed / 60:5.1f} min {served.memory_mb:8.2f} MB {frames:9.0f} frames {pictures:6.0f} pictures"
            )
            ends = time.monotonic() + 30
            while time.monotonic() < ends:
                for path in (
                    *page_viewers.STREAMS,
                    "/api/now",
                    "/api/views/gate/timeline",
                    "/api/cameras/front/frame.jpg",
                ):
                    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}{path}", timeout=10) as answer:
                        answer.read(5000)


def first(model: dict[str, Any], tries: int = 15) -> None:
    """By the camera's interval."""
    for interval_s in (0.1, 0.5, 10.0):
        with Served(model, fps=30, interval_s=interval_s) as served:
            for path in ("/api/cameras/front/frame.jpg", "/api/cameras/front/stream.mjpeg"):
                times = []
                for _ in range(tries):
                    time.sleep(0.6)
                    begun = time.monotonic()
                    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}{path}", timeout=10) as answer:
                        answer.read(5000)
                    times.append(time.monotonic() - begun)
                name, worst = path.rpartition("/")[2], max(times)
                middle = statistics.median(times)
                figures = f"median {middle * 1e3:4.0f} ms, worst {worst * 1e3:4.0f}"
                print(f"interval {interval_s:>4g} s  {name:12} {figures}")


def opened(model: dict[str, Any], tries: int = 7) -> None:
    """Debian's Chromium, on the same machine."""
    from playwright.sync_api import sync_playwright

    with Served(model, fps=30, interval_s=0.5) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        times: dict[str, list[float]] = {"nothing kept": [], "all kept": []}
        for _ in range(tries):
            context = browser.new_context()
            for kept in times:
                page = context.new_page()
                begun = time.monotonic()
                page.goto(f"http://127.0.0.1:{served.port}/")
                page.wait_for_selector(".picture-image:visible")
                times[kept].append(time.monotonic() - begun)
                page.close()
            context.close()
        for kept, seconds in times.items():
            print(f"{kept:14} median {statistics.median(seconds):5.2f} s, worst {max(seconds):5.2f} s")


def size() -> None:
    """By the kind of file."""
    import gzip

    folder = Path(__file__).parents[2] / "edgeclassify/web/assets"
    total = sent = 0
    for suffix in (".html", ".js", ".css", ".svg"):
        files = [file.read_bytes() for file in folder.rglob(f"*{suffix}")]
        plain, packed = sum(map(len, files)), sum(len(gzip.compress(data, 6)) for data in files)
        total, sent = total + plain, sent + packed
        print(f"{suffix:6}{len(files):4} files {plain / 1000:8.1f} kB, compressed {packed / 1000:7.1f} kB")
    print(f"{'all':6}{'':10} {total / 1000:8.1f} kB, compressed {sent / 1000:7.1f} kB")


def main() -> None:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "what", choices=["throughput", "cost", "frame", "memory", "hour", "first", "opened", "size", "serve"]
    )
    parser.add_argument("--model", help="a model file; default: the built-in one")
    parser.add_argument("--labels", help="its labels")
    parser.add_argument("--threads", type=int, help="of the model")
    parser.add_argument("--minutes", type=float, default=6.0, help="of hour")
    for name, kind in (
        ("port", int),
        ("viewers", int),
        ("fps", float),
        ("interval", float),
        ("section", json.loads),
    ):
        parser.add_argument(f"--{name}", type=kind, help=argparse.SUPPRESS)
    options = parser.parse_args()
    named = (("name", options.model), ("labels", options.labels), ("threads", options.threads))
    model = {key: value for key, value in named if value}
    match options.what:
        case "serve":
            serve(options.port, options.section, options.fps, options.interval)
        case "throughput":
            throughput(model)
        case "cost":
            cost(model)
        case "frame":
            frame()
        case "memory":
            memory(model)
        case "hour":
            hour(model, options.minutes)
        case "first":
            first(model)
        case "opened":
            opened(model)
        case "size":
            size()


if __name__ == "__main__":
    main()
