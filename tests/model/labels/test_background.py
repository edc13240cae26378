"""Which classes mean that nothing is there."""

import pytest

from edgeclassify.model.labels.background import background_of


@pytest.mark.parametrize(
    ("labels", "indices"),
    [
        (("background", "cat"), {0}),
        (("cat", "Background"), {1}),
        (("cat", "None (class)", "Other"), {1, 2}),
        (("cat", "nothing", "dog", "__background__"), {1, 3}),
        (("???", "cat"), {0}),
        (("cat", "unknown (class)"), set()),
        (("another", "other thing"), set()),
        (("none", "other"), set()),
        (("background",), set()),
    ],
)
def test_the_label_files_own_words(labels: tuple[str, ...], indices: set[int]) -> None:
    assert background_of(labels, None) == indices


def test_what_the_sidecar_says_goes_before_the_words() -> None:
    labels = ("other", "cat", "empty", "empty")
    assert background_of(labels, ()) == frozenset()
    assert background_of(labels, ("empty",)) == {2, 3}
    assert background_of(labels, ("other", "empty")) == {0, 2, 3}
