"""What taught models and their classes may be called."""

import pytest

from edgeclassify.errors import UsageError
from edgeclassify.model.taught.words import checked_label, checked_name, is_label, is_taught_name


@pytest.mark.parametrize("name", ["gate", "7", "my.gate-2_x", "a" * 64])
def test_names(name: str) -> None:
    assert is_taught_name(name)
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "-a", "_a", "a b", "a\n", "t\u00f6r", "a" * 65, "a.tflite", "a.lite", "a\0"],
)
def test_what_is_no_name(name: str) -> None:
    assert not is_taught_name(name)
    with pytest.raises(UsageError, match="expected a name for the taught model: letters, digits") as raised:
        checked_name(name)
    assert "\n" not in str(raised.value)


def test_the_name_of_a_model_of_the_catalog() -> None:
    with pytest.raises(UsageError, match=r"builtin: expected a name of its own .* `--base builtin`"):
        checked_name("builtin")


@pytest.mark.parametrize("label", ["open", "zu (halb)", "\u732b", "a" * 64, "8", "no. 1 & 2!", "background"])
def test_labels(label: str) -> None:
    assert is_label(label)
    assert checked_label(f" {label} ", ["another"]) == label


@pytest.mark.parametrize("label", ["", " ", "a\tb", "a\u2028b", "a\x1b[31m", "a" * 65, "\ud800", "a\u200b\x00"])
def test_what_is_no_label(label: str) -> None:
    assert not is_label(label)
    with pytest.raises(UsageError, match="expected a label: printable text of at most 64 characters") as raised:
        checked_label(label, [])
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("label", ["a/b", "+", "open #1", "/open"])
def test_signs_that_mean_something_in_topics(label: str) -> None:
    with pytest.raises(UsageError, match="expected a label without"):
        checked_label(label, [])


@pytest.mark.parametrize("label", ["unknown", "Unknown", "None", "unavailable", "unusual"])
def test_words_that_mean_something_else(label: str) -> None:
    with pytest.raises(UsageError, match=f"{label}: expected a label of what is to be seen"):
        checked_label(label, [])


@pytest.mark.parametrize(("label", "other"), [("Open", "open"), ("gate-open", "gate open"), ("T\u00fcr", "tur")])
def test_labels_that_are_nearly_the_same(label: str, other: str) -> None:
    with pytest.raises(UsageError, match=f'Did you mean "{other}"'):
        checked_label(label, ["else", other])
    assert checked_label(label, ["else", label]) == label


def test_one_spelling_of_what_looks_the_same() -> None:
    assert checked_label("u\u0308ber", ["\u00fcber"]) == "\u00fcber"
