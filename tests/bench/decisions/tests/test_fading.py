"""How long a label stays believed: what docs/decisions.md says of it."""

import numpy as np
import pytest

from tests.bench.decisions.fading import scores_of, seconds_until_below

EXIT = 0.97 * 2 / 3


def test_scores_are_one_labels_and_what_the_others_share() -> None:
    assert scores_of(5, 1, 0.6).tolist() == pytest.approx([0.1, 0.6, 0.1, 0.1, 0.1])


@pytest.mark.parametrize(("labels", "seconds"), [(3, 510.5), (20, 8.0), (1001, 6.0)])
def test_where_no_label_stands_out_it_fades_sooner_among_many(labels: int, seconds: float) -> None:
    assert seconds_until_below(EXIT, np.full(labels, 1 / labels, np.float32)) == seconds


def test_a_higher_exit_and_a_label_for_nothing_end_it_soon() -> None:
    even = np.full(3, 1 / 3, np.float32)
    assert seconds_until_below(0.8, even) == 5.5
    assert seconds_until_below(EXIT, scores_of(3, 2, 0.6)) == 2.5


def test_what_is_still_seen_stays() -> None:
    assert seconds_until_below(EXIT, scores_of(3, 0, 0.9)) is None
