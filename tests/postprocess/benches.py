"""A state machine with a clock of the test's own."""

import itertools

import numpy as np

from edgeclassify.config import ViewConfig
from edgeclassify.postprocess.decision import Step, ViewStateMachine
from edgeclassify.postprocess.pace import Pace
from edgeclassify.types import EventType, Moment, Observation, OpenOccurrence, ViewState

LABELS = ("closed", "open", "cat")
START = 1_700_000_000.0


class Bench:
    """Times in seconds; the wall clock is START ahead of the monotonic one."""

    def __init__(self, pace: Pace | None = None, **rules: object) -> None:
        ids = (f"id{i}" for i in itertools.count(1))
        view = ViewConfig.model_validate({"name": "gate", **rules})
        self.machine = ViewStateMachine(view, LABELS, "m", pace=pace, new_id=lambda: next(ids))

    def see(self, at_s: float, *scores: float) -> Step:
        return self.machine.see(Observation(np.array(scores, np.float32), round(at_s * 1e9), START + at_s))

    def wait(self, at_s: float) -> Step:
        """No frame until then."""
        return self.machine.pass_time(moment(at_s))

    def lose(self, at_s: float) -> Step:
        """The camera is lost then."""
        return self.machine.gap(moment(at_s))

    def restarted(self, at_s: float, away_s: float, **rules: object) -> "Bench":
        """Another process after this one ended: `at_s` by its clock, so long after what was kept here."""
        kept = self.machine.open(moment(at_s))
        assert kept is not None
        other = Bench(self.machine.pace, **rules)
        assert other.machine.resume(aged(kept, away_s), moment(at_s))
        return other


def aged(kept: OpenOccurrence, seconds: float) -> OpenOccurrence:
    """The same, so much later."""
    return OpenOccurrence(
        kept.view, kept.id, kept.label, kept.score, kept.started_at, kept.age_s, kept.quiet_s + seconds
    )


def moment(at_s: float) -> Moment:
    return Moment(round(at_s * 1e9), START + at_s)


def in_a_file(at_s: float, *scores: float, origin: str = "a.jpg") -> Observation:
    return Observation(np.array(scores, np.float32), round(at_s * 1e9), START + at_s, origin, own_time=True)


def kinds(step: Step) -> list[tuple[EventType, str]]:
    return [(event.event_type, event.label) for event in step.events]


def shown(step: Step) -> ViewState:
    """The state that the step gives out."""
    assert step.state is not None
    return step.state
