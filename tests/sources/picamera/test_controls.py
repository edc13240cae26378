"""The config's controls in libcamera's names, against what cameras have."""

from typing import Any, ClassVar

import pytest

from edgeclassify.config import ControlsConfig
from edgeclassify.errors import ExitStatus, SourceSetupError
from edgeclassify.sources.picamera.controls import automatic, libcamera_controls
from edgeclassify.sources.picamera.settings import PicameraSettings, wanted_controls

# As picamera2 lists them: least, greatest, default. Of a Camera Module 3, and of a fixed-focus one.
Limits = dict[str, tuple[Any, Any, Any]]
MODULE_3: Limits = {
    "ExposureTime": (60, 66666, 20000),
    "AnalogueGain": (1.0, 16.0, 1.0),
    "ExposureValue": (-8.0, 8.0, 0.0),
    "AwbEnable": (False, True, None),
    "AwbMode": (0, 7, 0),
    "ColourGains": (0.0, 32.0, None),
    "AfMode": (0, 2, 0),
    "AfTrigger": (0, 1, 0),
    "LensPosition": (0.0, 15.0, 1.0),
    "HdrMode": (0, 4, 0),
    "FrameDurationLimits": (33333, 120000, 33333),
    "Brightness": (-1.0, 1.0, 0.0),
    "Contrast": (0.0, 32.0, 1.0),
    "Saturation": (0.0, 32.0, 1.0),
    "Sharpness": (0.0, 16.0, 1.0),
    "AeFlickerMode": (0, 1, 0),
    "AeFlickerPeriod": (100, 1000000, None),
    "ScalerCrop": ((0, 0, 64, 64), (0, 0, 4608, 2592), (0, 0, 4608, 2592)),
}
FIXED_FOCUS = {name: MODULE_3[name] for name in ("ExposureTime", "AnalogueGain", "AwbMode")}
NAMES = {
    "AwbMode": {"Auto": 0, "Daylight": 5},
    "AfMode": {"Manual": 0, "Auto": 1, "Continuous": 2},
    "AfTrigger": {"Start": 0, "Cancel": 1},
    "HdrMode": {"Off": 0, "SingleExposure": 3},
    "AeFlickerMode": {"FlickerOff": 0, "FlickerManual": 1},
}


def controls(available: Limits = MODULE_3, **settings: Any) -> dict[str, Any]:
    return libcamera_controls(
        ControlsConfig(**settings), available, lambda name: NAMES.get(name, {}), "picamera:0"
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {}),
        ({"exposure_us": 10000, "gain": 2.0}, {"ExposureTime": 10000, "AnalogueGain": 2.0}),
        ({"awb": "daylight"}, {"AwbMode": 5, "AwbEnable": True}),
        ({"colour_gains": (1.5, 2.0)}, {"ColourGains": (1.5, 2.0), "AwbEnable": False}),
        ({"focus": "continuous"}, {"AfMode": 2}),
        ({"focus": "auto"}, {"AfMode": 1, "AfTrigger": 0}),
        ({"lens_position": 0.5}, {"LensPosition": 0.5, "AfMode": 0}),
        ({"hdr": "single"}, {"HdrMode": 3}),
        ({"hdr": "sensor"}, {}),
        ({"frame_duration_us": (40000, 100000)}, {"FrameDurationLimits": (40000, 100000)}),
        (
            {"brightness": 0.1, "contrast": 1.2, "saturation": 0.0, "sharpness": 2.0, "exposure_value": -1.0},
            {"Brightness": 0.1, "Contrast": 1.2, "Saturation": 0.0, "Sharpness": 2.0, "ExposureValue": -1.0},
        ),
        (
            {"extra": {"AeFlickerMode": "FlickerManual", "AeFlickerPeriod": 10000}},
            {"AeFlickerMode": 1, "AeFlickerPeriod": 10000},
        ),
    ],
)
def test_in_libcameras_words(settings: dict[str, Any], expected: dict[str, Any]) -> None:
    assert controls(**settings) == expected


@pytest.mark.parametrize(
    ("settings", "available", "parts"),
    [
        ({"lens_position": 1.0}, FIXED_FOCUS, ("controls.lens_position", "LensPosition", "AnalogueGain, AwbMode")),
        ({"exposure_us": 200_000}, MODULE_3, ("controls.exposure_us", "60 to 66666", "200000")),
        ({"frame_duration_us": (10, 20)}, MODULE_3, ("frame_duration_us", "33333 to 120000", "found 10")),
        ({"awb": "indoor"}, MODULE_3, ("controls.awb", "Auto, Daylight", "'Indoor'")),
        ({"extra": {"AeFlikerMode": 1}}, MODULE_3, ("extra.AeFlikerMode", 'Did you mean "AeFlickerMode"?')),
        ({"extra": {"AeFlickerMode": "FlickerManul"}}, MODULE_3, ('Did you mean "FlickerManual"?',)),
        ({"extra": {"Contrast": "high"}}, MODULE_3, ("a number", "'high'")),
        ({"gain": 2.0}, {}, ("none at all",)),
        ({"extra": {"AeFlickerPeriod": 10000.5}}, MODULE_3, ("AeFlickerPeriod", "a whole number", "10000.5")),
        ({"extra": {"AwbEnable": 1}}, MODULE_3, ("AwbEnable", "true or false")),
        ({"extra": {"Contrast": True}}, MODULE_3, ("Contrast", "a number", "True")),
        ({"extra": {"ScalerCrop": [1, 2]}}, MODULE_3, ("ScalerCrop", "4 numbers", "found 2")),
        ({"extra": {"ScalerCrop": 7}}, MODULE_3, ("ScalerCrop", "a list of 4")),
    ],
)
def test_what_the_camera_lacks(settings: dict[str, Any], available: Limits, parts: tuple[str, ...]) -> None:
    with pytest.raises(SourceSetupError) as caught:
        controls(available, **settings)
    text = str(caught.value)
    assert text.startswith("picamera:0: controls.")
    assert "\n" not in text
    for part in parts:
        assert part in text
    assert caught.value.exit_status is ExitStatus.CONFIG


def test_a_range_of_rectangles_is_not_judged() -> None:
    assert controls(extra={"ScalerCrop": [0, 0, 100, 100]}) == {"ScalerCrop": (0, 0, 100, 100)}


def test_as_the_types_that_libcamera_takes() -> None:
    """Another one fails in picamera2's own thread, where nobody catches it."""
    found = controls(extra={"Contrast": 2, "AeFlickerPeriod": 10000.0, "ScalerCrop": [0, 0, 100.0, 100]})
    assert found == {"Contrast": 2.0, "AeFlickerPeriod": 10000, "ScalerCrop": (0, 0, 100, 100)}
    assert type(found["Contrast"]) is float
    assert type(found["AeFlickerPeriod"]) is int
    assert [type(number) for number in found["ScalerCrop"]] == [int] * 4


class Picam:
    """A camera that is not opened: what it can do is asked of it, nothing more."""

    camera_controls: ClassVar = MODULE_3 | {"ExposureTime": (60, 10_000_000, 20000)}


@pytest.mark.parametrize(
    ("settings", "night", "limits"),
    [
        ({"controls": ControlsConfig(exposure_us=20_000)}, False, None),
        ({"controls": ControlsConfig(exposure_us=100_000)}, False, (100_000, 100_000)),
        ({"night": ControlsConfig(exposure_us=110_000), "fps": 10.0}, False, (100_000, 100_000)),
        ({"night": ControlsConfig(exposure_us=110_000)}, True, (110_000, 110_000)),
        ({"night": ControlsConfig(exposure_us=110_000), "fps": 10.0}, True, (110_000, 110_000)),
        (
            {"controls": ControlsConfig(exposure_us=50_000, frame_duration_us=(40_000, 60_000))},
            False,
            (40_000, 60_000),
        ),
    ],
)
def test_a_long_exposure_gets_long_frames(
    settings: dict[str, Any], night: bool, limits: tuple[int, int] | None
) -> None:
    assert wanted_controls(Picam(), PicameraSettings(**settings), night).get("FrameDurationLimits") == limits


def test_back_to_automatic() -> None:
    assert automatic({"ExposureTime", "AnalogueGain", "Contrast", "Gone"}, MODULE_3) == {
        "ExposureTime": 0,
        "AnalogueGain": 0,
        "Contrast": 1.0,
    }
    assert automatic({"AwbEnable", "ColourGains", "AeFlickerPeriod"}, MODULE_3) == {"AwbEnable": True}
    virtual = {"FrameDurationLimits": (16666, 33333, None)}
    assert automatic({"FrameDurationLimits"}, virtual) == {"FrameDurationLimits": (16666, 33333)}
