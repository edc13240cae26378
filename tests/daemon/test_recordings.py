"""What the daemon records: real threads between fakes, then the service on a real broker."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from edgeclassify.config import parse_config
from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.assembly.parts import NO_PARTS
from edgeclassify.daemon.recordings import Recordings
from edgeclassify.errors import ExitStatus
from edgeclassify.recording.format.frame_images import FrameImages, images_folder
from edgeclassify.recording.format.reader import RecordingReader
from edgeclassify.recording.interface import Input, Seen, StillSeen, ViewBegins
from edgeclassify.recording.replay.replaying import Replay, Replayed
from edgeclassify.recording.running.frame_tap import FrameTap
from edgeclassify.recording.running.order import (
    FOLDER,
    ORDER_FILE,
    Answer,
    FramesOrder,
    RecordingOrder,
    read_answer,
    read_order,
    take_back,
    write_order,
)
from tests.daemon.bench import Bench
from tests.daemon.service import Service
from tests.support.broker import Mosquitto, Observer
from tests.support.waiting import patient, wait_for


def order(
    number: str = "a",
    views: tuple[str, ...] | None = None,
    lasts_s: float | None = None,
    frames: FramesOrder | None = None,
) -> RecordingOrder:
    return RecordingOrder(number, views, lasts_s, 10.0, frames)


EACH_FRAME = FramesOrder(0, 10)


def images(folder: Path) -> int:
    """Written by now, as the daemon says."""
    found = answer(folder)
    return 0 if found is None or found.progress.frames is None else found.progress.frames.images


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


def test_program_files_that_were_replaced_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What records is imported when somebody asks for it: by then pip may have put another version there."""
    monkeypatch.setitem(sys.modules, "edgeclassify.recording.running.running_recording", None)
    bench = Bench(tmp_path)
    bench.start()
    write_order(tmp_path, order())
    wait_for(lambda: ended(tmp_path))
    found = answer(tmp_path)
    assert found is not None
    assert "Restart the service." in str(found.progress.ended)
    wait_for(lambda: read_order(tmp_path) is None)
    bench.stop()


def test_a_view_that_a_reload_makes_anew_begins_anew(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.start()
    write_order(tmp_path, order())
    wait_for(lambda: (found := answer(tmp_path)) is not None and found.progress.inputs > 3)
    anew = {"name": "front", "camera": "front", "threshold_enter": 0.4, "confirm_s": 0, "filter": "none"}
    bench.document["view"] = [anew]
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


def test_each_recorded_frame_finds_its_image(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.start()
    write_order(tmp_path, order(frames=EACH_FRAME))
    wait_for(lambda: images(tmp_path) > 5)
    bench.stop()
    found = answer(tmp_path)
    assert found is not None
    assert found.path is not None
    progress = found.progress.frames
    assert progress is not None
    assert progress.ended is None
    records = list(RecordingReader(found.path).records())
    assert {one.facts.camera for one in records if isinstance(one, ViewBegins)} == {"front"}
    beside = FrameImages(images_folder(found.path))
    seen = [one.what for one in records if isinstance(one, Input) and isinstance(one.what, Seen | StillSeen)]
    times = [one.ns if isinstance(one, Seen) else one.now.ns for one in seen]
    own = [one for ns in times if (one := beside.of("front", ns)) is not None and one.earlier_s == 0]
    assert len(own) == progress.images > 5
    assert all(one.path.read_bytes().startswith(b"\xff\xd8") for one in own)
    assert all(one.as_live for one in replayed(found.path))


def test_without_being_asked_for_there_are_none(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.start()
    write_order(tmp_path, order())
    wait_for(lambda: (found := answer(tmp_path)) is not None and found.progress.inputs > 3)
    bench.stop()
    assert list((tmp_path / FOLDER).rglob("*.jpg")) == []
    found = answer(tmp_path)
    assert found is not None
    assert found.progress.frames is None


def test_of_the_views_that_are_asked_for_alone(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.document["camera"].append({"name": "back", "source": "synthetic:", "interval_s": 0})
    bench.start()
    write_order(tmp_path, order(views=("back",), frames=EACH_FRAME))
    wait_for(lambda: images(tmp_path) > 3)
    bench.stop()
    names = [path.name for path in (tmp_path / FOLDER).rglob("*.jpg")]
    assert names
    assert all(name.startswith("back-") for name in names)


def test_pictures_are_refused_where_the_node_takes_none(tmp_path: Path) -> None:
    """Whatever who asks believes."""
    bench = Bench(tmp_path)
    bench.document["node"] = {"labels_only": True}
    bench.start()
    write_order(tmp_path, order(frames=EACH_FRAME))
    wait_for(lambda: ended(tmp_path))
    found = answer(tmp_path)
    assert found is not None
    assert found.path is None
    assert found.progress.ended == "no pictures: node.labels_only is true. Record without --frames"
    assert not (tmp_path / ORDER_FILE).exists()
    write_order(tmp_path, order("b"))
    wait_for(lambda: (one := answer(tmp_path, "b")) is not None and one.progress.inputs > 3)
    bench.stop()
    assert list(tmp_path.rglob("*.jpg")) == []


def test_a_reload_that_rules_pictures_out_ends_them_and_the_scores_go_on(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.start()
    write_order(tmp_path, order(frames=EACH_FRAME))
    wait_for(lambda: images(tmp_path) > 3)
    bench.document["node"] = {"labels_only": True}
    bench.reload()

    def told() -> bool:
        found = answer(tmp_path)
        return found is not None and found.progress.frames is not None and found.progress.frames.ended is not None

    wait_for(told)
    before = answer(tmp_path)
    assert before is not None
    wait_for(lambda: (one := answer(tmp_path)) is not None and one.progress.inputs > before.progress.inputs + 5)
    bench.stop()
    after = answer(tmp_path)
    assert after is not None
    assert before.progress.frames is not None
    assert before.progress.frames.ended == "node.labels_only is true now"
    assert after.progress.frames == before.progress.frames
    assert after.progress.ended == "the daemon stopped"


def test_pictures_go_on_over_a_reload(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.start()
    write_order(tmp_path, order(frames=EACH_FRAME))
    wait_for(lambda: images(tmp_path) > 3)
    bench.reload()
    enough = images(tmp_path) + 10
    wait_for(lambda: images(tmp_path) > enough)
    bench.stop()


@pytest.mark.parametrize(("written", "stays"), [(749, True), (751, False)])
def test_what_events_may_write_is_left_to_them(written: int, stays: bool, tmp_path: Path) -> None:
    """Three quarters of the day's budget are for whatever writes."""
    config = parse_config(
        {"spool": {"max_bytes_written_day": 1000}, "camera": [{"name": "front", "source": "synthetic:"}]},
        "test.toml",
        tmp_path,
    )
    recordings = Recordings(tmp_path, FrameTap(), lambda: written)
    write_order(tmp_path, order(frames=EACH_FRAME))
    recordings.work(replace(NO_PARTS, config=config))
    recordings.work(replace(NO_PARTS, config=config))
    recordings.close()
    found = answer(tmp_path)
    assert found is not None
    assert found.progress.frames is not None
    said = "75% of the day's write budget (spool.max_bytes_written_day) are used up, the rest is for events"
    assert found.progress.frames.ended == (None if stays else said)
    assert found.progress.ended == "the daemon stopped"


@pytest.mark.parametrize(
    "changed",
    [
        {"interval_s": -1},
        {"interval_s": 1e9},
        {"interval_s": None},
        {"most_mb": 0},
        {"most_mb": 1e9},
        {"most_mb": "x"},
    ],
)
def test_bounds_of_pictures_that_are_none(changed: dict[str, object], tmp_path: Path) -> None:
    write_order(tmp_path, order(frames=FramesOrder()))
    path = tmp_path / ORDER_FILE
    document = json.loads(path.read_text())
    assert read_order(tmp_path) == order(frames=FramesOrder(1.0, 500.0))
    path.write_text(json.dumps(document | {"frames": document["frames"] | changed}))
    with pytest.raises(ValueError, match=r"no order to record|bounds of frames|could not convert"):
        read_order(tmp_path)


@pytest.mark.broker
def test_the_service_records_what_it_sends(service: Service, broker: Mosquitto, tmp_path: Path) -> None:
    """`record` beside it; what comes of the recording is what subscribers got, with the same ids."""
    observer = Observer(broker.port).start()
    service.start().told("WATCHDOG=1")
    out = tmp_path / "out.jsonl.gz"
    command = [sys.executable, "-m", "edgeclassify", "record", "-c", str(service.config), "--for", "3s", str(out)]
    command += ["--frames", "--frames-interval-s", "0.2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(60), check=False)
    assert done.returncode == ExitStatus.OK, done.stderr
    first, second = done.stdout.splitlines()
    assert "its 3 s are over" in first
    assert second.startswith(f"{tmp_path / 'out.frames'}: ")
    pictures = list((tmp_path / "out.frames").iterdir())
    assert pictures
    assert f": {len(pictures)} pictures, " in second
    assert list((tmp_path / "state" / FOLDER).glob("*.frames")) == []
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
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(60), check=False)
    assert done.returncode == ExitStatus.CANNOT_WRITE
    assert "expected a running daemon with this state folder, found none" in done.stderr
    assert "Traceback" not in done.stderr
