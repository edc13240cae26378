"""What an archive is gone on with, and what of a folder it leaves alone."""

import os
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.archive.archiving import archive
from edgeclassify.archive.journal.journal import Journal
from edgeclassify.archive.listing.names import OF_OUTPUT
from edgeclassify.archive.output.own_files import own_sheets
from edgeclassify.archive.output.places import JOURNAL, part_file
from edgeclassify.archive.running.interface import Runner
from edgeclassify.archive.wanted import Wanted
from edgeclassify.errors import ClusterError, MissingInputError, ModelError, StorageError, UsageError
from edgeclassify.types import ModelChoice
from tests.archive.test_archiving import FOURS, WANTED, Fake, images, paths, run


def everything(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("name", ["index.html", "listing", "sheets/scan.jpg", "parts/mine.tmp", "images.csv"])
def test_a_folder_that_somebody_else_uses_is_left_alone(tmp_path: Path, name: str, again: bool) -> None:
    source, out = images(tmp_path / "in", 4), tmp_path / "out"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_bytes(b"mine")
    with pytest.raises(StorageError, match=f"beside {name.split('/')[0]}, found none"):
        run(source, out, Fake(), again=again)
    assert everything(out) == {name: b"mine"}
    assert not (out / "lock").exists()


def test_a_file_named_lock_is_not_written_to(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "lock").write_bytes(b"somebody's notes on locks")
    with pytest.raises(StorageError, match="found a file lock of another kind"):
        run(images(tmp_path / "in", 4), out, Fake())
    assert (out / "lock").read_bytes() == b"somebody's notes on locks"


def test_another_database_is_no_journal(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with sqlite3.connect(out / JOURNAL) as connection:
        connection.execute("CREATE TABLE mine (text)")
    connection.close()
    with pytest.raises(StorageError, match="found another database"):
        run(images(tmp_path / "in", 4), out, Fake())


def test_only_sheets_of_ours_are_ours(tmp_path: Path) -> None:
    (tmp_path / "sheets").mkdir()
    for name in ("unsure.jpg", "01-cat.jpg", "100-käfer.jpg", "scan.jpg", "1-cat.jpg", "my-unsure.jpg", "01.jpg"):
        (tmp_path / "sheets" / name).touch()
    assert {one.name for one in own_sheets(tmp_path)} == {"unsure.jpg", "01-cat.jpg", "100-käfer.jpg"}


def refusing(_: Wanted) -> Runner:
    raise ModelError("no such model")


def test_what_is_there_stays_until_all_else_is_known_to_be_right(tmp_path: Path) -> None:
    source, out = images(tmp_path / "in", 4), tmp_path / "out"
    run(source, out, Fake())
    before = everything(out)
    with pytest.raises(ModelError):
        archive([str(source)], out, WANTED, FOURS, open_runner=refusing, again=True)
    assert everything(out) == before
    with pytest.raises(
        MissingInputError, match=r"gone.jpg: expected images in place of those .* found none\. Check"
    ):
        archive([str(tmp_path / "gone.jpg")], out, WANTED, FOURS, open_runner=lambda _: Fake(), again=True)
    assert everything(out) == before


@pytest.mark.parametrize("damage", ["gone", "another", "no database", "one byte"])
def test_results_are_not_gone_on_with_by_another_list(tmp_path: Path, damage: str) -> None:
    source, out = images(tmp_path / "in", 18), tmp_path / "out"
    with pytest.raises(ClusterError):
        run(source, out, Fake(ends=(3, ClusterError("it went away"))))
    listing = out / "listing"
    whole = listing.read_bytes()
    if damage == "gone":
        listing.unlink()
    elif damage == "another":
        images(tmp_path / "in2", 18)
        run(tmp_path / "in2", tmp_path / "out2", Fake())
        listing.write_bytes((tmp_path / "out2" / "listing").read_bytes())
    else:
        listing.write_bytes(b"x" * 9000 if damage == "no database" else whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(StorageError, match=r"listing: expected .*--again"):
        run(source, out, Fake())
    assert run(source, out, Fake(), again=True) == 18
    assert paths(out) == sorted(map(str, source.iterdir()))


def test_a_part_that_is_gone_is_said_by_name(tmp_path: Path) -> None:
    source, out = images(tmp_path / "in", 18), tmp_path / "out"
    run(source, out, Fake())
    part_file(out, 1).unlink()
    with pytest.raises(StorageError, match=r"part-00001\.parquet: expected the part.*--again"):
        run(source, out, Fake())


def test_a_model_is_the_same_however_its_path_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = images(tmp_path / "in", 4), tmp_path / "out"
    monkeypatch.chdir(tmp_path)
    for name in ("m.tflite", "./m.tflite", str(tmp_path / "m.tflite")):
        assert run(source, out, Fake(), Wanted(ModelChoice(name))) == 4
    monkeypatch.chdir(source)
    with pytest.raises(UsageError, match="expected --model"):
        run(source, out, Fake(), Wanted(ModelChoice("m.tflite")))


SECRET = "http://anna:hunter22@host/cams/a.jpg?token=verysecret"


def test_no_secret_of_a_source_is_shown_or_readable_by_others(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def of(*sources: str) -> Any:
        return archive(sources, out, WANTED, FOURS, open_runner=lambda _: Fake())

    of(SECRET)
    for name in ("journal.sqlite", "listing"):
        assert stat.S_IMODE((out / name).stat().st_mode) == 0o600
    of(SECRET)
    with pytest.raises(UsageError, match=r"expected SOURCE http://host/cams/a\.jpg") as raised:
        of(SECRET.replace("hunter22", "sunshine9"))
    journal = Journal(out / JOURNAL)
    kept = str(journal.facts())
    journal.close()
    for text in (str(raised.value), kept):
        assert not any(word in text for word in ("anna", "hunter22", "sunshine9", "verysecret"))


def test_the_output_of_an_archive_is_no_source_of_one(tmp_path: Path) -> None:
    assert set(OF_OUTPUT) == {os.fsencode(JOURNAL), b"lock"}
    source = images(tmp_path / "in", 4)
    run(source, source / "out", Fake())
    (source / "out" / "sheets").mkdir(exist_ok=True)
    (source / "out" / "sheets" / "01-cat.jpg").write_bytes(b"x")
    assert run(source, tmp_path / "out", Fake()) == 4


@pytest.mark.parametrize("error", [LookupError("a bug"), MemoryError()])
def test_what_is_done_is_written_whatever_ends_it(tmp_path: Path, error: BaseException) -> None:
    source, out = images(tmp_path / "in", 18), tmp_path / "out"
    with pytest.raises(type(error)):
        run(source, out, Fake(ends=(3, error)))
    assert len(paths(out)) == 8
