"""The order of a start: cameras open while the sink connects, and nothing is inferred before it has tried to."""

import threading
import time

from edgeclassify.publish.interface import Sink
from tests.daemon.running_parts import Whole, config_of
from tests.support.sources import BrightnessSource
from tests.support.waiting import patient, wait_for


def test_a_camera_opens_while_the_sink_connects_and_its_frame_waits_for_that() -> None:
    opened = threading.Event()
    found: list[int] = []

    def await_sink(_: Sink) -> None:
        assert opened.wait(patient(10.0))
        found.append(whole.health.frames)

    class Noted(BrightnessSource):
        def open(self) -> None:
            super().open()
            opened.set()

    whole = Whole(config_of(), await_sink=await_sink)
    whole.make_source = lambda camera: Noted(camera.name, [255])
    whole.running.start_threads()
    try:
        wait_for(lambda: whole.health.frames > 0)
    finally:
        whole.stop(time.monotonic() + 5.0)
    assert found == [0]
