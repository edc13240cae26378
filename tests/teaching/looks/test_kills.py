"""Killed at work, again and again: what was said to be written is there, whole, and the file is none the worse."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edgeclassify.teaching.interface import LookKind
from edgeclassify.teaching.looks.file import FILE_NAME
from edgeclassify.teaching.looks.store import LookStore
from tests.support.waiting import patient

COUNT = 20


def run(path: Path, moment: str, first: int) -> tuple[list[int], int]:
    """The numbers of the events that were written, and the status."""
    command = [
        sys.executable,
        "-m",
        "tests.teaching.looks.killed_taker",
        str(path),
        moment,
        str(COUNT),
        str(first),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(60), check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return [int(line) for line in done.stdout.split()], done.returncode


@pytest.mark.parametrize("moment", ["inside", "after"])
def test_what_was_written_is_there_after_kills(moment: str, tmp_path: Path) -> None:
    path, written = tmp_path / FILE_NAME, list[int]()
    for turn in range(3):
        found, status = run(path, moment, turn * COUNT)
        assert status == -signal.SIGKILL
        written += found
        with LookStore.open(path, check=True) as store:
            kept = [int(str(look.event_id), 16) for look in store.without_pictures(LookKind.EVENT)]
            assert kept == written
            for look in (store.look(number) for kind in LookKind for number in store.numbers(kind)):
                assert look is not None
                assert look.jpeg
            assert store.count(LookKind.UNSURE) <= 5
    found, status = run(path, "never", 3 * COUNT)
    assert status == 0
    assert found == list(range(3 * COUNT, 4 * COUNT))
    with LookStore.open(path, check=True) as store:
        assert store.count(LookKind.EVENT) == len(written) + COUNT
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]
