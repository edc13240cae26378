"""What somebody answers when asked for the label of pictures."""

from collections.abc import Sequence
from enum import Enum, auto

from edgeclassify.cli.support.teaching.labels import NONE_OF_THEM
from edgeclassify.lazy_dataclass import dataclass


class Deed(Enum):
    """What is to be done with the pictures that were asked of."""

    LABEL = auto()
    LEAVE = auto()  # for later
    DISCARD = auto()
    SPLIT = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """`label`: with LABEL, None: none of the classes."""

    deed: Deed
    label: str | None = None


SIGNS = {"": Deed.LEAVE, "-": Deed.DISCARD, "+": Deed.SPLIT, ".": Deed.END}
"""Words that nobody would give to a class."""
AS_SAID = "="


def answer_to(word: str, labels: Sequence[str], said: str | None) -> Answer:
    """The answer that a word is. `labels`: those that there are, any of which its beginning is enough for.

    `said`: the label that the model gave, for AS_SAID; None: it gave none.
    """
    word = word.strip()
    if word in SIGNS:
        return Answer(SIGNS[word])
    if word == AS_SAID and said is not None:
        return Answer(Deed.LABEL, said)
    if word.casefold() == NONE_OF_THEM:
        return Answer(Deed.LABEL, None)
    if word in labels:
        return Answer(Deed.LABEL, word)
    begun = [label for label in labels if label.casefold().startswith(word.casefold())]
    return Answer(Deed.LABEL, begun[0] if len(begun) == 1 else word)
