"""The images beside a recording, and which one belongs to a frame."""

from pathlib import Path

import pytest

from edgeclassify.recording.format.frame_images import FrameImages, image_name, images_folder
from tests.recording.inputs import START

S = 1_000_000_000


def write(folder: Path, *images: tuple[str, float]) -> FrameImages:
    for camera, seconds in images:
        (folder / image_name(camera, START + seconds, round(seconds * S))).write_bytes(b"")
    return FrameImages(folder)


def found(images: FrameImages, camera: str, seconds: float) -> tuple[str, float] | None:
    image = images.of(camera, round(seconds * S))
    return None if image is None else (image.path.name.rsplit("-", 1)[1], round(image.earlier_s, 3))


def test_names() -> None:
    assert image_name("front-2", 1_795_431_285.1234, 81) == "front-2-20261123T105445.123Z-81.jpg"


@pytest.mark.parametrize(
    ("recording", "folder"), [("gate.jsonl.gz", "gate.frames"), ("a.b", "a.b.frames"), ("gate", "gate.frames")]
)
def test_the_folder_of_a_recording(recording: str, folder: str) -> None:
    assert images_folder(Path("/x") / recording) == Path("/x") / folder


def test_a_frame_has_its_own_or_the_newest_before(tmp_path: Path) -> None:
    images = write(tmp_path, ("front", 9), ("front", 2), ("front", 10), ("back", 9.5))
    assert found(images, "front", 9) == ("9000000000.jpg", 0)
    assert found(images, "front", 9.9) == ("9000000000.jpg", 0.9)
    assert found(images, "front", 10) == ("10000000000.jpg", 0)
    assert found(images, "back", 9.6) == ("9500000000.jpg", 0.1)
    assert images.of("front", 9 * S) is not None
    assert str(images.of("front", 9 * S).path.parent) == str(tmp_path)  # type: ignore[union-attr]


@pytest.mark.parametrize(("seconds", "is_near"), [(1.9, False), (12.0, True), (12.01, False)])
def test_what_is_later_or_too_old_says_nothing(seconds: float, is_near: bool, tmp_path: Path) -> None:
    images = write(tmp_path, ("front", 2))
    assert (found(images, "front", seconds) is not None) is is_near


def test_a_camera_whose_name_is_like_the_begin_of_another(tmp_path: Path) -> None:
    images = write(tmp_path, ("front-2", 5))
    assert found(images, "front", 5) is None
    assert found(images, "front-2", 5) is not None


def test_other_files_are_none_and_a_folder_need_not_be_there(tmp_path: Path) -> None:
    for name in ("x.jpg", ".front-20231114T221320.000Z-5.jpg.tmp", "front-20231114T221320.000Z-5.png"):
        (tmp_path / name).write_bytes(b"")
    assert found(FrameImages(tmp_path), "front", 1) is None
    assert found(FrameImages(tmp_path / "none"), "front", 1) is None
