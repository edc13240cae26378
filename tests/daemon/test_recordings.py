"""What the daemon records: real threads between fakes, then the service on a real broker."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.errors import ExitStatus
from edgeclassify.recording.format.reader import RecordingReader
from edgeclassify.recording.interface import ViewBegins
from edgeclassify.recording.replay.replaying import Replay, Replayed
from edgeclassify.recording.running.order import (
    FOLDER,
    ORDER_FILE,
    Answer,
    RecordingOrder,
    read_answer,
    take_back,
    write_order,
)
from tests.daemon.bench import Bench
from tests.daemon.service import Service
from tests.support.broker import Mosquitto, Observer
from tests.support.waiting import wait_for


def order(number: str = "a", views: tuple[str, ...] | None = None, lasts_s: float | None = None) -> RecordingOrder:
    return RecordingOrder(number, views, lasts_s, 10.0)


def answer(folder: Path, number: str = "a") -> Answer | None:
    found = read_answer(folder)
    return found if found is not None and found.id == number else None


def ended(folder: Path, number: str = "a") -> bool:
    found = answer(folder, number)
    return found is not None and found.progress.ended is not None


def replayed(path: Path) -> list[Replayed]:
    reader = RecordingReader(path)
    found = list(Replay(decider_of).run(reader.records()))
    assert reader.closed is not None
    return found


def test_what_is_asked_for_is_recorded_until_it_is_taken_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.start()
    write_order(tmp_path, order())
    wait_for(lambda: (found := answer(tmp_path)) is not None and found.progress.inputs > 3)
    take_back(tmp_path)
    wait_for(lambda: ended(tmp_path))
    found = answer(tmp_path)
    assert found is not None
    assert found.progress.ended == "it was taken back"
    assert found.path is not None
    assert found.path.parent == tmp_path / FOLDER
    inputs = replayed(found.path)
    assert len(inputs) == found.progress.inputs
    assert all(one.as_live for one in inputs)
    assert bench.thread.is_alive()
    bench.stop()


def test_the_end_of_the_daemon_ends_it_well(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.start()
    write_order(tmp_path, order())
    wait_for(lambda: answer(tmp_path) is not None)
    bench.stop()
    found = answer(tmp_path)
    assert found is not None
    assert found.progress.ended == "the daemon stopped"
    assert found.path is not None
    assert all(one.as_live for one in replayed(found.path))
    assert not (tmp_path / ORDER_FILE).exists()


def test_what_was_asked_of_a_daemon_before_is_not_done_by_the_next(tmp_path: Path) -> None:
    write_order(tmp_path, order())
    bench = Bench(tmp_path)
    bench.start()
    assert not (tmp_path / ORDER_FILE).exists()
    bench.stop()
    assert answer(tmp_path) is None


def test_a_view_that_is_not_there_is_refused(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.start()
    write_order(tmp_path, order(views=("yard",)))
    wait_for(lambda: ended(tmp_path))
    found = answer(tmp_path)
    assert found is not None
    assert found.path is None
    assert found.progress.ended == "view: expected some of front, found yard"
    bench.stop()


def test_a_view_that_a_reload_makes_anew_begins_anew(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.start()
    write_order(tmp_path, order())
    wait_for(lambda: (found := answer(tmp_path)) is not None and found.progress.inputs > 3)
    bench.document["view"] = [{"name": "front", "camera": "front", "threshold_enter": 0.4, "confirm_s": 0}]
    bench.reload()
    before = answer(tmp_path)
    assert before is not None
    enough = before.progress.inputs + 20
    wait_for(lambda: (found := answer(tmp_path)) is not None and found.progress.inputs > enough)
    bench.stop()
    found = answer(tmp_path)
    assert found is not None
    assert found.path is not None
    begun = [one for one in RecordingReader(found.path).records() if isinstance(one, ViewBegins)]
    assert begun[-1].rules.threshold_enter == 0.4
    assert all(one.as_live for one in replayed(found.path))


@pytest.mark.broker
def test_the_service_records_what_it_sends(service: Service, broker: Mosquitto, tmp_path: Path) -> None:
    """`record` beside it; what comes of the recording is what subscribers got, with the same ids."""
    observer = Observer(broker.port).start()
    service.start().told("WATCHDOG=1")
    out = tmp_path / "out.jsonl.gz"
    command = [sys.executable, "-m", "edgeclassify", "record", "-c", str(service.config), "--for", "3s", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == ExitStatus.OK, done.stderr
    assert "its 3 s are over" in done.stdout
    time.sleep(0.5)
    assert service.end()[0] == ExitStatus.OK
    observer.stop()
    sent = [json.loads(one) for one in observer.of("gate/event") + observer.of("gate/history")]
    known = {(one["id"], one["event_type"], one["label"]) for one in sent}
    inputs = replayed(out)
    starts = [e for one in inputs for e in one.step.events if e.event_type == "start"]
    assert starts
    assert {(e.id, str(e.event_type), e.label) for e in starts} <= known
    assert all(one.as_live for one in inputs)


def test_nobody_is_there_to_be_asked(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('[node]\nstate_dir = "state"\n[[camera]]\nname = "front"\nsource = "synthetic:"\n')
    command = [sys.executable, "-m", "edgeclassify", "record", "-c", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == ExitStatus.CANNOT_WRITE
    assert "expected a running daemon with this state folder, found none" in done.stderr
    assert "Traceback" not in done.stderr
