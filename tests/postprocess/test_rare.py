"""Labels that are rare: they start by a single frame, whatever the filter, and do not flap."""

from typing import Any

import pytest

from edgeclassify.postprocess.interface import FilterKind, FilterRules, OwnRules, QuietHours
from edgeclassify.postprocess.pace import Pace
from edgeclassify.types import Block, EventType, Reason
from tests.postprocess.benches import Bench, kinds, seen, shown

CLOSED, OPEN, CAT = 0, 1, 2
FILTERS = [
    pytest.param(FilterRules(FilterKind.BAYES), id="bayes"),
    pytest.param(FilterRules(FilterKind.EXPONENTIAL), id="exponential"),
    pytest.param(FilterRules(), id="none"),
]
SHUT, RARE = (0.98, 0.01, 0.01), (0.2, 0.1, 0.65)
START_OF_CAT = [(EventType.END, "closed"), (EventType.START, "cat")]
BACK = [(EventType.END, "cat"), (EventType.START, "closed")]


def a_view(over_time: FilterRules, **rules: Any) -> Bench:
    """`closed` is there for 20 s by then, and `cat` is rare."""
    by_belief = over_time.kind is FilterKind.BAYES
    usual: dict[str, Any] = {
        "threshold_enter": 0.97 if by_belief else 0.6,
        "confirm_s": 0.0 if by_belief else 1.0,
        "expire_s": 3.0,
        "update_step": 0.0,
        "filter": over_time,
        "own": {CAT: OwnRules(rare=True, threshold_enter=0.6, threshold_exit=0.4)},
    }
    bench = Bench(Pace(), **(usual | rules))
    for frame in range(41):
        step = bench.see(frame / 2 - 20, *SHUT)
    assert shown(step).label == "closed"
    return bench


def watched(bench: Bench, begin_s: float, until_s: float, *scores: float) -> list[tuple[float, EventType, str]]:
    """A frame each half second from then on until then: what came, and when."""
    times = [begin_s + frame / 2 for frame in range(round((until_s - begin_s) * 2))]
    return [(at_s, *event) for at_s in times for event in kinds(bench.see(at_s, *scores))]


@pytest.mark.parametrize("over_time", FILTERS)
def test_it_starts_with_the_first_frame_that_shows_it(over_time: FilterRules) -> None:
    bench = a_view(over_time)
    step = bench.see(0.5, *RARE)
    assert kinds(step) == START_OF_CAT
    end, start = step.events
    assert (end.why.reason, end.why.by) == (Reason.REPLACED, "cat")
    assert start.why.threshold_enter == 0.6
    assert (start.why.confirm_s, start.why.held_s) == (0.0, 0.0)
    assert start.score == pytest.approx(0.65)
    assert shown(step).score == pytest.approx(0.65)


@pytest.mark.parametrize("over_time", FILTERS)
@pytest.mark.parametrize("score", [0.5999, 0.41])
def test_less_than_its_score_is_not_enough(over_time: FilterRules, score: float) -> None:
    assert kinds(a_view(over_time).see(0.5, 0.1, 0.1, score)) == []


@pytest.mark.parametrize("over_time", FILTERS)
def test_a_single_frame_costs_one_change_there_and_back_and_no_flapping(over_time: FilterRules) -> None:
    bench = a_view(over_time)
    bench.see(0.5, *RARE)
    came = watched(bench, 1.0, 30.0, *SHUT)
    assert [(kind, label) for _, kind, label in came] == BACK
    # From the first frame that does not show it (the exponential mean never did) its 3 seconds count.
    assert {at_s for at_s, _, _ in came} == {4.0}


@pytest.mark.parametrize("over_time", FILTERS)
def test_while_some_frames_show_it_it_stays(over_time: FilterRules) -> None:
    bench = a_view(over_time)
    bench.see(0.5, *RARE)
    for second in range(1, 20, 2):
        assert watched(bench, second, second + 1.5, *SHUT) == []
        assert kinds(bench.see(second + 1.5, 0.3, 0.1, 0.4)) == []


@pytest.mark.parametrize("over_time", FILTERS)
def test_it_ends_as_others_do(over_time: FilterRules) -> None:
    bench = a_view(over_time)
    watched(bench, 0.5, 10.0, 0.01, 0.01, 0.98)
    came = watched(bench, 10.0, 40.0, 0.3, 0.3, 0.01)
    assert [(kind, label) for _, kind, label in came] == [(EventType.END, "cat")]


def test_what_it_was_replaced_by_says_that_it_was_held_back() -> None:
    bench = a_view(FilterRules())
    bench.see(0.5, *RARE)
    step = bench.see(1.0, *SHUT)
    step = bench.see(3.5, *SHUT)
    assert shown(step).candidate is not None
    assert shown(step).candidate.blocked_by is Block.HOLD  # type: ignore[union-attr]
    _, start = bench.see(4.0, *SHUT).events
    assert (start.why.blocked_by, start.why.blocked_s) == (Block.HOLD, 2.0)


def test_others_are_confirmed_as_ever_beside_it() -> None:
    bench = a_view(FilterRules())
    assert watched(bench, 0.5, 1.5, 0.1, 0.8, 0.1) == []
    assert watched(bench, 1.5, 2.0, 0.1, 0.8, 0.1) == [
        (1.5, EventType.END, "closed"), (1.5, EventType.START, "open"),
    ]  # fmt: skip


def test_it_goes_before_a_better_label() -> None:
    bench = a_view(FilterRules(), own={CAT: OwnRules(rare=True, threshold_enter=0.25, threshold_exit=0.25)})
    assert kinds(bench.see(0.5, 0.7, 0.1, 0.25)) == START_OF_CAT
    assert kinds(bench.see(1.0, 0.7, 0.1, 0.25)) == []


def test_of_two_that_are_rare_the_better_one_starts_and_stays_while_it_is_seen() -> None:
    rare = OwnRules(rare=True)
    bench = Bench(own={OPEN: rare, CAT: rare}, expire_s=2.0, update_step=0.0)
    assert kinds(bench.see(0.0, 0.0, 0.7, 0.8)) == [(EventType.START, "cat")]
    assert kinds(bench.see(1.0, 0.0, 0.9, 0.6)) == []
    assert kinds(bench.see(2.0, 0.0, 0.9, 0.1)) == []
    assert kinds(bench.see(3.0, 0.0, 0.9, 0.5)) == []  # seen again: below its enter, not below its exit
    assert kinds(bench.see(4.0, 0.0, 0.9, 0.1)) == []
    assert kinds(bench.see(6.0, 0.0, 0.9, 0.1)) == [(EventType.END, "cat"), (EventType.START, "open")]


def test_of_two_that_are_equal_the_first_starts() -> None:
    rare = OwnRules(rare=True)
    bench = Bench(own={CAT: rare, OPEN: rare})
    assert kinds(bench.see(0.0, 0.0, 0.7, 0.7)) == [(EventType.START, "open")]


def test_where_nothing_confirms_its_end_nothing_protects_it() -> None:
    bench = Bench(confirm_s=0.0, own={CAT: OwnRules(rare=True)})
    assert kinds(bench.see(0.0, 0.0, 0.0, 0.7)) == [(EventType.START, "cat")]
    assert kinds(bench.see(1.0, 0.7, 0.0, 0.0)) == BACK


@pytest.mark.parametrize(
    ("rules", "blocked_by"),
    [
        ({"hold_s": 60.0}, Block.HOLD),
        ({"quiet_hours": (QuietHours(0, 1440),)}, Block.QUIET_HOURS),
        ({"unknown_below": 0.7}, Block.UNKNOWN),
    ],
)
def test_what_holds_others_back_holds_it_back(rules: dict[str, Any], blocked_by: Block) -> None:
    bench = Bench(confirm_s=0.0, expire_s=60.0, own={CAT: OwnRules(rare=True)}, **rules)
    bench.see(0.0, *SHUT)
    step = bench.see(1.0, *RARE)
    assert kinds(step) == []
    candidate = shown(step).candidate
    assert candidate is not None
    assert (candidate.label, candidate.blocked_by) == ("cat", blocked_by)


def test_its_cooldown_counts() -> None:
    rare = OwnRules(rare=True, cooldown_s=10.0, expire_s=0.0)
    bench = Bench(confirm_s=0.0, expire_s=60.0, own={CAT: rare})
    bench.see(0.0, *RARE)
    assert kinds(bench.see(1.0, *SHUT)) == BACK
    assert kinds(bench.see(5.0, *RARE)) == []
    assert kinds(bench.see(11.0, *RARE)) == START_OF_CAT


@pytest.mark.parametrize("over_time", FILTERS)
def test_after_a_gap_a_single_frame_shows_that_it_is_there(over_time: FilterRules) -> None:
    bench = a_view(over_time)
    bench.see(0.5, *RARE)
    bench.lose(2.0)
    step = bench.see(20.0, 0.3, 0.1, 0.45)
    assert (kinds(step), shown(step).label) == ([], "cat")


def test_across_a_gap_it_is_not_protected() -> None:
    bench = Bench(expire_s=3.0, confirm_s=0.0, own={CAT: OwnRules(rare=True)})
    bench.see(0.0, *RARE)
    bench.lose(2.0)
    assert kinds(bench.see(20.0, *SHUT)) == BACK


def test_what_is_asked_in_between_knows_it_too() -> None:
    bench = a_view(FilterRules(FilterKind.BAYES))
    bench.see(0.5, *RARE)
    assert bench.decider.look(seen(1.0, 0.2, 0.1, 0.7)).score == pytest.approx(0.7)


def test_with_its_own_threshold_and_the_views_confirmation_it_needs_none() -> None:
    bench = Bench(confirm_s=5.0, own={CAT: OwnRules(rare=True, confirm_s=9.0, threshold_enter=0.5)})
    assert bench.decider.rules.of(CAT).confirm_s == 0.0
    assert bench.decider.rules.of(CAT).expire_s == 9.0
    assert kinds(bench.see(0.0, 0.1, 0.1, 0.5)) == [(EventType.START, "cat")]


def test_the_rules_name_those_that_are_rare() -> None:
    own = {CAT: OwnRules(rare=True), OPEN: OwnRules(rare=False), CLOSED: OwnRules(rare=True)}
    assert Bench(own=own).decider.rules.rare == (CLOSED, CAT)
    assert Bench().decider.rules.rare == ()
