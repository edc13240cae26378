"""What the daemon keeps of what its views see: real threads between fakes, over reloads, restarts and commands."""

import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from edgeclassify.daemon.looks import Looks
from edgeclassify.daemon.supervisor import Timing
from edgeclassify.teaching.interface import Look, LookKind
from edgeclassify.teaching.looks.faults import MissingLooksError
from edgeclassify.teaching.looks.file import FILE_NAME
from edgeclassify.teaching.looks.store import LookStore
from tests.daemon.bench import Bench, view
from tests.support.classifiers import BrightnessClassifier, SeeingClassifier
from tests.support.notifier import RecordingNotifier
from tests.support.sources import BrightnessSource
from tests.support.waiting import patient, wait_for


class Seeing(Bench):
    """A daemon whose model gives embeddings. It began with a day; `dark` makes a night of it."""

    def __init__(self, folder: Path, **more: object) -> None:
        super().__init__(folder, **more)  # type: ignore[arg-type]
        self.make_classifier = SeeingClassifier
        self.document["view"] = [view("front")]
        self.levels = [255]
        self.sources["front"] = lambda camera: BrightnessSource(camera, self.levels, pause_s=0.01)

    @property
    def looks(self) -> Looks:
        assert self.running.looks is not None
        return self.running.looks

    @property
    def path(self) -> Path:
        return self.folder / FILE_NAME

    def started(self) -> list[str]:
        """The ids of the events that began something."""
        return [event.id for sink in self.sinks for event in sink.of("event") if event.event_type == "start"]

    def kept(self, number: int = 0) -> Look:
        """The look behind one of them, as soon as that is handed over and written."""
        wait_for(lambda: len(self.started()) > number)

        def find() -> Look | None:
            assert self.looks.flush(10)
            with suppress(MissingLooksError), self.store() as store:
                return store.of_event(self.started()[number])
            return None

        return wait_for(find)  # type: ignore[return-value]

    def store(self) -> LookStore:
        return LookStore.open(self.path, create=False)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Seeing]:
    made = Seeing(tmp_path)
    yield made
    made.daemon.request_stop()
    if made.thread.ident is not None:
        made.thread.join(patient(10))


def test_the_look_behind_an_event_is_there_when_somebody_asks(bench: Seeing) -> None:
    bench.start()
    found = bench.kept()
    assert bench.looks.path == bench.path
    bench.stop()
    assert (found.view, found.label, list(found.embedding)) == ("front", "day", [0.0, 1.0])
    assert found.brightness == 1.0
    assert found.jpeg is not None


def test_the_end_of_the_daemon_writes_what_waits(bench: Seeing) -> None:
    bench.start()
    wait_for(bench.started)
    bench.stop()
    with bench.store() as store:
        assert store.of_event(bench.started()[0]) is not None
    assert not Path(f"{bench.path}-wal").exists()
    assert not [one for one in threading.enumerate() if one.name == "looks"]


def test_a_model_without_embeddings_is_none_to_keep_looks_of(bench: Seeing) -> None:
    bench.make_classifier = BrightnessClassifier
    bench.start()
    wait_for(bench.started)
    bench.looks.flush(10)
    bench.stop()
    assert not bench.path.exists()


def test_switched_off_nothing_is_kept_and_on_again_by_a_reload(bench: Seeing) -> None:
    bench.document["teaching"] = {"enabled": False}
    bench.start()
    wait_for(bench.started)
    bench.looks.flush(10)
    assert not bench.path.exists()
    bench.document["teaching"] = {}
    bench.document["view"] = [view("gate")]
    bench.reload()
    bench.kept(1)
    bench.stop()
    with bench.store() as store:
        assert store.of_event(bench.started()[0]) is None


def test_labels_only_by_a_reload_takes_pictures_away_and_lets_embeddings_stay(bench: Seeing) -> None:
    bench.start()
    assert bench.kept().jpeg
    assert b"\xff\xd8\xff" in bench.path.read_bytes() + Path(f"{bench.path}-wal").read_bytes()
    bench.document["node"] = {"labels_only": True}
    bench.document["view"] = [view("gate")]
    bench.reload()
    assert bench.kept(1).jpeg is None
    assert bench.kept(0).jpeg is None
    bench.stop()
    assert b"\xff\xd8\xff" not in bench.path.read_bytes()


def test_a_profile_under_which_no_pictures_are_taken(bench: Seeing) -> None:
    bench.document["profile"] = {"home": {"view": {"*": {"snapshots": False}}, "when": ["mon-sun 00:00-24:00"]}}
    bench.document["node"] = {"trust_clock": True}
    bench.start()
    wait_for(lambda: not bench.node.views[0].snapshots)
    before = len(bench.started())
    bench.document["view"] = [view("gate")]
    bench.reload()
    assert bench.kept(before).jpeg is None
    bench.stop()


def test_a_command_has_frames_gathered_while_the_daemon_runs(bench: Seeing) -> None:
    bench.start()
    wait_for(bench.started)
    with LookStore.open(bench.path) as store:
        store.begin_collection("lamp", "front", 3600.0, 10)
        wait_for(lambda: bench.looks.flush(10) and store.collected("lamp"))
        (one,) = store.collections()
        assert (one.count, one.ended) == (1, None)
        assert store.without_pictures(LookKind.UNSURE) == []
        bench.stop()


def test_a_daemon_that_keeps_no_state_keeps_no_looks() -> None:
    looks = Looks(None, lambda: None)
    looks.start()
    assert (looks.path, looks.hangs, looks.dropped, looks.flush(1)) == (None, False, 0, False)
    looks.finish()
    looks.stop(1)


def test_looks_that_hang_are_seen_by_the_watchdog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    gate = threading.Event()
    monkeypatch.setattr("edgeclassify.teaching.looks.taker.TURN_LIMIT_S", 0.05)
    monkeypatch.setattr("edgeclassify.teaching.looks.making.picture_of", lambda *_: gate.wait(patient(30)) and b"")
    notifier = RecordingNotifier()
    bench = Seeing(tmp_path, notifier=notifier, timing=Timing(maintenance_s=0.02))
    bench.start()
    wait_for(lambda: bench.looks.hangs)
    wait_for(lambda: "the keeping of looks" in caplog.text)
    gate.set()
    wait_for(lambda: not bench.looks.hangs)
    bench.stop()
