"""A decider with a clock of the test's own."""

import itertools
import time
from dataclasses import replace
from typing import Any

import numpy as np

from edgeclassify.postprocess.blocks import LocalTime
from edgeclassify.postprocess.decision import ViewDecider
from edgeclassify.postprocess.interface import Rules, Step
from edgeclassify.postprocess.pace import Pace
from edgeclassify.types import (
    EventType,
    Moment,
    OpenOccurrence,
    Prediction,
    Reason,
    Surroundings,
    ViewState,
    Why,
    top_k,
)

LABELS = ("closed", "open", "cat")
START = 1_700_000_000.0


def make_rules(**changes: Any) -> Rules:
    """Rules as the config has them by default, but for the pace."""
    values: dict[str, Any] = {
        "threshold_enter": 0.6, "threshold_exit": None, "confirm_s": 1.0, "update_step": 0.1, "top": 3,
        "pace": Pace(),
    }  # fmt: skip
    return Rules(**(values | changes))


class Bench:
    """Times in seconds; the wall clock is START ahead of the monotonic one."""

    def __init__(
        self,
        pace: Pace | None = None,
        *,
        id_prefix: str = "id",
        local_time: LocalTime = time.gmtime,
        **rules: Any,
    ) -> None:
        ids = (f"{id_prefix}{i}" for i in itertools.count(1))
        made = make_rules(**({} if pace is None else {"pace": pace}) | rules)
        self.decider = ViewDecider("gate", LABELS, "m", made, new_id=lambda: next(ids), local_time=local_time)

    def see(self, at_s: float, *scores: float, **surroundings: Any) -> Step:
        return self.decider.see(seen(at_s, *scores), Surroundings(**surroundings))

    def still(self, at_s: float, **surroundings: Any) -> Step:
        """A frame in which nothing moved."""
        return self.decider.still(moment(at_s), Surroundings(**surroundings))

    def wait(self, at_s: float) -> Step:
        """No frame until then."""
        return self.decider.pass_time(moment(at_s))

    def lose(self, at_s: float) -> Step:
        """The camera is lost then."""
        return self.decider.gap(moment(at_s), Reason.NO_FRAMES)

    def pause(self, at_s: float) -> Step:
        """Watching pauses then."""
        return self.decider.end(moment(at_s), Reason.PAUSED)

    def restarted(self, at_s: float, away_s: float, **rules: Any) -> "Bench":
        """Another process after this one ended: `at_s` by its clock, so long after what was kept here."""
        kept = self.decider.open(moment(at_s))
        assert kept is not None
        other = Bench(self.decider.rules.pace, **rules)
        assert other.decider.resume(aged(kept, away_s), moment(at_s))
        return other


def seen_by(why: Why, label: str, *scores: float) -> Why:
    """The trace with what a frame of these scores adds to it, none of which a step has changed."""
    score = float(np.float32(scores[LABELS.index(label)]))
    best = top_k(np.array(scores, np.float32), LABELS, 3)
    return replace(why, score=score, raw_score=score, best=best)


def aged(kept: OpenOccurrence, seconds: float) -> OpenOccurrence:
    """The same, so much later."""
    return replace(kept, quiet_s=kept.quiet_s + seconds)


def moment(at_s: float) -> Moment:
    return Moment(round(at_s * 1e9), START + at_s)


def seen(at_s: float, *scores: float) -> Prediction:
    return Prediction(np.array(scores, np.float32), LABELS, 0.1, 0.2, 0, round(at_s * 1e9), START + at_s)


def in_a_file(at_s: float, *scores: float, origin: str = "a.jpg") -> Prediction:
    """At that second of the file's own time."""
    return replace(seen(at_s, *scores), captured_at_ns=1, origin=origin, scene_ns=round(at_s * 1e9))


def kinds(step: Step) -> list[tuple[EventType, str]]:
    return [(event.event_type, event.label) for event in step.events]


def shown(step: Step) -> ViewState:
    """The state that the step gives out."""
    assert step.state is not None
    return step.state
