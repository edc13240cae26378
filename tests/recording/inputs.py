"""Inputs of a decider, as hypothesis draws them, and a decider that gets them."""

import itertools
from collections.abc import Sequence
from dataclasses import fields

import numpy as np
from hypothesis import strategies as st

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.postprocess.interface import Decider, FilterKind, FilterRules, OwnRules, Rules
from edgeclassify.postprocess.pace import Pace
from edgeclassify.recording.interface import (
    GapBegan,
    Happening,
    RulesChanged,
    Seen,
    StillSeen,
    TimePassed,
    ViewBegins,
    ViewFacts,
    WatchingEnded,
)
from edgeclassify.recording.scores import KeptScores
from edgeclassify.types import Moment, OpenOccurrence, Prediction, Problem, Reason, Shift, Surroundings

LABELS = ("closed", "open", "cat")
START = 1_700_000_000.0


def make_rules(**changes: object) -> Rules:
    """Rules under which a label enters within a second."""
    made = Rules(0.6, None, 1.0, 0.1, 3, Pace(interval_s=0.5, slack_s=2.0, resume_s=20.0))
    return Rules(**({one.name: getattr(made, one.name) for one in fields(Rules) if one.init} | changes))


def make_begins(rules: Rules | None = None, number: int = 1, view: str = "gate") -> ViewBegins:
    return ViewBegins(number, ViewFacts(view, LABELS, "m"), make_rules() if rules is None else rules)


def fresh(rules: Rules | None = None, prefix: str = "id") -> Decider:
    ids = (f"{prefix}{i}" for i in itertools.count(1))
    begins = make_begins(rules)
    return decider_of(begins.facts, begins.rules, lambda: next(ids))


def at(seconds: float) -> Moment:
    return Moment(round(seconds * 1e9), START + seconds)


def seen(seconds: float, *scores: float, surroundings: Surroundings | None = None) -> Seen:
    now = at(seconds)
    kept = KeptScores.of(np.array(scores, np.float32))
    return Seen(now.ns, now.at, kept, surroundings=surroundings or Surroundings())


def put_into(decider: Decider, what: Happening) -> list[tuple[str, str, str, float]]:
    """The events that come of it: type, label, id, time."""
    match what:
        case Seen():
            prediction = Prediction(
                what.scores.array(), LABELS, 0.1, 0.2, 0, what.ns, what.at, what.origin, what.scene_ns
            )
            step = decider.see(prediction, what.surroundings)
        case StillSeen():
            step = decider.still(what.now, what.surroundings)
        case TimePassed():
            step = decider.pass_time(what.now)
        case GapBegan():
            step = decider.gap(what.now, what.reason)
        case WatchingEnded():
            step = decider.end(what.now, what.reason)
        case RulesChanged():
            decider.adopt(what.rules)
            return []
        case _:
            decider.resume(what.kept, what.now)
            return []
    return [(str(one.event_type), one.label, one.id, one.ts) for one in step.events]


SURROUNDINGS = st.builds(
    Surroundings,
    st.booleans(),
    st.lists(st.sampled_from(list(Problem)), max_size=2, unique=True).map(tuple),
    st.none() | st.builds(Shift, st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)),
)
SCORE = st.sampled_from([0.0, 0.2, 0.5, 0.6, 0.7, 0.9, 1.0, float("nan")]) | st.floats(0, 1, width=32)
RULES = st.builds(
    lambda enter, confirm, hold, kind, own: make_rules(
        threshold_enter=enter, confirm_s=confirm, hold_s=hold, filter=FilterRules(kind, 1.5, 1.0), own=own
    ),
    st.sampled_from([0.3, 0.6, 0.9]),
    st.sampled_from([0.0, 1.0]),
    st.sampled_from([0.0, 3.0]),
    st.sampled_from(list(FilterKind)),
    st.sampled_from(
        [
            {},
            {1: OwnRules(threshold_enter=0.95, hold_s=2.0)},
            {
                1: OwnRules(lasting=(0.5, 3.0, 60.0)),
                2: OwnRules(rare=True, threshold_enter=0.6, threshold_exit=0.4),
            },
        ]
    ),
)
KEPT = st.builds(
    OpenOccurrence,
    st.just("gate"), st.text("0123456789abcdef", min_size=4, max_size=8), st.sampled_from(LABELS),
    st.floats(0, 1), st.just(START), st.floats(0, 1e6), st.floats(0, 300), st.sampled_from([0.0, 3.0]),
)  # fmt: skip


KINDS = ["see", "see", "see", "same", "same", "same", "still", "time", "gap", "end", "rules"]


@st.composite
def happenings(draw: st.DrawFn, most: int = 30) -> Sequence[Happening]:
    """As a view's decider gets them, in the order of time: mostly predictions, some of which last."""
    found: list[Happening] = []
    seconds, scores = 0.0, (0.0, 0.0, 0.0)
    for _ in range(draw(st.integers(0, most))):
        seconds += draw(st.sampled_from([0.1, 0.5, 0.5, 1.0, 7.0, 40.0]))
        now = at(seconds)
        kind = draw(st.sampled_from(KINDS))
        if kind == "see":
            scores = draw(st.tuples(SCORE, SCORE, SCORE))
        if kind in ("see", "same"):
            around = draw(st.just(Surroundings()) | SURROUNDINGS)
            found.append(Seen(now.ns, now.at, KeptScores.of(np.array(scores, np.float32)), surroundings=around))
        elif kind == "still":
            found.append(StillSeen(now, draw(SURROUNDINGS)))
        elif kind == "time":
            found.append(TimePassed(now))
        elif kind == "gap":
            found.append(GapBegan(now, Reason.NO_FRAMES))
        elif kind == "end":
            found.append(WatchingEnded(now, Reason.PAUSED))
        else:
            found.append(RulesChanged(draw(RULES)))
    return found
