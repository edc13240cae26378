"""What the config says of a view, as its decider has it."""

from typing import Any

import numpy as np
import pytest

from edgeclassify.config import Config
from edgeclassify.daemon.assembly import NO_PARTS, Parts, assemble
from edgeclassify.daemon.kept.options import OptionStore
from edgeclassify.errors import ConfigError
from edgeclassify.postprocess.interface import FilterKind, FilterRules, Rules
from edgeclassify.postprocess.pace import Pace
from edgeclassify.types import Option, Prediction

BAYES = FilterRules(FilterKind.BAYES)
CAMERA = {"name": "front", "source": "synthetic:", "interval_s": 2.0}


def parts_of(
    options: OptionStore | None = None,
    before: Parts = NO_PARTS,
    shared: dict[str, Any] | None = None,
    **rules: Any,
) -> Parts:
    view = {"name": "gate"} | rules
    config = Config.model_validate(
        {"camera": [CAMERA], "view": [view], "model": {"name": "builtin"}, "groups": shared or {}}
    )
    return assemble(config, OptionStore(None) if options is None else options, before)


def test_rules_are_those_of_the_config() -> None:
    rules: dict[str, Any] = {"threshold_enter": 0.5, "threshold_exit": 0.25, "confirm_s": 3.0}
    rules |= {"update_step": 0.2, "top": 4, "unknown_below": 0.4}
    (gate,) = parts_of(**rules).views
    assert gate.rules == Rules(pace=Pace(2.0, 10.0, 300.0), expire_s=3.0, filter=BAYES, **rules)
    of_filter: dict[str, Any] = {"filter": "exponential", "smoothing_s": 7.0, "memory_s": 8.0, "expire_s": 9.0}
    (gate,) = parts_of(**rules, **of_filter).views
    assert gate.rules.filter == FilterRules(FilterKind.EXPONENTIAL, memory_s=8.0, smoothing_s=7.0)
    assert gate.rules.expire_s == 9.0


def test_where_the_config_says_nothing() -> None:
    (gate,) = parts_of().views
    pace = Pace(2.0, 10.0, 300.0)
    assert gate.rules == Rules(0.97, None, 0.0, 0.1, 3, pace, expire_s=3.0, filter=BAYES, unknown_below=0.25)


@pytest.mark.parametrize("kind", ["none", "exponential"])
def test_without_bayes_scores_are_compared_as_they_are(kind: str) -> None:
    (gate,) = parts_of(filter=kind).views
    over_time = FilterRules(FilterKind(kind))
    pace = Pace(2.0, 10.0, 300.0)
    assert gate.rules == Rules(0.6, None, 1.0, 0.1, 3, pace, filter=over_time, unknown_below=0.25)


def test_what_was_set_lies_over_the_config_as_far_as_that_allows_it(caplog: pytest.LogCaptureFixture) -> None:
    options = OptionStore(None)
    options.set("gate", Option.THRESHOLD, 0.3, 0.97)
    options.set("gate", Option.INTERVAL, 9.0, 2.0)
    (gate,) = parts_of(options).views
    assert (gate.rules.threshold_enter, gate.rules.pace.interval_s) == (0.3, 9.0)
    assert caplog.messages == []
    (gate,) = parts_of(options, threshold_exit=0.4).views
    assert (gate.rules.threshold_enter, gate.rules.pace.interval_s) == (0.97, 9.0)
    assert caplog.messages == [
        "view gate: expected a threshold of at least threshold_exit (0.4), found 0.3. It was set over MQTT; the "
        "config's threshold_enter, 0.97, holds."
    ]


def test_a_view_that_stays_as_it_is_goes_on_and_another_begins() -> None:
    before = parts_of()
    same, other = parts_of(before=before), parts_of(before=before, top=4)
    assert same.views[0] is not before.views[0]
    assert same.views[0].continues(before.views[0])
    assert not other.views[0].continues(before.views[0])


def test_a_view_goes_on_that_home_assistant_shows_otherwise() -> None:
    before = parts_of(allow=["tabby cat"], home_assistant={"name": "Cat"})
    shown = {"name": "Tabby", "icon": "mdi:cat", "on": ["tabby cat"], "device_class": "occupancy"}
    assert parts_of(before=before, allow=["tabby cat"], home_assistant=shown).views[0].continues(before.views[0])
    assert before.shown_labels == {"gate": ("tabby cat",)}


def test_a_view_decides_between_its_groups_by_the_rules_of_each() -> None:
    rules: dict[str, Any] = {"filter": "none", "label_rules": {"dog": {"hold_s": 5.0}}}
    parts = parts_of(shared={"preset": "everyday"}, allow=["dog", "cat"], **rules)
    (labels,), (gate,) = parts.labels, parts.views
    assert labels.names == ("dog", "cat")
    assert (gate.rules.of(0).hold_s, gate.rules.of(1).hold_s) == (5.0, 0.0)
    scores = np.zeros(200, np.float32)
    scores[[30, 31, 32]] = 0.25  # tabby cat, Persian cat, Egyptian cat
    scores[199] = 0.25
    state = gate.look(Prediction(scores, gate.classifier.labels, 0.0, 0.0, 0, 0, 0.0))
    assert [(row.label, row.score) for row in state.top] == [("cat", 0.75), ("dog", 0.0)]


@pytest.mark.parametrize(
    ("view", "own", "enter", "leave"),
    [
        ({}, {}, 0.6, 0.4),
        ({"threshold_enter": 0.9, "threshold_exit": 0.8}, {}, 0.6, 0.4),
        ({}, {"threshold_enter": 0.3}, 0.3, 0.2),
        ({}, {"threshold_enter": 0.3, "threshold_exit": 0.1}, 0.3, 0.1),
        ({"filter": "exponential", "threshold_enter": 0.75}, {}, 0.75, 0.5),
        ({"filter": "none", "threshold_enter": 0.75, "threshold_exit": 0.3}, {}, 0.75, 0.3),
    ],
)
def test_a_rare_label_has_thresholds_of_scores(
    view: dict[str, Any], own: dict[str, float], enter: float, leave: float
) -> None:
    parts = parts_of(shared={"preset": "everyday"}, label_rules={"dog": {"rare": True, **own}}, **view)
    (gate,), (labels,) = parts.views, parts.labels
    rules = gate.rules.of(labels.names.index("dog"))
    assert (rules.rare, rules.threshold_enter, rules.confirm_s) == (True, enter, 0.0)
    assert rules.exit_score == pytest.approx(leave)
    assert gate.rules.of(labels.names.index("cat")).threshold_enter == view.get(
        "threshold_enter", 0.97 if "filter" not in view else 0.6
    )


def test_rules_of_a_label_and_times_after_which_it_is_told_stand_beside_each_other() -> None:
    parts = parts_of(
        shared={"preset": "everyday"},
        label_rules={"dog": {"hold_s": 5.0}},
        lasting={"dog": [600], "cat": [60, 90]},
        allow=["dog", "cat", "bird"],
    )
    (gate,), (labels,) = parts.views, parts.labels
    found = {name: gate.rules.of(index) for index, name in enumerate(labels.names)}
    assert {name: (rules.hold_s, rules.lasting) for name, rules in found.items()} == {
        "dog": (5.0, (600.0,)), "cat": (0.0, (60.0, 90.0)), "bird": (0.0, ()),
    }  # fmt: skip


def test_other_groups_are_another_view_also_where_the_whole_file_has_them() -> None:
    before = parts_of(shared={"cat": ["*cat"]})
    same, other = (
        parts_of(before=before, shared={"cat": ["*cat"]}),
        parts_of(before=before, shared={"cat": ["lion"]}),
    )
    assert same.views[0].continues(before.views[0])
    assert not other.views[0].continues(before.views[0])
    alike = parts_of(before=before, shared={"cat": ["tabby cat", "Persian cat", "Egyptian cat"]})
    assert alike.views[0].continues(before.views[0])


def test_labels_that_are_not_there_are_one_message_and_leave_what_runs() -> None:
    before = parts_of()
    with pytest.raises(ConfigError) as raised:
        parts_of(before=before, shared={"cat": ["tabi"]}, allow=["qqq"])
    assert str(raised.value).splitlines() == [
        "config: 2 faults",
        "  view[0].allow: expected labels of the model builtin, found 'qqq'.",
        "  groups.cat: expected labels of the model builtin, found 'tabi'.",
    ]
    assert parts_of(before=before).views[0].continues(before.views[0])


def test_what_was_set_and_is_over_no_longer_holds_in_a_view_that_goes_on() -> None:
    options = OptionStore(None)
    options.set("gate", Option.THRESHOLD, 0.9, 0.97)
    before = parts_of(options)
    after = parts_of(OptionStore(None), before)
    assert after.views[0].continues(before.views[0])
    assert (before.views[0].rules.threshold_enter, after.views[0].rules.threshold_enter) == (0.9, 0.97)


def test_scores_are_tempered_as_the_models_section_says() -> None:
    model = {"name": "builtin", "temperature": 0.5}
    view = {"name": "gate", "filter": "none"}
    config = Config.model_validate({"camera": [CAMERA], "view": [view], "model": model})
    (gate,) = assemble(config, OptionStore(None), NO_PARTS).views
    labels = gate.classifier.labels
    scores = np.zeros(len(labels), np.float32)
    scores[:2] = 0.6, 0.4
    state = gate.look(Prediction(scores, labels, 0.0, 0.0, 0, 0, 0.0))
    assert state.top[0].score == pytest.approx(0.36 / 0.52, abs=0.001)


def test_a_view_that_stays_is_held_back_as_before() -> None:
    before = parts_of()
    (gate,) = before.views
    gate.adopt(lambda rules: rules.with_least(40.0))
    (after,) = parts_of(before=before, threshold_enter=0.7).views
    assert (after.rules.pace.interval_s, after.rules.pace.least_s, after.rules.pace.apart_s) == (2.0, 40.0, 40.0)
