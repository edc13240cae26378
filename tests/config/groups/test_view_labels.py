"""What each view decides between, and what is said where the config names what is not there."""

from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import Config
from edgeclassify.config.groups.model_labels import ModelLabels
from edgeclassify.config.groups.view_labels import LabelsFound, ViewLabels, labels_of_views
from edgeclassify.config.loading import parse_config
from edgeclassify.model.opening.description import describe_model
from edgeclassify.types import ModelChoice
from tests.support.optional import present

MODEL = ModelLabels("m", ("background", "tabby", "tiger cat", "lion", "dog", "crane", "crane"), frozenset({0}))
BIRDS = ModelLabels("birds", ("robin", "jay"))


def config(groups: dict[str, Any] | None = None, *views: dict[str, Any]) -> Config:
    document = {
        "camera": [{"source": "synthetic:"}],
        "groups": groups or {},
        "view": [{"name": f"v{i}", **view} for i, view in enumerate(views or ({},))],
    }
    return parse_config(document, "c.toml", Path("/"))


def found(shared: dict[str, Any] | None = None, model: ModelLabels = MODEL, **view: Any) -> LabelsFound:
    return labels_of_views(config(shared, view), [model])


def labels(shared: dict[str, Any] | None = None, model: ModelLabels = MODEL, **view: Any) -> ViewLabels:
    result = found(shared, model, **view)
    assert result.faults == ()
    return present(result.views[0])


def faults(shared: dict[str, Any] | None = None, model: ModelLabels = MODEL, **view: Any) -> list[str]:
    return [str(fault) for fault in found(shared, model, **view).faults]


def test_without_a_word_of_them_a_view_has_the_models_labels_but_for_the_background() -> None:
    made = labels()
    assert made == ViewLabels(
        ("tabby", "tiger cat", "lion", "dog", "crane", "crane"), ((1,), (2,), (3,), (4,), (5,), (6,))
    )


def test_groups_come_first_and_take_their_labels_with_them() -> None:
    made = labels({"cat": ["tabby", "*CAT"], "machine": "#6"})
    assert made.names == ("cat", "machine", "lion", "dog", "crane")
    assert made.members == ((1, 2), (6,), (3,), (4,), (5,))
    assert made.groups == 2


def test_a_group_of_the_view_goes_before_one_of_the_file() -> None:
    shared = {"cat": ["tabby", "tiger cat", "lion"], "bird": ["#5"]}
    assert labels(shared, groups={"big cat": ["lion"]}).members == ((3,), (1, 2), (5,), (4,), (6,))
    assert labels(shared, groups={"cat": ["lion"]}).names == ("cat", "bird", "tabby", "tiger cat", "dog", "crane")
    assert labels(shared, groups={"bird": []}).names == ("cat", "dog", "crane", "crane")
    everything = labels(shared, groups={"animal": ["*"]})
    assert (everything.names, everything.members) == (("animal",), ((1, 2, 3, 4, 5, 6),))


def test_a_preset_lies_below_all_others() -> None:
    facts = describe_model(ModelChoice())
    model = ModelLabels("builtin", facts.labels, facts.background)
    made = labels({"preset": "everyday"}, model)
    assert (made.groups, len(made.names)) == (49, 51)
    assert made.names[-2:] == ("maypole", "spider web")
    own = labels({"preset": "everyday"}, model, groups={"big cat": ["lion"], "tabby": ["tabby*"], "fish": []})
    index = facts.labels.index
    by_name = dict(zip(own.names, own.members, strict=True))
    assert by_name["big cat"] == (index("lion"),)
    assert by_name["tabby"] == (index("tabby cat"),)
    assert by_name["cat"] == (index("Persian cat"), index("Egyptian cat"))
    assert by_name["goldfish"] == (index("goldfish"),)
    assert by_name["cougar"] == (index("cougar"),)
    without = labels({"preset": "everyday"}, model, groups={"preset": "none"})
    assert (without.groups, without.names) == (0, facts.labels)
    assert labels(None, model, groups={"preset": "everyday"}) == made


def test_allow_and_deny_leave_labels_out_and_keep_their_order() -> None:
    shared = {"cat": ["tabby", "tiger cat"]}
    assert labels(shared, allow=["dog", "cat"]).names == ("cat", "dog")
    assert labels(shared, deny=["crane"]).names == ("cat", "lion", "dog")
    made = labels(shared, allow=["*"], deny=["c*"])
    assert (made.names, made.groups) == (("lion", "dog"), 0)
    assert made.members == ((3,), (4,))


def test_rules_of_single_labels_go_by_their_place_in_the_view() -> None:
    made = labels(
        {"cat": ["tabby", "tiger cat"]},
        deny=["lion"],
        label_rules={"cat": {"hold_s": 5.0}, "*": {"hold_s": 1.0, "confirm_s": 2.0}, "crane": {"cooldown_s": 3.0}},
    )
    assert made.names == ("cat", "dog", "crane", "crane")
    assert [(k, own.model_dump(exclude_none=True)) for k, own in made.rules] == [
        (0, {"hold_s": 5.0, "confirm_s": 2.0}),
        (1, {"hold_s": 1.0, "confirm_s": 2.0}),
        (2, {"hold_s": 1.0, "confirm_s": 2.0, "cooldown_s": 3.0}),
        (3, {"hold_s": 1.0, "confirm_s": 2.0, "cooldown_s": 3.0}),
    ]


def test_of_two_patterns_with_times_that_which_names_fewer_holds_alone() -> None:
    made = labels(
        {"cat": ["tabby", "tiger cat"]},
        deny=["lion"],
        lasting={"cat": [600, 3600.0], "*": [60.0], "dog": []},
    )
    assert made.names == ("cat", "dog", "crane", "crane")
    assert made.lasting == ((0, (600.0, 3600.0)), (1, ()), (2, (60.0,)), (3, (60.0,)))
    assert labels().lasting == ()


def test_a_group_of_the_file_may_be_of_another_views_model() -> None:
    groups = {"cat": ["tabby", "lion"], "bird": ["robin", "jay"]}
    result = labels_of_views(config(groups, {}, {}), [MODEL, BIRDS])
    assert result.faults == ()
    assert [present(view).names for view in result.views] == [
        ("cat", "tiger cat", "dog", "crane", "crane"),
        ("bird",),
    ]
    (fault,) = labels_of_views(config({"bird": ["robin", "owl"]}, {}, {}), [MODEL, BIRDS]).faults
    assert str(fault) == "groups.bird: expected labels of the model m, found 'owl'."
    assert labels_of_views(config(groups, {}, {}), [MODEL, None]).faults == ()
    assert labels_of_views(config(groups, {}, {}), [MODEL, None]).views[1] is None


def test_what_a_view_says_itself_must_be_of_its_own_model() -> None:
    views: tuple[dict[str, Any], ...] = ({"groups": {"bird": ["robin"]}}, {})
    (fault,) = labels_of_views(config(None, *views), [MODEL, BIRDS]).faults
    assert str(fault).startswith("view[0].groups.bird: expected labels of the model m, found 'robin'.")


@pytest.mark.parametrize(
    ("groups", "view", "expected"),
    [
        (
            {"cat": ["tabi", "tiger cat"]},
            {},
            "groups.cat: expected labels of the model m, found 'tabi'. Did you mean \"tabby\"?",
        ),
        (
            {"cat": ["*kat"]},
            {},
            "groups.cat: expected labels of the model m, found '*kat'. Nothing that it has matches this pattern.",
        ),
        ({"x": ["#7"]}, {}, "groups.x: expected labels of the model m, found '#7'."),
        (
            {"cat": ["tabby", "tiger cat"], "feline": ["*cat", "tabby", "lion"]},
            {},
            "groups.feline: expected labels that are not in the group 'cat' too, found 'tabby', 'tiger cat'.",
        ),
        (
            {"bird": ["crane"], "machine": ["#6"]},
            {},
            "groups.machine: expected labels that are not in the group 'bird' too, found 'crane'. Two classes "
            "have that name: write #5, #6.",
        ),
        (
            {"lion": ["tabby"]},
            {},
            "groups.lion: expected a name that no label outside the group has, found 'lion'. Put that label "
            "into the group, or call the group otherwise.",
        ),
        (
            {},
            {"groups": {"Dog": ["lion"]}},
            "view[0].groups.Dog: expected a name that no label outside the group has, found 'dog'. Put that "
            "label into the group, or call the group otherwise.",
        ),
        (
            {"thing": ["background"]},
            {},
            "groups.thing: expected labels of things that the model m knows, found 'background'. It stands for "
            "everything else, and counts for unknown. If it is a thing of its own, write background = [] into the "
            "model's sidecar.",
        ),
        (
            {"preset": "everyday"},
            {},
            "groups.preset: expected a preset that the model m has, found 'everyday'. It is made for the built-in "
            "model and the models of 1000 ImageNet classes: write groups here.",
        ),
        (
            {},
            {"allow": ["dgo"]},
            "view[0].allow: expected labels of the model m, found 'dgo'. Did you mean \"dog\"?",
        ),
        ({}, {"deny": ["cow*"]}, "view[0].deny: expected labels of the model m, found 'cow*'."),
        (
            {"cat": ["*cat"]},
            {"allow": ["tiger cat"]},
            "view[0].allow: expected labels or groups of the model m, found 'tiger cat'. It is in the group "
            "'cat', which counts in its place.",
        ),
        (
            {},
            {"deny": ["dog"], "labels": ["dog"]},
            "view[0].labels: expected labels of the model m, found 'dog'. The view's allow or deny leaves it out.",
        ),
        (
            {},
            {"labels": ["background"]},
            "view[0].labels: expected labels of the model m, found 'background'. It stands for everything else, "
            "and counts for unknown. If it is a thing of its own, write background = [] into the model's sidecar.",
        ),
        ({}, {"labels": ["*cat"]}, "view[0].labels: expected labels of the model m, found '*cat'."),
        (
            {},
            {"home_assistant": {"on": ["dgo"]}},
            "view[0].home_assistant.on: expected labels of the model m, found 'dgo'. Did you mean \"dog\"?",
        ),
        (
            {"cat": ["*cat"]},
            {"home_assistant": {"on": ["cat"], "off": ["tiger cat"]}},
            "view[0].home_assistant.off: expected labels or groups of the model m, found 'tiger cat'. It is in "
            "the group 'cat', which counts in its place.",
        ),
        (
            {},
            {"label_rules": {"dgo": {"hold_s": 1.0}}},
            "view[0].label_rules: expected labels of the model m, found 'dgo'. Did you mean \"dog\"?",
        ),
        (
            {},
            {"lasting": {"dgo": [1.0]}},
            "view[0].lasting: expected labels of the model m, found 'dgo'. Did you mean \"dog\"?",
        ),
        (
            {"cat": ["tabby"]},
            {"lasting": {"tabby": [1.0]}},
            "view[0].lasting: expected labels or groups of the model m, found 'tabby'. It is in the group 'cat'",
        ),
        (
            {},
            {"lasting": {"unknown": [1.0]}},
            "view[0].lasting: expected labels of the model m, found 'unknown'. 'unknown' is the state without",
        ),
        ({}, {"deny": ["*"]}, "view[0].deny: expected labels that it leaves to be shown, found none."),
        (
            {},
            {"allow": ["dog"], "deny": ["d*"]},
            "view[0].deny: expected labels that allow and deny leave to be shown, found none.",
        ),
    ],
)
def test_what_is_not_there_is_one_fault_with_what_to_do(
    groups: dict[str, Any], view: dict[str, Any], expected: str
) -> None:
    (fault,) = faults(groups, **view)
    assert fault.startswith(expected)


def test_a_topic_for_a_group_is_as_good_as_for_a_label() -> None:
    assert faults({"cat": ["tabby", "*cat"]}, labels=["cat", "lion"]) == []
    assert faults(labels=["TABBY"])[0].startswith("view[0].labels: expected labels of the model m, found 'TABBY'.")


def test_home_assistants_sensor_may_be_off_without_a_label() -> None:
    assert faults({"cat": ["tabby", "*cat"]}, home_assistant={"on": ["cat", "lion"], "off": ["unknown"]}) == []


def test_a_wildcard_that_meets_the_background_leaves_it_out() -> None:
    assert labels({"all": ["*"]}).members == ((1, 2, 3, 4, 5, 6),)
