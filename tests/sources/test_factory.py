"""Every source string of the config leads to its class."""

import os
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest

from edgeclassify.config import CameraConfig, parse_config
from edgeclassify.http.trust import Trust
from edgeclassify.sources.factory import make_source
from edgeclassify.sources.images.source import ImagesSource
from edgeclassify.sources.images.watched.source import WatchedFolderSource
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.sources.network.source import HttpSource
from edgeclassify.sources.network.stream import StreamSource
from edgeclassify.sources.picamera.source import PicameraSource
from edgeclassify.sources.rotation import RotatedSource
from edgeclassify.sources.synthetic.source import SyntheticSource
from edgeclassify.sources.video.device import DeviceSource
from edgeclassify.sources.video.file import VideoFileSource
from edgeclassify.types import FULL_FRAME, Outcome
from tests.sources.image_files import encode, noise
from tests.support.optional import present


@pytest.mark.parametrize(
    ("source", "kind", "described"),
    [
        ("images:/photos", ImagesSource, "/photos"),
        ("images:http://me:pw@host/a.jpg", ImagesSource, "http://host/a.jpg"),
        ("picamera:1", PicameraSource, "picamera:1"),
        ("picamera:", PicameraSource, "picamera:0"),
        ("v4l2:/dev/video7", DeviceSource, "/dev/video7"),
        ("video:/films/a.mp4", VideoFileSource, "/films/a.mp4"),
        ("video:rtsp://me:pw@host/a", StreamSource, "rtsp://host/a"),
        ("rtsp://me:pw@host/a", StreamSource, "rtsp://host/a"),
        ("rtsps://host/a", StreamSource, "rtsps://host/a"),
        ("http://host/a?pw=x", HttpSource, "http://host/a?…"),
        ("https://host/a", HttpSource, "https://host/a"),
        ("synthetic:?size=64x48&fps=3", SyntheticSource, "synthetic test pattern 64x48 at 3 fps"),
    ],
)
def test_kinds(source: str, kind: type[FrameSource], described: str) -> None:
    made = make_source(CameraConfig(name="porch", source=source), 256)
    assert type(made) is kind
    assert made.camera == "porch"
    assert made.describe() == described


Kind = TypeVar("Kind", bound=FrameSource)


def made(kind: type[Kind], wanted_side: int = 0, **camera: Any) -> Kind:
    """A source of this section of the config, which is of this kind."""
    source = make_source(CameraConfig.model_validate(camera), wanted_side)
    assert isinstance(source, kind)
    return source


def test_settings_reach_the_source() -> None:
    device = made(DeviceSource, source="v4l2:/dev/video0", size=(800, 600), fps=5)
    assert (device.settings.size, device.settings.fps) == ((800, 600), 5)
    pattern = made(SyntheticSource, source="synthetic:?fps=2", size=(64, 48), fps=7)
    assert (pattern.options.size, pattern.options.fps) == ((64, 48), 2)
    assert made(ImagesSource, 99, source="images:/a", loop=True).wanted_side == 99
    assert made(VideoFileSource, source="video:/a", loop=True).loop
    assert made(PicameraSource, 300, source="picamera:0", fps=4).settings.wanted_side == 300


def test_device_gets_what_the_views_need_and_its_controls() -> None:
    extra = {"extra": {"brightness": 3}}
    settings = made(DeviceSource, 481, source="v4l2:/dev/video0", format="mjpg", controls=extra).settings
    assert (settings.wanted_side, settings.pixel_format, settings.controls) == (481, "mjpg", {"brightness": 3})


def test_a_camera_that_can_not_turn_itself_is_turned() -> None:
    turned = make_source(CameraConfig(source="v4l2:/dev/video0", rotation=180))
    assert isinstance(turned, RotatedSource)
    assert isinstance(turned.source, DeviceSource)
    assert isinstance(make_source(CameraConfig(source="rtsp://h/x", hflip=True)), RotatedSource)


@pytest.mark.parametrize(
    ("config", "flips", "is_wrapped"),
    [
        ({}, (False, False), False),
        ({"rotation": 180}, (True, True), False),  # by the camera's own processor
        ({"rotation": 180, "hflip": True}, (False, True), False),
        ({"rotation": 90, "vflip": True}, (False, True), True),
    ],
)
def test_a_csi_camera_turns_itself_where_it_can(
    config: dict[str, Any], flips: tuple[bool, bool], is_wrapped: bool
) -> None:
    source = make_source(CameraConfig.model_validate({"source": "picamera:0", **config}))
    assert isinstance(source, RotatedSource) is is_wrapped
    camera = source.source if isinstance(source, RotatedSource) else source
    assert isinstance(camera, PicameraSource)
    assert (camera.settings.hflip, camera.settings.vflip) == flips


def test_a_watched_folder_remembers_in_the_state_folder(tmp_path: Path) -> None:
    drop(tmp_path / "in" / "a.jpg")
    config = CameraConfig(name="drop", source=f"watch:{tmp_path}/in", after="keep")
    source = make_source(config, 99, FULL_FRAME, tmp_path)
    assert isinstance(source, WatchedFolderSource)
    assert (source.after, source.wanted_side) == ("keep", 99)
    source.open()
    source.processed(present(source.read(5.0)).sequence, Outcome.SEEN)
    assert (tmp_path / "watched-drop.txt").exists()


@pytest.mark.parametrize(
    ("after", "left"), [("keep", {"in/a.jpg"}), ("delete", set()), ("move", {"in/done/a.jpg"})]
)
def test_what_becomes_of_an_image_of_a_watched_folder(
    tmp_path: Path, after: Literal["keep", "delete", "move"], left: set[str]
) -> None:
    drop(tmp_path / "in" / "a.jpg")
    source = made(WatchedFolderSource, name="drop", source=f"watch:{tmp_path}/in", after=after)
    source.open()
    source.processed(present(source.read(5.0)).sequence, Outcome.SEEN)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.jpg")} == left


@pytest.mark.parametrize(("options", "expected"), [({}, True), ({"recursive": False}, False)])
def test_folders_below_a_watched_one(tmp_path: Path, options: dict[str, bool], expected: bool) -> None:
    drop(tmp_path / "below" / "a.jpg")
    source = made(WatchedFolderSource, name="drop", source=f"watch:{tmp_path}", **options)
    source.open()
    with nullcontext() if expected else pytest.raises(NoFrameInTimeError):
        source.read(2.5)


def drop(path: Path) -> None:
    """An image that was written long ago."""
    path.parent.mkdir()
    path.write_bytes(encode(noise(), "JPEG"))
    os.utime(path, (1.7e9, 1.7e9))


@pytest.mark.parametrize(
    "source",
    [
        "images:https://host/a.jpg",
        "https://host/a",
        "rtsps://host/a",
        "video:https://host/a",
        "video:rtsps://host/a",
    ],
)
def test_whose_certificates_are_accepted_reaches_the_source(source: str) -> None:
    def trust_of(**tls: Any) -> Trust:
        made = make_source(CameraConfig.model_validate({"source": source, "tls": tls}))
        if isinstance(made, ImagesSource):
            assert made.access is not None
            return made.access.trust
        assert isinstance(made, HttpSource | StreamSource)
        return made.trust

    assert trust_of() == Trust(verify=True, ca=None)
    assert trust_of(verify=False) == Trust(verify=False)
    assert trust_of(ca="/c.pem") == Trust(ca=Path("/c.pem"))


def test_the_file_of_certificates_is_relative_to_the_config() -> None:
    document = {"camera": [{"source": "https://host/a", "tls": {"ca": "c.pem"}}]}
    assert parse_config(document, "t", Path("/etc/x")).camera[0].tls.ca == Path("/etc/x/c.pem")


@pytest.mark.parametrize(
    ("source", "over_tcp"), [("rtsp://host/a", "rtsp_transport;tcp"), ("images:/photos", None)]
)
def test_the_environment_of_native_code_is_set_before_a_source_is_opened(
    source: str, over_tcp: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it is opened other threads run, and the environment must not change under them."""
    for name in ("OPENCV_FFMPEG_LOGLEVEL", "OPENCV_FFMPEG_CAPTURE_OPTIONS"):
        monkeypatch.setenv(name, "")  # so that it is as before afterwards
        monkeypatch.delenv(name)
    make_source(CameraConfig(name="front", source=source))
    assert os.environ["OPENCV_FFMPEG_LOGLEVEL"] == "-8"
    assert os.environ.get("OPENCV_FFMPEG_CAPTURE_OPTIONS") == over_tcp
