"""The day's counts, as they are read of a state and drawn."""

import pytest

from edgeclassify.watch.drawing.cells import today
from edgeclassify.watch.reading import UNREADABLE, today_of
from edgeclassify.watch.records import WatchedView


def test_counts_are_read_and_drawn_in_their_order() -> None:
    body = {"today": {"fox": {"count": 1}, "cat": {"count": 3, "seconds": 5.0}, "dog": {"count": 0}}}
    found = today_of(body)
    assert found == (("fox", 1), ("cat", 3), ("dog", 0))
    assert today(WatchedView("gate", today=found)) == "1 fox, 3 cat"


def test_without_counts_nothing_is_drawn() -> None:
    assert today_of({}) == ()
    assert today(None) == today(WatchedView("gate")) == today(WatchedView("gate", today=(("cat", 0),)))
    assert "cat" not in today(None)


def test_no_more_is_read_than_a_state_may_have() -> None:
    assert len(today_of({"today": {str(number): {"count": 1} for number in range(60)}})) == 50


@pytest.mark.parametrize("odd", [{"cat": 3}, {"cat": {}}, {"cat": {"count": -1}}, {"cat": {"count": "x"}}, [1], 5])
def test_what_is_no_count_is_unreadable(odd: object) -> None:
    with pytest.raises(UNREADABLE):
        today_of({"today": odd})
