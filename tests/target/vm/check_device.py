"""Our DeviceSource on real V4L2 devices: the kernel's vivid on /dev/video0, v4l2loopback on /dev/video10.

To be run by run-in-vm.sh; prints one JSON object. Usage: check_device.py [PHOTO...] (which the loopback shows)
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgeclassify.errors import SourceError
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.sources.video import v4l2
from edgeclassify.sources.video.device import DeviceSource
from edgeclassify.types import CameraState
from tests.support.optional import present
from tests.support.waiting import wait_for
from tests.target.camera.figures import open_files, resident_kib

VIVID, LOOPBACK = "/dev/video0", "/dev/video10"
PATIENCE_S = 40.0
DRIVER = Path("/sys/bus/platform/drivers/vivid")

Report = dict[str, Any]


def lasting_name() -> str:
    """A link like udev's, to the vivid device of whatever number."""
    link = Path("/dev/v4l/by-id/usb-vivid")
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    for node in sorted(Path("/dev").glob("video*")):
        with v4l2.opened(node) as descriptor:
            if v4l2.device(descriptor).driver == "vivid":
                link.symlink_to(node)
    return str(link)


def refusal(path: str = VIVID, **options: Any) -> str | None:
    source = DeviceSource("front", path, **options)
    try:
        source.open()
    except SourceError as error:
        return f"{type(error).__name__}: {error}"
    finally:
        source.close()
    return None


def inspected() -> Report:
    """What the kernel tells of the device."""
    with v4l2.opened(VIVID) as descriptor:
        modes, controls = v4l2.modes(descriptor), v4l2.controls(descriptor)
        device = v4l2.device(descriptor)
    by_name = {control.name: control for control in controls}
    return {
        "driver": device.driver, "captures": device.captures,
        "formats": sorted({mode.fourcc for mode in modes}),
        "sizes_yuyv": [[mode.width, mode.height, list(mode.rates)] for mode in modes if mode.fourcc == "YUYV"],
        "controls": len(controls),
        "brightness": [by_name["brightness"].least, by_name["brightness"].greatest, by_name["brightness"].value],
        "menu": by_name["menu"].menu, "integer_menu": by_name["integer_menu"].menu,
    }  # fmt: skip


def frames(source: DeviceSource, count: int = 10) -> Report:
    """Facts of some frames."""
    source.open()
    ages, clocks, started = list[float](), set[int | None](), time.monotonic()
    for _ in range(count):
        frame = present(source.read(2.0))
        ages.append(round((time.monotonic_ns() - frame.captured_at_ns) / 1e6, 1))
        clocks.add(source.clock)
    source.skip(2.0)
    report = {
        "mode": [present(source.mode).fourcc, present(source.mode).width, present(source.mode).height],
        "shape": list(frame.pixels.shape), "mean": [round(float(m), 1) for m in frame.pixels.mean(axis=(0, 1))],
        "main": None if frame.main is None else list(frame.main().pixels.shape),
        "ages_ms": [min(ages), max(ages)], "clocks": len(clocks), "interval_s": source.frame_interval_s,
        "seconds": round(time.monotonic() - started, 2),
    }  # fmt: skip
    source.close()
    return report


def read_timeout(source: DeviceSource) -> Report:
    """A read that must give up long before OpenCV does."""
    source.open()
    source.read(2.0)
    set_vivid("percentage_of_dropped_buffers", 100)
    waited = []
    for _ in range(12):
        started = time.monotonic()
        try:
            source.read(0.3)
        except NoFrameInTimeError:
            waited.append(round(time.monotonic() - started, 2))
    set_vivid("percentage_of_dropped_buffers", 0)
    back = source.read(3.0) is not None
    source.close()
    return {"waited_s": waited[-3:], "times": len(waited), "back": back}


def set_vivid(name: str, value: int) -> None:
    with v4l2.opened(VIVID) as descriptor:
        control = next(control for control in v4l2.controls(descriptor) if control.name == name)
        v4l2.set_control(descriptor, control, value)


def busy() -> Report:
    """Another program has the device; and while we have it, another one can't."""
    code = f"import cv2; c = cv2.VideoCapture({VIVID!r}, cv2.CAP_V4L2); c.read(); print('on', flush=True); input()"
    other = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    present(other.stdout).readline()
    said = refusal()
    other.communicate(b"\n")
    return {"said": said, "pid": other.pid, "afterwards": refusal()}


def controls() -> Report:
    """Set, read back, and set back when they leave the config."""

    def value(name: str) -> int | None:
        with v4l2.opened(VIVID) as descriptor:
            return next(control.value for control in v4l2.controls(descriptor) if control.name == name)

    before = value("brightness")
    source = DeviceSource("front", VIVID, controls={"brightness": 200, "contrast": 10})
    source.open()
    source.read(2.0)
    at_open = [value("brightness"), value("contrast")]
    adopted = source.adopt(DeviceSource("front", VIVID, controls={"brightness": 50}))
    hot = [value("brightness"), value("contrast")]
    source.read(2.0)
    source.close()
    return {
        "before": before, "at_open": at_open, "adopted": adopted, "hot": hot,
        "unknown": refusal(controls={"brigthness": 3}), "range": refusal(controls={"brightness": 999}),
        "menu": refusal(controls={"test_pattern": "100% Colorbars"}),
    }  # fmt: skip


def through_the_ladder(fault: Callable[[], None], cure: Callable[[], None], after_s: float) -> Report:
    """A capture thread over a loss: what it does, and how long until frames come again after the cure."""
    hand_off, told = LatestFrames(), list[bool]()
    source = DeviceSource("front", lasting_name())
    thread = CaptureThread(
        source, hand_off, CaptureRules(stall_timeout_s=2.0), lambda _, online: told.append(online)
    )
    thread.start()
    wait_for(lambda: thread.frames_captured > 5, PATIENCE_S)
    lost = time.monotonic()
    fault()
    wait_for(lambda: thread.state is CameraState.RESTARTING, PATIENCE_S)
    noticed_s = time.monotonic() - lost
    error = str(thread.error)
    time.sleep(after_s)
    cured = time.monotonic()
    cure()
    wait_for(lambda: thread.state is CameraState.RUNNING, PATIENCE_S)
    took_s = time.monotonic() - cured
    captured = thread.frames_captured
    wait_for(lambda: thread.frames_captured > captured + 5, PATIENCE_S)
    ended = thread.stop(5)
    return {
        "noticed_s": round(noticed_s, 2), "error": error, "back_s": round(took_s, 2), "told": told,
        "reopens": thread.status.reopens, "stalls": thread.status.stalls, "ended": ended,
        "last_error": str(thread.error),
    }  # fmt: skip


def unbind() -> None:
    for device in DRIVER.glob("vivid.*"):
        (DRIVER / "unbind").write_text(device.name)


def bind() -> None:
    (DRIVER / "bind").write_text("vivid.0")
    time.sleep(0.2)
    lasting_name()


def leak(source: DeviceSource, times: int) -> Report:
    """Open files and memory before and after opening and closing."""

    rows = []
    for round_ in range(times + 5):
        if round_ in (5, times + 4):
            rows.append([open_files(), resident_kib()])
        source.open()
        source.read(3.0)
        source.close()
    return {"times": times, "open_files": [row[0] for row in rows], "resident_kib": [row[1] for row in rows]}


def can_be_read(path: str) -> bool:
    """False of a loopback that nobody writes pictures into."""
    with v4l2.opened(path) as descriptor:
        return v4l2.device(descriptor).captures


def loopback(photos: list[str]) -> Report:
    """A device that gives MJPG alone."""
    feeder = subprocess.Popen(
        [sys.executable, "tests/target/vm/feed_mjpg.py", LOOPBACK, *photos, "--size", "1280x720"]
    )
    try:
        wait_for(lambda: feeder.poll() is not None or can_be_read(LOOPBACK), PATIENCE_S)
        time.sleep(2)  # the first pictures
        return {
            "frames": frames(DeviceSource("front", LOOPBACK, wanted_side=300)),
            "yuyv": refusal(LOOPBACK, pixel_format="yuyv"),
            "size": refusal(LOOPBACK, size=(640, 480)),
        }
    finally:
        feeder.kill()


def main() -> None:
    report: Report = {
        "inspected": inspected(),
        "auto": frames(DeviceSource("front", VIVID)),
        "size": frames(DeviceSource("front", VIVID, size=(1280, 720), fps=5)),
        "wanted": frames(DeviceSource("front", VIVID, wanted_side=400)),
        "no_such_size": refusal(size=(800, 600)),
        "no_such_format": refusal(pixel_format="mjpg"),
        "no_such_rate": refusal(size=(1920, 1080), fps=200),
        "absent": refusal("/dev/video97"),
        "busy": busy(),
        "controls": controls(),
        "read_timeout": read_timeout(DeviceSource("front", VIVID)),
        "stall": through_the_ladder(
            lambda: set_vivid("percentage_of_dropped_buffers", 100),
            lambda: set_vivid("percentage_of_dropped_buffers", 0),
            1.0,
        ),
        "unplugged": through_the_ladder(unbind, bind, 3.0),
        "leak": leak(DeviceSource("front", lasting_name()), 20),
    }
    if Path(LOOPBACK).exists() and sys.argv[1:]:
        report["loopback"] = loopback(sys.argv[1:])
    print(json.dumps(report, indent=1))


main()
