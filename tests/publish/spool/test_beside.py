"""The spool read from beside the daemon that has it: as it is on disk, and not changed."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.config import SpoolConfig
from edgeclassify.files.database import copy_in_use
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.beside import lacked_by
from edgeclassify.publish.spool.disk import FILE_NAME, DiskSpool
from tests.support.waiting import patient

SINKS = ("mqtt", "history")


def event(seq: int) -> SpooledEvent:
    return SpooledEvent(seq, "gate", b'{"seq":%d}' % seq)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def spool(folder: Path) -> Iterator[DiskSpool]:
    opened = DiskSpool(folder, SpoolConfig())
    opened.serve(SINKS)
    yield opened
    opened.close()


def seqs(folder: Path, sink: str = "history") -> list[int]:
    return [one.seq for one in lacked_by(sink, folder)]


def test_what_a_sink_has_not_had_while_the_spool_is_open(spool: DiskSpool, folder: Path) -> None:
    for seq in range(1, 8):
        spool.append(event(seq))
    assert list(lacked_by("history", folder)) == [event(seq) for seq in range(1, 8)]
    spool.reader("history").delivered([1, 2, 4])
    spool.reader("mqtt").delivered([7])
    spool.maintain()
    assert seqs(folder) == [3, 5, 6, 7]
    assert seqs(folder, "mqtt") == [1, 2, 3, 4, 5, 6]
    spool.append(event(8))
    assert seqs(folder) == [3, 5, 6, 7, 8]
    spool.reader("mqtt").delivered(range(1, 9))
    spool.reader("history").delivered(range(1, 9))
    spool.maintain()
    assert seqs(folder) == []


def test_what_is_not_noted_yet_is_there_still(spool: DiskSpool, folder: Path) -> None:
    spool.append(event(1))
    spool.reader("history").delivered([1])
    assert seqs(folder) == [1]


def test_another_process_reads_it_and_changes_nothing(folder: Path, spool: DiskSpool) -> None:
    spool.append(event(1))
    spool.append(event(2))
    names = {path.name: path.read_bytes() for path in folder.iterdir()}
    code = (
        "import sys; from pathlib import Path; from edgeclassify.publish.spool.beside import lacked_by;"
        "print([one.seq for one in lacked_by('history', Path(sys.argv[1]))])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(folder)], check=True, capture_output=True, text=True, timeout=patient(120)
    )
    assert found.stdout == "[1, 2]\n"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == names


def test_after_the_spool_was_closed_there_is_no_log_beside_it(spool: DiskSpool, folder: Path) -> None:
    spool.append(event(1))
    spool.close()
    assert not Path(f"{folder / FILE_NAME}-wal").exists()
    assert seqs(folder) == [1]


def test_no_spool_and_one_that_is_none(folder: Path, tmp_path: Path) -> None:
    assert seqs(folder) == []
    folder.mkdir()
    (folder / FILE_NAME).touch()
    assert seqs(folder) == []
    (folder / FILE_NAME).write_bytes(b"no database" * 1000)
    with pytest.raises(sqlite3.DatabaseError):
        seqs(folder)
    assert lacked_by("history", tmp_path, tmp_path / "no such place") == []


def test_a_copy_is_left_nowhere(spool: DiskSpool, folder: Path, tmp_path: Path) -> None:
    spool.append(event(1))
    place = tmp_path / "place"
    place.mkdir()
    assert len(lacked_by("history", folder, place)) == 1
    assert list(place.iterdir()) == []


def test_a_copy_is_whole_however_much_is_written_meanwhile(spool: DiskSpool, folder: Path) -> None:
    """Each event is deleted when the next is there: a copy of no one moment would miss it, or have two."""
    done = threading.Event()
    spool.serve(["history"])
    spool.append(event(1))

    def write() -> None:
        for seq in range(2, 1500):
            spool.append(event(seq))
            spool.delivered([seq - 1])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    found = []
    while not done.is_set():
        try:
            found.append(seqs(folder))
        except BlockingIOError:
            """The log was begun anew each time."""
    writer.join()
    for listed in found:
        assert listed, "one is there at every moment"
        assert listed == list(range(listed[0], listed[-1] + 1))
        assert len(listed) <= 3
    lasts = [listed[-1] for listed in found]
    assert lasts == sorted(lasts)


def test_a_log_that_is_begun_anew_with_each_copy_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, place = tmp_path / "a.sqlite3", tmp_path / "place"
    place.mkdir()
    path.write_bytes(b"pages")
    log = tmp_path / "a.sqlite3-wal"
    copy = shutil.copyfile
    rounds = iter(range(1000))

    def copied(source: Path, target: Path) -> Path:
        log.write_bytes(b"%032d" % next(rounds))
        return copy(source, target)

    monkeypatch.setattr(shutil, "copyfile", copied)
    with pytest.raises(BlockingIOError, match="written too often"):
        copy_in_use(path, place)
