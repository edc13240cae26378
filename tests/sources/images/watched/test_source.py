"""A watched folder: every picture once, half-written ones, restarts, and what becomes of them."""

import errno
import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from edgeclassify.errors import AbsentError, ImageError, MissingInputError, SourceError
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.sources.images.reading import load_frame
from edgeclassify.sources.images.watched import folder_tree
from edgeclassify.sources.images.watched.classified_images import ClassifiedImages, fingerprint
from edgeclassify.sources.images.watched.source import WatchedFolderSource
from edgeclassify.sources.images.watched.wait_times import WatchTimes
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.types import Frame, Outcome
from tests.sources.capture.taking import take_lease
from tests.sources.image_files import encode, noise
from tests.support.optional import present
from tests.support.waiting import wait_for

Make = Callable[..., WatchedFolderSource]

JPEG = encode(noise(), "JPEG")


QUICK = WatchTimes(poll_s=0.02, quiet_s=0.05, grace_s=0.4, retry_s=0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "drop"
    made.mkdir()
    return made


@pytest.fixture
def make(folder: Path, tmp_path: Path) -> Make:
    """A source on the folder; what it remembers is the same every time."""

    def made(**options: Any) -> WatchedFolderSource:
        path = tmp_path / "state" / "classified.txt"
        source = WatchedFolderSource("front", str(folder), classified=path, **{"times": QUICK, **options})
        source.open()
        return source

    return made


def drop(folder: Path, *names: str, age_s: float = 0.0) -> None:
    for number, name in enumerate(names):
        (folder / name).write_bytes(JPEG)
        at = time.time() - age_s + number / 100
        os.utime(folder / name, (at, at))


def names_of(source: WatchedFolderSource, count: int, acknowledge: bool = True) -> list[str]:
    seen = []
    for _ in range(count):
        frame = present(source.read(2.0))
        seen.append(Path(present(frame.origin)).name)
        if acknowledge:
            source.processed(frame.sequence, Outcome.SEEN)
    return seen


def nothing_more(source: WatchedFolderSource, wait_s: float = 0.3) -> None:
    with pytest.raises(NoFrameInTimeError):
        source.read(wait_s)


class TestOnce:
    def test_oldest_first_and_each_once(self, folder: Path, make: Make) -> None:
        drop(folder, "b.jpg", "a.jpg", "notes.txt", ".hidden.jpg")
        (folder / "sub.jpg").mkdir()
        source = make()
        assert names_of(source, 2) == ["b.jpg", "a.jpg"]
        nothing_more(source)
        drop(folder, "c.jpg")
        assert names_of(source, 1) == ["c.jpg"]
        nothing_more(source)

    def test_the_time_is_that_of_the_file(self, folder: Path, make: Make) -> None:
        drop(folder, "a.jpg", age_s=3600)
        frame = present(make().read(2.0))
        assert frame.captured_at == pytest.approx(time.time() - 3600, abs=2)
        assert time.monotonic_ns() - frame.captured_at_ns < 2e9

    def test_the_time_is_that_of_the_picture_where_it_tells_one(self, folder: Path, make: Make) -> None:
        exif = Image.Exif()
        exif.get_ifd(0x8769).update({0x9003: "2026:05:17 12:30:05", 0x9011: "+02:00"})
        (folder / "a.jpg").write_bytes(encode(noise(), "JPEG", exif=exif))
        frame = present(make().read(2.0))
        assert frame.captured_at == datetime(2026, 5, 17, 10, 30, 5, tzinfo=UTC).timestamp()
        assert (frame.scene_ns, frame.comes_again) == (frame.captured_at * 1e9, True)

    def test_no_camera_takes_a_picture_after_it_was_written(self, folder: Path, make: Make) -> None:
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = "2029:05:17 12:30:05"
        (folder / "a.jpg").write_bytes(encode(noise(), "JPEG", exif=exif))
        os.utime(folder / "a.jpg", (1.6e9, 1.6e9))
        assert present(make().read(2.0)).captured_at == 1.6e9

    def test_over_a_restart(self, folder: Path, make: Make) -> None:
        drop(folder, "a.jpg", "b.jpg")
        source = make()
        names_of(source, 2)
        source.close()
        drop(folder, "c.jpg")
        assert names_of(make(), 1) == ["c.jpg"]

    def test_what_was_not_classified_comes_again(self, folder: Path, make: Make) -> None:
        drop(folder, "a.jpg", "b.jpg")
        source = make()
        names_of(source, 1)
        names_of(source, 1, acknowledge=False)
        source.close()
        again = make()
        assert names_of(again, 1) == ["b.jpg"]
        nothing_more(again)

    def test_what_nobody_looked_at_comes_again(self, folder: Path, make: Make) -> None:
        drop(folder, "a.jpg", "b.jpg", age_s=10)
        source = make(after="delete")
        frame = present(source.read(2.0))
        source.processed(frame.sequence, Outcome.UNSEEN)
        assert (folder / "a.jpg").exists()
        assert names_of(source, 2) == ["a.jpg", "b.jpg"]

    def test_a_link_that_leads_nowhere_is_no_picture(
        self, folder: Path, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nor does it keep what is remembered from forgetting what has gone."""
        drop(folder, "a.jpg")
        (folder / "b.jpg").symlink_to(tmp_path / "nothing.jpg")
        seen = []
        monkeypatch.setattr(ClassifiedImages, "saw", lambda self, present, now: seen.append(len(present)))
        source = make()
        assert names_of(source, 1) == ["a.jpg"]
        assert seen[0] == 1

    def test_another_content_under_the_same_name(self, folder: Path, make: Make) -> None:
        drop(folder, "latest.jpg", age_s=10)
        source = make()
        names_of(source, 1)
        (folder / "latest.jpg").write_bytes(encode(noise(64), "JPEG"))
        assert names_of(source, 1) == ["latest.jpg"]
        nothing_more(source)

    def test_renamed_into_place(self, folder: Path, make: Make) -> None:
        source = make()
        (folder / "upload.part").write_bytes(JPEG)
        nothing_more(source, 0.1)
        (folder / "upload.part").rename(folder / "a.jpg")
        assert names_of(source, 1) == ["a.jpg"]


class TestHalfWritten:
    def test_waits_until_it_is_whole(self, folder: Path, make: Make) -> None:
        source = make()

        def write_slowly() -> None:
            with (folder / "a.jpg").open("wb") as file:
                for start in range(0, len(JPEG), len(JPEG) // 8 + 1):
                    file.write(JPEG[start : start + len(JPEG) // 8 + 1])
                    file.flush()
                    time.sleep(0.07)  # longer than a file counts as whole

        writer = threading.Thread(target=write_slowly)
        writer.start()
        frame = present(source.read(5.0))
        writer.join()
        assert frame.pixels.shape == (120, 160, 3)
        nothing_more(source)

    def test_a_damaged_one_is_said_once_and_left(self, folder: Path, make: Make) -> None:
        (folder / "bad.jpg").write_bytes(JPEG[: len(JPEG) // 2])
        drop(folder, "good.jpg")
        source = make()
        assert names_of(source, 1) == ["good.jpg"]
        with pytest.raises(ImageError, match=r"bad\.jpg"):
            source.read(2.0)
        nothing_more(source)
        assert (folder / "bad.jpg").exists()
        nothing_more(make())

    def test_one_that_goes_before_it_is_read(self, folder: Path, make: Make) -> None:
        source = make()
        drop(folder, "a.jpg")
        nothing_more(source, 0.03)
        (folder / "a.jpg").unlink()
        nothing_more(source)

    def test_an_unreadable_one_is_said_once_and_given_when_it_can_be_read(
        self,
        folder: Path,
        make: Make,
        unprivileged: Callable[[], AbstractContextManager[None]],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        drop(folder, "a.jpg")
        (folder / "a.jpg").chmod(0)
        source = make(times=replace(QUICK, unreadable_retry_s=0.1))
        with unprivileged():
            nothing_more(source, 1.0)
        assert len([record for record in caplog.records if "a.jpg" in record.message]) == 1
        (folder / "a.jpg").chmod(0o644)
        assert names_of(source, 1) == ["a.jpg"]

    def test_a_drive_that_falters_costs_no_picture_that_has_waited(
        self, folder: Path, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drop(folder, *(f"{number}.jpg" for number in range(8)))
        source = make()
        assert names_of(source, 1) == ["0.jpg"]
        time.sleep(QUICK.grace_s + 0.1)
        with monkeypatch.context() as broken:
            broken.setattr(os, "fstat", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "I/O error")))
            nothing_more(source, 0.2)
        assert sorted(names_of(source, 7)) == [f"{number}.jpg" for number in range(1, 8)]
        nothing_more(source)

    def test_one_that_takes_long_to_fail_keeps_nobody_waiting(
        self, folder: Path, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drop(folder, "a.jpg", age_s=60)
        drop(folder, "b.jpg")
        read = os.open

        def slow(path: Path, *arguments: Any, **options: Any) -> int:
            if Path(path).name != "a.jpg":
                return read(path, *arguments, **options)
            time.sleep(0.15)  # longer than until the next try
            raise OSError(errno.EIO, "I/O error")

        monkeypatch.setattr(os, "open", slow)
        source = make()
        time.sleep(QUICK.quiet_s)
        started = time.monotonic()
        with pytest.raises(NoFrameInTimeError):
            source.read(0.1)
        assert time.monotonic() - started < 1
        assert names_of(source, 1) == ["b.jpg"]

    def test_a_folder_that_may_be_listed_but_not_entered(
        self, folder: Path, make: Make, unprivileged: Callable[[], AbstractContextManager[None]]
    ) -> None:
        drop(folder, "a.jpg")
        folder.chmod(0o744)
        with unprivileged(), pytest.raises(MissingInputError, match="listed but not read"):
            make()


class TestBelow:
    """Folders within the watched one."""

    def test_folders_by_date(self, folder: Path, make: Make) -> None:
        deep = folder / "2026-11-28" / "001" / "jpg"
        (deep / "12").mkdir(parents=True)
        drop(deep / "12", "00.jpg", age_s=30)
        drop(folder, "top.jpg", age_s=20)
        source = make()
        origins = []
        for _ in range(2):
            frame = present(source.read(2.0))
            origins.append(frame.origin)
            source.processed(frame.sequence, Outcome.SEEN)
        assert origins == ["2026-11-28/001/jpg/12/00.jpg", "top.jpg"]
        (deep / "13").mkdir()
        drop(deep / "13", "00.jpg")
        assert present(source.read(2.0)).origin == "2026-11-28/001/jpg/13/00.jpg"

    def test_over_a_restart(self, folder: Path, make: Make) -> None:
        (folder / "a").mkdir()
        drop(folder / "a", "1.jpg")
        names_of(make(), 1)
        nothing_more(make())

    def test_the_same_name_in_two_folders_is_two_pictures(self, folder: Path, make: Make) -> None:
        for name in ("a", "b"):
            (folder / name).mkdir()
            drop(folder / name, "1.jpg")
            os.utime(folder / name / "1.jpg", (1.7e9, 1.7e9))
        names_of(make(), 2)
        nothing_more(make())

    def test_left_alone_on_demand(self, folder: Path, make: Make) -> None:
        (folder / "a").mkdir()
        drop(folder / "a", "1.jpg")
        drop(folder, "2.jpg")
        source = make(recursive=False)
        assert names_of(source, 1) == ["2.jpg"]
        nothing_more(source)

    def test_done_and_hidden_folders_and_links_to_folders_are_left_out(
        self, folder: Path, make: Make, tmp_path: Path
    ) -> None:
        for name in (folder / "done" / "a", folder / ".thumbnails", tmp_path / "elsewhere", folder / "a" / "done"):
            name.mkdir(parents=True)
            drop(name, f"{name.parent.name}.jpg")
        (folder / "link").symlink_to(tmp_path / "elsewhere")
        source = make()
        assert names_of(source, 1) == ["a.jpg"]  # only the first level's folder of that name is ours
        nothing_more(source)

    def test_moved_with_their_path(self, folder: Path, make: Make) -> None:
        for name in ("a", "b"):
            (folder / name).mkdir()
            drop(folder / name, "1.jpg")
        names_of(make(after="move"), 2)
        assert sorted(str(p.relative_to(folder)) for p in folder.rglob("*.jpg")) == [
            "done/a/1.jpg",
            "done/b/1.jpg",
        ]

    def test_one_that_can_not_be_read_is_said_once_and_costs_no_other(
        self,
        folder: Path,
        make: Make,
        unprivileged: Callable[[], AbstractContextManager[None]],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        (folder / "a").mkdir()
        drop(folder, "2.jpg")
        (folder / "a").chmod(0)
        with unprivileged():
            source = make()
            assert names_of(source, 1) == ["2.jpg"]
            nothing_more(source)
        assert [r.getMessage() for r in caplog.records if "/a" in r.getMessage()] == [
            f"{folder}/a: can't be read: Permission denied. Its pictures are left out. This is said once."
        ]


class TestWhatIsNoPicture:
    def test_links_that_lead_out_are_left_out_and_said_once(
        self, folder: Path, make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "password").write_text("c0rrect-horse\n")
        drop(tmp_path, "elsewhere.jpg")
        for name, target in (("a.jpg", "password"), ("b.jpg", "elsewhere.jpg")):
            (folder / name).symlink_to(tmp_path / target)
        drop(folder, "c.jpg")
        (folder / "d.jpg").symlink_to(folder / "c.jpg")
        source = make()
        assert sorted(names_of(source, 2)) == ["c.jpg", "d.jpg"]
        nothing_more(source)
        (said,) = [r.getMessage() for r in caplog.records]
        assert "a link that leads out of the folder" in said
        assert "c0rrect" not in caplog.text

    def test_one_that_becomes_a_link_after_the_look(self, folder: Path, make: Make, tmp_path: Path) -> None:
        """Names may be swapped between the look and the reading."""
        drop(tmp_path, "secret.jpg")
        drop(folder, "a.jpg")
        (folder / "sub").mkdir()
        drop(folder / "sub", "b.jpg")
        (tmp_path / "outside").mkdir()
        drop(tmp_path / "outside", "b.jpg")
        os.utime(tmp_path / "outside" / "b.jpg", ns=((folder / "sub" / "b.jpg").stat().st_mtime_ns,) * 2)

        def swapped(path: Path, *arguments: Any, **options: Any) -> Frame:
            if path.name == "a.jpg":
                path.unlink()
                path.symlink_to(tmp_path / "secret.jpg")
            elif not path.parent.is_symlink():
                (folder / "sub").rename(tmp_path / "aside")
                (folder / "sub").symlink_to(tmp_path / "outside")
            return load_frame(path, *arguments, **options)

        with pytest.raises(ImageError, match="found a link that leads out of it"):
            make(load=swapped).read(2.0)

    @pytest.mark.parametrize(
        "make_it", [os.mkfifo, lambda path: path.mkdir(), lambda path: path.symlink_to("/dev/zero")]
    )
    def test_pipes_folders_and_devices(self, folder: Path, make: Make, make_it: Callable[..., Any]) -> None:
        make_it(folder / "a.jpg")
        drop(folder, "b.jpg")
        source = make()
        assert names_of(source, 1) == ["b.jpg"]
        nothing_more(source)

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            (b"a\nb.jpg", r"a\nb.jpg"), (b"a\x1b[2Jb.jpg", r"a\x1b[2Jb.jpg"), (b"caf\xe9.jpg", r"caf\udce9.jpg"),
            ("schön.jpg".encode(), "schön.jpg"), ("a\u202eb.jpg".encode(), r"a\u202eb.jpg"),
        ],
    )  # fmt: skip
    def test_odd_names_are_escaped(
        self, folder: Path, make: Make, name: bytes, shown: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
        path.write_bytes(JPEG)
        source = make(after="move")
        frame = present(source.read(2.0))
        assert frame.origin == shown
        path.unlink()
        path.write_bytes(b"no picture")
        with pytest.raises(ImageError) as caught:
            nothing_more(source, 3.0)
        assert str(caught.value).startswith(f"{folder}/{shown}: ")


class TestFailed:
    """Pictures of which nothing could be made."""

    @pytest.mark.parametrize("after", ["delete", "move", "keep"])
    def test_tried_again_then_said_once_and_left_where_it_is(
        self,
        folder: Path,
        make: Make,
        caplog: pytest.LogCaptureFixture,
        after: str,
    ) -> None:
        drop(folder, "a.jpg", age_s=5)
        source = make(after=after, times=replace(QUICK, failed_retry_s=(0.05, 0.1)))
        for _ in range(3):
            frame = present(source.read(2.0))
            source.processed(frame.sequence, Outcome.FAILED)
        nothing_more(source)
        assert (folder / "a.jpg").exists()
        (said,) = [r.getMessage() for r in caplog.records]
        assert f"{folder}/a.jpg: could not be classified, tried 3 times" in said
        nothing_more(make(after=after))
        os.utime(folder / "a.jpg")
        assert names_of(make(after="delete"), 1) == ["a.jpg"]
        assert not (folder / "a.jpg").exists()

    def test_it_keeps_no_other_waiting(self, folder: Path, make: Make) -> None:
        drop(folder, "a.jpg", "b.jpg", age_s=5)
        source = make(after="delete", times=replace(QUICK, failed_retry_s=(0.0,)))
        source.processed(present(source.read(2.0)).sequence, Outcome.FAILED)
        assert names_of(source, 2) == ["b.jpg", "a.jpg"]

    def test_seen_at_the_second_try(self, folder: Path, make: Make) -> None:
        drop(folder, "a.jpg")
        source = make(after="delete", times=replace(QUICK, failed_retry_s=(0.05,)))
        source.processed(present(source.read(2.0)).sequence, Outcome.FAILED)
        assert names_of(source, 1) == ["a.jpg"]
        assert not (folder / "a.jpg").exists()


def end_by_poison(path: Path, *arguments: Any, **options: Any) -> Frame:
    if path.name == "poison.jpg":
        raise KeyboardInterrupt
    return load_frame(path, *arguments, **options)


def end_at_once(*_: object, **__: object) -> Frame:
    raise KeyboardInterrupt


class TestPoison:
    """Pictures that end the process while they are decoded."""

    @pytest.fixture
    def make(self, make: Make) -> Make:
        return partial(make, load=end_by_poison)

    def test_given_twice_at_most_and_said_once(
        self, folder: Path, make: Make, caplog: pytest.LogCaptureFixture
    ) -> None:
        drop(folder, "poison.jpg", "b.jpg", age_s=5)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                make().read(2.0)
        assert [r.getMessage() for r in caplog.records] == [
            f"camera front: {folder}/poison.jpg: the daemon ended while it was decoded; it is tried once more."
        ]
        source = make(after="delete")
        with pytest.raises(ImageError, match=r"poison\.jpg: .* has ended the daemon 2 times"):
            source.read(2.0)
        assert names_of(source, 1) == ["b.jpg"]
        nothing_more(source)
        nothing_more(make())
        assert (folder / "poison.jpg").exists()

    def test_an_older_one_that_comes_meanwhile_does_not_hide_it(self, folder: Path, make: Make) -> None:
        drop(folder, "poison.jpg")
        for age_s in (60, 50):
            with pytest.raises(KeyboardInterrupt):
                names_of(make(), 2)
            drop(folder, f"{age_s}.jpg", age_s=age_s)
        source = make()
        assert names_of(source, 1) == ["50.jpg"]
        with pytest.raises(ImageError, match="2 times"):
            source.read(2.0)

    def test_an_innocent_one_has_its_second_chance(self, folder: Path, make: Make) -> None:
        drop(folder, "a.jpg", "b.jpg")
        with pytest.raises(KeyboardInterrupt):
            make(load=end_at_once).read(2.0)
        assert names_of(make(), 2) == ["a.jpg", "b.jpg"]

    def test_a_picture_that_is_refused_is_no_suspect(self, folder: Path, make: Make, tmp_path: Path) -> None:
        (folder / "a.jpg").write_bytes(JPEG[:-9])
        source = make()
        nothing_more(source)
        assert (tmp_path / "state" / "classified.suspects").read_text().strip() == ""


class TestAfterwards:
    @pytest.mark.parametrize("after", ["delete", "move"])
    def test_another_picture_that_has_its_name_now_is_given(self, folder: Path, make: Make, after: str) -> None:
        drop(folder, "image.jpg", age_s=10)
        source = make(after=after)
        frame = present(source.read(2.0))
        (folder / "image.jpg").write_bytes(encode(noise(64), "JPEG"))
        source.processed(frame.sequence, Outcome.SEEN)
        assert (folder / "image.jpg").exists()
        assert names_of(source, 1) == ["image.jpg"]
        assert not (folder / "image.jpg").exists()

    def test_delete(self, folder: Path, make: Make) -> None:
        drop(folder, "a.jpg", "b.jpg")
        source = make(after="delete")
        names_of(source, 1)
        assert sorted(path.name for path in folder.iterdir()) == ["b.jpg"]
        frame = present(source.read(2.0))
        assert (folder / "b.jpg").exists()  # until it has been classified
        source.processed(frame.sequence, Outcome.SEEN)
        assert not list(folder.iterdir())

    def test_move(self, folder: Path, make: Make) -> None:
        drop(folder, "a.jpg")
        source = make(after="move")
        names_of(source, 1)
        drop(folder, "a.jpg")
        names_of(source, 1)
        assert sorted(path.name for path in (folder / "done").iterdir()) == ["a-1.jpg", "a.jpg"]
        assert [path.name for path in folder.iterdir()] == ["done"]
        nothing_more(source)

    def test_where_that_is_not_permitted_it_is_remembered(
        self,
        folder: Path,
        make: Make,
        unprivileged: Callable[[], AbstractContextManager[None]],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        drop(folder, "a.jpg", "b.jpg")
        source = make(after="delete")
        frames = [source.read(2.0) for _ in range(2)]
        with unprivileged():
            for frame in frames:
                source.processed(present(frame).sequence, Outcome.SEEN)
            nothing_more(source)
        assert len(caplog.records) >= 1
        assert sum("can't delete" in record.getMessage() for record in caplog.records) == 1


class TestDrive:
    def test_a_drive_that_is_away_for_a_while(self, folder: Path, make: Make) -> None:
        """An empty mount point is no folder whose pictures are gone."""
        drop(folder, "a.jpg", "b.jpg")
        source = make()
        names_of(source, 2)
        away = folder.with_name("away")
        folder.rename(away)
        folder.mkdir()
        nothing_more(source)
        folder.rmdir()
        away.rename(folder)
        nothing_more(source)
        nothing_more(make())

    def test_a_file_that_can_not_be_read_for_a_moment(self, folder: Path, make: Make) -> None:
        drop(folder, "a.jpg")
        faults = [SourceError("Input/output error")] * 2

        def load(*arguments: Any, **options: Any) -> Frame:
            if faults:
                raise faults.pop()
            return load_frame(*arguments, **options)

        assert names_of(make(load=load), 1) == ["a.jpg"]


class TestFolder:
    def test_absent_then_there_then_gone(self, folder: Path, make: Make) -> None:
        folder.rmdir()
        with pytest.raises(AbsentError, match="nothing there"):
            make()
        folder.mkdir()
        source = make()
        nothing_more(source, 0.1)
        folder.rmdir()
        with pytest.raises(AbsentError, match="has gone"):
            source.read(1.0)

    def test_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(MissingInputError, match="Not a directory"):
            WatchedFolderSource("front", str(tmp_path / "file")).open()

    def test_a_large_folder_is_looked_through_when_it_changes(
        self, folder: Path, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(folder_tree, "LARGE", 3)
        drop(folder, *(f"{n}.jpg" for n in range(6)))
        source = make()
        names_of(source, 6)
        nothing_more(source)
        looks: list[Path] = []
        scan = os.scandir

        def noted(path: Path) -> Any:
            looks.append(path)
            return scan(path)

        monkeypatch.setattr(os, "scandir", noted)
        nothing_more(source)
        assert not looks
        drop(folder, "new.jpg")
        assert names_of(source, 1) == ["new.jpg"]
        assert looks

    def test_without_a_state_folder(self, folder: Path) -> None:
        drop(folder, "a.jpg")
        source = WatchedFolderSource("front", str(folder), times=QUICK)
        source.open()
        assert names_of(source, 1) == ["a.jpg"]
        nothing_more(source)


def test_through_the_capture_thread(folder: Path, make: Make) -> None:
    """Nothing is marked before inference is done with it, and everything is at the stop."""
    drop(folder, "a.jpg", "b.jpg", "c.jpg")
    source = make(after="delete")
    frames = LatestFrames()
    thread = CaptureThread(source, frames, CaptureRules())
    thread.start()
    first = take_lease(frames)
    assert str(first.frame.origin).endswith("a.jpg")
    time.sleep(0.3)
    assert (folder / "a.jpg").exists()
    first.settle(Outcome.SEEN)
    second = take_lease(frames)
    assert str(second.frame.origin).endswith("b.jpg")
    wait_for(lambda: not (folder / "a.jpg").exists())
    assert (folder / "b.jpg").exists()
    assert thread.stop(2)
    second.settle(Outcome.SEEN)
    thread.acknowledge()
    assert sorted(path.name for path in folder.iterdir()) == ["c.jpg"]


class TestClassifiedImages:
    MARKS = tuple(fingerprint(f"{n}.jpg", n, n) for n in range(5000))

    def test_survives(self, tmp_path: Path) -> None:
        path = tmp_path / "state" / "classified.txt"
        classified = ClassifiedImages(path)
        for mark in self.MARKS[:3]:
            classified.add(mark)
        assert self.MARKS[2] in ClassifiedImages(path)

    def test_which_failed_survives_too(self, tmp_path: Path) -> None:
        path = tmp_path / "state" / "classified.txt"
        classified = ClassifiedImages(path)
        for number, mark in enumerate(self.MARKS[:4]):
            classified.add(mark, failed=number % 2 == 1)
        for kept in (classified, ClassifiedImages(path)):
            assert all(mark in kept for mark in self.MARKS[:4])
            assert kept.failed == {self.MARKS[1], self.MARKS[3]}
        path.write_text(path.read_text() + "nonsense failed\n" + f"{self.MARKS[4]} fai")
        assert len(ClassifiedImages(path)) == 4

    def test_forgets_what_has_been_gone_for_two_days(self) -> None:
        classified = ClassifiedImages(None)
        for mark in self.MARKS[:3]:
            classified.add(mark)
        day = 86_400.0
        classified.saw(set(self.MARKS[1:3]), 0.0)
        classified.saw(set(self.MARKS[2:3]), day)
        classified.saw(set(self.MARKS[1:3]), 1.5 * day)  # the second is back
        classified.saw(set(self.MARKS[2:3]), 2.0 * day)
        assert [mark in classified for mark in self.MARKS[:3]] == [False, True, True]
        classified.other_drive()
        classified.saw(set(self.MARKS[2:3]), 3.9 * day)
        assert self.MARKS[1] in classified

    def test_of_too_many_what_is_gone_longest_goes_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("edgeclassify.sources.images.watched.classified_images.MOST", 3)
        classified = ClassifiedImages(None)
        for number, mark in enumerate(self.MARKS[:5]):
            classified.add(mark)
            classified.saw({mark}, float(number))
        assert [mark in classified for mark in self.MARKS[:5]] == [False, False, True, True, True]

    def test_the_file_stays_small(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("edgeclassify.sources.images.watched.classified_images.MOST", 100)
        path = tmp_path / "classified.txt"
        classified = ClassifiedImages(path)
        for mark in self.MARKS:
            classified.add(mark)
            classified.saw({mark}, 0.0)
        assert path.stat().st_size < 25_000
        assert len(ClassifiedImages(path)) < 1300
        assert self.MARKS[-1] in ClassifiedImages(path)

    def test_half_a_line_and_damage(self, tmp_path: Path) -> None:
        path = tmp_path / "classified.txt"
        path.write_bytes(f"{self.MARKS[0]}\n\xff\xfe\nnonsense\n{self.MARKS[1][:5]}".encode("latin-1"))
        classified = ClassifiedImages(path)
        assert (len(classified), self.MARKS[0] in classified) == (1, True)

    def test_a_file_that_can_not_be_written_is_said_once(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "state").write_text("a file where the folder should be")
        classified = ClassifiedImages(tmp_path / "state" / "classified.txt")
        for mark in self.MARKS[:3]:
            classified.add(mark)
        assert self.MARKS[2] in classified
        assert sum("can't be written" in record.getMessage() for record in caplog.records) == 1

    def test_the_disk_is_full(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        classified = ClassifiedImages(tmp_path / "classified.txt")
        (tmp_path / "classified.txt").symlink_to("/dev/full")  # only now: reading it would never end
        classified.add(self.MARKS[0])
        assert "No space left" in caplog.text
        assert self.MARKS[0] in classified
