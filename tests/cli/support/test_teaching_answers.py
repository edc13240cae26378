"""What a word means that somebody types when asked for a label."""

import pytest

from edgeclassify.cli.support.teaching.answers import Answer, Deed, answer_to

LABELS = ["open", "closed", "Überholt", "cat", "cattle"]


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("open", Answer(Deed.LABEL, "open")),
        (" closed ", Answer(Deed.LABEL, "closed")),
        ("o", Answer(Deed.LABEL, "open")),
        ("CL", Answer(Deed.LABEL, "closed")),
        ("übe", Answer(Deed.LABEL, "Überholt")),
        ("cat", Answer(Deed.LABEL, "cat")),
        ("ca", Answer(Deed.LABEL, "ca")),
        ("ajar", Answer(Deed.LABEL, "ajar")),
        ("unknown", Answer(Deed.LABEL, None)),
        ("Unknown", Answer(Deed.LABEL, None)),
        ("=", Answer(Deed.LABEL, "half")),
        ("", Answer(Deed.LEAVE)),
        ("  ", Answer(Deed.LEAVE)),
        ("-", Answer(Deed.DISCARD)),
        ("+", Answer(Deed.SPLIT)),
        (".", Answer(Deed.END)),
    ],
)
def test_words(word: str, answer: Answer) -> None:
    assert answer_to(word, LABELS, "half") == answer


def test_as_said_needs_something_that_was_said() -> None:
    assert answer_to("=", LABELS, None) == Answer(Deed.LABEL, "=")
