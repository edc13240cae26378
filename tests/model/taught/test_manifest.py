"""What follows from a manifest."""

import dataclasses

from edgeclassify.model.taught.manifest import Accuracy, Doubt, ExampleRecord, examples_digest
from tests.model.taught.manifests import BARE, EXAMPLES, HEAD, WHOLE


def test_classes_come_in_the_order_in_which_they_were_taught() -> None:
    taught = dataclasses.replace(WHOLE, head=None)
    assert taught.labels == ("open", "zu \u201egeschlossen\u201c")
    again = dataclasses.replace(taught, examples=(EXAMPLES[2], EXAMPLES[0], *EXAMPLES[1:2]))
    assert again.labels == ("zu \u201egeschlossen\u201c", "open")
    assert BARE.labels == ()


def test_classes_that_a_head_knows_keep_its_order_and_others_follow() -> None:
    ajar = dataclasses.replace(EXAMPLES[0], id="f" * 16, label="ajar")
    again = dataclasses.replace(WHOLE, examples=(ajar, EXAMPLES[2], EXAMPLES[0]))
    assert again.labels == ("open", "zu \u201egeschlossen\u201c", "ajar")
    without = dataclasses.replace(WHOLE, examples=(ajar, EXAMPLES[2]))
    assert without.labels == ("zu \u201egeschlossen\u201c", "ajar")


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


def test_what_is_not_said_of_an_example() -> None:
    one = ExampleRecord("0" * 16, "open", "a.jpg", 1.0)
    assert (one.captured_at, one.view, one.event_id, one.was) == (None, None, None, None)
    assert (one.brightness, one.variants, one.has_picture) == (0.5, 0, False)
    assert (BARE.one_class, BARE.examples, BARE.head, BARE.restores, BARE.past) == (False, (), None, None, ())


def test_doubts_hold_until_the_example_is_what_it_seemed_to_be() -> None:
    open_one, none, shut = EXAMPLES
    doubts = (Doubt(shut.id, "open", 0.9), Doubt(open_one.id, "open", 0.8), Doubt("gone", "open", 0.7))
    doubted = dataclasses.replace(WHOLE, head=dataclasses.replace(HEAD, doubts=doubts))
    assert doubted.doubts == doubts[:1]
    moved = dataclasses.replace(doubted, examples=(open_one, none, dataclasses.replace(shut, label="open")))
    assert moved.doubts == ()
    assert BARE.doubts == ()
