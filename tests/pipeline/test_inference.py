"""The inference thread between fakes of its neighbours."""

import logging
import time
from dataclasses import replace

import pytest

from edgeclassify.errors import ModelError
from edgeclassify.types import FULL_FRAME, EventType, Frame, Outcome, Prediction, Reason, Roi
from tests.pipeline.benches import Bench, make_view
from tests.support.classifiers import BrightnessClassifier
from tests.support.frames import make_frame
from tests.support.waiting import wait_for


def test_frames_become_states_and_events_of_their_camera() -> None:
    classifier = BrightnessClassifier()
    left = Roi(0, 0, 0.5, 1)
    bench = Bench(make_view("gate", "front", classifier, left), make_view("yard", "back", classifier))
    bench.pipeline.start()
    bench.show(make_frame(255, sequence=1), make_frame(0, sequence=2), make_frame(255, "back", 3))
    bench.pipeline.drain()
    wait_for(lambda: bench.pipeline.finished)
    assert bench.pipeline.error is None
    assert [(s.view, s.label) for s in bench.sink.of("state")] == [
        ("gate", "day"),
        ("gate", "night"),
        ("yard", "day"),
    ]
    assert [(e.event_type, e.label) for e in bench.sink.of("event")] == [
        (EventType.START, "day"),
        (EventType.END, "day"),
        (EventType.START, "night"),
        (EventType.START, "day"),
    ]
    assert classifier.seen == [(1, left), (2, left), (3, FULL_FRAME)]
    assert (bench.health.frames, bench.watchdog) == (3, 3)


def test_a_picture_is_done_with_only_where_a_view_was_on_to_see_it() -> None:
    view, other = (make_view(name, "front", BrightnessClassifier()) for name in ("gate", "yard"))
    bench = Bench(view, other)

    def shown(sequence: int) -> list[tuple[int, Outcome]]:
        bench.show(make_frame(255, sequence=sequence))
        return bench.outcomes("front")

    bench.pipeline.start()
    assert shown(0) == [(0, Outcome.SEEN)]
    view.enabled = False
    assert shown(1) == [(1, Outcome.SEEN)]
    other.enabled = False
    assert shown(2) == [(2, Outcome.UNSEEN)]
    look = view.asks.add()
    assert shown(3) == [(3, Outcome.UNSEEN)]
    assert look.result(5).frame.sequence == 3
    assert bench.pipeline.stop(5)


def test_ends_after_max_frames() -> None:
    bench = Bench(make_view("gate", "front", BrightnessClassifier()), max_frames=2)
    bench.pipeline.start()
    bench.show(make_frame(1), make_frame(2))
    wait_for(lambda: bench.pipeline.finished)
    assert bench.health.frames == 2


@pytest.mark.parametrize("passed_over", ["other camera", "switched off", "too early"])
def test_max_frames_are_those_that_somebody_looked_at(passed_over: str) -> None:
    view = make_view("gate", "front", BrightnessClassifier())
    bench = Bench(view, max_frames=3)
    if passed_over == "too early":
        view.adopt(lambda rules: rules.with_interval(3600.0))
    view.enabled = passed_over != "switched off"
    bench.pipeline.start()
    look = view.asks.add()
    bench.show(make_frame(1))
    look.result(5)
    camera = "other" if passed_over == "other camera" else "front"
    bench.show(*(make_frame(1, camera) for _ in range(5)))
    wait_for(lambda: not bench.frames.waiting)
    time.sleep(0.05)
    assert not bench.pipeline.finished
    for _ in range(2):
        look = view.asks.add()
        bench.show(make_frame(1))
        look.result(5)
    wait_for(lambda: bench.pipeline.finished)
    assert bench.pipeline.left == 0
    assert bench.health.frames == 3


def test_max_frames_are_also_those_that_somebody_looked_at_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or nothing would ever end."""
    classifier = BrightnessClassifier()
    bench = Bench(make_view("gate", "front", classifier), max_frames=2)

    def fail(*_: object) -> Prediction:
        raise ModelError("no")

    monkeypatch.setattr(classifier, "classify", fail)
    bench.pipeline.start()
    bench.show(make_frame(1), make_frame(1))
    wait_for(lambda: bench.pipeline.finished)


def test_a_frame_of_no_view_feeds_no_watchdog() -> None:
    bench = Bench(make_view("gate", "front", BrightnessClassifier()))
    bench.pipeline.start()
    bench.show(make_frame(1, camera="other"))
    bench.pipeline.drain()
    wait_for(lambda: bench.pipeline.finished)
    assert bench.watchdog == 0


class MoodyClassifier(BrightnessClassifier):
    """Refuses dark frames."""

    def classify(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prediction:
        if frame.pixels.max() < 10:
            raise ModelError("too dark")
        return super().classify(frame, roi)


def test_a_frame_that_can_not_be_classified_is_reported_once_and_skipped(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(make_view("gate", "front", MoodyClassifier()))
    with caplog.at_level(logging.INFO):
        bench.pipeline.start()
        bench.show(make_frame(0), make_frame(0), make_frame(255), make_frame(0))
        bench.pipeline.drain()
        wait_for(lambda: bench.pipeline.finished)
    messages = [found.getMessage() for found in caplog.records if found.name == "edgeclassify.pipeline.inference"]
    assert messages == [
        "view gate: frame skipped: too dark",
        "view gate: frames can be classified again",
        "view gate: frame skipped: too dark",
    ]
    assert bench.watchdog == 1


class BuggyClassifier(BrightnessClassifier):
    """Breaks in a way that nobody planned for."""

    def classify(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prediction:
        raise ZeroDivisionError


def test_a_bug_ends_the_thread_and_is_kept() -> None:
    bench = Bench(make_view("gate", "front", BuggyClassifier()))
    bench.pipeline.start()
    bench.show(make_frame(0))
    wait_for(lambda: bench.pipeline.finished)
    assert isinstance(bench.pipeline.error, ZeroDivisionError)


def test_stop_while_waiting() -> None:
    bench = Bench(make_view("gate", "front", BrightnessClassifier()))
    assert bench.pipeline.stop(0.1)  # never started
    bench = Bench(make_view("gate", "front", BrightnessClassifier()))
    bench.pipeline.start()
    assert bench.pipeline.stop(2.0)
    assert bench.pipeline.error is None


def placed(frame: Frame, scene_s: float, *, comes_again: bool = False) -> Frame:
    """The frame, to be seen at that second of a file's own time."""
    return replace(frame, scene_ns=round(scene_s * 1e9), comes_again=comes_again)


def test_an_interval_counts_by_the_time_of_a_film() -> None:
    classifier = BrightnessClassifier()
    view = make_view("gate", "front", classifier)
    view.adopt(lambda rules: rules.with_interval(10.0))
    bench = Bench(view)
    bench.pipeline.start()
    times = (0.0, 4.0, 12.0, 20.0, 33.0, 2.0, 3.0, 14.0)  # the film begins again after 33 s
    bench.show(*(placed(make_frame(255, sequence=number), time_s) for number, time_s in enumerate(times)))
    bench.pipeline.drain()
    wait_for(lambda: bench.pipeline.finished)
    assert [times[sequence] for sequence, _ in classifier.seen] == [0.0, 12.0, 20.0, 33.0, 2.0, 14.0]


def test_no_interval_passes_over_a_picture_that_would_come_again_for_ever() -> None:
    classifier = BrightnessClassifier()
    view = make_view("gate", "front", classifier)
    view.adopt(lambda rules: rules.with_interval(1.0))
    for captured_s, scene_s, wanted in (
        (1.0, 5.0, True),
        (1.5, 99.0, False),
        (1.8, 4.0, True),
        (2.0, 99.0, False),
    ):
        frame = placed(make_frame(255), scene_s, comes_again=True)
        frame = replace(frame, captured_at_ns=round(captured_s * 1e9))
        assert view.wants(frame) == wanted
        if wanted:
            view.seen(frame)


def test_what_happens_in_a_film_is_counted_by_its_time() -> None:
    view = make_view("gate", confirm_s=2.0)
    bench = Bench(view)
    bench.pipeline.start()
    shown = [(0.0, 255), (1.0, 255), (2.5, 255), (4.0, 0), (7.0, 0)]
    bench.show(*(placed(make_frame(value, sequence=n), time_s) for n, (time_s, value) in enumerate(shown)))
    bench.pipeline.drain()
    wait_for(lambda: bench.pipeline.finished)
    view.end(Reason.STOPPED, bench.outlet)
    events = [(e.event_type, e.label, e.why.held_s, e.why.duration_s) for e in bench.sink.of("event")]
    assert events == [
        (EventType.START, "day", 2.5, None),
        (EventType.END, "day", None, 4.5),
        (EventType.START, "night", 3.0, None),
        (EventType.END, "night", None, 0.0),
    ]


def test_a_picture_that_can_not_be_classified_has_failed_even_if_another_view_has_seen_it() -> None:
    good, moody = make_view("gate", "front", BrightnessClassifier()), make_view("yard", "front", MoodyClassifier())
    bench = Bench(good, moody)

    def shown(value: int) -> list[tuple[int, Outcome]]:
        bench.show(make_frame(value, sequence=value))
        return bench.outcomes("front")

    bench.pipeline.start()
    assert shown(255) == [(255, Outcome.SEEN)]
    assert shown(0) == [(0, Outcome.FAILED)]
    good.enabled = False
    assert shown(1) == [(1, Outcome.FAILED)]
    moody.enabled = False
    look = moody.asks.add()
    assert shown(2) == [(2, Outcome.UNSEEN)]
    with pytest.raises(ModelError):
        look.result(5)
    assert bench.pipeline.stop(5)
