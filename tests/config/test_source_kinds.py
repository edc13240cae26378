"""The table of source kinds: what follows from it, and that the sources know every kind in it."""

from pathlib import Path

import pytest

from edgeclassify.config import CameraConfig
from edgeclassify.config.source_kinds import ONLY_FOR, SOURCE_FORMS, SOURCE_KINDS, WAITING_KINDS, Target
from edgeclassify.sources.factory import make_source
from edgeclassify.sources.interface import FrameSource

DOCS = Path(__file__).parents[2] / "docs/cameras.md"
EXAMPLES = {
    Target.SELECTOR: "", Target.DEVICE: "/dev/video0", Target.FOLDER: "/a", Target.FILE_OR_URL: "/a",
    Target.HOST: "//host/a",
}  # fmt: skip


def test_how_sources_are_written() -> None:
    assert SOURCE_FORMS == (
        "picamera:N, v4l2:/dev/videoN, video:FILE, images:FILE, FOLDER or URL, watch:FOLDER, rtsp://…, "
        "http(s)://… or synthetic:"
    )


def test_kinds_of_a_key_in_the_order_in_which_they_are_told() -> None:
    network = ("rtsp", "rtsps", "http", "https")
    assert list(ONLY_FOR)[:3] == ["zoom", "night", "controls"]
    assert ONLY_FOR["controls"] == ("picamera", "v4l2")
    assert ONLY_FOR["tls"] == ("images", "video", *network)
    assert ONLY_FOR["freeze_timeout_s"] == ("picamera", "v4l2", "synthetic", "video", *network)


def test_every_key_of_its_own_is_one_of_a_camera() -> None:
    assert set(ONLY_FOR) <= set(CameraConfig.model_fields)
    assert all(ONLY_FOR.values())


@pytest.mark.parametrize("kind", SOURCE_KINDS)
def test_every_kind_is_made_documented_and_waits_as_its_source_does(kind: str) -> None:
    source = make_source(CameraConfig(source=f"{kind}:{EXAMPLES[SOURCE_KINDS[kind].target]}"))
    assert isinstance(source, FrameSource)
    assert source.waits == (kind in WAITING_KINDS)
    assert f"`{kind}:" in DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "target", "is_path"),
    [
        ("images", "a/b.jpg", True), ("images", "http://host/b.jpg", False), ("video", "film.mp4", True),
        ("watch", "drop", True), ("v4l2", "/dev/video0", False), ("http", "//host/a", False),
    ],
)  # fmt: skip
def test_what_is_relative_to_the_config(kind: str, target: str, is_path: bool) -> None:
    assert SOURCE_KINDS[kind].is_path(target) == is_path
