"""What is not concluded yet is concluded in its order."""

import threading
import time
from collections.abc import Callable

from edgeclassify.model.interface import Prepared
from edgeclassify.pipeline.overlap.pending import Pending
from edgeclassify.pipeline.turns import Turn
from edgeclassify.pipeline.view import View
from edgeclassify.scene.interface import PLAIN_SCENE
from edgeclassify.types import FULL_FRAME, Frame
from tests.pipeline.benches import make_view
from tests.pipeline.overlap.test_overlap import Hanging, Noted
from tests.support.frames import make_frame
from tests.support.waiting import patient


class Worked:
    """Keeps the names of what was concluded."""

    def __init__(self, hanging: Callable[[int], object] = lambda number: None) -> None:
        self.classifier, self.stopping = Noted(hanging), threading.Event()
        self.view, self.other = make_view("gate", classifier=self.classifier), make_view("yard")
        self.pending, self.concluded = Pending(self.stopping), list[str]()

    def note(self, name: str) -> Callable[[], None]:
        return lambda: self.concluded.append(name)

    def infer(self, name: str, frame: Frame) -> Turn:
        turn = Turn(self.view, frame, PLAIN_SCENE)
        turn.prepare(FULL_FRAME)
        self.pending.infer(turn, self.note(name))
        return turn

    def add(self, name: str, frame: Frame, view: View | None = None) -> None:
        of = None if view is None else Turn(view, frame, PLAIN_SCENE)
        self.pending.add(self.note(name), of)


def test_where_nothing_is_pending_it_is_concluded_at_once() -> None:
    worked = Worked()
    worked.add("end", make_frame())
    assert worked.concluded == ["end"]
    assert not worked.pending
    assert worked.pending.first is None
    assert not worked.pending.conclude_next(0)


def test_what_needs_no_inference_waits_for_what_was_before_it() -> None:
    hanging = Hanging(0)
    worked = Worked(hanging)
    frame, following = make_frame(sequence=0), make_frame(sequence=1)
    turn = worked.infer("gate", frame)
    worked.add("yard", frame, worked.other)
    worked.add("end", frame)
    worked.infer("gate again", following)
    pending = worked.pending
    assert (pending.first, pending.inferences, worked.concluded) == (turn, 2, [])
    assert pending.unfinished(worked.view) == [frame, following]
    assert pending.unfinished(worked.other) == [frame]
    assert not pending.conclude_next(0.01)
    hanging.let_go()
    pending.conclude_those_of(worked.other)
    assert worked.concluded == ["gate", "yard", "end"]
    assert (pending.inferences, pending.unfinished(worked.other)) == (1, [])
    pending.conclude_all()
    assert worked.concluded[-1] == "gate again"
    assert not pending
    pending.close()


def test_when_it_ends_a_frame_that_has_not_begun_is_dropped_with_what_is_behind_it() -> None:
    hanging = Hanging(0)
    worked = Worked(hanging)
    worked.infer("gate", make_frame(sequence=0))
    worked.infer("yard", make_frame(sequence=0))
    worked.add("end", make_frame(sequence=0))
    worked.infer("gate again", make_frame(sequence=1))
    worked.add("end again", make_frame(sequence=1))
    assert hanging.there.wait(patient(10))
    worked.stopping.set()
    hanging.let_go()
    worked.pending.conclude_all()
    assert worked.concluded == ["gate", "yard", "end"]
    assert worked.classifier.discarded == [1]
    worked.pending.close()


class Slow(Noted):
    """Takes its time to let go of what was prepared."""

    def discard(self, prepared: Prepared) -> None:
        time.sleep(0.05)
        super().discard(prepared)


def test_when_it_has_ended_nothing_is_out_any_more_and_nothing_comes_behind_it() -> None:
    hanging = Hanging(0)
    worked = Worked(hanging)
    pending, worked.classifier = worked.pending, Slow(hanging)
    worked.view = make_view("gate", classifier=worked.classifier)
    for number in (0, 1, 1, 1):
        worked.infer(f"gate at {number}", make_frame(sequence=number))
    assert hanging.there.wait(patient(10))
    worked.stopping.set()
    hanging.let_go()
    assert pending.conclude_next()
    assert (pending.ended, pending.inferences) == (False, 3)
    assert pending.conclude_next()
    assert (pending.ended, pending.inferences, bool(pending)) == (True, 0, False)
    assert worked.classifier.discarded == [1, 1, 1]
    worked.add("end", make_frame(sequence=1))
    assert worked.concluded == ["gate at 0"]
    assert not pending.conclude_next()
    pending.close()


def test_of_what_is_closed_nothing_more_is_concluded() -> None:
    hanging = Hanging(0)
    worked = Worked(hanging)
    worked.infer("gate", make_frame(sequence=0))
    assert hanging.there.wait(patient(10))
    worked.infer("gate again", make_frame(sequence=1))
    hanging.let_go()
    worked.pending.close()
    assert (worked.concluded, bool(worked.pending), worked.pending.inferences) == ([], False, 0)
