"""What a single frame says of rare labels, beside what a filter over time makes of all."""

import numpy as np

from edgeclassify.postprocess.scores.observation import Observation
from edgeclassify.postprocess.scores.rare import with_single_frames


def observed(*scores: float) -> Observation:
    return Observation(np.array(scores, np.float32), 1, 2.0)


def test_of_rare_labels_the_higher_score_counts() -> None:
    filtered, frame = observed(0.5, 0.25, 0.125, 0.5), observed(0.75, 0.75, 0.75, 0.25)
    found = with_single_frames(filtered, frame, (1, 3))
    assert found.scores.tolist() == [0.5, 0.75, 0.125, 0.5]
    assert found.scores.dtype == np.float32
    assert filtered.scores.tolist() == [0.5, 0.25, 0.125, 0.5]  # its filter goes on with these


def test_without_any_nothing_is_copied() -> None:
    filtered, frame = observed(0.5), observed(0.75)
    assert with_single_frames(filtered, frame, ()) is filtered
    assert with_single_frames(frame, frame, (0,)) is frame
