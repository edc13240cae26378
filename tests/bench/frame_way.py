"""`python -m tests.bench.frame_way`: what a CSI camera's frame costs from its buffer to the input tensor.

Side by side, in turns: the buffer lent and scaled straight into the tensor (what the daemon does), the buffer
copied first (picamera2's make_buffer), and the usual way (a copy, converted whole to RGB, cropped, resized).
Prints the bytes of the buffer that are read per frame, and the median time over the rounds.
"""

import statistics
import time
from collections.abc import Callable

import cv2
import numpy as np

from edgeclassify.model.preprocess.normalization import InputTable
from edgeclassify.model.preprocess.preprocessor import Preprocessor
from edgeclassify.model.tensors import InputTensor
from edgeclassify.types import FULL_FRAME, Frame, PixelFormat
from tests.sources.picamera.meter import Meter
from tests.sources.picamera.test_cost import lent_frame, lores_layout

SIDE, ROUNDS, FRAMES = 224, 15, 200


def main() -> None:
    """Measure and print."""
    image = InputTensor(SIDE, SIDE, 3, False, "uint8", 1 / 255, 0)
    preprocessor = Preprocessor(image, InputTable())
    layout = lores_layout(PixelFormat.YUV420, SIDE, FULL_FRAME, preprocessor)
    frame, buffer = lent_frame(layout)
    tensor = np.zeros((1, SIDE, SIDE, 3), np.uint8)

    def lent() -> None:
        preprocessor.fill(frame, tensor)

    def copied() -> None:
        pixels = layout.pixels(np.array(buffer))
        preprocessor.fill(Frame(pixels, frame.pixel_format, frame.width, frame.height, "", 0, 0, 0.0), tensor)

    def usual() -> None:
        pixels = layout.pixels(np.array(buffer))
        rgb = cv2.cvtColor(pixels, cv2.COLOR_YUV2RGB_I420)[:, : layout.width]
        side = int(layout.height * 0.875)
        top, left = (layout.height - side) // 2, (layout.width - side) // 2
        crop = rgb[top : top + side, left : left + side]
        cv2.resize(crop, (SIDE, SIDE), dst=tensor[0], interpolation=cv2.INTER_AREA)

    size = f"{layout.width}x{layout.height}, stride {layout.stride}"
    print(f"lores {size}: {buffer.size:,} bytes; tensor {tensor.size:,}")
    print(f"{'':28}{'buffer read':>14}{'of it twice':>14}{'median':>12}{'ratio':>8}")
    ways: dict[str, Callable[[], None]] = {
        "lent (the daemon)": lent,
        "copied first": copied,
        "the usual way": usual,
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            started = time.perf_counter()
            for _ in range(FRAMES):
                way()
            times[name].append((time.perf_counter() - started) / FRAMES * 1e6)
    base = statistics.median(times["lent (the daemon)"])
    meter = Meter(buffer)
    with meter.counting():
        lent()
    for name in ways:
        read = int(meter.reads.sum()) if name.startswith("lent") else buffer.size
        median = statistics.median(times[name])
        print(f"{name:28}{read:>14,}{int((meter.reads > 1).sum()):>14,}{median:>9.0f} µs{median / base:>8.2f}")


if __name__ == "__main__":
    main()
