"""What is said of labels that a model does not have, and of those that hold at once."""

import pytest

from edgeclassify.config.label_hints import hint_for, several_labels_note
from edgeclassify.config.sections import ViewConfig

KNOWN = ("tabby", "Egyptian cat", "espresso")


CATS = ("tabby, tabby cat", "catamaran", "Egyptian cat", "Persian cat", "dog")


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("cat", '"tabby, tabby cat", "Egyptian cat", "Persian cat", "catamaran"'),
        ("CAT", '"tabby, tabby cat", "Egyptian cat", "Persian cat", "catamaran"'),
        ("house cat", '"tabby, tabby cat", "Egyptian cat", "Persian cat", "catamaran"'),
        ("egyptian_cats", '"Egyptian cat"'),
        ("Dog", '"dog"'),
    ],
)
def test_a_label_that_is_not_there_gets_those_that_contain_the_word(wanted: str, hint: str) -> None:
    found = hint_for(wanted, CATS, "my model.tflite")
    assert f" in them: {hint}. All: edgeclassify models labels 'my model.tflite'" in found


def test_of_very_many_labels_the_first_are_shown() -> None:
    known = [f"cat {i}" for i in range(20)]
    found = hint_for("cat", known, "m")
    assert '"cat 7" and 12 more' in found
    assert '"cat 8"' not in found


@pytest.mark.parametrize("wanted", ["", " ", "xyz", "a"])
def test_no_hint_where_there_is_none(wanted: str) -> None:
    assert hint_for(wanted, ("dog",), "m") == ""


def test_the_nearest_label_is_named_where_none_contains_the_word() -> None:
    assert hint_for("tabi", KNOWN, "m") == 'Did you mean "tabby"?'


@pytest.mark.parametrize(("labels", "named"), [((), False), (("red", "warm"), True)])
def test_what_is_said_of_several_labels_at_once(labels: tuple[str, ...], named: bool) -> None:
    note = several_labels_note(ViewConfig(name="door", labels=labels, top=4), "m")
    assert note.startswith("view door: several labels of the model m can hold at once")
    assert ("red, warm, at most one is ON" in note) is named
    assert "the best 4" in note
