"""SIGKILL of a real process around the history's commit: each event is in the log, once, under its number."""

import random
import signal
import subprocess
import sys
from pathlib import Path

from edgeclassify.config import SpoolConfig
from edgeclassify.history.file import FILE_NAME
from edgeclassify.history.log import HistoryLog
from edgeclassify.publish.spool.disk import DiskSpool
from edgeclassify.types import HistoryQuery
from tests.support.waiting import patient


def run(folder: Path, moment: str, count: int) -> tuple[list[int], int]:
    """The numbers that were in the spool, and how the process ended."""
    command = [sys.executable, "-m", "tests.publish.history.killed_node", str(folder), moment, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(300), check=False)
    assert not done.stderr, done.stderr
    return [int(line) for line in done.stdout.split()], done.returncode


def in_log(folder: Path) -> list[tuple[int, bytes]]:
    log = HistoryLog(folder / FILE_NAME)
    found: list[tuple[int, bytes]] = []
    while page := log.reader.page(HistoryQuery(after_seq=found[-1][0] if found else 0)).events:
        found += [(event.seq, event.body) for event in page]
    log.close()
    return found


def test_every_event_is_in_the_log_once_whenever_the_process_is_killed(tmp_path: Path) -> None:
    chance = random.Random(20261129)
    produced: list[int] = []
    for moment in ("between", "before", "after", "between", "after", "before", "never"):
        numbers, status = run(tmp_path, moment, chance.randint(10, 60))
        assert status == (0 if moment == "never" else -signal.SIGKILL)
        produced += numbers
    logged = in_log(tmp_path)
    # One may have been appended, and the process killed before it could say so.
    assert set(produced) <= {seq for seq, _ in logged}
    assert len(logged) - len(produced) <= 6
    assert [seq for seq, _ in logged] == sorted({seq for seq, _ in logged})
    assert all(b'"id":"%032x"' % seq in body for seq, body in logged)


def test_what_the_log_has_after_a_kill_the_broker_still_gets(tmp_path: Path) -> None:
    numbers, _ = run(tmp_path, "between", 40)
    spool = DiskSpool(tmp_path, SpoolConfig())
    spool.serve(["mqtt", "history"])
    lacked = [event.seq for event in spool.reader("mqtt").pending(100)]
    assert lacked == list(range(lacked[0], lacked[-1] + 1))
    # One may have been appended, and the process killed before it could say so.
    assert lacked[-1] - numbers[-1] in (0, 1)
    logged = [seq for seq, _ in in_log(tmp_path)]
    waiting = [event.seq for event in spool.reader("history").pending(100)]
    # Nothing is in neither: what was committed and not noted is in both.
    assert set(numbers) <= set(logged) | set(waiting)
    assert set(logged) & set(waiting)
    spool.close()


def test_off_and_on_again_neither_loses_nor_leaves_rows(tmp_path: Path) -> None:
    numbers, _ = run(tmp_path, "before", 20)
    spool = DiskSpool(tmp_path, SpoolConfig())
    spool.serve(["mqtt"])  # the history is off
    mqtt = spool.reader("mqtt")
    lacked = [event.seq for event in mqtt.pending(100)]
    assert lacked[-1] >= numbers[-1]
    mqtt.delivered(lacked)
    assert spool.depth == 0
    spool.close()
    more, status = run(tmp_path, "never", 10)
    assert status == 0
    assert set(more) <= {seq for seq, _ in in_log(tmp_path)}
