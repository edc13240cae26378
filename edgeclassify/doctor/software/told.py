"""In the child: what numpy, OpenCV, the runtimes, the model and the cameras tell, as one line of JSON.

Each question gives what it found, or {"error": …}: that a module is broken is a finding, not a failure.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgeclassify.types import ModelChoice

_WARM_UP, _RUNS, _LONGEST_S = 2, 15, 4.0


def _numpy(_: dict[str, Any]) -> dict[str, Any]:
    """Versions of numpy and of what was built for it. Each import may fail for another numpy."""
    import numpy as np

    found: dict[str, Any] = {"numpy": np.__version__, "cv2": None, "broken": {}}
    try:
        import cv2

        cv2.resize(np.zeros((4, 4, 3), np.uint8), (2, 2))
        found["cv2"] = cv2.__version__
    except Exception as error:  # noqa: BLE001 - an extension for another numpy raises many kinds
        found["broken"]["cv2"] = _one_line(error)
    return found


def _runtime(given: dict[str, Any]) -> dict[str, Any]:
    from edgeclassify.model.runtime.runtimes import available_runtimes, runtime_name

    return {"name": runtime_name(given.get("runtime", "auto")), "there": list(available_runtimes())}


def _speed(given: dict[str, Any]) -> dict[str, Any]:
    """Milliseconds of one picture, the middle one of some, by the model as the daemon would open it."""
    import numpy as np

    from edgeclassify.model.opening.classifiers import open_classifier
    from edgeclassify.model.opening.tried_interpreter import measuring_trials
    from edgeclassify.types import Frame, PixelFormat

    began = time.perf_counter()
    classifier = open_classifier(ModelChoice.of_plain(given["model"]), trials=measuring_trials())
    opened_s = time.perf_counter() - began
    pixels = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    times: list[float] = []
    began = time.perf_counter()
    for number in range(_WARM_UP + _RUNS):
        frame = Frame(pixels, PixelFormat.BGR, 640, 480, "doctor", number, time.monotonic_ns(), time.time())
        start = time.perf_counter()
        classifier.infer(classifier.prepare(frame))
        if number >= _WARM_UP:
            times.append(1000 * (time.perf_counter() - start))
        if times and time.perf_counter() - began > _LONGEST_S:
            break
    classifier.close()
    info = classifier.info
    return {
        "ms": sorted(times)[len(times) // 2], "opened_s": opened_s, "runtime": info.runtime,
        "threads": info.threads, "delegate": info.delegate,
    }  # fmt: skip


def _picamera(_: dict[str, Any]) -> dict[str, Any]:
    """Versions of picamera2 and libcamera, and the cameras that they find."""
    from edgeclassify.sources.picamera import devices, runtime

    runtime.picamera2()
    found = [{"number": one.number, "model": one.model, "id": one.id} for one in devices.cameras()]
    return {"libcamera": str(getattr(runtime.libcamera(), "__version__", "")), "cameras": found}


def _devices(given: dict[str, Any]) -> dict[str, Any]:
    """V4L2 cameras, and who uses them."""
    from edgeclassify.sources.video.listing import list_devices

    return {
        "devices": [
            {
                "path": str(one.path), "name": one.device.card if one.device else "", "fault": one.fault,
                "users": list(one.users),
            }
            for one in list_devices(Path(given["dev"]))
        ]
    }  # fmt: skip


def _frame(given: dict[str, Any]) -> dict[str, Any]:
    """The first picture of a camera."""
    from edgeclassify.config import CameraConfig
    from edgeclassify.pixels import brightness
    from edgeclassify.preflight.one_frame import next_frame
    from edgeclassify.sources.factory import make_source

    camera = CameraConfig.model_validate(given["camera"])
    source = make_source(camera, 0, camera.zoom_region)
    began = time.monotonic()
    try:
        source.open()
        frame = next_frame(source)
        return {
            "width": frame.width, "height": frame.height, "brightness": round(float(brightness(frame)), 3),
            "s": round(time.monotonic() - began, 2),
        }  # fmt: skip
    finally:
        source.close()


_QUESTIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "numpy": _numpy, "runtime": _runtime, "speed": _speed, "picamera": _picamera, "devices": _devices,
    "frame": _frame,
}  # fmt: skip


def _one_line(error: BaseException) -> str:
    return " ".join((str(error) or type(error).__name__).split())[:400]


def main() -> None:
    """Answer the question that the command line names."""
    given = json.loads(sys.stdin.read() or "{}")
    try:
        facts = _QUESTIONS[sys.argv[1]](given)
    except Exception as error:  # noqa: BLE001 - any error is what was asked for
        facts = {"error": _one_line(error), "kind": type(error).__name__}
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
