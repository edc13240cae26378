"""What follows from a manifest."""

import dataclasses

from edgeclassify.model.taught.manifest import Accuracy, examples_digest
from tests.model.taught.manifests import BARE, EXAMPLES, WHOLE


def test_classes_come_in_the_order_in_which_they_were_taught() -> None:
    assert WHOLE.labels == ("open", "zu \u201egeschlossen\u201c")
    again = dataclasses.replace(WHOLE, examples=(EXAMPLES[2], EXAMPLES[0], *EXAMPLES[1:2]))
    assert again.labels == ("zu \u201egeschlossen\u201c", "open")
    assert BARE.labels == ()


def test_a_head_knows_the_examples_that_it_was_fitted_to() -> None:
    assert WHOLE.is_fitted
    assert not BARE.is_fitted
    for changed in (
        EXAMPLES[1:],
        (dataclasses.replace(EXAMPLES[0], label="shut"), *EXAMPLES[1:]),
        (dataclasses.replace(EXAMPLES[0], label=None), *EXAMPLES[1:]),
        (dataclasses.replace(EXAMPLES[0], was="shut"), *EXAMPLES[1:]),
    ):
        assert not dataclasses.replace(WHOLE, examples=changed).is_fitted
    assert dataclasses.replace(WHOLE, examples=EXAMPLES[::-1]).is_fitted
    assert len(examples_digest(())) == 16


def test_the_share_of_right_answers() -> None:
    assert (Accuracy(3, 4).share, Accuracy(0, 0).share) == (0.75, 0.0)
