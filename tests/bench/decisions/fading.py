"""How long a label stays believed after frames in which no label stands out, for several numbers of labels."""

import numpy as np

from edgeclassify.postprocess.scores.belief import BayesRule, Scores
from tests.bench.decisions.comparison import default_rules

LABELS = (2, 3, 5, 10, 20, 200, 1001)
APART_S = 0.5
THERE_S = 600.0
LONGEST_S = 3600.0
SCORE = 0.9
"""Of the label while it is there; the others share the rest."""
HIGHER_EXIT = 0.8
BACKGROUND = 0.6
"""Of a label of its own for nothing, once nothing is there; the others share the rest."""


def scores_of(labels: int, index: int, score: float, whole: float = 1.0) -> Scores:
    """One label's score, while the others share what is left of `whole`."""
    scores = np.full(labels, (whole - score) / (labels - 1), np.float32)
    scores[index] = score
    return scores


def seconds_until_below(exit_score: float, after: Scores) -> float | None:
    """After ten minutes of the first label, and then these scores; None: not within an hour."""
    memory_s = default_rules().filter.memory_s
    rule = BayesRule(len(after), memory_s)
    believed, there = rule.begin(), scores_of(len(after), 0, SCORE)
    frames = round(THERE_S / APART_S)
    for frame in range(frames):
        believed = rule.after(believed, there, 0.0, round(frame * APART_S * 1e9))
    for frame in range(1, round(LONGEST_S / APART_S) + 1):
        believed = rule.after(believed, after, 0.0, round((frames - 1 + frame) * APART_S * 1e9))
        if believed.shares[0] < exit_score:
            return frame * APART_S
    return None


def print_fading() -> None:
    """Print a table of seconds."""
    usual = default_rules().exit_score
    columns = (f"exit {usual:.2f}", "half as much", f"exit {HIGHER_EXIT:g}", "background")
    print(f"seconds until a label, there for {THERE_S / 60:g} minutes, is below its exit, two frames a second:")
    print(f"all labels then share 1; half of 1; 1, with another exit; background has {BACKGROUND:g}")
    print(f"{'labels':>8}" + "".join(f"{name:>14}" for name in columns))
    for labels in LABELS:
        even: Scores = np.full(labels, 1 / labels, np.float32)
        found = (
            seconds_until_below(usual, even),
            seconds_until_below(usual, even * np.float32(0.5)),
            seconds_until_below(HIGHER_EXIT, even),
            seconds_until_below(usual, scores_of(labels, labels - 1, BACKGROUND)),
        )
        cells = ("-" if seconds is None else f"{seconds:.1f}" for seconds in found)
        print(f"{labels:>8}" + "".join(f"{cell:>14}" for cell in cells), flush=True)
