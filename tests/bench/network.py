"""`python -m tests.bench.network`: what a network camera costs while nobody wants most of its pictures.

A server in a process of its own gives 1280x720 at 30 pictures per second as MJPEG; a capture thread takes two of
them per second, in turns with our own reader and with FFmpeg (as other HTTP streams are read). Prints processor
time and memory of the reading process.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edgeclassify import demo
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.sources.interface import FrameSource
from edgeclassify.sources.network.source import HttpSource
from edgeclassify.sources.network.stream import StreamSource
from edgeclassify.sources.synthetic.pattern import fit_image, with_noise
from tests.sources.servers import mjpeg, serving
from tests.target.camera.figures import resident_kib

SECONDS, ROUNDS, FPS, SIZE, WANTED_SIDE = 10, 3, 30, (1280, 720), 256


def main() -> None:
    """Serve, read in turns, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--child", choices=["serve", "ours", "ffmpeg"], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child == "serve":
        serve()
        return
    if options.child:
        print(json.dumps(read(options.child, options.port)))
        return
    server = child("serve")
    assert server.stdout is not None
    port = int(server.stdout.readline())
    rows: dict[str, list[dict[str, Any]]] = {"ours": [], "ffmpeg": []}
    for _ in range(ROUNDS):
        for name, found in rows.items():
            reader = child(name, port)
            assert reader.stdout is not None
            found.append(json.loads(reader.stdout.read()))
            reader.wait()
    server.kill()
    print(f"{'':10}{'CPU, ms per s':>16}{'pictures':>10}{'resident':>11}")
    for name, found in rows.items():
        cpu, taken, kib = (statistics.median(row[key] for row in found) for key in ("cpu_ms", "taken", "kib"))
        print(f"{name:10}{cpu:>16.0f}{taken:>10.0f}{kib / 1024:>8.0f} MB")
    ratios = [b["cpu_ms"] / a["cpu_ms"] for a, b in zip(rows["ours"], rows["ffmpeg"], strict=True)]
    print(f"FFmpeg / ours, pair by pair: {', '.join(f'{ratio:.1f}' for ratio in ratios)}")


def child(name: str, port: int = 0) -> "subprocess.Popen[str]":
    """This program in another role."""
    command = [sys.executable, "-m", "tests.bench.network", "--child", name, "--port", str(port)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def serve() -> None:
    """Pictures as a camera would make them, until killed."""
    photo = cv2.imread(str(Path(demo.__file__).parent / "photos" / "cat.jpg"))
    scene = fit_image(np.asarray(photo, np.uint8), SIZE)
    pictures = [cv2.imencode(".jpg", with_noise(scene, n), [cv2.IMWRITE_JPEG_QUALITY, 85])[1] for n in range(10)]
    with serving(mjpeg([picture.tobytes() for picture in pictures], FPS)) as server:
        print(server.server_port, flush=True)
        time.sleep(3600)


def read(way: str, port: int) -> dict[str, Any]:
    """Two pictures per second for a while."""
    url = f"http://127.0.0.1:{port}/"
    source: FrameSource = HttpSource("front", url, WANTED_SIDE) if way == "ours" else StreamSource("front", url)
    frames, taken = LatestFrames(), 0
    thread = CaptureThread(source, frames, CaptureRules(interval_s=0.5))
    thread.start()
    frames.take(10)
    before, started = cpu_s(), time.monotonic()
    while time.monotonic() < started + SECONDS:
        taken += frames.take(0.1) is not None
    spent_ms = (cpu_s() - before) * 1000 / (time.monotonic() - started)
    kib = resident_kib()
    thread.stop(5)
    return {"cpu_ms": spent_ms, "taken": taken, "kib": kib}


def cpu_s() -> float:
    """User and system time of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
