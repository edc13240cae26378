"""The best labels, found when somebody looks."""

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np

from edgeclassify.types import LabelScore, Ranking, top_k

SCORES = np.array([0.25, 0.5, 0.125], np.float32)
ROWS = (LabelScore(1, "open", 0.5), LabelScore(0, "closed", 0.25))


class Labels(Sequence[str]):
    """Counts how often a label is asked for."""

    def __init__(self) -> None:
        self.asked = 0

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        self.asked += 1
        return ("closed", "open", "cat")[index]

    def __len__(self) -> int:
        return 3

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("each label is asked for by its index")


def test_nothing_is_found_until_somebody_looks_and_then_once() -> None:
    labels = Labels()
    ranking = Ranking(SCORES, labels, 2)
    assert labels.asked == 0
    assert (ranking[0], ranking[-1], len(ranking)) == (ROWS[0], ROWS[1], 2)
    assert [row.label for row in ranking] == ["open", "closed"]
    assert labels.asked == 2


def test_it_is_a_sequence_of_the_best() -> None:
    ranking = Ranking(SCORES, Labels(), 2)
    assert ranking.rows == top_k(SCORES, ("closed", "open", "cat"), 2) == ROWS
    assert ranking[:1] == ROWS[:1]
    assert repr(ranking) == repr(ROWS)


def test_it_equals_what_lists_the_same() -> None:
    ranking = Ranking(SCORES, Labels(), 2)
    assert ranking == ROWS
    assert list(ROWS) == ranking
    assert ranking == Ranking(SCORES.copy(), Labels(), 2)
    assert hash(ranking) == hash(Ranking(SCORES.copy(), Labels(), 2)) == hash(ROWS)
    assert ranking != ROWS[:1]
    assert ranking != Ranking(SCORES, Labels(), 3)
    assert ranking != 2
