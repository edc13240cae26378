"""What the source asks of picamera2, in which order; what it says of the frames that come."""

import gc
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from edgeclassify.config import ControlsConfig
from edgeclassify.errors import SourceError
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.sources.picamera.settings import PicameraSettings
from edgeclassify.sources.picamera.source import LENT, PicameraSource
from tests.sources.picamera.fake_picamera2 import FakePicamera2, modules
from tests.support.optional import present

FRAME = {"SensorTimestamp": 1000, "FrameDuration": 40_000, "Lux": 12.5}
DAY, NIGHT = ControlsConfig(gain=2.0), ControlsConfig(gain=8.0)


@dataclass
class Camera:
    """A source that was opened, and its camera; `calls` since the last time it was asked."""

    source: PicameraSource
    picam: FakePicamera2

    def calls(self) -> list[Any]:
        gc.collect()
        found = list(self.picam.calls)
        self.picam.calls.clear()
        return found


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> Iterator[Camera]:
    for name, module in modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    source = PicameraSource("front", PicameraSettings(fps=20.0, controls=DAY, night=NIGHT))
    source.open()
    yield Camera(source, FakePicamera2.made[-1])
    source.close()
    source.renew()


def gain(value: float) -> tuple[str, dict[str, Any]]:
    return ("set_controls", {"FrameDurationLimits": (50_000, 50_000), "AnalogueGain": value})


def settings(**changes: Any) -> PicameraSource:
    return PicameraSource("front", PicameraSettings(**{"fps": 20.0, "controls": DAY, "night": NIGHT, **changes}))


def test_controls_are_set_before_the_stream_starts(camera: Camera) -> None:
    assert camera.calls() == ["configure", gain(2.0), "start"]
    layout = present(camera.source.layout)
    assert (layout.width, layout.height, layout.stride) == (456, 256, 456)


def test_a_camera_that_is_started_already_belongs_to_another(camera: Camera) -> None:
    with pytest.raises(SourceError, match=r"another \[\[camera\]\]"):
        settings().open()


def test_a_frame_is_lent_and_goes_back_at_the_next_read(camera: Camera) -> None:
    camera.calls()
    camera.picam.arriving += [FRAME, FRAME]
    frame = present(camera.source.read(1.0))
    assert (frame.sequence, frame.width, frame.height) == (0, 456, 256)
    assert not frame.pixels.flags.writeable
    main = present(frame.main)()
    assert (main.width, main.height, int(main.pixels[0, 0])) == (640, 360, 0)
    assert int(frame.pixels[0, 0]) == 1
    assert (camera.source.clock, camera.source.frame_interval_s, camera.source.lux) == (1000, 0.04, 12.5)
    assert camera.calls() == ["capture", "wait"]
    del frame, main
    gc.collect()
    assert present(camera.source.read(1.0)).sequence == 1
    assert camera.calls() == ["release", "capture", "wait"]


def test_too_many_at_a_time_are_copied(camera: Camera) -> None:
    camera.picam.arriving += [FRAME] * (LENT + 1)
    frames = [present(camera.source.read(1.0)) for _ in range(LENT + 1)]
    assert [frame.lent for frame in frames] == [True] * LENT + [False]
    assert [frame.main is None for frame in frames] == [False] * LENT + [True]
    assert camera.source.copied == 1
    assert camera.calls()[-3:] == ["capture", "wait", "release"]


def test_a_wait_in_vain_goes_on_with_the_same_capture(camera: Camera) -> None:
    camera.calls()
    camera.picam.arriving += [None, None, FRAME]
    for _ in range(2):
        with pytest.raises(NoFrameInTimeError, match=r"no frame for 0\.1 s"):
            camera.source.read(0.1)
    camera.source.read(0.1)
    assert camera.calls() == ["capture", "wait", "wait", "wait"]


def test_a_capture_that_failed_is_not_waited_for_again(camera: Camera) -> None:
    camera.calls()
    camera.picam.arriving += [RuntimeError("gone"), FRAME]
    with pytest.raises(RuntimeError, match="gone"):
        camera.source.read(0.1)
    camera.source.read(0.1)
    assert camera.calls() == ["capture", "wait", "capture", "wait"]


def test_metadata_that_is_absent(camera: Camera) -> None:
    camera.picam.arriving.append({})
    camera.source.read(0.1)
    assert (camera.source.clock, camera.source.frame_interval_s, camera.source.lux) == (None, None, None)


def test_a_skip_looks_whether_frames_have_come(camera: Camera) -> None:
    camera.picam.arriving.append(FRAME)
    camera.source.read(0.1)
    camera.picam.frames = 3
    assert camera.source.skip(0.0)
    assert camera.source.clock is None
    with pytest.raises(NoFrameInTimeError):
        camera.source.skip(0.0)


def test_the_night_lies_over_the_day_until_it_is_over(camera: Camera) -> None:
    camera.calls()
    camera.source.use_night_profile(True)
    camera.source.use_night_profile(False)
    assert camera.calls() == ["locked", gain(8.0), "unlocked", "locked", gain(2.0), "unlocked"]


def test_controls_that_are_gone_go_back_to_what_they_were(camera: Camera) -> None:
    camera.calls()
    assert camera.source.adopt(settings(fps=None, controls=ControlsConfig(brightness=0.5), night=None))
    back = {"FrameDurationLimits": (33_333, 33_333), "AnalogueGain": 0, "Brightness": 0.5}
    assert camera.calls() == ["locked", ("set_controls", back), "unlocked"]
    camera.source.pause()
    camera.source.resume()
    assert camera.calls() == ["stop", ("set_controls", {"Brightness": 0.5}), "start"]


def test_a_size_is_not_adopted(camera: Camera) -> None:
    camera.calls()
    assert not camera.source.adopt(settings(wanted_side=100))
    assert camera.calls() == []


def test_the_night_stays_when_settings_change(camera: Camera) -> None:
    camera.source.use_night_profile(True)
    camera.calls()
    assert camera.source.adopt(settings(night=ControlsConfig(gain=4.0)))
    assert camera.calls() == ["locked", gain(4.0), "unlocked"]


def test_refused_controls_leave_settings_and_night_as_they_were(camera: Camera) -> None:
    before = camera.source.settings
    camera.picam.refused = RuntimeError("no")
    with pytest.raises(SourceError, match="picamera:0: its controls can't be set: no"):
        camera.source.adopt(settings(night=None))
    with pytest.raises(SourceError):
        camera.source.use_night_profile(True)
    camera.picam.refused = None
    assert camera.source.settings is before
    camera.calls()
    camera.source.pause()
    camera.source.resume()
    assert camera.calls() == ["stop", gain(2.0), "start"]


def test_a_capture_that_waits_is_taken_back_before_the_stop(camera: Camera) -> None:
    camera.picam.arriving += [None, None]
    with pytest.raises(NoFrameInTimeError):
        camera.source.read(0.1)
    camera.calls()
    camera.source.pause()
    assert camera.calls() == ["cancel", "wait", "stop"]
    camera.source.resume()
    camera.picam.arriving.append(FRAME)
    camera.source.read(0.1)
    assert camera.calls() == [gain(2.0), "start", "capture", "wait"]


def test_closed_it_is_asked_for_nothing_and_the_next_open_begins_by_day(camera: Camera) -> None:
    camera.source.use_night_profile(True)
    camera.calls()
    camera.source.close()
    camera.source.close()
    camera.source.use_night_profile(True)
    assert camera.source.adopt(settings())
    assert camera.calls() == ["stop"]
    assert camera.source.layout is None
    with pytest.raises(SourceError, match="is not open"):
        camera.source.resume()
    camera.source.open()
    assert camera.calls() == ["configure", gain(2.0), "start"]
    camera.source.close()
    camera.source.renew()
    assert camera.calls() == ["stop", "close"]
