"""Labels that views list: those the model has."""

import pytest

from edgeclassify.config.label_faults import label_faults, several_labels_note
from edgeclassify.config.sections import ViewConfig

KNOWN = ("tabby", "Egyptian cat", "espresso")


def test_labels_of_the_model_are_right() -> None:
    assert label_faults(0, ("tabby", "espresso"), KNOWN, "builtin") == []
    assert label_faults(0, (), KNOWN, "builtin") == []


def test_each_label_that_the_model_does_not_have_is_a_fault() -> None:
    lines = list(map(str, label_faults(2, ("tabi", "tabby", "Tabby cat"), KNOWN, "builtin")))
    assert lines[0] == (
        "view[2].labels: expected labels of the model builtin, found 'tabi'. Did you mean \"tabby\"?"
    )
    assert lines[1].startswith("view[2].labels: expected labels of the model builtin, found 'Tabby cat'.")
    assert len(lines) == 2


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
    (fault,) = map(str, label_faults(0, (wanted,), CATS, "my model.tflite"))
    assert f" in them: {hint}. All: edgeclassify models labels 'my model.tflite'" in fault


def test_of_very_many_labels_the_first_are_shown() -> None:
    known = [f"cat {i}" for i in range(20)]
    (fault,) = map(str, label_faults(0, ("cat",), known, "m"))
    assert '"cat 7" and 12 more' in fault
    assert '"cat 8"' not in fault


@pytest.mark.parametrize("wanted", ["", " ", "xyz", "a"])
def test_no_hint_where_there_is_none(wanted: str) -> None:
    (fault,) = map(str, label_faults(0, (wanted,), ("dog",), "m"))
    assert "models labels" not in fault


@pytest.mark.parametrize(("labels", "named"), [((), False), (("red", "warm"), True)])
def test_what_is_said_of_several_labels_at_once(labels: tuple[str, ...], named: bool) -> None:
    note = several_labels_note(ViewConfig(name="door", labels=labels, top=4), "m")
    assert note.startswith("view door: several labels of the model m can hold at once")
    assert ("red, warm, at most one is ON" in note) is named
    assert "the best 4" in note
