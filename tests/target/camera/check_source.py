"""Runs our PicameraSource on the real picamera2 and libcamera; prints what it saw as one JSON object.

To be run by run-in-root.sh. Usage: check_source.py [FRAMES [WANTED_SIDE [REOPENS]]]
"""

import importlib.metadata
import itertools
import json
import logging
import os
import sys
import time
from pathlib import Path

import libcamera
import virtual_camera  # noqa: F401 - patches picamera2 for the virtual pipeline

from edgeclassify.errors import SourceError
from edgeclassify.sources.capture import CaptureThread, LatestFrames
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.sources.picamera import PicameraSource


def open_files():
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def resident_kib():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def read_frames(source, count):
    """Facts of `count` frames, read one after the other."""
    ages_ms, stamps, started, before_kib = [], [], time.monotonic(), resident_kib()
    for _ in range(count):
        frame = source.read(2.0)
        ages_ms.append((time.monotonic_ns() - frame.captured_at_ns) / 1e6)
        stamps.append(frame.captured_at_ns)
    return {
        "frames": count,
        "fps": round(count / (time.monotonic() - started), 1),
        "size": [frame.width, frame.height],
        "format": frame.pixel_format.value,
        "shape": list(frame.pixels.shape),
        "stride": source.layout.stride,
        "owns_pixels": bool(frame.pixels.base is None or frame.pixels.base.base is None),
        "luma_mean": round(float(frame.pixels[: frame.height, : frame.width].mean()), 1),
        "luma_columns": sorted({int(v) for v in frame.pixels[0, : frame.width : frame.width // 8]}),
        "timestamps_rise": all(a < b for a, b in itertools.pairwise(stamps)),
        "age_ms_max": round(max(ages_ms), 1),
        "last_sequence": frame.sequence,
        "resident_kib": [before_kib, resident_kib()],
    }


def through_capture_thread(source):
    """Frames that a capture thread hands over in half a second at one each 50 ms."""
    frames, taken = LatestFrames(), 0
    thread = CaptureThread(source, frames, interval_s=0.05)
    thread.start()
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        taken += frames.take(0.1) is not None
    return {"taken": taken, "ended": thread.stop(3.0), "state": thread.state.value, "error": str(thread.error)}


def reopen_many(source, times):
    """Open files and memory before and after opening and closing `times` times."""
    before = open_files(), resident_kib()
    for _ in range(times):
        source.open()
        source.read(2.0)
        source.close()
    return {"times": times, "open_files": [before[0], open_files()], "resident_kib": [before[1], resident_kib()]}


def recreate_many(source, times):
    """The same for a camera that gives no frame before it is closed: the Picamera2 object is made anew."""
    before = open_files(), resident_kib()
    for _ in range(times):
        source.open()
        source.close()
    return {"times": times, "open_files": [before[0], open_files()], "resident_kib": [before[1], resident_kib()]}


def timed_out_then_read(source):
    """A read that gives up at once leaves the source good for the next one."""
    source.open()
    timed_out = 0
    for _ in range(20):
        try:
            source.read(0.0)
        except NoFrameInTimeError:
            timed_out += 1
    frame = source.read(2.0)
    source.close()
    return {"timed_out": timed_out, "then_size": [frame.width, frame.height]}


def refusal(number):
    """The message of a source that can't be opened; closing it afterwards must do no harm."""
    source = PicameraSource("none", number)
    try:
        source.open()
    except SourceError as error:
        return str(error)
    finally:
        source.close()
    return None


def main():
    logging.basicConfig(level=logging.WARNING)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    wanted_side = int(sys.argv[2]) if len(sys.argv) > 2 else 252
    reopens = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    source = PicameraSource("virtual", 0, wanted_side=wanted_side)
    report = {
        "libcamera": libcamera.CameraManager.singleton().version,
        "picamera2": importlib.metadata.version("picamera2"),
        "python": sys.version.split()[0],
        "absent_camera": refusal(7),
    }
    source.open()
    report["first"] = read_frames(source, count)
    report["second_user"] = refusal(0)
    report["skipped"] = source.skip(2.0)
    source.close()
    source.close()
    source.open()
    report["again"] = read_frames(source, 20)
    source.close()
    report["reopened"] = reopen_many(source, reopens)
    report["timeouts"] = timed_out_then_read(source)
    source.open()
    source.close()
    report["recreated"] = recreate_many(source, reopens)
    report["thread"] = through_capture_thread(source)
    print(json.dumps(report, indent=1))


main()
