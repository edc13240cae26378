"""What else could keep the unknown unknown: other figures in the place of the best single score of late.

    python -m tests.bench.unknown_rules

For each figure the highest bound with which the given streams stay within their aims (one extra start an hour,
4.0 s, 24 of 128 missed), and the share of scenes of unknown things (tests.bench.unknown_scenes) that get a label
then: of one half of the photos, on which a figure may be chosen, and of the other.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeclassify.postprocess.interface import Rules
from edgeclassify.postprocess.scores.belief import BayesRule
from edgeclassify.recording.replay.judgement import Judgement
from edgeclassify.recording.replay.score_streams import ScoreStream
from tests.bench.calibration import BUILT_IN, score_set
from tests.bench.decisions.comparison import default_rules, judged
from tests.bench.decisions.deciders import NOTHING, FrameByFrame
from tests.bench.decisions.sets import given_streams
from tests.bench.unknown_scenes import scenes_of
from tests.support.data import NO_TEST_DATA, find_test_data
from tests.support.photos import photos

Rows = NDArray[np.float32]
Figure = Callable[[NDArray[np.float64], Rows], Rows]
"""Times in seconds (frames,) and scores (frames, labels) → a figure of each label with each frame, as many."""
BOUNDS = tuple(step / 100 for step in range(5, 61))
WINDOW_S = 5.0
MOST_EXTRA, MOST_DELAY_S, MOST_MISSED = 1.0, 4.0, 24


def faded(times_s: NDArray[np.float64], rows: Rows, time_s: float = 10.0, rank: int = 1) -> Rows:
    """The highest until then (`rank` 2: the second highest), of which older ones count exponentially less."""
    highest = np.zeros((rank, rows.shape[1]), np.float32)
    found, before_s = np.empty_like(rows), float(times_s[0])
    for number, (at_s, row) in enumerate(zip(times_s.tolist(), rows, strict=True)):
        highest *= np.float32(np.exp((before_s - at_s) / time_s))
        highest = np.sort(np.concatenate([highest, row[np.newaxis]]), axis=0)[1:]
        found[number], before_s = highest[0], at_s
    return found


def of_window(
    times_s: NDArray[np.float64], rows: Rows, made: Callable[[Rows], Rows], window_s: float = 5.0
) -> Rows:
    """What is made of the frames of the last seconds."""
    begins = np.searchsorted(times_s, times_s - window_s)
    return np.stack([made(rows[begin : end + 1]) for end, begin in enumerate(begins.tolist())])


def margins(rows: Rows) -> Rows:
    """How far each score is above the best other one of its frame; below: less than 0."""
    ordered = np.sort(rows, axis=1)
    highest: Rows = np.where(rows == ordered[:, -1:], ordered[:, -2:-1], ordered[:, -1:])
    return np.subtract(rows, highest, dtype=np.float32)


def is_best(rows: Rows) -> Rows:
    """1 where a label has the best score of its frame, else 0."""
    found: Rows = (np.arange(rows.shape[1]) == rows.argmax(axis=1)[:, np.newaxis]).astype(np.float32)
    return found


def mean(rows: Rows) -> Rows:
    """Of the frames."""
    return np.asarray(rows.mean(axis=0), np.float32)


def median(rows: Rows) -> Rows:
    """Of the frames."""
    return np.asarray(np.median(rows, axis=0), np.float32)


FIGURES: Mapping[str, Figure] = {
    "best score of late (the rule)": faded,
    "second best of late": lambda times_s, rows: faded(times_s, rows, rank=2),
    "third best of late": lambda times_s, rows: faded(times_s, rows, rank=3),
    "mean of 5 s": lambda times_s, rows: of_window(times_s, rows, mean),
    "median of 5 s": lambda times_s, rows: of_window(times_s, rows, median),
    "best margin of late": lambda times_s, rows: faded(times_s, margins(rows)),
    "mean margin of 5 s": lambda times_s, rows: of_window(times_s, margins(rows), mean),
    "margin of the means of 5 s": lambda times_s, rows: margins(of_window(times_s, rows, mean)),
    "best score x agreement of 5 s": lambda times_s, rows: (
        faded(times_s, rows) * of_window(times_s, is_best(rows), mean)
    ),
    "root of best x mean of 5 s": lambda times_s, rows: np.sqrt(
        faded(times_s, rows) * of_window(times_s, rows, mean)
    ),
}


class Course:
    """A stream, with the beliefs in its labels after each frame, and one figure of them."""

    def __init__(self, stream: ScoreStream, figure: Figure, memory_s: float) -> None:
        self.stream = stream
        self.known = figure(stream.times_s, stream.scores)
        self.beliefs = _beliefs(stream, memory_s)


def _beliefs(stream: ScoreStream, memory_s: float) -> Rows:
    rule = BayesRule(len(stream.labels), memory_s)
    believed, found = rule.begin(), np.empty_like(stream.scores)
    for number, (at_s, row) in enumerate(zip(stream.times_s.tolist(), stream.scores, strict=True)):
        believed = rule.after(believed, row, 0.0, round(at_s * 1e9))
        found[number] = believed.shares[:-1]
    return found


@dataclass(frozen=True, eq=False)
class Bounded(FrameByFrame):
    """The default decider in a few lines: a label starts where its figure has the bound, too."""

    courses: Mapping[int, Course]
    bound: float
    rules: Rules

    def shown(self, times_s: Sequence[float], scores: Rows) -> Iterator[int]:
        course = self.courses[id(scores)]
        now, below_since = NOTHING, None
        for at_s, beliefs, known in zip(times_s, course.beliefs, course.known, strict=True):
            best = int(beliefs.argmax())
            if best != now and beliefs[best] >= self.rules.threshold_enter and known[best] >= self.bound:
                now, below_since = best, None
            elif now != NOTHING and beliefs[now] < self.rules.exit_score:
                below_since = at_s if below_since is None else below_since
                if at_s - below_since >= self.rules.of(now).expire_s:
                    now, below_since = NOTHING, None
            else:
                below_since = None
            yield now


@dataclass(frozen=True)
class Material:
    """Streams of known scenes, and scenes of unknown things in two halves."""

    given: Sequence[ScoreStream]
    chosen_on: Sequence[ScoreStream]
    reported_on: Sequence[ScoreStream]


def labelled(decider: Bounded, scenes: Sequence[ScoreStream]) -> float:
    """Share of the scenes that got a label."""
    return float(np.mean([bool(decider.stays(scene)) for scene in scenes]))


def within_aims(found: Judgement) -> bool:
    """True where the given streams are decided as well as is aimed at."""
    delay_s = found.mean_delay_s
    return (
        found.missed <= MOST_MISSED
        and found.extra_per_hour <= MOST_EXTRA
        and delay_s is not None
        and round(delay_s, 2) <= MOST_DELAY_S
    )


def line(name: str, figure: Figure, material: Material, bounds: Sequence[float]) -> str:
    """One row of the table: by the highest of the bounds that is within the aims."""
    rules = default_rules()
    courses = {
        id(stream.scores): Course(stream, figure, rules.filter.memory_s)
        for stream in (*material.given, *material.chosen_on, *material.reported_on)
    }
    for bound in sorted(bounds, reverse=True):
        decider = Bounded(courses, bound, rules)
        found = judged(decider, material.given)
        if within_aims(found):
            halves = (labelled(decider, half) for half in (material.chosen_on, material.reported_on))
            cells = "".join(f"{share:>10.0%}" for share in halves)
            return (
                f"{name:32}{bound:>7.2f}{cells}{found.extra_per_hour:>10.1f}{found.mean_delay_s or 0.0:>8.2f} s"
                f"{found.missed:>8}"
            )
    return f"{name:32}{'-':>7}"


def main() -> int:
    """Print the table."""
    folder, given = find_test_data(), given_streams()
    if folder is None or given is None:
        print(NO_TEST_DATA, file=sys.stderr)
        return 1
    unknown = [scene for label, scene in scenes_of(score_set(folder, BUILT_IN, photos(folder))) if label is None]
    order = np.random.default_rng(7).permutation(len(unknown)).tolist()
    half = len(order) // 2
    chosen_on, reported_on = [unknown[i] for i in order[:half]], [unknown[i] for i in order[half:]]
    material = Material(given, chosen_on, reported_on)
    print(f"{'unknown scenes that got a label':32}{'bound':>7}{'chosen on':>10}{'others':>10}", end="")
    print(f"{'extra/h':>10}{'delay':>10}{'missed':>8}   ({len(chosen_on)} and {len(reported_on)} scenes)")
    print(line("as by default", faded, material, (default_rules().unknown_below,)), flush=True)
    for name, figure in FIGURES.items():
        print(line(name, figure, material, BOUNDS), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
