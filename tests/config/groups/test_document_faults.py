"""What is wrong with groups and with rules of single labels, whatever model there is."""

from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config.loading import parse_config
from edgeclassify.errors import ConfigError


def fault(shared: dict[str, Any] | None = None, **view: Any) -> str:
    """The fault of a config, without its key's file; "" where there is none."""
    document = {
        "camera": [{"source": "synthetic:"}],
        "groups": shared or {},
        "view": [{"name": "v", **view}],
    }
    try:
        parse_config(document, "c.toml", Path("/"))
    except ConfigError as error:
        heading, line = str(error).splitlines()
        assert heading == "c.toml: 1 fault"
        return line.strip()
    return ""


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ({"cat": ["tabby"], "preset": "everyday"}, ""),
        ({"preset": "none"}, ""),
        ({"cat": "tabby"}, ""),
        ({"cat": []}, ""),
        (
            {"preset": "everday"},
            "groups.preset: expected one of everyday, none, found 'everday'. Did you mean \"everyday\"?",
        ),
        (
            {"preset": ["everyday"]},
            "groups.preset: expected the name of a preset (everyday), found a value of another type.",
        ),
        (
            {"Unknown": ["a"]},
            "groups.Unknown: expected another name ('unknown' is the state without a label; Home Assistant has "
            "the others), found 'Unknown'.",
        ),
        ({"none": ["a"]}, "groups.none: expected another name"),
        ({"unavailable": ["a"]}, "groups.unavailable: expected another name"),
        (
            {" cat": ["a"]},
            "groups. cat: expected a name of printable characters, no space around it, found ' cat'.",
        ),
        ({"a\nb": ["a"]}, "groups.a\\nb: expected a name of printable characters"),
        (
            {"cat": ["a"], "Cat": ["b"]},
            "groups.Cat: expected a name that differs from 'cat' by more than capitals, found 'Cat'.",
        ),
    ],
)
def test_names_of_groups_and_presets(groups: dict[str, Any], expected: str) -> None:
    for found, key in ((fault(groups), "groups"), (fault(groups=groups), "view[0].groups")):
        assert found.startswith(expected.replace("groups", key, 1))
        assert bool(found) is bool(expected)


ENTER, LEAVE = "threshold_enter", "threshold_exit"


@pytest.mark.parametrize(
    ("view", "own", "expected"),
    [
        ({}, {ENTER: 0.5, LEAVE: 0.5}, ""),
        ({}, {LEAVE: 0.97}, ""),
        ({}, {ENTER: 0.1}, ""),
        ({LEAVE: 0.3}, {ENTER: 0.3}, ""),
        ({ENTER: 0.3, LEAVE: 0.2}, {ENTER: 0.9, LEAVE: 0.8}, ""),
        (
            {},
            {ENTER: 0.5, LEAVE: 0.51},
            "threshold_exit: expected a threshold_exit of at most its threshold_enter (0.5), found 0.51.",
        ),
        (
            {},
            {LEAVE: 0.98},
            "threshold_exit: expected a threshold_exit of at most the view's threshold_enter (0.97), found 0.98.",
        ),
        (
            {LEAVE: 0.3},
            {ENTER: 0.29},
            "threshold_enter: expected a threshold_enter of at least the view's threshold_exit (0.3), found 0.29. "
            "Or give the label a threshold_exit of its own.",
        ),
        ({LEAVE: 0.8}, {"rare": True}, ""),  # the view's is of what is believed
        ({LEAVE: 0.8}, {"rare": True, ENTER: 0.3}, ""),
        ({}, {"rare": True, LEAVE: 0.6}, ""),
        (
            {},
            {"rare": True, LEAVE: 0.61},
            "threshold_exit: expected a threshold_exit of at most its usual threshold_enter (0.6), found 0.61.",
        ),
        (
            {"filter": "none", LEAVE: 0.4},
            {"rare": True, ENTER: 0.3},
            "threshold_enter: expected a threshold_enter of at least the view's threshold_exit (0.4), found 0.3. "
            "Or give the label a threshold_exit of its own.",
        ),
        ({}, {"rare": True, "confirm_s": 0}, ""),
        ({}, {"rare": False, "confirm_s": 2}, ""),
        (
            {},
            {"rare": True, "confirm_s": 2.5},
            "confirm_s: expected no confirm_s beside rare = true, found 2.5. "
            "A rare label starts by a single frame. Leave out one of the two.",
        ),
    ],
)
def test_rules_of_a_label_that_contradict_each_other(
    view: dict[str, Any], own: dict[str, float], expected: str
) -> None:
    assert fault(**view, label_rules={"dog": own}) == (f"view[0].label_rules.dog.{expected}" if expected else "")


def test_a_key_that_a_label_does_not_have_is_told_with_the_nearest() -> None:
    assert 'Did you mean "hold_s"?' in fault(label_rules={"dog": {"hold": 1.0}})
    assert fault(label_rules={"dog": {"hold_s": -1.0}}).startswith("view[0].label_rules.dog.hold_s: expected")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([600, 3600.0], ""),
        ([0.5], ""),
        ([float(second) for second in range(1, 21)], ""),
        ([], ""),
        ([3600, 600], ".dog: expected seconds in ascending order, each once, found [3600, 600]."),
        ([60, 60], ".dog: expected seconds in ascending order, each once, found [60, 60]."),
        ([0], ".dog[0]: expected a number above 0, found 0."),
        ([60, -1], ".dog[1]: expected a number above 0, found -1."),
        ([float("nan")], ".dog[0]: expected a finite number, found nan."),
        ([604_801], ".dog[0]: expected a number of at most 604800, found 604801."),
        (["600"], ".dog[0]: expected a number, found '600'."),
        (600, ".dog: expected a list of seconds, as in [600, 3600], found 600."),
    ],
)
def test_times_after_which_it_is_told_that_a_label_is_still_there(found: Any, expected: str) -> None:
    assert fault(lasting={"dog": found}) == (f"view[0].lasting{expected}" if expected else "")


def test_more_times_than_a_label_may_have() -> None:
    assert "expected a list of at most 20 times" in fault(lasting={"dog": [*range(1, 22)]})


def test_times_belong_to_a_label() -> None:
    assert fault(lasting=[600]) == "view[0].lasting: expected a table, found [600]."


def test_a_picture_may_be_taken_of_what_lasts() -> None:
    document = {"camera": [{"source": "synthetic:"}], "snapshot": {"on": ["start", "lasting"]}}
    assert parse_config(document, "c.toml", Path("/")).snapshot.on == ("start", "lasting")
