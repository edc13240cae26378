"""Words of a user become labels of a model, or one message that says what may have been meant."""

import pytest

from edgeclassify.cli.support.calibrating.known_labels import label_indices
from edgeclassify.errors import LabelError
from edgeclassify.model.calibration.labelled_scores import NOTHING_KNOWN

LABELS = ["tabby, tabby cat", "tiger cat", "go-kart", "crane", "Crane", "crane (machine), crane"]


def index(word: str) -> int:
    return label_indices([word], LABELS, "m", "pictures")[word]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("tiger cat", 1), ("Tiger Cat", 1), ("tiger_cat", 1), ("tiger-cat", 1), ("tabby", 0), ("tabby cat", 0),
        ("go-kart", 2), ("Crane", 4),
    ],
)  # fmt: skip
def test_names_of_folders_are_labels(word: str, expected: int) -> None:
    assert index(word) == expected


@pytest.mark.parametrize("word", ["unknown", "none", "Background", "other", "nothing"])
def test_pictures_of_nothing_that_is_known(word: str) -> None:
    assert index(word) == NOTHING_KNOWN


def test_a_label_may_be_called_so_itself() -> None:
    assert label_indices(["other"], ["dog", "other"], "m", "pictures") == {"other": 1}


def test_all_that_is_no_label_is_said_at_once() -> None:
    words = ["tigre cat", "tabby", "lorry", "a", "b", "c", "d", "e"]
    with pytest.raises(LabelError) as caught:
        label_indices(words, LABELS, "m", "pictures")
    message = str(caught.value)
    assert message.startswith(
        "pictures: expected labels or groups of the model m, or unknown for pictures of none"
    )
    assert "'tigre cat' is none. Those with 'cat' in them" in message
    assert "'lorry' is none." in message
    assert "tabby'" not in message
    assert message.endswith("and 2 more")


def test_a_word_for_two_labels_is_no_answer() -> None:
    with pytest.raises(
        LabelError, match=r"'CRANE' could be several: \"crane\", \"Crane\", \"crane \(machine\), crane\""
    ):
        index("CRANE")
