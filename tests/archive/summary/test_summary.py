"""The summary of a real archive: its visits, page and sheets, and what a full disk makes of it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest

from edgeclassify.archive.archiving import archive
from edgeclassify.archive.listing.options import PLAIN_OPTIONS
from edgeclassify.archive.running.processes import Processes
from edgeclassify.archive.summary.sights import SortedSights
from edgeclassify.archive.summary.summary import short_names, write_summary
from edgeclassify.archive.summary.thumbnails import thumbnails
from edgeclassify.archive.summary.visits import Sight
from edgeclassify.archive.wanted import Wanted
from edgeclassify.errors import StorageError
from edgeclassify.types.model_choice import ModelChoice
from tests.support.small_disk import small_disk_at

TIMES = ("20260131_235959", "20260201_000010", "20260201_120000")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of three images with times in their names, one without, and one that is damaged."""
    folder = tmp_path_factory.mktemp("archive")
    photos = folder / "gate"
    photos.mkdir()
    noise = np.random.default_rng(1)
    for name in (*TIMES, "plain"):
        cv2.imwrite(str(photos / f"{name}.png"), noise.integers(0, 255, (60, 80, 3), np.uint8))
    (photos / "damaged.png").write_bytes(b"no image")
    archive(
        [str(photos)], folder / "out", Wanted(ModelChoice(), 2), PLAIN_OPTIONS,
        open_runner=lambda wanted: Processes(wanted, 1),
    )  # fmt: skip
    write_summary(folder / "out")
    return folder / "out"


def test_visits_are_by_time_over_midnight(done: Path) -> None:
    found = pq.read_table(done / "visits.parquet").to_pylist()
    assert [(one["images"], one["begin"], one["end"]) for one in found] == [
        (2, at(TIMES[0]), at(TIMES[1])),
        (1, at(TIMES[2]), at(TIMES[2])),
    ]
    assert all(one["label"] and Path(one["best"]).is_file() for one in found)


def at(name: str) -> datetime:
    return datetime.strptime(name, "%Y%m%d_%H%M%S").replace(tzinfo=UTC)


def test_the_page_tells_how_many_there_are_and_shows_sheets_that_exist(done: Path) -> None:
    text = (done / "index.html").read_text()
    figures = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text))
    assert (figures["images"], figures["visits"], figures["with a fault"]) == ("5", "2", "1")
    assert figures["without a time of their own"] == "1"
    assert "2026-01-31" in text
    sheets = re.findall(r'<img src="(.*?)"', text)
    assert sheets[0] == "sheets/unsure.jpg"
    assert len(sheets) == int(figures["labels"]) + 1
    for sheet in sheets:
        assert cv2.imread(str(done / sheet)) is not None
    assert not (done / "summary.tmp").exists()


def test_cameras_go_without_the_folder_that_all_are_in() -> None:
    assert short_names(["/mnt/a/gate", "/mnt/a/yard/1"]) == {"/mnt/a/gate": "gate", "/mnt/a/yard/1": "yard/1"}
    assert short_names(["/mnt/a", "/mnt/a/b"]) == {"/mnt/a": "a", "/mnt/a/b": "a/b"}
    assert short_names(["/mnt/gate"]) == {"/mnt/gate": "gate"}
    assert short_names(["/"]) == {"/": "/"}
    assert short_names(["s3://x/a", "cards.tar!/b"]) == {"s3://x/a": "s3://x/a", "cards.tar!/b": "cards.tar!/b"}
    assert short_names([]) == {}


def test_written_again_nothing_old_stays(done: Path) -> None:
    (done / "sheets" / "99-gone.jpg").write_bytes(b"")
    before = {one.name for one in (done / "sheets").iterdir()} - {"99-gone.jpg"}
    write_summary(done)
    assert {one.name for one in (done / "sheets").iterdir()} == before


def test_an_image_that_has_gone_has_no_picture(done: Path) -> None:
    paths = [str(done.parent / "gate" / f"{name}.png") for name in (TIMES[0], "damaged")]
    found = thumbnails(done, [*paths, "elsewhere.png"], 160)
    assert list(found) == [paths[0]]
    assert found[paths[0]].shape == (60, 80, 3)


def test_sights_come_sorted_however_many(tmp_path: Path) -> None:
    with SortedSights(tmp_path) as sights:
        for number in range(25_000):
            sights.add(Sight("ba"[number % 2], float(-number), f"{number}", None, 0.5))
        found = [(one.camera, one.at) for one in sights]
    assert found == sorted(found)
    assert len(found) == 25_000
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_message(tmp_path: Path) -> None:
    def sort_many(folder: Path) -> None:
        with SortedSights(folder) as sights:
            for number in range(200_000):
                sights.add(Sight("gate", float(number), f"gate/{number}.jpg", "fox", 0.5))

    with small_disk_at(tmp_path / "disk", "1m") as disk:
        with pytest.raises(StorageError, match=r"summary\.tmp: can't be written: .*make room"):
            sort_many(disk)
        assert [one.name for one in disk.iterdir()] == []
