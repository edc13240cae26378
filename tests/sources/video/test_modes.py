"""Which of a device's modes is used."""

from typing import Any

import pytest

from edgeclassify.errors import ExitStatus, SourceSetupError
from edgeclassify.sources.video.modes import choose_mode, nearest_rate
from edgeclassify.sources.video.v4l2 import Mode

# As a common USB camera lists them.
WEBCAM = [
    Mode("MJPG", 640, 480, (30.0, 15.0)),
    Mode("MJPG", 1280, 720, (30.0, 15.0)),
    Mode("MJPG", 1920, 1080, (30.0,)),
    Mode("MJPG", 160, 120, (30.0,)),
    Mode("YUYV", 640, 480, (30.0, 15.0)),
    Mode("YUYV", 1280, 720, (9.0,)),
    Mode("YUYV", 160, 120, (30.0,)),
]
ANY_SIZE = [Mode("YUYV", 4096, 2160, (30.0, 1.0), step=2, least=(32, 32))]


def chosen(modes: list[Mode] = WEBCAM, **wish: Any) -> tuple[str, int, int]:
    mode = choose_mode(
        modes, **{"path": "/dev/video0", "wanted": "auto", "size": None, "fps": None, "side": 0, **wish}
    )
    return mode.fourcc, mode.width, mode.height


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({}, ("YUYV", 640, 480)),  # the smallest that is no stamp
        ({"side": 480}, ("YUYV", 640, 480)),
        ({"side": 500}, ("MJPG", 1280, 720)),  # uncompressed it is too slow
        ({"side": 5000}, ("MJPG", 1920, 1080)),
        ({"size": (1280, 720)}, ("MJPG", 1280, 720)),
        ({"size": (1280, 720), "fps": 5.0}, ("YUYV", 1280, 720)),
        ({"size": (1280, 720), "wanted": "yuyv"}, ("YUYV", 1280, 720)),
        ({"size": (640, 480), "wanted": "mjpg"}, ("MJPG", 640, 480)),
        ({"size": (160, 120)}, ("YUYV", 160, 120)),
        ({"fps": 29.97}, ("YUYV", 640, 480)),
    ],
)
def test_a_webcam(wish: dict[str, Any], expected: tuple[str, int, int]) -> None:
    assert chosen(**wish) == expected


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({}, ("YUYV", 320, 240)),
        ({"side": 601}, ("YUYV", 802, 602)),
        ({"size": (800, 600)}, ("YUYV", 800, 600)),
    ],
)
def test_a_device_of_any_size(wish: dict[str, Any], expected: tuple[str, int, int]) -> None:
    assert chosen(ANY_SIZE, **wish) == expected


@pytest.mark.parametrize(
    ("modes", "wish", "parts"),
    [
        (WEBCAM, {"size": (800, 600)}, ("size", "640x480", "found 800x600", "Nearest: [640, 480]")),
        (WEBCAM, {"size": (1280, 720), "fps": 60.0}, ("fps", "at most 30 in 1280x720", "found 60")),
        (ANY_SIZE, {"wanted": "mjpg"}, ("format", "one of YUYV", "found mjpg")),
        (ANY_SIZE, {"size": (801, 600)}, ("size", "found 801x600")),
        ([], {}, ("format", "none at all")),
    ],
)
def test_what_the_camera_does_not_have(modes: list[Mode], wish: dict[str, Any], parts: tuple[str, ...]) -> None:
    with pytest.raises(SourceSetupError) as caught:
        chosen(modes, **wish)
    text = str(caught.value)
    assert "\n" not in text
    assert caught.value.exit_status is ExitStatus.CONFIG
    for part in ("/dev/video0", *parts):
        assert part in text


def test_another_format_where_there_is_nothing_else() -> None:
    assert chosen([Mode("NV12", 640, 480, (30.0,)), Mode("GREY", 640, 480, (30.0,))]) == ("NV12", 640, 480)


def test_frame_rate() -> None:
    mode = Mode("YUYV", 640, 480, (30.0, 15.0, 5.0))
    assert [nearest_rate(mode, fps) for fps in (1, 5, 6, 29.97, 60)] == [5, 5, 15, 30, 60]
    assert nearest_rate(Mode("YUYV", 640, 480), 7.5) == 7.5
