"""What of a frame's belief goes to `unknown`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeclassify.postprocess.unknown import known_share, unknown_share


def scores(*values: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    return np.array(values, np.float32)


def test_one_certain_label_leaves_nothing_to_unknown() -> None:
    assert known_share(scores(1, 0, 0)) == 1
    assert unknown_share(scores(1, 0, 0)) == 0


def test_two_that_are_level_share_it_with_unknown() -> None:
    assert unknown_share(scores(0.5, 0.5, 0)) == pytest.approx(0.5)


def test_a_thousand_that_share_it_are_unknown() -> None:
    assert unknown_share(np.full(1000, 0.001, np.float32)) == pytest.approx(0.999)


def test_what_has_no_label_speaks_for_unknown() -> None:
    assert unknown_share(scores(0.1, 0.0)) == pytest.approx(0.99)  # the rest went to the background
    assert unknown_share(scores()) == 1


def test_the_margin_and_the_spread_of_the_others_count() -> None:
    assert unknown_share(scores(0.6, 0.1, 0.1, 0.1, 0.1)) > unknown_share(scores(0.6, 0.4, 0, 0, 0))
    assert unknown_share(scores(0.6, 0.4)) > unknown_share(scores(0.7, 0.3))


def test_of_labels_that_hold_by_themselves_the_best_counts() -> None:
    assert unknown_share(scores(0.9, 0.9, 0.1), several=True) == pytest.approx(0.1)
    assert unknown_share(scores(), several=True) == 1


@given(st.lists(st.integers(0, 255), min_size=1, max_size=60))
def test_it_is_a_share(steps: list[int]) -> None:
    values = np.array(steps, np.float32) / np.float32(
        255
    )  # their sum may be anything, as of a grouping with sigmoids
    assert 0 <= known_share(values) <= 1
    assert known_share(values) + unknown_share(values) == pytest.approx(1)
