"""What the spool costs on this disk: `python -m tests.bench.spool [FOLDER]`.

Prints appends per second beside a bare write + fsync of the same bytes in the same run, how long appends take
alone and while a backlog is drained, the rate of a drain, and the bytes written for each event.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from edgeclassify.config import SpoolConfig
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.disk import FILE_NAME, DiskSpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.types import DayTally, OpenOccurrence, TallyRecord, ViewRecord
from tests.publish.records import next_number

BODY = b'{"v":1,"event_type":"start"}'.ljust(380)
ROUNDS = 2_000
BACKLOG = 10_000


def bytes_written() -> int:
    """What this process has sent to storage."""
    text = Path("/proc/self/io").read_text()
    return int(text.partition("\nwrite_bytes:")[2].split()[0])


def timed(count: int, step: Callable[[], object]) -> list[float]:
    """Milliseconds of each call."""
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        step()
        times.append((time.perf_counter() - begin) * 1e3)
    return times


def show(name: str, times: list[float]) -> None:
    """A line of figures."""
    rank = statistics.quantiles(times, n=100)
    print(
        f"{name:34} {1e3 * len(times) / sum(times):8.0f} /s   ms: p50 {rank[49]:.3f}  p99 {rank[98]:.3f}  "
        f"max {max(times):.3f}"
    )


def drain(spool: DiskSpool) -> int:
    """Read and delete all that is there now; returns how many."""
    after = count = 0
    while events := spool.pending(64, after=after):
        after = events[-1].seq
        count += len(events)
        spool.delivered([event.seq for event in events])
    spool.maintain()
    return count


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path.cwd(), help="on the disk to be measured")
    with tempfile.TemporaryDirectory(dir=parser.parse_args().folder) as name:
        folder = Path(name)
        with (folder / "bare").open("wb", buffering=0) as file:

            def bare() -> None:
                file.write(BODY)
                os.fsync(file.fileno())

            plain = timed(ROUNDS, bare)
        spool = DiskSpool(folder, SpoolConfig())
        numbers = EventNumbers(spool)

        def append() -> None:
            seq = next_number(numbers)
            kept = OpenOccurrence("gate", "0" * 32, "espresso", 0.87, 1.7e9, 12.5)
            days = tuple(DayTally(739_948 + day, 12 + seq, 4711.25) for day in range(3))
            tally = TallyRecord("gate", f"label {seq // 2 % 5}", days, 1.7e9, 739_950) if counts else None
            spool.append(
                SpooledEvent(seq, "gate", BODY, ViewRecord("gate", seq, kept if seq % 2 else None), tally)
            )

        counts = False
        before = bytes_written()
        timed(ROUNDS, append)
        uncounted = bytes_written() - before
        drain(spool)
        counts = True
        before = bytes_written()
        alone = timed(ROUNDS, append)
        appended = bytes_written()
        show("write + fsync of a file", plain)
        show("append", alone)
        print(f"{'append, ratio to write + fsync':34} {sum(plain) / sum(alone):8.2f}")
        print(f"{'bytes written per append':34} {(appended - before) / ROUNDS:8.0f}")
        print(f"{'… without counts of its label':34} {uncounted / ROUNDS:8.0f}")
        print(f"{'… ratio':34} {(appended - before) / uncounted:8.2f}")
        drain(spool)

        before = bytes_written()
        for _ in range(ROUNDS // 4):
            append()
            drain(spool)
        print(f"{'… with a delete of its own each':34} {(bytes_written() - before) / (ROUNDS // 4):8.0f}")

        for _ in range(BACKLOG):
            append()
        size = sum(path.stat().st_size for path in folder.glob(f"{FILE_NAME}*"))
        print(f"{f'file per event, {BACKLOG} waiting':34} {size / BACKLOG:8.0f} bytes (body {len(BODY)})")
        begin = time.perf_counter()
        count = drain(spool)
        print(f"{'drain: read and delete':34} {count / (time.perf_counter() - begin):8.0f} /s")

        for _ in range(BACKLOG):
            append()
        stop = threading.Event()

        def keep_draining() -> None:
            while not stop.is_set() and (events := spool.pending(64)):
                spool.delivered([event.seq for event in events])
                time.sleep(0.002)  # a sink waits for the broker's answers

        thread = threading.Thread(target=keep_draining)
        thread.start()
        during = timed(ROUNDS, append)
        stop.set()
        thread.join()
        show("append while another thread drains", during)
        spool.close()


if __name__ == "__main__":
    main()
