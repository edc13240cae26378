"""What `unknown_below` is worth, and what it costs, with the Bayesian filter.

    python -m tests.bench.unknown_scenes

A scene is a photo for 30 s, its copies of tests.bench.calibration in any order, each for 2 s: of a class that the
built-in model knows, or of one that it does not, which should not get any label. Beside it the given streams.
"""

import sys

import numpy as np

from edgeclassify.postprocess.interface import FilterKind, Rules
from edgeclassify.recording.replay.score_streams import ScoreStream
from tests.bench.calibration import BUILT_IN, COPIES, ScoreSet, score_set
from tests.bench.decisions.comparison import FOR_SCORES, judged, rules_by
from tests.bench.decisions.deciders import Ours
from tests.bench.decisions.sets import given_streams
from tests.support.data import NO_TEST_DATA, find_test_data
from tests.support.photos import photos

FRAMES, APART_S, ALIKE = 60, 0.5, 4


def scenes_of(found: ScoreSet) -> list[tuple[str | None, ScoreStream]]:
    """Each photo's label (None: the model does not know it), and its scene."""
    draws = np.random.default_rng(0)
    times_s = np.arange(FRAMES, dtype=np.float64) * APART_S
    scenes = []
    for first in range(0, len(found.data), COPIES):
        order = first + np.repeat(draws.permutation(COPIES), ALIKE)[:FRAMES]
        truth = int(found.data.truth[first])
        label = found.data.labels[truth] if truth >= 0 else None
        scenes.append((label, ScoreStream(first, found.data.labels, times_s, found.data.scores[order], None)))
    return scenes


def line(name: str, rules: Rules, scenes: list[tuple[str | None, ScoreStream]], given: list[ScoreStream]) -> str:
    """One row of the table."""
    decider = Ours(rules)
    shown = [(label, [stay.label for stay in decider.stays(scene)]) for label, scene in scenes]
    false = [bool(labels) for label, labels in shown if label is None]
    found = [label in labels for label, labels in shown if label is not None]
    of_given = judged(decider, given)
    return (
        f"{name:28} {np.mean(false):8.0%} of {len(false)} {sum(found):8} of {len(found)} "
        f"{of_given.extra_per_hour:10.1f} {of_given.mean_delay_s or 0.0:8.2f} {of_given.missed:7}"
    )


def main() -> int:
    """Print the table."""
    folder, given = find_test_data(), given_streams()
    if folder is None or given is None:
        print(NO_TEST_DATA, file=sys.stderr)
        return 1
    scenes = scenes_of(score_set(folder, BUILT_IN, photos(folder)))
    print(f"{'':28} {'unknown, labelled':>14} {'known, found':>14} {'extra/h':>10} {'delay':>8} {'missed':>7}")
    print(line("filter none, enter 0.6", rules_by(FilterKind.NONE, **FOR_SCORES), scenes, given), flush=True)
    for below in (0.0, 0.25, 0.3, 0.4, 0.5):
        rules = rules_by(FilterKind.BAYES, unknown_below=below)
        print(line(f"filter bayes, below {below:g}", rules, scenes, given), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
