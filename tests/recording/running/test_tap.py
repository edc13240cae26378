"""A decider that is heard: decides as the one within, and what is heard gives the very same events again."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.format.lines import read_record, record_line
from edgeclassify.recording.format.reader import RecordingReader
from edgeclassify.recording.interface import Happening, Header, Lost, ViewBegins
from edgeclassify.recording.replay.replaying import Replay
from edgeclassify.recording.running.interface import Bounds
from edgeclassify.recording.running.running_recording import RunningRecording
from edgeclassify.recording.running.tap import TappedDecider
from tests.recording.inputs import RULES, START, fresh, happenings, make_begins, put_into, seen
from tests.support.clock import Clock
from tests.support.waiting import wait_for

FACTS = make_begins().facts
HEADER = Header("1", "porch", START)


def recording(path: Path, bounds: Bounds | None = None, capacity: int = 10_000, **more: Any) -> RunningRecording:
    return RunningRecording(
        path, HEADER, decider_of, bounds or Bounds(10**9, least_free_bytes=0), capacity=capacity, **more
    )


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(before=happenings(12), heard=happenings(15), rules=RULES)
def test_what_is_heard_gives_the_very_same_events(
    before: list[Happening], heard: list[Happening], rules: Rules, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whenever it begins to be heard: with their ids and times."""
    tapped = TappedDecider(fresh(rules))
    for what in before:
        put_into(tapped, what)
    running = recording(tmp_path_factory.mktemp("heard") / "a")
    running.start()
    tapped.listen(running.listener(FACTS))
    live = [event for what in heard for event in put_into(tapped, what)]
    tapped.listen(None)
    running.end("done", 5)
    reader = RecordingReader(running.path)
    replayed = list(Replay(decider_of).run(reader.records()))
    assert reader.closed == "done"
    assert [(str(e.event_type), e.label, e.ts) for one in replayed for e in one.step.events] == [
        (kind, label, ts) for kind, label, _, ts in live
    ]
    started = [(label, number) for kind, label, number, _ in live if kind == "start"]
    assert [(e.label, e.id) for one in replayed for e in one.step.events if e.event_type == "start"] == started
    assert all(one.as_live for one in replayed)
    assert running.progress.inputs == len(heard)
    assert running.progress.events == len(live)


@given(st.lists(st.sampled_from([0.0, 0.5, 0.9]), min_size=1, max_size=20))
def test_nobody_needs_to_hear(scores: list[float]) -> None:
    one, other = TappedDecider(fresh()), fresh()
    for i, score in enumerate(scores):
        assert put_into(one, seen(i, score, 0, 0)) == put_into(other, seen(i, score, 0, 0))
    assert one.told == other.told


def test_what_is_lost_is_said_and_the_view_begins_anew(tmp_path: Path) -> None:
    """The queue is full: the inputs are counted, and the next one that fits tells first what is known by then."""
    running = recording(tmp_path / "a", capacity=4)
    tapped = TappedDecider(fresh())
    tapped.listen(running.listener(FACTS))  # nobody writes yet
    events = [event for i in range(12) for event in put_into(tapped, seen(i * 0.5, 0, 0.9, 0))]
    running.start()
    wait_for(lambda: running.progress.inputs >= 3)
    more = []
    for i in range(12, 18):
        more += put_into(tapped, seen(i * 0.5, 0.9, 0, 0))
        wait_for(lambda i=i: running.progress.inputs == 3 + i - 11)  # type: ignore[misc]
    running.end("done", 5)
    records = list(RecordingReader(running.path).records())
    assert running.progress.lost == 9
    assert sum(record.inputs for record in records if isinstance(record, Lost)) == running.progress.lost
    assert sum(isinstance(record, ViewBegins) for record in records) == 2
    replay = Replay(decider_of)
    replayed = list(replay.run(records))
    assert replay.lost == running.progress.lost
    assert all(one.as_live for one in replayed)
    last = [(str(e.event_type), e.label) for one in replayed for e in one.step.events][-len(more) :]
    assert last == [event[:2] for event in more]
    assert events


def test_a_view_whose_head_is_another_one_begins_anew(tmp_path: Path) -> None:
    running = recording(tmp_path / "a")
    running.start()
    tapped = TappedDecider(fresh())
    tapped.listen(running.listener(FACTS))
    live = [event for i in range(9) for event in put_into(tapped, seen(i * 0.5, 0, 0.9, 0))]
    tapped.renew()
    live += [event for i in range(9, 18) for event in put_into(tapped, seen(i * 0.5, 0.9, 0, 0))]
    running.end("done", 5)
    records = list(RecordingReader(running.path).records())
    assert sum(isinstance(record, ViewBegins) for record in records) == 2
    replayed = list(Replay(decider_of).run(records))
    assert all(one.as_live for one in replayed)
    assert [(str(e.event_type), e.label) for one in replayed for e in one.step.events] == [e[:2] for e in live]
    assert len(live) > 1


def test_it_ends_at_its_size(tmp_path: Path) -> None:
    clock = Clock()
    running = recording(tmp_path / "a", Bounds(2000, least_free_bytes=0), clock=clock)
    running.start()
    tapped = TappedDecider(fresh())
    tapped.listen(running.listener(FACTS))
    for i in range(4000):
        put_into(tapped, seen(i * 0.1, (i * 37 % 101) / 101, 0.1, 0.2))
        clock.now += 0.1

    def has_ended() -> bool:
        clock.now += 10  # what is written is counted when it is on disk
        return running.progress.ended is not None

    wait_for(has_ended)
    assert running.progress.ended == "it has reached its 0.002 MB"
    assert RecordingReader(running.path).header == HEADER
    put_into(tapped, seen(1000, 0, 0, 0))  # and nobody minds
    running.end("too late", 5)
    assert running.progress.ended == "it has reached its 0.002 MB"


@pytest.mark.parametrize(("seconds", "ended"), [(9.9, None), (10.0, "its 10 s are over")])
def test_it_ends_at_its_time(seconds: float, ended: str | None, tmp_path: Path) -> None:
    clock = Clock()
    running = recording(tmp_path / "a", Bounds(10**9, 10.0, 0), clock=clock)
    running.start()
    tapped = TappedDecider(fresh())
    tapped.listen(running.listener(FACTS))
    clock.now += seconds
    put_into(tapped, seen(1, 0, 0, 0))
    wait_for(lambda: running.progress.inputs == 1 or running.progress.ended is not None)
    running.end("done", 5)
    assert running.progress.ended == (ended or "done")


def test_a_disk_without_room_ends_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    running = recording(tmp_path / "a", Bounds(10**9, None, 10**18), clock=clock)
    running.start()
    tapped = TappedDecider(fresh())
    tapped.listen(running.listener(FACTS))
    clock.now += 100
    put_into(tapped, seen(1, 0, 0, 0))
    wait_for(lambda: running.progress.ended is not None)
    assert "of the disk are free" in str(running.progress.ended)
    assert len(caplog.records) == 1
    running.end("", 5)


def test_every_record_that_was_heard_has_a_line(tmp_path: Path) -> None:
    running = recording(tmp_path / "a")
    running.start()
    tapped = TappedDecider(fresh())
    tapped.listen(running.listener(FACTS))
    for i in range(6):
        put_into(tapped, seen(i, 0, 0.9, 0))
    running.end("done", 5)
    records = list(RecordingReader(running.path).records())
    assert [read_record(record_line(record)) for record in records] == records
    assert len(records) == 7
