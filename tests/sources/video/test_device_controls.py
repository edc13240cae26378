"""The config's controls against those of a V4L2 device."""

from typing import Any

import pytest

from edgeclassify.errors import SourceSetupError
from edgeclassify.sources.video.device_controls import values_of
from edgeclassify.sources.video.v4l2 import Control, ControlType

BRIGHTNESS = Control(1, "brightness", ControlType.INTEGER, 0, 255, 1, 128, 100, {}, True)
EXPOSURE = Control(2, "exposure_time_absolute", ControlType.INTEGER, 3, 2047, 1, 250, 250, {}, True)
AUTO = Control(
    3, "auto_exposure", ControlType.MENU, 0, 3, 1, 3, 3, {1: "Manual Mode", 3: "Aperture Priority Mode"}, True
)
ALL = [EXPOSURE, BRIGHTNESS, AUTO]


def values(wanted: dict[str, Any], dropped: tuple[()] | list[str] = ()) -> list[tuple[str, int]]:
    return [(control.name, value) for control, value in values_of(wanted, ALL, "/dev/video0", set(dropped))]


def test_automatics_come_first() -> None:
    assert values({"exposure_time_absolute": 100, "auto_exposure": "manual mode", "brightness": 7.0}) == [
        ("auto_exposure", 1),
        ("exposure_time_absolute", 100),
        ("brightness", 7),
    ]


def test_what_has_left_the_config_goes_back_to_its_default() -> None:
    assert values({"brightness": 3}, ["exposure_time_absolute", "gone"]) == [
        ("exposure_time_absolute", 250),
        ("brightness", 3),
    ]


@pytest.mark.parametrize(
    ("wanted", "parts"),
    [
        ({"brigthness": 3}, ("brigthness", 'Did you mean "brightness"?')),
        ({"zoom": 3}, ("zoom", "`edgeclassify cameras`")),
        ({"brightness": 256}, ("0 to 255", "256")),
        ({"brightness": 0.5}, ("a whole number", "0.5")),
        ({"brightness": [1.0]}, ("a whole number",)),
        ({"brightness": "high"}, ("it has no names", "'high'")),
        ({"auto_exposure": "manual"}, ("Manual Mode, Aperture Priority Mode", "'manual'")),
    ],
)
def test_what_the_camera_lacks(wanted: dict[str, Any], parts: tuple[str, ...]) -> None:
    with pytest.raises(SourceSetupError) as caught:
        values(wanted)
    assert str(caught.value).startswith("/dev/video0: controls.extra.")
    for part in parts:
        assert part in str(caught.value)


def test_no_controls_at_all() -> None:
    with pytest.raises(SourceSetupError, match="none at all"):
        list(values_of({"brightness": 1}, [], "/dev/video0", set()))
