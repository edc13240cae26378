"""Whole runs with real processes: begun, killed, gone on with, refused."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.archive.archiving import archive
from edgeclassify.archive.interface import Batch, Row
from edgeclassify.archive.journal.folder_lock import FolderLock
from edgeclassify.archive.journal.records import BatchResult
from edgeclassify.archive.listing.options import ListingOptions
from edgeclassify.archive.output.places import part_files
from edgeclassify.archive.output.reading import read_facts, read_rows
from edgeclassify.archive.packing import pack
from edgeclassify.archive.running.interface import Runner
from edgeclassify.archive.wanted import ClassifierFacts, Wanted
from edgeclassify.errors import ClusterError, ExitStatus, StorageError, UsageError
from edgeclassify.types import ModelChoice
from tests.archive.pictures import picture_folder
from tests.support.small_disk import small_disk_at
from tests.support.waiting import patient

FACTS = ClassifierFacts("m", "aa", "litert 2.3.0", "l")
WANTED = Wanted(ModelChoice("m"))
FOURS = ListingOptions(most_in_batch=4)
LONG = "x" * 3000


class Fake(Runner):
    """Answers at once, the first batch and the last in turn; `ends`: raises that in place of so many answers."""

    def __init__(self, facts: ClassifierFacts = FACTS, ends: tuple[int, BaseException] | None = None) -> None:
        self.facts_of_it, self._ends = facts, ends
        self.given: list[Batch] = []
        self._waiting: list[BatchResult] = []
        self._answered = 0

    @property
    def facts(self) -> ClassifierFacts:
        return self.facts_of_it

    @property
    def room(self) -> int:
        return 3 - len(self._waiting)

    @property
    def under_way(self) -> int:
        return 0

    def submit(self, number: int, batch: Batch) -> None:
        self.given.append(batch)
        rows = [
            Row(item.key, batch.camera, fault=LONG + item.key if "bad" in item.key else None)
            for item in batch.items
        ]
        faults = sum(row.fault is not None for row in rows)
        self._waiting.append(BatchResult(number, pack(rows), len(rows), faults))

    def wait(self, timeout_s: float) -> Sequence[BatchResult]:
        if self._ends is not None and self._answered >= self._ends[0]:
            raise self._ends[1]
        self._answered += 1
        return [self._waiting.pop(0 if self._answered % 2 else -1)]

    def close(self) -> None:
        pass


def images(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"img{number:03}.jpg").write_bytes(b"x")
    return folder


def run(source: Path, out: Path, runner: Runner, wanted: Wanted = WANTED, *, again: bool = False) -> int:
    done = archive([str(source)], out, wanted, FOURS, open_runner=lambda _: runner, again=again, part_images=8)
    return done.images


def paths(out: Path) -> list[str]:
    return [row.path for row in read_rows(out)]


def test_rows_are_in_the_order_of_the_listing_and_parts_have_their_size(tmp_path: Path) -> None:
    source = images(tmp_path / "in", 18)
    assert run(source, tmp_path / "out", Fake()) == 18
    assert paths(tmp_path / "out") == sorted(map(str, source.iterdir()))
    assert len(part_files(tmp_path / "out")) == 3
    assert read_facts(tmp_path / "out")["sha256"] == "aa"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ClusterError("it went away")])
def test_what_was_done_before_the_end_is_written_and_not_done_again(tmp_path: Path, error: BaseException) -> None:
    source, out = images(tmp_path / "in", 18), tmp_path / "out"
    with pytest.raises(type(error)):
        run(source, out, Fake(ends=(3, error)))
    assert len(paths(out)) == 8
    second = Fake()
    assert run(source, out, second) == 18
    assert sorted(paths(out)) == sorted(map(str, source.iterdir()))
    assert sum(len(batch.items) for batch in second.given) == 18 - 12
    third = Fake()
    assert run(source, out, third) == 18
    assert third.given == []


def test_images_that_came_later_are_of_another_run(tmp_path: Path) -> None:
    source, out = images(tmp_path / "in", 4), tmp_path / "out"
    run(source, out, Fake())
    (source / "later.jpg").write_bytes(b"x")
    assert run(source, out, Fake()) == 4
    (out / "sheets").mkdir(exist_ok=True)
    for name in ("index.html", "visits.parquet", "sheets/01-cat.jpg", "sheets/unsure.jpg", "sheets/scan.jpg"):
        (out / name).write_text("of before")
    assert run(source, out, Fake(), again=True) == 5
    assert not (out / "index.html").exists()
    assert not (out / "visits.parquet").exists()
    assert [one.name for one in (out / "sheets").iterdir()] == ["scan.jpg"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(ModelChoice("m"), top=3), "expected --top 5, as this archive was begun, found 3"),
        (Wanted(ModelChoice("other")), "expected --model m, as this archive was begun, found other"),
        (Wanted(ModelChoice("m"), still=True), "expected --still off, as this archive was begun, found on"),
        (Wanted(ModelChoice("m"), groups="everyday"), "expected --groups none"),
    ],
)
def test_other_options_are_refused_unless_it_is_made_anew(tmp_path: Path, wanted: Wanted, said: str) -> None:
    source, out = images(tmp_path / "in", 4), tmp_path / "out"
    run(source, out, Fake())
    with pytest.raises(UsageError, match=f"{said}.*--again"):
        run(source, out, Fake(), wanted)
    assert run(source, out, Fake(), wanted, again=True) == 4


def test_another_model_under_its_name_or_another_runtime_is_refused(tmp_path: Path) -> None:
    source, out = images(tmp_path / "in", 4), tmp_path / "out"
    run(source, out, Fake())
    with pytest.raises(UsageError, match="sha256 aa…, found bb…, as this archive was begun"):
        run(source, out, Fake(ClassifierFacts("m", "bb", "litert 2.3.0", "l")))
    with pytest.raises(UsageError, match="runtime litert"):
        run(source, out, Fake(ClassifierFacts("m", "aa", "tflite-runtime 2.14.0", "l")))


def test_other_sources_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(images(tmp_path / "in", 4), out, Fake())
    with pytest.raises(UsageError, match="expected SOURCE"):
        run(images(tmp_path / "in2", 4), out, Fake())


def test_the_number_of_threads_may_change(tmp_path: Path) -> None:
    source, out = images(tmp_path / "in", 4), tmp_path / "out"
    run(source, out, Fake())
    assert run(source, out, Fake(), Wanted(ModelChoice("m", threads=3))) == 4


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with FolderLock(out), pytest.raises(StorageError, match="no other run writes to"):
        run(images(tmp_path / "in", 4), out, Fake())


def test_parts_without_a_journal_are_left_alone(tmp_path: Path) -> None:
    source, out = images(tmp_path / "in", 4), tmp_path / "out"
    run(source, out, Fake())
    (out / "journal.sqlite").unlink()
    with pytest.raises(StorageError, match=r"expected journal\.sqlite beside parts, listing, found none"):
        run(source, out, Fake())
    assert len(paths(out)) == 4


def test_on_a_full_disk_it_ends_with_one_message_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for number in range(400):
        (source / f"bad{number:03}{os.urandom(40).hex()}.jpg").write_bytes(b"x")
    with small_disk_at(tmp_path / "disk", "12m") as disk:
        filler = disk / "filler"
        filler.write_bytes(bytes(12_200_000))
        with pytest.raises(StorageError, match=r"can't be written: .*(full|No space)"):
            run(source, disk / "out", Fake())
        filler.unlink()
        assert run(source, disk / "out", Fake()) == 400
        assert sorted(paths(disk / "out")) == sorted(map(str, source.iterdir()))


KILLED = """
import sys, time
from pathlib import Path
from edgeclassify.archive import run
from edgeclassify.archive.archiving import archive
from edgeclassify.archive.listing.options import ListingOptions
from edgeclassify.archive.running.processes import Processes
from edgeclassify.archive.wanted import Wanted
from edgeclassify.types import ModelChoice
run.COMMIT_S = 0.02
archive([sys.argv[1]], Path(sys.argv[2]), Wanted(ModelChoice(threads=1)), ListingOptions(most_in_batch=2),
        open_runner=lambda wanted: Processes(wanted, 2), part_images=8)
"""


def test_killed_at_any_moment_every_image_is_there_once(tmp_path: Path) -> None:
    source, out = picture_folder(tmp_path / "in", 96), tmp_path / "out"
    chance = random.Random(19)
    command = [sys.executable, "-c", KILLED, str(source), str(out)]
    for _ in range(4):
        process = subprocess.Popen(command)
        until = time.monotonic() + 60
        while not (out / "listing").exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command, check=True)
    assert sorted(paths(out)) == sorted(map(str, source.rglob("*.jpg")))
    assert not list((out / "parts").glob("*.tmp"))


def test_the_command_tells_what_came_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = picture_folder(tmp_path / "in", 3), tmp_path / "out"
    (source / "cam0" / "bad.jpg").write_bytes(b"no picture")
    command = ["archive", str(source), "--out", str(out), "--jobs", "1", "--csv", "--no-summary"]
    assert main(command) == ExitStatus.SOME_FAILED
    said = capsys.readouterr().out
    assert f"{out}: 4 images in 1 part" in said
    assert f"with a fault: 1, listed in {out}/faults.csv" in said
    assert (out / "images.csv").read_text().count("\n") == 5
    assert main(command) == ExitStatus.SOME_FAILED
    assert "all of them were done before" in capsys.readouterr().out
    assert main([*command, "--top", "2"]) == ExitStatus.USAGE
    assert "expected --top 5" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["", "--out", "o"], ExitStatus.USAGE, "found an empty word"),
        (
            ["in", "--out", "o", "--jobs", "2", "--scheduler", "tcp://a:1"],
            ExitStatus.USAGE,
            "--jobs: expected without",
        ),
        (["in", "--out", "o", "--scheduler", "a"], ExitStatus.UNAVAILABLE, "expected a Dask scheduler"),
        (["in", "--out", "/proc/o"], ExitStatus.CANNOT_WRITE, "--out /proc/o: expected a folder to write to"),
        (["in"], ExitStatus.USAGE, "Missing option '--out'"),
        (["in", "--out", "o", "--model", "nowhere.tflite"], ExitStatus.NO_INPUT, "nowhere.tflite"),
    ],
)
def test_bad_input_is_one_message(
    arguments: list[str],
    status: ExitStatus,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    images(tmp_path / "in", 1)
    assert main(["archive", *arguments]) == status
    assert said in capsys.readouterr().err


def test_ctrl_c_ends_clean_and_says_how_to_go_on(tmp_path: Path) -> None:
    source, out = picture_folder(tmp_path / "in", 200), tmp_path / "out"
    command = [sys.executable, "-m", "edgeclassify", "archive", str(source), "--out", str(out), "--jobs", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not (out / "listing").exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=patient(60))
    assert process.returncode == 130
    assert said.strip().count("\n") == 0
    assert "ended early: " in said
    assert "The same command goes on from here." in said
