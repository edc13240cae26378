"""Whatever may happen to a view, for hypothesis: rules; sequences of frames, silence, gaps, pauses, restarts."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from edgeclassify.postprocess.interface import FilterKind, FilterRules, OwnRules, QuietHours, Rules, Step
from edgeclassify.postprocess.pace import Pace
from edgeclassify.types import PLAIN_SURROUNDINGS, Problem, Shift, Surroundings
from tests.postprocess.benches import Bench, make_rules, moment

PACE = Pace(interval_s=0.5, slack_s=2.0, resume_s=30.0)
"""Frames up to 3.5 s apart belong together."""
LONGEST_S = 3.5


@dataclass(frozen=True)
class Happening:
    """What happens `after_s` seconds after what happened before.

    `kind`: see, still (nothing moves), wait (no frame), lose (the camera), rest (a pause), restart.
    """

    after_s: float
    kind: str
    scores: tuple[float, ...] = ()
    surroundings: Surroundings = PLAIN_SURROUNDINGS


@dataclass
class Player:
    """Lets things happen to a view, by simulated clocks."""

    rules: Rules
    now_s: float = 0.0
    runs: int = 0
    bench: Bench = field(init=False)

    def __post_init__(self) -> None:
        self.bench = self._bench()

    def play(self, happening: Happening) -> Step:
        """Let it happen. A restart shows nothing yet."""
        self.now_s += happening.after_s
        bench, now_s = self.bench, self.now_s
        match happening.kind:
            case "see":
                return bench.see(now_s, *happening.scores, **_named(happening.surroundings))
            case "still":
                return bench.still(now_s, **_named(happening.surroundings))
            case "wait":
                return bench.wait(now_s)
            case "lose":
                return bench.lose(now_s)
            case "rest":
                return bench.pause(now_s)
            case _:
                return self._restart()

    def _restart(self) -> Step:
        kept = self.bench.decider.open(moment(self.now_s))
        self.runs += 1
        self.bench = self._bench()
        assert kept is None or self.bench.decider.resume(kept, moment(self.now_s))
        return Step(None)

    def _bench(self) -> Bench:
        bench = Bench(id_prefix=f"run{self.runs}-")
        bench.decider.adopt(self.rules)
        return bench


def played(rules: Rules, happenings: list[Happening]) -> Iterator[tuple[float, Happening, Step]]:
    """When, what happened, and what came of it."""
    player = Player(rules)
    for happening in happenings:
        step = player.play(happening)
        yield player.now_s, happening, step


def _named(surroundings: Surroundings) -> dict[str, Any]:
    return {
        "light_changed": surroundings.light_changed,
        "problems": surroundings.problems,
        "shifted": surroundings.shifted,
    }


# --- rules -------------------------------------------------------------------------------------------------------

FILTERS = [FilterRules(kind) for kind in FilterKind]


@st.composite
def any_rules(draw: st.DrawFn, filters: list[FilterRules] = FILTERS) -> Rules:
    """Rules that hold together."""
    enter = draw(st.sampled_from([0.3, 0.6, 0.9]))
    own = {2: OwnRules(threshold_enter=0.25, threshold_exit=0.1, hold_s=2.0, cooldown_s=9.0, expire_s=0.0)}
    rare = {
        1: OwnRules(rare=True, threshold_enter=0.6, threshold_exit=0.4),
        2: OwnRules(lasting=(0.5, 3.0, 30.0)),
    }
    return make_rules(
        threshold_enter=enter,
        threshold_exit=draw(st.sampled_from([None, 0.2, enter])),
        confirm_s=draw(st.sampled_from([0.0, 1.0, 3.0])),
        expire_s=draw(st.sampled_from([None, 0.0, 2.0])),
        hold_s=draw(st.sampled_from([0.0, 5.0, 20.0])),
        cooldown_s=draw(st.sampled_from([0.0, 4.0, 20.0])),
        # START is 22:13:20 UTC.
        quiet_hours=draw(st.sampled_from([(), (QuietHours(22 * 60 + 14, 22 * 60 + 15),)])),
        resumes=draw(st.booleans()),
        holds_on_problem=draw(st.booleans()),
        update_step=draw(st.sampled_from([0.0, 0.1])),
        filter=draw(st.sampled_from(filters)),
        own=draw(st.sampled_from([{}, own, rare])),
        pace=PACE,
    )


# --- what happens ------------------------------------------------------------------------------------------------

PAUSES_S = [0.1, 0.5, 0.5, 0.5, 1.0, 3.0, 6.0, 40.0]
ODD = [math.nan, math.inf, -math.inf]
SCORE = st.one_of(
    st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 0.95]), st.floats(0, 1, width=32), st.sampled_from(ODD)
)
CLEAR = st.sampled_from([(0.05, 0.9, 0.05), (0.9, 0.05, 0.05), (0.05, 0.05, 0.9), (0.1, 0.1, 0.1)])
SCORES = st.one_of(CLEAR, CLEAR, st.tuples(SCORE, SCORE, SCORE))
SURROUNDINGS = st.one_of(
    st.just(PLAIN_SURROUNDINGS),
    st.just(PLAIN_SURROUNDINGS),
    st.builds(
        Surroundings,
        light_changed=st.booleans(),
        problems=st.sampled_from([(), (Problem.COVERED,)]),
        shifted=st.sampled_from([None, Shift(0.1, -0.1)]),
    ),
)
SEEN = st.builds(Happening, st.sampled_from(PAUSES_S), st.just("see"), SCORES, SURROUNDINGS)
STILL = st.builds(Happening, st.sampled_from(PAUSES_S), st.just("still"), surroundings=SURROUNDINGS)
UNSEEN = st.builds(Happening, st.sampled_from(PAUSES_S), st.sampled_from(["wait", "lose", "rest", "restart"]))


@st.composite
def steady(draw: st.DrawFn) -> list[Happening]:
    """The same scores for a while: most of what happens before a camera."""
    scores = draw(CLEAR)
    return [Happening(0.5, "see", scores)] * draw(st.integers(1, 12))


HAPPENINGS: st.SearchStrategy[list[Happening]] = st.lists(
    st.one_of(
        steady(),
        steady(),
        SEEN.map(lambda one: [one]),
        STILL.map(lambda one: [one]),
        UNSEEN.map(lambda one: [one]),
    ),
    max_size=25,
).map(lambda parts: [one for part in parts for one in part])
