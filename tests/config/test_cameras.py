"""The cameras' sections: sources, zoom, controls, night, recovery."""

from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeclassify.config import ControlsConfig, parse_config
from edgeclassify.errors import ConfigError
from edgeclassify.types import Roi, enclosing

GAIN = {"gain": 8.0}


def parsed(**camera: Any) -> Any:
    document = {"camera": [{"source": "picamera:0", **camera}]}
    return parse_config(document, "test.toml", Path("/")).camera[0]


@pytest.mark.parametrize(
    "source",
    [
        "picamera:",
        "picamera:0",
        "picamera:imx708",
        "picamera:/base/axi/pcie@120000/rp1/i2c@88000/imx708@1a",
        "watch:/drop",
    ],
)
def test_sources(source: str) -> None:
    assert parsed(source=source).source == source


def test_a_watched_folder_is_relative_to_the_config() -> None:
    assert parsed(source="watch:drop").source == "watch:/drop"


def test_everything_together() -> None:
    camera = parsed(
        zoom=[0.25, 0.25, 0.5, 0.5],
        rotation=90,
        controls={"exposure_us": 10000, "extra": {"AeFlickerMode": "FlickerManual", "NoiseReductionMode": 1}},
        night={"below_lux": 5, "controls": {"exposure_us": 200_000}},
    )
    assert camera.zoom_region == Roi(0.25, 0.25, 0.5, 0.5)
    assert camera.controls.own_names == ("exposure_us",)
    assert camera.night.levels == (5, 15, True)
    assert parsed(zoom="views").zoom_region == Roi()
    assert parsed(night={"below_brightness": 0.1, "above_brightness": 0.4, "controls": GAIN}).night.levels == (
        0.1,
        0.4,
        False,
    )
    assert ControlsConfig().own_names == ()


@pytest.mark.parametrize(
    ("camera", "parts"),
    [
        ({"source": "picamera:a b"}, ("camera[0].source", "number, model or id")),
        ({"source": "watch:"}, ("watch: followed by a path",)),
        ({"source": "watch:http://host/x"}, ("watch: followed by a folder",)),
        ({"zoom": [0.5, 0.5, 0.6, 0.5]}, ("camera[0].zoom", "inside the frame")),
        ({"zoom": "roi"}, ("camera[0].zoom", "views")),
        ({"rotation": 45}, ("camera[0].rotation", "0, 90, 180, 270")),
        ({"controls": {"exposure": 3}}, ("camera[0].controls.exposure", 'Did you mean "exposure_us"?')),
        ({"controls": {"gain": 0.5}}, ("camera[0].controls.gain", "at least 1")),
        ({"controls": {"awb": "sunny"}}, ("camera[0].controls.awb", "daylight")),
        ({"controls": {"awb": "auto", "colour_gains": [1.0, 2.0]}}, ("camera[0].controls", "not both")),
        ({"controls": {"focus": "auto", "lens_position": 1.0}}, ("camera[0].controls", "lens_position")),
        ({"controls": {"frame_duration_us": [5, 3]}}, ("camera[0].controls", "[least, greatest]")),
        ({"controls": {"colour_gains": [1.0]}}, ("camera[0].controls.colour_gains", "[red, blue]")),
        ({"fps": 5.0, "controls": {"frame_duration_us": [1, 2]}}, ("camera[0].fps", "not both")),
        (
            {"controls": {"frame_duration_us": [100, 200], "exposure_us": 300}},
            ("controls.exposure_us", "at most the 200", "300"),
        ),
        ({"fps": 30.0, "controls": {"exposure_us": 10**400}}, ("controls.exposure_us", "found")),
        ({"fps": 10**400, "controls": {"exposure_us": 5}}, ("camera[0].fps",)),
        ({"source": "rtsp://bob:s3c@/x"}, ("camera[0].source", "rtsp://HOST:PORT/PATH")),
        ({"source": "http://bob:s3c@host:99999/x"}, ("camera[0].source", "http://HOST:PORT/PATH")),
        ({"source": "images:http://host:abc/password=s3c"}, ("camera[0].source", "http://HOST:PORT/PATH")),
        ({"stop_between": True, "settle_s": 10**400}, ("camera[0].settle_s",)),
        ({"night": {"controls": GAIN}}, ("camera[0].night", "below_lux or below_brightness")),
        (
            {"night": {"below_lux": 5, "above_lux": 4, "controls": GAIN}},
            ("camera[0].night", "above that for the night"),
        ),
        ({"night": {"below_brightness": 0.2, "controls": GAIN}}, ("camera[0].night", "above_brightness together")),
        ({"night": {"below_lux": 5, "above_brightness": 0.2, "controls": GAIN}}, ("camera[0].night", "together")),
        (
            {"night": {"below_brightness": 0.2, "above_brightness": 0.4, "above_lux": 3, "controls": GAIN}},
            ("together with below_lux",),
        ),
        (
            {"source": "rtsp://h/x", "zoom": [0, 0, 0.5, 0.5]},
            ("camera[0].zoom", "only with picamera", "view's roi"),
        ),
        ({"source": "rtsp://h/x", "controls": {"gain": 2.0}}, ("camera[0].controls", "picamera, v4l2")),
        (
            {"source": "video:/a", "stop_between": True, "interval_s": 60},
            ("camera[0].stop_between", "source video"),
        ),
        ({"source": "images:/a", "realtime": True}, ("camera[0].realtime", "only with video")),
        ({"source": "images:/a", "after": "delete"}, ("camera[0].after", "only with watch")),
        ({"source": "v4l2:/dev/video0", "controls": {"gain": 2.0}}, ("camera[0].controls.gain", "controls.extra")),
        ({"night": {"below_lux": 5}}, ("camera[0].night", "controls that differ from the day's")),
        ({"night": {"below_lux": 5, "controls": {"hdr": "sensor"}}}, ("camera[0].night", 'hdr = "sensor"')),
        ({"stop_between": True, "interval_s": 3}, ("camera[0].interval_s", "more than 3 s", "found 3")),
        ({"stop_between": True, "interval_s": 4, "settle_s": 2}, ("camera[0].interval_s", "more than 4 s")),
        ({"source": "video:rtsp://h/x", "realtime": True}, ("camera[0].realtime", "a file alone")),
        (
            {"fps": 20.0, "controls": {"exposure_us": 60_000}},
            ("controls.exposure_us", "at most the 50000", "60000"),
        ),
        ({"source": "https://h/x", "tls": {"verify": False, "ca": "/a"}}, ("camera[0].tls", "not both")),
        ({"source": "https://h/x", "tls": {"cert": "/a"}}, ("camera[0].tls.cert", "verify, ca")),
        ({"source": "v4l2:/dev/video0", "tls": {"verify": False}}, ("camera[0].tls", "only with images, video")),
        ({"source": "images:/a", "freeze_timeout_s": 9.0}, ("camera[0].freeze_timeout_s", "only with picamera")),
        ({"source": "picamera:0", "format": "yuyv"}, ("camera[0].format", "only with v4l2")),
    ],
)
def test_faults(camera: dict[str, Any], parts: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(**camera)
    assert str(caught.value).startswith("test.toml: 1 fault\n"), caught.value
    assert "s3c" not in str(caught.value)
    for part in parts:
        assert part in str(caught.value)


def test_two_cameras_on_one_watched_folder() -> None:
    document = {"camera": [{"name": "a", "source": "watch:/drop"}, {"name": "b", "source": "watch:/drop/"}]}
    with pytest.raises(ConfigError, match="a folder that no other camera watches"):
        parse_config(document, "test.toml", Path("/"))


@pytest.mark.parametrize(
    ("outer", "inner", "recursive", "faults"),
    [
        ("/drop", "/drop/gate", {}, 1),
        ("/drop/", "/drop/a/b/", {"recursive": True}, 1),
        ("/drop", "/drop/gate", {"recursive": False}, 0),
        ("/drop", "/drop-2", {}, 0),
    ],
)
def test_a_watched_folder_within_another(outer: str, inner: str, recursive: dict[str, bool], faults: int) -> None:
    cameras = [{"name": "a", "source": f"watch:{outer}", **recursive}, {"name": "b", "source": f"watch:{inner}"}]
    if not faults:
        assert len(parse_config({"camera": cameras}, "test.toml", Path("/")).camera) == 2
        return
    with pytest.raises(ConfigError, match=r"camera\[0\]\.recursive: expected false, since another camera watches"):
        parse_config({"camera": cameras}, "test.toml", Path("/"))


def test_a_default_written_out_is_no_fault() -> None:
    assert parsed(source="images:/a", after="keep", realtime=False, stop_between=False).after == "keep"


def test_enclosing_and_within() -> None:
    one, two = Roi(0.25, 0.25, 0.25, 0.25), Roi(0.5, 0.5, 0.25, 0.125)
    outer = enclosing([one, two])
    assert outer == Roi(0.25, 0.25, 0.5, 0.375)
    assert astuple(one.within(outer)) == pytest.approx((0.0, 0.0, 0.5, 2 / 3))
    assert astuple(two.within(outer)) == pytest.approx((0.5, 2 / 3, 0.5, 1 / 3))
    assert enclosing([]) == Roi()
    assert enclosing([Roi()]).within(Roi()) == Roi()


@pytest.mark.parametrize("rotation", [0, 90, 270])
def test_a_region_as_it_lies_on_the_sensor(rotation: int) -> None:
    sensor = np.arange(32, dtype=np.uint8).reshape(4, 8)
    seen = np.rot90(sensor, -rotation // 90)
    region = Roi(0.25, 0.0, 0.5, 0.25)

    def cut(picture: np.ndarray[tuple[int, int], Any], roi: Roi) -> list[int]:
        height, width = picture.shape
        left, top = round(roi.x * width), round(roi.y * height)
        part = picture[top : top + round(roi.height * height), left : left + round(roi.width * width)]
        return sorted(part.ravel().tolist())

    assert cut(sensor, region.turned_back(rotation)) == cut(seen, region)
    assert Roi().turned_back(rotation) == Roi()


@pytest.mark.parametrize(
    ("camera", "longest_s"),
    [
        ({}, 0.0),
        ({"fps": 0.5}, 2.0),
        ({"controls": {"exposure_us": 200_000}}, 0.2),
        ({"controls": {"frame_duration_us": [1000, 500_000]}}, 0.5),
        ({"fps": 10.0, "night": {"below_lux": 5, "controls": {"exposure_us": 3_000_000}}}, 3.0),
    ],
)
def test_the_longest_frame(camera: dict[str, Any], longest_s: float) -> None:
    assert parsed(**camera).longest_frame_s == longest_s


def test_numbers_of_a_control_stay_what_they_are() -> None:
    extra = parsed(controls={"extra": {"a": [1, 2], "b": [1.5, 2.0], "c": True, "d": 3}}).controls.extra
    assert [type(value[0]) for value in (extra["a"], extra["b"])] == [int, float]
    assert (extra["c"], type(extra["d"])) == (True, int)


@pytest.mark.parametrize(
    ("source", "asked", "confirm_s"),
    [
        ("watch:photos", {}, 0.0),
        ("watch:photos", {"confirm_s": 5.0}, 5.0),
        ("watch:photos", {"confirm_s": 1.0}, 1.0),
        ("synthetic:", {}, 0.0),
        ("synthetic:", {"filter": "none"}, 1.0),
        ("images:photos", {}, 1.0),
        ("synthetic:", {"confirm_s": 0}, 0.0),
    ],
)
def test_each_picture_of_a_watched_folder_counts(source: str, asked: dict[str, object], confirm_s: float) -> None:
    camera = {"name": "front", "source": source}
    view = {"name": "gate", **asked}
    for views in ([view], [view | {"camera": "front"}], [] if not asked else [view]):
        config = parse_config({"camera": [camera], "view": views}, "test.toml", Path())
        assert [found.confirmation_s for found in config.views()] == [confirm_s]
