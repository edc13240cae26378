"""Many frames through source, capture thread and classifier on the real picamera2: do memory and files stay?

To be run by run-in-root.sh; prints one JSON object. Usage: check_endurance.py [FRAMES]
Ten times during the run the stream is restarted, and twice of those the camera is closed and opened again.
"""

import json
import logging
import sys
import time

from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.sources.picamera.settings import PicameraSettings
from edgeclassify.sources.picamera.source import PicameraSource
from edgeclassify.types import Frame, ModelChoice, Outcome
from tests.sources.capture.taking import take_lease
from tests.target.camera import virtual_camera  # noqa: F401 - patches picamera2 for the virtual pipeline
from tests.target.camera.figures import open_files, resident_kib

PARTS = 10


class Restarting(PicameraSource):
    """Restarts its stream when it is told to, as the ladder does."""

    restart_wanted = False
    restarted = 0

    def read(self, timeout_s: float) -> Frame | None:
        if self.restart_wanted:
            self.restart_wanted = False
            self.pause()
            self.resume()
            Restarting.restarted += 1
        return super().read(timeout_s)

    @property
    def sequence(self) -> int:
        return self._sequence


def main() -> None:
    """Take frames in ten parts, with figures after each."""
    logging.basicConfig(level=logging.WARNING)
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    classifier = open_classifier(ModelChoice())
    frames = LatestFrames()
    rows: list[dict[str, int]] = []
    total, started = 0, time.monotonic()
    source = Restarting("virtual", PicameraSettings("Virtual Video Device", wanted_side=252))
    capture: CaptureThread | None = None
    for part in range(PARTS):
        if part % (PARTS // 2) == 0:  # closed and opened again
            if capture is not None:
                capture.stop(5)
            capture = CaptureThread(source, frames, CaptureRules())
            capture.start()
        else:  # only the stream, from its own thread: a picture that repeats itself would do the same
            source.restart_wanted = True
        for _ in range(wanted // PARTS):
            with take_lease(frames) as lease:
                classifier.classify(lease.frame)
                lease.settle(Outcome.SEEN)
            total += 1
        del lease
        rows.append({"frames": total, "resident_kib": resident_kib(), "open_files": open_files()})
        print(f"{total} frames, {rows[-1]['resident_kib']} KiB, {rows[-1]['open_files']} files", file=sys.stderr)
    assert capture is not None
    capture.stop(5)
    report = {
        "frames": total,
        "read": source.sequence,
        "copied": source.copied,
        "seconds": round(time.monotonic() - started, 1),
        "restarts": source.restarted,
        "state": str(capture.state),
        "error": str(capture.error),
        "rows": rows,
    }
    print(json.dumps(report, indent=1))


main()
