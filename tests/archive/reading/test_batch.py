"""Real images, tars and videos, read item by item."""

import hashlib
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgeclassify.archive.interface import Batch, Item
from edgeclassify.archive.reading import streams
from edgeclassify.archive.reading.batch import read_batch
from edgeclassify.archive.reading.read_image import ReadImage
from edgeclassify.archive.reading.streams import close_streams
from edgeclassify.sources.images.decode import decode_image
from tests.archive.listing.trees import batches, written
from tests.archive.made_files import jpeg, shown_number, taken, tar, video
from tests.support.data import NO_TEST_DATA, find_test_data


@pytest.fixture(autouse=True)
def _streams() -> Iterator[None]:
    yield
    close_streams()


def _read(tmp_path: Path, *sources: object, side: int = 0, **options: Any) -> list[ReadImage]:
    return [image for batch in batches(tmp_path, *sources, **options) for image in read_batch(batch, side)]


def _one(tmp_path: Path, name: str, content: bytes, side: int = 0) -> ReadImage:
    (tmp_path / name).write_bytes(content)
    (image,) = _read(tmp_path, tmp_path / name, side=side)
    return image


def test_an_image_in_a_file(tmp_path: Path) -> None:
    content = jpeg(640, 480)
    image = _one(tmp_path, "a.jpg", content, side=224)
    assert (image.bytes, image.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (image.width, image.height) == (640, 480)
    assert image.frame is not None
    assert image.frame.pixels.shape == (240, 320, 3)
    assert (image.path, image.fault) == (str(tmp_path / "a.jpg"), None)
    assert (image.taken_at, image.taken_by) == ((tmp_path / "a.jpg").stat().st_mtime, "modified")


@pytest.mark.skipif(find_test_data() is None, reason=NO_TEST_DATA)
def test_photos_have_the_pixels_that_they_have_anywhere(tmp_path: Path) -> None:
    folder = find_test_data()
    assert folder is not None
    (batch,) = batches(tmp_path, folder / "images", most=1000)
    images = list(read_batch(batch, 224))
    assert len(images) > 40
    for image in images:
        content = Path(image.item.location).read_bytes()
        assert image.sha256 == hashlib.sha256(content).hexdigest()
        assert image.frame is not None
        assert np.array_equal(image.frame.pixels, decode_image(content, "x", 224).pixels)


@pytest.mark.parametrize("kind", ["png", "webp", "bmp", "tiff"])
def test_other_kinds(tmp_path: Path, kind: str) -> None:
    Image.new("RGB", (40, 30), (1, 2, 3)).save(tmp_path / f"a.{kind}", lossless=True)
    (image,) = _read(tmp_path, tmp_path / f"a.{kind}")
    assert image.frame is not None
    assert image.frame.pixels[5, 5].tolist() == [3, 2, 1]


def test_a_turned_image_is_upright(tmp_path: Path) -> None:
    image = _one(tmp_path, "a.jpg", taken("2024:01:31 23:59:58", orientation=6))
    assert (image.width, image.height) == (48, 64)
    assert image.frame is not None
    assert image.frame.pixels.shape == (64, 48, 3)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_time_without_a_zone_is_the_same_on_every_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    import time

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        image = _one(tmp_path, "a.jpg", taken("2024:01:31 23:59:58", fraction="25"))
        with_zone = _one(tmp_path, "b.jpg", taken("2024:01:31 23:59:58", "+02:00"))
    finally:
        monkeypatch.undo()
        time.tzset()
    moment = datetime(2024, 1, 31, 23, 59, 58, tzinfo=UTC).timestamp()
    assert (image.taken_at, image.taken_by) == (moment + 0.25, "exif")
    assert with_zone.taken_at == moment - 7200


def test_faults_stay_with_their_image(tmp_path: Path) -> None:
    good = jpeg()
    written(tmp_path / "root", {"1.jpg": good, "2.jpg": b"", "3.jpg": good[:300], "4.jpg": b"text", "9.jpg": good})
    os.mkfifo(tmp_path / "root" / "5.jpg")
    (tmp_path / "root" / "6.jpg").symlink_to("gone")
    (batch,) = batches(tmp_path, tmp_path / "root")
    (tmp_path / "root" / "1.jpg").unlink()
    images = list(read_batch(batch, 0))
    assert [image.item for image in images] == list(batch.items)
    faults = [str(image.fault).partition(": ")[2] for image in images]
    assert faults[0] == "expected an image file, found nothing there. Check the path."
    assert faults[1].startswith("expected an image, found an empty file")
    assert faults[2].startswith("expected a whole JPEG")
    assert faults[3].startswith("expected an image (")
    assert faults[4] == "expected an image file, found a device or pipe. Name a picture."
    assert faults[5] == "expected an image or a folder, found a link to gone, which is gone."
    assert (images[6].fault, images[6].frame is None) == (None, False)
    assert (images[1].bytes, images[2].bytes, images[2].sha256) == (0, 300, hashlib.sha256(good[:300]).hexdigest())
    assert images[2].taken_by == "modified"


@pytest.mark.parametrize("ending", ["tar", "tar.gz", "tar.xz"])
def test_members_of_a_tar(tmp_path: Path, ending: str) -> None:
    members = [(f"{name}/{number}.jpg", jpeg(value=number)) for name in "ab" for number in (3, 1, 2)]
    path = tar(tmp_path / f"x.{ending}", members, "w" if ending == "tar" else f"w:{ending[4:]}")
    images = _read(tmp_path, path, most=2)
    assert {image.item.member: image.sha256 for image in images} == {
        name: hashlib.sha256(content).hexdigest() for name, content in members
    }
    assert {(image.taken_at, image.taken_by) for image in images} == {(1_700_000_000, "modified")}
    assert images[0].path == f"{path}!a/{'1' if ending == 'tar' else '3'}.jpg"


def test_a_compressed_tar_is_read_in_any_order_and_from_several_threads(tmp_path: Path) -> None:
    members = [(f"{number}.jpg", jpeg(value=number)) for number in range(12)]
    found = batches(tmp_path, tar(tmp_path / "x.tgz", members, "w:gz"), most=2)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in members}
    wrong: list[ReadImage] = []

    def read(order: list[Batch]) -> None:
        wrong.extend(
            image
            for batch in order
            for image in read_batch(batch, 0)
            if image.sha256 != hashes[str(image.item.member)]
        )

    threads = [
        threading.Thread(target=read, args=(order,)) for order in (found, found[::-1], found[3:] + found[:3])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_tar_that_was_written_anew_is_not_read_from_before(tmp_path: Path) -> None:
    for value in (10, 200):
        (image,) = _read(tmp_path, tar(tmp_path / "x.tgz", [("a.jpg", jpeg(value=value))], "w:gz"))
        assert image.sha256 == hashlib.sha256(jpeg(value=value)).hexdigest()


def test_a_member_that_is_cut_off_has_a_fault_with_its_name(tmp_path: Path) -> None:
    path = tar(tmp_path / "x.tar", [("a.jpg", jpeg(800, 600))])
    (batch,) = batches(tmp_path, path)
    path.write_bytes(path.read_bytes()[:1000])
    (image,) = read_batch(batch, 0)
    assert image.fault == (f"{path}!a.jpg: expected an image in a whole tar, but it is cut off. Copy it again.")
    path.unlink()
    (image,) = read_batch(batch, 0)
    assert image.fault == (
        f"{path}!a.jpg: expected an image in a tar, can't be read: No such file or directory. Check it."
    )


def test_a_member_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    item = Item(str(tmp_path / "x.tar"), "a.jpg", None, 512, 300 << 20)
    (image,) = read_batch(Batch("x", (item,)), 0)
    assert "expected an image of at most 256 MB, found 300 MB" in str(image.fault)


@pytest.mark.parametrize("ending", ["mp4", "avi"])
def test_frames_of_a_video_are_those_of_their_numbers(tmp_path: Path, ending: str) -> None:
    path = video(tmp_path / f"20240131_235958.{ending}", 700, fourcc="mp4v" if ending == "mp4" else "MJPG")
    images = _read(tmp_path, path, most=7, apart_s=2.0)
    assert [image.item.frame for image in images] == list(range(0, 700, 20))
    began = datetime(2024, 1, 31, 23, 59, 58, tzinfo=UTC).timestamp()
    for image in images:
        assert image.frame is not None
        assert shown_number(image.frame.pixels) == image.item.frame
        assert image.item.frame is not None
        assert image.taken_at == pytest.approx(began + image.item.frame / 10)
    assert {(image.taken_by, image.bytes, image.width, image.height) for image in images} == {
        ("name", None, 320, 64)
    }


def test_far_frames_are_looked_for(tmp_path: Path) -> None:
    path = video(tmp_path / "v.mp4", 800)
    images = _read(tmp_path, path, apart_s=40.0)
    assert [shown_number(image.frame.pixels) for image in images if image.frame is not None] == [0, 400]
    ended = path.stat().st_mtime
    assert [image.taken_at for image in images] == [pytest.approx(ended - 80), pytest.approx(ended - 40)]
    assert images[0].taken_by == "video"


def test_a_video_that_is_gone_gives_a_fault_for_each_frame(tmp_path: Path) -> None:
    path = video(tmp_path / "v.mp4", 20)
    (batch,) = batches(tmp_path, path)
    path.unlink()
    images = list(read_batch(batch, 0))
    assert [str(image.fault).partition(": ")[2] for image in images] == [
        "expected a frame of a video, found none that can be decoded. Copy the video again."
    ] * 2


def test_objects_of_a_store(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec", reason="no fsspec")
    system = fsspec.filesystem("memory")
    content = {f"/reading/{number}.jpg": jpeg(value=number) for number in range(20)}
    for name, data in content.items():
        system.pipe(name, data)
    (batch,) = batches(tmp_path, "memory://reading")
    system.rm("/reading/3.jpg")
    images = list(read_batch(batch, 0))
    system.rm("/reading", recursive=True)
    assert [image.path for image in images] == [f"memory://reading/{number}.jpg" for number in range(20)]
    for image in images:
        if image.path.endswith("/3.jpg"):
            assert image.fault == "memory://reading/3.jpg: expected a store's object, found nothing there."
        else:
            name = image.path.removeprefix("memory:/")
            assert image.sha256 == hashlib.sha256(content[name]).hexdigest()
            assert image.taken_by == "modified"


def test_passwords_of_urls_are_shown_nowhere() -> None:
    items = (Item("http://me:secret@127.0.0.1:9/a.jpg"), Item("nonsense://me:secret@host/a.jpg"))
    for item in items:
        (image,) = read_batch(Batch("x", (item,)), 0)
        assert image.fault is not None
        assert "secret" not in image.path + image.fault.replace("nonsense", "")


def test_an_end_before_the_last_image_leaves_no_thread(tmp_path: Path) -> None:
    written(tmp_path / "root", {f"{number}.jpg": jpeg() for number in range(9)})
    (batch,) = batches(tmp_path, tmp_path / "root")
    images = read_batch(batch, 0)
    next(images)
    images.close()
    assert [thread.name for thread in threading.enumerate() if "many" in thread.name] == []


def test_passing_over_what_is_before_it_in_a_compressed_tar_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(streams, "_STEP", 1000)
    monkeypatch.setattr(streams, "_skips", lambda: told.append(1))
    tar(tmp_path / "x.tgz", [("a.txt", bytes(9500)), ("b.jpg", b"of b")], "w:gz")
    assert streams.bytes_within(str(tmp_path / "x.tgz"), 512 + 9728 + 512, 4, "b.jpg") == b"of b"
    assert len(told) == 10
