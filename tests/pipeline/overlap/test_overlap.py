"""One frame is prepared while another is inferred: when, with what, and what becomes of it where that ends."""

import gc
import threading
import weakref
from collections.abc import Callable

import pytest

from edgeclassify.model.interface import Prepared
from edgeclassify.pipeline.inference import Pipeline
from edgeclassify.pipeline.overlap.choice import FixedChoice
from edgeclassify.pipeline.overlap.take_time import TakeTime
from edgeclassify.pipeline.turns import Turn
from edgeclassify.scene.interface import Scene
from edgeclassify.types import FULL_FRAME, Frame, Outcome, Prediction, Roi
from tests.pipeline.benches import Bench, make_view
from tests.pipeline.overlap.scripts import Run
from tests.support.classifiers import BrightnessClassifier
from tests.support.frames import make_frame
from tests.support.waiting import patient, wait_for

PATIENCE_S = patient(10.0)


def frames(count: int, camera: str = "front") -> list[Frame]:
    return [make_frame(255, camera, sequence) for sequence in range(count)]


def inferring_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "inferring"]


class Noted(BrightnessClassifier):
    """Notes what it is asked, in order, as (half, number); before a frame is inferred `at_infer` is called."""

    def __init__(self, at_infer: Callable[[int], object] = lambda number: None) -> None:
        super().__init__()
        self.calls: list[tuple[str, int]] = []
        self._at_infer = at_infer
        self.discarded: list[int] = []

    def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
        self.calls.append(("prepare", frame.sequence))
        return super().prepare(frame, roi)

    def infer(self, prepared: Prepared) -> Prediction:
        self._at_infer(prepared.frame_sequence)
        self.calls.append(("infer", prepared.frame_sequence))
        return super().infer(prepared)

    def discard(self, prepared: Prepared) -> None:
        self.discarded.append(prepared.frame_sequence)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next frame is taken as soon as one is being inferred."""
    monkeypatch.setattr(TakeTime, "wait_s", lambda self, turn, now_s: 0.0)


def test_the_next_frame_is_prepared_while_one_is_inferred(at_once: None) -> None:
    def await_next(number: int) -> None:
        if number < 3:
            wait_for(lambda: ("prepare", number + 1) in classifier.calls)

    classifier = Noted(await_next)
    run = Run([make_view("gate", classifier=classifier)], frames(4), FixedChoice(overlaps=True))
    run.play()
    assert run.frames.outcomes == [(number, Outcome.SEEN) for number in range(4)]
    assert inferring_threads() == []


def test_no_more_than_one_frame_is_prepared_ahead(at_once: None) -> None:
    ahead: list[int] = []
    classifier = Noted(lambda number: ahead.append(len(classifier.seen) - number))
    Run([make_view("gate", classifier=classifier)], frames(30), FixedChoice(overlaps=True)).play()
    assert max(ahead) <= 2


def test_the_next_view_is_prepared_while_one_is_inferred_of_a_camera_that_is_slow() -> None:
    def await_next(view: int) -> Callable[[int], object]:
        return lambda number: wait_for(lambda: classifiers[view].calls)

    last = Noted()
    classifiers = [Noted(await_next(1)), Noted(await_next(2)), last]
    views = [make_view(f"view{i}", classifier=one) for i, one in enumerate(classifiers)]
    bench = Bench(*views, choice=FixedChoice(overlaps=True))
    bench.pipeline.start()
    for frame in frames(3):
        bench.show(frame)
        assert bench.outcomes("front") == [(frame.sequence, Outcome.SEEN)]
    assert bench.pipeline.stop(PATIENCE_S)
    assert [number for half, number in last.calls if half == "infer"] == [0, 1, 2]


def test_a_slow_camera_and_its_only_view_need_no_second_thread() -> None:
    classifier = Noted(lambda number: threads.append(threading.current_thread().name))
    threads: list[str] = []
    bench = Bench(make_view("gate", classifier=classifier), choice=FixedChoice(overlaps=True))
    bench.pipeline.start()
    for frame in frames(3):
        bench.show(frame)
        bench.outcomes("front")
    assert threads == ["inference"] * 3
    assert inferring_threads() == []
    assert bench.pipeline.stop(PATIENCE_S)


def test_where_it_does_not_pay_nothing_overlaps() -> None:
    classifier = Noted()
    Run([make_view("gate", classifier=classifier)], frames(3), FixedChoice(overlaps=False)).play()
    assert classifier.calls == [(half, number) for number in range(3) for half in ("prepare", "infer")]


def test_the_next_frame_is_taken_when_it_is_time_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it is a new one."""
    monkeypatch.setattr(TakeTime, "wait_s", lambda self, turn, now_s: 60.0)
    taken: list[int] = []
    classifier = Noted(lambda number: taken.append(len(run.frames.taken)))
    run = Run([make_view("gate", classifier=classifier)], frames(4), FixedChoice(overlaps=True))
    run.play()
    assert taken == [1, 2, 3, 4]


class Hanging:
    """Lets frames through until `number`, which is held until the test lets go."""

    def __init__(self, number: int) -> None:
        self.number, self.there, self._go = number, threading.Event(), threading.Event()

    def __call__(self, number: int) -> None:
        if number == self.number:
            self.there.set()
            assert self._go.wait(PATIENCE_S)

    def let_go(self) -> None:
        self._go.set()


def test_a_frame_that_hangs_in_the_other_thread_is_seen(at_once: None) -> None:
    hanging = Hanging(1)
    run = Run([make_view("gate", classifier=Noted(hanging))], frames(5), FixedChoice(overlaps=True))
    run.pipeline.start()
    assert hanging.there.wait(PATIENCE_S)
    wait_for(lambda: run.frames.taken == [0, 1, 2])
    assert run.pipeline.busy
    assert not run.pipeline.stop(0.05)
    assert (run.fed, run.pipeline.busy, run.pipeline.finished) == (1, True, False)
    hanging.let_go()
    assert run.pipeline.stop(PATIENCE_S)
    assert not run.pipeline.busy


def test_it_ends_with_the_frame_at_hand_and_lets_go_of_the_next(at_once: None) -> None:
    hanging = Hanging(1)
    classifier = Noted(hanging)
    run = Run([make_view("gate", classifier=classifier)], frames(5), FixedChoice(overlaps=True))
    run.pipeline.start()
    assert hanging.there.wait(PATIENCE_S)
    wait_for(lambda: ("prepare", 2) in classifier.calls)
    run.pipeline.stop(0)
    hanging.let_go()
    assert run.pipeline.stop(PATIENCE_S)
    assert run.frames.outcomes == [(0, Outcome.SEEN), (1, Outcome.SEEN)]
    assert classifier.discarded == [2]
    assert ("infer", 2) not in classifier.calls
    assert run.pipeline.error is None
    assert inferring_threads() == []


def test_the_frame_at_hand_is_that_of_all_its_views(at_once: None) -> None:
    hanging = Hanging(1)
    first, last = Noted(hanging), Noted()
    views = [make_view("gate", classifier=first), make_view("yard", classifier=last)]
    run = Run(views, frames(5), FixedChoice(overlaps=True))
    run.pipeline.start()
    assert hanging.there.wait(PATIENCE_S)
    wait_for(lambda: ("prepare", 1) in last.calls)
    run.pipeline.stop(0)
    hanging.let_go()
    assert run.pipeline.stop(PATIENCE_S)
    assert run.frames.outcomes == [(0, Outcome.SEEN), (1, Outcome.SEEN)]
    assert ("infer", 1) in last.calls
    assert last.discarded == []


def test_a_bug_ends_both_threads_behind_what_was_before_it(at_once: None) -> None:
    def break_at(number: int) -> None:
        if number == 2:
            raise ZeroDivisionError

    classifier = Noted(break_at)
    run = Run([make_view("gate", classifier=classifier)], frames(6), FixedChoice(overlaps=True))
    run.play()
    assert isinstance(run.pipeline.error, ZeroDivisionError)
    assert run.frames.outcomes == [(0, Outcome.SEEN), (1, Outcome.SEEN)]
    prepared, inferred = ({n for half, n in classifier.calls if half == one} for one in ("prepare", "infer"))
    assert prepared - {2} <= inferred | set(classifier.discarded)
    assert not run.pipeline.busy
    assert inferring_threads() == []


class Breaking(Noted):
    """Can't prepare a frame in a way that nobody planned for."""

    def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
        if frame.sequence == 2:
            raise ZeroDivisionError
        return super().prepare(frame, roi)


class BreakingStep:
    def examine(self, frame: Frame) -> Scene:
        if frame.sequence == 2:
            raise ZeroDivisionError
        return Scene()


@pytest.mark.parametrize("where", ["prepare", "examine"])
def test_a_bug_before_it_is_inferred_ends_it_behind_what_was_before_it(where: str, at_once: None) -> None:
    classifier = Breaking() if where == "prepare" else Noted()
    scenes = {"front": BreakingStep()} if where == "examine" else {}
    run = Run([make_view("gate", classifier=classifier)], frames(6), FixedChoice(overlaps=True), scenes=scenes)
    run.play()
    assert isinstance(run.pipeline.error, ZeroDivisionError)
    assert run.frames.outcomes == [(0, Outcome.SEEN), (1, Outcome.SEEN)]


def test_of_frames_that_are_concluded_nothing_is_held(at_once: None) -> None:
    """Their pixels may be lent."""
    shown = frames(6)
    pixels = [weakref.ref(frame.pixels) for frame in shown]
    bench = Bench(make_view("gate", classifier=Noted()), choice=FixedChoice(overlaps=True))
    bench.pipeline.start()
    bench.show(*shown)
    wait_for(lambda: bench.health.frames == 6 and not bench.pipeline.busy)
    gc.disable()
    try:
        shown.clear()
        wait_for(lambda: not any(one() is not None for one in pixels))
    finally:
        gc.enable()
    assert bench.pipeline.stop(PATIENCE_S)


def test_frames_that_nobody_wants_do_not_pile_up_behind_one_that_is_inferred(at_once: None) -> None:
    hanging = Hanging(0)
    resting = make_view("yard", "back")
    resting.enabled = False
    views = [make_view("gate", classifier=Noted(hanging)), resting]
    script = frames(1) + frames(20, "back")
    run = Run(views, script, FixedChoice(overlaps=True))
    run.pipeline.start()
    assert hanging.there.wait(PATIENCE_S)
    wait_for(lambda: len(run.frames.taken) == 2)
    hanging.let_go()
    wait_for(lambda: run.pipeline.finished)
    assert len(run.frames.outcomes) == 21
    assert run.pipeline.error is None


def test_what_is_measured_decides_where_nothing_is_said() -> None:
    noted: list[tuple[int, float]] = []
    choice = FixedChoice(overlaps=True)
    choice.note = lambda turns, seconds: noted.append((turns, seconds))  # type: ignore[method-assign]
    run = Run([make_view("gate"), make_view("yard")], frames(3), choice)
    run.play()
    assert [turns for turns, _ in noted] == [2, 2, 2]
    assert all(seconds > 0 for _, seconds in noted)


def test_a_turn_that_was_not_prepared_can_not_be_inferred() -> None:
    with pytest.raises(RuntimeError, match="prepared"):
        Turn(make_view("gate"), make_frame(), Scene()).infer()


def test_on_one_core_all_is_done_by_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeclassify.pipeline.overlap.choice.usable_cores", lambda: 1)
    threads: list[str] = []
    classifier = Noted(lambda number: threads.append(threading.current_thread().name))
    bench = Bench(make_view("gate", classifier=classifier), make_view("yard", classifier=classifier))
    assert isinstance(bench.pipeline, Pipeline)
    bench.run(*frames(4))
    assert set(threads) == {"inference"}
