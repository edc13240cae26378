"""Labels that views list: those the model has."""

from edgeclassify.config.labels import label_faults

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
