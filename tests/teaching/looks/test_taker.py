"""The thread that keeps looks: what is in the file when it has had its time."""

import logging
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edgeclassify.files.age import SETTLED_S, AgeClock
from edgeclassify.teaching.interface import LookKind
from edgeclassify.teaching.looks.batch import MOST
from edgeclassify.teaching.looks.collecting import DONE, STOPPED
from edgeclassify.teaching.looks.faults import MissingLooksError
from edgeclassify.teaching.looks.file import FILE_NAME
from edgeclassify.teaching.looks.interface import LookBounds, LookRules
from edgeclassify.teaching.looks.making import AT_ONCE, PICTURES_PER_HOUR, PicturePace
from edgeclassify.teaching.looks.store import LookStore
from edgeclassify.teaching.looks.taker import PROGRESS_S, LookTaker
from edgeclassify.types import Event, EventType, Frame, Prediction, Roi
from tests.support.clock import Clock
from tests.support.small_disk import small_disk_at
from tests.support.waiting import patient, wait_for
from tests.teaching.looks.looks import FACTS, NOON, event, files_of, frame, look, prediction, rules, state, unsure

SURE, UNSURE = (0.05, 0.95), (0.45, 0.55)
HOUR = 3600.0


class Kept:
    """A taker at work, and what is in its file. It polls often, and writes when it is asked to."""

    def __init__(self, path: Path, given: LookRules, **more: Any) -> None:
        self.path = path
        self.clock = Clock()
        usual: dict[str, Any] = {"poll_s": 0.02, "linger_s": 1e9, "clock": self.clock, "least_free_bytes": 0}
        self.taker = LookTaker(path, given, **(usual | more))
        self.taker.start()

    def offer(
        self, seconds: float = 0.0, seen: Prediction | None = None, events: tuple[Event, ...] = (), *,
        view: str = "gate", shown: Frame | None = None, picture: bool = True, region: Roi = Roi(),  # noqa: B008
    ) -> None:  # fmt: skip
        seen = prediction(seconds=seconds) if seen is None else seen
        shown = frame(seconds) if shown is None else shown
        self.taker.offer(view, shown, region, seen, state(), events, picture=picture)

    def see(self, seconds: float, seen: Prediction, **more: Any) -> None:
        """And have it judged before the next one comes."""
        self.offer(seconds, seen, **more)
        self.settle()

    def settle(self) -> None:
        assert self.taker.flush(20)

    def store(self) -> LookStore:
        return LookStore.open(self.path, create=False)

    def events(self) -> list[str | None]:
        """Those that have a look in the file; none while it is being made."""
        with suppress(MissingLooksError), self.store() as store:
            return [look.event_id for look in store.without_pictures(LookKind.EVENT)]
        return []

    def unsure(self, view: str | None = None) -> int:
        with self.store() as store:
            return len(store.unsure(view))

    def poll(self) -> None:
        """What a command has left is known."""
        self.clock.now += 1
        self.settle()


Begin = Callable[..., Kept]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    with ExitStack() as stack:

        def begin(given: LookRules | None = None, folder: Path = tmp_path, **more: Any) -> Kept:
            kept = Kept(folder / FILE_NAME, rules() if given is None else given, **more)
            stack.callback(kept.taker.stop, 20.0)
            return kept

        yield begin


# --- events --------------------------------------------------------------------------------------------


def test_the_look_behind_an_event(begin: Begin) -> None:
    kept, pixels = begin(), np.zeros((48, 640, 3), np.uint8)
    pixels[:, 160:480] = (10, 200, 30)
    shown = frame(3, pixels=pixels, width=640)
    kept.offer(3, prediction(30, SURE), (event(7),), shown=shown, region=Roi(0.25, 0, 0.5, 1))
    kept.settle()
    with kept.store() as store:
        found = store.of_event(f"{7:032x}")
    assert found is not None
    assert (found.kind, found.view, found.at, found.label, found.score) == (
        LookKind.EVENT, "gate", NOON + 3, "open", 0.8,
    )  # fmt: skip
    assert found.facts == FACTS
    assert np.array_equal(found.embedding, prediction(30).embedding)  # type: ignore[arg-type]
    assert found.brightness == pytest.approx(200 / 255)
    assert found.jpeg is not None
    image = cv2.imdecode(np.frombuffer(found.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape == (48, 320, 3)  # the region, and no more of the frame
    assert np.abs(image.astype(int) - (10, 200, 30)).max() <= 6


def test_pictures_are_small(begin: Begin) -> None:
    kept = begin()
    noise = np.random.default_rng(1).integers(0, 255, (720, 1280, 3), np.uint8)
    kept.offer(0, events=(event(1),), shown=frame(0, pixels=noise, width=1280, height=720))
    kept.settle()
    with kept.store() as store:
        found = store.of_event(f"{1:032x}")
    assert found is not None
    assert found.jpeg is not None
    image = cv2.imdecode(np.frombuffer(found.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape == (180, 320, 3)


def test_one_look_for_each_occurrence(begin: Begin) -> None:
    kept = begin()
    kept.offer(0, prediction(0), (event(1),))
    kept.offer(1, prediction(10), (event(1, EventType.UPDATE),))
    kept.offer(2, prediction(20), (event(1, EventType.END), event(2)))
    kept.offer(3, prediction(30), (event(3, EventType.LASTING),))  # it began before this daemon did
    kept.settle()
    assert kept.events() == [f"{number:032x}" for number in (1, 2, 3)]
    with kept.store() as store:
        found = store.of_event(f"{1:032x}")
    assert found is not None
    assert found.at == NOON


def test_over_a_restart_too(begin: Begin) -> None:
    first = begin()
    first.offer(0, prediction(0), (event(1),))
    first.taker.stop(patient(20))
    second = begin()
    second.offer(9, prediction(40), (event(1, EventType.LASTING),))
    second.settle()
    with second.store() as store:
        found = store.of_event(f"{1:032x}")
    assert found is not None
    assert found.at == NOON


def test_of_a_group_the_label_of_the_model(begin: Begin) -> None:
    kept = begin()
    kept.offer(0, prediction(scores=(0.7, 0.3)), (event(1, label="anything"),))
    kept.settle()
    with kept.store() as store:
        found = store.of_event(f"{1:032x}")
    assert found is not None
    assert found.label == "closed"
    assert found.score == pytest.approx(0.7)


def test_they_wait_for_each_other_and_not_for_ever(begin: Begin) -> None:
    kept = begin(linger_s=60.0)
    kept.offer(0, events=(event(1),))
    wait_for(lambda: not kept.taker._hand_off)  # noqa: SLF001
    assert not kept.path.exists()
    kept.clock.now += 59
    kept.offer(1, events=(event(2),))
    kept.clock.now += 2  # since the first of them came
    wait_for(kept.path.exists)
    wait_for(lambda: len(kept.events()) == 2)


def test_as_many_as_may_wait_are_written(begin: Begin) -> None:
    kept = begin()
    for number in range(MOST):
        kept.offer(number, events=(event(number),))
        wait_for(lambda: not kept.taker._hand_off)  # noqa: SLF001
    wait_for(kept.path.exists)
    wait_for(lambda: len(kept.events()) == MOST)


def test_the_end_writes_what_waits(begin: Begin) -> None:
    kept = begin()
    kept.offer(0, events=(event(1),))
    kept.taker.finish()
    kept.taker.stop(patient(20))
    assert kept.events() == [f"{1:032x}"]
    assert sorted(path.name for path in kept.path.parent.iterdir()) == [FILE_NAME]
    assert not kept.taker.flush(1)


def test_nothing_is_made_where_there_is_nothing_to_keep(begin: Begin) -> None:
    kept = begin()
    kept.offer(0, prediction(scores=UNSURE))
    kept.settle()
    kept.taker.stop(patient(20))
    assert not kept.path.exists()


def test_a_frame_that_cant_be_coded_leaves_its_embedding(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    kept = begin()
    broken = frame(0, width=90, pixels=np.zeros((48, 64, 3), np.uint8))
    for number in (1, 2):
        kept.offer(number, events=(event(number),), shown=broken)
    kept.settle()
    with kept.store() as store:
        assert [one.jpeg for one in store.without_pictures(LookKind.EVENT)] == [None, None]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_view_that_flickers_costs_some_pictures_and_no_look(begin: Begin) -> None:
    kept = begin()
    for number in range(AT_ONCE + 3):
        kept.see(number, prediction(number), events=(event(number),))
    with kept.store() as store:
        pictures = [store.look(number).jpeg is not None for number in store.numbers(LookKind.EVENT)]  # type: ignore[union-attr]
    assert pictures == [True] * AT_ONCE + [False] * 3


def test_the_pace_of_pictures() -> None:
    clock = Clock()
    pace = PicturePace(clock)
    assert sum(pace.take("gate") for _ in range(100)) == AT_ONCE
    assert pace.take("yard")
    clock.now += 3600 / PICTURES_PER_HOUR
    assert [pace.take("gate") for _ in range(2)] == [True, False]
    clock.now += 10 * HOUR
    assert sum(pace.take("gate") for _ in range(100)) == AT_ONCE


# --- frames of which nobody is sure ----------------------------------------------------------------------


def test_unsure_frames_wait_for_a_label_each_like_it_once(begin: Begin) -> None:
    kept = begin(rules(review=10))
    kept.see(0, prediction(0, UNSURE))
    kept.see(60, prediction(2, UNSURE))
    kept.see(120, prediction(40, UNSURE))
    kept.see(180, prediction(80, SURE))
    kept.see(240, prediction(0, UNSURE), view="yard")
    with kept.store() as store:
        found = store.unsure()
        assert [(one.view, one.at - NOON) for one in found] == [("yard", 240), ("gate", 120), ("gate", 0)]
        assert [(one.label, one.event_id) for one in found] == [("open", None)] * 3
        assert found[0].score == pytest.approx(0.55)
        assert all(one.jpeg for one in found)


def test_a_noisy_night_is_no_queue_of_its_own(begin: Begin) -> None:
    """Each frame is as far from the next one as noise makes them: after the first few none is new."""
    kept = begin(rules(review=50))
    for number in range(40):
        kept.see(5.0 * number, prediction(22, UNSURE, axis=1 + number % 15, seconds=5.0 * number))
    assert kept.unsure() <= 6


def test_the_queue_is_bounded_and_the_most_different_stay(begin: Begin) -> None:
    kept = begin(rules(review=3))
    for number, degrees in enumerate((0, 17, 34, 90, 60, 45)):
        kept.see(60.0 * number, prediction(degrees, UNSURE))
    assert kept.unsure() == 3
    with kept.store() as store:
        shown = {round(one.at - NOON) // 60 for one in store.unsure()}
    assert 3 in shown  # the 90 degrees
    assert 1 not in shown or 2 not in shown


def test_one_that_gives_way_before_it_is_written_never_is(begin: Begin) -> None:
    kept = begin(rules(review=2))
    for number, degrees in enumerate((0, 17, 90)):
        kept.offer(60.0 * number, prediction(degrees, UNSURE))
        wait_for(lambda: not kept.taker._hand_off)  # noqa: SLF001
    kept.settle()
    with kept.store() as store:
        assert store.add([unsure()]) == [3]  # so two have been written
        assert len(store.unsure()) == 3


def test_over_a_restart_it_is_known_what_waits(begin: Begin) -> None:
    first = begin(rules(review=2))
    for number, degrees in enumerate((0, 40)):
        first.see(60.0 * number, prediction(degrees, UNSURE))
    first.taker.stop(patient(20))
    second = begin(rules(review=2))
    second.settle()
    second.see(500, prediction(1, UNSURE))
    assert [one.id for one in second.store().unsure()] == [2, 1]
    second.see(600, prediction(90, UNSURE))
    assert len(second.store().unsure()) == 2


def test_what_was_of_another_network_is_not_held_against(begin: Begin) -> None:
    first = begin(rules(review=9))
    first.see(0, prediction(0, UNSURE))
    first.taker.adopt(rules(review=9, facts=replace(FACTS, sha256="cd" * 32)))
    first.settle()
    first.see(60, prediction(0, UNSURE))
    assert first.unsure() == 2


def test_the_same_rules_again_change_nothing(begin: Begin) -> None:
    kept = begin(rules(review=9))
    kept.see(0, prediction(0, UNSURE))
    kept.poll()
    with kept.store() as store:
        store.remove([1])
    kept.poll()
    kept.taker.adopt(rules(review=9))
    kept.see(60, prediction(1, UNSURE))  # it is still known what was taken away
    assert kept.unsure() == 0


def test_what_somebody_has_labelled_makes_room_and_does_not_come_again(begin: Begin) -> None:
    kept = begin(rules(review=1))
    kept.see(0, prediction(0, UNSURE))
    kept.poll()
    with kept.store() as store:
        store.remove([1])
    kept.poll()
    kept.see(60, prediction(1, UNSURE))
    assert kept.unsure() == 0
    kept.see(120, prediction(50, UNSURE))
    assert kept.unsure() == 1


# --- what is gathered -----------------------------------------------------------------------------------


def collection(kept: Kept, lasts_s: float = HOUR, most: int = 50, view: str = "gate") -> None:
    with LookStore.open(kept.path) as store:
        store.begin_collection("bins", view, lasts_s, most)
    kept.poll()


def test_frames_are_gathered_from_when_a_command_asks_for_it(begin: Begin) -> None:
    kept = begin()
    kept.see(0, prediction(0, SURE))
    collection(kept)
    for number, degrees in enumerate((0, 1, 40, 41, 80)):
        kept.see(10.0 + 60 * number, prediction(degrees, SURE))
        kept.see(10.0 + 60 * number, prediction(degrees, SURE), view="yard")
    with kept.store() as store:
        found = store.collected("bins")
        assert [(one.view, one.model, round(one.at - NOON)) for one in found] == [
            ("gate", "bins", 10), ("gate", "bins", 130), ("gate", "bins", 250),
        ]  # fmt: skip
        assert all(one.jpeg and one.kind is LookKind.COLLECTED for one in found)
        assert store.collections()[0].count == 3


def test_it_ends_when_its_time_is_over_whatever_the_wall_clock_says(begin: Begin) -> None:
    kept = begin()
    collection(kept, lasts_s=HOUR)
    kept.see(0, prediction(0))
    kept.clock.now += HOUR - 60
    kept.see(60, prediction(90), shown=frame(60, captured_at=7.0))  # the clock has jumped
    with kept.store() as store:
        assert [one.ended for one in store.collections()] == [None]
    kept.clock.now += 61
    kept.settle()
    with kept.store() as store:
        (one,) = store.collections()
        assert (one.ended, one.count) == (DONE, 2)
    kept.see(2 * HOUR, prediction(45))
    assert len(kept.store().collected("bins")) == 2


def test_the_time_that_is_over_is_known_after_a_restart(begin: Begin) -> None:
    first = begin()
    collection(first, lasts_s=2 * HOUR)
    first.see(0, prediction(0))
    first.clock.now += HOUR
    first.see(60, prediction(90))
    first.taker.stop(patient(20))
    second = begin()
    second.settle()
    second.see(120, prediction(1))  # like one of before
    second.see(180, prediction(45))
    with second.store() as store:
        (one,) = store.collections()
        assert one.count == 3
        assert HOUR <= one.watched_s < HOUR + 10
    second.clock.now += HOUR
    second.settle()
    assert [one.ended for one in second.store().collections()] == [DONE]


def test_how_far_it_is_is_noted_where_nothing_new_comes(begin: Begin) -> None:
    kept = begin(linger_s=60.0)
    collection(kept, lasts_s=24 * HOUR)

    def watched() -> float:
        with kept.store() as store:
            return store.collections()[0].watched_s

    kept.clock.now += PROGRESS_S + 1
    wait_for(lambda: watched() > PROGRESS_S)
    before = watched()
    kept.clock.now += PROGRESS_S / 2
    kept.taker._changed.acquire()  # noqa: SLF001 - it has had a turn since
    kept.taker._changed.release()  # noqa: SLF001
    assert watched() == before


def test_one_that_is_stopped_gathers_no_more_and_one_begun_anew_does(begin: Begin) -> None:
    kept = begin()
    collection(kept)
    kept.see(0, prediction(0))
    with kept.store() as store:
        store.end_collection("bins")
    kept.poll()
    kept.see(60, prediction(90))
    with kept.store() as store:
        assert [(one.count, one.ended) for one in store.collections()] == [(1, STOPPED)]
    collection(kept)
    kept.see(120, prediction(45))
    with kept.store() as store:
        assert [(one.count, one.ended) for one in store.collections()] == [(2, None)]


def test_a_collection_of_a_day_is_bounded(begin: Begin) -> None:
    kept = begin()
    collection(kept, lasts_s=24 * HOUR, most=5)
    for number in range(15):
        kept.see(60.0 * number, prediction(80, axis=1 + number))
    with kept.store() as store:
        assert len(store.collected("bins")) == 5


# --- no pictures ----------------------------------------------------------------------------------------


def has_picture(folder: Path) -> list[str]:
    return [name for name, content in files_of(folder).items() if b"\xff\xd8\xff" in content]


def test_labels_only_keeps_embeddings_alone(begin: Begin, tmp_path: Path) -> None:
    kept = begin(rules(review=5, pictures=False))
    kept.see(0, prediction(0, UNSURE), events=(event(1),))
    with kept.store() as store:
        assert store.count() == 2
        found = store.of_event(f"{1:032x}")
    assert found is not None
    assert found.jpeg is None
    assert len(found.embedding) == FACTS.elements
    assert has_picture(tmp_path) == []


def test_switched_on_by_a_reload_it_takes_the_pictures_away_that_there_are(
    begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    kept = begin(rules(review=5))
    kept.see(0, prediction(0, UNSURE), events=(event(1),))
    assert has_picture(tmp_path)
    kept.offer(60, prediction(80, UNSURE), events=(event(2),))  # waits, with its pixels
    kept.taker.adopt(rules(review=5, pictures=False))
    kept.settle()
    assert has_picture(tmp_path) == []
    assert len(kept.events()) == 2
    assert "all pictures in it were removed" in caplog.text
    kept.see(120, prediction(45, UNSURE))
    assert has_picture(tmp_path) == []


def test_also_where_it_is_so_from_the_start_on(begin: Begin, tmp_path: Path) -> None:
    with LookStore.open(tmp_path / FILE_NAME) as store:
        store.add([look(1), unsure(2)])
    kept = begin(rules(pictures=False))
    wait_for(lambda: has_picture(tmp_path) == [])
    kept.settle()
    assert kept.store().count() == 2


def test_it_is_tried_again_while_a_reader_is_in_the_way(begin: Begin, tmp_path: Path) -> None:
    with LookStore.open(tmp_path / FILE_NAME) as store:
        store.add([look(1)])
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM looks").fetchone()
        kept = begin(rules(pictures=False))
        kept.settle()
        assert has_picture(tmp_path)
    kept.clock.now += 11
    wait_for(lambda: has_picture(tmp_path) == [])


# --- bounds ---------------------------------------------------------------------------------------------


def test_old_looks_go_once_the_clock_can_be_believed(begin: Begin, tmp_path: Path) -> None:
    wall, running = Clock(NOON + 8 * 86_400), Clock(0)
    with LookStore.open(tmp_path / FILE_NAME) as store:
        store.add([look(1), look(2, at=NOON + 5 * 86_400)])
    age = AgeClock(wall, running)
    kept = begin(rules(bounds=LookBounds(7 * 86_400, 10**9)), age=age)
    kept.settle()
    assert len(kept.events()) == 2
    wall.now += SETTLED_S
    running.now += SETTLED_S
    kept.clock.now += 3601
    wait_for(lambda: kept.events() == [f"{2:032x}"])


def test_what_is_too_much_goes_and_is_said_once(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    kept = begin(rules(bounds=LookBounds(1e9, 60_000)))
    noise = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    for number in range(60):
        kept.see(number, prediction(number), events=(event(number),), shown=frame(number, pixels=noise))
    wait_for(lambda: kept.store().bytes_used <= 60_000)
    found = kept.events()
    assert f"{59:032x}" in found
    assert f"{0:032x}" not in found
    assert [record.message for record in caplog.records if "keep_mb" in record.message] == [
        f"{kept.path}: looks are dropped before they are teaching.keep_days old: together they have reached "
        "teaching.keep_mb = 0.06. Raise it to keep them for longer. This is said once"
    ]


def test_the_days_write_budget_is_left_to_events(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    written = [760]
    kept = begin(rules(most_written_day=1000), bytes_written_day=lambda: written[0])
    for number in range(MOST + 5):
        kept.see(number, prediction(), events=(event(number),))
    assert not kept.path.exists()
    assert kept.taker.dropped == 6
    written[0] = 740
    kept.clock.now += 11
    kept.settle()
    assert len(kept.events()) == MOST - 1
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "75% of the day's write budget (spool.max_bytes_written_day) are used up" in caplog.text


# --- files and disks that are not as they should be --------------------------------------------------------


def test_a_damaged_file_is_set_aside(begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database, and long enough to be looked at by SQLite itself")
    kept = begin()
    kept.see(0, prediction(), events=(event(1),))
    assert kept.events() == [f"{1:032x}"]
    assert (tmp_path / f"{FILE_NAME}.damaged-1").exists()
    assert len(caplog.records) == 1
    assert "It is set aside as looks.sqlite.damaged-1" in caplog.text


def test_a_row_that_is_damaged_sets_it_aside_too(begin: Begin, tmp_path: Path) -> None:
    with LookStore.open(tmp_path / FILE_NAME) as store:
        store.add([unsure(1)])
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE contents SET embedding = x'00'")
    kept = begin(rules(review=3))
    wait_for(lambda: (tmp_path / f"{FILE_NAME}.damaged-1").exists())
    kept.see(0, prediction(0, UNSURE))
    assert kept.unsure() == 1


def test_a_later_versions_file_stays_as_it_is(
    begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / FILE_NAME
    with LookStore.open(path) as store:
        store.add([look(1)])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA user_version=2")
    before = path.read_bytes()
    kept = begin()
    for number in range(3):
        kept.see(number, prediction(), events=(event(number),))
        kept.clock.now += 11
    kept.taker.stop(patient(20))
    assert path.read_bytes() == before
    assert len(caplog.records) == 1
    assert "a later version" in caplog.text


def test_a_file_that_is_removed_while_in_use(begin: Begin, tmp_path: Path) -> None:
    kept = begin()
    kept.see(0, prediction(), events=(event(1),))
    for name in files_of(tmp_path):
        (tmp_path / name).unlink()
    kept.see(1, prediction(), events=(event(2),))
    assert kept.events() == [f"{2:032x}"]


def test_a_full_disk_is_said_once_and_what_waits_is_written_later(
    begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with small_disk_at(tmp_path / "disk", "256k") as disk:
        kept = begin(folder=disk)
        kept.see(0, prediction(), events=(event(0),))
        (disk / "ballast").write_bytes(bytes(disk_free(disk)))
        noise = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
        for number in range(1, 10):
            kept.see(number, prediction(), events=(event(number),), shown=frame(number, pixels=noise))
            kept.clock.now += 11
        assert [record.levelno for record in caplog.records] == [logging.ERROR]
        assert "the disk is full: make room" in caplog.text
        (disk / "ballast").unlink()
        kept.clock.now += 11
        kept.settle()
        assert len(kept.events()) == 10
        assert "looks are kept again" in caplog.text
        kept.taker.stop(patient(20))


def disk_free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def test_the_room_that_events_need_is_left(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    kept = begin(least_free_bytes=10**18)
    kept.see(0, prediction(), events=(event(1),))
    kept.see(1, prediction(), events=(event(2),))
    assert not kept.path.exists()
    assert len(caplog.records) == 1
    assert "of the disk are free, and they are for events" in caplog.text


def test_a_folder_that_cant_be_written(begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "state").write_text("a file, where the folder should be")
    kept = begin(folder=tmp_path / "state")
    kept.see(0, prediction(), events=(event(1),))
    assert len(caplog.records) == 1
    assert "check the disk and the folder's rights" in caplog.text
    (tmp_path / "state").unlink()
    kept.clock.now += 11
    kept.settle()
    assert kept.events() == [f"{1:032x}"]


def test_a_thread_that_hangs_is_seen(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, entered = threading.Event(), threading.Event()
    kept = begin()
    monkeypatch.setattr("edgeclassify.teaching.looks.taker.TURN_LIMIT_S", 0.05)

    def wait(*_: object) -> bytes:
        entered.set()
        assert gate.wait(patient(20))
        return b""

    monkeypatch.setattr("edgeclassify.teaching.looks.making.picture_of", wait)
    assert not kept.taker.hangs
    kept.offer(0, events=(event(1),))
    assert entered.wait(patient(10))
    wait_for(lambda: kept.taker.hangs)
    gate.set()
    wait_for(lambda: not kept.taker.hangs)


def test_a_fault_of_ours_does_not_end_it(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = begin()
    with monkeypatch.context() as patched:
        patched.setattr("edgeclassify.teaching.looks.making.picture_of", lambda *_: 1 / 0)
        kept.see(0, prediction(), events=(event(1),))
    kept.see(1, prediction(), events=(event(2),))
    assert kept.events() == [f"{2:032x}"]
    assert "by a fault in edgeclassify" in caplog.text
