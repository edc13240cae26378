"""Which label enters where labels need more or less than others."""

import pytest

from edgeclassify.postprocess.interface import OwnRules
from edgeclassify.types import EventType
from tests.postprocess.benches import Bench, kinds, make_rules, shown

CLOSED, OPEN, CAT = 0, 1, 2


def started(bench: Bench, *scores: float) -> str | None:
    """The label that starts with one frame."""
    events = [event.label for event in bench.see(0.0, *scores).events if event.event_type is EventType.START]
    return events[0] if events else None


@pytest.mark.parametrize(
    ("own", "scores", "label"),
    [
        pytest.param({}, (0.5, 0.6, 0.7), "cat", id="the best"),
        pytest.param({CAT: OwnRules(threshold_enter=0.75)}, (0.5, 0.65, 0.7), "open", id="the best lacks its own"),
        pytest.param(
            {CAT: OwnRules(threshold_enter=0.75)}, (0.5, 0.5, 0.7), None, id="and the others lack theirs"
        ),
        pytest.param({CAT: OwnRules(threshold_enter=0.7)}, (0.5, 0.65, 0.75), "cat", id="the best has its own"),
        pytest.param({OPEN: OwnRules(threshold_enter=0.25)}, (0.5, 0.25, 0.1), "open", id="the next needs less"),
        pytest.param({OPEN: OwnRules(threshold_enter=0.25)}, (0.5, 0.249, 0.1), None, id="not that little"),
        pytest.param(
            {OPEN: OwnRules(threshold_enter=0.25), CAT: OwnRules(threshold_enter=0.25)},
            (0.5, 0.25, 0.375),
            "cat",
            id="of two that need less the better",
        ),
        pytest.param(
            {OPEN: OwnRules(threshold_enter=0.25), CAT: OwnRules(threshold_enter=0.25)},
            (0.5, 0.375, 0.375),
            "open",
            id="of two that are equal the first",
        ),
    ],
)
def test_the_best_of_those_enters_that_have_their_own_score(
    own: dict[int, OwnRules], scores: tuple[float, ...], label: str | None
) -> None:
    assert started(Bench(confirm_s=0.0, own=own), *scores) == label


def test_what_is_there_is_replaced_by_what_has_more_than_it() -> None:
    bench = Bench(confirm_s=0.0, threshold_exit=0.25, own={CAT: OwnRules(threshold_enter=0.375)}, update_step=0)
    assert started(bench, 0.1, 0.75, 0.1) == "open"
    assert kinds(bench.see(1.0, 0.1, 0.5, 0.4375)) == []
    assert kinds(bench.see(2.0, 0.1, 0.4375, 0.5)) == [(EventType.END, "open"), (EventType.START, "cat")]
    assert kinds(bench.see(3.0, 0.1, 0.5, 0.4375)) == []


def test_a_better_label_that_may_not_enter_keeps_no_other_from_it() -> None:
    own = {CLOSED: OwnRules(threshold_enter=1.0), CAT: OwnRules(threshold_enter=0.375)}
    bench = Bench(confirm_s=0.0, threshold_exit=0.25, own=own, update_step=0)
    assert started(bench, 0.1, 0.75, 0.1) == "open"
    assert kinds(bench.see(1.0, 0.9, 0.5, 0.4375)) == []
    assert kinds(bench.see(2.0, 0.9, 0.4375, 0.5)) == [(EventType.END, "open"), (EventType.START, "cat")]


def test_each_label_has_times_of_its_own() -> None:
    bench = Bench(confirm_s=1.0, own={CAT: OwnRules(confirm_s=3.0, expire_s=5.0)}, update_step=0)
    for at_s in (0.0, 1.0, 2.9):
        assert kinds(bench.see(at_s, 0.1, 0.1, 0.9)) == []
    (start,) = bench.see(3.0, 0.1, 0.1, 0.9).events
    assert (start.label, start.why.confirm_s, start.why.held_s) == ("cat", 3.0, 3.0)
    for at_s in (4.0, 8.9):
        assert kinds(bench.see(at_s, 0.1, 0.1, 0.1)) == []
    (end,) = bench.see(9.0, 0.1, 0.1, 0.1).events
    assert (end.why.confirm_s, end.why.held_s) == (5.0, 5.0)


def test_each_label_has_thresholds_of_its_own_and_they_are_told() -> None:
    bench = Bench(confirm_s=0.0, own={CAT: OwnRules(threshold_enter=0.25, threshold_exit=0.125)}, update_step=0)
    (start,) = bench.see(0.0, 0.1, 0.1, 0.25).events
    assert start.why.threshold_enter == 0.25
    assert kinds(bench.see(1.0, 0.1, 0.1, 0.125)) == []
    (end,) = bench.see(2.0, 0.1, 0.1, 0.12).events
    assert end.why.threshold_exit == 0.125


def test_after_a_gap_a_label_goes_on_by_its_own_exit() -> None:
    bench = Bench(confirm_s=0.0, own={CAT: OwnRules(threshold_enter=0.25, threshold_exit=0.125)})
    bench.see(0.0, 0.1, 0.1, 0.5)
    bench.lose(1.0)
    assert shown(bench.see(2.0, 0.1, 0.1, 0.125)).label == "cat"


def test_the_lowest_score_with_which_a_label_enters() -> None:
    assert make_rules(threshold_enter=0.5).lowest_enter == 0.5
    own = {0: OwnRules(threshold_enter=0.25), 1: OwnRules(threshold_enter=0.75), 2: OwnRules(hold_s=1.0)}
    assert make_rules(threshold_enter=0.5, own=own).lowest_enter == 0.25
    assert make_rules(threshold_enter=0.5, own={1: OwnRules(threshold_enter=0.75)}).lowest_enter == 0.5
