"""What views decide between while a profile is on, and faults of labels that only a profile names."""

from pathlib import Path
from typing import Any

from edgeclassify.config import parse_config
from edgeclassify.config.groups.model_labels import ModelLabels
from edgeclassify.config.groups.profile_labels import ProfileLabels, labels_of_profiles
from edgeclassify.config.groups.view_labels import labels_of_views

MODEL = ModelLabels("two", ("cat", "dog"))


def found(models: tuple[ModelLabels | None, ...] = (MODEL, MODEL), **profile: Any) -> ProfileLabels:
    view = [{"name": "gate", "lasting": {"cat": [9.0]}, "allow": ["cat", "dog"]}, {"name": "door"}]
    document = {"camera": [{"source": "synthetic:"}], "view": view, "profile": profile}
    config = parse_config(document, "p.toml", Path())
    return labels_of_profiles(config, models, labels_of_views(config, models))


def test_the_labels_are_as_ever_and_their_rules_those_of_the_profile() -> None:
    said = {"view": {"gate": {"lasting": {"dog": [5.0]}, "label_rules": {"cat": {"hold_s": 2.0}}}}}
    labels = found(away=said, home={})
    assert labels.faults == ()
    gate, door = labels.views["away"]
    assert gate is not None
    assert door is not None
    assert gate.names == door.names == ("cat", "dog")
    assert gate.lasting == ((0, (9.0,)), (1, (5.0,)))
    assert [(index, rules.hold_s) for index, rules in gate.rules] == [(0, 2.0)]
    assert (door.lasting, door.rules) == ((), ())
    usual = labels.views["home"][0]
    assert usual is not None
    assert usual.lasting == ((0, (9.0,)),)


def test_a_label_that_is_not_there_is_a_fault_of_the_profile() -> None:
    labels = found(away={"view": {"door": {"lasting": {"catt": [5.0]}}}})
    (fault,) = labels.faults
    assert str(fault) == (
        "profile.away.view.door.lasting: expected labels of the model two, found 'catt'. Did you mean \"cat\"?"
    )


def test_what_is_wrong_without_any_profile_is_none_of_its_faults() -> None:
    config = parse_config(
        {
            "camera": [{"source": "synthetic:"}],
            "view": [{"name": "gate", "labels": ["catt"]}],
            "profile": {"away": {"view": {"*": {"hold_s": 1.0}}}},
        },
        "p.toml",
        Path(),
    )
    usual = labels_of_views(config, [MODEL])
    assert len(usual.faults) == 1
    assert labels_of_profiles(config, [MODEL], usual).faults == ()


def test_of_a_model_that_is_not_known_nothing_is_said() -> None:
    labels = found((None, MODEL), away={"view": {"gate": {"lasting": {"catt": [5.0]}}}})
    assert labels.faults == ()
    assert labels.views["away"][0] is None
