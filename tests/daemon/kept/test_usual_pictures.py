import json
from dataclasses import replace
from pathlib import Path

import pytest

from edgeclassify.daemon.kept.usual_pictures import WRITE_PAUSE_S, UsualPicture, UsualPictures
from edgeclassify.scene.checks.reference import Reference
from edgeclassify.scene.checks.structure import structure_of
from tests.scene.checks.drawn import picture, scene, statistics_of

REFERENCE = replace(Reference.of(structure_of(statistics_of(picture(scene())))), frames=20, age_s=20.0)
LATER = replace(REFERENCE, frames=40, age_s=40.0)


class Kept:
    def __init__(self, path: Path) -> None:
        self.path, self.now = path, 1000.0
        self.pictures = UsualPictures(path, lambda: self.now)

    def age_on_disk_s(self, camera: str = "front") -> float | None:
        again = UsualPictures(self.path).known(camera, "as ever")
        return None if again is None else again.age_s


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "usual-pictures.json")


def test_a_picture_that_is_new_is_written_at_once(kept: Kept) -> None:
    kept.pictures.note({})
    assert not kept.path.exists()
    kept.pictures.note({"front": UsualPicture("as ever", REFERENCE)})
    assert kept.age_on_disk_s() == 20.0
    kept.pictures.note({"back": UsualPicture("as ever", LATER)})
    assert (kept.age_on_disk_s(), kept.age_on_disk_s("back")) == (20.0, 40.0)


def test_then_once_an_hour(kept: Kept) -> None:
    kept.pictures.note({"front": UsualPicture("as ever", REFERENCE)})
    kept.now += WRITE_PAUSE_S - 1
    kept.pictures.note({"front": UsualPicture("as ever", LATER)})
    assert kept.age_on_disk_s() == 20.0
    kept.now += 1
    kept.pictures.note({"front": UsualPicture("as ever", LATER)})
    assert kept.age_on_disk_s() == 40.0


def test_and_at_the_end(kept: Kept) -> None:
    kept.pictures.note({"front": UsualPicture("as ever", REFERENCE)})
    kept.pictures.note({"front": UsualPicture("as ever", LATER)})
    kept.pictures.write()
    assert kept.age_on_disk_s() == 40.0


def test_of_a_picture_that_is_taken_otherwise_nothing_is_known(kept: Kept) -> None:
    kept.pictures.note({"front": UsualPicture("as ever", REFERENCE)})
    assert kept.pictures.known("front", "as ever") is REFERENCE
    assert kept.pictures.known("front", "mirrored") is None
    assert kept.pictures.known("back", "as ever") is None
    kept.pictures.note({"front": UsualPicture("mirrored", LATER)})
    assert kept.age_on_disk_s() is None


def test_nothing_is_kept_without_a_place(tmp_path: Path) -> None:
    pictures = UsualPictures(None)
    pictures.note({"front": UsualPicture("as ever", REFERENCE)})
    pictures.write()
    assert pictures.known("front", "as ever") is REFERENCE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        json.dumps({"v": 2, "cameras": {}}).encode(),
        json.dumps({"v": 1, "cameras": {"front": {"taken_by": "as ever", "picture": {"v": 1}}}}).encode(),
        json.dumps({"v": 1, "cameras": {"front": None}}).encode(),
    ],
)
def test_a_damaged_file_is_said_and_set_aside(
    kept: Kept, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    kept.path.write_bytes(content)
    assert UsualPictures(kept.path).known("front", "as ever") is None
    assert f"found {len(content)} damaged bytes" in caplog.text
    assert "set aside as usual-pictures.json.damaged-1" in caplog.text
    assert not kept.path.exists()
