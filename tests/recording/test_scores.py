"""Scores as they are kept: bit by bit the same."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from edgeclassify.recording.scores import MOST_SCORES, KeptScores


@given(st.lists(st.sampled_from([0, 0, 0, 0, 1, 0x80000000, 0x7FC00000, 0x7FC00001, 0x3F800000]), max_size=40))
def test_every_bit_is_kept(bits: list[int]) -> None:
    """-0.0 is no 0.0, and one NaN is no other."""
    scores = np.array(bits, np.uint32).view(np.float32)
    kept = KeptScores.read(KeptScores.of(scores).written())
    assert kept == KeptScores.of(scores)
    array = kept.array()
    assert array.dtype == np.float32
    assert array.view(np.uint32).tolist() == bits


def test_zeros_take_no_room() -> None:
    scores = np.zeros(1001, np.float32)
    scores[[3, 700]] = 0.25
    kept = KeptScores.of(scores)
    assert len(kept.bits) + len(kept.indices or b"") == 16


def test_scores_without_zeros_have_no_indices() -> None:
    assert KeptScores.of(np.full(4, 0.25, np.float32)).indices is None


@pytest.mark.parametrize(
    "written",
    [
        None,
        [3],
        ["3", ""],
        [True + MOST_SCORES, ""],
        [-1, ""],
        [2, "AAAAAA=="],  # one score of two
        [2, "AAAAAA==", "AgAAAA=="],  # index 2 of 2
        [2, "AAAAAA==", "AAAAAAEAAAA="],  # two indices, one score
        [2, "AAAAAA==", "AAAAAA==", ""],
        [2, "AAAAA", "AAAAAA=="],
        [2, "not base64", "AAAAAA=="],
    ],
)
def test_what_was_not_written_so_is_refused(written: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        KeptScores.read(written)
