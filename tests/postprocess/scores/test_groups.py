"""Scores of classes, added up to those of a view's labels."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from edgeclassify.postprocess.decision import ViewDecider
from edgeclassify.postprocess.scores.groups import Grouping
from edgeclassify.postprocess.scores.observation import observe
from edgeclassify.types import EventType
from tests.postprocess.benches import kinds, make_rules, moment, seen, shown


def scores(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(values, np.float32)


def test_the_scores_of_a_group_are_added_up() -> None:
    grouping = Grouping(("cat", "car"), ((1, 3), (2,)), 5)
    found = grouping.scores(scores(0.1, 0.25, 0.125, 0.5, 0.025))
    assert found.tolist() == [0.75, 0.125]
    assert found.dtype == np.float32
    assert grouping.others(scores(0.1, 0.25, 0.125, 0.5, 0.025)) == pytest.approx(0.125)
    assert (grouping.class_index(0), grouping.class_index(1)) == (None, 2)


def test_sums_of_several_labels_at_once_end_at_one() -> None:
    grouping = Grouping(("cat", "car"), ((0, 1), (2,)), 5)
    assert grouping.scores(scores(0.9, 0.8, 0.7, 0.6, 0.5)).tolist() == [1.0, np.float32(0.7)]
    assert grouping.others(scores(0.9, 0.8, 0.7, 0.6, 0.5)) == 1.0


def test_labels_of_single_classes_keep_their_scores_in_any_order() -> None:
    grouping = Grouping(("b", "a"), ((2,), (0,)), 3)
    assert grouping.scores(scores(0.1, 0.2, 0.3)).tolist() == [np.float32(0.3), np.float32(0.1)]
    assert grouping.others(scores(0.1, 0.25, 0.3)) == 0.25


@pytest.mark.parametrize(
    ("background", "labels", "others"),
    [((), ("a", "b", "c"), 0.0), ((0,), ("b", "c"), 0.5), ((2,), ("a", "b"), 0.125), ((1,), ("a", "c"), 0.25)],
)
def test_a_models_own_labels_are_those_that_are_things(
    background: tuple[int, ...], labels: tuple[str, ...], others: float
) -> None:
    grouping = Grouping.of_model(("a", "b", "c"), background)
    seen_scores = scores(0.5, 0.25, 0.125)
    assert grouping.labels == labels
    assert grouping.others(seen_scores) == others
    assert dict(zip("abc", seen_scores.tolist(), strict=True)) == {
        **dict(zip(labels, grouping.scores(seen_scores).tolist(), strict=True)),
        **{"abc"[i]: seen_scores[i] for i in background},
    }
    assert [grouping.class_index(i) for i in range(len(labels))] == ["abc".index(label) for label in labels]


def test_a_background_at_an_end_costs_no_copy() -> None:
    seen_scores = scores(0.5, 0.25, 0.125)
    for background in ((), (0,), (2,)):
        assert np.shares_memory(Grouping.of_model("abc", background).scores(seen_scores), seen_scores)
    assert not np.shares_memory(Grouping.of_model("abc", (1,)).scores(seen_scores), seen_scores)


@pytest.mark.parametrize(
    ("labels", "members"),
    [((), ()), (("a", "b"), ((0,), ())), (("a", "b"), ((0, 1), (1,))), (("a",), ((3,),)), (("a",), ((-1,),))],
)
def test_labels_without_a_class_or_with_one_of_anothers_are_a_mistake(
    labels: tuple[str, ...], members: tuple[tuple[int, ...], ...]
) -> None:
    with pytest.raises(ValueError, match=r"each label a class|each of the 3 classes"):
        Grouping(labels, members, 3)


@given(
    st.lists(st.integers(-1, 4), min_size=6, max_size=40).filter(lambda to: set(range(3)) <= set(to)), st.data()
)
def test_whatever_the_groups_all_scores_are_counted_once(to: list[int], data: st.DataObject) -> None:
    groups = sorted({group for group in to if group >= 0})
    members = [[i for i, group in enumerate(to) if group == wanted] for wanted in groups]
    grouping = Grouping([str(group) for group in groups], members, len(to))
    parts = data.draw(st.lists(st.integers(0, 255), min_size=len(to), max_size=len(to)))
    of_classes = scores(*(part / max(1, sum(parts)) for part in parts))
    found = grouping.scores(of_classes)
    for k, group in enumerate(groups):
        expected = sum(float(of_classes[i]) for i, wanted in enumerate(to) if wanted == group)
        assert float(found[k]) == pytest.approx(expected, abs=1e-5)
    assert float(found.sum()) + grouping.others(of_classes) == pytest.approx(float(of_classes.sum()), abs=1e-5)


def test_an_observation_has_the_scores_of_the_groups_and_of_what_is_in_none() -> None:
    grouping = Grouping(("door",), ((0, 1),), 3)
    observation = observe(seen(1.0, 0.25, 0.5, 0.125), grouping)
    assert observation.scores.tolist() == [0.75]
    assert observation.others == 0.125
    assert observe(seen(1.0, 0.25, 0.5, 0.125)).others == 0.0
    assert observe(seen(1.0, 0.25, float("nan"), float("nan")), grouping).scores.tolist() == [0.25]


def test_a_group_enters_whose_classes_share_the_score() -> None:
    decider = ViewDecider(
        "gate",
        ("closed", "open", "cat"),
        "m",
        make_rules(confirm_s=0.0),
        grouping=Grouping(("door",), ((0, 1),), 3),
    )
    step = decider.see(seen(0.0, 0.5, 0.375, 0.125))
    assert kinds(step) == [(EventType.START, "door")]
    assert [(row.label, row.score) for row in shown(step).top] == [("door", 0.875)]
    assert decider.look(seen(1.0, 0.5, 0.25, 0.25)).score == 0.75
    kept = decider.open(moment(1.0))
    assert kept is not None
    assert kept.label == "door"


def test_what_is_no_label_of_the_view_never_starts() -> None:
    grouping = Grouping.of_model(("closed", "open", "cat"), (0,))
    decider = ViewDecider("gate", (), "m", make_rules(confirm_s=0.0), grouping=grouping)
    assert kinds(decider.see(seen(0.0, 1.0, 0.0, 0.0))) == []
    assert kinds(decider.see(seen(1.0, 0.0, 0.0, 1.0))) == [(EventType.START, "cat")]
    assert kinds(decider.see(seen(2.0, 1.0, 0.0, 0.0))) == [(EventType.END, "cat")]


@pytest.mark.parametrize(
    "members", [((1,), (-1,)), ((1,), (3,)), ((3,), (1,)), ((-1,), (1,)), ((1, 1), (2,)), ((1,), (1,))]
)
def test_a_class_that_is_not_there_or_in_two_labels_is_refused(members: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(ValueError, match="expected each of the 3 classes in one label at most"):
        Grouping(("a", "b"), members, 3)
