"""The history as a sink: what is in the spool goes to its file, and only then is forgotten."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import HistoryConfig, SpoolConfig
from edgeclassify.errors import EdgeClassifyError, StorageError
from edgeclassify.files.age import SETTLED_S, AgeClock
from edgeclassify.files.database import DamagedError
from edgeclassify.history.file import FILE_NAME, VERSION
from edgeclassify.history.interface import Answer, LoggedEvent, Overview, Page
from edgeclassify.history.log import HistoryLog
from edgeclassify.publish.history import sink as history_sink
from edgeclassify.publish.history.answering import BATCH
from edgeclassify.publish.history.desk import GetAnswer, HistoryDesk, Question
from edgeclassify.publish.history.keeper import HistoryKeeper
from edgeclassify.publish.history.linger import Linger
from edgeclassify.publish.history.sink import MOST_QUESTIONS, HistoryPlace, HistorySink
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.disk import DiskSpool
from edgeclassify.types import HistoryQuery, Period
from tests.history.logged import BERLIN, at
from tests.publish.records import T0, event
from tests.support.clock import Clock
from tests.support.small_disk import small_disk_at
from tests.support.waiting import patient, wait_for

DAY_S = 86_400.0
AT_ONCE = Linger(0.0)


class Bench:
    """A spool, and a history that has what is appended to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spool = DiskSpool(folder, SpoolConfig())
        self.desk = HistoryDesk(folder)
        self.may_write = True
        self.wall, self.monotonic = Clock(), Clock()
        self.sinks: list[HistorySink] = []

    def sink(
        self,
        *,
        linger: Linger = AT_ONCE,
        place: HistoryPlace | None = None,
        **config: float,
    ) -> HistorySink:
        made = HistorySink(
            config=HistoryConfig(**config),  # type: ignore[arg-type]
            place=place or HistoryPlace(self.folder, self.folder / "snapshots", BERLIN),
            spool=self.spool.reader("history"),
            desk=self.desk,
            may_write=lambda: self.may_write,
            linger=linger,
            age=AgeClock(self.wall, self.monotonic),
        )
        self.sinks.append(made)
        return made

    def started(self, **how: Any) -> HistorySink:
        made = self.sink(**how)
        self.spool.serve(["mqtt", "history"])
        made.start()
        return made

    def tell(self, *seqs: int, sink: HistorySink | None = None, **changes: float) -> None:
        for seq in seqs:
            one = event(seq, **changes)
            self.spool.append(SpooledEvent.of(one))
            if sink is not None:
                sink.publish_event(one)

    def ask(self, **asked: object) -> Answer:
        given: list[GetAnswer] = []
        came = threading.Event()

        def then(give: GetAnswer) -> None:
            given.append(give)
            came.set()

        self.desk.ask(Question(HistoryQuery(**asked), then))  # type: ignore[arg-type]
        assert came.wait(patient(60))
        return given[0]()

    def kept(self, **asked: object) -> list[int]:
        page = self.ask(after_seq=0, **asked)
        assert isinstance(page, Page)
        return [one.seq for one in page.events]

    def in_file(self) -> list[int]:
        with closing(sqlite3.connect(self.folder / FILE_NAME)) as database:
            return [seq for (seq,) in database.execute("SELECT seq FROM events ORDER BY seq")]

    @property
    def lacks(self) -> int:
        return self.spool.reader("history").depth

    def end(self) -> None:
        for sink in self.sinks:
            sink.stop(patient(30))
        self.spool.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "state")
    yield made
    made.end()


def test_what_is_in_the_file_the_spool_forgets(bench: Bench) -> None:
    sink = bench.started()
    bench.tell(1, 2, sink=sink)
    wait_for(lambda: bench.lacks == 0)
    assert bench.in_file() == [1, 2]
    assert bench.spool.reader("mqtt").depth == 2


def test_what_came_before_its_start_is_kept_too(bench: Bench) -> None:
    bench.tell(*range(1, 3 * BATCH))
    bench.started()
    wait_for(lambda: bench.lacks == 0)
    assert bench.in_file() == list(range(1, 3 * BATCH))


def test_events_go_to_the_disk_together(bench: Bench) -> None:
    sink = bench.started(linger=Linger(3600.0))
    bench.tell(*range(1, BATCH), sink=sink)
    assert bench.lacks == BATCH - 1
    bench.tell(BATCH, sink=sink)
    wait_for(lambda: bench.lacks == 0)
    assert len(bench.in_file()) == BATCH


def test_a_few_that_are_many_enough_do_not_linger(bench: Bench) -> None:
    sink = bench.started(linger=Linger(3600.0, 3))
    bench.tell(1, 2, sink=sink)
    assert bench.lacks == 2
    bench.tell(3, sink=sink)
    wait_for(lambda: bench.lacks == 0)
    bench.tell(4, 5, sink=sink)
    assert bench.lacks == 2, "each time it is counted anew"
    assert sink.adopt(bench.sink(linger=Linger(3600.0, 1)))  # which writes what lingers
    wait_for(lambda: bench.lacks == 0)
    bench.tell(6, sink=sink)
    wait_for(lambda: bench.lacks == 0)


def test_when_they_have_lingered_for_long_they_are_written(bench: Bench) -> None:
    sink = bench.started(linger=Linger(0.05))
    bench.tell(1, 2, sink=sink)
    wait_for(lambda: bench.lacks == 0)
    assert bench.in_file() == [1, 2]


def test_they_linger_within_the_bounds_of_the_spool() -> None:
    assert Linger.within(SpoolConfig()) == Linger(6 * 3600.0, 64)
    assert Linger.within(SpoolConfig(max_age_s=2400.0, max_bytes=2**20)) == Linger(600.0, 64)
    assert Linger.within(SpoolConfig(max_age_s=2000.0, max_bytes=2**20 - 1)) == Linger(500.0, 63)
    assert Linger.within(SpoolConfig(max_age_s=2.0, max_bytes=65_536)) == Linger(0.5, 4)


def test_who_asks_sees_what_has_just_come(bench: Bench) -> None:
    sink = bench.started(linger=Linger(3600.0))
    bench.tell(1, 2, sink=sink)
    assert bench.kept() == [1, 2]


def test_the_end_waits_for_what_has_come(bench: Bench) -> None:
    sink = bench.started(linger=Linger(3600.0))
    bench.tell(1, 2, sink=sink)
    sink.stop(patient(30))
    assert bench.in_file() == [1, 2]
    assert bench.lacks == 0
    with pytest.raises(EdgeClassifyError, match=r"no history is kept: history\.enabled is false"):
        bench.ask()


def test_an_overview_by_the_zone_and_pictures_of_events(bench: Bench) -> None:
    pictures = bench.folder / "snapshots" / "gate"
    pictures.mkdir(parents=True)
    names = ["20261129T120000.000Z-start-open-seq2-57.jpg", "20261129T120000.000Z-start-open-seq12-58-cat_jpg.jpg"]
    for name in [*names, ".20261129T120000.000Z-start-open-seq1-59.jpg.tmp", "seq1.jpg", "x-seq1-2.png"]:
        (pictures / name).touch()
    bench.started()
    bench.tell(1, 2, 12, ts=at("2026-11-29T23:30"))
    page = bench.ask()
    assert isinstance(page, Page)
    assert [(one.seq, one.picture) for one in page.events] == [
        (12, pictures / names[1]), (2, pictures / names[0]), (1, None),
    ]  # fmt: skip
    overview = bench.ask(per=Period.DAY)
    assert isinstance(overview, Overview)
    assert [(one.name, one.starts) for one in overview.counts] == [("2026-11-29", 3)]


def test_while_nothing_may_be_written_the_spool_keeps_all(bench: Bench) -> None:
    bench.may_write = False
    sink = bench.started()
    bench.tell(*range(1, BATCH + 1), sink=sink)
    assert bench.kept() == list(range(1, BATCH + 1)), "from the spool"
    assert (bench.lacks, bench.in_file()) == (BATCH, [])
    bench.may_write = True
    assert bench.kept() == list(range(1, BATCH + 1))
    wait_for(lambda: bench.lacks == 0)


def test_a_history_of_a_later_version_is_left_alone(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.started().stop(30)
    with closing(sqlite3.connect(bench.folder / FILE_NAME)) as database:
        database.execute(f"PRAGMA user_version={VERSION + 1}")
    before = (bench.folder / FILE_NAME).read_bytes()
    sink = bench.started()
    bench.tell(*range(1, 2 * BATCH + 1), sink=sink)
    for _ in range(2):
        with pytest.raises(StorageError, match="can't be read now"):
            bench.ask()
    assert (bench.folder / FILE_NAME).read_bytes() == before
    assert bench.lacks == 2 * BATCH
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "a later version of edgeclassify has written this history" in record.getMessage()
    (bench.folder / FILE_NAME).unlink()
    assert len(bench.kept()) == 100
    assert bench.lacks == 0


def damage_header(path: Path) -> None:
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])


def damage_pages(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:1024] + b"\xa5" * (len(content) - 1024))


def make_another_one(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE recipes (name)")


@pytest.mark.parametrize("damage", [damage_header, damage_pages, make_another_one])
def test_a_damaged_history_is_set_aside_and_begun_anew(
    bench: Bench, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    sink = bench.started()
    bench.tell(1, 2)
    sink.stop(patient(30))
    damage(bench.folder / FILE_NAME)
    sink = bench.started()
    bench.tell(3, 4, sink=sink)
    assert bench.kept() == [3, 4]
    assert bench.lacks == 0
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert f"It is set aside as {FILE_NAME}.damaged-1, and a new one begun" in errors[0]
    assert (bench.folder / f"{FILE_NAME}.damaged-1").exists()


def test_one_damaged_history_is_kept(bench: Bench) -> None:
    for seq in (1, 2, 3):
        sink = bench.started()
        bench.tell(seq)
        sink.stop(patient(30))
        damage_header(bench.folder / FILE_NAME)
    bench.started()
    bench.tell(4)
    assert bench.kept() == [4]
    assert {path.name for path in bench.folder.glob(f"{FILE_NAME}.damaged-?")} == {f"{FILE_NAME}.damaged-3"}


def test_what_is_damaged_when_it_is_new_does_not_take_the_place_of_the_first(tmp_path: Path) -> None:
    keeper = HistoryKeeper(tmp_path, lambda: 99)
    assert keeper.write([LoggedEvent(1, "gate", SpooledEvent.of(event(1)).body)])

    def finds_damage(_: HistoryLog) -> bool:
        raise DamagedError("a page")

    with pytest.raises(StorageError, match="can't be read now"):
        keeper.ask(finds_damage)
    keeper.close()
    (aside,) = tmp_path.glob("*.damaged-?")
    with closing(sqlite3.connect(aside)) as connection:
        assert connection.execute("SELECT seq FROM events").fetchall() == [(1,)]


def test_who_asks_hears_of_any_fault(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> Answer:
        raise RuntimeError("a bug")

    monkeypatch.setattr(history_sink, "answer_to", fails)
    bench.started()
    with pytest.raises(RuntimeError, match="a bug"):
        bench.ask()


def test_a_question_that_comes_while_it_stops_is_refused(bench: Bench) -> None:
    class RememberingDesk(HistoryDesk):
        asked_last: Callable[[Question], None] | None = None

        def answered_by(self, take: Callable[[Question], None] | None) -> None:
            self.asked_last = take or self.asked_last
            super().answered_by(take)

    bench.desk = desk = RememberingDesk(bench.folder)
    bench.started().stop(30)
    assert desk.asked_last is not None
    with pytest.raises(EdgeClassifyError, match="no history is kept"):
        desk.asked_last(Question(HistoryQuery(), lambda _: None))


def test_a_history_that_is_removed_is_begun_anew(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    sink = bench.started()
    bench.tell(1)
    assert bench.kept() == [1]
    for path in bench.folder.glob(f"{FILE_NAME}*"):
        path.unlink()
    bench.tell(2, sink=sink)
    assert bench.kept() == [2]
    assert "was removed or replaced while in use" in caplog.text


def test_numbers_that_have_begun_anew_do_not_mix_with_the_earlier_ones(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sink = bench.started()
    bench.tell(500)
    sink.stop(patient(30))
    other = Bench(tmp_path / "other")
    (bench.folder / FILE_NAME).rename(other.folder / FILE_NAME)
    other.started()
    other.tell(1)
    assert other.kept() == [1]
    assert f"set aside as {FILE_NAME}.earlier-1" in caplog.text
    other.end()


def test_a_folder_that_takes_nothing_is_said_once_and_once_when_it_does(
    bench: Bench, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.INFO)
    (tmp_path / "no folder").touch()
    place = HistoryPlace(tmp_path / "no folder" / "state")
    sink = bench.sink(place=place)
    bench.spool.serve(["mqtt", "history"])
    sink.start()
    bench.tell(1, 2, sink=sink)
    for _ in range(2):
        with pytest.raises(StorageError, match="can't be read now"):
            bench.ask()
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "Not a directory" in errors[0]
    assert "Events wait in the spool meanwhile" in errors[0]
    (tmp_path / "no folder").unlink()
    bench.ask()
    wait_for(lambda: bench.lacks == 0)
    assert f"{place.folder / FILE_NAME}: written again" in caplog.text


def test_it_stays_within_its_bounds(bench: Bench) -> None:
    sink = bench.started(max_bytes=2**20, max_age_s=10 * DAY_S)
    bench.wall.now = T0
    bench.monotonic.now = 1000.0
    bench.tell(1, ts=T0 - 20 * DAY_S)
    bench.tell(2, ts=T0)
    assert bench.kept() == [1, 2]
    bench.monotonic.now += SETTLED_S
    bench.wall.now += SETTLED_S
    bench.tell(*range(3, BATCH + 3), ts=T0, sink=sink)
    wait_for(lambda: bench.kept()[0] == 2)


def test_another_config_is_taken_over_in_the_same_file(bench: Bench, tmp_path: Path) -> None:
    sink = bench.started(max_bytes=2**34)
    bench.tell(1, ts=T0 - 20 * DAY_S)
    assert bench.kept() == [1]
    bench.wall.now, bench.monotonic.now = T0, 1000.0
    bench.ask()
    bench.monotonic.now += 2 * SETTLED_S
    bench.wall.now += 2 * SETTLED_S
    assert sink.adopt(bench.sink(max_age_s=DAY_S))
    wait_for(lambda: bench.kept() == [])
    assert not sink.adopt(bench.sink(place=HistoryPlace(tmp_path / "other")))
    assert sink.hangs == ""
    assert sink.describe() == "history"


def test_questions_that_wait_are_bounded(bench: Bench) -> None:
    blocked, release = threading.Event(), threading.Event()

    def wait(_: GetAnswer) -> None:
        blocked.set()
        assert release.wait(patient(60))

    bench.started()
    bench.desk.ask(Question(HistoryQuery(), wait))
    assert blocked.wait(patient(60))
    answers: list[Answer] = []
    for _ in range(MOST_QUESTIONS):
        bench.desk.ask(Question(HistoryQuery(), lambda give: answers.append(give())))
    with pytest.raises(EdgeClassifyError, match="busy: too many requests wait"):
        bench.desk.ask(Question(HistoryQuery(), lambda give: None))
    release.set()
    wait_for(lambda: len(answers) == MOST_QUESTIONS)


def test_who_asks_badly_ends_nothing(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    def break_(_: GetAnswer) -> None:
        raise RuntimeError("a bug")

    bench.started()
    bench.desk.ask(Question(HistoryQuery(), break_))
    bench.tell(1)
    assert bench.kept() == [1]
    assert "the history failed by a fault in edgeclassify" in caplog.text


# --- a full disk -----------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    with small_disk_at(tmp_path / "disk", "1m") as folder:
        yield folder


def test_a_full_disk_is_said_once_and_when_there_is_room_nothing_is_missing(
    small_disk: Path, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench.spool.serve(["mqtt", "history"])
    sink = bench.sink(place=HistoryPlace(small_disk))
    sink.start()
    bench.tell(*range(1, 11), sink=sink)
    assert bench.kept() == list(range(1, 11))
    ballast = small_disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    bench.tell(*range(11, 91), sink=sink)
    for _ in range(2):
        assert bench.kept() == list(range(1, 91)), "what is there, and what waits"
    assert 70 <= bench.lacks <= 80, "a few may fit into blocks that the log had already"
    assert "written again" not in caplog.text
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "the disk is full: make room. Events wait in the spool meanwhile" in errors[0]
    ballast.unlink()
    assert bench.kept() == list(range(1, 91))
    assert bench.lacks == 0
    assert "written again" in caplog.text
    assert not list(small_disk.glob("*.damaged-*"))
