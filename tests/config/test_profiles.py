"""Profiles: what lies over the views, and what can be wrong with that."""

from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import Config, ViewConfig, parse_config
from edgeclassify.config.profiles import name_of
from edgeclassify.config.spans import week_span
from edgeclassify.errors import ConfigError

CAMERA = {"name": "front", "source": "synthetic:"}
GATE: dict[str, Any] = {
    "name": "gate",
    "hold_s": 3.0,
    "label_rules": {"cat": {"hold_s": 5.0, "cooldown_s": 6.0}, "dog": {"hold_s": 7.0}},
    "lasting": {"cat": [60.0], "dog": [90.0]},
    "quiet_hours": ["22:00-06:00"],
}


def config(profile: dict[str, Any], **sections: Any) -> Config:
    document: dict[str, Any] = {"camera": [CAMERA], "view": [GATE, {"name": "door"}], "profile": profile}
    return parse_config({**document, **sections}, "p.toml", Path())


def views(profile: dict[str, Any], **sections: Any) -> list[ViewConfig]:
    """With the profile "away" over them."""
    return list(config({"away": profile}, **sections).under("away").views())


def faults(profile: dict[str, Any], **sections: Any) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        config(profile, **sections)
    return [line.strip() for line in str(raised.value).splitlines()[1:]]


def test_without_one_the_views_are_as_ever() -> None:
    plain = parse_config({"camera": [CAMERA], "view": [GATE, {"name": "door"}]}, "p.toml", Path())
    found = config({"away": {"view": {"*": {"hold_s": 9.0}}}})
    assert found.views() == found.under(None).views() == plain.views()
    assert (found.profile_on, found.under("away").profile_on) == (None, "away")
    assert [one.profile_on for one in found.with_each_profile()] == [None, "away"]
    assert found.takes_snapshots("gate")


def test_what_is_said_of_all_views_and_then_of_one() -> None:
    gate, door = views(
        {"view": {"gate": {"hold_s": 1.0}, "*": {"hold_s": 9.0, "confirm_s": 4.0, "enabled": False}}}
    )
    assert (gate.hold_s, gate.confirm_s, gate.enabled) == (1.0, 4.0, False)
    assert (door.hold_s, door.confirm_s, door.enabled) == (9.0, 4.0, False)
    assert gate.quiet_minutes == ((1320, 360),)
    assert not hasattr(views({"view": {"gate": {"snapshots": True}}})[0], "snapshots")


def test_defaults_follow_from_what_is_said() -> None:
    gate, door = views({"view": {"gate": {"threshold_enter": 0.6}}})
    assert (gate.threshold_enter, door.threshold_enter) == (0.6, 0.97)
    assert (gate.confirm_s, gate.expire_s) == (0.0, 3.0)
    nothing, _ = views({"view": {"gate": {"quiet_hours": []}}})
    assert nothing.quiet_minutes == ()


def test_of_rules_of_labels_those_that_are_named() -> None:
    said = {"label_rules": {"cat": {"hold_s": 1.0}, "fox": {"hold_s": 2.0}}, "lasting": {"cat": [], "fox": [5.0]}}
    gate, _ = views({"view": {"gate": said}})
    found = {name: (rules.hold_s, rules.cooldown_s) for name, rules in gate.label_rules.items()}
    assert found == {"cat": (1.0, 6.0), "dog": (7.0, None), "fox": (2.0, None)}
    assert gate.lasting == {"cat": (), "dog": (90.0,), "fox": (5.0,)}


def test_pictures() -> None:
    found = config({"away": {"view": {"*": {"snapshots": False}, "gate": {"snapshots": True}}}, "home": {}})
    assert [found.under("away").takes_snapshots(view) for view in ("gate", "door")] == [True, False]
    assert found.under("home").takes_snapshots("gate")


def test_views_that_the_file_does_not_name_are_those_of_the_cameras() -> None:
    found = config({"away": {"view": {"front": {"enabled": False}}}}, view=[])
    assert [view.enabled for view in found.under("away").views()] == [False]
    assert faults({"away": {"view": {"gate": {}}}}, view=[]) == [
        "profile.away.view.gate: expected one of front, *, found 'gate'."
    ]


def test_a_view_that_is_not_there() -> None:
    (found,) = faults({"away": {"view": {"gaet": {}}}})
    assert found == "profile.away.view.gaet: expected one of gate, door, *, found 'gaet'. Did you mean \"gate\"?"


def test_a_key_that_a_profile_can_not_set() -> None:
    found = faults({"away": {"view": {"gate": {"roi": [0, 0, 1, 1], "hold": 1.0}}, "whn": []}})
    assert [line.partition(":")[0] for line in found] == [
        "profile.away.whn", "profile.away.view.gate.roi", "profile.away.view.gate.hold",
    ] or sorted(line.partition(":")[0] for line in found) == [
        "profile.away.view.gate.hold", "profile.away.view.gate.roi", "profile.away.whn",
    ]  # fmt: skip
    of_roi = next(line for line in found if ".roi" in line)
    assert "expected one of the keys enabled, threshold_enter, threshold_exit, confirm_s" in of_roi
    assert next(line for line in found if ".whn" in line).endswith('Did you mean "when"?')


def test_a_name_that_is_not_printed_is_escaped() -> None:
    assert faults({"a\nb": {}}) == [
        "profile.a\\nb: expected a name of 1 to 64 letters, digits, - or _, found 'a\\nb'."
    ]


def test_times_are_understood() -> None:
    found = config({"away": {"when": ["sat,sun", "08:00-09:00"]}}).profile["away"]
    assert found.when == ("sat,sun", "08:00-09:00")
    assert found.spans == (week_span("sat,sun"), week_span("08:00-09:00"))
    assert (name_of(None), name_of("away")) == ("none", "away")


@pytest.mark.parametrize("name", ["none", "None", "a b", "", "x" * 65, "ä", "a\nb"])
def test_names_that_are_none(name: str) -> None:
    (found,) = faults({name: {}})
    assert found.startswith("profile.")
    assert ("another name" in found) is (name.lower() == "none")


def test_names_that_only_capitals_tell_apart() -> None:
    assert faults({"away": {}, "Away": {}}) == [
        "profile.Away: expected a name that differs from 'away' by more than capitals, found 'Away'."
    ]
    config({"x" * 64: {}})


def test_no_more_than_a_list_can_show() -> None:
    config({f"p{i}": {} for i in range(32)})
    assert faults({f"p{i}": {} for i in range(33)}) == ["profile: expected 32 profiles at most, found 33."]


def test_thresholds_that_contradict_each_other_with_the_profile_over_the_view() -> None:
    view = [{"name": "gate", "threshold_exit": 0.5}, {"name": "door"}]
    assert faults({"away": {"view": {"*": {"threshold_enter": 0.4}}}}, view=view) == [
        "profile.away.view.*.threshold_exit: expected a threshold_exit of at most threshold_enter (0.4), found "
        "0.5. So it is in view gate with this profile over it."
    ]
    config({"away": {"view": {"*": {"threshold_enter": 0.5}}}}, view=view)
    config({"away": {"view": {"*": {"threshold_enter": 0.4}, "gate": {"threshold_exit": 0.4}}}}, view=view)


def test_whose_thresholds_they_are_is_said() -> None:
    view = [{"name": "gate"}, {"name": "door", "threshold_exit": 0.5}]
    (found,) = faults({"away": {"view": {"door": {"threshold_enter": 0.4}}}}, view=view)
    assert found.startswith("profile.away.view.door.threshold_exit: ")
    (found,) = faults({"away": {"view": {"door": {"threshold_enter": 0.4}, "*": {"hold_s": 1.0}}}}, view=view)
    assert found.startswith("profile.away.view.door.threshold_exit: ")


def test_what_contradicts_itself_without_the_profile_is_told_once() -> None:
    view = [{"name": "gate", "threshold_enter": 0.4, "threshold_exit": 0.5}]
    (found,) = faults({"away": {"view": {"gate": {"hold_s": 1.0}}}}, view=view)
    assert found.startswith("view[0].threshold_exit")


def test_rules_of_a_label_that_contradict_each_other_there() -> None:
    view = [{"name": "gate", "label_rules": {"cat": {"threshold_exit": 0.6}}}]
    said = {"label_rules": {"cat": {"threshold_enter": 0.5}}}
    (found,) = faults({"away": {"view": {"gate": said}}}, view=view)
    assert found.startswith(
        "profile.away.view.gate.label_rules.cat.threshold_exit: expected a threshold_exit of at"
    )


def test_times_that_are_none() -> None:
    (found,) = faults({"away": {"when": ["mon-fri", "nonsense"]}})
    assert found.startswith('profile.away.when: expected spans such as "mon-fri 08:00-17:00", ')
    (found,) = faults({"away": {"view": {"*": {"quiet_hours": ["8-9"]}}}})
    assert found.startswith("profile.away.view.*.quiet_hours: expected spans of a day")


@pytest.mark.parametrize("profile", [5, [], {"away": 5}, {"away": {"view": 5}}, {"away": {"view": {"gate": 5}}}])
def test_what_is_no_table(profile: Any) -> None:
    assert all("expected a" in line for line in faults(profile))
