"""What the history costs: `python -m tests.bench.history [FOLDER] [--events N]`.

Fills a history with N events of 60 days and prints its size, how long pages and overviews take (with nothing of
the file in memory, and with all of it), and what is written for each event with the history and without, where so
many come within its wait, further apart than the second in which notes are written, and closer together.
"""

import argparse
import itertools
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from edgeclassify.config import HistoryConfig, SpoolConfig
from edgeclassify.history.file import FILE_NAME, open_to_read
from edgeclassify.history.interface import LoggedEvent
from edgeclassify.history.log import HistoryLog
from edgeclassify.history.reading import HistoryReader
from edgeclassify.publish.history.desk import HistoryDesk, Question
from edgeclassify.publish.history.linger import Linger
from edgeclassify.publish.history.sink import HistoryPlace, HistorySink
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.clocks import Clocks
from edgeclassify.publish.spool.disk import DiskSpool
from edgeclassify.types import Event, EventType, HistoryQuery, LabelScore, Period, Reason, Why
from tests.bench.spool import bytes_written
from tests.support.clock import Clock

LABELS = ("person", "cat", "dog", "car", "truck", "bicycle", "bird", "open", "closed", "parcel")
SHARES = (400, 150, 120, 120, 60, 50, 40, 30, 29, 1)
END = 1_795_000_000.0
DAYS = 60
COMMIT = 64


def events(count: int, chance: random.Random) -> Iterator[Event]:
    """Starts, updates and ends of labels with the figures that real ones have; one label is rare."""
    label, name = LABELS[0], ""
    for seq in range(1, count + 1):
        kind = (EventType.START, EventType.UPDATE, EventType.END)[seq % 3]
        if kind is EventType.START:
            [label] = chance.choices(LABELS, SHARES)
            name = f"{chance.getrandbits(128):032x}"
        score, raw = chance.random(), chance.random()
        best = tuple(LabelScore(-1, one, chance.random()) for one in chance.sample(LABELS, 3))
        why = {
            EventType.START: Why(threshold_enter=0.6, confirm_s=1.0, held_s=chance.uniform(1, 2)),
            EventType.UPDATE: Why(Reason.SCORE_ROSE, score_before=chance.random()),
            EventType.END: Why(Reason.BELOW_THRESHOLD, threshold_exit=0.4, duration_s=chance.uniform(1, 900)),
        }[kind]
        why = replace(why, score=score, raw_score=raw, best=best)
        ts = END - DAYS * 86_400 * (1 - seq / count) + chance.random()
        yield Event(name, seq, chance.choice(("gate", "door")), kind, label, score, ts, why)


def logged(event: Event) -> LoggedEvent:
    """As the history gets it."""
    one = SpooledEvent.of(event)
    return LoggedEvent(one.seq, one.view, one.body)


def fill(path: Path, count: int) -> None:
    """Write a history of so many events."""
    log = HistoryLog(path)
    bodies = sizes = 0
    spent = 0.0
    for batch in _batches(map(logged, events(count, random.Random(1)))):
        begin = time.perf_counter()
        log.write(batch)
        spent += time.perf_counter() - begin
        bodies += sum(len(event.body) for event in batch)
    log.close()
    sizes = path.stat().st_size
    print(f"{count} events: {sizes / 1e6:.1f} MB, {sizes / count:.0f} bytes each (bodies {bodies / count:.0f})")
    print(f"{'written in commits of ' + str(COMMIT):44} {count / spent:8.0f} /s")


def _batches(found: Iterator[LoggedEvent]) -> Iterator[list[LoggedEvent]]:
    while batch := list(itertools.islice(found, COMMIT)):
        yield batch


def ask(path: Path, what: str, question: Callable[[HistoryReader], object]) -> None:
    """Milliseconds of a question with nothing of the file in memory, and the median of some with all of it."""
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)
    times = []
    for _ in range(8):
        begin = time.perf_counter()
        with closing(open_to_read(path)) as connection:
            question(HistoryReader(connection))
        times.append((time.perf_counter() - begin) * 1e3)
    print(f"{what:44} cold {times[0]:8.1f} ms   warm {statistics.median(times[1:]):8.1f} ms")


def queries(path: Path, count: int) -> None:
    """Pages and overviews, as the command asks for them."""
    day = HistoryQuery(since=END - 86_400)

    def walk(query: HistoryQuery) -> Callable[[HistoryReader], object]:
        def question(reader: HistoryReader) -> int:
            found, asked = 0, query
            while True:
                page = reader.page(asked)
                found += len(page.events)
                if not page.more:
                    return found
                asked = replace(query, before_seq=page.events[-1].seq)

        return question

    ask(path, "the newest 100", lambda reader: reader.page(HistoryQuery()))
    ask(path, "the oldest 100 (after_seq)", lambda reader: reader.page(HistoryQuery(after_seq=0)))
    ask(path, "the last page (before_seq 101)", lambda reader: reader.page(HistoryQuery(before_seq=101)))
    ask(path, f"the last day, all {count // DAYS} events", walk(day))
    ask(path, "the last day, per hour", lambda reader: reader.overview(day, Period.HOUR, None))
    ask(path, "one label (0.1 %), newest 100", lambda reader: reader.page(HistoryQuery(label="parcel")))
    ask(path, "one label (0.1 %), all of them", walk(HistoryQuery(label="parcel")))
    ask(path, "one label (40 %), newest 100", lambda reader: reader.page(HistoryQuery(label="person")))
    ask(path, "one label (40 %), per day, all of it",
        lambda reader: reader.overview(HistoryQuery(label="person"), Period.DAY, None))  # fmt: skip
    ask(path, "all labels, per day, all of it",
        lambda reader: reader.overview(HistoryQuery(), Period.DAY, None))  # fmt: skip
    ask(path, "a view's updates of one hour a month ago",
        walk(HistoryQuery(view="door", event_type=EventType.UPDATE, since=END - 30 * 86_400,
                          until=END - 30 * 86_400 + 3600)))  # fmt: skip


def settle(desk: HistoryDesk) -> None:
    """Until all that has come is written, as when its wait is over: who asks gets that too."""
    answered = threading.Event()
    desk.ask(Question(HistoryQuery(limit=1), lambda _: answered.set()))
    answered.wait()


def written(folder: Path, *, with_history: bool, together: int, apart_s: float, count: int) -> float:
    """Bytes written for each event, by all that a node writes for it: append, what the broker has had (within a
    second), the history's commit, and deletes.

    `together`: so many come within the history's wait, `apart_s` from each other. The broker is quick; the spool
    is looked after once a second, by its own clock.
    """
    clock = Clock()
    spool = DiskSpool(folder, SpoolConfig(), clocks=Clocks(monotonic=clock))
    spool.serve(["mqtt", "history"] if with_history else ["mqtt"])
    mqtt, desk = spool.reader("mqtt"), HistoryDesk(folder)
    history = HistorySink(
        config=HistoryConfig(), place=HistoryPlace(folder), spool=spool.reader("history"),
        desk=desk, linger=Linger(86_400.0, 2**31),
    )  # fmt: skip
    if with_history:
        history.start()
        settle(desk)
    before, looked_at = bytes_written(), clock.now
    for number, event in enumerate(events(count, random.Random(2)), 1):
        clock.now += apart_s
        if clock.now - looked_at >= 1.0:
            spool.maintain()
            looked_at = clock.now
        spool.append(SpooledEvent.of(replace(event, open=None)))
        mqtt.delivered([event.seq])
        if with_history and number % together == 0:
            settle(desk)
    if with_history:
        history.stop(60)
    spool.close()
    return (bytes_written() - before) / count


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path.cwd(), help="on the disk to be measured")
    parser.add_argument("--events", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        path = Path(name) / FILE_NAME
        fill(path, given.events)
        queries(path, given.events)
        for apart_s in (5.0, 0.25):
            folder = Path(name) / f"{apart_s}"
            plain = written(folder, with_history=False, together=1, apart_s=apart_s, count=1024)
            print(f"bytes written per event, {apart_s:g} s apart, without history {plain:6.0f}")
            for together in (1, 2, 4, 16, 64):
                both = written(
                    folder / f"{together}", with_history=True, together=together, apart_s=apart_s, count=1024
                )
                print(f"{together:10} within its wait {both:6.0f}: ratio {both / plain:.2f}")


if __name__ == "__main__":
    main()
