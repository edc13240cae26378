"""The deciders that are compared, on scores whose outcome is plain."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.postprocess.interface import FilterKind
from edgeclassify.recording.replay.judgement import Stay
from edgeclassify.recording.replay.replaying import Replay
from edgeclassify.recording.replay.score_streams import ScoreStream
from edgeclassify.recording.replay.tally import Tally
from tests.bench.decisions.comparison import FOR_SCORES, rules_by
from tests.bench.decisions.deciders import (
    NOTHING,
    BestOfFrame,
    ComparedDecider,
    FrameByFrame,
    InARow,
    Ours,
    PlainForwardFilter,
    TwoThresholds,
    stays_of,
)

LABELS = ("a", "b", "c")


def stream(*rows: tuple[float, float, float]) -> ScoreStream:
    """A frame a second."""
    scores = np.array(rows, np.float32)
    return ScoreStream(0, LABELS, np.arange(len(rows), dtype=np.float64), scores, None)


def rows_of(text: str, score: float = 0.75) -> NDArray[np.float32]:
    """A row for each letter: that label has the score, the others share the rest."""
    rows = np.full((len(text), 3), (1 - score) / 2, np.float32)
    for i, letter in enumerate(text):
        rows[i, LABELS.index(letter)] = score
    return rows


def shown(decider: FrameByFrame, rows: NDArray[np.float32]) -> str:
    found = decider.shown(list(range(len(rows))), rows)
    return "".join("-" if index == NOTHING else LABELS[index] for index in found)


def test_stays_begin_and_end_where_another_is_shown() -> None:
    found = list(stays_of([(0.0, NOTHING), (1.0, 1), (2.0, 1), (3.0, 2), (4.0, NOTHING), (5.0, 2)], LABELS))
    assert found == [Stay("b", 1.0, 3.0), Stay("c", 3.0, 4.0), Stay("c", 5.0, math.inf)]


def test_the_best_label_of_each_frame() -> None:
    assert shown(BestOfFrame(), rows_of("abba")) == "abba"


def test_three_in_a_row_at_the_threshold() -> None:
    assert shown(InARow(0.75), rows_of("aaabbabbbaa")) == "--aaaaaabbb"
    assert shown(InARow(0.7500001), rows_of("aaaa")) == "----"


def test_a_frame_below_the_threshold_breaks_the_row() -> None:
    rows = rows_of("aaaaa")
    rows[2] = (0.5, 0.3, 0.2)
    assert shown(InARow(0.75), rows) == "-----"
    assert shown(InARow(0.75, frames=2), rows) == "-aaaa"


def test_two_thresholds_and_a_time_for_each_change() -> None:
    assert shown(TwoThresholds(enter=0.75), rows_of("aaabbb")) == "-aaabb"
    assert shown(TwoThresholds(enter=0.76), rows_of("aaa")) == "---"
    rows = rows_of("aaaaaa")
    rows[2:] = (0.3, 0.3, 0.4)
    assert shown(TwoThresholds(leave=0.4), rows) == "-aa---"  # below 0.4 for a second
    assert shown(TwoThresholds(leave=0.3), rows) == "-aaaaa"
    assert shown(TwoThresholds(leave=0.4, confirm_s=3.0), rows) == "------"


def test_the_plain_forward_filter_needs_evidence_to_show_and_to_end() -> None:
    found = shown(PlainForwardFilter(), rows_of("a" * 12 + "b" + "a" * 4 + "b" * 30))
    assert found[0] == "-"
    assert found[11:17] == "a" * 6  # one frame of another label is not enough
    assert found[-1] == "b"
    assert "-" in found[17:]  # between them nothing is certain


def test_ours_is_the_decider_that_a_replay_runs() -> None:
    rng = np.random.default_rng(4)
    text = "".join(np.repeat(rng.choice(list("abc"), 40), rng.integers(1, 6, 40)))
    given = stream(*rows_of(text, 0.9).tolist())
    rules = rules_by(FilterKind.NONE, **FOR_SCORES)
    tally = Tally(lambda now: now.at)
    for one in Replay(decider_of, lambda facts: (facts, rules)).run(given.records(rules)):
        tally.count(one)
    assert Ours(rules).stays(given) == tally.views["0"].stays
    assert len(tally.views["0"].stays) > 5


@pytest.mark.parametrize("decider", [BestOfFrame(), InARow(0.5), PlainForwardFilter(), TwoThresholds()])
def test_nothing_is_kept_from_one_stream_to_the_next(decider: ComparedDecider) -> None:
    given = stream(*rows_of("aabbbacccc").tolist())
    assert decider.stays(given) == decider.stays(given)
