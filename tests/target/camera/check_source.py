"""Runs our PicameraSource on the real picamera2 and libcamera; prints what it saw as one JSON object.

To be run by run-in-root.sh. Usage: check_source.py [FRAMES [WANTED_SIDE [TIMES]]]
"""

import gc
import importlib.metadata
import itertools
import json
import logging
import sys
import time
from collections.abc import Callable
from typing import Any

import libcamera

from edgeclassify.config import ControlsConfig
from edgeclassify.errors import SourceError
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.sources.picamera import devices
from edgeclassify.sources.picamera.settings import PicameraSettings
from edgeclassify.sources.picamera.source import PicameraSource
from edgeclassify.types import Roi
from tests.support.optional import present
from tests.target.camera import virtual_camera  # noqa: F401 - patches picamera2 for the virtual pipeline
from tests.target.camera.figures import open_files, resident_kib

CAMERA = "Virtual Video Device"

Report = dict[str, Any]


def make_source(**settings: Any) -> PicameraSource:
    return PicameraSource("virtual", PicameraSettings(**{"selector": CAMERA, "wanted_side": 252, **settings}))


def read_frames(source: PicameraSource, count: int) -> Report:
    """Facts of `count` frames, read one after the other."""
    ages_ms, stamps, clocks = list[float](), list[int](), set[int | None]()
    started, before_kib = time.monotonic(), resident_kib()
    for _ in range(count):
        frame = present(source.read(2.0))
        ages_ms.append((time.monotonic_ns() - frame.captured_at_ns) / 1e6)
        stamps.append(frame.captured_at_ns)
        clocks.add(source.clock)
    return {
        "frames": count,
        "fps": round(count / (time.monotonic() - started), 1),
        "size": [frame.width, frame.height],
        "format": frame.pixel_format.value,
        "shape": list(frame.pixels.shape),
        "stride": present(source.layout).stride,
        "writable": bool(frame.pixels.flags.writeable),
        "copied": source.copied,
        "luma_mean": round(float(frame.pixels[: frame.height, : frame.width].mean()), 1),
        "luma_columns": sorted({int(v) for v in frame.pixels[0, : frame.width : frame.width // 8]}),
        "timestamps_rise": all(a < b for a, b in itertools.pairwise(stamps)),
        "clocks": len(clocks),
        "age_ms_max": round(max(ages_ms), 1),
        "last_sequence": frame.sequence,
        "resident_kib": [before_kib, resident_kib()],
    }


def main_stream(source: PicameraSource) -> Report:
    """The picture for people, of the same moment as the frame."""
    frame = present(source.read(2.0))
    shown = present(frame.main)()
    bars = sorted({int(v) for v in shown.pixels[0, : shown.width : shown.width // 8]})
    return {
        "size": [shown.width, shown.height],
        "luma_columns": bars,
        "same_moment": shown.captured_at_ns == frame.captured_at_ns and shown.sequence == frame.sequence,
    }


def lending(source: PicameraSource) -> Report:
    """More frames at a time than may be lent; then the camera goes, while they are still held."""
    held = [source.read(2.0) for _ in range(6)]
    report: Report = {"lent": sum(present(frame).main is not None for frame in held), "copied": source.copied}
    wanted = [present(frame).pixels.copy() for frame in held]
    time.sleep(0.2)  # the camera goes on meanwhile, and must not write into what is lent
    report["unchanged"] = all(
        (present(frame).pixels == copy).all() for frame, copy in zip(held, wanted, strict=True)
    )
    report["goes_on"] = present(source.read(2.0)).width
    source.close()
    source.renew()
    gc.collect()
    report["readable_after_close"] = all(
        (present(frame).pixels == copy).all() for frame, copy in zip(held, wanted, strict=True)
    )
    report["main_after_close"] = present(present(held[0]).main)().width
    del held
    source.open()
    report["opens_again"] = present(source.read(2.0)).width
    held = [source.read(2.0) for _ in range(3)]
    report["lent_again"] = sum(present(frame).main is not None for frame in held)
    return report


def through_capture_thread(source: PicameraSource) -> Report:
    """Frames that a capture thread hands over in half a second at one each 50 ms."""
    frames, taken = LatestFrames(), 0
    thread = CaptureThread(source, frames, CaptureRules(interval_s=0.05))
    thread.start()
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        taken += frames.take(0.1) is not None
    return {"taken": taken, "ended": thread.stop(3.0), "state": thread.state.value, "error": str(thread.error)}


def again_and_again(source: PicameraSource, times: int, action: Callable[[PicameraSource], None]) -> Report:
    """Open files and memory before and after doing it `times` times, once for warming up."""
    action(source)
    gc.collect()
    before = open_files(), resident_kib()
    started = time.monotonic()
    for _ in range(times):
        action(source)
    took_ms = (time.monotonic() - started) * 1000 / times
    gc.collect()
    return {
        "times": times, "ms_each": round(took_ms, 1),
        "open_files": [before[0], open_files()], "resident_kib": [before[1], resident_kib()],
    }  # fmt: skip


def restart(source: PicameraSource) -> None:
    """The stream stopped and started: the ladder's first rung."""
    source.pause()
    source.resume()
    source.read(2.0)


def reopen(source: PicameraSource) -> None:
    """Closed after frames and opened again: the Picamera2 object stays."""
    source.close()
    source.open()
    source.read(2.0)


def recreate(source: PicameraSource) -> None:
    """Closed thoroughly: the Picamera2 object is made anew."""
    source.close()
    source.renew()
    source.open()
    source.read(2.0)


def timed_out_then_read(source: PicameraSource) -> Report:
    """A read that gives up at once leaves the source good for the next one."""
    timed_out = 0
    for _ in range(20):
        try:
            source.read(0.0)
        except NoFrameInTimeError:
            timed_out += 1
    frame = present(source.read(2.0))
    return {"timed_out": timed_out, "then_size": [frame.width, frame.height]}


def refusal(**settings: Any) -> str | None:
    """The message of a source that can't be opened; closing it afterwards must do no harm."""
    source = make_source(**settings)
    try:
        source.open()
    except SourceError as error:
        return f"{type(error).__name__}: {error}"
    finally:
        source.close()
    return None


def adopted(source: PicameraSource) -> Report:
    """Settings that are changed while the stream runs: what is possible, and what the camera refuses."""
    report: Report = {
        "nothing": source.adopt(make_source()),
        "other_size": source.adopt(make_source(wanted_side=100)),
    }
    try:
        source.adopt(make_source(controls=ControlsConfig(gain=2.0)))
    except SourceError as error:
        report["refused"] = str(error)
    # What the virtual camera has of controls.
    detect = ControlsConfig(extra={"FaceDetectMode": "Simple"})
    report["hot"] = source.adopt(make_source(fps=40.0, controls=detect, night=ControlsConfig()))
    report["applied"] = dict(present(source.stream).applied)
    source.use_night_profile(True)
    source.use_night_profile(False)
    report["back"] = source.adopt(make_source())
    report["applied_back"] = present(source.stream).applied
    # More than there are buffers: a control that picamera2 can't send would cost one each time.
    report["goes_on"] = [present(source.read(2.0)).width for _ in range(30)][-1]
    return report


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    wanted_side = int(sys.argv[2]) if len(sys.argv) > 2 else 252
    times = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    source = make_source(wanted_side=wanted_side)
    report: Report = {
        "libcamera": libcamera.CameraManager.singleton().version,
        "picamera2": importlib.metadata.version("picamera2"),
        "python": sys.version.split()[0],
        "cameras": [[camera.number, camera.model, camera.id] for camera in devices.cameras()],
        "absent_camera": refusal(selector="7"),
        "absent_model": refusal(selector="imx708"),
        "missing_control": refusal(controls=ControlsConfig(lens_position=2.0)),
        "missing_zoom": refusal(zoom=Roi(0.25, 0.25, 0.5, 0.5)),
        "too_large": refusal(size=(4000, 3000)),
        "no_such_size": refusal(size=(700, 500)),
    }
    source.open()
    report["first"] = read_frames(source, count)
    report["main"] = main_stream(source)
    report["second_user"] = refusal()
    report["skipped"] = source.skip(0.2)
    report["adopted"] = adopted(source)
    source.close()
    source.close()
    source.open()
    report["again"] = read_frames(source, 20)
    report["restarted"] = again_and_again(source, times, restart)
    report["reopened"] = again_and_again(source, times, reopen)
    report["timeouts"] = timed_out_then_read(source)
    report["recreated"] = again_and_again(source, times, recreate)
    report["lending"] = lending(source)
    source.close()
    report["thread"] = through_capture_thread(source)
    print(json.dumps(report, indent=1))


main()
